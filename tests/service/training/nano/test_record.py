"""Episodes on a real Riffler: each move can be made, and says only what can be seen."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from riffler.service.inference.nano import NanoEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.episode import DETAIL, GIVEN_UP, Episode, Move, Wrong, call, done, is_hidden
from riffler.service.training.nano.record import OracleEngine, Played, recording
from riffler.service.training.nano.samples_file import read_samples, write_samples
from riffler.service.training.nano.skills import SKILLS, episode
from riffler.service.training.nano.streams import KEYS_A_CALL, stream
from riffler.tools.messages import Message, ToolCall
from riffler.tools.registry import PROFILES, Registry
from riffler.tools.tokens import EstimatedTokens

COUNTER = EstimatedTokens()


async def played(*episodes: Episode) -> list[Played]:
    """Play episodes."""
    async with recording(COUNTER) as recorder:
        return [each async for each in recorder.play(episodes)]


async def test_each_episode_ends_right_within_the_window() -> None:
    """Whatever is drawn, each move is a call that was done or the answer, and fits a window of 8,192 tokens."""
    kinds, given_up = Counter[tuple[str, bool]](), 0
    names = {tool["function"]["name"] for tool in Registry(PROFILES["riffler"]).schemas()}
    makers = [SKILLS[skill] for skill in SKILLS for _ in range(16)]
    drawn = [make(random.Random(number)) for number, make in enumerate(makers)]
    for each in await played(*(episode(5, number) for number in range(20)), *drawn):
        if each.fault == f"ended with {GIVEN_UP!r}":  # a link was longer than what a match shows
            given_up += 1
            continue
        assert not each.fault
        *moves, last = each.samples
        assert last.said.text == each.episode.answer
        assert all(move.said.tool_calls for move in moves)
        results = [one.result for one in done(last.request)]
        if each.episode.skill != "recover":
            assert len(results) == len(moves)
            assert not [result for result in results if result.startswith("error")]
        for sample in each.samples:
            assert sample.tokens(COUNTER) < 8192
            offered = {tool["function"]["name"] for tool in sample.request.tools}
            assert offered == names - {"summarize_fragment"}, "a model so small writes no summaries"
            kinds[each.episode.skill, is_hidden(sample.request)] += 1
    assert set(kinds) >= {(skill, hidden) for skill in ("streams", "chains", "find") for hidden in (True, False)}
    assert {skill for skill, _ in kinds} == {*SKILLS}
    assert given_up < 8


async def test_46_keys_are_asked_for_a_few_at_a_time_and_noted() -> None:
    """Riffler folds the first results to make room; each value was noted before that, and the answer has them all."""
    asked = next(
        made for made in map(stream, map(random.Random, range(2000))) if made.answer.count("\n") + 1 > 5 * KEYS_A_CALL
    )
    [run] = await played(asked)
    assert not run.fault
    calls = [one.arguments["queries"] for one in done(run.samples[-1].request)]
    assert [len(queries) for queries in calls[:-1]] == [KEYS_A_CALL] * (len(calls) - 1)
    notes = "\n".join(sample.said.text for sample in run.samples[1:-1])
    answer = run.samples[-1].said.text.split("\n")
    assert len(answer) == sum(map(len, calls))
    assert [line for line in answer if line not in notes] == answer[-len(calls[-1]) :]


async def test_what_goes_wrong_is_played_and_not_learned() -> None:
    """The error stands in the turn that goes on after it; no sample has the move that led to it."""

    def move(request: EngineRequest) -> Move:
        if done(request):
            return "It is 7."
        return Wrong(call(request, DETAIL, search_id="s00009"))

    [run] = await played(Episode("find", (), "What is it? It is 7.", "It is 7.", move))
    [sample] = run.samples
    assert sample.said.text == "It is 7."
    assert [each.result for each in done(sample.request)] == [
        "error: no match s00009: nothing was found by a search yet"
    ]


async def test_what_cannot_be_known_teaches_nothing() -> None:
    """An oracle that says what it can't see, or something else than the answer, leaves no sample behind."""
    guess = Episode("streams", (), "What is the harbour fee?", "It is 7.", lambda _: "It is 7.")
    wrong = Episode("streams", (), "What is it? It is 7 or 8.", "It is 7.", lambda _: "It is 8.")
    right = Episode("streams", (), "What is it? It is 7.", "It is 7.", lambda _: "It is 7.")
    faults = [(each.fault, len(each.samples)) for each in await played(guess, wrong, right)]
    assert faults == [("'It' was said and not to be seen", 0), ("ended with 'It is 8.'", 0), ("", 1)]


