"""Tidy: what is needed is restored by ids that can be seen, there is room for it, and nothing that was read is lost."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings
from riffler.service.training.nano.asked_folds import asked_fold
from riffler.service.training.nano.episode import GIVEN_UP, Episode, done, status_of
from riffler.service.training.nano.record import Played, Sample, recording
from riffler.service.training.nano.samples_file import Counts, read_samples, write_file
from riffler.service.training.nano.tidy import tidy
from riffler.service.training.nano.wordings import wordings
from riffler.tools.messages import Message, read_messages
from riffler.tools.tokens import EstimatedTokens

LONG = 6
"""Moves; a turn that has more finds, folds and restores."""


def text_of(sample: Sample) -> str:
    """Give all that can be seen."""
    return "\n".join(text for message in sample.request.messages for text in message.texts)


def moves(run: Played) -> str:
    """Name the calls of a turn."""
    return " ".join(each.call.name.partition("_")[0] for each in done(run.samples[-1].request))


async def play(episodes: Iterable[Episode]) -> list[Played]:
    """Play episodes on a small window."""
    async with recording(EstimatedTokens(), 4096) as recorder:
        return [each async for each in recorder.play(episodes)]


@pytest.fixture(scope="module")
def runs() -> list[Played]:
    """Play some episodes, most of which don't fit; in few nothing leads on, and these are left out."""
    played = asyncio.run(play(tidy(random.Random(f"tidy {number}")) for number in range(60)))
    assert {each.fault for each in played} <= {"", "ended with '?'"}
    whole = [each for each in played if each.samples]
    assert len(whole) >= len(played) - 4
    return whole


def test_only_ids_in_view_are_called_with(runs: list[Played]) -> None:
    """Each id of a fragment in a call can be seen at that time, and each call does something."""
    called = 0
    for run in runs:
        assert not run.fault
        assert not [each.result for each in done(run.samples[-1].request) if each.result.startswith("error")]
        for sample in run.samples:
            for call in sample.said.tool_calls:
                ids = re.findall("f[0-9a-f]{5}", json.dumps(json.loads(call.arguments).get("fragments", [])))
                assert not [each for each in ids if each not in text_of(sample)]
                called += len(ids)
    assert called > len(runs)


def test_what_was_read_is_noted_before_something_is_folded(runs: list[Played]) -> None:
    """A restored section's line of the answer stands in a note with the fold that makes room, and to the end."""
    noted = 0
    for run in (each for each in runs if "restore fold restore" in moves(each)):
        lines = {*run.episode.answer.split("\n")}
        for before, sample in zip(run.samples, run.samples[1:], strict=False):
            after_restore = [call.name for call in before.said.tool_calls] == ["restore_fragments"]
            if after_restore and [call.name for call in sample.said.tool_calls] == ["fold_fragments"]:
                assert {*filter(None, sample.said.text.split("\n"))} <= lines
                assert sample.said.text in text_of(run.samples[-1])
                noted += bool(sample.said.text)
    assert noted, "or nothing was folded for room"


def test_at_the_edge_of_the_budget_something_is_folded_first(runs: list[Played]) -> None:
    """Where the status says what to fold first, nothing that is quoted is restored before something was folded."""
    for run in runs:
        if run.episode.answer in wordings("tidy")["words"]:
            continue  # what is asked to be shown isn't folded again to show more
        for at, sample in enumerate(run.samples):
            if "\nfold first: " in status_of(sample.request) and "restore" in moves(run):
                said = [call.name for call in sample.said.tool_calls]
                folded = at > 0 and any("fold" in call.name for call in run.samples[at - 1].said.tool_calls)
                assert said != ["restore_fragments"] or folded, run.episode.question


def test_all_ways_are_shown(runs: list[Played]) -> None:
    """A fragment is found by a search and by the status, asked folds are done, and what is in view is read off."""
    kinds = Counter(map(moves, runs))
    assert {"", "find restore", "restore", "cut fold", "cut keep"} <= set(kinds)


