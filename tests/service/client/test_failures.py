"""Servers that fail: what is made again, what isn't, and what an app is told."""

import asyncio
import copy
import inspect
import logging
import math
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.e2e.served import free_port
from tests.service.client.failing import ALIVE, EVENTS, HANGS_UP, MESSAGES, STALLS, Act, Failing, refuses, says, writes

from riffler import AsyncClient, Client
from riffler.errors import InvalidInput, RifflerError, ServiceStopping, SessionBusy
from riffler.service.client.call import Call, path_of
from riffler.service.client.calls import service, sessions
from riffler.service.client.errors import ClientError, ConnectionLost, InvalidReply, TimedOut, Unreachable
from riffler.service.client.faults import LEAVES, translated
from riffler.service.client.models.problems import Problem
from riffler.service.client.refusing import Refused, refused
from riffler.service.client.tries import Patience, Tries

GATEWAY = [says(status, b"<html>bad gateway</html>", "text/html") for status in (502, 503, 504)]
APPENDED = says(200, {"version": 2, "first": 1, "count": 1}, etag='"2-1b2c3d4e"')
HTML = says(200, b"<html>the boat's secret</html>", "text/html")
CUT = writes(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{")


@pytest.mark.parametrize("failure", [HANGS_UP, CUT, refuses(503, "service-stopping", retry_after="0"), *GATEWAY])
async def test_a_change_is_made_again_under_one_name(failure: Act) -> None:
    """What may have been done is asked for again to the byte, with the same name, so that it is done once."""
    async with Failing.serving(failure, failure, APPENDED) as server, AsyncClient(server.address) as client:
        done = await client.append("pier", MESSAGES)
    assert (done.version, done.etag) == (2, '"2-1b2c3d4e"')
    assert len(server.received) == 3
    first = server.received[0]
    assert len(first.headers["idempotency-key"]) == 36
    assert {(each.line, each.body) for each in server.received} == {(first.line, first.body)}
    assert {each.headers["idempotency-key"] for each in server.received} == {first.headers["idempotency-key"]}


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (HANGS_UP, ConnectionLost),
        (CUT, ConnectionLost),
        (refuses(503, "service-stopping", retry_after="0"), ServiceStopping),
        (refuses(429, "too-many-requests", retry_after="0"), Refused),
        (says(503, b"<html>", "text/html", retry_after="0"), InvalidReply),
        (GATEWAY[0], InvalidReply),
    ],
)
async def test_tries_are_bounded(failure: Act, kind: type[ClientError]) -> None:
    """A server that always fails is asked once and twice again, and then its failure is told."""
    async with Failing.serving(failure) as server, AsyncClient(server.address) as client:
        with pytest.raises(kind):
            await client.append("pier", MESSAGES)
        assert len(server.received) == 3
        async with AsyncClient(server.address, retries=0) as hasty:
            with pytest.raises(kind):
                await hasty.alive()
    assert len(server.received) == 4


@pytest.mark.parametrize(
    "failure",
    [
        refuses(503, "memory-failed"),
        refuses(409, "session-busy", retry_after="0"),
        refuses(422, "invalid-request"),
        refuses(502, "engine-rejected"),
        refuses(504, "engine-timeout"),
        HTML,
        says(500, b"<html>", "text/html"),
        says(200, {"version": "the boat's secret"}),
        says(200, b"{"),
    ],
)
async def test_what_would_fail_again_is_not_made_again(failure: Act) -> None:
    """A refusal without a promise, and a reply that can't be read, are told at once, and no log gets a user's text."""
    async with Failing.serving(failure) as server, AsyncClient(server.address) as client:
        with pytest.raises(ClientError) as told:
            await client.append("pier", MESSAGES)
    assert len(server.received) == 1
    assert isinstance(told.value, Refused | InvalidReply)
    assert "secret" not in told.value.loggable
    assert ("secret" in str(told.value)) == isinstance(told.value, Refused)
    assert told.value.__cause__ is None


async def test_what_another_program_said_is_not_logged() -> None:
    """Bytes that are no HTTP are quoted for the user, and neither the log's text nor a chained error has them."""
    async with (
        Failing.serving(writes(b"the boat's secret\r\n\r\n")) as server,
        AsyncClient(server.address, retries=0) as client,
    ):
        with pytest.raises(ConnectionLost, match="secret") as told:
            await client.alive()
    assert "RemoteProtocolError" in told.value.loggable
    assert "secret" not in told.value.loggable
    assert "secret" not in "".join(traceback.format_exception(told.value)).replace(str(told.value), "")


