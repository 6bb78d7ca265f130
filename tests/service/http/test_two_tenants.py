"""Two tenants on one service, and each operation of the description: nothing of one comes to the other.

What is another's is told exactly as what doesn't exist: status, headers and body are the same bytes, whatever names are
guessed, copied, encoded or left out. The service, its Redis and the requests are real; the model says what it is told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.service.http.keyed import Keyed, app_of, bearer, keyed
from tests.service.http.own_redis import OwnRedis
from tests.service.http.two_tenants import ENDLESS, Asked, encoded, other, requests_of, told

from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEADERS = {"Content-Type": "application/json"}
SECRET = "The anchor lies under the third plank."
"""What the first tenant's conversations hold, and nothing else does."""
PLAN = ("session", "decision", "digest", "key")


@dataclass
class Tenant:
    """A tenant with data.

    Attributes:
        headers: Its key, with all scopes.
        key: The key's id.
        names: Of something that it has, by the name in paths.
        answers: What it is told of all that it has.
    """

    headers: dict[str, str]
    key: str
    names: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


@dataclass
class Two:
    """A service with a tenant that has secrets, one that has other data of the same names, and one that has nothing."""

    service: Keyed
    owner: Tenant
    other: Tenant
    empty: Tenant
    requests: list[Asked]
    seen: list[EngineRequest]

    @property
    def client(self) -> httpx.AsyncClient:
        """A client without a key."""
        return self.service.client


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server of this file."""
    with OwnRedis(tmp_path_factory.mktemp("redis")) as own:
        yield own


@asynccontextmanager
async def two_on(redis: OwnRedis) -> AsyncIterator[Two]:
    """Serve them, with their data."""
    seen: list[EngineRequest] = []

    def says(request: EngineRequest) -> Reply:
        seen.append(request)
        return "It is in the harbour."

    async with keyed(redis, says) as service:
        made = []
        for name in ("owner", "other", "empty"):
            key = await service.key(name)
            made.append(Tenant(bearer(key), key.split("-")[1]))
        owner, second, empty = made
        await filled(service.client, owner, SECRET, "harbour-of-the-owner")
        await filled(service.client, second, "The rope is blue.", "pier")
        empty.names = {**owner.names, "key": empty.key}
        requests = list(requests_of(app_of(service.riffler).openapi()))
        found = Two(service, owner, second, empty, requests, seen)
        owner.answers = await read_all(found, owner)
        yield found


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def two(redis: OwnRedis) -> AsyncIterator[Two]:
    """The service of this file."""
    async with two_on(redis) as made:
        yield made


async def filled(client: httpx.AsyncClient, tenant: Tenant, text: str, session: str) -> None:
    """Give a tenant sessions, one of a name that both have, with fragments, a question, a reward, and a chat."""
    for name in (session, "shared"):
        said = {
            "session": name,
            "messages": [{"role": "user", "content": f"{text}\n\nIt is written here twice. {text}"}],
        }
        (await client.post("/api/v1/sessions", json=said, headers=tenant.headers)).raise_for_status()
        arguments = {"arguments": {"queries": [text]}}
        path = f"/api/v1/sessions/{name}"
        found = await client.post(f"{path}/tools/find_in_context", json=arguments, headers=tenant.headers)
        assert found.status_code == 200, found.text
        asked = await client.post(f"{path}/ask", json={"question": "Where is it?"}, headers=tenant.headers)
        decision = asked.raise_for_status().json()["rewriting"]["decision"]
        path = f"/api/v1/decisions/{decision}/reward"
        (await client.post(path, json={"reward": 1.0}, headers=tenant.headers)).raise_for_status()
    chat = {"model": "riffler", "messages": [{"role": "user", "content": "Where is the boat?"}], "metadata": {}}
    (await client.post("/v1/chat/completions", json=chat, headers=tenant.headers)).raise_for_status()
    (policy,) = (await client.get("/api/v1/policies", headers=tenant.headers)).json()
    tenant.names = {
        "session": session,
        "decision": decision,
        "digest": policy["digest"],
        "key": tenant.key,
        "tool": "find_in_context",
        "model": (await client.get("/v1/models", headers=tenant.headers)).json()["data"][0]["id"],
    }


async def read_all(two: Two, tenant: Tenant) -> dict[str, str]:
    """Read all that a tenant can read of its own."""
    return {
        each.operation: (await each.send(two.client, tenant.headers, tenant.names)).text
        for each in two.requests
        if each.method == "GET" and each.operation not in ENDLESS | {"metrics", "read_health"}
    }


async def test_the_owner_sees_its_own(two: Two) -> None:
    """The requests are right: who owns a thing gets it by them. Else what follows would prove nothing."""
    for operation, answer in two.owner.answers.items():
        assert "urn:riffler:problem" not in answer, (operation, answer)
    with_secret = {operation for operation, answer in two.owner.answers.items() if SECRET in answer}
    assert {"read_originals", "read_view", "read_pieces", "read_original"} <= with_secret
    named = {operation for operation, answer in two.owner.answers.items() if two.owner.names["session"] in answer}
    assert {"list_sessions", "list_turns", "list_decisions"} <= named


async def test_what_is_another_s_is_told_as_what_is_not(two: Two) -> None:
    """Each operation with names in its path, each name another's, plain and encoded: told as one that nothing has."""
    tried = set()
    for tenant in (two.other, two.empty):
        for each in two.requests:
            for name in set(each.names) & set(PLAN):
                # Both have a policy of this digest: it says how the service draws; what was drawn is each one's own.
                # So it is for an import, which any tenant's first decision may come by.
                if name == "digest" and (tenant is two.other or each.operation == "import_log"):
                    continue
                base = {**two.owner.names, **tenant.names, "digest": two.owner.names["digest"]}
                theirs, none = {**base, name: two.owner.names[name]}, {**base, name: other(two.owner.names[name])}
                foreign = told(await each.send(two.client, tenant.headers, theirs), {name: theirs[name]})
                unknown = told(await each.send(two.client, tenant.headers, none), {name: none[name]})
                hidden = {**theirs, name: encoded(theirs[name])}
                coded = told(await each.send(two.client, tenant.headers, hidden), {name: theirs[name]})
                assert foreign[0] == 404, (each.operation, foreign)
                assert foreign == unknown == coded, each.operation
                tried.add(each.operation)
    assert tried == {each.operation for each in two.requests if set(each.names) & set(PLAN)} - {"import_log"}


