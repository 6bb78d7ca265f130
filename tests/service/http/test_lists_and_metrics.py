"""Pages that join to the whole, and metrics that move and don't grow."""

import re
import secrets
from pathlib import Path

import httpx
import pytest
from tests.service.http.conftest import Model

from riffler.errors import EngineUnavailable
from riffler.service.app import Riffler
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.keys import session_index
from riffler.tools.messages import ToolCall

SERVICE = Path(__file__).parents[3] / "service"


async def pages(client: httpx.AsyncClient, path: str, limit: int, **given: int) -> list[dict[str, object]]:
    """Read a list page by page."""
    items: list[dict[str, object]] = []
    cursor = None
    while True:
        query = {**given, "limit": limit} | ({"cursor": cursor} if cursor else {})
        response = await client.get(path, params=query)
        assert response.status_code == 200, response.text
        page = response.json()
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items
        assert len(page["items"]) == limit


@pytest.mark.parametrize("limit", [1, 3, 5])
async def test_pages_join_to_the_whole(client: httpx.AsyncClient, riffler: Riffler, limit: int) -> None:
    """Whatever the size of a page, all items come once, in order, in each of the lists."""
    messages = [{"role": "user", "content": f"The number {n} is here. So it is."} for n in range(7)]
    path = (await client.post("/api/v1/sessions", json={"messages": messages})).headers["location"]
    for number in range(6):
        cut = {"start_marker": f"The number {number}", "end_marker": f"{number} is here.", "num_fragments": 1}
        done = await client.post(f"{path}/tools/fragment_context", json={"arguments": cut})
        assert done.status_code == 200, done.text
    for number in range(4):
        await client.post("/api/v1/sessions", json={"session": f"s{number}"})
        await client.post("/api/v1/rewrites", json={"query": f"Where is number {number}?"})
    assert await pages(client, f"{path}/messages", limit) == messages
    assert [each["index"] for each in await pages(client, f"{path}/view", limit)] == list(range(7))
    assert [each["id"] for each in await pages(client, f"{path}/fragments", limit)] == [
        f"f{n:05x}" for n in range(1, 7)
    ]
    events = await pages(client, f"{path}/events", limit)
    assert [(each["version"], each["number"], each["kind"]) for each in events] == [
        (1, 1, "appended"),
        *((version, 1, "cut") for version in range(2, 8)),
    ]
    assert [each["version"] for each in await pages(client, f"{path}/history", limit)] == list(range(7, 0, -1))
    changed = await pages(client, f"{path}/diff", limit, **{"from": 1})
    assert [each["id"] for each in changed] == [f"f{n:05x}" for n in range(1, 7)]
    listed = [each["session"] for each in await pages(client, "/api/v1/sessions", limit)]
    assert listed == ["s3", "s2", "s1", "s0", path.rpartition("/")[2]]
    decisions = await pages(client, "/api/v1/decisions", limit)
    assert len({each["decision"] for each in decisions}) == len(decisions) == 4
    one = (await client.get(f"/api/v1/decisions/{decisions[0]['decision']}")).json()
    assert one == decisions[0]
    assert sum(one["propensities"].values()) == pytest.approx(1.0)


async def test_a_page_stays_right_while_things_are_added(client: httpx.AsyncClient) -> None:
    """A cursor of before gives what came after it, also when there is more by now."""
    path = (await client.post("/api/v1/sessions", json={})).headers["location"]
    for number in range(4):
        await client.post(f"{path}/messages", json={"messages": [{"role": "user", "content": f"{number}"}]})
    first = (await client.get(f"{path}/events", params={"limit": 2})).json()
    await client.post(f"{path}/messages", json={"messages": [{"role": "user", "content": "4"}]})
    rest = (await client.get(f"{path}/events", params={"limit": 100, "cursor": first["next"]})).json()
    assert [each["version"] for each in first["items"] + rest["items"]] == [1, 2, 3, 4, 5]


async def test_a_list_leads_on_over_sessions_that_are_gone(
    client: httpx.AsyncClient, riffler: Riffler, memory_connection: RedisConnection
) -> None:
    """Where very many are gone a page may be empty; who follows `next` still finds all that are there."""
    for number in range(2):
        await client.post("/api/v1/sessions", json={"session": f"s{number}"})
    gone = {f"gone-{number}": 1_000_000 + number for number in range(6_000)} | {"s0": 1}
    await memory_connection.run(lambda client: client.zadd(session_index(riffler.tenant), gone))
    listed, query = list[list[str]](), {"limit": "5"}
    while query.get("cursor", "") is not None:
        page = (await client.get("/api/v1/sessions", params=query)).json()
        listed.append([each["session"] for each in page["items"]])
        query["cursor"] = page["next"]
    assert listed == [["s1"], ["s0"]]
    assert (await client.get("/api/v1/sessions", params={"limit": "5"})).json()["next"] is None


