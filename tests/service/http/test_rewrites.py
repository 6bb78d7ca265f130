"""Rewrites without an answer over HTTP: of a query alone, with texts, or in a session."""

from typing import Any

import httpx
import pytest

ALONE = "/api/v1/rewrites"
SESSION = "/api/v1/sessions/towers"
TOWER = "The Eiffel Tower stands in Paris."
QUERY = "When was it built?"


async def made(client: httpx.AsyncClient) -> None:
    """Make the session."""
    messages = [{"role": "user", "content": TOWER}]
    assert (await client.post("/api/v1/sessions", json={"session": "towers", "messages": messages})).status_code == 201


async def rewritten(client: httpx.AsyncClient, path: str, name: str = "", **body: Any) -> dict[str, Any]:
    """Ask for a rewrite."""
    headers = {"idempotency-key": name} if name else {}
    response = await client.post(path, json={"query": QUERY, **body}, headers=headers)
    assert response.status_code == 200, response.text
    return dict(response.json()["rewriting"])


async def test_what_was_said_before_is_drawn_on(client: httpx.AsyncClient) -> None:
    """A pronoun can be resolved with texts, or with a session's conversation, and not without."""
    await made(client)
    assert "disambiguate" not in (await rewritten(client, ALONE))["propensities"]
    assert "disambiguate" in (await rewritten(client, ALONE, contexts=[TOWER]))["propensities"]
    assert "disambiguate" in (await rewritten(client, f"{SESSION}/rewrites"))["propensities"]


async def test_the_session_is_in_the_log_and_unchanged(client: httpx.AsyncClient) -> None:
    """The decision is one of the session, which stays as it was."""
    await made(client)
    before = await client.get(SESSION)
    decision = (await rewritten(client, f"{SESSION}/rewrites"))["decision"]
    assert (await client.get(f"/api/v1/decisions/{decision}")).json()["session"] == "towers"
    assert (await client.get(SESSION)).headers["etag"] == before.headers["etag"]


async def test_a_name_belongs_to_a_session_s_life(client: httpx.AsyncClient) -> None:
    """Made again it is the same decision; alone, or in a session made anew under the name, it is another one."""
    await made(client)
    path = f"{SESSION}/rewrites"
    first, again, alone = [(await rewritten(client, each, "mine"))["decision"] for each in (path, path, ALONE)]
    assert first == again != alone
    assert (await client.delete(SESSION)).status_code == 204
    await made(client)
    assert (await rewritten(client, path, "mine"))["decision"] not in (first, alone)


@pytest.mark.parametrize("contexts", [["The mill is old."], []])
async def test_texts_belong_to_what_was_asked(client: httpx.AsyncClient, contexts: list[str]) -> None:
    """With other texts it is another request, so a name given to the first isn't taken for it."""
    await rewritten(client, ALONE, "mine", contexts=[TOWER])
    body = {"query": QUERY, "contexts": contexts}
    other = await client.post(ALONE, json=body, headers={"idempotency-key": "mine"})
    assert other.status_code == 422


async def test_an_unknown_session(client: httpx.AsyncClient) -> None:
    """It is told by name."""
    response = await client.post("/api/v1/sessions/no-such/rewrites", json={"query": QUERY})
    assert (response.status_code, "no-such" in response.text) == (404, True)


@pytest.mark.parametrize("path", [ALONE, f"{SESSION}/rewrites"])
async def test_an_arm_can_be_forbidden(client: httpx.AsyncClient, path: str) -> None:
    """What isn't to be used isn't drawn, and that belongs to the request: another one of its name is refused."""
    await made(client)
    free = (await rewritten(client, path, contexts=[TOWER]))["propensities"]
    held = (await rewritten(client, path, "mine", contexts=[TOWER], without=["reread"]))["propensities"]
    assert set(held) == set(free) - {"reread"} != set(free)
    assert sum(held.values()) == pytest.approx(1)
    body = {"query": QUERY, "contexts": [TOWER], "without": []}
    assert (await client.post(path, json=body, headers={"idempotency-key": "mine"})).status_code == 422


@pytest.mark.parametrize("path", [ALONE, "/api/v1/ask"])
@pytest.mark.parametrize(("name", "words"), [("no-arm", "got 'no-arm'"), ("none", "`none` can't be forbidden")])
async def test_what_is_no_arm_can_t_be_forbidden(client: httpx.AsyncClient, path: str, name: str, words: str) -> None:
    """The field, the name and the arms there are stand in the refusal, and nothing is made."""
    body = {"query": QUERY} if path == ALONE else {"question": QUERY}
    response = await client.post(path, json={**body, "without": ["reread", name]})
    assert response.status_code == 422
    detail = response.json()["detail"]
    assert detail.startswith("without: expected names of arms, of reread, paraphrase, ")
    assert words in detail
    assert (await client.get("/api/v1/sessions")).json()["items"] == []


@pytest.mark.parametrize("path", ["/api/v1/ask", f"{SESSION}/ask"])
async def test_a_question_may_forbid_arms(client: httpx.AsyncClient, path: str) -> None:
    """The answer tells the propensities of what was left; with all arms out that is `none`."""
    await made(client)
    body = {"question": QUERY, "contexts": [TOWER]}
    free = (await client.post(path, json=body)).json()["rewriting"]["propensities"]
    held = (await client.post(path, json={**body, "without": ["reread"]})).json()["rewriting"]["propensities"]
    assert set(held) == set(free) - {"reread"} != set(free)
    rest = [arm for arm in free if arm != "none"]
    last = (await client.post(path, json={**body, "without": rest})).json()["rewriting"]
    assert (last["arm"], last["propensities"], last["note"]) == ("none", {"none": 1.0}, "")
    assert last["decision"]