@pytest.mark.parametrize(
    "form",
    [
        "owner%2Fs%2F{}",
        "%7Bowner%2Fs%2F{}%7D",
        "..%2F..%2Fowner%2Fs%2F{}",
        "..%2f{}",
        "{}%00",
        "%00{}",
        "{}%20",
        "owner%3A{}",
        "*",
        "%2A",
        "{}%2Fmessages",
        "%",
        "%ff%fe",
    ],
)
async def test_no_spelling_of_a_name_leads_across(two: Two, form: str) -> None:
    """Names made as the keys of Redis are, paths that climb, null bytes, patterns: none finds what is another's."""
    for each in two.requests:
        for name in set(each.names) & {"session", "decision", "key"}:
            names = {**two.owner.names, **two.other.names, name: form.format(two.owner.names[name])}
            answer = await each.send(two.client, two.other.headers, names)
            assert answer.status_code in {400, 404, 405, 422}, (each.operation, answer.text)
            assert SECRET not in answer.text


async def test_a_name_left_out_is_no_name_for_all(two: Two) -> None:
    """With nothing, or a slash alone, in the place of a name no operation answers for all tenants."""
    for each in two.requests:
        for name in set(each.names) & {"session", "decision", "key"}:
            names = {**two.owner.names, **two.other.names, name: ""}
            answer = await each.send(two.client, two.other.headers, names)
            assert answer.status_code in {404, 405, 422}, (each.operation, answer.text)


async def test_names_elsewhere_in_a_request_lead_nowhere(two: Two) -> None:
    """In queries, headers and bodies: another's name is as one that nothing has."""
    client, headers, names = two.client, {**two.other.headers, "X-Request-Id": "same"}, two.owner.names
    none = {name: other(value) for name, value in names.items()}

    async def both(method: str, path: str, **request: Any) -> tuple[Any, Any]:
        answers = []
        for given in (names, none):
            spelt = json.loads(_filled(json.dumps(request), given))
            sent = {**headers, **spelt.pop("headers", {})}
            answers.append(told(await client.request(method, path, headers=sent, **spelt), given))
        return answers[0], answers[1]

    for foreign, unknown in [
        await both("GET", "/api/v1/turns", params={"session": "<session>"}),
        await both("GET", "/api/v1/costs", params={"session": "<session>"}),
        await both("POST", "/api/v1/rewards", json={"rewards": [{"decision": "<decision>", "reward": 0.0}]}),
        await both("GET", "/api/v1/sessions", headers={"X-Riffler-Tenant": "owner"}, params={"tenant": "owner"}),
    ]:
        assert foreign == unknown
        assert SECRET not in foreign[2]
    listed = await client.get("/api/v1/sessions", headers={**headers, "X-Riffler-Tenant": "owner", "X-Tenant": "owner"})
    assert two.owner.names["session"] not in listed.text


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"<{name}>", value)
    return text


