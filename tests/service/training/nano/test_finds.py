"""Finds: the oracle looks closer at matches of the document alone."""

import random

import pytest

from riffler.service.training.nano.episode import DETAIL, FIND, done
from riffler.service.training.nano.finds import find, is_cut
from riffler.service.training.nano.record import recording
from riffler.tools.tokens import EstimatedTokens


async def test_no_match_in_the_question_is_looked_at() -> None:
    """A search finds the thing in the question too, cut off like others; only the document's are looked at."""
    looked, in_question = 0, 0
    async with recording(EstimatedTokens(), 6144) as recorder:
        async for played in recorder.play(find(random.Random(f"finds {number}"), 200) for number in range(40)):
            assert not played.fault
            for each in done(played.samples[-1].request):
                if each.call.name == FIND:
                    in_question += "message 2 (user)" in each.result
                if each.call.name == DETAIL:
                    looked += 1
                    assert "message 1 (user)" in each.result.splitlines()[0]
    assert looked
    assert in_question


async def test_a_sentence_that_is_cut_off_last_is_looked_at() -> None:
    """The status stands behind a result's last match; where that is cut off, the oracle looks at it all the same."""
    async with recording(EstimatedTokens(), 6144) as recorder:
        runs = [each async for each in recorder.play(find(random.Random(f"find {number}")) for number in range(40, 46))]
    assert not [run.fault for run in runs if run.fault]


@pytest.mark.parametrize(
    ("line", "wants_more"),
    [
        ("...goes.⏎The «mill» weighs 7 tons.⏎Every...", False),
        ("...goes. The «mill» weighs 7 tons. Every...", False),
        ("...it took a year to build the «mill».⏎Every...", True),
        ("The «mill» was sold to Ann La...", True),
        ("The «mill» was sold to Ann.", False),
    ],
)
def test_what_is_cut_off_is_told(line: str, wants_more: bool) -> None:
    """A sentence is whole where an end stands before it and one after, or the text's own."""
    result = f'1 match for "mill"\n[s00001] message 1 (user), visible: {line}\n\n[[status 1 of 2 tokens used'
    assert is_cut(result, "s00001") is wants_more
