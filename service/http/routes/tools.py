"""The context tools: which there are, and calling one by hand."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Path, Response

from riffler.errors import InvalidArguments, ToolRefused
from riffler.service.http.bodies import JsonRoute
from riffler.service.http.conditions import ExpectedOf, Named, etag
from riffler.service.http.core import CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.examples import CALLED, TOOLS
from riffler.service.http.groups import group
from riffler.service.http.incoming import ToolArguments
from riffler.service.http.reading import SessionPath
from riffler.service.http.schemas import CalledOut, ToolOut
from riffler.service.ports.memory import SessionKey

router = group("/api/v1", "tools", JsonRoute)
ToolPath = Annotated[str, Path(max_length=100, description="The tool's name.", examples=["search_context"])]


@router.get("/tools", responses={**answers(200, "The tools.", TOOLS), **documented(422)})
async def list_tools(core: CoreOf) -> list[ToolOut]:
    """List the context tools, in OpenAI's shape."""
    return [ToolOut.model_validate(schema) for schema in core.registry.schemas()]


@router.post(
    "/sessions/{session}/tools/{tool}",
    responses={
        **answers(200, "What the tool says.", CALLED, tagged=True),
        **documented(*CHANGES, 404, 409, 412, 502, 507),
    },
)
async def call_tool(
    core: CoreOf,
    tenant: TenantOf,
    session: SessionPath,
    tool: ToolPath,
    body: ToolArguments,
    expected: ExpectedOf,
    request: Named,
    response: Response,
) -> CalledOut:
    """Call a context tool on a session, as a model would. A refusal changes nothing and says what would work."""
    try:
        arguments = json.dumps(body.arguments, ensure_ascii=False, allow_nan=False)
        arguments.encode()
    except (ValueError, RecursionError) as exc:  # UnicodeEncodeError is a ValueError
        raise InvalidArguments(
            f"body.arguments: expected values that JSON in UTF-8 has, got others ({type(exc).__name__})"
        ) from exc
    key = SessionKey(tenant, session)
    seen = await expected.seen(key)
    try:
        done = await core.edits.call(key, tool, arguments, summary=body.summary, seen=seen, request=request)
    except ToolRefused:
        core.metrics.called(tool, "app", refused=True)
        raise
    if not done.repeated:  # it was counted when it was called
        core.metrics.called(tool, "app", refused=False)
    response.headers["ETag"] = etag(done)
    return CalledOut(version=done.version, tool=done.tool, reply=done.reply)
