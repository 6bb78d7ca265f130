"""What runs the model."""

from __future__ import annotations

from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import answers, documented
from riffler.service.http.examples import ENGINES
from riffler.service.http.groups import group
from riffler.service.http.schemas import EngineOut

router = group("/api/v1", "engines")


@router.get("/engines", responses={**answers(200, "The engines.", ENGINES), **documented(422)})
async def list_engines(core: CoreOf, tenant: TenantOf) -> list[EngineOut]:
    """List the engines that answer here: one, and whether it is ready. Why not is for the service's own tenant."""
    failures = await (core.readiness.failures() if tenant == core.tenant else core.readiness.kinds())
    return [EngineOut.of(core.engine.info, failures.get("engine"))]
