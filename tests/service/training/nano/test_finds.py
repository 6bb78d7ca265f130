"""Finds: the oracle looks closer at matches of the document alone."""

import random

from riffler.service.training.nano.episode import DETAIL, FIND, done
from riffler.service.training.nano.finds import find
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
