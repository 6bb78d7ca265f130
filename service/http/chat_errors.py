"""Errors in OpenAI's shape, for clients of its API: Riffler's own, and those of the model's server as they came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from riffler.errors import EngineFailed

PREFIX: Final = "/v1/"
"""Under which OpenAI's API is served."""
_TYPES: Final[Mapping[int, str]] = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES: Final[Mapping[str, str]] = {"over-budget": "context_length_exceeded", "key-refused": "invalid_api_key"}
"""Kinds of problems that clients know by another name."""
_UNPROCESSABLE: Final = 422


def error_object(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Word a problem as OpenAI does.

    Args:
        problem: The problem.

    Returns:
        The body.
    """
    kind = problem["type"].rpartition(":")[2]
    server = problem["status"] >= 500
    type_ = "server_error" if server else _TYPES.get(problem["status"], "invalid_request_error")
    code = _CODES.get(kind, kind.replace("-", "_"))
    return {"error": {"message": problem["detail"], "type": type_, "param": None, "code": code}}


def error_response(problem: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """Make a response of a problem.

    Args:
        problem: The problem.
        headers: Headers beside.

    Returns:
        The response. A field that is wrong is 400 there, not 422.
    """
    # What a server refused comes as it was: this can't be written as a request.
    own = problem["status"] == _UNPROCESSABLE or problem["type"].endswith(":engine-rejected")
    status = 400 if own else problem["status"]
    return Response(json.dumps(error_object(problem)), status, dict(headers), "application/json")


def refused(exc: EngineFailed) -> Response | None:
    """Pass on what the model's server said in place of an answer.

    Args:
        exc: What the engine raised.

    Returns:
        Its status, its error and what it said of trying again; None when it said nothing that can be passed on.
    """
    said = exc.refusal
    if said is None or not said.status:
        return None
    body = said.body or json.dumps(
        {"error": {"message": exc.told, "type": "server_error", "param": None, "code": None}}
    )
    headers = dict(said.headers)
    if "x-request-id" in headers:  # a service puts its own name for the request there
        headers["x-upstream-request-id"] = headers["x-request-id"]
    return Response(body, said.status, headers, "application/json")


def event_of(exc: EngineFailed | None, problem: Mapping[str, Any]) -> str:
    """Word an error that comes in the middle of a stream.

    Args:
        exc: What the engine raised; None for an error of Riffler's own.
        problem: The same as a problem.

    Returns:
        JSON text: the server's own, where it said something.
    """
    if exc is not None and exc.refusal is not None and exc.refusal.body:
        return exc.refusal.body
    return json.dumps(error_object(problem))
