"""Policies: how they fare, what they learned, what their draws lost, and their logs as files."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request

from riffler.bandits.insight.effects import Against
from riffler.errors import InvalidInput
from riffler.service.agent.watch.arms import ArmsReport
from riffler.service.agent.watch.newest import State
from riffler.service.agent.watch.policies import LOOKED_AT, MOST_LOOKED_AT
from riffler.service.agent.watch.regret import RegretReport
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.agent.watch.selection import Selection
from riffler.service.agent.watch.status import Status
from riffler.service.agent.watch.taking_in import TakenIn, lines_of
from riffler.service.agent.watch.value import ValueReport
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.decision_schemas import DecisionOut, NewestPage
from riffler.service.http.described import CHANGES, READS, answers, documented
from riffler.service.http.examples import NEWEST
from riffler.service.http.gone import while_there
from riffler.service.http.groups import group
from riffler.service.http.json_lines import JSON_LINES, JsonLines, blocks, chunks
from riffler.service.http.paging import Cursor, Limit, read_cursor, write_cursor
from riffler.service.http.policy_examples import ARMS, LOG, POLICIES, REGRET, STATUS, TAKEN_IN, VALUE
from riffler.service.http.shapes import shape_of

router = group("/api/v1/policies", "policies")
Digest = Annotated[str, Path(max_length=100, description="The policy's digest, as the list has it.")]
Newest = Annotated[int, Query(ge=1, le=MOST_LOOKED_AT, description="Most decisions to look at, the newest.")]
Other = Annotated[
    str,
    Query(
        max_length=100,
        description="The other policy: its name, as the setting `policy` has it, or `fixed:` and an arm.",
        examples=["fixed:none"],
    ),
]
_LATEST_MS: Final = 8_640_000_000_000_000
"""The last time that browsers know."""
Since = Annotated[
    int | None,
    Query(ge=0, le=_LATEST_MS, description="Only decisions made at this time or later, in milliseconds since 1970."),
]
Until = Annotated[
    int | None, Query(ge=0, le=_LATEST_MS, description="Only decisions made before this time, in milliseconds.")
]
Feature = Annotated[
    str | None,
    Query(
        max_length=100,
        description="Only decisions whose query has this feature: a name that the regret lists.",
        examples=["negation"],
    ),
]
Present = Annotated[bool | None, Query(description="False: those whose query lacks the feature. It needs one.")]


async def _selection(
    since_ms: Since = None, until_ms: Until = None, feature: Feature = None, present: Present = None
) -> Selection:
    if feature is None and present is not None:
        raise InvalidInput("present: expected a feature with it, got none")
    return Selection(since_ms, until_ms, feature, present is not False)


SelectionOf = Annotated[Selection, Depends(_selection)]
Compared = Annotated[
    Against,
    Query(
        description="What arms are compared with: `arms` in the mean, the arm `none`, or nothing: what a feature does "
        "to an arm's `own` reward."
    ),
]
OfArm = Annotated[str | None, Query(max_length=100, description="Only those that drew this arm.", examples=["none"])]
OfState = Annotated[State | None, Query(description="Only those of this state.", examples=["rewarded"])]
_LOG: dict[str, Any] = {"schema": {"type": "string"}, "example": LOG}
_NOT_THERE = documented(*READS, 404, unknown="policy")


@router.get(
    "",
    response_model=list[shape_of(ListedPolicy)],  # type: ignore[misc]
    responses={**answers(200, "The policies.", POLICIES), **documented(*READS)},
)
async def list_policies(core: CoreOf, tenant: TenantOf) -> Any:  # noqa: ANN401
    """List the policies that have decided something, the one that decided last first."""
    return await core.policies.listed(tenant)


@router.get(
    "/{digest}",
    response_model=shape_of(Status),
    responses={**answers(200, "The policy's status.", STATUS), **_NOT_THERE},
)
async def read_policy(
    core: CoreOf,
    tenant: TenantOf,
    request: Request,
    selection: SelectionOf,
    digest: Digest,
    limit: Newest = LOOKED_AT,
) -> Any:  # noqa: ANN401
    """Tell how a policy fares: what it drew, what that earned and cost, and whether its log can be trusted."""
    return await while_there(request, core.policies.status(tenant, digest, limit, selection))


@router.get(
    "/{digest}/arms",
    response_model=shape_of(ArmsReport),
    responses={**answers(200, "What was learned.", ARMS), **_NOT_THERE},
)
async def read_arms(
    core: CoreOf,
    tenant: TenantOf,
    request: Request,
    digest: Digest,
    limit: Newest = LOOKED_AT,
    against: Compared = "arms",
) -> Any:  # noqa: ANN401
    """Tell what was learned of arms and features, with intervals."""
    return await while_there(request, core.policies.arms(tenant, digest, limit, against))


@router.get(
    "/{digest}/decisions",
    responses={**answers(200, "A page of decisions.", NEWEST), **_NOT_THERE},
)
async def list_decisions_of_policy(
    core: CoreOf,
    tenant: TenantOf,
    digest: Digest,
    limit: Limit = 100,
    cursor: Cursor = None,
    arm: OfArm = None,
    state: OfState = None,
) -> NewestPage:
    """List a policy's decisions, the newest first."""
    place = read_cursor(cursor, int)
    before = place[0] if place else None
    found = await core.policies.decisions(tenant, digest, limit, before, arm=arm, state=state)
    return NewestPage(
        items=[DecisionOut.of(logged) for logged in found.rows],
        next=None if found.before is None else write_cursor(found.before),
        looked_at=found.looked_at,
    )


