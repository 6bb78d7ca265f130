"""Marks: tokens of a vocabulary that open or close a call, or reasoning.

The letters of such a token are text, also in a reply: a model that quotes a document with `<tool_call>` in it writes
letters, as it read letters (`control.py`), and calls nothing. So a reply is pieces of text and marks, told apart by
their ids, and nothing that is text can become a mark.

Where a vocabulary has no token for what its model writes, only text can be looked for, and what a model quotes is as
good as what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.tokenizer import ChatTokenizer

THINKING = (("<think>", "</think>"), ("[THINK]", "[/THINK]"))
"""What begins and ends reasoning: Qwen, DeepSeek and most others; Magistral."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in a reply.

    Attributes:
        text: How its token is written.
    """

    text: str


Piece = str | Mark
"""A piece of a reply: text, or a mark."""


def marks_of(tokenizer: ChatTokenizer, form: ToolForm | None) -> Mapping[int, str]:
    """Find the marks that a vocabulary has.

    Args:
        tokenizer: The model's.
        form: How it calls tools; None where that isn't known.

    Returns:
        How each is written, by its id.
    """
    known = {mark for pair in THINKING for mark in pair} | set(form.tokens if form is not None else ())
    added = tokenizer.added_tokens_decoder
    return {number: token.content for number, token in added.items() if token.content in known}
