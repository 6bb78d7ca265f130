"""The app: routes, limits and errors put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route

from riffler.service.http import problems, reading
from riffler.service.http.caching import Caching
from riffler.service.http.core import Core
from riffler.service.http.door.door import guarded
from riffler.service.http.embedding import SameOrigin
from riffler.service.http.head_limits import HeadLimits
from riffler.service.http.heads import Heads
from riffler.service.http.hosts import AllowedHosts
from riffler.service.http.limits import BodyLimits
from riffler.service.http.measured import Measured
from riffler.service.http.openapi import describe
from riffler.service.http.origins import OwnPages
from riffler.service.http.request_ids import RequestIds
from riffler.service.http.routes import (
    ask,
    chat,
    conversation,
    costs,
    decisions,
    engines,
    explanations,
    health,
    history,
    keys,
    live,
    policies,
    rewards,
    rewrites,
    seeing,
    service_health,
    sessions,
    tenants,
    tools,
    turns,
)
from riffler.service.http.stopping import Stoppable


def create_app(
    core: Core,
    *,
    max_body_bytes: int,
    shutdown_s: float,
    hosts: Collection[str] = (),
    max_header_bytes: int = 65_536,
    max_import_bytes: int = 256_000_000,
) -> FastAPI:
    """Put the service together.

    Args:
        core: What it stands on.
        max_body_bytes: The largest body of a request.
        shutdown_s: How long running turns may take to end when the service stops.
        hosts: Names of this host that requests may use; none takes any.
        max_header_bytes: The largest head of a request.
        max_import_bytes: The largest export that is imported.

    Returns:
        An ASGI app.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await core.ring.begin()
        warming = asyncio.create_task(core.readiness.failures())  # loads the model now, not at the first question
        try:
            yield
        finally:
            await asyncio.gather(warming, return_exceptions=True)
            core.live.stop()
            await core.running.finish(shutdown_s)
            if core.auditor is not None:
                await core.auditor.aclose()
            await core.recorder.aclose()
            await core.readiness.aclose()
            await core.engine.aclose()
            await core.sessions.aclose()

    app = FastAPI(
        title="Riffler",
        version=version("riffler"),
        lifespan=lifespan,
        docs_url=None,  # these pages would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # it would answer with an address made of whatever the request calls this host
    )
    app.state.core = core
    problems.install(app)
    reading.install(app)
    native = (
        sessions,
        conversation,
        seeing,
        history,
        tools,
        ask,
        rewrites,
        explanations,
        decisions,
        rewards,
        policies,
        costs,
        engines,
        turns,
        service_health,
        live,
        keys,
        tenants,
    )
    for routes in (*native, chat, health):
        # As they are: `include_router` works each out anew at the first request, which takes 0.7 s for all of them.
        own = [route for route in routes.router.routes if isinstance(route, APIRoute)]
        app.router.routes.extend(guarded(route, core.ring, core.limits, core.tenant) for route in own)
    app.state.routes = [route for route in app.routes if isinstance(route, Route)]
    describe(app)
    app.add_middleware(BodyLimits, most_bytes=max_body_bytes, most_import_bytes=max_import_bytes)
    app.add_middleware(OwnPages)
    app.add_middleware(AllowedHosts, names=hosts)
    app.add_middleware(HeadLimits, most_bytes=max_header_bytes)
    app.add_middleware(Stoppable)
    app.add_middleware(Measured, metrics=core.metrics)
    app.add_middleware(Caching)
    app.add_middleware(SameOrigin)
    app.add_middleware(RequestIds)
    app.add_middleware(Heads)
    return app
