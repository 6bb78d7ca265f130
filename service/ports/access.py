"""The port to API keys: who may do what, for which tenant.

A key is a text that its user keeps. Riffler keeps its hash alone, with what it is good for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

Scope = Literal["read", "write", "text", "admin"]
"""What a key is good for.

    read   figures and lists: sessions by name, decisions, policies, costs, turns
    write  making and changing: questions, sessions, edits, rewards; what costs tokens
    text   being given texts of users that were stored before, whatever the way: originals, views, searches, answers
           made from a session
    admin  making, listing and ending keys of its tenant. It can so give itself all others
"""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
TENANT_NAME = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$"
TENANT_NAME_WORDS = "1 to 100 of the characters A-Z a-z 0-9 . _ ~ -, the first a letter or a digit"
LABEL = r"^[ -~]{0,100}$"
LABEL_WORDS = "at most 100 characters of ASCII that can be seen, or spaces"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        tenant: Whose data this reaches, and no other's.
        scopes: What it may do.
        key: The id of its key; empty where no key is needed.
        account: On whose account it is counted what the key uses: another key's id; empty is its own.
    """

    tenant: str
    scopes: frozenset[Scope]
    key: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of a key.

    Attributes:
        id: Names it; the key's text begins with it. It opens nothing.
        tenant: Whose data the key reaches.
        scopes: What it may do.
        label: What its maker calls it.
        created_ms: When it was made, in milliseconds since 1970, by the store's clock.
        expires_ms: From when on it is refused; None is never.
        expired: Whether that was so when it was read.
        account: On whose account it is counted what it uses: the id of the key in whose place it was made first; empty
            is its own.
    """

    id: str
    tenant: str
    scopes: tuple[Scope, ...]
    label: str = ""
    created_ms: int = 0
    expires_ms: int | None = None
    expired: bool = False
    account: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A key that is valid.

    Attributes:
        record: What is kept of it.
        left_s: How long it stays valid; None is for ever.
    """

    record: KeyRecord
    left_s: float | None


class KeyStore(Protocol):
    """Where keys are known. Each method raises a leaf of `MemoryFailed` when the store doesn't do it."""

    async def add(self, digest: str, record: KeyRecord, lifetime_s: float | None) -> KeyRecord:
        """Keep a key. From now on, for ever, no request is answered without one.

        Args:
            digest: The hash of its text.
            record: What it is good for; its times are the store's.
            lifetime_s: How long it is valid; None is for ever.

        Returns:
            The record as it is kept. Kept already, it is given as it is.
        """
        ...

    async def find(self, digest: str) -> Found | None:
        """Find a key.

        Args:
            digest: The hash of its text.

        Returns:
            The key; None when there is none that is valid.
        """
        ...

    async def listed(self, tenant: str) -> Sequence[KeyRecord]:
        """List a tenant's keys, the newest first, those that have expired among them.

        Args:
            tenant: Whose.

        Returns:
            What is kept of each.
        """
        ...

    async def rotate(self, tenant: str, id_: str, new: tuple[str, str], grace_s: float) -> KeyRecord:
        """Put a new key in the place of one: good for the same, and valid for as long from now on.

        Args:
            tenant: Whose.
            id_: The old one.
            new: Hash and id of the new one.
            grace_s: How long the old one is still valid.

        Returns:
            What is kept of the new one.

        Raises:
            UnknownKey: The tenant has no valid key of this id.
        """
        ...

    async def revoke(self, tenant: str, id_: str) -> None:
        """End a key, and forget it.

        Args:
            tenant: Whose.
            id_: The key.

        Raises:
            UnknownKey: The tenant has none of this id; so too for a call whose answer was lost, made again.
        """
        ...

    async def locked(self) -> bool:
        """Tell whether there was a key once."""
        ...