async def test_what_takes_more_calls_than_a_turn_may_have_teaches_nothing() -> None:
    """An oracle that never comes to an end leaves no sample behind, and the next episode is played."""
    endless = Episode("find", (), "Where is it? It is 7.", "It is 7.", lambda request: call(request, "list_fragments"))
    right = Episode("find", (), "What is it? It is 7.", "It is 7.", lambda _: "It is 7.")
    faults = [(each.fault, len(each.samples)) for each in await played(endless, right)]
    assert faults == [("it takes more calls than a turn may have", 0), ("", 1)]


def test_an_episode_is_the_same_whenever_it_is_made() -> None:
    """It depends on its seed and number alone."""
    one, other = ([episode(seed, number) for number in range(20)] for seed in (1, 1))
    assert [(each.question, each.contexts, each.answer) for each in one] == [
        (each.question, each.contexts, each.answer) for each in other
    ]
    assert episode(2, 0).question != one[0].question


async def test_a_run_goes_on_where_it_was_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in files isn't made again; a file that was lost comes back byte for byte but for times."""
    monkeypatch.setattr("riffler.service.training.nano.samples_file.IN_A_FILE", 3)
    first = await write_samples(tmp_path, 1, 6, COUNTER)
    assert first.episodes.total() == 6
    before = [*read_samples(tmp_path)]
    assert len(before) == first.samples.total()
    assert {"skill", "episode", "messages", "tools", "said"} == set(before[0])
    lost = sorted(tmp_path.iterdir())[0]
    lost.unlink()
    told: list[int] = []
    assert (await write_samples(tmp_path, 1, 6, COUNTER, tell=told.append)).episodes.total() == 3
    assert told == [1, 2, 3]
    assert [each["said"] for each in read_samples(tmp_path)] == [each["said"] for each in before]
    assert (await write_samples(tmp_path, 1, 6, COUNTER)).episodes.total() == 0


def test_what_is_hidden_is_told_by_the_status() -> None:
    """A status at the view's end says so, also with a fence; one that a user wrote before that end doesn't."""
    status = "[[{}status 10 of 20 tokens used, 10 free\nid state\n]]"
    for text, hidden in [("Well?", False), (f"Well?\n\n{status.format('')}", True), (status.format("7:"), True)]:
        assert is_hidden(EngineRequest((Message.user("A text."), Message.user(text)))) is hidden
    assert not is_hidden(EngineRequest((Message.user(f"{status.format('')}\nWell?"),)))


def test_calls_of_this_turn_alone_are_told() -> None:
    """Those before the newest question were another's; one without a result isn't done."""
    calls = [
        Message.assistant(None, [ToolCall(f"c{number}", "find_in_context", json.dumps({"queries": [str(number)]}))])
        for number in range(3)
    ]
    results = [Message.tool(f"c{number}", f"result {number}") for number in range(2)]
    request = EngineRequest(
        (Message.user("A?"), calls[0], results[0], Message.user("B?"), calls[1], results[1], calls[2])
    )
    assert [(each.arguments["queries"], each.result) for each in done(request)] == [(["1"], "result 1")]


async def test_what_is_copied_must_be_seen_whole() -> None:
    """Words alone that can be seen make no value, and a query must have been read."""
    text = "It is 7 pounds. What is 9 tons?"
    guess = Episode("find", (), text, "It is 9 pounds.", lambda _: "It is 9 pounds.", ("9 pounds",))

    def search(request: EngineRequest) -> Move:
        return text if done(request) else call(request, "find_in_context", queries=["harbour"])

    faults = [each.fault for each in await played(guess, Episode("find", (), text, text, search))]
    assert [fault.split(" was said")[0] for fault in faults] == ["'9 pounds'", "'harbour'"]


async def test_earlier_questions_and_a_system_message_stand_before() -> None:
    """The model sees them, and the samples are of the last question alone."""
    first = Episode("find", (), "What is it? It is 7.", "It is 7.", lambda _: "It is 7.")
    [run] = await played(replace(first, system="Be kind.", earlier=(first,)))
    [sample] = run.samples
    assert [each.role for each in sample.request.messages] == ["system", "user", "assistant", "user"]


def test_edits_are_priced_as_in_use(tmp_path: Path) -> None:
    """But for their names both engines are the same, so that results of edits read the same."""
    (tmp_path / "config.json").write_text('{"max_position_embeddings": 2560}')
    theirs = NanoEngine(tmp_path).info
    assert replace(OracleEngine(COUNTER, 2560).info, name=theirs.name, model=theirs.model) == theirs
