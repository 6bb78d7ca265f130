"""What goes out over the wire to who looks at a session closely: one class a shape, as in `schemas.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from riffler.service.agent.room import Room
from riffler.service.http.paging import Page
from riffler.tools.counting.learned import LearnedTokens
from riffler.tools.memory import WorkingMemory
from riffler.tools.piece_changes import Change, change_of
from riffler.tools.piece_pages import Shown
from riffler.tools.pieces import Kind, Pieces
from riffler.tools.seeking import ShownAs, Sought
from riffler.tools.sources import FoundIn
from riffler.tools.token_parts import Hidden, TokenParts
from riffler.tools.tokens import EstimatedTokens, TokenCounter

_MOST_AROUND = 8
"""Fragments inside each other that a piece of text names; more than that nobody cuts by hand."""
Role = Literal["system", "developer", "user", "assistant", "tool"]


class PieceOut(BaseModel):
    """A stretch of the view: a text, what stands for one, the status, a call, or what else a message holds."""

    message: int = Field(description="Index of its message.")
    piece: int = Field(description="Its number in that message, from 0.")
    role: Role = Field(description="Who speaks.")
    origin: Literal["app", "step"] = Field(description="Whether the app brought the message, or a step of the agent.")
    kind: Kind = Field(
        description="`text` is the original's; `folded`, `summary` and `rewrite` stand for it; `status` is the block "
        "at the tail; `call` is a call's arguments; `other` is JSON of what is neither; `empty` a bare message."
    )
    text: str = Field(description="What the model sees of it, as far as it is on this page.")
    begin: int = Field(description="Which character of the piece that begins with.")
    characters: int = Field(description="How many the whole piece has.")
    tokens: int = Field(description="Tokens of this text.")
    slot: int | None = Field(description="Which text of the message it is of; null of what is none.")
    start: int | None = Field(description="The first character of the original that this shows or stands for.")
    end: int | None = Field(description="One past the last.")
    original_tokens: int = Field(
        description="Tokens of the original that it stands for; of fragments as they were counted when they were cut."
    )
    fragments: list[str] = Field(
        description="Ids. Of text the fragments around it, the innermost last, at most 8; of what is folded the first "
        "and the last, whose numbers and all between follow each other; of a summary its own.",
        examples=[["f00001", "f00004"]],
    )
    count: int = Field(description="How many fragments those are.")
    pinned: bool = Field(description="Whether the innermost fragment can't be hidden.")
    name: str = Field(
        description="Of a call, and of a tool's result, the function; of `other` where it stands, such as `content[1]`."
    )
    call: str = Field(description="Id of the call that it is, or that its message answers.")
    asked: bool = Field(description="Whether its message is the newest question.")
    change: Change = Field(
        description="What happened to it after the version `since`; empty when it was so, or nothing was asked."
    )

    @classmethod
    def of(cls, shown: Shown, pieces: Pieces, counter: TokenCounter, since: WorkingMemory | None) -> PieceOut:
        """Write a piece, as far as it is on a page."""
        memory, piece, message = pieces.memory, shown.piece, shown.at.message
        hidden, ids = piece.kind in {"folded", "summary"}, piece.fragments
        call, name = (piece.call, piece.name) if piece.kind in {"call", "other"} else pieces.answered(message)
        start, end = (piece.span.start, piece.span.end) if piece.span else (None, None)
        if piece.kind == "text" and start is not None:
            start, end = start + shown.at.character, start + shown.end
        original = sum(memory.fragments[id_].tokens for id_ in ids) if hidden else 0
        if piece.kind == "rewrite" and piece.span:
            original = counter.count(memory.text(piece.span))
        return cls(
            message=message,
            piece=shown.at.piece,
            role=pieces.role(message),
            origin=pieces.origin(message),
            kind=piece.kind,
            text=shown.text,
            begin=shown.at.character,
            characters=len(piece.text),
            tokens=counter.count(shown.text),
            slot=piece.span.slot if piece.span else None,
            start=start,
            end=end,
            original_tokens=original,
            fragments=list(dict.fromkeys((ids[0], ids[-1]))) if hidden else list(ids[-_MOST_AROUND:]),
            count=len(ids),
            pinned=bool(ids) and memory.pinned(memory.fragments[ids[-1]].span),
            name=name,
            call=call,
            asked=memory.asking is not None and memory.asking.span.message == message,
            change=change_of(since, memory, message, piece) if since is not None else "",
        )


class PiecesPage(Page[PieceOut]):
    """Pieces of the view, in order: some tens of kilobytes, whatever the session."""

    previous: str | None = Field(description="Cursor of the page before; null on the first one.")
    version: int = Field(description="The version that is shown, on all pages.")
    messages: int = Field(description="How many messages it has.")


class OriginalOut(BaseModel):
    """Original text, which nothing ever changes."""

    message: int = Field(description="Index of its message.")
    slot: int = Field(description="Which text of that message.")
    start: int = Field(description="Its first character.")
    end: int = Field(description="One past its last; fewer than were asked for where those are many.")
    characters: int = Field(description="How many the whole text has.")
    text: str = Field(description="The text.")


class HitOut(BaseModel):
    """Something that was found."""

    message: int = Field(description="Index of its message.")
    found_in: FoundIn = Field(
        description="`original` is text that came; `call` the arguments of a call; `summary` and `rewrite` stand, or "
        "stood, in an original's place."
    )
    slot: int | None = Field(description="Which text of the message it is in, or stands for; null of a call.")
    character: int | None = Field(
        description="The original's character at which the view shows it, or what stands for it; null of a call."
    )
    call: str = Field(description="Id of the call; empty of what is none.")
    start: int = Field(description="Its first character in the text in which it was found.")
    end: int = Field(description="One past its last.")
    role: Role = Field(description="Who speaks.")
    origin: Literal["app", "step"] = Field(description="Whether the app brought the message, or a step of the agent.")
    shown: ShownAs = Field(
        description="How the view shows it; only what is `visible` is seen by the model. A summary or rewrite that is "
        "`gone` stood in the view of an earlier `version`."
    )
    version: int = Field(description="The version to look at: that which was searched, or which made what is gone.")
    fragment: str = Field(
        description="The fragment that hides it, else the innermost one around it; empty where there is none. Of a "
        "summary the one that it sums up."
    )
    before: str = Field(description="Some text before it.")
    match: str = Field(description="What matched; of a long match its beginning.")
    after: str = Field(description="Some text after it.")

    @classmethod
    def of(cls, found: Sought, memory: WorkingMemory) -> HitOut:
        """Write a match."""
        source, span, entry = found.source, found.span, memory.entries[found.span.message]
        character = None
        if source.span is not None:
            character = span.start if source.kind == "original" else source.span.start
        return cls(
            message=span.message,
            found_in=source.kind,
            slot=source.span.slot if source.span else None,
            character=character,
            call=source.name if source.kind == "call" else "",
            start=span.start,
            end=span.end,
            role=entry.message.role,
            origin=entry.origin,
            shown=found.shown,
            version=memory.version if source.gone is None else source.gone,
            fragment=found.fragment,
            before=found.before,
            match=found.match,
            after=found.after,
        )


class HitPage(Page[HitOut]):
    """Matches: the oldest first, or the best where one is better than another."""

    total: int = Field(description="How many there are on all pages.")
    version: int = Field(description="The version that was searched.")


class HiddenOut(BaseModel):
    """What is hidden in one way."""

    fragments: int = Field(description="How many fragments, those in hidden ones not counted.")
    original_tokens: int = Field(description="Tokens of their originals, as counted when they were cut.")
    shown_tokens: int = Field(description="Tokens of what the view shows in their place.")

    @classmethod
    def of(cls, hidden: Hidden) -> HiddenOut:
        """Write what is hidden."""
        return cls(fragments=hidden.fragments, original_tokens=hidden.original_tokens, shown_tokens=hidden.shown_tokens)


class TokenPartsOut(BaseModel):
    """The tokens of a view by part. Text, what stands for hidden text, rewrite and status add up to `seen`."""

    version: int = Field(description="The version.")
    text: dict[Role, int] = Field(description="Of what the view shows as it came, by role, with calls and frames.")
    folded: HiddenOut = Field(description="What is folded, and its markers.")
    summarised: HiddenOut = Field(description="What is summarised, and the summaries.")
    rewrite: int = Field(description="Of the rewrite in the question's place; 0 without one.")
    rewritten: int = Field(description="Of the question in the place of which it stands.")
    status: int = Field(description="Of the status at the tail.")
    seen: int = Field(description="Of the whole view.")
    conversation: int = Field(description="Of the originals.")
    tools: int = Field(description="Of the schemas of the offered tools, which each call has beside the view.")
    budget: int = Field(description="What a view may take, as settings and engine are now.")
    window: int = Field(description="What a request and its completion may have together.")
    estimated: bool = Field(description="Whether these are estimates, for want of the engine's own tokenizer.")

    @classmethod
    def of(cls, parts: TokenParts, version: int, room: Room, counter: TokenCounter) -> TokenPartsOut:
        """Write the parts of a version's view."""
        return cls(
            version=version,
            text=dict(parts.text),
            folded=HiddenOut.of(parts.folded),
            summarised=HiddenOut.of(parts.summarised),
            rewrite=parts.rewrite,
            rewritten=parts.rewritten,
            status=parts.status,
            seen=parts.seen,
            conversation=parts.conversation,
            tools=room.tools_tokens(counter),
            budget=room.budget_tokens(counter),
            window=room.engine.info.window_tokens,
            estimated=isinstance(counter, EstimatedTokens | LearnedTokens),
        )
