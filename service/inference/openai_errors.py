"""Failures of the openai library, and of httpx2 under it, in our words. The only place that knows both.

`LEAVES` names every error class of the two libraries; a test fails when a new version brings one that isn't named.
Classes are looked up by name, so that neither library is imported before it is used. A refusal goes by its status:

    408                      EngineTimeout
    409, 429, 503, 529       EngineBusy, as does any other 5xx whose error says `overloaded`
    other 4xx                EngineRejected, with the server's own words
    other 5xx                EngineUnavailable
    anything else            EngineGarbled
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from riffler.errors import (
    EngineBusy,
    EngineFailed,
    EngineGarbled,
    EngineRejected,
    EngineTimeout,
    EngineUnavailable,
    Refusal,
)

LEAVES: Mapping[str, type[EngineFailed]] = MappingProxyType(
    {
        # openai
        "OpenAIError": EngineUnavailable,
        "APIError": EngineUnavailable,  # also an error event in the middle of a stream: see `_leaf_of_event`
        "APIConnectionError": EngineUnavailable,
        "APITimeoutError": EngineTimeout,
        "APIResponseValidationError": EngineGarbled,
        "APIStatusError": EngineUnavailable,  # this and the next nine go by their status
        "BadRequestError": EngineRejected,
        "AuthenticationError": EngineRejected,
        "OAuthError": EngineRejected,
        "PermissionDeniedError": EngineRejected,
        "NotFoundError": EngineRejected,
        "ConflictError": EngineBusy,
        "UnprocessableEntityError": EngineRejected,
        "RateLimitError": EngineBusy,
        "InternalServerError": EngineUnavailable,
        # httpx2, mostly as the cause of an APIConnectionError
        "HTTPError": EngineUnavailable,
        "RequestError": EngineUnavailable,
        "TransportError": EngineUnavailable,
        "TimeoutException": EngineTimeout,
        "ConnectTimeout": EngineTimeout,
        "ReadTimeout": EngineTimeout,
        "WriteTimeout": EngineTimeout,
        "PoolTimeout": EngineTimeout,
        "NetworkError": EngineUnavailable,
        "ConnectError": EngineUnavailable,
        "ReadError": EngineUnavailable,
        "WriteError": EngineUnavailable,
        "CloseError": EngineUnavailable,
        "ProxyError": EngineUnavailable,
        "UnsupportedProtocol": EngineUnavailable,
        "ProtocolError": EngineGarbled,
        "LocalProtocolError": EngineRejected,  # our own request can't be written as HTTP
        "RemoteProtocolError": EngineGarbled,  # no HTTP, or cut off
        "SSEError": EngineGarbled,
        "DecodingError": EngineGarbled,
        "TooManyRedirects": EngineUnavailable,
        "HTTPStatusError": EngineUnavailable,
        "InvalidURL": EngineUnavailable,
        "CookieConflict": EngineGarbled,
        "StreamError": EngineGarbled,
        "StreamConsumed": EngineGarbled,
        "StreamClosed": EngineGarbled,
        "ResponseNotRead": EngineGarbled,
        "RequestNotRead": EngineGarbled,
        # Python: the answer is no JSON, no UTF-8, has a number of 5,000 digits, or is nested too deep
        "ValueError": EngineGarbled,
        "RecursionError": EngineGarbled,
    }
)

UNREACHABLE = frozenset(
    {
        # parts of the library that the engine doesn't use: parsed completions, webhooks, workload identity, sockets,
        # raw responses
        "LengthFinishReasonError",
        "ContentFilterFinishReasonError",
        "InvalidWebhookSignatureError",
        "SubjectTokenProviderError",
        "WebSocketConnectionClosedError",
        "WebSocketQueueFullError",
        "StreamAlreadyConsumed",
        "MissingStreamClassError",
    }
)

_OF_STATUS = MappingProxyType({408: EngineTimeout, 409: EngineBusy, 429: EngineBusy, 503: EngineBusy, 529: EngineBusy})
_LONGEST = 500
_PASSED_ON = ("retry-after", "x-should-retry", "x-ratelimit-", "x-request-id")
"""What headers begin with that tell a client when to try again, or name the request to who runs the server."""
_WORDS = {
    EngineUnavailable: "can't be reached or failed",
    EngineTimeout: "took longer than allowed",
    EngineRejected: "refused the request",
    EngineBusy: "is busy",
    EngineGarbled: "gave an answer that can't be read",
}


def foreign_errors() -> tuple[type[BaseException], ...]:
    """Name what the libraries raise while they send a request or read an answer.

    Returns:
        The base classes, for an `except` clause. This imports openai.
    """
    import httpx2  # noqa: PLC0415 - heavy
    import openai  # noqa: PLC0415 - heavy

    return (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        httpx2.CookieConflict,
        httpx2.StreamError,
        ValueError,
        RecursionError,
    )


def translate(exc: BaseException, where: str, answering: bool) -> EngineFailed:
    """Say in our words what a library raised.

    Args:
        exc: One of `foreign_errors`.
        where: Who failed, to start the text with.
        answering: Whether the answer had begun. A connection lost after that is an answer cut off, not an engine that
            can't be reached.

    Returns:
        The error to raise. Its text is one line, with the server's own words where there are any.
    """
    status = getattr(exc, "status_code", None)
    body = getattr(exc, "body", None)
    if isinstance(status, int):
        failed = _say(_leaf_of_status(status, body), where, f"status {status}", _words_of(body))
        failed.refusal = _refusal_of(status, body, exc)
        return failed
    if body is not None:
        return from_error_object(body, where)
    cause = exc.__cause__ if exc.__cause__ is not None else exc
    leaf = _leaf_of(exc)
    if leaf is EngineUnavailable and cause is not exc:
        leaf = _leaf_of(cause)
    if leaf is EngineUnavailable and answering:
        leaf = EngineGarbled
    return _say(leaf, where, type(cause).__name__, str(cause))


def from_error_object(error: object, where: str) -> EngineFailed:
    """Say in our words what a server wrote as `error` in place of, or in the middle of, an answer with status 200.

    Args:
        error: The value of `error`, of any JSON type.
        where: Who failed, to start the text with.

    Returns:
        The error to raise.
    """
    code = error.get("code") if isinstance(error, dict) else None
    status = int(code) if isinstance(code, int | str) and str(code).isdecimal() and len(str(code)) == 3 else 500
    failed = _say(
        _leaf_of_status(status, error), where, "it reports an error", _words_of(error) or "one without a text"
    )
    failed.refusal = Refusal(0, json.dumps({"error": error}))
    return failed


def _refusal_of(status: int, body: object, exc: BaseException) -> Refusal:
    """Keep what a server said. The library has taken the error out of its object already."""
    named: Mapping[str, str] = getattr(getattr(exc, "response", None), "headers", {})
    headers = {name.lower(): value for name, value in named.items() if name.lower().startswith(_PASSED_ON)}
    if isinstance(body, str) and body and body != f"Error code: {status}":  # which is the library's word for nothing
        type_ = "server_error" if status >= 500 else "invalid_request_error"
        body = {"message": body, "type": type_, "param": None, "code": None}
    if not isinstance(body, dict):
        return Refusal(status, "", headers)
    return Refusal(status, json.dumps(body if "error" in body else {"error": body}), headers)


def _leaf_of(exc: BaseException) -> type[EngineFailed]:
    named = (LEAVES[cls.__name__] for cls in type(exc).__mro__ if cls.__name__ in LEAVES)
    return next(named, EngineUnavailable)


def _leaf_of_status(status: int, body: object) -> type[EngineFailed]:
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if 400 <= status < 500:
        return EngineRejected
    if status < 500:
        return EngineGarbled
    error = _error_in(body)
    kinds = f"{error.get('type')} {error.get('code')}".lower()
    return EngineBusy if "overloaded" in kinds or "rate_limit" in kinds else EngineUnavailable


def _error_in(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        return {}
    inner = body.get("error")
    return inner if isinstance(inner, dict) else body


def _words_of(body: object) -> str:
    """Find the server's own words in OpenAI's shape, in the shapes of others, or in plain text."""
    if isinstance(body, str):
        return body
    error = _error_in(body)
    for value in (error.get("message"), error.get("detail"), error.get("error")):
        if value:
            return str(value)
    return ""


def _say(leaf: type[EngineFailed], where: str, known: str, said: str) -> EngineFailed:
    """Say what happened; what the server said of it stands apart, because it may repeat the request's texts."""
    line = " ".join(said.split())
    if len(line) > _LONGEST:
        line = line[: _LONGEST - 1] + "…"
    return leaf(f"{where} {_WORDS[leaf]} ({known})", f": {line}" if line else "")
