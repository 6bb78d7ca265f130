"""A session's past over the wire, and a session seen closely."""

from __future__ import annotations

from typing import ClassVar, Literal

from riffler.service.client.models.base import Actor, FragmentState, Out, Page, Role, Tagged
from riffler.service.client.models.sessions import Forked


class Version(Out):
    """A version of a session: the commit that made it.

    Attributes:
        version: Its number.
        actor: Who made it.
        at_ms: When, in milliseconds since 1970.
        edits: Whether the model or the app folded, restored or summarised something: what an undo goes back by.
        words: What happened, without any text.
    """

    described: ClassVar[str] = "VersionOut"

    version: int
    actor: Actor
    at_ms: int
    edits: bool
    words: str


class HistoryPage(Page[Version], Tagged):
    """Versions, the newest first.

    Attributes:
        oldest: The oldest version that those of this page lead back to.
        forked_from: Where the session comes from; None when it wasn't forked.
    """

    described: ClassVar[str] = "HistoryPage"

    oldest: int
    forked_from: Forked | None


class ChangedFragment(Out):
    """A fragment that was cut or changed.

    Attributes:
        id: Its id.
        before: Its state at the earlier version; None when it was cut since.
        after: Its state at the later one; the same where only the summary is another.
        tokens: Tokens of its original text.
        message: Index of its message.
        slot: Which text of that message.
        start: Its first character: where to open the view at it.
    """

    described: ClassVar[str] = "ChangedOut"

    id: str
    before: FragmentState | None
    after: FragmentState
    tokens: int
    message: int
    slot: int
    start: int


class DiffPage(Page[ChangedFragment], Tagged):
    """What differs between two versions: the fragments that were cut or changed, in the order of creation, and more.

    Attributes:
        before: Number of the earlier version.
        after: Number of the later version.
        first: Index of the first message that came in between.
        messages: How many messages came.
        rewrite_before: How the earlier one shows the question; None as it came.
        rewrite_after: How the later one shows it.
        seen_tokens_before: Tokens of the earlier view.
        seen_tokens_after: Tokens of the later view.
    """

    described: ClassVar[str] = "DiffPage"

    before: int
    after: int
    first: int
    messages: int
    rewrite_before: str | None
    rewrite_after: str | None
    seen_tokens_before: int
    seen_tokens_after: int


class Hit(Out):
    """Something that was found.

    Attributes:
        message: Index of its message.
        found_in: `original` is text that came; `call` the arguments of a call; `summary` and `rewrite` stand, or stood,
            in an original's place.
        slot: Which text of the message it is in, or stands for; None of a call.
        character: The original's character at which the view shows it, or what stands for it; None of a call.
        call: Id of the call; empty of what is none.
        start: Its first character in the text in which it was found.
        end: One past its last.
        role: Who speaks.
        origin: Whether the app brought the message, or a step of the agent.
        shown: How the view shows it; only what is `visible` is seen by the model. A summary or rewrite that is `gone`
            stood in the view of an earlier `version`.
        version: The version to look at: that which was searched, or which made what is gone.
        fragment: The fragment that hides it, else the innermost one around it; empty where there is none. Of a summary
            the one that it sums up.
        before: Some text before it.
        match: What matched; of a long match its beginning.
        after: Some text after it.
    """

    described: ClassVar[str] = "HitOut"

    message: int
    found_in: Literal["original", "call", "summary", "rewrite"] | str
    slot: int | None
    character: int | None
    call: str
    start: int
    end: int
    role: Role
    origin: Literal["app", "step"] | str
    shown: Literal["visible", "folded", "summarised", "rewritten", "gone"] | str
    version: int
    fragment: str
    before: str
    match: str
    after: str


class HitPage(Page[Hit], Tagged):
    """Matches: the oldest first, or the best where one is better than another.

    Attributes:
        total: How many there are on all pages.
        version: The version that was searched.
    """

    described: ClassVar[str] = "HitPage"

    total: int
    version: int


class Original(Tagged):
    """Original text, which nothing ever changes.

    Attributes:
        message: Index of its message.
        slot: Which text of that message.
        start: Its first character.
        end: One past its last; fewer than were asked for where those are many.
        characters: How many the whole text has.
        text: The text.
    """

    described: ClassVar[str] = "OriginalOut"

    message: int
    slot: int
    start: int
    end: int
    characters: int
    text: str


class Hidden(Out):
    """What is hidden in one way.

    Attributes:
        fragments: How many fragments, those in hidden ones not counted.
        original_tokens: Tokens of their originals, as counted when they were cut.
        shown_tokens: Tokens of what the view shows in their place.
    """

    described: ClassVar[str] = "HiddenOut"

    fragments: int
    original_tokens: int
    shown_tokens: int


class TokenParts(Tagged):
    """The tokens of a view by part. Text, what stands for hidden text, rewrite and status add up to `seen`.

    Attributes:
        version: The version.
        text: Of what the view shows as it came, by role, with calls and frames.
        folded: What is folded, and its markers.
        summarised: What is summarised, and the summaries.
        rewrite: Of the rewrite in the question's place; 0 without one.
        rewritten: Of the question in the place of which it stands.
        status: Of the status at the tail.
        seen: Of the whole view.
        conversation: Of the originals.
        tools: Of the schemas of the offered tools, which each call has beside the view.
        budget: What a view may take, as settings and engine are now.
        window: What a request and its completion may have together.
        estimated: Whether these are estimates, for want of the engine's own tokenizer.
    """

    described: ClassVar[str] = "TokenPartsOut"

    version: int
    text: dict[Role, int]
    folded: Hidden
    summarised: Hidden
    rewrite: int
    rewritten: int
    status: int
    seen: int
    conversation: int
    tools: int
    budget: int
    window: int
    estimated: bool