async def test_a_stream_is_made_again_only_where_nothing_was_done() -> None:
    """A streamed question has no name: a lost connection is told, a rate limit waited for. A name makes it safe."""
    stream = writes(EVENTS + b'event: delta\ndata: {"text": "In"}\n\n')
    for failure, asked in [(HANGS_UP, 1), (refuses(503, "engine-busy", retry_after="0"), 1), (GATEWAY[0], 1)]:
        async with Failing.serving(failure, stream) as server, AsyncClient(server.address) as client:
            with pytest.raises(ClientError):
                await client.stream("Where?").__aenter__()
            assert len(server.received) == asked
            assert "idempotency-key" not in server.received[0].headers
    for failure, given in [(HANGS_UP, "mine"), (refuses(429, "too-many-requests", retry_after="0"), None)]:
        async with (
            Failing.serving(failure, stream) as server,
            AsyncClient(server.address) as client,
            client.stream("Where?", idempotency_key=given) as events,
        ):
            assert (await anext(events)).model_dump() == {"text": "In"}
            with pytest.raises(ConnectionLost, match="ended before the answer"):
                await anext(events)
            assert len(server.received) == 2


async def test_a_question_waits_for_itself() -> None:
    """After a lost connection the session may be busy with this very question: then its answer is waited for."""
    busy = refuses(409, "session-busy", retry_after="0")
    async with Failing.serving(HANGS_UP, busy, busy, busy, busy, APPENDED) as server:
        async with AsyncClient(server.address) as client:
            assert (await client.append("pier", MESSAGES)).count == 1
        assert len(server.received) == 6
    async with Failing.serving(HANGS_UP, busy) as server, AsyncClient(server.address, timeout_s=1.0) as client:
        with pytest.raises(ClientError) as told:
            await client.append("pier", MESSAGES)
    assert len(server.received) < 12, "it doesn't ask in a tight loop"
    assert told.value.maybe_done is True


