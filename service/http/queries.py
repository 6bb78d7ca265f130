"""Query parameters that an operation doesn't have: refused, so that a misspelt one isn't taken for one left out."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError


async def known_queries(request: Request) -> None:
    """Refuse unknown query parameters. What is known is what the app's own description names.

    Args:
        request: The request.

    Raises:
        RequestValidationError: There are some; each is named, with those that the operation has.
    """
    if not request.query_params:
        return
    app: FastAPI = request.app
    if app.openapi_schema is None:
        await asyncio.to_thread(app.openapi)  # it is made once, which takes a tenth of a second
    operation = app.openapi()["paths"][request.scope["route"].path_format][request.method.lower()]
    known = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    expected = f"expected one of {', '.join(known)}" if known else "expected no query parameter"
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": expected, "input": name} for name in unknown]
        )
