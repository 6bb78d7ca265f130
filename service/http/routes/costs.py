"""What turns cost: tokens in, saved, from a cache, billed and out; time by part; edits that paid back or haven't."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query, Request

from riffler.service.agent.watch.costs import LOOKED_AT, MOST_LOOKED_AT, CostReport
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.cost_examples import COSTS
from riffler.service.http.described import READS, answers, documented
from riffler.service.http.gone import while_there
from riffler.service.http.groups import group
from riffler.service.http.shapes import shape_of

router = group("/api/v1/costs", "costs")
_LATEST_MS: Final = 2**53 - 1
"""What a number of JSON can say exactly."""
Since = Annotated[
    int, Query(ge=0, le=_LATEST_MS, description="Only what was logged then or later, in milliseconds since 1970.")
]
Until = Annotated[
    int | None,
    Query(ge=0, le=_LATEST_MS, description="Only what was logged before; without it, there is no end."),
]
OfSession = Annotated[
    str | None, Query(min_length=1, max_length=512, description="Only turns and edits of this session.")
]
OfEngine = Annotated[
    str | None, Query(min_length=1, max_length=512, description="Only turns and edits of this engine.")
]
OfModel = Annotated[str | None, Query(min_length=1, max_length=512, description="Only turns and edits of this model.")]
Newest = Annotated[
    int, Query(ge=1, le=MOST_LOOKED_AT, description="Most turns and edits by hand to look at, the newest.")
]


@router.get(
    "",
    response_model=shape_of(CostReport),
    responses={**answers(200, "What turns cost.", COSTS), **documented(*READS)},
)
async def read_costs(
    core: CoreOf,
    tenant: TenantOf,
    request: Request,
    since_ms: Since = 0,
    until_ms: Until = None,
    session: OfSession = None,
    engine: OfEngine = None,
    model: OfModel = None,
    limit: Newest = LOOKED_AT,
) -> Any:  # noqa: ANN401
    """Tell what turns cost, and which edits have paid back. What audits take isn't in it: they are no turns."""
    report = core.costs.report(tenant, since_ms, until_ms, session, limit, engine=engine, model=model)
    return await while_there(request, report)
