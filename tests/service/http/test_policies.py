"""The API on policies: the reports that the library makes, and logs out and in."""

import json

import httpx
import pytest
from tests.service.agent.watch.logs import KEY, OTHER, seeded

from riffler.service.agent.watch.log_file import MOST_LINE
from riffler.service.app import Riffler

LINES = {"content-type": "application/jsonl"}


@pytest.fixture
async def decision(riffler: Riffler) -> str:
    """A decision of a log that the service has."""
    return (await seeded(riffler.decisions, riffler.tenant, 40)).decisions[0].id


async def test_reports_are_those_of_the_library(client: httpx.AsyncClient, riffler: Riffler, decision: str) -> None:
    """The list, the status, the arms, the regret and a decision's explanation are served as they were made."""
    path, digest = "/api/v1/policies", KEY.digest()
    (listed,) = (await client.get(path)).json()
    assert (listed["digest"], listed["decisions"], listed["draws_now"]) == (digest, 40, False)
    status = (await client.get(f"{path}/{digest}")).json()
    found = await riffler.policies.status(riffler.tenant, digest)
    assert status["arms"][0]["shares"] == list(found.arms[0].shares)
    assert status["health"]["effective"] == found.health.effective
    assert (await client.get(f"{path}/{digest}", params={"limit": 3})).json()["looked_at"] == 3
    arms = (await client.get(f"{path}/{digest}/arms")).json()
    assert arms["effects"][0]["words"] == (await riffler.policies.arms(riffler.tenant)).effects[0].words
    regret = (await client.get(f"{path}/{digest}/regret")).json()
    kinds = [regret[name]["kind"] for name in ("true", "audited", "estimated")]
    assert kinds == ["unavailable", "unavailable", "estimated"]
    value = (await client.get(f"{path}/{digest}/ope", params={"policy": "fixed:none"})).json()
    assert value["other"]["policy"] == "fixed:none"
    wrong = await client.get(f"{path}/{digest}/ope", params={"policy": "fixed:clarify"})
    assert (wrong.status_code, "expected an arm that was ever allowed" in wrong.text) == (422, True)
    draw = (await client.get(f"/api/v1/decisions/{decision}/explanation")).json()
    assert draw["decision"] == decision
    assert {arm["arm"] for arm in draw["arms"]} == {"none", "reread", "simplify"}


async def test_a_part_of_a_log_is_looked_at(client: httpx.AsyncClient, riffler: Riffler, decision: str) -> None:
    """Those that have a feature and those that lack it are all; a time picks some; what is wrong is named."""
    assert decision
    path = f"/api/v1/policies/{KEY.digest()}"
    (known,) = await riffler.decisions.policies(riffler.tenant)
    rows = await riffler.decisions.log(known.name)
    for part in ("", "/regret"):
        whole = (await client.get(f"{path}{part}")).json()
        assert whole["selected"] == whole["looked_at"]
        counts = []
        for present in ("true", "false"):
            query = {"feature": "negation", "present": present}
            counts.append((await client.get(f"{path}{part}", params=query)).json()["selected"])
        assert sum(counts) == whole["selected"] > max(counts)
        assert (await client.get(f"{path}{part}", params={"feature": "negation"})).json()["selected"] == counts[0]
        late = (await client.get(f"{path}{part}", params={"since_ms": rows[20].at_ms})).json()["selected"]
        early = (await client.get(f"{path}{part}", params={"until_ms": rows[20].at_ms})).json()["selected"]
        assert late + early == whole["selected"]
        newest = (await client.get(f"{path}{part}", params={"limit": 10})).json()
        assert (newest["older"], newest["from_ms"]) == (30, rows[30].at_ms)
        older = (await client.get(f"{path}{part}", params={"limit": 10, "until_ms": rows[30].at_ms})).json()
        before = [row for row in rows if row.at_ms < rows[30].at_ms]
        assert (older["older"], older["from_ms"]) == (len(before) - 10, before[-10].at_ms)
        for query, words in (
            ({"feature": "haste"}, "feature: expected one of "),
            ({"present": "true"}, "present: expected a feature with it"),
            ({"since_ms": "-1"}, "query.since_ms: "),
            ({"until_ms": "noon"}, "query.until_ms: "),
        ):
            refused = await client.get(f"{path}{part}", params=query)
            assert (refused.status_code, refused.json()["detail"].startswith(words)) == (422, True), refused.text


async def test_how_much_one_report_takes_is_bounded(client: httpx.AsyncClient, decision: str) -> None:
    """The longest log that may be asked for is 20,000 decisions; one more is refused."""
    assert decision
    for path in ("", "/arms", "/regret", "/ope?policy=fixed:none"):
        url = httpx.URL(f"/api/v1/policies/{KEY.digest()}{path}")
        assert (await client.get(url.copy_merge_params({"limit": 20_000}))).status_code == 200
        assert (await client.get(url.copy_merge_params({"limit": 20_001}))).status_code == 422


async def test_a_long_log_comes_in_blocks(client: httpx.AsyncClient, riffler: Riffler) -> None:
    """Its lines are those of a log of any length, and come many at once."""
    made = await seeded(riffler.decisions, riffler.tenant, 230)
    async with client.stream("GET", f"/api/v1/policies/{KEY.digest()}/log") as sent:
        blocks = [block async for block in sent.aiter_raw()]
    lines = b"".join(blocks).decode().splitlines()
    assert {json.loads(line)["id"] for line in lines[1:-1]} == {each.id for each in made.decisions}
    assert len(blocks) <= 12, "a block may come in parts"


