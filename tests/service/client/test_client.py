"""The client against a real service: what a user's app does with it."""

import asyncio
import copy
import gc
import pickle
import re
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.service.client.failing import Failing
from tests.service.http.served import served

from riffler import AsyncClient, Client
from riffler.bandits.policies.fixed import Fixed
from riffler.errors import InvalidInput, SessionExists, UnknownSession
from riffler.service.app import Riffler
from riffler.service.client.errors import ConnectionLost
from riffler.service.client.io_async.answers import AsyncAnswerStream
from riffler.service.client.models.answers import Arrived, Delta, Rewriting
from riffler.service.client.refusing import Refused
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings

README = Path(__file__).parents[3] / "README.md"

TEXTS = ["The harbour opens at six.", "The bakery opens at seven."]


async def test_a_question_is_answered_and_rewarded(ours: AsyncClient) -> None:
    """An answer comes with all that belongs to it, is rewarded in one call, and its decision has the reward then."""
    answer = await ours.ask("When does the harbour open?", TEXTS)
    assert answer.text == "It is in the harbour."
    assert answer.etag is not None
    assert answer.rewriting.decision is not None
    rewarded = await answer.reward(0.8)
    assert (rewarded.counted, rewarded.reward, rewarded.source) == (True, 0.8, "number")
    assert (await answer.reward(0.1)).counted is False
    assert (await answer.reward(feedback="bad", correct=True)).outcome == "corrected"
    decision = await ours.decision(answer.rewriting.decision)
    assert (decision.state, decision.reward, decision.session) == ("rewarded", 0.0, answer.session)
    compared = await ours.ask("And the bakery?", session=answer.session)
    assert (await compared.reward(references=["It is in the harbour."])).reward == 1.0


async def test_a_session_goes_on(ours: AsyncClient) -> None:
    """A question follows what was said; a system message begins a session; only what was seen is changed."""
    answer = await ours.ask("When?", TEXTS, system="Answer from the text.")
    said = [message async for message in ours.messages(answer.session, page_size=2)]
    assert [message["role"] for message in said] == ["system", "user", "user", "user", "assistant"]
    again = await ours.ask([{"role": "user", "content": "And then?"}], session=answer.session, if_match=answer.etag)
    assert again.version > answer.version
    with pytest.raises(Refused) as refused:
        await ours.ask("And now?", session=answer.session, if_match=answer.etag)
    assert (refused.value.status, refused.value.kind) == (412, "version-conflict")


async def test_an_answer_comes_in_events(ours: AsyncClient) -> None:
    """Events come typed and in order; the last is the answer, which can be rewarded."""
    async with ours.stream("When does the harbour open?", TEXTS) as events:
        with pytest.raises(InvalidInput, match="isn't there yet"):
            _ = events.answer
        kinds = [type(event) async for event in events]
    assert kinds[:2] == [Arrived, Rewriting]
    assert set(kinds[2:-1]) == {Delta}
    assert kinds[-1] is type(events.answer)
    assert (await events.answer.reward(1.0)).counted is True


async def test_both_faces_do_the_same(ours: AsyncClient) -> None:
    """The synchronous client asks, streams, lists and rewards, too."""

    def work() -> None:
        with Client(ours.address) as client:
            answer = client.ask("When does the harbour open?", TEXTS)
            assert answer.reward(0.5).reward == 0.5
            with client.stream("And now?", session=answer.session) as events:
                text = "".join(event.text for event in events if isinstance(event, Delta))
            assert text == events.answer.text == "It is in the harbour."
            assert [each.session for each in client.sessions()] == [answer.session]
            with client.stream("And then?", session=answer.session) as events:
                assert events.finish().session == answer.session

    await asyncio.to_thread(work)


