"""The floor: a proxy that does nothing but pass bytes on, on the server and the client library that Riffler has.

UPSTREAM=http://127.0.0.1:8020/v1 python -m uvicorn benchmarks.proxy.relay:app
"""

from __future__ import annotations

import os
from typing import Any

import httpx2

_UPSTREAM = os.environ.get("UPSTREAM", "")
_CLIENT: list[httpx2.AsyncClient] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Pass a request on; see ASGI."""
    if scope["type"] != "http":
        return
    if not _CLIENT:
        _CLIENT.append(httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None)))
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    url = _UPSTREAM + scope["path"].removeprefix("/v1")
    answer = await _CLIENT[0].request(scope["method"], url, content=body, headers={"content-type": "application/json"})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer.content)).encode())]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
