"""OpenAI's chat API: an answer, or its chunks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Literal

from fastapi import Header, Path, Request, Response

from riffler.errors import EngineFailed, RifflerError
from riffler.service.http.accept import EVENTS
from riffler.service.http.bodies import BodySize, JsonRoute
from riffler.service.http.chat_schemas import (
    ANSWER,
    CHUNK_EVENT,
    CHUNKS,
    HEADERS,
    MODELS,
    ChatCompletionOut,
    ChatRequest,
    ModelOut,
    ModelsOut,
    failures,
)
from riffler.service.http.chat_stream import Chunks, streamed
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.described import answers
from riffler.service.http.gone import CLIENT_GONE, until_gone, while_there
from riffler.service.http.groups import group
from riffler.service.http.problems import TOLD
from riffler.service.http.running import RunningTurn
from riffler.service.integrations.openai_proxy.asked import Asked, read
from riffler.service.integrations.openai_proxy.outgoing import Outgoing
from riffler.service.integrations.openai_proxy.proxy import Proxied
from riffler.service.integrations.openai_proxy.telling import heads_of, ignored_head
from riffler.service.logs import get_logger
from riffler.service.ports.session_names import SESSION_NAME

_LOG = get_logger("proxy")
router = group("/v1", "openai", JsonRoute)
_ANSWERS = answers(200, "The answer; with `stream`, its chunks.", ANSWER)
_ANSWERS[200]["content"][EVENTS] = {"itemSchema": CHUNK_EVENT, "example": CHUNKS}
_ANSWERS[200]["headers"] = HEADERS
SessionOf = Annotated[
    str | None,
    Header(
        description="The session that the conversation is; it is made when there is none. Also `riffler_session` or "
        "`session_id` in `metadata`; of a `session_id` that no session may be called, a digest. Without it the session "
        "is recognised from what was said.",
        pattern=SESSION_NAME,
        examples=["harbour"],
    ),
]
FeaturesOf = Annotated[
    Literal["off"] | None,
    Header(description="`off` passes the request straight on to the model's server.", examples=["off"]),
]
ShowOf = Annotated[
    Literal["steps"] | None,
    Header(
        description="`steps` shows what is done inside: in the field `riffler` of the answer, or of chunks without a "
        "choice.",
        examples=["steps"],
    ),
]

ModelName = Annotated[
    str, Path(description="A model's name. A slash in it may come as it is or encoded.", examples=["riffler"])
]


@router.post("/chat/completions", response_model=ChatCompletionOut, responses={**_ANSWERS, **failures(body=True)})
async def complete_chat(
    core: CoreOf,
    tenant: TenantOf,
    body: ChatRequest,
    size: BodySize,
    request: Request,
    x_riffler_session: SessionOf = None,
    x_riffler_features: FeaturesOf = None,
    x_riffler_show: ShowOf = None,
) -> Response:
    """Answer a chat request of OpenAI's API by a turn, with the context tools and the rewriting policy inside."""
    asked = read(body, x_riffler_session, off=x_riffler_features == "off", shows=x_riffler_show == "steps")
    why = core.proxy.off(asked)
    proxied = None if why else await core.proxy.read(asked, size)
    if proxied is None:
        return await _straight(core, asked, why or "messages", request)
    running = core.running.start(core.proxy.turn(tenant, proxied))
    if asked.stream:
        source = _told(running, proxied.outgoing)
        return await streamed(request, source, running.cancel, lambda: heads_of(proxied))
    return await _whole(running, proxied, request)


@router.get(
    "/models", response_model=ModelsOut, responses={**answers(200, "The models.", MODELS), **failures(body=False)}
)
async def list_models(core: CoreOf) -> Response:
    """List the models of the model's server, as it lists them, and `riffler`, which is the one of the settings."""
    return _json(await core.proxy.models(), {})


@router.get(
    "/models/{model:path}",
    response_model=ModelOut,
    responses={**answers(200, "The model.", MODELS["data"][0]), **failures(body=False)},
)
async def read_model(core: CoreOf, model: ModelName) -> Response:
    """Look up a model by its name, as `GET /v1/models` lists it."""
    return _json(await core.proxy.model(model), {})


async def _told(running: RunningTurn, outgoing: Outgoing) -> AsyncGenerator[Chunks]:
    async for _ in running.items():
        if outgoing.answered:
            yield outgoing.take()


async def _whole(running: RunningTurn, proxied: Proxied, request: Request) -> Response:
    """Wait for the answer, or for the client to go."""
    gone = asyncio.create_task(until_gone(request))
    try:
        await asyncio.wait({running.task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not running.task.done():
            return Response(status_code=CLIENT_GONE)
        running.task.result()
    finally:
        gone.cancel()
        if not running.task.done():
            await running.cancel()
    return _json(proxied.outgoing.whole(), heads_of(proxied))


async def _straight(core: Core, asked: Asked, why: str, request: Request) -> Response:
    """Pass a request on as it came. It is no turn, and the turn log has no record of it (`ports/turn_log.py`: why)."""
    core.metrics.passed_on(why)
    headers = {"X-Riffler-Off": why, **ignored_head(core.proxy.ignored(asked))}
    request.scope[TOLD] = headers
    answer = core.proxy.straight(asked)

    async def source() -> AsyncGenerator[Chunks]:
        begun = False
        try:
            async with aclosing(answer):
                async for chunk in answer:
                    begun = True
                    yield [chunk]
        except RifflerError as exc:
            if begun:  # else it has a status, and is counted where that is told
                at = exc.at if isinstance(exc, EngineFailed) else ""
                _LOG.warning("passed-on answer failed", error=type(exc).__name__, why=exc.loggable, at=at)
                core.metrics.failed(exc)
            raise

    chunks = source()
    if asked.stream:
        return await streamed(request, chunks, chunks.aclose, lambda: headers)

    async def whole() -> Response:
        async with aclosing(chunks):
            return _json((await anext(chunks))[0], headers)

    return await while_there(request, whole())


def _json(value: object, headers: dict[str, str]) -> Response:
    return Response(json.dumps(value, separators=(",", ":")), headers=headers, media_type="application/json")