async def test_a_client_serves_one_loop_after_another(ours: AsyncClient) -> None:
    """Made once, it asks in two event loops, one after the other and at once, and leaves no socket open in any.

    One that was closed in one of them is closed in all.
    """
    client = AsyncClient(ours.address)

    async def ask() -> str:
        answer = await client.ask("When does the harbour open?", TEXTS)
        async with client.stream("And now?", session=answer.session) as events:
            assert (await events.finish()).session == answer.session
        return answer.text

    def twice() -> list[str]:
        return [asyncio.run(ask()), asyncio.run(ask())]

    said = await asyncio.gather(asyncio.to_thread(twice), asyncio.to_thread(twice), ask())
    assert said == [["It is in the harbour."] * 2] * 2 + ["It is in the harbour."]
    await asyncio.to_thread(asyncio.run, client.aclose())
    with pytest.raises(InvalidInput, match="closed"):
        await ask()
    gc.collect()  # a socket that was left open is told of here


async def test_a_refusal_is_what_the_server_raised(ours: AsyncClient, client: httpx.AsyncClient) -> None:
    """An app catches the same error whether it embeds Riffler or calls it, with all that the problem says."""
    with pytest.raises(UnknownSession) as unknown:
        await ours.session("nowhere")
    assert isinstance(unknown.value, Refused)
    assert (unknown.value.status, unknown.value.title) == (404, "Unknown session")
    assert "nowhere" in unknown.value.detail
    assert "nowhere" not in unknown.value.loggable
    back = pickle.loads(pickle.dumps(unknown.value))  # noqa: S301 - our own
    assert isinstance(back, UnknownSession)
    assert str(back) == str(unknown.value)
    await ours.create_session("pier")
    with pytest.raises(SessionExists):
        await ours.create_session("pier")
    with pytest.raises(InvalidInput) as invalid:
        await ours.create_session("a name with spaces")
    assert isinstance(invalid.value, Refused)
    assert [complaint.field for complaint in invalid.value.complaints] == ["body.session"]
    assert invalid.value.request_id


async def test_an_answer_can_be_copied_and_kept(ours: AsyncClient) -> None:
    """A copy can still be rewarded; what was pickled says how it can be."""
    answer = await ours.ask("When?")
    assert (await copy.deepcopy(answer).reward(1.0)).counted is True
    kept = pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own
    assert (kept.text, kept.etag) == (answer.text, answer.etag)
    with pytest.raises(InvalidInput, match=r"client\.reward"):
        await kept.reward(1.0)


class Slow:
    """A model that waits until it may answer, says what it was asked, and notes when it is stopped."""

    def __init__(self) -> None:
        self.asked, self.go_on, self.stopped = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, request: EngineRequest) -> Reply:
        """Answer."""
        self.asked.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.stopped.set()
            raise
        return f"You said {request.messages[-1].text}"


@pytest.fixture
def slow() -> Slow:
    """The model of one test."""
    return Slow()


@pytest.fixture
async def waiting(server_folder: Path, slow: Slow) -> AsyncIterator[AsyncClient]:
    """A client of a service with that model, a tenant of its own, and no arm that asks the model."""
    settings, tenant = read_settings(data_folder=server_folder), f"tenant-{secrets.token_hex(8)}"
    async with (
        Riffler(settings, tenant, ScriptedEngine(slow), Fixed("none")) as riffler,
        served(riffler) as there,
        AsyncClient(str(there.base_url)) as made,
    ):
        yield made


async def test_a_stream_that_is_closed_is_cancelled(waiting: AsyncClient, slow: Slow) -> None:
    """Who leaves a stream early stops the model, and the client goes on to be of use."""
    async with waiting.stream("Where is the boat?") as events:
        assert isinstance(await anext(events), Arrived)
        await slow.asked.wait()
    async with asyncio.timeout(20):
        await slow.stopped.wait()
    slow.go_on.set()
    assert "Where is it?" in (await waiting.ask("Where is it?")).text


@pytest.mark.parametrize("synchronous", [False, True])
async def test_a_stream_can_be_closed_while_it_is_read(waiting: AsyncClient, slow: Slow, synchronous: bool) -> None:
    """A stop button ends who waits for the next event by an error of ours, and stops the model, on both faces."""
    with Client(waiting.address) as client:
        events = client.stream("Where is the boat?") if synchronous else waiting.stream("Where is the boat?")
        if isinstance(events, AsyncAnswerStream):
            await events.__aenter__()
            reading = asyncio.create_task(events.finish())
        else:
            await asyncio.to_thread(events.__enter__)
            reading = asyncio.create_task(asyncio.to_thread(events.finish))
        await slow.asked.wait()
        await asyncio.sleep(0.3)
        assert not reading.done()
        await (events.aclose() if isinstance(events, AsyncAnswerStream) else asyncio.to_thread(events.close))
        async with asyncio.timeout(20):
            with pytest.raises(ConnectionLost, match="was closed while"):
                await reading
            await slow.stopped.wait()


