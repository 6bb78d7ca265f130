"""What a key looks like, and what is kept of it.

A key is `rk-`, its id (12 hex digits, which may be shown) and 192 random bits. Its hash is a plain SHA-256: salts and
slow hashes protect what people think up, which can be guessed; nobody guesses 192 random bits, and a slow hash would
cost each request its time. The hash also is what a key is looked up by, so how long that takes tells nothing of how
near a guess is.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Final, NamedTuple

_SHAPE: Final = re.compile(r"rk-([0-9a-f]{12})-[0-9a-f]{48}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class MadeKey(NamedTuple):
    """A key, just made.

    Attributes:
        text: What its user sends. It is told once, and kept nowhere.
        id: Its id.
        digest: Its hash.
    """

    text: str
    id: str
    digest: str

    def __repr__(self) -> str:
        """Name the key by its id; never show it."""
        return f"MadeKey({self.id})"


def make_key() -> MadeKey:
    """Make a key."""
    id_ = secrets.token_hex(6)
    text = f"rk-{id_}-{secrets.token_hex(24)}"
    return MadeKey(text, id_, digest_of(text))


def digest_of(text: str) -> str:
    """Hash a key, whatever it looks like: 64 hex digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_digest(text: str) -> bool:
    """Tell whether a text can be the hash of a key."""
    return _DIGEST.fullmatch(text) is not None


def id_in(text: str) -> str | None:
    """Give the id in the text of a key; None when it isn't one."""
    found = _SHAPE.fullmatch(text)
    return found[1] if found else None
