"""One request on its way through the worker."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.service.inference.chat.reply import Reply
from riffler.service.inference.transformers.sampling import Sampler


@dataclass(eq=False, slots=True, kw_only=True)
class Row(Reply):
    """A reply that is computed beside others.

    Attributes:
        sampler: Draws tokens.
        computed: How many of `ids` have keys and values.
        started: Its place among all that were started; the highest is the youngest.
    """

    sampler: Sampler
    computed: int = 0
    started: int = 0

    @property
    def plain(self) -> bool:
        """Whether its next token is the one of the highest logit."""
        return self.sampler.plain and not (self.constraint is not None and self.constraint.holds)

    def again(self) -> None:
        """Forget what was computed, so that it starts anew and goes on where it was."""
        self.computed, self.cached = 0, None
