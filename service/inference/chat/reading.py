"""Tells reasoning, text and tool calls apart while a reply comes.

What is certain to be text is given out at once; what may yet turn out to be the start of a call, of the end of
reasoning or of a stop text is held back. Nothing is lost:

- A call that can't be read stays text, with what opened and closed it.
- Where only the reply's end closes calls, text after whole calls is text if a token opened them; if letters did, all of
  it is, as a quotation may be.
- A call that breaks off at the token limit stays text too, and `broken` says so.
- White space that only separates text from a call belongs to neither.
- Reasoning is looked for at the reply's start only, so that an answer can speak of `<think>`.
- Where the vocabulary has tokens for what opens and closes, only those tokens do (`marks.py`); the same letters are
  text.

Inside, a reply is one string in which each mark is a lone surrogate, a character that no decoded text can hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum, auto
from types import MappingProxyType

from riffler.service.inference.chat.forms.form import ParsedCall, Schemas, ToolForm
from riffler.service.inference.chat.marks import THINKING, Mark, Piece

_NOTHING: Schemas = MappingProxyType({})
_FIRST_SURROGATE = 0xD800
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Place(Enum):
    START = auto()
    REASONING = auto()
    TEXT = auto()
    CALL = auto()
    END = auto()


class ReplyReader:
    """Reads one reply.

    Args:
        form: How calls are written; None where no tool was offered, so that all is text.
        stop: Texts that end the reply, and aren't part of it.
        thinking: What ends the reasoning that the prompt opened already; empty when it opened none.
        offered: The tools on offer. JSON without a call's opener is a call only of one of these.
        marks: How the vocabulary's marks are written. What is none of them is looked for in the text.

    Attributes:
        text: The text so far.
        reasoning: The reasoning so far.
        calls: The calls so far.
        stopped: Whether a stop text came. Nothing after it is read.
        broken: Whether a call was not whole when the reply ended.
    """

    def __init__(
        self,
        form: ToolForm | None,
        stop: Sequence[str] = (),
        thinking: str = "",
        offered: Schemas = _NOTHING,
        marks: Collection[str] = (),
    ) -> None:
        self.reasoning = ""
        self.calls: list[ParsedCall] = []
        self.broken = False
        self._form = form
        self._offered = offered
        self._codes = {mark: chr(_FIRST_SURROGATE + at) for at, mark in enumerate(sorted(marks))}
        self._written = {code: mark for mark, code in self._codes.items()}
        self._opener = self._code(form.opener) if form is not None else ""
        self._call_closer = self._code(form.closer) if form is not None else ""
        self._stop = tuple(text for text in stop if text)
        self._place = _Place.REASONING if thinking else _Place.START
        self._closer = self._code(thinking)
        self._may_think = not thinking
        self._trim = False  # whether white space before the next text is a separator
        self._buffer = ""
        self._opened = ""  # what opened the call that is being read
        self._given: list[str] = []

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._given)

    @property
    def stopped(self) -> bool:
        """Whether a stop text came."""
        return self._place is _Place.END

    def begin(self, forced: str) -> str:
        """Take the reply's beginning, where we wrote it.

        Args:
            forced: Text in which what looks like a mark is one.

        Returns:
            What is certain to be text of the answer now; may be empty.
        """
        for mark, code in self._codes.items():
            forced = forced.replace(mark, code)
        self._buffer += forced
        return self._advance()

    def feed(self, piece: Piece) -> str:
        """Take the next piece of the reply.

        Args:
            piece: Text, or a mark.

        Returns:
            What is certain to be text of the answer now; may be empty.
        """
        # a surrogate in text can't be, but would be a mark here
        self._buffer += self._code(piece.text) if isinstance(piece, Mark) else _SURROGATE.sub("\ufffd", piece)
        return self._advance()

    def finish(self) -> str:
        """End the reply.

        Returns:
            The last of the answer's text.
        """
        given = ""
        if self._place is _Place.START:
            self._place = _Place.TEXT
        if self._place is _Place.REASONING:
            self.reasoning += self._show(self._buffer)
            self._buffer = ""
        while self._place is _Place.CALL:
            given += self._end_call()
        if self._place is _Place.TEXT and not (self.calls and not self._buffer.strip()):
            given += self._give(self._buffer)
        self._buffer = ""
        self.reasoning = self.reasoning.strip()
        return given

    def _advance(self) -> str:
        given, before = "", None
        while before != (self._place, self._buffer):
            before = (self._place, self._buffer)
            if self._place is _Place.START:
                self._start()
            elif self._place is _Place.REASONING:
                self._reason()
            elif self._place is _Place.TEXT:
                given += self._answer()
            elif self._place is _Place.CALL:
                given += self._call()
            else:
                self._buffer = ""
        return given

    def _start(self) -> None:
        """Decide what the reply begins with, as soon as that is clear."""
        text = self._buffer.lstrip()
        for mark, closer in THINKING if self._may_think else ():
            opener = self._code(mark)
            if text.startswith(opener):
                self._place, self._closer, self._may_think = _Place.REASONING, self._code(closer), False
                self._buffer = text[len(opener) :]
                return
            if opener.startswith(text):  # also when there is only white space yet
                return
        if not text:
            return
        bare = self._form.bare if self._form is not None else ""
        if bare and text.startswith(bare):
            self._place, self._opened, self._buffer = _Place.CALL, "", text
        else:
            self._place = _Place.TEXT

    def _reason(self) -> None:
        at = self._buffer.find(self._closer)
        if at < 0:
            held = _held(self._buffer, (self._closer,))
            self.reasoning += self._show(self._buffer[: len(self._buffer) - held])
            self._buffer = self._buffer[len(self._buffer) - held :]
            return
        self.reasoning += self._show(self._buffer[:at])
        self._buffer = self._buffer[at + len(self._closer) :]
        self._place, self._trim = _Place.START, True

    def _answer(self) -> str:
        self._buffer = self._show(self._buffer, but=self._opener)
        marks = self._stop if self._form is None else (*self._stop, self._opener)
        found = [(at, mark) for mark in marks if (at := self._buffer.find(mark)) >= 0]
        if not found:
            kept = self._buffer[: len(self._buffer) - _held(self._buffer, marks)]
            if self._form is not None:
                kept = kept.rstrip()
            self._buffer = self._buffer[len(kept) :]
            return self._give(kept)
        at, mark = min(found)
        before, self._buffer = self._buffer[:at], self._buffer[at + len(mark) :]
        if mark in self._stop:
            self._place, self._buffer = _Place.END, ""
            return self._give(before)
        self._place, self._opened = _Place.CALL, mark
        return self._give(before.rstrip())

    def _call(self) -> str:
        """Look for the end of a call; one without a closer ends with the reply."""
        assert self._form is not None  # noqa: S101 - no form, no call
        closer = self._call_closer if self._opened else ""
        at = self._buffer.find(closer) if closer else -1
        while at >= 0:
            body = self._buffer[:at]
            calls = self._parse(body)
            if calls is not None or not self._form.inside(body):
                rest = self._buffer[at + len(closer) :]
                return self._close(calls, self._opened + body + closer, rest)
            at = self._buffer.find(closer, at + 1)  # this one stood in an argument's text
        return ""

    def _end_call(self) -> str:
        """Read a call that the reply's end closes. After one that its token opened, text may follow."""
        calls, rest = self._parse(self._buffer), ""
        if calls is None and self._opened in self._written:
            assert self._form is not None  # noqa: S101 - no form, no call
            shown = self._show(self._buffer, but=self._opener)
            end = self._form.end(shown, self._opener)
            calls = self._form.parse(shown[:end], self._opener, self._offered) if end else None
            rest = shown[end:] if calls is not None else ""
        if not self._opened and any(call.name not in self._offered for call in calls or ()):
            calls = None  # an answer in JSON that happens to have a name
        self.broken = calls is None
        return self._close(calls, self._opened + self._buffer, rest)

    def _parse(self, body: str) -> tuple[ParsedCall, ...] | None:
        assert self._form is not None  # noqa: S101 - no form, no call
        return self._form.parse(self._show(body, but=self._opener), self._opener, self._offered)

    def _close(self, calls: tuple[ParsedCall, ...] | None, raw: str, rest: str) -> str:
        self._place, self._buffer = _Place.TEXT, rest
        if calls is None:
            return self._give(raw)
        self.calls += calls
        self._trim = True
        return ""

    def _give(self, text: str) -> str:
        text = self._show(text)
        if self._trim:
            text = text.lstrip()
        if text:
            self._trim = False
            self._given.append(text)
        return text

    def _code(self, mark: str) -> str:
        """Give what stands for a mark in the buffer: its text where the vocabulary has no token for it."""
        return self._codes.get(mark, mark)

    def _show(self, text: str, but: str = "") -> str:
        """Write marks out, all but one."""
        return _SURROGATE.sub(lambda code: code[0] if code[0] == but else self._written[code[0]], text)


def _held(text: str, marks: Sequence[str]) -> int:
    """Count the last characters that may be the beginning of a mark."""
    longest = max(map(len, marks), default=1) - 1
    for size in range(min(longest, len(text)), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in marks if len(mark) > size):
            return size
    return 0
