"""How each server of ours listens: with the same limits on what comes before a request is one."""

from __future__ import annotations

from typing import Any

import uvicorn
from starlette.types import ASGIApp

from riffler.service.http.connection import Connection
from riffler.service.settings import Settings


def server_config(app: ASGIApp | str, settings: Settings, *, closing_s: int, **more: Any) -> uvicorn.Config:  # noqa: ANN401
    """Say how a server listens.

    Args:
        app: What answers requests, or where it stands.
        settings: The settings.
        closing_s: How long requests may take to end when it stops.
        **more: Of uvicorn's, beside.

    Returns:
        What uvicorn takes.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=Connection,
        h11_max_incomplete_event_size=settings.max_header_bytes,
        timeout_graceful_shutdown=closing_s,
        **more,
    )