async def test_a_server_that_comes_up_late_is_reached() -> None:
    """No connection means that nothing was sent: also a question without a name is made again."""
    port = free_port()
    async with AsyncClient(f"http://127.0.0.1:{port}", retries=50, timeout_s=30) as client:
        asking = asyncio.create_task(client.alive())
        await asyncio.sleep(0.3)
        assert not asking.done()
        async with Failing.serving(says(200, ALIVE), port=port):
            assert (await asking).status == "alive"
    async with AsyncClient(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(Unreachable, match=f"no connection to http://127.0.0.1:{port}") as told:
            await client.alive()
    assert told.value.maybe_done is False


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_events_may_be_cut_anywhere(size: int) -> None:
    """However bytes come, events are whole, in any script, with both ends of lines; unknown ones are passed over."""
    text = "Ünïcode 🚤 \u2028"
    said = (
        f': ping\r\n\r\nevent: new\ndata: {{}}\n\nevent: delta\r\ndata: {{"text":\r\ndata: "{text}"}}\r\n\r\n'.encode()
    )
    parts = [said[at : at + size] for at in range(0, len(said), size)]
    async with (
        Failing.serving(writes(EVENTS, *parts)) as server,
        AsyncClient(server.address) as client,
        client.stream("Where?") as events,
    ):
        assert (await anext(events)).model_dump() == {"text": text}


async def test_a_problem_in_a_stream_is_raised() -> None:
    """A turn that fails on its way ends its stream with the error that it would have had at once."""
    problem = '{"type": "urn:riffler:problem:session-busy", "title": "Session busy", "status": 409, "detail": "x"'
    event = f'event: problem\ndata: {problem}, "instance": "urn:riffler:request:1"}}\n\n'.encode()
    async with (
        Failing.serving(writes(EVENTS, event)) as server,
        AsyncClient(server.address) as client,
        client.stream("Where?") as events,
    ):
        with pytest.raises(SessionBusy):
            await events.finish()


@pytest.mark.parametrize("failure", [STALLS, HANGS_UP])
async def test_what_was_lost_can_be_asked_again(failure: Act) -> None:
    """The error has the name that the request had, made or given, also in another process: by it it is done once."""
    stream = writes(EVENTS, b'event: delta\ndata: {"text": "In"}\n\n')
    async with Failing.serving(failure, failure, APPENDED, stream) as server:
        async with AsyncClient(server.address, retries=0, timeout_s=1.0) as client:
            with pytest.raises(ClientError) as told:
                await client.ask("Where?")
            with pytest.raises(ClientError) as named:
                await client.append("pier", MESSAGES, idempotency_key="mine")
            assert named.value.idempotency_key == "mine"
            name = copy.copy(told.value).idempotency_key
            assert (await client.append("pier", MESSAGES, idempotency_key=name)).count == 1
            async with client.stream("Where?", idempotency_key="ours") as events:
                with pytest.raises(ConnectionLost) as cut:
                    await events.finish()
            assert cut.value.idempotency_key == "ours"
        names = [each.headers["idempotency-key"] for each in server.received]
    assert names == [name, "mine", name, "ours"]
    assert name is not None
    assert len(name) == 36


async def test_a_closed_client_says_so() -> None:
    """It is told as what the caller got wrong, before anything is sent."""
    client = Client()
    client.close()
    with pytest.raises(InvalidInput, match="closed"):
        client.alive()
    with pytest.raises(InvalidInput, match="closed"), client.stream("Where?"):
        pass
    asynchronous = AsyncClient()
    await asynchronous.aclose()
    with pytest.raises(InvalidInput, match="closed"):
        await asynchronous.alive()


async def test_the_synchronous_client_fails_alike() -> None:
    """The other face has the same rules, over the same kind of connections."""
    lost = [HANGS_UP, refuses(503, "service-stopping", retry_after="0"), APPENDED, STALLS]

    def work(address: str) -> None:
        with Client(address, timeout_s=5) as client:
            assert client.append("pier", MESSAGES).count == 1
        with Client(address, timeout_s=0.3) as client, pytest.raises(TimedOut):
            client.alive()
        with Client(f"http://127.0.0.1:{free_port()}", retries=0) as client, pytest.raises(Unreachable):
            client.alive()

    async with Failing.serving(*lost) as server:
        await asyncio.to_thread(work, server.address)


def _secrets(client: AsyncClient, pool: httpx2.AsyncClient, told: RifflerError) -> Iterator[str]:
    seen: BaseException | None = told
    while seen is not None:
        yield from (str(seen), repr(seen), str(vars(seen)))
        seen = seen.__cause__ or seen.__context__
    yield from (repr(client), str(vars(client)), str(vars(client._pools)), repr(pool), str(vars(pool)))


async def test_a_key_is_sent_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    """The server gets it; no log of any library, no error and no `repr` has it."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    async with Failing.serving(says(200, ALIVE), HANGS_UP) as server:
        async with AsyncClient(server.address, api_key="rk-secret") as client:
            assert (await client.alive()).status == "alive"
            with pytest.raises(ConnectionLost) as told:
                await client.alive()
            pool = await client._pools.get()
        assert server.received[0].headers["authorization"] == "Bearer rk-secret"
        shown = [*_secrets(client, pool, told.value), *(record.getMessage() for record in caplog.records)]
    assert len(shown) > 10
    assert not [text for text in shown if "rk-secret" in text]
    for wrong in ("rk secret", "rk-secret\n", "rk-secrét", ""):
        with pytest.raises(InvalidInput) as refused:
            AsyncClient(api_key=wrong)
        assert "secr" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://user:rk-secret@127.0.0.1:8000",
        "127.0.0.1:8000",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1/?key=rk-secret",
        "http://[rk-secret",
        "",
    ],
)
def test_an_address_is_checked(address: str) -> None:
    """What is no address of a service is refused when the client is made, without showing what may be a secret."""
    with pytest.raises(InvalidInput) as refused:
        Client(address)
    assert "secret" not in str(refused.value)


async def test_what_comes_from_outside_stays_in_its_place() -> None:
    """A name with slashes, dots or marks reaches the server as one part of the path; none leads elsewhere."""
    async with (
        Failing.serving(refuses(404, "unknown-session")) as server,
        AsyncClient(f"{server.address}/below/") as client,
    ):
        for name in ("a/../b", "%2e%2e", "?x=1", "#", "naïve ☃"):
            with pytest.raises(Refused):
                await client.session(name)
    paths = [each.line.split()[1].removeprefix("/below/api/v1/sessions/") for each in server.received]
    assert paths == ["a%2F..%2Fb", "%252e%252e", "%3Fx%3D1", "%23", "na%C3%AFve%20%E2%98%83"]
    for name in ("", ".", ".."):
        with pytest.raises(InvalidInput):
            path_of("/api/v1/sessions/", name)


async def test_arguments_that_exclude_each_other_are_refused() -> None:
    """They are told before anything is sent."""
    async with AsyncClient() as client:
        wrong: list[tuple[Any, dict[str, Any]]] = [
            ("Where?", {"if_match": '"1-00000000"'}),
            ("Where?", {"session": "s", "system": "Answer."}),
            ("Where?", {"contexts": "a text"}),
            (MESSAGES, {"contexts": ["a text"]}),
            ("Where?", {"idempotency_key": "two words\n"}),
            ("Where?", {"timeout_s": 0}),
            ("Where?", {"timeout_s": math.nan}),
        ]
        for question, given in wrong:
            with pytest.raises(InvalidInput):
                await client.ask(question, **given)
        with pytest.raises(InvalidInput, match="values that JSON has"):
            await client.call("pier", "search_context", {"query": float("nan")})
        with pytest.raises(InvalidInput, match="opened by a `with`"):
            await anext(client.stream("Where?"))
        for call in (
            client.rewrite("Where?", "a text"),
            client.explain("Where?", "a text"),
            client.reward("d", answer="six", references="six"),
            client.fold("pier", "f00001"),
        ):
            with pytest.raises(InvalidInput, match="put it into a list"):
                await call
    for limits in (
        {"timeout_s": 0},
        {"timeout_s": math.inf},
        {"timeout_s": math.nan},
        {"connect_s": -1},
        {"retries": -1},
    ):
        with pytest.raises(InvalidInput):
            Client(**limits)


def test_each_failure_of_the_library_has_its_words() -> None:
    """A new version of httpx2 that brings another error of requests is noticed here."""
    raised = {
        each
        for _, each in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(each, httpx2.HTTPError) and each is not httpx2.HTTPStatusError  # only `raise_for_status` has it
    }
    assert raised - {httpx2.SSEError} == LEAVES.keys()  # and that one only its own reader of events
    for kind, leaf in LEAVES.items():
        with pytest.raises(leaf, match="http://there"), translated("ask", "http://there"):
            raise kind("why")


@pytest.mark.parametrize("kind", [Unreachable, ConnectionLost, TimedOut, InvalidReply])
def test_a_failure_can_be_pickled(kind: type[ClientError]) -> None:
    """It crosses to another process with all that it says."""
    failure = kind("ask", "why", ": the boat's secret", status=503, retry_after_s=1.0)
    back = pickle.loads(pickle.dumps(failure))  # noqa: S301 - our own
    assert (type(back), str(back), back.loggable) == (kind, "ask: why: the boat's secret", "ask: why")
    assert (back.operation, back.status, back.retry_after_s) == ("ask", 503, 1.0)
    assert back.maybe_done is (kind is not Unreachable)
    assert back.idempotency_key is None


def test_what_may_have_been_done_is_not_forgotten() -> None:
    """Where a try was lost, a later one that didn't reach the server doesn't say that nothing was done."""
    tries = Tries(sessions.delete_session("pier"), Patience(100.0, 5.0, 1), lambda: 0.0)
    tries.pause_s(ConnectionLost("delete_session", "it broke"))
    with pytest.raises(Unreachable) as told:
        tries.pause_s(Unreachable("delete_session", "no connection"))
    assert told.value.maybe_done is True
    for back in (pickle.loads(pickle.dumps(told.value)), copy.copy(told.value)):  # noqa: S301 - our own
        assert back.maybe_done is True


def test_a_refusal_keeps_what_was_found_out_later() -> None:
    """Also a refusal says in another process that a try before it may have done what was asked."""
    problem = Problem(type="urn:riffler:problem:session-busy", title="Busy", status=409, detail="x", instance="urn:x:1")
    for kind in ("session-busy", "of-another-version"):
        failure = refused("ask", problem.model_copy(update={"type": f"urn:riffler:problem:{kind}"}))
        assert failure.maybe_done is False
        failure.maybe_done = True
        for back in (pickle.loads(pickle.dumps(failure)), copy.copy(failure)):  # noqa: S301 - our own
            assert (type(back), back.kind, back.maybe_done) == (type(failure), kind, True)


def test_pauses_grow_and_are_spread() -> None:
    """Without a word of the server tries come after 0.1 s, 0.2 s and so on up to 2 s, each up to a quarter later."""
    now, call = [0.0], service.livez()
    for chance, factor in [(0.0, 1.0), (1.0, 1.25)]:
        tries = Tries(call, Patience(100.0, 5.0, 7), lambda: now[0], lambda chance=chance: chance)
        pauses = [tries.pause_s(Unreachable("livez", "no connection")) for _ in range(7)]
        assert pauses == pytest.approx([factor * each for each in (0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0)])
        with pytest.raises(Unreachable):
            tries.pause_s(Unreachable("livez", "no connection"))
    tries = Tries(call, Patience(100.0, 5.0, 7), lambda: now[0], lambda: 0.0)
    assert tries.pause_s(ClientError("livez", "busy", status=503, retry_after_s=7.0)) == 7.0
    now[0] = 99.9
    assert tries.left_s() == pytest.approx(0.1)
    with pytest.raises(Unreachable):
        tries.pause_s(Unreachable("livez", "no connection"))
    now[0] = 100.0
    with pytest.raises(TimedOut, match="within 100 s"):
        tries.left_s()


@pytest.mark.parametrize(
    ("call", "safe"),
    [
        (service.livez(), True),
        (sessions.delete_session("pier"), True),
        (sessions.append_messages("pier", MESSAGES), True),
        (Call("ask", "POST", "/", lambda _, __: None, changes=True), False),
    ],
)
def test_what_may_be_made_again_is_told_by_the_call(call: Call[object], safe: bool) -> None:
    """Reads may, and changes that have a name."""
    assert call.repeatable is safe
