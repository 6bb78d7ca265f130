"""API keys over the wire. The text of a key goes out once, in the answer that made it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from riffler.service.http.incoming import In
from riffler.service.ports.access import LABEL, KeyRecord, Scope

LONGEST_S = 10 * 366 * 86_400
"""Ten years."""
KEY: dict[str, Any] = {
    "id": "3f9a0c1d2e4b",
    "scopes": ["read", "write", "text"],
    "label": "the app on the pier",
    "created_ms": 1795528800000,
    "expires_ms": 1803304800000,
    "expired": False,
}
KEYS: dict[str, Any] = {"items": [KEY]}
MADE: dict[str, Any] = {**KEY, "key": f"rk-{KEY['id']}-{'0' * 48}"}


class NewKey(In):
    """A key to make."""

    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4)] = Field(
        description="What it may do; `text` is being given stored texts of users, `admin` making and ending keys.",
        examples=[["read", "write", "text"]],
    )
    label: Annotated[str, StringConstraints(pattern=LABEL)] = Field(
        "", description="What you call it.", examples=[KEY["label"]]
    )
    lifetime_s: Annotated[int, Field(ge=1, le=LONGEST_S)] | None = Field(
        None, description="For how long it is valid; without it, until it is revoked.", examples=[7_776_000]
    )


class Rotation(In):
    """How a key is put in the place of another."""

    grace_s: Annotated[int, Field(ge=0, le=LONGEST_S)] = Field(
        3600, description="How long the old one stays valid; 0 ends it at once.", examples=[3600]
    )


class KeyOut(BaseModel):
    """What is kept of a key."""

    id: str = Field(description="Names it: its text has it behind `rk-`. It opens nothing.")
    scopes: list[Scope] = Field(description="What it may do.")
    label: str = Field(description="What its maker calls it.")
    created_ms: int = Field(description="When it was made, in milliseconds since 1970.")
    expires_ms: int | None = Field(description="From when on it is refused; null is never.")
    expired: bool = Field(description="Whether it is refused by now.")

    @classmethod
    def of(cls, record: KeyRecord) -> KeyOut:
        """Write a key."""
        return cls(**_fields(record))


class KeysOut(BaseModel):
    """A tenant's keys."""

    items: list[KeyOut] = Field(description="The newest first.")


class MadeKeyOut(KeyOut):
    """A key that was just made."""

    key: str = Field(description="Its text: what is sent as `Authorization: Bearer`. It is never told again.")

    @classmethod
    def made(cls, record: KeyRecord, text: str) -> MadeKeyOut:
        """Write a key with its text."""
        return cls(**_fields(record), key=text)


def _fields(record: KeyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "scopes": list(record.scopes),
        "label": record.label,
        "created_ms": record.created_ms,
        "expires_ms": record.expires_ms,
        "expired": record.expired,
    }
