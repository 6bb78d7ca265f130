"""What goes out over the wire of a session's past: one class a shape, as in `schemas.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from riffler.service.http.paging import Page
from riffler.service.http.schemas import ForkedOut
from riffler.tools.diff import ChangedFragment, Difference
from riffler.tools.fragments import Span
from riffler.tools.history import Version
from riffler.tools.memory import WorkingMemory

State = Literal["visible", "folded", "summarised"]


class VersionOut(BaseModel):
    """A version of a session: the commit that made it."""

    version: int = Field(description="Its number.")
    actor: Literal["app", "model", "riffler"] = Field(description="Who made it.")
    at_ms: int = Field(description="When, in milliseconds since 1970.")
    edits: bool = Field(
        description="Whether the model or the app folded, restored or summarised something: what an undo goes back by."
    )
    words: str = Field(description="What happened, without any text.", examples=["folded f00001-f00004 (2000 tokens)"])

    @classmethod
    def of(cls, version: Version, memory: WorkingMemory) -> VersionOut:
        """Write a version of a session."""
        return cls(
            version=version.number,
            actor=version.actor,
            at_ms=version.at_ms or 0,
            edits=version.edits,
            words=version.words(memory),
        )


class HistoryPage(Page[VersionOut]):
    """Versions, the newest first."""

    oldest: int = Field(description="The oldest version that those of this page lead back to.")
    forked_from: ForkedOut | None = Field(description="Where the session comes from; null when it wasn't forked.")


class ChangedOut(BaseModel):
    """A fragment that was cut or changed."""

    id: str = Field(description="Its id.", examples=["f00001"])
    before: State | None = Field(description="Its state at the earlier version; null when it was cut since.")
    after: State = Field(description="Its state at the later one; the same where only the summary is another.")
    tokens: int = Field(description="Tokens of its original text.")
    message: int = Field(description="Index of its message.")
    slot: int = Field(description="Which text of that message.")
    start: int = Field(description="Its first character: where to open the view at it.")

    @classmethod
    def of(cls, changed: ChangedFragment, span: Span) -> ChangedOut:
        """Write a fragment; its place is the same in all versions."""
        before: State | None = changed.before.value if changed.before else None
        return cls(
            id=changed.id,
            before=before,
            after=changed.after.value,
            tokens=changed.tokens,
            message=span.message,
            slot=span.slot,
            start=span.start,
        )


class DiffPage(Page[ChangedOut]):
    """What differs between two versions: the fragments that were cut or changed, in the order of creation, and more."""

    before: int = Field(description="Number of the earlier version.")
    after: int = Field(description="Number of the later version.")
    first: int = Field(description="Index of the first message that came in between.")
    messages: int = Field(description="How many messages came.")
    rewrite_before: str | None = Field(description="How the earlier one shows the question; null as it came.")
    rewrite_after: str | None = Field(description="How the later one shows it.")
    seen_tokens_before: int = Field(description="Tokens of the earlier view.")
    seen_tokens_after: int = Field(description="Tokens of the later view.")

    @classmethod
    def of(cls, found: Difference, items: list[ChangedFragment], more: str | None, memory: WorkingMemory) -> DiffPage:
        """Write a page of a difference."""
        return cls(
            items=[ChangedOut.of(changed, memory.fragments[changed.id].span) for changed in items],
            next=more,
            before=found.before,
            after=found.after,
            first=found.first,
            messages=found.messages,
            rewrite_before=found.rewrite_before,
            rewrite_after=found.rewrite_after,
            seen_tokens_before=found.tokens_before,
            seen_tokens_after=found.tokens_after,
        )
