"""What turns and edits by hand leave in the turn log, with a scripted model on a real store."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import (
    EngineUnavailable,
    InvalidInput,
    MemoryUnavailable,
    RequestKeyReused,
    SessionBusy,
    ToolRefused,
    UnknownSession,
)
from riffler.service.agent.lease import held
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.turns import asked
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ReplyFunction, ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.keys import session_keys, turn_log
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.turn_log import TurnRecord
from riffler.service.settings import read_settings
from riffler.service.turn_log.store import RedisTurnLog
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import count_message
from riffler.tools.view import View, bare_view

Make = Callable[..., Riffler]
SECRET = "The harbour opens at six"
CONTEXT = " ".join(f"{SECRET} on day {day}." for day in range(60))


@pytest.fixture
async def make(server_folder: Path) -> AsyncIterator[Make]:
    """Makes Rifflers of a tenant of their own, attached to the server that all tests share."""
    made: list[Riffler] = []

    def riffler(script: list[Reply] | ReplyFunction, window: int = 8000, **settings: Any) -> Riffler:
        values = read_settings(data_folder=server_folder, **{"tools": "paper", **settings})
        engine = ScriptedEngine(script, window_tokens=window)
        made.append(Riffler(values, f"tenant-{secrets.token_hex(8)}", engine, seed=1))
        return made[-1]

    yield riffler
    for one in made:
        await one.aclose()


async def records(riffler: Riffler) -> Sequence[TurnRecord]:
    """All records of its tenant, the newest first."""
    return await riffler.turn_log.newest(riffler.tenant, 100)


def cutting(request: EngineRequest) -> Reply:
    """Cut a fragment, fold it with another call that is refused beside it, then answer."""
    results = [message.text for message in request.messages if message.role == "tool"]
    if not results:
        markers = {"start_marker": "on day 3.", "end_marker": "on day 40."}
        return [ToolCall("c1", "fragment_context", json.dumps(markers))]
    if len(results) == 1:
        fold = json.dumps({"fragment_id": "f00001"})
        return [ToolCall("c2", "fold_fragment", fold), ToolCall("c3", "fold_fragment", fold)]
    return "At six."


async def test_an_answered_turn_says_what_it_took(make: Make) -> None:
    """Its record has the answer's own figures, the calls counted by hand, and the edit that its view shows."""
    seen: list[EngineRequest] = []

    def model(request: EngineRequest) -> Reply:
        seen.append(request)
        return cutting(request)

    riffler = make(model, rewrites_by="rule")
    answer = await riffler.ask("When does it open?", [CONTEXT])
    (record,) = await records(riffler)
    counter = riffler.engine.counter
    assert (record.kind, record.outcome, record.error) == ("turn", "answered", "")
    assert (record.session, record.life, record.version) == (answer.session, answer.life, answer.version)
    shown = answer.rewriting
    assert (record.decision, record.arm, record.executed) == (shown.decision, shown.arm, shown.executed)
    usage = answer.usage
    assert (record.prompt_tokens, record.completion_tokens) == (usage.prompt_tokens, usage.completion_tokens)
    assert (record.cached_tokens, record.estimated) == (usage.cached_tokens, usage.estimated)
    assert (record.conversation_tokens, record.seen_tokens) == (answer.conversation_tokens, answer.seen_tokens)
    assert (record.calls, record.tools_done, record.tools_refused) == (3, 2, 1)
    assert record.times_ms.keys() == answer.times_ms.keys() >= {"arrive", "model", "tools", "answer"}
    assert sum(record.times_ms.values()) <= record.total_ms + 1
    assert (record.engine, record.model) == ("scripted", riffler.engine.info.model)
    (edit,) = record.edits
    after, before = [bare_view(await riffler.memory(record.session, edit.version - back)) for back in (0, 1)]
    there = View(after.messages[: len(before.messages)], after.changed)  # without what the step itself said
    assert (edit.actor, edit.tool, edit.folded, edit.restored) == ("model", "fold_fragment", 1, 0)
    assert edit.freed_tokens == before.tokens(counter) - there.tokens(counter) > 0
    assert 0 < edit.rewritten_tokens < after.tokens(counter)