@router.get(
    "/{digest}/regret",
    response_model=shape_of(RegretReport),
    responses={**answers(200, "What was lost.", REGRET), **_NOT_THERE},
)
async def read_regret(
    core: CoreOf,
    tenant: TenantOf,
    request: Request,
    selection: SelectionOf,
    digest: Digest,
    limit: Newest = LOOKED_AT,
) -> Any:  # noqa: ANN401
    """Tell what the selected draws have lost: true, audited and estimated, each figure with how it was come by."""
    return await while_there(request, core.policies.regret(tenant, digest, limit, selection))


@router.get(
    "/{digest}/ope",
    response_model=shape_of(ValueReport),
    responses={**answers(200, "What the other policy would have earned.", VALUE), **_NOT_THERE},
)
async def read_value(
    core: CoreOf, tenant: TenantOf, request: Request, digest: Digest, policy: Other, limit: Newest = LOOKED_AT
) -> Any:  # noqa: ANN401
    """Tell what another policy would have earned on the queries of this one's log (off-policy evaluation)."""
    return await while_there(request, core.policies.value(tenant, policy, digest, limit))


@router.get(
    "/{digest}/log",
    response_class=JsonLines,
    responses={
        200: {
            "description": "A header, a decision a line, and an end that counts them.",
            "content": {JSON_LINES: _LOG},
        },
        **_NOT_THERE,
    },
)
async def export_log(core: CoreOf, tenant: TenantOf, digest: Digest) -> JsonLines:
    """Export a policy's log: no text of a user. Another policy can take it in."""
    lines = await core.policies.export(tenant, digest)
    return JsonLines(blocks(lines))


@router.post(
    "/{digest}/log",
    response_model=shape_of(TakenIn),
    responses={
        **answers(200, "What was learned.", TAKEN_IN),
        **documented(*CHANGES, 404, 507, unknown="policy"),
    },
    openapi_extra={"requestBody": {"required": True, "content": {JSON_LINES: _LOG}}},
)
async def import_log(core: CoreOf, tenant: TenantOf, digest: Digest, request: Request) -> Any:  # noqa: ANN401
    """Let a policy learn an exported log. A long one goes in parts, each with its header."""
    return await core.policies.take_in(tenant, lines_of(chunks(request)), digest)
