"""What a key may use: requests a minute and tokens a day. Counted in Redis, in one script.

A window begins with the first request after the last one has ended. Tokens are counted once they are used, so the
request that goes over a day's is the last one; those of a process that is killed within a request are forgotten.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from riffler.service.ports.access import Caller
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import spent_key

Limit = Literal["requests", "tokens"]
MINUTE_S: Final = 60
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Limits:
    """Most of what one key may use; 0 is no limit.

    Attributes:
        requests: Requests a minute.
        tokens: Tokens a day.
    """

    requests: int = 0
    tokens: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.requests or self.tokens)


@dataclass(frozen=True, slots=True)
class Left:
    """What a key may still use.

    Attributes:
        refused: The limit that refuses this request; empty when none does.
        requests: Requests left in this minute.
        requests_reset_s: Seconds until there are all again.
        tokens: Tokens left on this day.
        tokens_reset_s: Seconds until there are all again.
    """

    refused: Limit | Literal[""]
    requests: int
    requests_reset_s: int
    tokens: int
    tokens_reset_s: int

    @property
    def retry_s(self) -> int | None:
        """After how many seconds it is worth trying again; None where no time mends it."""
        return {"requests": self.requests_reset_s, "tokens": self.tokens_reset_s}.get(self.refused)


class KeyLimits:
    """Counts what keys use.

    Args:
        connection: Where the server is.
        limits: Most of it, of each key.
    """

    def __init__(self, connection: ScriptRunner, limits: Limits) -> None:
        self._connection = connection
        self.limits = limits
        self._owed: Counter[tuple[str, str]] = Counter()

    def owes(self, caller: Caller, tokens: int) -> None:
        """Note tokens that a key has used; they are counted with `settle`, or with its next request.

        Args:
            caller: Whose key.
            tokens: How many.
        """
        self._owed[caller.tenant, caller.key] += tokens

    async def take(self, caller: Caller, *, costs: bool) -> Left:
        """Count a request, unless a limit refuses it.

        Args:
            caller: Who asks, by a key.
            costs: Whether it may take tokens.

        Returns:
            What is left. Sent again after a lost answer, a request may count twice.
        """
        return await self._said(caller, 1, int(costs))

    async def settle(self, caller: Caller) -> None:
        """Count the tokens that a key owes.

        Args:
            caller: Whose key.
        """
        if self.limits.tokens and self._owed[caller.tenant, caller.key]:
            await self._said(caller, 0, 0)

    async def _said(self, caller: Caller, request: int, costs: int) -> Left:
        owed = self._owed.pop((caller.tenant, caller.key), 0)
        limits = self.limits
        numbers = (request, owed, costs, limits.requests, limits.tokens)
        keys = [spent_key(caller.tenant, caller.key)]
        try:
            said = await self._connection.script(
                __package__, "lua/spend.lua", keys, [*map(str, numbers), str(MINUTE_S * 1000), str(DAY_S * 1000)]
            )
        except BaseException:  # a cancelled request, too: what was spent is owed until the store has heard of it
            if owed:
                self._owed[caller.tenant, caller.key] += owed
            raise
        refused, requests, requests_ms, tokens, tokens_ms = said
        return Left(refused, requests, math.ceil(requests_ms / 1000), tokens, math.ceil(tokens_ms / 1000))
