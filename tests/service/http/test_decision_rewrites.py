"""A decision's query beside its rewrite: read from its session, or why it can't be."""

import secrets

import httpx
import pytest
from tests.service.http.conftest import Model

from riffler.errors import EngineUnavailable
from riffler.service.app import Riffler
from riffler.service.ports.memory import SessionKey

HOSTILE = "Where is <script>alert(1)</script> \u202etaob eht\u202c, and why isn't it at the pier?"


async def shown(client: httpx.AsyncClient, decision: str) -> dict[str, object]:
    """Read what is told of a decision's rewrite."""
    answer = await client.get(f"/api/v1/decisions/{decision}/rewrite")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_it_is_what_the_answer_said(client: httpx.AsyncClient) -> None:
    """Of several turns of a session each decision has its own, equal to its answer's, and the version that shows it."""
    made = await client.post("/api/v1/sessions", json={})
    path = made.headers["location"]
    for number in range(4):
        answer = (await client.post(f"{path}/ask", json={"question": f"{HOSTILE} {number}"})).json()
        rewriting = answer["rewriting"]
        found = await shown(client, rewriting["decision"])
        assert (found["query"], found["rewritten"]) == (rewriting["query"], rewriting["rewritten"])
        assert (found["session"], found["unavailable"]) == (path.rpartition("/")[2], "")
        history = (await client.get(f"{path}/history")).json()["items"]
        rewrote = [each["version"] for each in history if "the question" in each["words"]]
        assert found["version"] == rewrote[0]


@pytest.mark.parametrize("how", ["alone", "expired", "deleted", "failed"])
async def test_why_it_cannot_be_had(client: httpx.AsyncClient, riffler: Riffler, model: Model, how: str) -> None:
    """A rewrite alone, a session that has ended and a turn that failed have no text, and the answer says which it is.

    A session that was deleted took its decisions along: they are unknown.
    """
    question = {"question": HOSTILE}
    match how:
        case "alone":
            done = await client.post("/api/v1/rewrites", json={"query": HOSTILE})
            decision, reason = done.json()["rewriting"]["decision"], "it has no session"
        case "expired":
            session = f"s-{secrets.token_hex(4)}"
            await riffler.sessions.create(SessionKey(riffler.tenant, session))
            done = await client.post(f"/api/v1/sessions/{session}/ask", json=question)
            decision, reason = done.json()["rewriting"]["decision"], "its session is gone"
            await riffler.sessions.delete(SessionKey(riffler.tenant, session))  # not through the API: decisions stay
        case "failed":
            session = f"s-{secrets.token_hex(4)}"
            await riffler.sessions.create(SessionKey(riffler.tenant, session))
            model.says = EngineUnavailable("the engine is away")
            assert (await client.post(f"/api/v1/sessions/{session}/ask", json=question)).status_code == 503
            assert riffler.rewriter is not None
            (logged,) = await riffler.decisions.newest(riffler.rewriter.policy_name(riffler.tenant), 1)
            decision, reason = logged.decision.id, "its session has no such turn"
        case _:
            answer = (await client.post("/api/v1/ask", json=question)).json()
            decision = answer["rewriting"]["decision"]
            assert (await client.delete(f"/api/v1/sessions/{answer['session']}")).status_code == 204
            gone = await client.get(f"/api/v1/decisions/{decision}/rewrite")
            assert (gone.status_code, gone.json()["type"]) == (404, "urn:riffler:problem:unknown-decision")
            return
    found = await shown(client, decision)
    assert str(found["unavailable"]).startswith(reason)
    assert found["query"] is found["rewritten"] is found["version"] is None
