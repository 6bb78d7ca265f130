"""A query: what was asked, and the spaCy document that features and arms read.

Only the asking part of a message comes here, so a query is short as a rule, but nothing depends on that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from riffler.bandits.remembered import Remembered
from riffler.errors import InvalidInput

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Query:
    """A query as text and as document. Two queries are equal when their texts are. Make it with `pipeline.parse`.

    Attributes:
        text: The query as it was asked.
        doc: Its document, whose text is `text`.
        remembered: What went before it in its session; None for a query without one.
    """

    text: str = field(repr=False)
    doc: Doc = field(repr=False, compare=False)
    remembered: Remembered | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.doc.text != self.text:
            raise InvalidInput(
                f"query: its document has another text ({len(self.doc.text)} for {len(self.text)} chars)"
            )