async def test_no_text_of_users_is_kept(make: Make, memory_connection: RedisConnection) -> None:
    """Neither of questions, contexts, answers nor arguments of tools, whatever became of the turn."""

    def model(request: EngineRequest) -> Reply:
        return (
            cutting(request)
            if "When" in request.messages[-1].text or request.messages[-1].role == "tool"
            else (EngineUnavailable(f"{SECRET}, says the engine"))
        )

    riffler = make(model, rewrites_by="rule")
    await riffler.ask("When does it open?", [CONTEXT])
    with pytest.raises(EngineUnavailable):
        await riffler.ask(f"{SECRET}: is that so?")
    with pytest.raises(InvalidInput):
        await riffler.ask(SECRET, without=[SECRET])
    raw: list[Any] = await memory_connection.run(lambda client: client.xrange(turn_log(riffler.tenant)))
    assert len(raw) == 3
    assert "harbour" not in str(raw)
    assert "on day" not in str(raw)


async def test_what_fails_says_why_and_outlives_the_session_that_it_made(make: Make) -> None:
    """An engine that is away leaves a failed turn with the error's class and the decision that was given up."""
    riffler = make(lambda _: EngineUnavailable("away"), rewrites_by="rule")
    with pytest.raises(EngineUnavailable):
        await riffler.ask("When does it open?")
    (record,) = await records(riffler)
    assert (record.outcome, record.error, record.calls) == ("failed", "EngineUnavailable", 0)
    assert record.decision
    assert record.total_ms > 0
    with pytest.raises(UnknownSession):
        await riffler.memory(record.session)


async def test_a_bug_is_told_as_unforeseen(make: Make) -> None:
    """What isn't an error of Riffler's own doesn't show its class."""

    def model(_: EngineRequest) -> Reply:
        raise ZeroDivisionError(SECRET)

    riffler = make(model, rewrites_by="rule")
    with pytest.raises(ZeroDivisionError):
        await riffler.ask("When does it open?")
    (record,) = await records(riffler)
    assert (record.outcome, record.error) == ("failed", "Unforeseen")


async def test_what_is_refused_says_why(make: Make) -> None:
    """Before it begins, too: an unknown session, one that is busy, an arm that can't be forbidden."""
    riffler = make(["At six."], rewrites_by="rule")
    key, _ = await riffler.edits.create(riffler.tenant, "there")
    with pytest.raises(UnknownSession):
        await riffler.ask("When?", session="nowhere")
    with pytest.raises(InvalidInput):
        await riffler.ask("When?", without=["none"])
    async with held(riffler.sessions, key, 30.0):
        with pytest.raises(SessionBusy):
            await riffler.ask("When?", session="there")
    found = [(record.outcome, record.error, record.session) for record in await records(riffler)]
    assert found == [
        ("refused", "SessionBusy", "there"),
        ("refused", "InvalidInput", ""),
        ("refused", "UnknownSession", ""),
    ]


async def test_names_that_somebody_guesses_are_not_kept(make: Make, memory_connection: RedisConnection) -> None:
    """Nothing of a session that isn't there gets into the log, however it is asked for; one that is there is named."""
    riffler = make(lambda _: "At six.", rewrites_by="rule")
    await riffler.edits.create(riffler.tenant, "there")
    for request in (None, NamedRequest("k", "f" * 8)):
        with pytest.raises(UnknownSession):
            async with aclosing(
                riffler.turns.stream(riffler.tenant, asked("When?"), "guessed", request=request)
            ) as turn:
                await anext(turn)
    await riffler.ask("When?", session="there")
    found = [(record.error, record.session) for record in await records(riffler)]
    assert found == [("", "there"), ("UnknownSession", ""), ("UnknownSession", "")]
    raw: list[Any] = await memory_connection.run(lambda client: client.xrange(turn_log(riffler.tenant)))
    assert "guessed" not in str(raw)


