"""All that a tenant has: as a file, made again, deleted. It is the tenant of the key that asks, and no other."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from riffler.errors import InvalidInput, RifflerError
from riffler.service.agent.tenant_files import Restored, text_lines
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, READS, answers, documented
from riffler.service.http.groups import group
from riffler.service.http.json_lines import JSON_LINES, JsonLines, blocks, chunks, frugal
from riffler.service.http.policy_examples import LOG

router = group("/api/v1/tenant", "tenant")
_FILE: dict[str, Any] = {"schema": {"type": "string"}, "example": LOG}
Meant = Annotated[
    str,
    Query(alias="tenant", max_length=100, description="The name of your key's tenant, to say that you mean it."),
]


class LearnedOut(BaseModel):
    """A policy's log that was read."""

    digest: str = Field(description="The policy's digest.")
    decisions: int = Field(description="How many decisions its log has.")
    rewards: int = Field(description="How many rewards were learned now; the others were here already, or can't be.")


class ImportedOut(BaseModel):
    """What an import made."""

    sessions: list[str] = Field(description="The sessions that were made, by name, in the file's order.")
    policies: list[LearnedOut] = Field(description="The policies whose logs were read.")
    passed_over: int = Field(description="Records of turns and of API keys, which an import doesn't make.")

    @classmethod
    def of(cls, read: list[Restored]) -> ImportedOut:
        """Write what was read."""
        return cls(
            sessions=[each.name for each in read if each.kind == "session"],
            policies=[
                LearnedOut(digest=each.name, decisions=each.rows, rewards=each.learned)
                for each in read
                if each.kind == "policy"
            ],
            passed_over=sum(each.rows for each in read if each.kind in {"turns", "keys"}),
        )


IMPORTED: dict[str, Any] = {
    "sessions": ["pier", "quay"],
    "policies": [{"digest": "6b3c1f0a", "decisions": 2, "rewards": 1}],
    "passed_over": 3,
}


@router.get(
    "/export",
    response_class=JsonLines,
    responses={
        200: {
            "description": "Sessions, policies' logs, records of turns, and API keys without their texts: each with a "
            "header and an end that counts its lines.",
            "content": {JSON_LINES: _FILE},
        },
        **documented(*READS),
    },
)
async def export_tenant(core: CoreOf, tenant: TenantOf) -> JsonLines:
    """Export all that the tenant has. It holds texts of users; a connection that breaks cuts it off."""
    return JsonLines(blocks(core.files.export(tenant)))


@router.post(
    "/import",
    responses={**answers(200, "What was made.", IMPORTED), **documented(*CHANGES, 409, 507)},
    openapi_extra={"requestBody": {"required": True, "content": {JSON_LINES: _FILE}}},
)
async def import_tenant(core: CoreOf, tenant: TenantOf, request: Request) -> ImportedOut:
    """Make sessions of an export, each all or none, and let policies learn. A problem says what was made before it."""
    read: list[Restored] = []
    try:
        async for part in core.files.restore(tenant, frugal(text_lines(chunks(request)))):
            read.append(part)  # noqa: PERF401 - those before an error count
    except RifflerError as exc:
        made = [each.name for each in read if each.kind == "session"]
        if made:
            text = f"{exc.loggable}; {len(made)} sessions before it were made, the last one {made[-1]!r}"
            raise type(exc)(text, exc.quoted) from exc
        raise
    if not read:
        raise InvalidInput("body: expected the lines of an export, got none")
    return ImportedOut.of(read)


@router.delete(
    "",
    status_code=204,
    response_description="All of it is gone, its API keys too: other processes refuse them within two seconds.",
    responses=documented(*READS, 507),
)
async def delete_tenant(core: CoreOf, tenant: TenantOf, meant: Meant) -> None:
    """Delete all that the tenant has, for good, with its API keys (not those of the settings). It takes seconds."""
    if meant != tenant:
        raise InvalidInput(f"query.tenant: expected the name of this key's tenant, got {meant[:40]!a}")
    await core.tenants.delete(tenant)
    core.ring.forget()
