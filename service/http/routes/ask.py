"""Questions: as one answer, or as server-sent events with each step as it happens."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.offload import offload
from riffler.service.agent.progress import Answer
from riffler.service.agent.turns import asked
from riffler.service.http.accept import EVENTS, wants_events
from riffler.service.http.bodies import BodySize, JsonRoute
from riffler.service.http.conditions import ExpectedOf, Named, etag
from riffler.service.http.core import Core, CoreOf, TenantOf
from riffler.service.http.described import CHANGES, answers, documented
from riffler.service.http.event_stream import EventStream
from riffler.service.http.examples import ANSWER, STREAMED
from riffler.service.http.gone import CLIENT_GONE, until_gone
from riffler.service.http.groups import group
from riffler.service.http.incoming import Question
from riffler.service.http.reading import SessionPath
from riffler.service.http.running import RunningTurn
from riffler.service.http.schemas import AnswerOut
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import Stamp
from riffler.tools.messages import Message, read_messages

router = group("/api/v1", "ask", JsonRoute)
_ANSWERS = answers(
    200,
    "The answer; with `Accept: text/event-stream`, events: `arrived`, `rewriting`, `step`, `delta`, and at the end "
    "`answer`, or `problem` when it fails on its way.",
    ANSWER,
    tagged=True,
)
_ANSWERS[200]["content"][EVENTS] = {
    "schema": {"type": "string"},
    "itemSchema": {"$ref": "#/components/schemas/AnswerEvent"},
    "example": STREAMED,
}
_VARY = {"Vary": "Accept"}
_FAILURES = (*CHANGES, 409, 502, 504, 507)


@router.post("/ask", response_model=AnswerOut, responses={**_ANSWERS, **documented(*_FAILURES)})
async def ask(
    core: CoreOf, tenant: TenantOf, body: Question, size: BodySize, named: Named, request: Request
) -> Response:
    """Ask a question in a new session, whose name is in the answer."""
    messages = await offload(size, lambda: _messages(body))
    return await _answered(core, tenant, None, messages, None, named, request, body.without)


@router.post(
    "/sessions/{session}/ask",
    response_model=AnswerOut,
    responses={**_ANSWERS, **documented(*_FAILURES, 404, 412)},
)
async def ask_in_session(
    core: CoreOf,
    tenant: TenantOf,
    session: SessionPath,
    body: Question,
    size: BodySize,
    expected: ExpectedOf,
    named: Named,
    request: Request,
) -> Response:
    """Ask a question in a session. One turn runs at a time; a second one gets 409."""
    messages = await offload(size, lambda: _messages(body))
    seen = await expected.seen(SessionKey(tenant, session))
    return await _answered(core, tenant, session, messages, seen, named, request, body.without)


def _messages(body: Question) -> tuple[Message, ...]:
    return asked(body.question or "", body.contexts) if body.messages is None else read_messages(body.messages)


async def _answered(
    core: Core,
    tenant: str,
    session: str | None,
    messages: tuple[Message, ...],
    seen: Stamp | None,
    named: NamedRequest | None,
    request: Request,
    without: list[str],
) -> Response:
    stream = wants_events(", ".join(request.headers.getlist("accept")))
    turn = core.turns.stream(tenant, messages, session, deltas=stream, seen=seen, request=named, without=without)
    running = core.running.start(turn)
    if not stream:
        return await _whole(running, request, keep=named is not None)
    items = running.items()
    try:
        first = await anext(items)
    except asyncio.CancelledError:
        await running.cancel()
        raise
    events = EventStream(running, first, items, keep=named is not None)
    events.headers.update(_VARY)
    return events


async def _whole(running: RunningTurn, request: Request, *, keep: bool) -> Response:
    """Wait for the answer, or for the client to go."""
    gone = asyncio.create_task(until_gone(request))
    try:
        await asyncio.wait({running.task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not running.task.done():
            return Response(status_code=CLIENT_GONE)
        answer: Answer = running.task.result()
    finally:
        gone.cancel()
        if not running.task.done() and not keep:
            await running.cancel()
    body = AnswerOut.of(answer).model_dump_json()
    return Response(body, headers={"ETag": etag(answer), **_VARY}, media_type="application/json")
