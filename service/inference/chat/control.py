"""Keeps text that only looks like a control token from being one.

A message may hold `<|im_end|>` or `<tool_call>` as text; encoded as it stands it would end its turn and start another.
A mark, a character that nothing in the request uses, is put inside each such text before the template is rendered, and
the rendered prompt is encoded in the pieces between the marks. Each piece is text of the user or of the template, whole
as it was, and no control token comes about where a mark stood. Decoded, the ids are the text without marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from riffler.service.inference.chat.tokenizer import ChatTokenizer

_SHAPE = frozenset(
    "role content name tool_calls tool_call_id id type function arguments description parameters properties required "
    "items enum".split()
)
"""Keys that templates look up. All others may be words of the model or of a client, and templates write them out."""
_MARKS = range(0xF0000, 0xFFFFE)
"""Private use: no script has them. The first that the request doesn't use is taken."""


class ControlTokens:
    """The control tokens of a tokenizer.

    Args:
        tokens: Their texts.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def mark(self, value: Any) -> tuple[Any, str]:  # noqa: ANN401 - JSON of any type
        """Put a mark inside each text that looks like a control token.

        Args:
            value: JSON. Keys of objects are texts too, but for those of the shape of messages and tools.

        Returns:
            The value with marks, and the mark; empty when there is nothing to mark.
        """
        texts = list(_texts_of(value))
        if not any(self._pattern.search(text) for text in texts):
            return value, ""
        used = frozenset().union(*texts)
        mark = next(chr(code) for code in _MARKS if chr(code) not in used)
        return self._marked(value, mark), mark

    def _marked(self, value: Any, mark: str) -> Any:  # noqa: ANN401 - JSON of any type
        if isinstance(value, str):
            # after every character but the last: no shorter token inside this one survives either
            return self._pattern.sub(lambda found: mark.join(found[0]), value)
        if isinstance(value, dict):
            return {
                key if key in _SHAPE else self._marked(key, mark): self._marked(item, mark)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._marked(item, mark) for item in value]
        return value


class PieceEncoder:
    """Encodes prompts in the pieces between their marks.

    A tokenizer of SentencePiece's kind (Llama 2, Mistral) takes each text for the beginning of one and puts a space
    before it. So all pieces but the first are encoded behind a character, whose ids are cut off again.

    Args:
        tokenizer: The model's.
    """

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        self._tokenizer = tokenizer
        self._lead = chr(_MARKS[-1])
        self._lead_ids: list[int] = []
        lead_ids = self._encode(self._lead)
        # an unknown character may melt into one that follows, and be cut off with it
        if tokenizer.unk_token_id not in lead_ids and self._encode(f"{self._lead}a") != lead_ids + self._encode("a"):
            self._lead_ids = lead_ids

    def encode(self, text: str, mark: str) -> list[int]:
        """Encode a prompt.

        Args:
            text: The rendered prompt.
            mark: The mark; empty for none.

        Returns:
            The token ids. Nothing is added around them, nor between them.
        """
        first, *others = text.split(mark) if mark else [text]
        ids = self._encode(first) if first else []
        made: dict[str, list[int]] = {}  # most pieces are letters of control tokens, over and over
        for piece in filter(None, others):
            if piece not in made:
                made[piece] = self._within(piece)
            ids += made[piece]
        return ids

    def _within(self, piece: str) -> list[int]:
        """Encode what stands within a text."""
        length = len(self._lead_ids)
        if length:
            ids = self._encode(self._lead + piece)
            if ids[:length] == self._lead_ids:
                return ids[length:]
        return self._encode(piece)

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False, verbose=False)
        return ids


def _texts_of(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _SHAPE:
                yield from _texts_of(key)
            yield from _texts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts_of(item)
