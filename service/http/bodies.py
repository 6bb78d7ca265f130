"""Bodies read as JSON without holding up others: large ones off the event loop, and of so many values at most.

What a body costs goes by its values rather than by its bytes: 14 MB of text are read in some hundredths of a second,
14 MB of brackets in seconds, during which even a thread keeps all others waiting. So values are counted first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Response
from fastapi.routing import APIRoute

from riffler.service.agent.offload import offload

MOST_VALUES = 200_000
"""Most texts, numbers, lists and objects of a body: 20 for each of the most messages that a request may bring."""

MOST_DEPTH = 200
"""Most lists and objects inside each other: twice what a message may have, and far from where reading ends."""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, also one that is cut off: so each byte is looked at once, whatever comes."""
_BRACKET = re.compile(rb"[\[\]{}]")


class JsonRoute(APIRoute):
    """A route whose body is read so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers a request; see FastAPI."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await answer(_JsonRequest(request.scope, request.receive))

        return handler


class _JsonRequest(Request):
    async def json(self) -> object:
        body = await self.body()
        return await offload(len(body), lambda: read_json(body))


async def _body_size(request: Request) -> int:
    return len(await request.body())


BodySize = Annotated[int, Depends(_body_size)]
"""Bytes of the body: how much work what it holds may be."""


def read_json(body: bytes) -> object:
    """Read a body.

    Args:
        body: JSON, as it came.

    Returns:
        Its value. Raises what `json.loads` does for what is no JSON.

    Raises:
        HTTPException: It has too many values (413), or they are too deep (400).
    """
    if may_have_more(body, MOST_VALUES):
        raise HTTPException(
            413, f"body: expected at most {MOST_VALUES} texts, numbers, lists and objects, got more: send them in parts"
        )
    if _is_deeper(body, MOST_DEPTH):
        raise HTTPException(
            400,
            f"body: expected at most {MOST_DEPTH} lists and objects inside each other, got more",
        )
    value: object = json.loads(body)
    return value


def _is_deeper(body: bytes, most: int) -> bool:
    """Tell whether more brackets are open inside each other. Its work goes by their number, which has a limit."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth = 0
    for sign in _BRACKET.finditer(_STRING.sub(b"", body)):
        depth += 1 if sign[0] in b"[{" else -1
        if depth > most:
            return True
        if depth < 0:  # no JSON, which whoever reads it says
            return False
    return False


def may_have_more(body: bytes, most: int) -> bool:
    """Tell whether there may be more values than this, the names of fields among them, without making any.

    Args:
        body: JSON, or what isn't.
        most: Most values.

    Returns:
        Whether there may be.
    """
    if len(body) <= most:  # a value and what parts it from the next take two bytes
        return False
    # An escaped quote may also be an escaped backslash before a true one, so this counts half of them at least.
    if body.count(b'"') - body.count(b'\\"') > 2 * most:
        return True
    rest = _STRING.sub(b"", body)
    return sum(rest.count(sign) for sign in (b",", b":", b"[", b"{")) > most
