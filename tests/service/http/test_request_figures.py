"""What the service's health says of HTTP requests: by route, errors by kind, and times as far as histograms tell."""

import math
import re
from collections import Counter
from typing import Any

import httpx
import pytest
from prometheus_client.samples import Sample
from tests.service.http.conftest import Model

from riffler import errors
from riffler.errors import EngineTimeout
from riffler.service.agent.health.mending import mend_named
from riffler.service.agent.health.request_figures import bound_of, requests_of
from riffler.service.http.problems import _NAMES, STATUSES

ASK = {"question": "Where is the blue boat?"}


def scraped(text: str, name: str) -> list[tuple[dict[str, str], float]]:
    """Read samples of one metric out of Prometheus' text format, by hand."""
    rows = re.findall(rf"^riffler_http_{name}{{(.*)}} (\S+)$", text, re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in rows]


def bounds(text: str, method: str, route: str) -> dict[float, float]:
    """Read the buckets of a route."""
    rows = scraped(text, "request_seconds_bucket")
    return {float(at["le"]): value for at, value in rows if (at["method"], at["route"]) == (method, route)}


async def said(client: httpx.AsyncClient) -> tuple[dict[str, Any], str]:
    """Give what health says of requests, with the metrics right before."""
    text = (await client.get("/metrics")).text
    return (await client.get("/api/v1/health")).json()["requests"], text


async def test_requests_are_told_by_route_and_by_kind_of_error(client: httpx.AsyncClient, model: Model) -> None:
    """Real requests, good and bad: each counts at its route's template, with its status and its problem's kind."""
    assert (await client.post("/api/v1/ask", json=ASK)).status_code == 200
    model.says = EngineTimeout("no word")
    assert (await client.post("/api/v1/ask", json=ASK)).status_code == 504
    for name in ("one", "other"):
        assert (await client.post(f"/api/v1/sessions/{name}/ask", json=ASK)).status_code == 404
    assert (await client.post("/api/v1/ask", json={"question": 3})).status_code == 422
    assert (await client.post("/api/v1/ask", content="{", headers={"content-type": "text/plain"})).status_code == 415
    assert (await client.get("/nowhere")).status_code == 404
    found, text = await said(client)
    routes = {(each["method"], each["route"]): each for each in found["routes"]}
    asked = routes["POST", "/api/v1/ask"]
    assert (asked["requests"], asked["statuses"]) == (3, {"200": 1, "422": 1, "504": 1})
    assert asked["problems"] == {"engine-timeout": 1, "invalid-request": 1}
    assert routes["POST", "/api/v1/sessions/{session}/ask"]["problems"] == {"unknown-session": 2}
    assert routes["POST", "unmatched"]["problems"] == {"unsupported-media-type": 1}, "refused before it was routed"
    assert routes["GET", "unmatched"]["problems"] == {"unknown-path": 1}
    kinds = [(each["problem"], each["status"], each["count"], each["routes"]) for each in found["problems"]]
    assert kinds == [
        ("unknown-session", 404, 2, {"POST /api/v1/sessions/{session}/ask": 2}),
        ("engine-timeout", 504, 1, {"POST /api/v1/ask": 1}),
        ("invalid-request", 422, 1, {"POST /api/v1/ask": 1}),
        ("unknown-path", 404, 1, {"GET unmatched": 1}),
        ("unsupported-media-type", 415, 1, {"POST unmatched": 1}),
    ]
    assert found["problems"][1]["mend"] == mend_named("EngineTimeout")
    assert (found["refused"], found["failed"]) == (5, 1)
    counted = Counter[tuple[str, str]]()
    for labels, value in scraped(text, "requests_total"):
        counted[labels["method"], labels["route"]] += int(value)
    counted["GET", "/metrics"] += 1  # the scrape itself, which it can't know yet
    assert {named: each["requests"] for named, each in routes.items()} == counted
    assert found["requests"] == counted.total()


