"""What a key and its tenant may use: requests a minute, tokens and bytes a day. Counted in Redis, in one script.

A window begins with the first request after the last one has ended. Tokens are counted once they are used. Until then a
request holds what it may take, by its length: so of a thousand at once that find one token left one goes on, and the
others are asked to wait for it. What it takes beyond that goes over the limit, and those of a process that is killed
within a request are forgotten, its holds after a while. A tenant's limits stand beside its keys': more keys have no
more. A key that takes another one's place goes on with its account.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from riffler.service.ports.access import Caller
from riffler.service.ports.connection import ScriptRunner
from riffler.service.ports.keys import running_key, spent_key

Owner = Literal["key", "tenant"]
Kind = Literal["requests", "tokens", "bytes"]
MINUTE_S: Final = 60
DAY_S: Final = 86_400
WINDOWS_S: Final[dict[Kind, int]] = {"requests": MINUTE_S, "tokens": DAY_S, "bytes": DAY_S}
_HOLD_S: Final = 900
"""How long a request holds tokens at most: longer than a call of the model may take, unless the settings say so."""
_HELD_TOKENS: Final = 1000
"""Of an answer; an estimate, as nobody knows before."""
_BYTES_A_TOKEN: Final = 4
_MOST_HELD: Final = 100_000
"""Of a body: a picture has far fewer tokens than its bytes say."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """Most of what one key, or all of one tenant, may use; 0 is no limit.

    Attributes:
        requests: Requests a minute.
        tokens: Tokens a day.
        bytes: Bytes of requests' bodies a day.
    """

    requests: int = 0
    tokens: int = 0
    bytes: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.requests or self.tokens or self.bytes)


@dataclass(frozen=True, slots=True)
class Limits:
    """Most of what may be used.

    Attributes:
        key: Of each key.
        tenant: Of all keys of each tenant together.
    """

    key: Quotas = Quotas()
    tenant: Quotas = Quotas()

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.key or self.tenant)

    @property
    def tokens(self) -> bool:
        """Whether tokens are limited."""
        return bool(self.key.tokens or self.tenant.tokens)

    @property
    def each(self) -> Iterator[tuple[Owner, Quotas]]:
        """Those that limit something."""
        if self.key:
            yield "key", self.key
        if self.tenant:
            yield "tenant", self.tenant


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of one limit.

    Attributes:
        owner: Whose it is.
        kind: Of what.
        most: The limit.
        left: How much is left.
        reset_s: Seconds until there is all again.
    """

    owner: Owner
    kind: Kind
    most: int
    left: int
    reset_s: int


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be used.

    Attributes:
        refused: Whose limit of what refuses this request; `running` where others may yet use what is left. None when
            none does.
        retry_s: After how many seconds it is worth trying again; None where no time mends it.
        rests: What is left of each limit.
        hold: Names what the request holds while it runs; empty when it holds nothing.
    """

    refused: tuple[Owner, Kind | Literal["running"]] | None
    retry_s: int | None
    rests: tuple[Rest, ...]
    hold: str = ""


@dataclass(slots=True)
class _Owed:
    """What an account has used that isn't counted yet, and its holds that have ended."""

    tokens: int = 0
    bytes: int = 0
    ended: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.tokens or self.bytes or self.ended)

    def add(self, other: _Owed) -> None:
        self.tokens, self.bytes = self.tokens + other.tokens, self.bytes + other.bytes
        self.ended += other.ended


class KeyLimits:
    """Counts what keys use.

    Args:
        connection: Where the server is.
        limits: Most of it.
    """

    def __init__(self, connection: ScriptRunner, limits: Limits) -> None:
        self._connection = connection
        self.limits = limits
        self._owed: dict[tuple[str, str], _Owed] = {}

    def owes(self, caller: Caller, *, tokens: int = 0, bytes_: int = 0, hold: str = "") -> None:
        """Note what a key has used; it is counted with `settle`, or with its next request.

        Args:
            caller: Whose key.
            tokens: How many tokens.
            bytes_: How many bytes of a body whose length nobody knew before.
            hold: A hold that ends with it.
        """
        owed = _Owed(tokens, bytes_, [hold] if hold else [])
        self._owed.setdefault(_account(caller), _Owed()).add(owed)

    async def take(self, caller: Caller, *, costs: bool = False, body: int = 0) -> Left:
        """Count a request, unless a limit refuses it.

        Args:
            caller: Who asks, by a key.
            costs: Whether it may take tokens. Then its hold has to be ended.
            body: Bytes of its body, as far as they are known.

        Returns:
            What is left. Sent again after a lost answer, a request may count twice.
        """
        held = _HELD_TOKENS + min(body // _BYTES_A_TOKEN, _MOST_HELD) if costs and self.limits.tokens else 0
        hold = f"{held}:{secrets.token_hex(8)}" if held else ""
        return await self._said(caller, 1, body, held, hold)

    async def settle(self, caller: Caller) -> Left | None:
        """Count what a key owes.

        Args:
            caller: Whose key.

        Returns:
            What is left, refused where bytes went over their limit; None where nothing was owed.
        """
        return await self._said(caller, 0, 0, 0, "") if self._owed.get(_account(caller)) else None

    async def _said(self, caller: Caller, request: int, body: int, held: int, hold: str) -> Left:
        account = _account(caller)
        owed, limited = self._owed.pop(account, _Owed()), list(self.limits.each)
        names = {"key": account[1], "tenant": ""}
        keys = [make(caller.tenant, names[owner]) for owner, _ in limited for make in (spent_key, running_key)]
        quotas = [str(most) for _, each in limited for most in (each.requests, each.tokens, each.bytes)]
        numbers = (request, owed.tokens, owed.bytes, body, held)
        times = (MINUTE_S * 1000, DAY_S * 1000, _HOLD_S * 1000)
        arguments = [*map(str, numbers), hold, *map(str, times), *quotas, *owed.ended]
        try:
            said = await self._connection.script(__package__, "lua/spend.lua", keys, arguments)
        except BaseException:  # a cancelled request, too: what was spent is owed until the store has heard of it
            if owed:
                self._owed.setdefault(account, _Owed()).add(owed)
            raise
        return _left(limited, said, hold)


def _account(caller: Caller) -> tuple[str, str]:
    return caller.tenant, caller.account or caller.key


def _left(limited: list[tuple[Owner, Quotas]], said: Any, hold: str) -> Left:  # noqa: ANN401 - as Redis gives it
    at, what, wait_ms, *numbers = said
    of = [(owner, kind, getattr(quotas, kind)) for owner, quotas in limited for kind in WINDOWS_S]
    rests = tuple(
        Rest(owner, kind, most, left, math.ceil(reset_ms / 1000))
        for (owner, kind, most), left, reset_ms in zip(of, numbers[::2], numbers[1::2], strict=True)
        if most
    )
    if not at:
        return Left(None, None, rests, hold)
    return Left((limited[at - 1][0], what), None if wait_ms < 0 else math.ceil(wait_ms / 1000), rests)
