"""Undo, history, diff and fork through the agent: within a step, over versions, and made again."""

import json
import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from riffler.errors import (
    InvalidInput,
    NothingToUndo,
    RequestKeyReused,
    SessionExists,
    TooFarBack,
    UnknownSession,
    UnknownVersion,
)
from riffler.service.agent.edits import Edits
from riffler.service.agent.graph import Agent
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.making import name_of
from riffler.service.agent.past import difference_of, history_of, memory_at
from riffler.service.agent.room import Room
from riffler.service.agent.state import Parts
from riffler.service.agent.turns import Turns
from riffler.service.http.incoming import NewFork
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.policy.store import RedisPolicyStore
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.session_names import SESSION_NAME
from riffler.tools.carve.show_history import SHOW_HISTORY
from riffler.tools.carve.undo_edits import UNDO_EDITS
from riffler.tools.memory import Forked, WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import PAPER, Registry
from riffler.tools.tool import Inputs
from riffler.tools.view import view

TOOLS = Registry((*PAPER, UNDO_EDITS, SHOW_HISTORY))
TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(100))
CUT = json.dumps({"start_marker": "Entry 10 ", "end_marker": "Entry 90 "})


@pytest.fixture
def edits(memory_store: RedisMemoryStore) -> Edits:
    """Edits with all tools."""
    return Edits(memory_store, ScriptedEngine(lambda _: "Squares."), TOOLS)


@pytest.fixture
async def key(edits: Edits) -> SessionKey:
    """A session of version 3: five fragments, of which the first is folded."""
    made, _ = await edits.create(f"tenant-{secrets.token_hex(8)}", "s", [Message.user(TEXT), Message.user("And?")])
    await edits.call(made, "fragment_context", CUT)
    await fold(edits, made, 1)
    return made


async def fold(edits: Edits, key: SessionKey, number: int) -> None:
    """Fold a fragment by hand."""
    await edits.call(key, "fold_fragment", json.dumps({"fragment_id": f"f{number:05x}"}))


def states(memory: WorkingMemory) -> str:
    """Give the first letters of the fragments' states."""
    return "".join(fragment.state.value[0] for fragment in memory.fragments.values())


def called(name: str, **arguments: object) -> tuple[str, dict[str, object]]:
    """Name a call of a tool."""
    return name, arguments


async def step(
    store: RedisMemoryStore,
    connection: RedisConnection,
    key: SessionKey,
    calls: Sequence[tuple[str, dict[str, object]]],
) -> list[str]:
    """Ask a question whose turn makes these calls in one step; give their replies."""
    made = [ToolCall(f"c{number}", name, json.dumps(given)) for number, (name, given) in enumerate(calls)]
    script: list[Reply] = [made, "Done."]
    engine = ScriptedEngine(script)
    parts = Parts(store, engine, None, Room(engine, TOOLS))
    turns = Turns(Agent(parts, RedisPolicyStore(connection), 30.0), store)
    progress = turns.stream(key.tenant, [Message.user("Go on?")], key.session, deltas=False)
    return [item.reply async for item in progress if hasattr(item, "reply")]