async def test_times_are_bounds_of_the_histogram(client: httpx.AsyncClient) -> None:
    """The smallest bucket that holds the share, recomputed from the scrape; the mean is exact; the slowest is first."""
    for _ in range(3):
        await client.post("/api/v1/ask", json=ASK)
    found, text = await said(client)
    (asked,) = (each for each in found["routes"] if (each["method"], each["route"]) == ("POST", "/api/v1/ask"))
    buckets = bounds(text, "POST", "/api/v1/ask")
    for name, share in (("p50_s", 0.5), ("p95_s", 0.95), ("slowest_s", 1.0)):
        assert asked[name] == min(bound for bound, count in buckets.items() if count >= share * 3)
    ((_, spent_s),) = ((at, s) for at, s in scraped(text, "request_seconds_sum") if at["route"] == "/api/v1/ask")
    assert asked["mean_s"] == pytest.approx(spent_s / 3, abs=1e-6)
    assert asked["mean_s"] <= asked["slowest_s"]
    slowest = [each["slowest_s"] for each in found["routes"] if not each["lasting"]]
    assert slowest == sorted(slowest, reverse=True)
    assert found["largest_s"] == max(bound for bound in buckets if math.isfinite(bound)) == 60


async def test_a_problem_in_the_middle_of_a_stream_counts(client: httpx.AsyncClient, model: Model) -> None:
    """Its status was 200 before anybody knew."""
    model.says = EngineTimeout("no word")
    answer = await client.post("/api/v1/ask", json=ASK, headers={"accept": "text/event-stream"})
    assert answer.status_code == 200
    assert "event: problem" in answer.text
    found, _ = await said(client)
    assert [(each["problem"], each["status"], each["count"]) for each in found["problems"]] == [
        ("engine-timeout", 200, 1)
    ]
    assert (found["refused"], found["failed"]) == (0, 1)


async def test_what_nobody_foresaw_counts_as_such(client: httpx.AsyncClient, model: Model) -> None:
    """A bug is answered outside of what counts, and is counted all the same."""
    model.says = ZeroDivisionError("the secret words")
    assert (await client.post("/api/v1/ask", json=ASK)).status_code == 500
    found, _ = await said(client)
    assert [(each["problem"], each["status"]) for each in found["problems"]] == [("internal-error", 500)]


async def test_a_connection_that_stays_open_is_no_slow_request(client: httpx.AsyncClient) -> None:
    """Who follows live stays for hours: it counts, comes last, and no time is told of it."""
    async with client.stream("GET", "/api/v1/live") as listening:
        assert listening.status_code == 200
        await anext(listening.aiter_text())
    while not (found := (await said(client))[0])["routes"][-1]["lasting"]:
        pass
    live = found["routes"][-1]
    assert (live["route"], live["requests"]) == ("/api/v1/live", 1)
    assert (live["mean_s"], live["p50_s"], live["p95_s"], live["slowest_s"]) == (None, None, None, None)


@pytest.mark.parametrize("problem", sorted(_NAMES.values()))
def test_each_kind_of_problem_of_http_has_its_mend(problem: str) -> None:
    """None of them is taken for a bug but the one that is."""
    assert (mend_of(problem, 400) == mend_named("Unforeseen")) == (problem == "internal-error")


@pytest.mark.parametrize("error", sorted(STATUSES, key=lambda each: each.__name__))
def test_each_error_has_its_mend_by_its_problem_s_name(error: type[errors.RifflerError]) -> None:
    """The kind on the wire leads back to the error, and to what is to be done about it."""
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()
    assert mend_of(kebab, STATUSES[error]) == mend_named(error.__name__)


def mend_of(problem: str, status: int) -> str:
    """Give what is said to do about a problem."""
    labels = {"method": "GET", "route": "/", "status": str(status), "problem": problem}
    (seen,) = requests_of([Sample("riffler_http_problems_total", labels, 1.0)]).problems
    return seen.mend


def test_of_no_requests_nothing_is_said() -> None:
    """No figure is made up."""
    found = requests_of([])
    assert (found.requests, found.refused, found.failed, found.largest_s, found.routes) == (0, 0, 0, 0.0, ())
    assert bound_of({}, 0.5) is None
    assert bound_of({1.0: 0, math.inf: 0}, 0.5) is None


@pytest.mark.parametrize(("share", "bound"), [(0.5, 1.0), (0.75, 1.0), (0.76, 5.0), (0.99, 5.0), (1.0, None)])
def test_a_bound_is_the_smallest_that_holds_the_share(share: float, bound: float | None) -> None:
    """Of 100 times, 75 up to 1 s, 99 up to 5 s, one over all bounds."""
    assert bound_of({0.5: 10, 1.0: 75, 5.0: 99, math.inf: 100}, share) == bound
