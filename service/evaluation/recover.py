"""Wrong tool calls: a turn begins with one, and the model has to get over the error.

The task is ours. A question about a document is asked as `find` asks it, in the sentence's own words. The turn's first
call is said in the model's place, and fails for real: the tools run it, and the model reads what they say. Cells of
`NO_ERROR` ask the same without it, so that what the error costs can be read off. A case is right when its answer is.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riffler.service.evaluation.benchmark import Call, Case, Cell, source_of
from riffler.service.evaluation.find import Inquiry, make_inquiry
from riffler.service.evaluation.find_facts import SAME_WORDS

NO_ERROR, UNKNOWN_ID, MARKER, NOTHING_FOUND = "none", "unknown id", "marker not unique", "nothing found"
ERRORS = (NO_ERROR, UNKNOWN_ID, MARKER, NOTHING_FOUND)
"""What goes wrong at first."""

_IDS_FROM, _IDS_TO = 0xE0000, 0xFFFFF
"""Numbers of ids that no session of this size comes to."""


@dataclass(frozen=True)
class Recover:
    """The evaluation.

    Attributes:
        tokens: Lengths of the document, by Riffler's estimate: a cell for each, and for each of `ERRORS`.
        sessions: Cases of each cell.
        seed: The same seed gives the same cases.
        wish: Whether a question says how it is to be answered; else it is asked alone, and scored alike.
    """

    tokens: tuple[int, ...] = (1000, 16_000)
    sessions: int = 25
    seed: int = 1
    wish: bool = True
    name: str = "recover"

    @property
    def cells(self) -> Sequence[Cell]:
        """See the port."""
        return [{"tokens": tokens, "error": error} for tokens in self.tokens for error in ERRORS]

    @property
    def options(self) -> Mapping[str, Any]:
        """See the port."""
        return {"tokens": [*self.tokens], "wish": self.wish}

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        tokens, error = int(cell["tokens"]), str(cell["error"])
        # Without the error: the same question is asked after each.
        inquiry = make_inquiry(source_of(self.seed, self.name, tokens, session), tokens, SAME_WORDS)
        rng = source_of(self.seed, self.name, tokens, session, error)
        return Case(
            inquiry.worded(wish=self.wish),
            inquiry.score,
            inquiry.newest_match,
            (inquiry.document,),
            wrong_calls(rng, inquiry, error),
        )


def wrong_calls(rng: random.Random, inquiry: Inquiry, error: str) -> tuple[Call, ...]:
    """Make the wrong call, for the tools of each profile.

    Args:
        rng: Source of the draws.
        inquiry: What is asked.
        error: One of `ERRORS`.

    Returns:
        The calls, of which the first is said whose tool is on offer; none for `NO_ERROR`.
    """
    if error == UNKNOWN_ID:
        number = f"{rng.randint(_IDS_FROM, _IDS_TO):05x}"
        look: tuple[Call, ...] = (("get_search_detail", {"search_id": f"s{number}"}),)
        fragment: tuple[Call, ...] = (
            ("restore_fragments", {"fragments": [f"f{number}"]}),
            ("restore_fragment", {"fragment_id": f"f{number}"}),
        )
        return rng.choice((look, fragment))
    if error == MARKER:
        openings = Counter(" ".join(sentence.split()[:3]) for sentence in inquiry.sentences)
        start, end = (words for words, _ in openings.most_common(2))
        markers = {"start_marker": start, "end_marker": end}
        return (("cut_context", {"by": "markers", **markers}), ("fragment_context", markers))
    if error == NOTHING_FOUND:
        query = misspelt(rng, inquiry)
        return (("find_in_context", {"queries": [query]}), ("search_context", {"query": query}))
    return ()


def misspelt(rng: random.Random, inquiry: Inquiry) -> str:
    """Write the thing that is asked about with two of its letters in the wrong order.

    Args:
        rng: Source of the draws.
        inquiry: What is asked.

    Returns:
        A text that doesn't stand in the document.
    """
    thing = inquiry.thing
    places = [at for at in range(1, len(thing) - 1) if " " not in thing[at : at + 2] and thing[at] != thing[at + 1]]
    rng.shuffle(places)
    swapped = (thing[:at] + thing[at + 1] + thing[at] + thing[at + 2 :] for at in places)
    return next(text for text in swapped if text not in inquiry.document)
