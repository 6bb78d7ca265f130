"""Pages of a view in pieces: of about one size, whatever the session. One message may be a million tokens long.

A *place* is a character of a piece of a message: where a page begins, and where it ends. Pages follow each other
without gap and without overlap, so that all of them together are the view; a piece that is too long for a page goes on
with the next one. From any place one goes forth and back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from riffler.errors import InvalidInput
from riffler.tools.pieces import Piece, Pieces

_BESIDE = 200
"""What a piece costs beside its text, in characters: its ids and figures. So short pieces fill a page, too."""
_LEAST = 200
"""A piece isn't begun for fewer characters than this, unless it is that short."""
_SPACE_WITHIN = 80
"""A cut moves back to white space, if there is any within so many characters."""


class Place(NamedTuple):
    """Where a page begins.

    Attributes:
        message: Index of the message.
        piece: Number of the piece in it, from 0.
        character: Of the piece's text, from 0.
    """

    message: int
    piece: int
    character: int


FIRST = Place(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of a piece.

    Attributes:
        at: Where it begins.
        piece: The piece, whole.
        end: One past the last character of the piece's text that is shown.
    """

    at: Place
    piece: Piece
    end: int

    @property
    def text(self) -> str:
        """What is shown."""
        return self.piece.text[self.at.character : self.end]


@dataclass(frozen=True, slots=True)
class PiecePage:
    """A page.

    Attributes:
        shown: Pieces in order, the first and the last maybe in part.
        begin: Where it begins; a page before this one ends there.
        next: Where the next one begins; None on the last.
    """

    shown: tuple[Shown, ...]
    begin: Place
    next: Place | None


def page_from(pieces: Pieces, begin: Place, most: int) -> PiecePage:
    """Give the page that begins at a place.

    Args:
        pieces: The view in pieces.
        begin: Where it begins.
        most: About how many characters it has, those for figures counted.

    Returns:
        The page.

    Raises:
        InvalidInput: There is no such place.
    """
    if not _is_there(pieces, begin):
        raise InvalidInput(
            f"cursor: this view has no piece {begin.piece} in message {begin.message}, or not so long a one"
        )
    return PiecePage(*_read(pieces, begin, most))


def page_before(pieces: Pieces, end: Place | None, most: int) -> PiecePage:
    """Give the page that ends before a place.

    Args:
        pieces: The view in pieces.
        end: One past its last character; None is the view's end.
        most: As in `page_from`.

    Returns:
        The page.

    Raises:
        InvalidInput: There is no such place.
    """
    if end is not None and not _is_there(pieces, end):
        raise InvalidInput(f"cursor: this view has no piece {end.piece} in message {end.message}, or not so long a one")
    past = end or Place(len(pieces.memory.messages), 0, 0)
    begin = _begin_before(pieces, past, most)
    shown = [
        Shown(at, piece, past.character if at[:2] == past[:2] else len(piece.text))
        for at, piece in takewhile(lambda each: each[0] < past, _forth(pieces, begin))
    ]
    return PiecePage(tuple(shown), begin, end)


def place_of(
    pieces: Pieces, message: int, slot: int | None = None, character: int = 0, *, call: str | None = None
) -> Place:
    """Find where the view shows a character of an original, or what stands for it, or a character of a call.

    Args:
        pieces: The view in pieces.
        message: Index of the message.
        slot: Its text slot; None finds the message's beginning.
        character: The character of that slot, or of that call's arguments, from 0; one past its last is found, too.
        call: Id of one of the message's calls, in place of a slot.

    Returns:
        The place: in text the very character, in what stands for it the beginning.

    Raises:
        InvalidInput: There is no such message, slot, call or character.
    """
    count = len(pieces.memory.messages)
    if message >= count:
        raise InvalidInput(f"message: expected the index of one of {count} messages, got {message}")
    if call is not None:
        return _place_of_call(pieces, message, call, character)
    if slot is None:
        return Place(message, 0, 0)
    texts = pieces.memory.messages[message].texts
    if slot >= len(texts):
        raise InvalidInput(f"slot: expected one of the {len(texts)} texts of message {message}, got {slot}")
    if character > len(texts[slot]):
        raise InvalidInput(
            f"character: text {slot} of message {message} has {len(texts[slot])} characters, got {character}"
        )
    found = Place(message, 0, 0)
    for number, piece in enumerate(pieces.of(message)):
        span = piece.span
        if span is not None and span.slot == slot and span.start <= character:
            inside = min(character, span.end) - span.start if piece.kind == "text" else 0
            found = Place(message, number, inside)
    return found


def _place_of_call(pieces: Pieces, message: int, call: str, character: int) -> Place:
    for number, piece in enumerate(pieces.of(message)):
        if piece.kind == "call" and piece.call == call:
            if character > len(piece.text):
                raise InvalidInput(
                    f"character: the arguments of call {call:.80} have {len(piece.text)} characters, got {character}"
                )
            return Place(message, number, character)
    raise InvalidInput(f"call: message {message} has no call of the id {call!r:.80}")


def _is_there(pieces: Pieces, place: Place) -> bool:
    if place == FIRST:
        return True
    if place.message >= len(pieces.memory.messages):
        return False
    of = pieces.of(place.message)
    return place.piece < len(of) and place.character <= len(of[place.piece].text)


def _read(pieces: Pieces, begin: Place, most: int) -> tuple[tuple[Shown, ...], Place, Place | None]:
    """Read from a place on about so many characters; give what is read, from where, and where it goes on."""
    found: list[Shown] = []
    left = most
    for at, piece in _forth(pieces, begin):
        length = len(piece.text) - at.character
        left -= _BESIDE
        if found and left < min(length, _LEAST):
            return tuple(found), begin, at
        take = _cut(piece.text, at.character, max(left, _LEAST))
        found.append(Shown(at, piece, at.character + take))
        left -= take
        if take < length:
            return tuple(found), begin, at._replace(character=at.character + take)
    return tuple(found), begin, None


def _forth(pieces: Pieces, start: Place) -> Iterator[tuple[Place, Piece]]:
    """Give the pieces from a place on, each with where reading it begins."""
    for message in range(start.message, len(pieces.memory.messages)):
        of = pieces.of(message)
        first = start.piece if message == start.message else 0
        for number in range(first, len(of)):
            begun = start.character if (message, number) == start[:2] else 0
            yield Place(message, number, begun), of[number]


def _begin_before(pieces: Pieces, end: Place, most: int) -> Place:
    """Give where a page of this size begins that ends before a place."""
    begin, left = end, most
    for at, length in _back(pieces, end):
        left -= _BESIDE
        if begin != end and left < min(length, _LEAST):
            break
        take = min(length, max(left, _LEAST))
        begin = at._replace(character=length - take)
        left -= take
        if take < length:
            break
    return begin


def _back(pieces: Pieces, end: Place) -> Iterator[tuple[Place, int]]:
    """Give the pieces before a place, the nearest first, each with how much of its text is before it."""
    if end.character:
        yield end._replace(character=0), end.character
    for message in range(end.message, -1, -1):
        of = pieces.of(message) if message < end.message or end.piece else ()
        before = end.piece if message == end.message else len(of)
        for number in range(before - 1, -1, -1):
            yield Place(message, number, 0), len(of[number].text)


def _cut(text: str, start: int, most: int) -> int:
    """Choose how many characters of a text to show, from one on: all, or up to white space near the limit."""
    if len(text) - start <= most:
        return len(text) - start
    end = start + most
    spaces = max(text.rfind(space, end - _SPACE_WITHIN, end) for space in " \n\t")
    return (spaces + 1 if spaces > start else end) - start