async def test_a_named_stream_goes_on_alone(waiting: AsyncClient, slow: Slow) -> None:
    """With a name of its own a question outlives its stream, and asked again it gives the same turn's answer."""
    session = (await waiting.create_session()).session
    async with waiting.stream("Where is the boat?", session=session, idempotency_key="mine") as events:
        await anext(events)
        await slow.asked.wait()
    slow.go_on.set()
    await asyncio.sleep(0.2)
    assert not slow.stopped.is_set()
    async with waiting.stream("Where is the boat?", session=session, idempotency_key="mine") as events:
        answer = await events.finish()
    assert answer.text == "You said Where is the boat?"
    assert [message["role"] async for message in waiting.messages(session)] == ["user", "assistant"]
    assert len([each async for each in waiting.decisions()]) == 1


async def test_many_streams_are_not_mixed_up(waiting: AsyncClient, slow: Slow) -> None:
    """Twenty at once on one client: each hears its own answer."""

    async def one(number: int) -> None:
        async with waiting.stream(f"Where is boat {number}?") as events:
            text = "".join([piece async for piece in events.texts()])
        assert text == events.answer.text == f"You said Where is boat {number}?"

    asking = [asyncio.create_task(one(number)) for number in range(20)]
    await slow.asked.wait()
    slow.go_on.set()
    await asyncio.gather(*asking)


async def test_a_question_whose_answer_was_lost_is_asked_once(ours: AsyncClient) -> None:
    """The connection breaks after the service has answered: the client asks again, and gets that turn's answer."""
    session = (await ours.create_session()).session

    async def forward(writer: asyncio.StreamWriter, *, lose: bool) -> None:
        came = between.received[-1]
        method, path, _ = came.line.split()
        async with httpx.AsyncClient(timeout=60) as client:
            reply = await client.request(method, ours.address + path, headers=came.headers, content=came.body)
        if not lose:
            head = f"HTTP/1.1 {reply.status_code} X\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + reply.content)
            await writer.drain()

    async with (
        Failing.serving(
            lambda writer: forward(writer, lose=True), lambda writer: forward(writer, lose=False)
        ) as between,
        AsyncClient(between.address) as client,
    ):
        answer = await client.ask("Where is the boat?", session=session)
    assert len(between.received) == 2
    assert [message["role"] async for message in ours.messages(session)] == ["user", "assistant"]
    assert [each.decision async for each in ours.decisions()] == [answer.rewriting.decision]


def test_it_brings_no_server() -> None:
    """An app that only calls a service imports neither the service nor what that stands on."""
    code = "import sys, riffler; riffler.Client, riffler.AsyncClient; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name.partition(".")[0] for name in done.stdout.split()}
    assert not names & {
        "fastapi",
        "starlette",
        "uvicorn",
        "redis",
        "numpy",
        "spacy",
        "openai",
        "langgraph",
        "structlog",
    }
    ours = {name for name in done.stdout.split() if name.startswith("riffler.")}
    assert {name for name in ours if not name.startswith("riffler.service.client")} == {
        "riffler.errors",
        "riffler.service",
    }


async def test_the_readme_code_runs(ours: AsyncClient) -> None:
    """The example is under twenty lines, runs as it stands but for the address, and prints what it says."""
    section = re.findall(r"## From Python\n(.*?)\n## ", README.read_text("utf-8"), re.DOTALL)[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert code.count("\n") < 20
    assert "http://127.0.0.1:8000" in code
    code = code.replace("http://127.0.0.1:8000", ours.address)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    assert printed.decode().split("\n") == ["It is in the harbour."] * 2 + [""]
    assert [each.reward async for each in ours.decisions()] == [1.0, 0.8]