def test_in_a_long_turn_the_answer_is_told_from_what_was_noted(runs: list[Played]) -> None:
    """After many calls, none made twice, some of what was read is hidden again: then it stands in a note."""
    long = [run for run in runs if len(run.samples) > LONG]
    hidden = 0
    for run in long:
        last = run.samples[-1].request
        calls = [(each.call.name, each.call.arguments) for each in done(last)]
        assert len(set(calls)) == len(calls)
        notes = "\n".join(each.text for each in last.messages if each.role == "assistant")
        read = "\n".join(each.text for each in last.messages if each.role != "assistant")
        for line in run.samples[-1].said.text.split("\n"):
            assert line in notes or line in read
            hidden += line not in read
    assert hidden, "or no turn was long enough to fold what was read"


@pytest.mark.parametrize("goes_on", [False, True])
def test_an_oracle_that_does_not_get_on_gives_up(goes_on: bool) -> None:
    """It doesn't ask the same again, and ends before the turn is ended, however much more there is to find."""
    episodes = (tidy(random.Random(f"lost {number}")) for number in range(100))
    asked = ((each, EngineRequest((Message.user(each.question),))) for each in episodes)
    episode, request = next((each, bare) for each, bare in asked if "find_in_context" in str(each.oracle(bare)))
    calls = 0
    while isinstance(said := episode.oracle(request), Message):
        calls += len(said.tool_calls)
        more = f'\nmore: call again with after="s{calls:05}"' if goes_on else ""
        results = [Message.tool(call.id, f"1 match\n[s00001] nothing{more}") for call in said.tool_calls]
        request = EngineRequest((*request.messages, said, *results))
    assert said == GIVEN_UP
    assert (calls > 1) == goes_on
    assert calls < read_settings().step_cap


def test_a_move_is_read_back_from_its_file(runs: list[Played], tmp_path: Path) -> None:
    """All that was seen and said comes back message for message, calls among them, turn after turn."""
    turns = [
        [{"skill": "tidy", "episode": f"1-{number}"} | sample.to_dict() for sample in run.samples]
        for number, run in enumerate(runs)
    ]
    write_file(tmp_path / "1-0000000-0000060.jsonl.gz", Counts(), [sample for turn in turns for sample in turn])
    read = [*read_samples(tmp_path)]
    played = [sample for run in runs for sample in run.samples]
    assert [read_messages([*each["messages"], each["said"]]) for each in read] == [
        (*each.request.messages, each.said) for each in played
    ]
    assert [each["tools"] for each in read] == [[*each.request.tools] for each in played]
    assert sum(bool(each["said"].get("tool_calls")) for each in read) > len(runs)


async def test_the_asked_fragments_are_folded_and_no_others() -> None:
    """All that is named and nothing else is folded, or kept; a passage is what stands between its words."""
    kinds = Counter[str]()
    for run in await play(asked_fold(random.Random(f"asked {number}")) for number in range(40)):
        assert not run.fault
        cut, edit = done(run.samples[-1].request)
        assert not edit.result.startswith("error")
        pieces = dict(re.findall(r"^(f\w{5}), \d+ tokens: (.*)$", cut.result, re.MULTILINE))
        order = re.split(r"(?<=[.?]) (?=Say|Answer|Then|How|Quote|What)|: I don", run.episode.question)[0]
        named = {id_ for id_, words in pieces.items() if cut.arguments["by"] == "markers" or _is_named(words, order)}
        assert set(edit.arguments["fragments"]) == named, (order, pieces)
        kinds[f"{cut.arguments['by']} {edit.call.name}"] += 1
    edits = ("message fold_fragments", "message keep_only", "headings fold_fragments", "headings keep_only")
    assert {*kinds} == {*edits, "markers fold_fragments"}


def _is_named(words: str, order: str) -> bool:
    """Tell whether a fragment begins with a title that an order names: no other words of it are capitalised so."""
    title = re.sub(r"^(#+|\d+\.|Section) ", "", words).split()
    return any(re.search(rf"\b{re.escape(' '.join(title[:count]))}\b", order) for count in (1, 2, 3))
