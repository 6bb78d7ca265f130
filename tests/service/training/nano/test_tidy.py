"""Tidy: what is needed is restored by ids that can be seen, there is room for it, and nothing that was read is lost."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Iterable

import pytest

from riffler.service.training.nano.asked_folds import asked_fold
from riffler.service.training.nano.episode import Episode, done, status_of
from riffler.service.training.nano.record import Played, Sample, recording
from riffler.service.training.nano.tidy import tidy
from riffler.service.training.nano.wordings import wordings
from riffler.tools.tokens import EstimatedTokens


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
