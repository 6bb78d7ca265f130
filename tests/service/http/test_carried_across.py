"""What a client can carry from one tenant to another beside names in paths: it is worth nothing there.

Cursors, names of requests, tags, ids in arguments, a session's name in metadata, and whole clients with another key.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.service.http.keyed import app_of
from tests.service.http.own_redis import OwnRedis
from tests.service.http.test_two_tenants import SECRET, Tenant, Two, two_on
from tests.service.http.two_tenants import other, told

from riffler import riffler_tools

pytestmark = pytest.mark.asyncio(loop_scope="module")
SESSIONS = "/api/v1/sessions"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server of this file."""
    with OwnRedis(tmp_path_factory.mktemp("redis")) as own:
        yield own


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def two(redis: OwnRedis) -> AsyncIterator[Two]:
    """The service, with their data."""
    async with two_on(redis) as made:
        yield made


def marks(two: Two) -> list[str]:
    """Give what only the owner has."""
    return [SECRET, two.owner.names["session"], two.owner.names["decision"], two.owner.key]


async def sent(two: Two, tenant: Tenant, method: str, path: str, **request: Any) -> httpx.Response:
    """Send a request of a tenant's."""
    headers = {**tenant.headers, "X-Request-Id": "same", **request.pop("headers", {})}
    return await two.client.request(method, path, headers=headers, **request)


async def test_a_cursor_leads_through_one_s_own(two: Two) -> None:
    """The owner's cursor of each list, given by another: a place in a list of its own, or none."""
    tried = set()
    for path, methods in app_of(two.service.riffler).openapi()["paths"].items():
        operation = methods.get("get", {"parameters": []})
        if "cursor" not in {each["name"] for each in operation["parameters"]}:
            continue
        query: dict[str, Any] = {"from": 0} if operation["operationId"] == "read_diff" else {}
        if operation["operationId"] == "search_session":
            query = {"query": "anchor"}
        own, foreign = (path.format(**{**tenant.names, "session": "shared"}) for tenant in (two.owner, two.other))
        cursor = (await sent(two, two.owner, "GET", own, params={**query, "limit": 1})).json().get("next")
        if cursor is None:
            continue
        second = await sent(two, two.owner, "GET", own, params={**query, "cursor": cursor})
        assert second.status_code == 200, operation["operationId"]
        answer = await sent(two, two.other, "GET", foreign, params={**query, "cursor": cursor})
        assert answer.status_code in {200, 400, 404, 422}, (operation["operationId"], answer.text)
        assert not [mark for mark in marks(two) if mark in answer.text], operation["operationId"]
        tried.add(operation["operationId"])
    assert {"list_sessions", "list_decisions", "list_turns", "read_events", "read_originals"} <= tried


async def test_a_request_s_name_is_one_tenant_s(two: Two) -> None:
    """One `Idempotency-Key` used by both, for one path: each is done for each, and neither hears the other's answer."""
    name = {"headers": {"Idempotency-Key": "once"}}  # of the deletion; those before add their number to it
    for tenant, text in ((two.owner, SECRET), (two.other, "The rope is blue.")):
        said = [{"role": "user", "content": f"{text} {text}"}]
        decision = tenant.names["decision"]
        requests: list[tuple[str, dict[str, Any]]] = [
            (SESSIONS, {"session": "twin", "messages": said}),
            (f"{SESSIONS}/twin/messages", {"messages": said}),
            (f"{SESSIONS}/twin/tools/find_in_context", {"arguments": {"queries": [text]}}),
            (f"{SESSIONS}/twin/fork", {"session": "twin-2"}),
            (f"{SESSIONS}/twin/rewrites", {"query": f"{text} Where?"}),
            (f"{SESSIONS}/twin/ask", {"question": f"{text} Where?"}),
            ("/api/v1/ask", {"question": f"{text} Where?"}),
            ("/api/v1/rewrites", {"query": f"{text} Where?"}),
            ("/api/v1/rewards", {"rewards": [{"decision": decision, "reward": 1.0}]}),
        ]
        for number, (path, body) in enumerate(requests):
            headers = {"Idempotency-Key": f"once-{number}"}
            answer = await sent(two, tenant, "POST", path, json=body, headers=headers)
            assert answer.is_success, (path, answer.text)
            if tenant is two.other:
                assert not [mark for mark in marks(two) if mark in answer.text], path
        for session, messages in (("twin", 2), ("twin-2", 2)):
            kept = (await sent(two, tenant, "GET", f"{SESSIONS}/{session}/messages")).text
            assert kept.count(f"{text} {text}") == messages, kept
    assert (await sent(two, two.owner, "DELETE", f"{SESSIONS}/twin", **name)).is_success
    assert (await sent(two, two.other, "GET", f"{SESSIONS}/twin")).status_code == 200
    assert (await sent(two, two.other, "DELETE", f"{SESSIONS}/twin", **name)).is_success
    assert (await sent(two, two.other, "GET", f"{SESSIONS}/twin")).status_code == 404