async def test_what_is_not_there_is_404(client: httpx.AsyncClient, decision: str) -> None:
    """A policy that the tenant doesn't have is unknown, whatever is asked of it."""
    assert decision
    for path in ("", "/arms", "/regret", "/log"):
        gone = await client.get(f"/api/v1/policies/00000000{path}")
        assert (gone.status_code, gone.json()["type"]) == (404, "urn:riffler:problem:unknown-policy")
    assert (await client.post("/api/v1/policies/00000000/log", content=b"", headers=LINES)).status_code == 404


async def test_a_log_goes_out_and_in(client: httpx.AsyncClient, riffler: Riffler, decision: str) -> None:
    """An export sent back to another policy is learned; sent again, it changes nothing."""
    assert decision
    await seeded(riffler.decisions, riffler.tenant, 0, key=OTHER)
    log = await client.get(f"/api/v1/policies/{KEY.digest()}/log")
    assert log.headers["content-type"].startswith("application/jsonl")
    lines = [json.loads(line) for line in log.text.splitlines()]
    assert (lines[0]["digest"], len(lines)) == (KEY.digest(), 42)
    path = f"/api/v1/policies/{OTHER.digest()}/log"
    first = (await client.post(path, content=log.content, headers=LINES)).json()
    again = (await client.post(path, content=log.content, headers=LINES)).json()
    assert first["rows"] == again["rows"] == 40
    assert (first["rewards"], first["repeated"]) == (again["repeated"], again["rewards"])
    assert first["rewards"] > 20


async def test_the_policy_that_draws_can_learn_before_it_decides(client: httpx.AsyncClient, riffler: Riffler) -> None:
    """It is found by its digest though nothing is known of it; a log of other features is refused with its line."""
    assert riffler.rewriter is not None
    digest = riffler.rewriter.key.digest()
    await seeded(riffler.decisions, riffler.tenant, 1)
    log = (await client.get(f"/api/v1/policies/{KEY.digest()}/log")).text
    refused = await client.post(f"/api/v1/policies/{digest}/log", content=log, headers=LINES)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("line 1: features_version: expected ")
    right = log.replace(KEY.features_version, riffler.rewriter.key.features_version)
    done = await client.post(f"/api/v1/policies/{digest}/log", content=right, headers=LINES)
    assert (done.status_code, done.json()["rows"]) == (200, 1)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/jsonl", 422),
        (b"{}", "application/json", 415),
        (b"[" * MOST_LINE, "application/jsonl", 422),
        (b"x" * (2 * MOST_LINE), "application/jsonl", 422),
        (b"\xff\xfe", "application/jsonl", 422),
    ],
)
async def test_what_is_no_log_is_refused(
    client: httpx.AsyncClient, decision: str, content: bytes, kind: str, status: int
) -> None:
    """No header, another type, what isn't JSON, and a line without an end."""
    assert decision
    path = f"/api/v1/policies/{KEY.digest()}/log"
    assert (await client.post(path, content=content, headers={"content-type": kind})).status_code == status


async def test_lines_are_taken_nowhere_else(client: httpx.AsyncClient) -> None:
    """Other operations take JSON only."""
    assert (await client.post("/api/v1/ask", content=b"{}", headers=LINES)).status_code == 415


async def test_a_policy_s_decisions_come_newest_first(client: httpx.AsyncClient, riffler: Riffler) -> None:
    """By pages, each as it is read alone; filtered by arm and state; what is asked wrongly is named."""
    made = await seeded(riffler.decisions, riffler.tenant, 40)
    path, found, cursor = f"/api/v1/policies/{KEY.digest()}/decisions", list[dict[str, object]](), {}
    while True:
        page = (await client.get(path, params={"limit": 15, **cursor})).json()
        found += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert [each["decision"] for each in found] == [each.id for each in reversed(made.decisions)]
    assert found[0] == (await client.get(f"/api/v1/decisions/{made.decisions[-1].id}")).json()
    some = (await client.get(path, params={"arm": "reread", "state": "rewarded"})).json()
    assert some["items"] == [each for each in found if (each["arm"], each["state"]) == ("reread", "rewarded")]
    assert (some["next"], some["looked_at"]) == (None, 40)
    for wrong, field in (({"arm": "x"}, "arm"), ({"state": "x"}, "state"), ({"cursor": "x"}, "cursor")):
        refused = await client.get(path, params=wrong)
        assert (refused.status_code, f"query.{field}: expected" in refused.json()["detail"]) == (422, True)
    gone = await client.get("/api/v1/policies/00000000/decisions")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:riffler:problem:unknown-policy")


@pytest.mark.parametrize("against", ["arms", "none", "own"])
async def test_effects_are_told_against_what_is_asked(client: httpx.AsyncClient, decision: str, against: str) -> None:
    """As the report says itself; against `none`, that arm has none."""
    assert decision
    path = f"/api/v1/policies/{KEY.digest()}/arms"
    found = (await client.get(path, params={"against": against})).json()
    assert found["against"] == against
    assert ("none" in {each["arm"] for each in found["effects"]}) == (against != "none")
    assert (await client.get(path, params={"against": "simplify"})).status_code == 422