@pytest.mark.parametrize(
    ("calls", "wanted", "words"),
    [
        ([called("undo_edits")], "vvvvv", ["back to the states of version 2"]),
        (
            [called("fold_fragment", fragment_id="f00003"), called("undo_edits")],
            "fvvvv",
            ["folded", "undid 1 edit, back to the states of version 4"],
        ),
        (
            [called("fold_fragment", fragment_id="f00003"), called("undo_edits", edits=2)],
            "vvvvv",
            ["folded", "undid 2 edits, back to the states of version 2"],
        ),
        (
            [called("undo_edits"), called("undo_edits")],
            "fvvvv",
            ["back to the states of version 2", "back to the states of version 4"],
        ),
        (
            [called("undo_edits"), called("fold_fragment", fragment_id="f00002"), called("undo_edits", to_version=3)],
            "fvvvv",
            ["version 2", "folded f00002", "f00002 is visible; f00001 is folded"],
        ),
        (
            [called("fold_fragment", fragment_id="f00002"), called("undo_edits", edits=3)],
            "ffvvv",
            ["folded", "there are only 2 edits to undo, not 3"],
        ),
        (
            [called("undo_edits", to_version=5)],
            "fvvvv",
            ["expected a version before the present one, 5, got 5"],
        ),
        (
            [called("fold_fragment", fragment_id="f00002"), called("show_history", versions=2)],
            "ffvvv",
            ["folded", "version 5, model, now: 1 message of a step; folded f00002"],
        ),
    ],
)
async def test_an_undo_in_a_step_sees_what_the_step_did(
    memory_store: RedisMemoryStore,
    memory_connection: RedisConnection,
    key: SessionKey,
    calls: list[tuple[str, dict[str, object]]],
    wanted: str,
    words: list[str],
) -> None:
    """The calls of one step so far are the newest version, though not committed yet; all is one commit in the end."""
    were = await memory_store.load(key)
    replies = await step(memory_store, memory_connection, key, calls)
    assert len(replies) == len(calls)
    assert all(word in reply for word, reply in zip(words, replies, strict=True)), replies
    memory = await memory_store.load(key)
    assert states(memory) == wanted
    assert memory.version == were.version + 3, "the question, the step and the answer"
    assert await memory_at(memory_store, key, were.version) == were
    assert states(await memory_at(memory_store, key, were.version + 1)) == states(were)


async def test_a_step_is_undone_as_one_edit(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, edits: Edits, key: SessionKey
) -> None:
    """What a step did, with an undo in it, is one edit; undone, the fragments are as they were before the step."""
    folds = [called("fold_fragment", fragment_id=f"f0000{number}") for number in (2, 3)]
    await step(memory_store, memory_connection, key, [*folds, called("undo_edits"), folds[0]])
    assert states(await memory_store.load(key)) == "ffvvv"
    reply = (await edits.call(key, "undo_edits", "{}")).reply
    assert "undid 1 edit, back to the states of version 4" in reply
    assert states(await memory_store.load(key)) == "fvvvv"


