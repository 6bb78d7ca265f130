"""Who asks, told from a key: looked up once, and known to this process for some seconds.

So a request costs no round trip, and what was revoked elsewhere is refused after `KNOWN_S` at the latest. Nothing is
known of keys that weren't found: each of those is looked up, by its hash, as the first time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

from riffler.errors import KeyRefused, MemoryFailed
from riffler.service.access.making import digest_of, id_in
from riffler.service.logs import get_logger
from riffler.service.ports.access import SCOPES, Caller, Found, KeyStore

_LOG = get_logger("access")
KNOWN_S: Final = 2.0
"""How long a process goes by what it knows: a key that was revoked, or the first one made, counts after this time."""
_MOST: Final = 10_000
"""Keys that a process knows; a tenth of a kilobyte each."""
_PATIENCE_S: Final = 0.25
"""How long a request of an open service waits to hear whether there is a key by now. No key can be made in a store that
hangs, and an answer that comes later counts for the next request."""
_OPEN: Final = "open"
_Look = Callable[[], Coroutine[Any, Any, Caller | None]]


class KeyRing:
    """Tells who asks.

    Args:
        store: Where keys are.
        tenant: Whose a service without keys is, and a key of the settings.
        admins: Hashes of keys of the settings. They have all scopes, and can't be revoked but by the settings.
        may_be_open: Whether requests need no key as long as there never was one: only where nobody else reaches it.
        clock: Tells seconds that never go back.
    """

    def __init__(
        self,
        store: KeyStore,
        tenant: str,
        admins: Collection[str] = (),
        *,
        may_be_open: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._clock = store, clock
        self._anyone = Caller(tenant, frozenset(SCOPES))
        self._admins = {digest: Caller(tenant, frozenset(SCOPES), f"settings-{digest[:8]}") for digest in admins}
        self._locked = bool(admins) or not may_be_open
        self._open_until: float | None = None
        self._known: dict[str, tuple[Caller, float]] = {}
        self._asked: dict[str, asyncio.Task[Caller | None]] = {}

    async def caller(self, key: str | None) -> Caller:
        """Tell who asks.

        Args:
            key: What came as a key; None when none did.

        Returns:
            Who it is. Where no key is needed, any is passed over.

        Raises:
            KeyRefused: One is needed, and none that is valid came.
        """
        if not self._locked and await self._is_open():
            return self._anyone
        found = None if key is None else await self._caller(key)
        if found is None:
            words = "this key isn't valid" if key is not None else "a key is needed"
            refused = KeyRefused(f"authorization: {words}: expected `Bearer` and a key that `riffler keys create` made")
            refused.came = key is not None
            raise refused
        return found

    def require_direct(self, caller: Caller, *, forwarded: bool) -> None:
        """Refuse what came through a proxy where no key is needed: the loopback is then the proxy's, not its user's.

        Args:
            caller: Who asks.
            forwarded: Whether a proxy says that it passed the request on.

        Raises:
            KeyRefused: It came so.
        """
        if forwarded and caller is self._anyone:
            raise KeyRefused(
                "authorization: a key is needed: this request came through a proxy, so that others than users of this "
                "machine may reach the service, and it has no keys: make one with `riffler keys create`"
            )

    async def begin(self) -> None:
        """Look whether there is a key as the service comes up, so that it is known should the store go away then."""
        if not self._locked:
            await asyncio.wait({self._begun(_OPEN, self._look_for_any)}, timeout=_PATIENCE_S)

    def forget(self) -> None:
        """Know nothing any more: this process itself changed keys."""
        self._known.clear()
        self._open_until = None

    async def _caller(self, key: str) -> Caller | None:
        digest = digest_of(key)
        admin = self._admins.get(digest)
        if admin is not None:
            return admin
        if id_in(key) is None:  # no key that was ever made: who floods the door with such costs the store nothing
            return None
        known = self._known.get(digest)
        if known is not None and self._clock() < known[1]:
            return known[0]
        return await self._once(digest, lambda: self._look(digest))

    async def _look(self, digest: str) -> Caller | None:
        asked = self._clock()
        found: Found | None = await self._store.find(digest)
        self._known.pop(digest, None)
        if found is None:
            return None
        record = found.record
        caller = Caller(record.tenant, frozenset(record.scopes), record.id, record.account)
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[digest] = caller, asked + min(KNOWN_S, KNOWN_S if found.left_s is None else found.left_s)
        return caller

    async def _is_open(self) -> bool:
        """Tell whether there never was a key. Known once, that goes on while the store is away: none is made then."""
        if self._open_until is not None and self._clock() < self._open_until:
            return True
        looking = self._begun(_OPEN, self._look_for_any)
        if self._open_until is not None:
            done, _ = await asyncio.wait({looking}, timeout=_PATIENCE_S)
            if not done or isinstance(looking.exception(), MemoryFailed):
                return not self._locked
        return await asyncio.shield(looking) is not None

    async def _look_for_any(self) -> Caller | None:
        asked = self._clock()
        if await self._store.locked():
            self._locked = True
            _LOG.info("there are keys: no request is answered without one any more")
            return None
        self._open_until = asked + KNOWN_S
        return self._anyone

    async def _once(self, name: str, look: _Look) -> Caller | None:
        return await asyncio.shield(self._begun(name, look))

    def _begun(self, name: str, look: _Look) -> asyncio.Task[Caller | None]:
        """Look, once for all that want to know it now; who goes away meanwhile ends it for nobody else."""
        task = self._asked.get(name)
        if task is None:
            task = self._asked[name] = asyncio.create_task(look(), name="riffler-access")
            task.add_done_callback(lambda done: self._ended(name, done))
        return task

    def _ended(self, name: str, done: asyncio.Task[Caller | None]) -> None:
        del self._asked[name]
        if not done.cancelled():
            done.exception()  # whoever still waits hears of it
