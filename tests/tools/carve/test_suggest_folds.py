"""`suggest_folds`: what it says."""

import re

import pytest

from riffler.errors import InvalidArguments
from riffler.tools.arrival import append
from riffler.tools.carve.suggest_folds import SUGGEST_FOLDS
from riffler.tools.cutting import cut
from riffler.tools.events import FragmentsFolded
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
REGISTRY = Registry((SUGGEST_FOLDS,))


def session(count: int = 100, pieces: int = 10) -> WorkingMemory:
    """Make a session of a stream that is cut in pieces."""
    text = "".join(f"key {n % 5}: {bin(n).translate({48: 'o', 49: 'i'})}; " for n in range(count))
    memory = WorkingMemory().commit([append(WorkingMemory(), [Message.user(text), Message.user("?")], COUNTER)])
    return memory.commit([cut(memory, [(Span(0, 0, 0, len(text)), pieces)], COUNTER)])


def reply(memory: WorkingMemory, arguments: str = "", budget: int | None = None) -> str:
    """Call it; it has no events."""
    outcome = REGISTRY.call(memory, "suggest_folds", arguments, Inputs(COUNTER, budget_tokens=budget))
    assert outcome.events == ()
    return outcome.reply


def test_a_line_a_reason_with_the_guard_and_the_sum() -> None:
    """Ids are given as ranges, with tokens and reason; what would be lost is named; the last line sums up."""
    said = reply(session(), '{"tokens": 100000}').splitlines()
    assert len(said) == 3
    assert re.fullmatch(r"f00001-f00009: \d+ tokens, newer values of its keys stand later", said[0])
    assert re.match(r'f0000a: \d+ tokens, .*; nowhere else in view: keys "key 0", "key 1", ', said[1])
    assert re.fullmatch(r"in all \d+ tokens of 100000 to free; fold from the top", said[2])


@pytest.mark.parametrize(("share", "freed"), [(None, 0.25), (2.0, 0.25), (0.5, 0.5)])
def test_without_a_number_it_is_the_budget_s(share: float | None, freed: float) -> None:
    """Over the budget, what is over is to be freed; under it, or without one, a quarter of the view."""
    memory = session()
    tokens = view(memory).tokens(COUNTER)
    last = reply(memory, budget=int(tokens * share) if share else None).splitlines()[-1]
    wanted = int(re.findall(r"of (\d+) to free", last)[0])
    assert wanted == pytest.approx(tokens * freed, abs=1)


def test_gaps_break_ranges_and_many_ranges_are_counted() -> None:
    """What is hidden between fragments breaks a range; of more than thirty, the others are counted."""
    memory = session(2000, 100)
    memory = memory.commit([FragmentsFolded(tuple(list(memory.fragments)[::2]))])
    first = reply(memory, '{"tokens": 100000}').splitlines()[0]
    assert first.startswith("f00002, f00004, ")
    assert re.search(r"f0003c and \d+ more: ", first)


def test_nothing_to_fold() -> None:
    """Without a fragment it says what to do."""
    assert "cut text first" in reply(WorkingMemory())


def test_no_less_than_one_token() -> None:
    """A number below one is refused."""
    with pytest.raises(InvalidArguments, match="tokens"):
        reply(session(), '{"tokens": 0}')
