"""Rewards over HTTP: their forms, corrections, and many at once; each bad one is told."""

from typing import Any

import httpx
import pytest
from tests.service.http.conftest import Model
from tests.service.http.test_lists_and_metrics import samples

from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest

QUERY = {"query": "Where is the boat?"}


class Judging(Model):
    """Says a criterion, or a grade where it is told one."""

    def __call__(self, request: EngineRequest) -> Reply:
        """Answer a request."""
        return "3" if "The criterion is clarity." in request.messages[-1].text else "clarity"


@pytest.fixture
def model() -> Model:
    """A model that judges."""
    return Judging()


@pytest.fixture
async def decision(client: httpx.AsyncClient) -> str:
    """A decision that waits for its reward."""
    return await decided(client)


async def decided(client: httpx.AsyncClient) -> str:
    """Have something decided."""
    id_: str = (await client.post("/api/v1/rewrites", json=QUERY)).json()["rewriting"]["decision"]
    return id_


async def learned(client: httpx.AsyncClient, decision: str) -> tuple[float | None, str | None, dict[str, float]]:
    """Read what is learned of a decision."""
    read = (await client.get(f"/api/v1/decisions/{decision}")).json()
    return read["reward"], read["source"], read["parts"]


@pytest.mark.parametrize(
    ("body", "reward", "source"),
    [
        ({"reward": 0.8}, 0.8, "number"),
        ({"reward": 1}, 1.0, "number"),
        ({"reward": 0.8, "feedback": None, "contexts": []}, 0.8, "number"),
        ({"feedback": "good"}, 1.0, "feedback"),
        ({"feedback": 2}, 0.25, "feedback"),
        ({"feedback": 4.0}, 0.75, "feedback"),
        ({"answer": "At six.", "references": ["at six"]}, 1.0, "reference"),
        ({"answer": "", "references": ["at six", "6 a.m."]}, 0.0, "reference"),
        ({"answer": "It is blue.", "query": "Which?", "contexts": ["A blue boat."]}, 0.75, "judge"),
        ({"answer": "It is blue.", "query": "Which?", "criterion": "clarity"}, 0.75, "judge"),
    ],
)
async def test_each_form_is_learned(
    client: httpx.AsyncClient, decision: str, body: dict[str, Any], reward: float, source: str
) -> None:
    """The answer says what is learned, and the decision then says the same."""
    done = await client.post(f"/api/v1/decisions/{decision}/reward", json=body)
    assert done.status_code == 200, done.text
    told = done.json()
    assert (told["counted"], told["outcome"]) == (True, "counted")
    assert (told["reward"], told["source"], told["parts"]) == await learned(client, decision)
    assert (told["reward"], told["source"]) == (pytest.approx(reward), source)
    assert told["criterion"] == ("clarity" if "query" in body else None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "exactly one of `reward`"),
        ({"reward": None}, "exactly one of `reward`"),
        ({"reward": 0.5, "feedback": "good"}, "exactly one of `reward`"),
        ({"answer": "a"}, "exactly one of `reward`"),
        ({"references": ["a"]}, "exactly one of `reward`"),
        ({"answer": "a", "query": "q", "references": ["a"]}, "exactly one"),
        ({"reward": 0.5, "contexts": ["a"]}, "only with `query`"),
        ({"reward": 0.5, "criterion": "clarity"}, "only with `query`"),
        ({"reward": 1.5}, "body.reward: expected a number from 0 to 1, got 1.5"),
        ({"reward": "1"}, "body.reward: expected a number from 0 to 1, got '1'"),
        ({"reward": True}, "body.reward: expected a number from 0 to 1, got true"),
        ({"answer": 7, "references": ["a"]}, "body.answer: expected a valid string, got 7"),
        ({"feedback": "fine"}, "body.feedback"),
        ({"feedback": 6}, "body.feedback: expected good, bad, or 1 to 5 stars, got 6"),
        ({"feedback": 2.5}, "body.feedback"),
        ({"feedback": ["good"]}, "body.feedback"),
        ({"feedback": True}, "body.feedback"),
        ({"answer": "a", "references": []}, "body.references"),
        ({"answer": "a", "references": ["?!"]}, "a word"),
        ({"answer": "a", "references": ["b" * 6000] * 2}, "10000 characters together"),
        ({"answer": "a" * 40_001, "references": ["b"]}, "body.answer"),
        ({"answer": "a", "query": "q", "criterion": "beauty"}, "one of correctness, grounding"),
        ({"value": 0.5}, "body.value"),
    ],
)
async def test_what_is_no_reward_is_told(
    client: httpx.AsyncClient, decision: str, body: dict[str, Any], words: str
) -> None:
    """A body that is none is refused with what would be right, alone and as a row; nothing is learned."""
    for method in ("POST", "PUT"):
        refused = await client.request(method, f"/api/v1/decisions/{decision}/reward", json=body)
        assert (refused.status_code, words in refused.json()["detail"]) == (422, True), refused.text
    batch = await client.post("/api/v1/rewards", json={"rewards": [{"decision": decision, **body}]})
    (row,) = batch.json()["rewards"]
    assert (row["decision"], row["counted"], row["outcome"]) == (decision, False, "invalid")
    assert words.replace("body.", "") in row["problem"]
    assert await learned(client, decision) == (None, None, {})


