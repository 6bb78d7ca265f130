"""Bodies of JSON lines, sent and read as a stream, so that none of them is in memory as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import StreamingResponse

from riffler.errors import InvalidInput
from riffler.service.agent.offload import offload
from riffler.service.http.bodies import may_have_more

JSON_LINES: Final = "application/jsonl"
MOST_LINE_VALUES: Final = 20_000
"""Of a line that is imported: some times as many as the record of a long turn has; see `bodies.py` for why."""
_BLOCK: Final = 50
_BLOCK_CHARACTERS: Final = 1_000_000
"""Lines that are written and sent together: some 12 ms, in which nobody else gets an answer."""


class JsonLines(StreamingResponse):
    """JSON values, one a line."""

    media_type = JSON_LINES


async def blocks(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """Put lines together, so that a long file isn't sent in as many messages as it has lines.

    Args:
        lines: Lines without their ends.

    Yields:
        Some lines each, with their ends.
    """
    block: list[str] = []
    characters = 0
    async for line in lines:
        block.append(f"{line}\n")
        characters += len(line)
        if len(block) == _BLOCK or characters > _BLOCK_CHARACTERS:
            yield "".join(block)
            block.clear()
            characters = 0
            await asyncio.sleep(0)  # writing rows takes the loop's time, and others wait for it
    yield "".join(block)


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """Read a body as it comes.

    Args:
        request: The request.

    Yields:
        Its bytes.
    """
    async for chunk in request.stream():
        yield chunk


async def frugal(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """Refuse lines that would cost much more to read than their length tells.

    Args:
        lines: Lines without their ends.

    Yields:
        The same.

    Raises:
        InvalidInput: One has too many values.
    """
    number = 0
    async for line in lines:
        number += 1
        if await offload(len(line), partial(_costs_much, line)):
            raise InvalidInput(
                f"line {number}: expected at most {MOST_LINE_VALUES} texts, numbers, lists and objects, got more"
            )
        yield line


def _costs_much(line: str) -> bool:
    return may_have_more(line.encode("utf-8", "replace"), MOST_LINE_VALUES)
