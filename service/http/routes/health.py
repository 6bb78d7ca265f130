"""For probes and scrapers."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from starlette.responses import PlainTextResponse

from riffler.service.http.core import CoreOf
from riffler.service.http.described import answers
from riffler.service.http.examples import ALIVE, METRICS, NOT_READY, READY
from riffler.service.http.groups import by_name
from riffler.service.http.schemas import Alive, Health

router = APIRouter(tags=["health"], generate_unique_id_function=by_name)


@router.get("/livez", responses=answers(200, "It answers.", ALIVE))
async def livez() -> Alive:
    """Tell that the process answers. It needs nothing else, so that an outage of Redis restarts nobody."""
    return Alive(status="alive")


@router.get(
    "/readyz",
    responses={
        **answers(200, "All is ready.", READY),
        503: {"model": Health, **answers(503, "Something isn't ready.", NOT_READY)[503]},
    },
)
async def readyz(core: CoreOf, response: Response) -> Health:
    """Tell whether questions can be answered now. Of a failure it tells the kind; `/api/v1/health` has the reason."""
    failures = await core.readiness.kinds()
    response.status_code = 503 if failures else 200
    return Health(ready=not failures, failures=failures)


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    response_description="The metrics of all workers.",
    responses={200: {"content": {"text/plain": {"example": METRICS}}}},
)
async def metrics(core: CoreOf) -> Response:
    """Give metrics in Prometheus' text format."""
    redis_s, failures = await asyncio.gather(core.readiness.ping_s(), core.readiness.failures())
    core.metrics.checked(redis_s, "engine" not in failures)
    return Response(await asyncio.to_thread(core.metrics.text), media_type="text/plain; version=0.0.4; charset=utf-8")
