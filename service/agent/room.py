"""What a view may take of the engine's window, what stands beside it, and what its tokens cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from riffler.errors import InvalidSetting
from riffler.service.ports.engine import Engine, most_completion_tokens
from riffler.tools.price import CachePrices
from riffler.tools.registry import Registry
from riffler.tools.sight import Sight
from riffler.tools.tokens import TokenCounter, count_request, count_schemas

_SMALLEST_BUDGET = 128
"""In tokens: what a view may take at least."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a session that is only looked at is counted with.

    Attributes:
        counter: Counts texts.
        sight: For the status block of views; None for the short line.
        note: Why this is an estimate, for who reads the figures; empty when the engine counts.
    """

    counter: TokenCounter
    sight: Sight | None
    note: str = ""


@dataclass(frozen=True)
class Room:
    """The room that a view has.

    Attributes:
        engine: Whose window it is.
        offered: The tools on offer to the model.
        completion_tokens: Tokens of the window that are kept free for the completion; None is the default.
        sighted: Whether the view ends with the status block.
        read_price: Of a token from the prompt cache; None is the engine's own.
        write_price: Of a token that is put into the cache; None is the engine's own.
        beside: Schemas of tools that aren't Riffler's, which each call has, too.
        counted: Tokens of the tools, by the counter that counted them last: a turn asks several times.
    """

    engine: Engine
    offered: Registry
    completion_tokens: int | None = None
    sighted: bool = False
    read_price: float | None = None
    write_price: float | None = None
    beside: tuple[dict[str, Any], ...] = ()
    counted: dict[object, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def prices(self) -> CachePrices:
        """The prices of the engine's prompt cache, as far as settings don't know better."""
        own = self.engine.info.prices
        read = own.read if self.read_price is None else self.read_price
        return CachePrices(read, own.write if self.write_price is None else self.write_price)

    def budget_tokens(self, counter: TokenCounter) -> int:
        """Tell what a view may take: the window, as far as it is known by now, without offered tools and completion.

        A chat template writes more than messages and schemas. What it writes isn't known, or only as far as calls have
        taught it, so there is some room for it.

        Args:
            counter: Counts the tools; the turn's own.

        Returns:
            The number of tokens, at least 1.
        """
        info = self.engine.info
        around = max(min(512, info.window_tokens // 16), count_request(counter))
        completion = most_completion_tokens(info, self.completion_tokens)
        return max(1, info.window_tokens - self.tools_tokens(counter) - completion - around)

    def check(self, counter: TokenCounter) -> None:
        """Refuse a window that leaves hardly anything for the conversation: it is taken for a mistake.

        Args:
            counter: Counts the tools.

        Raises:
            InvalidSetting: It leaves less than `_SMALLEST_BUDGET`.
        """
        budget, window = self.budget_tokens(counter), self.engine.info.window_tokens
        if budget < _SMALLEST_BUDGET:
            raise InvalidSetting(
                f"window_tokens: {window} leave {budget} tokens for the conversation beside the tools' "
                f"schemas and the answer, expected at least {_SMALLEST_BUDGET}: use an engine with a larger window"
            )

    def tools_tokens(self, counter: TokenCounter) -> int:
        """Count the schemas of the tools on offer.

        Args:
            counter: Counts texts.

        Returns:
            The number of tokens.
        """
        known = self.counted.get(counter)
        if known is None:
            known = count_schemas((*self.offered.schemas(), *self.beside), counter)
            self.counted.clear()  # an engine that learns has another counter after each call
            self.counted[counter] = known
        return known

    def sight(self, counter: TokenCounter) -> Sight | None:
        """Give what the status block is made with; None where views have none.

        Args:
            counter: Counts texts; the turn's own.

        Returns:
            The sight.
        """
        return Sight(self.budget_tokens(counter), counter, suggests=True) if self.sighted else None