def samples(text: str) -> dict[str, float]:
    """Read Prometheus' text format."""
    rows = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


async def test_metrics_are_named_as_prometheus_asks(client: httpx.AsyncClient) -> None:
    """Counters end in `_total`, times are in seconds, each family has its help, and nothing is in milliseconds."""
    text = (await client.get("/metrics")).text
    families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE))
    assert families.keys() == helped
    for name, kind in families.items():
        assert name.startswith("riffler_")
        assert kind != "counter" or name.endswith("_total")
        assert not name.endswith(("_ms", "_milliseconds"))


async def test_each_metric_moves_when_its_thing_happens(client: httpx.AsyncClient, model: Model) -> None:
    """A question, a call, a refusal and a reward are each counted once, however often their requests are made again."""
    path = (await client.post("/api/v1/sessions", json={})).headers["location"]
    before = samples((await client.get("/metrics")).text)
    model.says = "It is in the harbour."
    for _ in range(3):
        asked = await client.post(
            f"{path}/ask", json={"question": "Where is the boat?"}, headers={"idempotency-key": "ask"}
        )
    answer = asked.json()
    reward = f"/api/v1/decisions/{answer['rewriting']['decision']}/reward"
    for name in ("one", "one", "two"):
        await client.post(reward, json={"reward": 0.5}, headers={"idempotency-key": name})
    await client.post(f"{path}/tools/search_context", json={"arguments": {"query": "boat"}})
    await client.post(f"{path}/tools/fold_fragment", json={"arguments": {"fragment_id": "f00001"}})
    await client.post("/api/v1/sessions/nobody/ask", json={"question": "Where?"})
    after = samples((await client.get("/metrics")).text)

    def moved(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    arm, executed = answer["rewriting"]["arm"], answer["rewriting"]["executed"]
    yes = "yes" if arm == executed else "no"
    for name, by in {
        'riffler_turns_total{outcome="answered"}': 1,
        'riffler_turns_total{outcome="repeated"}': 2,
        'riffler_turns_total{outcome="refused"}': 1,
        "riffler_turn_seconds_count": 4,
        f'riffler_decisions_total{{arm="{arm}",executed="{yes}"}}': 1,
        'riffler_rewards_total{outcome="counted",source="number"}': 1,
        'riffler_rewards_total{outcome="repeated",source="number"}': 1,
        'riffler_rewards_total{outcome="refused",source="number"}': 1,
        "riffler_reward_sum": 0.5,
        "riffler_reward_count": 1,
        'riffler_tool_calls_total{by="app",outcome="done",tool="search_context"}': 1,
        'riffler_tool_calls_total{by="app",outcome="refused",tool="fold_fragment"}': 1,
        'riffler_engine_tokens_total{kind="prompt"}': answer["tokens"]["prompt"],
        'riffler_engine_tokens_total{kind="completion"}': answer["tokens"]["completion"],
        'riffler_http_requests_total{method="POST",route="/api/v1/sessions/{session}/ask",status="200"}': 3,
        'riffler_http_requests_total{method="POST",route="/api/v1/sessions/{session}/ask",status="404"}': 1,
    }.items():
        assert moved(name) == by, name
    assert (after["riffler_redis_up"], after["riffler_engine_up"], after["riffler_turns_running"]) == (1, 1, 0)
    assert after["riffler_redis_ping_seconds"] > 0


async def test_what_is_made_again_is_counted_once(client: httpx.AsyncClient, model: Model) -> None:
    """Decisions are as many as the log has, and calls as many as there were, however often their requests come."""
    made = await client.post("/api/v1/sessions", json={"messages": [{"role": "user", "content": "The boat is blue."}]})
    path, key = made.headers["location"], {"idempotency-key": "mine"}
    before = samples((await client.get("/metrics")).text)
    query = {"query": "Where is the blue boat?"}
    for _ in range(3):
        assert (await client.post("/api/v1/rewrites", json=query, headers=key)).status_code == 200
    model.says = EngineUnavailable("the engine is away")
    for status in (503, 503, 200, 200):
        if status == 200:
            model.says = "It is in the harbour."
        asked = await client.post(f"{path}/ask", json={"question": "Where is it?"}, headers=key)
        assert asked.status_code == status
    cut = {"arguments": {"start_marker": "The boat", "end_marker": "blue.", "num_fragments": 1}}
    for _ in range(3):
        called = await client.post(f"{path}/tools/fragment_context", json=cut, headers={"idempotency-key": "cut"})
        assert called.status_code == 200, called.text
    after = samples((await client.get("/metrics")).text)

    def moved(prefix: str) -> float:
        return sum(value - before.get(name, 0.0) for name, value in after.items() if name.startswith(prefix))

    logged = (await client.get("/api/v1/decisions")).json()["items"]
    assert moved("riffler_decisions_total{") == len(logged) == 2
    assert moved("riffler_tool_calls_total{") == 1


async def test_redis_and_the_engine_are_timed(client: httpx.AsyncClient, model: Model, riffler: Riffler) -> None:
    """Each operation is counted by its script's name or as a command, each call of the model by how it ended."""
    path = (await client.post("/api/v1/sessions", json={})).headers["location"]
    before = samples((await client.get("/metrics")).text)
    assert (await client.post(f"{path}/ask", json={"question": "Where is the boat?"})).status_code == 200
    made = sum(request.messages[-1].role == "user" for request in model.requests)
    model.says = EngineUnavailable("away")
    assert (await client.post(f"{path}/ask", json={"question": "Where is the ship?"})).status_code == 503
    failed = sum(request.messages[-1].role == "user" for request in model.requests) - made
    after = samples((await client.get("/metrics")).text)

    def moved(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    assert moved('riffler_engine_call_seconds_count{outcome="done"}') == made > 0
    assert moved('riffler_engine_call_seconds_count{outcome="failed"}') == failed > 0
    assert moved('riffler_engine_errors_total{error="EngineUnavailable"}') == failed
    assert moved('riffler_errors_total{error="EngineUnavailable"}') == 1, "the turn's error is its request's"
    assert moved('riffler_redis_operation_seconds_count{operation="commit"}') >= 2
    assert moved('riffler_redis_operation_seconds_count{operation="record"}') == 2
    assert moved('riffler_redis_operation_seconds_count{operation="void"}') == 1
    assert moved('riffler_redis_operation_seconds_count{operation="command"}') > 0
    scripts = {file.stem for part in ("memory", "policy", "turn_log") for file in SERVICE.glob(f"{part}/lua/*.lua")}
    named = {name for name in after if name.startswith("riffler_redis_operation_seconds_count")}
    assert {name.split('"')[1] for name in named} <= scripts | {"command"}


async def test_a_bug_is_counted_once(client: httpx.AsyncClient, model: Model) -> None:
    """What nobody foresaw counts as such, and its turn as failed, not as cancelled."""
    model.says = ZeroDivisionError("the secret words")
    before = samples((await client.get("/metrics")).text)
    assert (await client.post("/api/v1/ask", json={"question": "Where is the boat?"})).status_code == 500
    after = samples((await client.get("/metrics")).text)
    for name in ('riffler_errors_total{error="Unforeseen"}', 'riffler_turns_total{outcome="failed"}'):
        assert after[name] - before.get(name, 0.0) == 1, name


async def test_no_label_grows_with_use(client: httpx.AsyncClient, model: Model) -> None:
    """Twenty names of sessions, tools, decisions and paths make no new series after the first."""

    async def use(number: int) -> None:
        name = secrets.token_hex(8)
        model.says = [ToolCall("call_1", name, "{}")] if number % 2 else "It is in the harbour."
        path = f"/api/v1/sessions/{name}"
        await client.post(f"{path}/ask", json={"question": "Where?"})
        await client.post(f"{path}/tools/{name}", json={})
        await client.get(f"/{name}")
        await client.request(secrets.token_hex(4).upper(), path)
        await client.get(f"/api/v1/decisions/{name}")
        await client.post("/api/v1/sessions", json={"session": name})
        await client.post(f"{path}/tools/{name}", json={})

    for number in range(2):
        await use(number)
        await client.get("/metrics")
    before = samples((await client.get("/metrics")).text).keys()
    for number in range(20):
        await use(number)
    assert samples((await client.get("/metrics")).text).keys() == before
