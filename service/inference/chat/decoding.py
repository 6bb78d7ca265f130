"""Token ids back to text and marks while they come, never half a character."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from riffler.service.inference.chat.marks import Mark, Piece
from riffler.service.inference.chat.tokenizer import ChatTokenizer

_HALF = "\ufffd"
_LONGEST_CHARACTER = 8
"""In tokens. After so many, what is before the last bytes is as whole as it will ever be."""
_LAST_BYTES = 3
"""Most bytes of a character that isn't whole, each of which may come as one U+FFFD."""
_LONGEST_WINDOW = 64
"""In tokens. Bytes without an end of a character among so many are invalid, and are given as they are."""
_NONE: Mapping[int, str] = MappingProxyType({})


class TextDecoder:
    """Decodes one reply token by token.

    A token's text can depend on the tokens before it (a leading space, a character's first bytes), so that a window of
    the last tokens is decoded with and without the new one, and the difference is what is new. A window ends where a
    character does; where tokens go on and on across characters, it grows, and all but the last bytes are given.

    Args:
        tokenizer: The model's.
        hidden: Ids that are no text: special tokens but those that stand for a call or for reasoning.
        marks: How the tokens that are marks are written, by their ids (`marks_of`).
    """

    def __init__(self, tokenizer: ChatTokenizer, hidden: Collection[int], marks: Mapping[int, str] = _NONE) -> None:
        self._tokenizer = tokenizer
        self._hidden = hidden
        self._marks = marks
        self._ids: list[int] = []
        self._start = 0  # of the window
        self._done = 0  # tokens whose text was given
        self._shown = 0  # characters of the window's text that were given

    def add(self, token: int) -> list[Piece]:
        """Take the next token.

        Args:
            token: Its id.

        Returns:
            What is certain now: often the token's text, nothing while a character isn't whole, or a mark with the text
            before it that was held back.
        """
        if token in self._marks:
            held = self._new_text(final=True)
            self._ids.append(token)
            self._move()
            mark = Mark(self._marks[token])
            return [held, mark] if held else [mark]
        if token in self._hidden:
            return []
        self._ids.append(token)
        text = self._new_text(final=False)
        return [text] if text else []

    def flush(self) -> str:
        """End the reply.

        Returns:
            What was held back; bytes that are no character come as U+FFFD.
        """
        return self._new_text(final=True)

    def _new_text(self, *, final: bool) -> str:
        whole = self._decode(self._ids[self._start :])
        waiting = len(self._ids) - self._done
        if final or not whole.endswith(_HALF) or waiting >= _LONGEST_WINDOW:
            new = whole[self._shown :]
            if new:
                self._move()
            return new
        if waiting < _LONGEST_CHARACTER:
            return ""
        held = min(_LAST_BYTES, len(whole) - len(whole.rstrip(_HALF)))
        new = whole[self._shown : len(whole) - held]
        self._shown += len(new)
        return new

    def _move(self) -> None:
        """Begin the next window with the tokens whose text was given last."""
        self._start, self._done = self._done, len(self._ids)
        self._shown = len(self._decode(self._ids[self._start :]))

    def _decode(self, ids: list[int]) -> str:
        text = self._tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        assert isinstance(text, str)  # noqa: S101 - one list of ids is one text
        return text
