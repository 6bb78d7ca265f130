"""What a call of a model costs who pays for it, also where nobody says: it was cut off, or its server reports nothing.

A server bills a prompt that it has read and an answer as far as it has written it, whether anybody is still there to
hear it or not. So a call is charged when it ends, however it ends: what was reported, else an estimate of what was sent
and of what has come. What was refused before any of it was read costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from riffler.errors import EngineGarbled, EngineTimeout
from riffler.service.ports.spending import is_paid, spent
from riffler.tools.tokens import MESSAGE_OVERHEAD_TOKENS, EstimatedTokens

_COUNTER: Final = EstimatedTokens()
"""Not the model's own: estimates are made when a client has gone, of bodies of many megabytes, in the event loop."""
_PART_TOKENS: Final = 800
"""Of a part that is no text. A picture of 1,024 pixels squared is 765 (OpenAI, "Images and vision"); others vary."""
_SAID: Final = ("content", "refusal", "tool_calls", "function_call")
_WORKED: Final = (asyncio.CancelledError, GeneratorExit, EngineTimeout, EngineGarbled)
"""How calls end whose server was at work."""


class Bill:
    """What is known of a call's cost so far.

    Args:
        prompt: Estimates the tokens of what was sent. It is asked at the end, where nobody said.

    Attributes:
        reported: Tokens, as far as the model's server has said; 0 when it hasn't.
        final: Whether that is all.
    """

    def __init__(self, prompt: Callable[[], int]) -> None:
        self._prompt, self._paid = prompt, is_paid()
        self._written: list[str] = []
        self.reported = 0
        self.final = False

    @property
    def begun(self) -> bool:
        """Whether the model has answered anything."""
        return bool(self._written or self.reported)

    def wrote(self, text: str) -> None:
        """Take a piece of the answer.

        Args:
            text: The piece.
        """
        if self._paid:
            self._written.append(text)

    def reports(self, tokens: int, *, final: bool) -> None:
        """Take what the model's server says that it is.

        Args:
            tokens: Read and written, so far.
            final: Whether that is of the whole call.
        """
        self.reported, self.final = tokens, final

    def heard(self, answer: Mapping[str, Any], *, stream: bool) -> None:
        """Take an answer of OpenAI's API, or a chunk of one.

        Args:
            answer: The decoded object, of any shape.
            stream: Whether it is a chunk.
        """
        for text in texts_in(answer):
            self.wrote(text)
        tokens = reported_tokens(answer)
        if tokens:  # some say it with each chunk, of all so far; the last one has nothing else
            self.reports(tokens, final=not (stream and answer.get("choices")))

    def total(self) -> int:
        """Tell what the call costs, as it stands."""
        if self.final:
            return self.reported
        return max(self.reported, self._prompt() + _COUNTER.count("".join(self._written)))


@contextmanager
def charged(prompt: Callable[[], int]) -> Iterator[Bill]:
    """Charge a call when the block ends.

    Args:
        prompt: See `Bill`.

    Yields:
        The bill, to write in what comes.
    """
    bill = Bill(prompt)
    try:
        yield bill
        bill.final = bill.final or bill.reported > 0
    except BaseException as exc:
        if not bill.begun and not isinstance(exc, _WORKED):
            bill.reports(0, final=True)
        raise
    finally:
        if is_paid():
            spent(bill.total())


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """Estimate what a chat request has, whatever its shape.

    Args:
        body: Its decoded body.

    Returns:
        Tokens of its messages and tools.
    """
    messages = body.get("messages")
    rows = messages if isinstance(messages, list) else []
    said = sum(MESSAGE_OVERHEAD_TOKENS + _tokens(row) for row in rows)
    return said + sum(_tokens(body.get(name)) for name in ("tools", "functions", "response_format"))


def texts_in(answer: Mapping[str, Any]) -> Iterator[str]:
    """Give what a model wrote in an answer, or in a chunk of one.

    Args:
        answer: The decoded object, of any shape.

    Yields:
        Texts: what was said, thought and called, of all choices.
    """
    choices = answer.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        said = (choice.get("delta") or choice.get("message")) if isinstance(choice, dict) else None
        if isinstance(said, dict):
            thought = said.get("reasoning_content") or said.get("reasoning")  # who sends both sends the same twice
            for value in (thought, *(said.get(name) for name in _SAID)):
                yield from _texts(value)


def reported_tokens(answer: Mapping[str, Any]) -> int:
    """Tell what an answer, or a chunk of one, says that it is.

    Args:
        answer: The decoded object, of any shape.

    Returns:
        Tokens read and written; 0 when it says nothing that can be understood.
    """
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return 0
    known = {name: value for name, value in usage.items() if isinstance(value, int) and value > 0}
    return max(known.get("total_tokens", 0), known.get("prompt_tokens", 0) + known.get("completion_tokens", 0))


def _tokens(value: object) -> int:
    """Count all texts in a value; what stands for something else than text counts as a part."""
    return sum(map(_COUNTER.count, _texts(value))) + _PART_TOKENS * _parts(value)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                if name not in {"id", "type", "role"} and not _is_part(value):
                    yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            pass


def _parts(message: object) -> int:
    content = message.get("content") if isinstance(message, dict) else None
    return sum(map(_is_part, content)) if isinstance(content, list) else 0


def _is_part(value: object) -> bool:
    """Tell whether a value is a picture, a sound or a file: its data are no text that a model reads."""
    return isinstance(value, dict) and value.get("type") in {"image_url", "input_audio", "file", "video_url"}