async def test_a_chat_goes_on_in_no_other_s_session(two: Two) -> None:
    """Neither by its name, nor by saying the same words: the model of one never reads what the other said."""
    before = len(two.seen)
    for extra in ({"X-Riffler-Session": two.owner.names["session"]}, {"X-Riffler-Session": "shared"}, {}):
        chat = {"model": "riffler", "messages": [{"role": "user", "content": "Where is the boat?"}]}
        headers = {**two.empty.headers, **extra}
        answer = await two.client.post("/v1/chat/completions", json=chat, headers=headers)
        assert answer.status_code == 200
        assert len((await two.client.get("/api/v1/sessions", headers=two.empty.headers)).json()["items"]) > 0
    assert len(two.seen) > before
    assert all(SECRET not in str(request) for request in two.seen[before:])
    for listed in (await two.client.get("/api/v1/sessions", headers=two.empty.headers)).json()["items"]:
        await two.client.delete(f"/api/v1/sessions/{listed['session']}", headers=two.empty.headers)


async def test_lists_and_reports_are_one_s_own(two: Two) -> None:
    """Whatever another tenant can read without knowing a name has nothing of the owner's: no text, name, or id."""
    marks = [SECRET, two.owner.names["session"], two.owner.names["decision"], two.owner.key]
    for tenant in (two.other, two.empty):
        for each in two.requests:
            if each.method == "GET" and not each.names and each.operation not in ENDLESS:
                answer = await each.send(two.client, tenant.headers, {})
                assert not [mark for mark in marks if mark in answer.text], (each.operation, answer.text)


async def test_no_metric_or_page_names_a_tenant_s_things(two: Two) -> None:
    """What the operator reads has no text, session, decision or tenant; a page's files have nothing of anybody."""
    own = await two.service.headers()
    texts = [(await two.client.get(path, headers=own)).text for path in ("/metrics", "/dashboard/", "/openapi.json")]
    assert "riffler_http_requests_total" in texts[0]
    for text in texts:
        for mark in (SECRET, two.owner.names["session"], two.owner.names["decision"], 'tenant="', two.owner.key):
            assert mark not in text


async def test_each_tool_stays_in_one_s_own_session(two: Two) -> None:
    """All tools, called by another tenant on the owner's session: 404, as on one that nobody has."""
    tools = (await two.client.get("/api/v1/tools", headers=two.other.headers)).json()
    assert len(tools) > 5
    for tool in (each["function"]["name"] for each in tools):
        answers = []
        for session in (two.owner.names["session"], other(two.owner.names["session"])):
            path = f"/api/v1/sessions/{session}/tools/{tool}"
            headers = {**two.other.headers, "X-Request-Id": "same"}
            answer = await two.client.post(path, json={"arguments": {}}, headers=headers)
            answers.append(told(answer, {"session": session}))
        assert answers[0] == answers[1], tool
        assert answers[0][0] == 404, tool


async def test_a_search_finds_one_s_own(two: Two) -> None:
    """In sessions of one name each tenant finds its own words, and none of the other's."""
    path = "/api/v1/sessions/shared/search"
    for tenant, words, found in ((two.owner, "anchor", True), (two.other, "anchor", False), (two.other, "rope", True)):
        answer = await two.client.get(path, params={"query": words}, headers=tenant.headers)
        assert (answer.json()["total"] > 0) == found, words


async def test_a_listener_hears_of_its_own(two: Two) -> None:
    """While the owner asks, another tenant that listens is told of its own turn, and of none of the owner's."""
    heard, listens = list[str](), asyncio.Event()

    async def listen() -> None:
        async with two.client.stream("GET", "/api/v1/live", headers=two.other.headers) as stream:
            async for line in stream.aiter_lines():
                heard.append(line)
                if line == "event: listening":
                    listens.set()
                if two.other.names["session"] in line:
                    return

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(listens.wait(), 60)
    for tenant in (two.owner, two.other):  # so the owner's would have been told before
        path = f"/api/v1/sessions/{tenant.names['session']}/messages"
        said = {"messages": [{"role": "user", "content": "Go on."}]}
        (await two.client.post(path, json=said, headers=tenant.headers)).raise_for_status()
        await asyncio.sleep(1.2)
    await asyncio.wait_for(listening, 60)
    assert two.owner.names["session"] not in "".join(heard)


async def test_nothing_of_the_owner_s_was_changed(two: Two) -> None:
    """After all that was tried its data reads as before, but for what it said itself in the meantime."""
    now = await read_all(two, two.owner)
    for operation in ("read_decision", "read_rewrite", "list_keys", "read_policy", "export_log", "list_decisions"):
        assert now[operation] == two.owner.answers[operation], operation
    assert SECRET in now["read_originals"]
