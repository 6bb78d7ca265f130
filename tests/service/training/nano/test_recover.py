"""Recover: what goes wrong is Riffler's true word, and what comes after it is right."""

import random
from collections import Counter

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.episode import Done, done
from riffler.service.training.nano.record import recording
from riffler.service.training.nano.recover import recover
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens


def kind_of(each: Done) -> str:
    """Name what a call brought."""
    if each.result.startswith("error: "):
        return " ".join(each.result.removeprefix(f"error: {each.call.name}: ").removeprefix("error: ").split()[:2])
    return "nothing found" if each.result.startswith("0 matches") else ""


async def test_each_turn_goes_wrong_and_ends_right() -> None:
    """Of all ways to go wrong each is met; the call is in no sample, what is right after it is."""
    kinds, bare = Counter[str](), 0
    async with recording(EstimatedTokens(), 6144) as recorder:
        async for played in recorder.play(recover(random.Random(f"again {number}")) for number in range(70)):
            assert not played.fault
            last = played.samples[-1]
            assert last.said.text == played.episode.answer
            made = done(last.request)
            learned = {call.id for sample in played.samples for call in sample.said.tool_calls}
            wrong = [each for each in made if each.call.id not in learned]
            assert 1 <= len(wrong) <= 2
            assert not [each for each in made if kind_of(each) and each not in wrong]
            for each in wrong:
                kinds[kind_of(each)] += 1
                bare += not kind_of(each)
    assert bare, "a key alone, which a search finds in the question"
    assert {"nothing found", "max_results: expected", "queries: is", "search_id: expected"} <= set(kinds)
    assert {kind for kind in kinds if kind.startswith("no match")}
    assert {kind for kind in kinds if kind.startswith("no fragment")}


def test_the_same_request_goes_wrong_alike() -> None:
    """What goes wrong depends on the draws alone, not on how often the oracle is asked, nor on which copy of it."""
    for number in range(20):
        one, other = (recover(random.Random(number)) for _ in range(2))
        request = EngineRequest(tuple(map(Message.user, (*one.contexts, one.question))))
        assert one.oracle(request) == one.oracle(request) == other.oracle(request)
