"""How the service is, for people who look: told also while Redis is gone."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import Query

from riffler.service.agent.health.report import HealthReport, QueueHealth, engine_health, report_of
from riffler.service.agent.health.request_figures import OF_REQUESTS, requests_of
from riffler.service.agent.offload import logs_under_way
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import answers, documented
from riffler.service.http.groups import group
from riffler.service.http.metrics import LOST, RUNNING, UNRECORDED
from riffler.service.http.routes.turns import SinceMs
from riffler.service.http.service_examples import HEALTH
from riffler.service.http.shapes import shape_of

router = group("/api/v1/health", "service")
_LOOKED_AT: Final = 1000
_MOST: Final = 20_000
_OF_TURNS: Final = (RUNNING, UNRECORDED, LOST)
_LASTING: Final = frozenset({"/api/v1/live"})
"""Routes that stay open for as long as somebody listens."""
Newest = Annotated[int, Query(ge=1, le=_MOST, description="Most records of the turn log to look at, the newest.")]


@router.get(
    "", response_model=shape_of(HealthReport), responses={**answers(200, "How it is.", HEALTH), **documented(422)}
)
async def read_health(core: CoreOf, tenant: TenantOf, limit: Newest = _LOOKED_AT, since_ms: SinceMs = 0) -> Any:  # noqa: ANN401
    """Tell how Redis and the engine are, what waits, which errors came and what took long. Told whatever is away."""
    redis, failure, turns, counted = await asyncio.gather(
        core.health.redis(),
        core.readiness.engine_failure(),
        core.health.turns(tenant, limit, since_ms),
        asyncio.to_thread(core.metrics.samples, OF_REQUESTS, *_OF_TURNS),
    )
    running, unrecorded, lost = (
        int(sum(sample.value for sample in counted if sample.name == name)) for name in _OF_TURNS
    )
    audits = 0 if core.auditor is None else core.auditor.under_way
    queue = QueueHealth(running, audits, logs_under_way(), core.live.listeners, unrecorded, lost)
    requests = requests_of(counted, lasting=_LASTING)
    return report_of(redis, engine_health(core.engine.info, failure), queue, turns, requests)