async def test_a_request_s_name_given_twice_is_told_of_its_session(make: Make) -> None:
    """It says that the session is there: it has this request's receipt."""
    riffler = make(lambda _: "At six.", rewrites_by="rule")
    await riffler.edits.create(riffler.tenant, "there")

    async def ask(fingerprint: str) -> None:
        request = NamedRequest("k", fingerprint * 8)
        async with aclosing(riffler.turns.stream(riffler.tenant, asked("When?"), "there", request=request)) as turn:
            async for _ in turn:
                pass

    await ask("f")
    with pytest.raises(RequestKeyReused):
        await ask("e")
    found = [(record.error, record.session) for record in await records(riffler)]
    assert found == [("RequestKeyReused", "there"), ("", "there")]


async def test_a_turn_that_nobody_waits_for_is_cancelled(make: Make) -> None:
    """Closing the stream in the middle, and cancelling its task while the model thinks, leave a record each."""
    thinks = asyncio.Event()

    async def model(_: EngineRequest) -> Reply:
        thinks.set()
        await asyncio.Event().wait()
        return ""

    riffler = make(model, rewrites_by="rule")
    async with aclosing(riffler.stream("When does it open?")) as turn:
        await anext(turn)
    task = asyncio.create_task(riffler.ask("When does it open?"))
    await thinks.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [(each.outcome, each.error) for each in await records(riffler)] == [("cancelled", "")] * 2


async def test_an_answer_given_again_is_recorded_once(make: Make) -> None:
    """A request made again gets its answer, and the turn stays one turn; its answer's listener may go at once."""
    riffler, request = make(["At six."], rewrites_by="rule"), NamedRequest("k", "f" * 8)
    messages = asked("When does it open?")
    for _ in range(2):
        async with aclosing(riffler.turns.stream(riffler.tenant, messages, request=request)) as turn:
            async for item in turn:
                if getattr(item, "text", "") == "At six.":
                    break
    assert [record.outcome for record in await records(riffler)] == ["answered"]


