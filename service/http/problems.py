"""Errors on the wire: problem details (RFC 9457, https://www.rfc-editor.org/rfc/rfc9457), and one table of statuses.

`STATUSES` names each error of `riffler.errors`; a test fails when one is missing. A problem's `type` is the error's
name as a URN, its `detail` the error's own line, which says what would work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from riffler import errors
from riffler.service.agent.wording import expected_of
from riffler.service.http.chat_errors import PREFIX, error_response, refused
from riffler.service.http.patterns import WORDS
from riffler.service.http.request_ids import current_request_id
from riffler.service.logs import get_logger

_LOG = get_logger("http")
MEDIA_TYPE = "application/problem+json"
PROBLEM: Final = "riffler.problem"
"""Stands in the scope of a request that ended in a problem, with its kind: who counts requests looks for it."""
TOLD: Final = "riffler.told"
"""Stands in the scope of a chat request with headers that its answer has, be it an error of the model's server."""
_SHOWN = 80
"""Most characters of a client's value, or of a field's name, in a problem."""
_OURS: Mapping[str, str] = MappingProxyType(
    {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
)
"""What middleware sets, too: an error that nobody foresaw is answered outside of it."""
_RETRY_S = 1
"""What `Retry-After` says: a turn, a rate limit or a restart may take longer, and then says so again."""
_LONG_S = 60
"""Longer than this OpenAI's client doesn't wait: it tries again sooner, in vain."""

STATUSES: Mapping[type[errors.RifflerError], int] = MappingProxyType(
    {
        errors.RifflerError: 500,
        errors.InvalidInput: 422,
        errors.InvalidMessage: 422,
        errors.UnpairedToolCall: 422,
        errors.InvalidSetting: 500,  # the operator's, not the client's
        errors.InvalidReward: 422,
        errors.RequestKeyReused: 422,
        errors.ToolRefused: 422,
        errors.UnknownTool: 404,
        errors.InvalidArguments: 422,
        errors.MarkerNotFound: 422,
        errors.MarkerNotUnique: 422,
        errors.InvalidSpan: 422,
        errors.NothingToCut: 422,
        errors.NotJson: 422,
        errors.PatternTooSlow: 422,
        errors.SearchTooSlow: 422,
        errors.UnknownFragment: 404,
        errors.UnknownSearchHit: 404,
        errors.InvalidState: 409,
        errors.Pinned: 409,
        errors.Guarded: 409,
        errors.NothingToUndo: 409,
        errors.TooFarBack: 409,
        errors.EmptySummary: 422,
        errors.SummaryFailed: 502,
        errors.NotFound: 404,
        errors.UnknownSession: 404,
        errors.UnknownVersion: 404,
        errors.UnknownDecision: 404,
        errors.UnknownPolicy: 404,
        errors.UnknownKey: 404,
        errors.KeyRefused: 401,
        errors.ScopeMissing: 403,
        errors.LimitReached: 429,
        errors.Conflict: 409,
        errors.VersionConflict: 412,  # only a client that named a version sees it
        errors.SessionBusy: 409,
        errors.LeaseLost: 409,
        errors.SessionExists: 409,
        errors.TurnOvertaken: 409,
        errors.LogReplaced: 409,
        errors.OverBudget: 422,
        errors.MemoryFailed: 503,
        errors.MemoryUnavailable: 503,
        errors.MemoryFull: 507,
        errors.MemoryCorrupt: 500,
        errors.DurabilityUnavailable: 503,
        errors.EngineFailed: 502,
        errors.EngineUnavailable: 503,
        errors.EngineTimeout: 504,
        errors.EngineRejected: 502,
        errors.EngineBusy: 503,
        errors.EngineGarbled: 502,
        errors.EngineOutOfMemory: 507,
        errors.RewriteFailed: 500,  # rule 8: a turn goes on without it
        errors.JudgeFailed: 502,
        errors.TooManyListeners: 503,
        errors.ReportsBusy: 503,
        errors.ServiceStopping: 503,
    }
)
_NAMES: Mapping[int, str] = MappingProxyType(
    {
        400: "unreadable-body",
        403: "foreign-page",
        404: "unknown-path",
        405: "method-not-allowed",
        408: "slow-request",
        413: "body-too-large",
        415: "unsupported-media-type",
        421: "misdirected-request",
        422: "invalid-request",
        431: "headers-too-large",
        500: "internal-error",
    }
)
"""Kinds of problems of HTTP itself. Not made of Python's phrases, which change from version to version."""
_WORTH_RETRYING = frozenset(
    {
        errors.SessionBusy,
        errors.MemoryUnavailable,
        errors.EngineUnavailable,
        errors.EngineBusy,
        errors.LeaseLost,
        errors.ReportsBusy,
        errors.TooManyListeners,
        errors.ServiceStopping,
    }
)


_UNKNOWN = "it isn't known whether the change was made: repeat it with its Idempotency-Key, or look"


class Complaint(BaseModel):
    """What is wrong with one field."""

    field: str = Field(
        description="Where: `body.question`, `query.limit`, `header.if-match`.", examples=["body.question"]
    )
    expected: str = Field(description="What would be right.", examples=["a string"])
    got: str = Field(description="What came, at most 80 characters.", examples=["12"])


class Problem(BaseModel):
    """Why a request failed (RFC 9457). Nothing was changed, unless `detail` says that this isn't known."""

    type: str = Field(description="Names the kind of problem.", examples=["urn:riffler:problem:unknown-session"])
    title: str = Field(description="The kind in words; the same for all of a kind.", examples=["Unknown session"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What happened here, and what would work.", examples=["no session 's-1'"])
    instance: str = Field(
        description="Names this occurrence: the request's id as a URN.", examples=["urn:riffler:request:4f1c"]
    )
    errors: list[Complaint] | None = Field(None, description="One by one, where fields are wrong.")


class _ProblemResponse(Response):
    media_type = MEDIA_TYPE

    def __init__(self, problem: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(json.dumps(problem), problem["status"], {**_OURS, **headers})
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        note(scope, self._problem)
        if scope["path"].startswith(PREFIX):
            headers = {name: value for name, value in self.headers.items() if not name.startswith("content-")}
            await error_response(self._problem, headers)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def problem_of(exc: errors.RifflerError, *, changing: bool = False) -> tuple[dict[str, Any], dict[str, str]]:
    """Word one of Riffler's errors as a problem.

    Args:
        exc: The error.
        changing: Whether the request would change something: a store that gives no answer may have done it.

    Returns:
        The problem as JSON-safe values, and headers that belong to it.
    """
    status = STATUSES[type(exc)]
    headers = {"Retry-After": str(_RETRY_S)} if type(exc) in _WORTH_RETRYING else {}
    headers |= _would_do(exc)
    # What is wrong inside (a setting, a record in the store) is for the operator's log, not for a client.
    told = exc.told if isinstance(exc, errors.EngineFailed) else str(exc)
    detail = "Riffler itself failed; its log says why" if status == HTTPStatus.INTERNAL_SERVER_ERROR else told
    if changing and isinstance(exc, errors.MemoryUnavailable):
        detail += f"; {_UNKNOWN}"
    return _problem(status, _kebab(type(exc).__name__), detail), headers


def install(app: FastAPI) -> None:
    """Make an app answer all errors as problems.

    Args:
        app: The app.
    """
    app.add_exception_handler(errors.RifflerError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def respond(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Make a response of a problem.

    Args:
        problem: The problem.
        headers: Headers beside.

    Returns:
        The response. Its JSON is ASCII, so that half a surrogate pair in a client's text can't break it.
    """
    return _ProblemResponse(problem, headers or {})


def note(scope: Scope, problem: Mapping[str, Any]) -> None:
    """Note in the scope of a request that it ended in a problem.

    Args:
        scope: The request's.
        problem: The problem.
    """
    scope[PROBLEM] = problem["type"].rpartition(":")[2]


def http_problem(status: int, detail: str, complaints: Sequence[Complaint] = ()) -> dict[str, Any]:
    """Word what is wrong with a request as HTTP, before any of Riffler's own code sees it.

    Args:
        status: The status.
        detail: What happened.
        complaints: One by one.

    Returns:
        The problem.
    """
    return _problem(status, _NAMES.get(status, f"http-{status}"), detail, complaints)


def complaints_of(found: Sequence[Mapping[str, Any]]) -> list[Complaint]:
    """Word what pydantic complains of.

    Args:
        found: Its errors.

    Returns:
        The first twenty.
    """
    return [
        Complaint(
            field=".".join(_cut(str(step)) for step in each["loc"]) or "body",
            expected=expected_of(each, WORDS),
            got="nothing" if each["type"] == "missing" else _shown(each["input"]),
        )
        for each in found[:20]
    ]


def unforeseen(exc: Exception) -> dict[str, Any]:
    """Log a bug, and word it as a problem that says nothing of the inside.

    Args:
        exc: What nobody foresaw.

    Returns:
        The problem.
    """
    _LOG.error("request failed", error=type(exc).__name__)
    return http_problem(500, "Riffler itself failed; its log says why")


def _problem(status: int, name: str, detail: str, complaints: Sequence[Complaint] = ()) -> dict[str, Any]:
    problem = {
        "type": f"urn:riffler:problem:{name}",
        "title": name.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": f"urn:riffler:request:{current_request_id()}",
    }
    return problem | ({"errors": [each.model_dump() for each in complaints]} if complaints else {})


def _would_do(exc: errors.RifflerError) -> dict[str, str]:
    """Say which key would do (RFC 6750, 3), or when."""
    match exc:
        case errors.KeyRefused():
            return {"WWW-Authenticate": 'Bearer realm="riffler"' + (', error="invalid_token"' if exc.came else "")}
        case errors.LimitReached():
            # OpenAI's client would try again all the same, thrice, unless it is told not to.
            stay = {"X-Should-Retry": "false"} if exc.retry_s is None or exc.retry_s > _LONG_S else {}
            return stay if exc.retry_s is None else {"Retry-After": str(exc.retry_s), **stay}
        case errors.ScopeMissing():
            scopes = " ".join(exc.needed)
            return {"WWW-Authenticate": f'Bearer realm="riffler", error="insufficient_scope", scope="{scopes}"'}
        case _:
            return {}


async def _ours(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, errors.RifflerError)  # noqa: S101 - registered for these
    problem, headers = problem_of(exc, changing=request.method not in {"GET", "HEAD"})
    if problem["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log = _LOG.error if problem["status"] == HTTPStatus.INTERNAL_SERVER_ERROR else _LOG.warning
        at = {"at": exc.at} if isinstance(exc, errors.EngineFailed) and exc.at else {}
        log("request failed", error=type(exc).__name__, why=exc.loggable, **at)
        request.app.state.core.metrics.failed(exc)
    if isinstance(exc, errors.EngineFailed) and request.url.path.startswith(PREFIX):
        passed_on = refused(exc)
        if passed_on is not None:
            note(request.scope, problem)
            passed_on.headers.update(request.scope.get(TOLD, {}))
            return passed_on
    return respond(problem, headers)


async def _invalid(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)  # noqa: S101 - registered for these
    found = exc.errors()
    if found[0]["type"] == "json_invalid":
        return respond(http_problem(400, f"body: expected JSON, got what isn't: {found[0]['ctx']['error']}"))
    complaints = complaints_of(found)
    first = complaints[0]
    return respond(http_problem(422, f"{first.field}: {first.expected}, got {first.got}", complaints))


async def _http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)  # noqa: S101 - registered for these
    headers = dict(exc.headers or {})
    if exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # the router names the methods of one route of several
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    details = {
        400: "body: expected JSON in UTF-8, got what can't be read: another encoding, too many brackets inside each "
        "other, or a number of thousands of digits",
        404: "nothing is served at this path; /openapi.json names all that is",
        405: "this path doesn't take this method; the header Allow names those that it takes",
    }
    if request.scope["path"].startswith(PREFIX):  # newer examples of OpenAI's library begin with `responses`
        details[404] = f"of OpenAI's API {PREFIX}chat/completions and {PREFIX}models are served, and not this path"
    said = str(exc.detail)  # starlette's words, unless a limit of ours is named
    detail = said if said.startswith("body: ") else details.get(exc.status_code, said)
    return respond(http_problem(exc.status_code, detail), headers)


def _methods(request: Request) -> set[str]:
    found: set[str] = set()
    for route in request.app.state.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found | {"HEAD"} if "GET" in found else found


async def _unforeseen(request: Request, exc: Exception) -> Response:
    request.app.state.core.metrics.failed(exc)
    return respond(unforeseen(exc), {"X-Request-Id": current_request_id()})


def _shown(value: object) -> str:
    """Show the beginning of a value, without writing all of what may be millions of characters."""
    if isinstance(value, str):
        return _cut(ascii(value[:_SHOWN]))
    text = ""
    for part in json.JSONEncoder(default=str).iterencode(value):
        text += part
        if len(text) > _SHOWN:
            break
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
