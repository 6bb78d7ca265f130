"""How the door is described in OpenAPI: that a key is sent, which scopes an operation takes, and what is refused."""

from __future__ import annotations

from typing import Any, Final

from riffler.service.http.chat_errors import PREFIX, error_object
from riffler.service.http.door.needs import NEEDS
from riffler.service.http.examples import PROBLEMS
from riffler.service.http.problems import MEDIA_TYPE

_BEARER: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key that `riffler keys create` or `POST /api/v1/keys` made. As long as there never was one, "
        "a service that listens on the loopback takes requests without.",
    }
}
_REFUSED: Final = {
    401: "No key came, or none that is valid. Unknown, expired and revoked aren't told apart.",
    403: "The key lacks a scope that this takes, or the page that asks is of another origin.",
    429: "The key has used what it may, for now; `RateLimit-Policy` and `RateLimit` say what that is and what is left.",
}
_CHALLENGE: Final = {
    "WWW-Authenticate": {"description": "What is needed (RFC 6750).", "schema": {"type": "string"}},
}
_WAIT: Final = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}


def describe_door(described: dict[str, Any]) -> None:
    """Say of each operation what it takes.

    Args:
        described: The description, which is added to.
    """
    described["components"]["securitySchemes"] = _BEARER
    for path, operations in described["paths"].items():
        for operation in operations.values():
            needs = NEEDS[operation["operationId"]]
            if needs.scopes is None:
                operation["security"] = []
                continue
            operation["security"] = [{"bearer": list(needs.listed)}]
            for status, about in _REFUSED.items():
                operation["responses"][str(status)] = {
                    "description": about,
                    "headers": dict(_WAIT if status == 429 else _CHALLENGE),
                    "content": _content(path, status),
                }


def _content(path: str, status: int) -> dict[str, Any]:
    problem = PROBLEMS[status]
    if path.startswith(PREFIX):
        shape = {"$ref": "#/components/schemas/OpenAIErrorOut"}
        return {"application/json": {"schema": shape, "example": error_object(problem)}}
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem}}