async def test_a_store_that_keeps_nothing_fails_no_turn(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes, and so does an edit by hand's reply, when records can't be kept."""

    async def away(*_: object) -> str:
        raise MemoryUnavailable("away")

    riffler = make(["At six."], rewrites_by="rule")
    monkeypatch.setattr(RedisTurnLog, "add", away)
    answer = await riffler.ask("When does it open?", [CONTEXT])
    assert answer.text == "At six."
    await edited(riffler, answer.session)
    assert await records(riffler) == []


async def edited(riffler: Riffler, session: str) -> None:
    """Cut a fragment of the context, and fold it by hand."""
    await riffler.call(session, "fragment_context", '{"start_marker": "on day 3.", "end_marker": "on day 40."}')
    await riffler.call(session, "fold_fragment", '{"fragment_id": "f00001"}')


async def test_edits_by_hand_have_records_of_their_own(make: Make) -> None:
    """A fold has one, cuts, searches and refusals have none; made again under its name it is still one."""
    riffler = make([], rewrites_by="rule", cache_read_price=0.1, cache_write_price=1.25)
    key, _ = await riffler.edits.create(riffler.tenant, "s", [Message.user(CONTEXT), Message.user("When?")])
    await edited(riffler, "s")
    await riffler.call("s", "search_context", '{"query": "harbour"}')
    with pytest.raises(ToolRefused):
        await riffler.call("s", "fold_fragment", '{"fragment_id": "f00001"}')
    for _ in range(2):
        request = NamedRequest("k", "f" * 8)
        await riffler.edits.call(key, "restore_fragment", '{"fragment_id": "f00001"}', request=request)
    restored, folded = await records(riffler)
    assert (folded.kind, folded.session, folded.engine) == ("edit", "s", "scripted")
    assert (folded.read_price, folded.write_price) == (0.1, 1.25)
    (fold,), (restore,) = folded.edits, restored.edits
    assert (fold.actor, fold.tool, fold.folded, fold.restored) == ("app", "fold_fragment", 1, 0)
    assert (restore.actor, restore.tool, restore.folded, restore.restored) == ("app", "restore_fragment", 0, 1)
    assert fold.freed_tokens == -restore.freed_tokens > 0


@pytest.mark.parametrize("ways", ["asked", "forked", "cut", "unasked", "copied"])
async def test_an_edit_breaks_a_cache_only_of_what_a_call_has_sent(
    make: Make, memory_connection: RedisConnection, ways: str
) -> None:
    """An edit costs what leaves the cache; before a session's first call nothing does, whoever wrote its messages."""
    riffler = make(lambda _: "At six.", rewriting=False, cache_read_price=0.1, cache_write_price=1.25)
    begun = [Message.user(CONTEXT), *([Message.assistant("Well?")] if ways == "copied" else [])]
    key, _ = await riffler.edits.create(riffler.tenant, "s", begun)
    name = "s"
    if ways in {"asked", "forked", "cut"}:
        await riffler.ask("When does it open?", session="s")
        if ways == "forked":
            name = "other"
            await riffler.edits.fork(key, session=name)
    await riffler.edits.append(SessionKey(riffler.tenant, name), [Message.user("Later. " * 300)])
    if ways == "cut":  # the history doesn't go back to what the model said
        await memory_connection.run(lambda client: client.xtrim(session_keys(key)[4], maxlen=1, approximate=False))
    await edited(riffler, name)
    (fold,) = (await records(riffler))[0].edits
    sent = 2 if ways in {"asked", "forked", "cut"} else 0
    counter, memory = riffler.engine.counter, await riffler.memory(name)
    behind = sum(count_message(message, counter) for message in bare_view(memory).messages[:sent])
    assert (fold.rewritten_tokens, fold.fresh_tokens) == (
        pytest.approx(behind, abs=60),
        0 if sent else fold.freed_tokens,
    )
    assert bool(fold.rewritten_tokens) == bool(sent)
    fresh = 1.25 * fold.fresh_tokens + 0.1 * (fold.freed_tokens - fold.fresh_tokens)
    assert fold.cost_tokens == pytest.approx(1.15 * fold.rewritten_tokens - fresh, abs=0.01)


async def test_what_riffler_folds_of_a_copied_conversation_was_in_no_cache(make: Make) -> None:
    """Its session was made with messages, and the first question of it makes Riffler fold: no call had sent them."""
    riffler = make(["At six."], window=3000, rewrites_by="rule", tools="none")
    await riffler.edits.create(riffler.tenant, "s", [Message.user(CONTEXT * 5)])
    await riffler.ask("When does it open?", session="s")
    (edit,) = (await records(riffler))[0].edits
    assert (edit.actor, edit.rewritten_tokens, edit.fresh_tokens) == ("riffler", 0, edit.freed_tokens)


async def test_what_riffler_folds_itself_is_told_as_its_own(make: Make) -> None:
    """A context that doesn't fit is folded as it arrives: the cache knew nothing of it, so nothing leaves the cache."""
    riffler = make(["At six."], window=3000, rewrites_by="rule", tools="none")
    answer = await riffler.ask("When does it open?", [CONTEXT * 5])
    (record,) = await records(riffler)
    (edit,) = record.edits
    assert (edit.actor, edit.tool, edit.rewritten_tokens) == ("riffler", "", 0)
    assert edit.folded > 0
    assert record.saved_tokens == answer.conversation_tokens - answer.seen_tokens
    assert edit.freed_tokens >= record.saved_tokens > 0


async def test_a_session_s_records_go_when_it_is_deleted(make: Make) -> None:
    """Those of turns and of edits by hand; others stay; a deletion made again takes nothing of a new session."""
    riffler = make(lambda _: "At six.", rewrites_by="rule")
    gone = await riffler.ask("When does it open?", [CONTEXT])
    await edited(riffler, gone.session)
    stays = await riffler.ask("When does it open?")
    key, deletion = SessionKey(riffler.tenant, gone.session), NamedRequest("d", "f" * 8)
    await riffler.edits.delete(key, None, deletion)
    assert [record.session for record in await records(riffler)] == [stays.session]
    await riffler.edits.create(riffler.tenant, gone.session)
    await riffler.ask("When does it open?", session=gone.session)
    await riffler.edits.delete(key, None, deletion)
    assert [record.session for record in await records(riffler)] == [gone.session, stays.session]
