"""What may stand in a string of JSON behind its opening quote: any text, or text that is copied from somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from riffler.service.inference.chat.nodes import Stack

_HEX = b"0123456789abcdefABCDEF"
_NEXT = bytes(range(0x80, 0xC0))
_FORMS: tuple[tuple[bytes, ...], ...] = (
    (bytes(byte for byte in range(0x20, 0x80) if byte not in b'"\\'),),
    (bytes(range(0xC2, 0xE0)), _NEXT),
    (b"\xe0", bytes(range(0xA0, 0xC0)), _NEXT),
    (bytes(byte for byte in range(0xE1, 0xF0) if byte != 0xED), _NEXT, _NEXT),
    (b"\xed", bytes(range(0x80, 0xA0)), _NEXT),
    (b"\xf0", bytes(range(0x90, 0xC0)), _NEXT, _NEXT),
    (b"\xf1\xf2\xf3", _NEXT, _NEXT, _NEXT),
    (b"\xf4", bytes(range(0x80, 0x90)), _NEXT, _NEXT),
    (b"\\", b'"\\/bfnrt'),
    (b"\\", b"u", b"0123456789abcefABCEF", _HEX, _HEX, _HEX),
    (b"\\", b"u", b"dD", b"01234567", _HEX, _HEX),
    (b"\\", b"u", b"dD", b"89abAB", _HEX, _HEX, b"\\", b"u", b"dD", b"cdefCDEF", _HEX, _HEX),
)
"""How a character is written, by the bytes that may stand at each place: as UTF-8 (Unicode 17.0, table 3-7), as an
escape, or as the escapes of both halves of a surrogate pair. Half a pair alone is no text: it can't be sent on."""
_BEGINNINGS = {byte: tuple(form[1:] for form in _FORMS if byte in form[0]) for byte in range(256) if byte not in b'"'}
_CHARACTER = re.compile(rb"\\u[0-9a-f]{4}|\\.|[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*")
"""One, as `json.dumps` writes it in a string."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string behind its opening quote, with the closing one. `empty` is whether it may end here."""

    empty: bool = True

    def step(self, byte: int) -> Iterable[Stack]:
        """Begin a character, or end."""
        if byte == ord('"'):
            if self.empty:
                yield ()
            return
        for rest in _BEGINNINGS[byte]:
            yield (_Rest(rest), _TEXT) if rest else (_TEXT,)


_TEXT = Text()


@dataclass(frozen=True, slots=True)
class _Rest:
    """The rest of a character: what may stand at each place; at least one."""

    places: tuple[bytes, ...]

    def step(self, byte: int) -> Iterable[Stack]:
        """Take its next byte."""
        if byte in self.places[0]:
            yield (_Rest(self.places[1:]),) if len(self.places) > 1 else ()


class Source:
    """Texts to copy from, as JSON writes them in a string.

    Args:
        texts: The texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        # a byte between them that no string of JSON has; half a surrogate pair, which no string can have, is lost
        written = (json.dumps(text, ensure_ascii=False)[1:-1] for text in texts)
        self.data = b"\0".join(text.encode(errors="replace") for text in written) + b"\0"
        self.starts: dict[int, list[int]] = {}
        for found in _CHARACTER.finditer(self.data):
            self.starts.setdefault(self.data[found.start()], []).append(found.start())
        self.cuts = frozenset(place for places in self.starts.values() for place in places)

    def __bool__(self) -> bool:
        return any(byte >= 0x20 for byte in self.starts)


@dataclass(frozen=True, slots=True)
class Copied:
    """A string behind its opening quote, copied from a source, with the closing quote.

    Attributes:
        source: What is copied from. A copy begins and ends between its characters.
        places: Where in the source the next byte may stand; None before the first.
    """

    source: Source
    places: tuple[int, ...] | None = None

    def step(self, byte: int) -> Iterable[Stack]:
        """Take what comes next somewhere in the source, or the closing quote."""
        data = self.source.data
        if self.places is None:
            fits = self.source.starts.get(byte, [])
        else:
            fits = [place for place in self.places if data[place] == byte]
            if byte == ord('"') and any(place in self.source.cuts for place in self.places):
                yield ()
        if byte >= 0x20 and fits:
            yield (Copied(self.source, tuple(place + 1 for place in fits)),)