async def test_a_tag_is_of_one_s_own_session(two: Two) -> None:
    """Of two sessions of one name, one version and one history, the tag of one is none of the other's."""
    for tenant in (two.owner, two.other):
        body = {"session": "tagged", "messages": [{"role": "user", "content": "Ahoy."}]}
        assert (await sent(two, tenant, "POST", SESSIONS, json=body)).is_success
    path = f"{SESSIONS}/tagged"
    foreign, own = [(await sent(two, each, "GET", path)).headers["etag"] for each in (two.owner, two.other)]
    assert foreign.split("-")[0] == own.split("-")[0]
    for tag, read in ((own, 304), (foreign, 200)):
        assert (await sent(two, two.other, "GET", path, headers={"If-None-Match": tag})).status_code == read
    for method, on in (("POST", f"{path}/messages"), ("DELETE", path)):
        body = {"json": {"messages": [{"role": "user", "content": "Go on."}]}} if method == "POST" else {}
        refused = await sent(two, two.other, method, on, headers={"If-Match": foreign}, **body)
        assert refused.status_code == 412, refused.text
    assert (await sent(two, two.other, "GET", path)).headers["etag"] == own
    assert (await sent(two, two.other, "DELETE", path, headers={"If-Match": own})).is_success


async def test_ids_in_arguments_are_of_one_s_own_session(two: Two) -> None:
    """The owner's fragments and matches, in another's session of the same name: told as ids that nothing has."""
    text = "\n\n".join(f"{SECRET} It is plank {number}, of {number * 7} nails. " * 8 for number in range(9))
    path = f"{SESSIONS}/cut"
    for tenant, said in ((two.owner, text), (two.other, "The rope is blue.")):
        messages = [{"role": "user", "content": said}, {"role": "user", "content": "Where is it?"}]
        assert (await sent(two, tenant, "POST", SESSIONS, json={"session": "cut", "messages": messages})).is_success

    async def call(tenant: Tenant, tool: str, **arguments: Any) -> httpx.Response:
        return await sent(two, tenant, "POST", f"{path}/tools/{tool}", json={"arguments": arguments})

    assert (await call(two.owner, "cut_context", by="paragraphs")).is_success
    assert (await call(two.owner, "find_in_context", queries=["plank"])).is_success
    assert (await call(two.other, "find_in_context", queries=["rope"])).is_success
    items = (await sent(two, two.owner, "GET", f"{path}/fragments")).json()["items"]
    last, fragment = items[-1]["id"], items[-2]["id"]
    match = "s00005"
    before = (await sent(two, two.other, "GET", path)).headers["etag"]
    for tool, id_, arguments in (
        ("get_search_detail", match, {"search_id": "<id>"}),
        ("find_in_context", fragment, {"queries": ["rope"], "fragments": ["<id>"]}),
        ("summarize_fragment", fragment, {"fragment_id": "<id>", "focus": "planks"}),
        ("cut_context", last, {"fragment": "<id>", "by": "sentences"}),
        ("fold_fragments", fragment, {"fragments": ["<id>"]}),
        ("restore_fragments", fragment, {"fragments": ["<id>"]}),
        ("keep_only", fragment, {"fragments": ["<id>"]}),
    ):
        answers = []
        for spelt in (id_, f"{id_[0]}0fff0"):
            given = {
                name: [spelt if each == "<id>" else each for each in value] if isinstance(value, list) else value
                for name, value in arguments.items()
            }
            given = {name: spelt if value == "<id>" else value for name, value in given.items()}
            answers.append(told(await call(two.other, tool, **given), {"id": spelt}))
            if spelt == id_:
                theirs = await call(two.owner, tool, **given)
                assert theirs.is_success, (tool, theirs.text)  # the id is one, where it belongs
        assert answers[0] == answers[1], tool
        assert answers[0][0] in {404, 422}, (tool, answers[0])
        assert SECRET not in answers[0][2]
    assert (await sent(two, two.other, "GET", path)).headers["etag"] == before


async def test_a_session_in_metadata_is_one_s_own(two: Two) -> None:
    """`riffler_session` with the owner's name makes one of that name: the model reads nothing of the owner's."""
    before, owners = len(two.seen), await sent(two, two.owner, "GET", f"{SESSIONS}/shared/messages")
    chat = {"model": "riffler", "messages": [{"role": "user", "content": "Where is it?"}]}
    answer = await sent(
        two, two.empty, "POST", "/v1/chat/completions", json={**chat, "metadata": {"riffler_session": "shared"}}
    )
    assert answer.status_code == 200
    assert answer.headers["x-riffler-session"] == "shared"
    assert len(two.seen) > before
    assert all(SECRET not in str(request) for request in two.seen[before:])
    assert SECRET in owners.text
    assert (await sent(two, two.owner, "GET", f"{SESSIONS}/shared/messages")).text == owners.text
    assert (await sent(two, two.empty, "DELETE", f"{SESSIONS}/shared")).is_success


async def test_tools_with_another_s_key_find_no_session(two: Two) -> None:
    """LangChain's tools of the owner's session, with a key of another tenant: the session isn't there."""
    told = []
    for tenant, session in (
        (two.owner, two.owner.names["session"]),
        (two.empty, two.owner.names["session"]),
        (two.empty, other(two.owner.names["session"])),
    ):
        key = tenant.headers["Authorization"].removeprefix("Bearer ")

        def find(session: str = session, key: str = key) -> str:
            with riffler_tools(session, base_url=str(two.client.base_url), api_key=key) as tools:
                named = {each.name: each for each in tools}
                return str(named["find_in_context"].invoke({"queries": ["anchor"]}))

        told.append((await asyncio.to_thread(find)).replace(session, "<session>"))
    assert "«anchor»" in told[0]
    assert "no session" in told[1]
    assert told[1] == told[2]
