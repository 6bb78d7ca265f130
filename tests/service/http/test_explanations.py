"""Explanations over HTTP: of a query alone, with texts, or in a session; nothing is logged."""

from typing import Any

import httpx
import pytest

PATH = "/api/v1/explanations"
TOWER = "The Eiffel Tower stands in Paris."


async def explained(client: httpx.AsyncClient, path: str = PATH, **body: Any) -> dict[str, Any]:
    """Explain a query."""
    response = await client.post(path, json={"query": "When was it built?", **body})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def arm(explanation: dict[str, Any], name: str) -> dict[str, Any]:
    """Pick an arm."""
    (found,) = (each for each in explanation["arms"] if each["arm"] == name)
    return dict(found)


async def test_a_query_alone(client: httpx.AsyncClient) -> None:
    """The parse is a tree, each feature has its words, and an arm with nothing to do isn't offered."""
    explanation = await explained(client)
    words = explanation["words"]
    assert [word["text"] for word in words] == ["When", "was", "it", "built", "?"]
    assert {words[word["head"]]["text"] for word in words} == {"built"}
    found = {each["name"]: each for each in explanation["features"]}
    assert (found["anaphora"]["value"], found["anaphora"]["words"]) == (1, ["it"])
    assert found["antecedent_remembered"]["value"] is None
    none = arm(explanation, "none")
    assert 0 < none.pop("propensity") < 1
    assert none == {
        "arm": "none",
        "offered": True,
        "text": "When was it built?",
        "kept": True,
        "reason": "",
        "idle": "",
    }
    disambiguate = arm(explanation, "disambiguate")
    assert (disambiguate["offered"], disambiguate["propensity"]) == (False, 0)
    assert disambiguate["idle"] == "nothing was said before"


@pytest.mark.parametrize("by", ["contexts", "session"])
async def test_what_was_said_before(client: httpx.AsyncClient, by: str) -> None:
    """Texts, or a session's conversation, say what a pronoun stands for."""
    if by == "session":
        messages = [{"role": "user", "content": TOWER}]
        made = await client.post("/api/v1/sessions", json={"session": "explained", "messages": messages})
        assert made.status_code == 201
        explanation = await explained(client, "/api/v1/sessions/explained/explanations")
    else:
        explanation = await explained(client, contexts=[TOWER])
    found = {each["name"]: each for each in explanation["features"]}
    assert (found["antecedent_remembered"]["value"], found["antecedent_remembered"]["words"]) == (1, ["it"])
    rewrite = arm(explanation, "disambiguate")
    assert rewrite["offered"]
    assert rewrite["text"]


async def test_nothing_is_logged(client: httpx.AsyncClient) -> None:
    """No decision is made."""
    await explained(client)
    assert (await client.get("/api/v1/decisions")).json()["items"] == []


async def test_propensities_are_those_of_the_policy(client: httpx.AsyncClient) -> None:
    """Explaining twice tells the same, and a reward makes the arm that got it likelier."""
    before = await explained(client)
    assert before["learned"] is True
    assert await explained(client) == before
    made = await client.post("/api/v1/rewrites", json={"query": "When was it built?"})
    rewriting = made.json()["rewriting"]
    await client.post(f"/api/v1/decisions/{rewriting['decision']}/reward", json={"reward": 1.0})
    after = await explained(client)
    assert arm(after, rewriting["arm"])["propensity"] > arm(before, rewriting["arm"])["propensity"]
    assert sum(each["propensity"] for each in after["arms"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (PATH, {"query": " "}, 422, "query"),
        ("/api/v1/sessions/no-such/explanations", {"query": "x"}, 404, "no-such"),
        (PATH, {"query": "x", "contexts": "y"}, 422, "contexts"),
    ],
)
async def test_what_can_not_be_explained(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    """An empty query, a session that isn't there and a wrong field are told by name."""
    response = await client.post(path, json=body)
    assert response.status_code == status
    assert said in response.text