async def test_what_riffler_folded_is_no_edit(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """An undo goes back over it, and leaves it folded; by hand it is one version, repeated by its name only once."""
    memory = await memory_store.load(key)
    outcome = TOOLS.call(memory, "fold_fragment", '{"fragment_id": "f00002"}', Inputs(ScriptedEngine([]).counter))
    await memory_store.commit(key, memory, outcome.events, "riffler")
    named = NamedRequest("undo", "it")
    first = await edits.call(key, "undo_edits", "{}", request=named)
    assert await edits.call(key, "undo_edits", "{}", request=named) == first
    memory = await memory_store.load(key)
    assert (states(memory), memory.version) == ("vfvvv", 5)
    await edits.call(key, "undo_edits", '{"to_version": 2}')
    assert states(await memory_store.load(key)) == "vvvvv"


async def test_an_undo_in_a_full_session_lasts(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection
) -> None:
    """A turn's folding to fit the budget isn't undone by the model's undo, so that it isn't done again after it."""
    engine_calls = [
        ToolCall("c1", "fragment_context", CUT),
        ToolCall("c2", "fold_fragment", '{"fragment_id": "f00001"}'),
    ]
    undo = [ToolCall("c3", "undo_edits", "{}")]
    script: list[Reply] = [engine_calls, "Done.", undo, "Undone."]
    engine = ScriptedEngine(script, window_tokens=3000)
    parts = Parts(memory_store, engine, None, Room(engine, TOOLS))
    turns = Turns(Agent(parts, RedisPolicyStore(memory_connection), 30.0), memory_store)
    key, _ = await Edits(memory_store, engine, TOOLS).create(f"tenant-{secrets.token_hex(8)}")
    replies: list[str] = []
    for question, material in (("First?", TEXT), ("Second?", TEXT * 3)):
        messages = [Message.user(material), Message.user(question)]
        progress = turns.stream(key.tenant, messages, key.session, deltas=False)
        replies += [item.reply async for item in progress if hasattr(item, "reply")]
    assert replies[-1].startswith("undid 1 edit, back to the states of version 1; f00001 is visible; ")
    assert "folded: Riffler's own, to fit the budget" in replies[-1]
    made = await history_of(memory_store, key, 100)
    assert [version.actor for version in made.versions if version.changes] == ["model", "riffler", "model"]
    assert not (await memory_store.load(key)).fragments["f00001"].hidden


async def test_a_session_as_it_was(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """Each version is had by its number, the present with or without; one that never was is refused."""
    were = [WorkingMemory(), await memory_at(memory_store, key, 1)]
    were += [await memory_at(memory_store, key, 2), await memory_store.load(key)]
    assert [states(memory) for memory in were] == ["", "", "vvvvv", "fvvvv"]
    for number in (2, 3):
        await fold(edits, key, number)
        were.append(await memory_store.load(key))
    assert [await memory_at(memory_store, key, number) for number in range(6)] == were
    assert await memory_at(memory_store, key, None) == were[-1]
    with pytest.raises(UnknownVersion, match="no version 6: the session has version 5"):
        await memory_at(memory_store, key, 6)
    with pytest.raises(UnknownSession):
        await memory_at(memory_store, SessionKey(key.tenant, "nobody"), 1)


async def test_history_comes_in_stretches(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """The newest first, each once, with what comes before, and how far back it leads."""
    await fold(edits, key, 2)
    found = await history_of(memory_store, key, 3)
    assert ([v.number for v in found.versions], found.more, found.oldest) == ([4, 3, 2], True, 1)
    rest = await history_of(memory_store, key, 3, before=2)
    assert ([v.number for v in rest.versions], rest.more, rest.oldest) == ([1], False, 0)
    for before in (0, 1):
        assert (await history_of(memory_store, key, 3, before=before)).versions == ()
    assert (await history_of(memory_store, key, 4, before=99)).versions == (*found.versions, *rest.versions)


async def test_what_differs(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """Two versions are compared, the present by default; the wrong way round is refused."""
    await edits.append(key, [Message.user("More?")])
    counter = ScriptedEngine([]).counter
    found = await difference_of(memory_store, key, (2, None), counter)
    assert (found.before, found.after, found.messages) == (2, 4, 1)
    assert [(changed.id, changed.before, changed.after) for changed in found.fragments] == [
        ("f00001", "visible", "folded")
    ]
    with pytest.raises(InvalidInput, match="from, to"):
        await difference_of(memory_store, key, (3, 2), counter)


async def test_a_fork_goes_its_own_way(
    memory_store: RedisMemoryStore, memory_connection: RedisConnection, edits: Edits, key: SessionKey
) -> None:
    """It looks as the session looked, with its ids; what happens to one doesn't happen to the other."""
    was = await memory_store.load(key)
    await fold(edits, key, 2)
    made, memory = await edits.fork(key, 3, "fork")
    assert (made, memory) == (SessionKey(key.tenant, "fork"), was)
    assert view(await memory_store.load(made)).messages == view(was).messages
    assert memory.life != was.life
    await edits.append(made, [Message.user("Another way.")])
    await fold(edits, made, 5)
    assert states(await memory_store.load(made)) == "fvvvf"
    assert states(await memory_store.load(key)) == "ffvvv"
    assert len((await memory_store.load(key)).entries) == 2
    assert "undid 1 edit, back to the states of version 4" in (await edits.call(made, "undo_edits", "{}")).reply
    whence = "it was forked from session 's' at version 3"
    with pytest.raises(UnknownVersion, match=f"goes back to version 3; {whence}"):
        await memory_at(memory_store, made, 2)
    with pytest.raises(TooFarBack, match=f"goes back to version 3; {whence}"):
        await edits.call(made, "undo_edits", '{"to_version": 2}')
    with pytest.raises(TooFarBack, match=f"holds 2; {whence}"):
        await edits.call(made, "undo_edits", '{"edits": 9}')
    assert f"version 6; {whence}; the newest first:" in (await edits.call(made, "show_history", "{}")).reply
    afresh = RedisMemoryStore(memory_connection)  # it knows nothing but what is stored
    assert [(await afresh.load(each)).forked for each in (made, key)] == [Forked("s", 3), None]
    assert (await memory_at(afresh, made, 4)).forked == Forked("s", 3)
    again, present = await edits.fork(made)
    assert again.session.startswith("s-")
    assert present == await memory_store.load(made)
    assert present.forked == Forked("fork", 6)
    assert {each.session for each in (await memory_store.sessions(key.tenant)).sessions} == {"s", "fork", again.session}


async def test_a_fork_that_cannot_be(memory_store: RedisMemoryStore, edits: Edits, key: SessionKey) -> None:
    """A name that is given, a version or a session that isn't there: nothing is made."""
    with pytest.raises(SessionExists):
        await edits.fork(key, 1, "s")
    with pytest.raises(UnknownVersion):
        await edits.fork(key, 9, "fork")
    with pytest.raises(UnknownSession):
        await edits.fork(SessionKey(f"{key.tenant}-other", "s"), 1, "fork")
    assert len((await memory_store.sessions(key.tenant)).sessions) == 1


@pytest.mark.parametrize(
    "name", ["", ".", "..", "bad name/..", "a\nb", "a\n", "\0", "é", "-a", "a" * 201, "a?b", "a#b"]
)
async def test_a_name_that_no_address_has_is_refused(
    memory_store: RedisMemoryStore, edits: Edits, key: SessionKey, name: str
) -> None:
    """However a session is made, it has no name that HTTP can't reach; the error says what came and what may."""
    with pytest.raises(InvalidInput, match="session: expected a name of 1 to 200 of .*, got '") as forked:
        await edits.fork(key, 1, name)
    with pytest.raises(InvalidInput) as created:
        await edits.create(key.tenant, name)
    assert str(forked.value) == str(created.value)
    assert "\n" not in str(forked.value)
    assert len((await memory_store.sessions(key.tenant)).sessions) == 1


@given(st.text(max_size=5) | st.from_regex(SESSION_NAME) | st.text("a.~-_ /\n", min_size=198, max_size=202))
def test_all_ways_in_take_the_same_names(name: str) -> None:
    """HTTP takes a name exactly when whatever makes a session does, and it stands in an address as it is."""
    try:
        NewFork(session=name)
        taken = True
    except ValidationError:
        taken = False
    with nullcontext() if taken else pytest.raises(InvalidInput):
        assert name_of(name, None) == name == quote(name, safe="")


@pytest.mark.parametrize("name", ["fork", None])
async def test_a_fork_made_again_is_one(
    memory_store: RedisMemoryStore, edits: Edits, key: SessionKey, name: str | None
) -> None:
    """Made again it gives the fork as it stands, also when the session is gone; its name isn't another request's."""
    request = NamedRequest("r", "this")
    made, memory = await edits.fork(key, 2, name, request)
    assert await edits.fork(key, 2, name, request) == (made, memory)
    await edits.append(made, [Message.user("Another way.")])
    await edits.delete(key)
    again, present = await edits.fork(key, 2, name, request)
    assert (again, present.version) == (made, 3)
    with pytest.raises(RequestKeyReused):
        await edits.fork(key, 2, name, NamedRequest("r", "that"))


async def test_without_edits_nothing_is_undone(edits: Edits, key: SessionKey) -> None:
    """A refusal by hand changes nothing, and says what there is."""
    with pytest.raises(NothingToUndo, match="there is only 1 edit to undo, not 2"):
        await edits.call(key, "undo_edits", '{"edits": 2}')