async def test_a_reward_is_corrected(client: httpx.AsyncClient, decision: str) -> None:
    """A second reward by POST changes nothing and is told the first; by PUT it takes its place, or is the first."""
    path = f"/api/v1/decisions/{decision}/reward"
    steps = [
        ("PUT", {"feedback": 4}, {}, ("counted", 0.75)),
        ("POST", {"reward": 0.1}, {}, ("refused", 0.75)),
        ("PUT", {"feedback": "bad"}, {"idempotency-key": "mine"}, ("corrected", 0.0)),
        ("PUT", {"feedback": "bad"}, {"idempotency-key": "mine"}, ("repeated", 0.0)),
    ]
    for method, body, headers, told in steps:
        done = (await client.request(method, path, json=body, headers=headers)).json()
        assert (done["outcome"], done["reward"]) == told
    other = await client.put(path, json={"feedback": "good"}, headers={"idempotency-key": "mine"})
    assert (other.status_code, other.json()["title"]) == (422, "Request key reused")
    assert await learned(client, decision) == (0.0, "feedback", {})
    unknown = await client.put("/api/v1/decisions/d123/reward", json={"reward": 0.5})
    assert unknown.status_code == 404


async def test_a_bad_row_spoils_no_other(client: httpx.AsyncClient) -> None:
    """Each row of a batch has its outcome; what was wrong with a row says its problem, and metrics count each."""
    first, second = await decided(client), await decided(client)
    before = samples((await client.get("/metrics")).text)
    rows = [
        {"decision": first, "feedback": "good"},
        {"decision": "d123", "reward": 0.5},
        {"decision": first, "reward": 0.5},
        {"reward": 0.5},
        {"decision": second, "reward": 2},
        {"decision": second, "answer": "Six.", "references": ["six"]},
        {"decision": first, "reward": 0.25, "correct": True},
        {"decision": second, "reward": 0.5, "when": "now"},
    ]
    body, headers = {"rewards": rows}, {"idempotency-key": "batch"}
    done = await client.post("/api/v1/rewards", json=body, headers=headers)
    assert done.status_code == 200, done.text
    told = done.json()["rewards"]
    outcomes = ["counted", "unknown", "refused", "invalid", "invalid", "counted", "corrected", "invalid"]
    assert [row["outcome"] for row in told] == outcomes
    assert [row["counted"] for row in told] == [outcome in {"counted", "corrected"} for outcome in outcomes]
    assert [bool(row["problem"]) for row in told] == [outcome in {"unknown", "invalid"} for outcome in outcomes]
    assert (await learned(client, first))[0] == 0.25
    assert (await learned(client, second))[0] == 1.0
    await client.put(f"/api/v1/decisions/{first}/reward", json={"reward": 0.75})
    again = await client.post("/api/v1/rewards", json=body, headers=headers)
    assert again.json() == done.json(), "a batch made again is not done again"
    assert (await learned(client, first))[0] == 0.75
    other = await client.post("/api/v1/rewards", json={"rewards": rows[:1]}, headers=headers)
    assert (other.status_code, other.json()["title"]) == (422, "Request key reused")
    after = samples((await client.get("/metrics")).text)
    moved = {name: value - before.get(name, 0.0) for name, value in after.items() if "riffler_rewards_total" in name}
    assert {name: value for name, value in moved.items() if value} == {
        'riffler_rewards_total{outcome="counted",source="feedback"}': 1,
        'riffler_rewards_total{outcome="counted",source="reference"}': 1,
        'riffler_rewards_total{outcome="corrected",source="number"}': 2,
        'riffler_rewards_total{outcome="refused",source="number"}': 1,
        'riffler_rewards_total{outcome="unknown",source="number"}': 1,
        'riffler_rewards_total{outcome="invalid",source="none"}': 3,
    }


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-0.5", "1e400"])
async def test_one_wording_tells_what_is_no_reward(client: httpx.AsyncClient, decision: str, number: str) -> None:
    """It is the same as of the command and of an import, for what no JSON library writes too."""
    content, headers = f'{{"reward": {number}}}', {"content-type": "application/json"}
    refused = await client.post(f"/api/v1/decisions/{decision}/reward", content=content, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("body.reward: expected a number from 0 to 1, got ")


async def test_a_row_that_is_no_object_spoils_no_other(client: httpx.AsyncClient, decision: str) -> None:
    """It is invalid, as any row that isn't as described."""
    rows = [{"decision": decision, "reward": 0.5}, 7, None, [], {"decision": decision, "reward": 0.25, "correct": True}]
    done = await client.post("/api/v1/rewards", json={"rewards": rows})
    assert done.status_code == 200, done.text
    told = done.json()["rewards"]
    assert [row["outcome"] for row in told] == ["counted", "invalid", "invalid", "invalid", "corrected"]
    assert {(row["decision"], row["problem"]) for row in told[1:4]} == {("", "expected a JSON object")}
    (schema,) = [
        schemas["NewRewards"]["properties"]["rewards"]["items"]
        for schemas in [(await client.get("/openapi.json")).json()["components"]["schemas"]]
    ]
    assert schema["type"] == "object"


async def test_a_turn_s_cost_is_shown(client: httpx.AsyncClient) -> None:
    """A decision says what its turn took: all tokens of the answer's calls, and its time."""
    answer = (await client.post("/api/v1/ask", json={"question": "Where is the boat?"})).json()
    read = (await client.get(f"/api/v1/decisions/{answer['rewriting']['decision']}")).json()
    assert read["cost"]["tokens"] == answer["tokens"]["prompt"] + answer["tokens"]["completion"] > 0
    assert read["cost"]["ms"] == pytest.approx(sum(answer["times_ms"].values()))
    alone = (await client.get(f"/api/v1/decisions/{await decided(client)}")).json()
    assert alone["cost"] is None
