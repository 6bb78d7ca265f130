"""For probes and scrapers."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

from riffler.service.http.core import CoreOf
from riffler.service.http.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Tell that the process answers. It needs nothing else, so that an outage of Redis restarts nobody."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: {"model": Health, "description": "Something isn't ready."}})
async def readyz(core: CoreOf, response: Response) -> Health:
    """Tell whether questions can be answered now: Redis answers, and the engine is loaded or can be reached."""
    failures = await core.readiness.failures()
    response.status_code = 503 if failures else 200
    return Health(ready=not failures, failures=failures)


@router.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
async def metrics(core: CoreOf) -> Response:
    """Give metrics in Prometheus' text format."""
    redis_s, failures = await asyncio.gather(core.readiness.ping_s(), core.readiness.failures())
    core.metrics.checked(redis_s, "engine" not in failures)
    return Response(await asyncio.to_thread(core.metrics.text), media_type="text/plain; version=0.0.4; charset=utf-8")
