"""Oracles of streams and chains: they go on only from what a result shows, however little room it had."""

import json
import random

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.chains import chain
from riffler.service.training.nano.episode import GIVEN_UP, Episode, Move, as_asked
from riffler.service.training.nano.streams import stream
from riffler.tools.messages import Message


def after(episode: Episode, result: str) -> tuple[dict[str, object], Move]:
    """Give the arguments of an episode's first call, and the move after a result of it."""
    asked = as_asked(episode)
    first = episode.oracle(asked)
    assert isinstance(first, Message)
    [made] = first.tool_calls
    texts = (*asked.messages, first, Message.tool(made.id, result))
    return json.loads(made.arguments), episode.oracle(EngineRequest(texts))


def arguments(move: Move) -> dict[str, object]:
    """Give a call's arguments."""
    assert isinstance(move, Message), move
    return dict(json.loads(move.tool_calls[0].arguments))


def test_keys_whose_values_were_not_shown_are_asked_for_again() -> None:
    """Where a result had no room for all, or cut a value off, half as many keys are asked for, and none is guessed."""
    drawn = (stream(random.Random(f"oracle {number}"), 8, 30) for number in range(200))
    made = next(each for each in drawn if len(each.whole) == 8 and isinstance(each.oracle(as_asked(each)), Message))
    key, value = made.whole[0], made.whole[4]
    queries = arguments(made.oracle(as_asked(made)))["queries"]
    assert isinstance(queries, list)
    line = f"[s00001] message 1 (user), visible: ...«{queries[0]}» {value}"
    waits = "\n3 of the queries wait for the next page"
    assert arguments(after(made, f"{line}; a...{waits}")[1])["queries"] == queries[1:3], key
    assert arguments(after(made, f"{line}...{waits}")[1])["queries"] == queries[:2], "its end wasn't to be seen"


def test_a_chain_goes_on_to_the_next_page_where_no_link_is_shown() -> None:
    """A name that isn't shown isn't searched for: there is another page, or the oracle gives up."""
    drawn = (chain(random.Random(f"oracle {number}"), 60) for number in range(200))
    made = next(
        each
        for each in drawn
        if len(each.whole) > 2 and each.contexts and isinstance(each.oracle(as_asked(each)), Message)
    )
    hidden = Episode("chains", (), made.question, made.answer, made.oracle, made.whole)
    head = f'2 matches for "{made.whole[0]}", showing the newest 1\n[s00001] message 1 (user), visible: '
    first, paged = after(hidden, f'{head}...«{made.whole[0]}»?\nmore: call again with after="0aac-1"')
    assert arguments(paged) == first | {"after": "0aac-1"}
    assert after(hidden, f"{head}...«{made.whole[0]}»?")[1] == GIVEN_UP
    linked = after(hidden, f"{head}...«{made.whole[0]}» and {made.whole[1]}.")[1]
    assert arguments(linked)["queries"] == [made.whole[1]]
