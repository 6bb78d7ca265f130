"""The description of the API: what FastAPI makes of the routes, with what it leaves out."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from riffler.service.http.door.described import describe_door
from riffler.service.http.event_schemas import event_schemas
from riffler.service.http.problems import MEDIA_TYPE

_ABOUT = """Riffler stands between an LLM app and its model: the model carves its own context, and queries learn how to
be asked.

A **session** is a conversation with a working memory. Its messages never change; its *view*, what a model reads, does:
tools cut text into *fragments*, fold, summarise and restore them. Each change makes a new *version*.

- `ETag` is a session's version, with what tells it from others that had its name. Send it back as `If-Match` to change
  only what you have seen (else 412), or as `If-None-Match` to read only what is new (304).
- `Idempotency-Key` names a request. Made again after a lost answer, it isn't done again.
- Errors are problem details (RFC 9457); `type` names the kind, `detail` says what would work. So are a path that isn't
  served (404), and a method that a path doesn't take (405, with `Allow`). Under `/v1` they have OpenAI's shape.
- A change that a web page of another origin asks for is refused (403). Clients that are no browser don't say where they
  come from, and aren't asked.
- A key is sent as `Authorization: Bearer`. It says whose data a request reaches, and what it may do: `security` names
  the scopes that an operation takes. What belongs to another tenant isn't told from what doesn't exist.
- Lists come in pages: give `next` back as `cursor`.
- Fields of a body and query parameters that an operation doesn't have are refused (422), so that a misspelt one shows.
- A request has at most 64 KiB of address and headers, and 200 headers (431; the first is a setting), and comes within
  30 seconds, or steadily (408). Lists and objects stand at most 200 inside each other.
- A request brings at most 10,000 messages or texts, and 200,000 values in all, so that nobody waits for one of them:
  send more in several.
"""
_TAGS = [
    {"name": "sessions", "description": "Make, list, look at and delete conversations."},
    {"name": "conversation", "description": "Messages, the view of them, fragments and events."},
    {"name": "history", "description": "What happened to a session, and the session as it was."},
    {"name": "tools", "description": "The context tools, called by hand."},
    {"name": "ask", "description": "Questions, answered with the tools and the rewriting policy."},
    {"name": "rewrites", "description": "Rewrites for apps that ask their model themselves."},
    {"name": "decisions", "description": "What the policy drew, and the rewards that it learns from."},
    {"name": "policies", "description": "How policies fare, what they learned, and their logs as files."},
    {"name": "costs", "description": "What turns took, and which edits have paid back."},
    {"name": "engines", "description": "What runs the model."},
    {"name": "keys", "description": "Who may do what, of the tenant of the key that asks."},
    {"name": "tenant", "description": "All that the tenant of the key that asks has: as a file, made again, or gone."},
    {"name": "service", "description": "How the service fares: its turns, its health, and what changes now."},
    {"name": "openai", "description": "OpenAI's chat API, for its clients. Errors have its shape."},
    {"name": "health", "description": "For probes and scrapers."},
]

_TEXT = {"type": "string"}
_HEADERS: dict[str, Any] = {
    "X-Request-Id": {"description": "The request's id, also in the log and in problems.", "schema": _TEXT},
    "Retry-After": {
        "description": "After how many seconds it is worth trying again; absent when it isn't.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Allow": {"description": "The methods that this path takes.", "schema": _TEXT},
}
_REQUEST_ID = {
    "name": "x-request-id",
    "in": "header",
    "required": False,
    "description": "An id of your own for this request: up to 128 letters, digits, dots, underscores and hyphens. "
    "Another one is replaced.",
    "schema": _TEXT,
    "example": "4f1c-7",
}
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_EVERYWHERE = {
    "UnknownPath": {"description": "Nothing is served at this path (404).", "content": _PROBLEM},
    "MethodNotAllowed": {
        "description": "This path doesn't take this method (405).",
        "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
        "content": _PROBLEM,
    },
}
"""What no operation answers with, because it is the answer where there is none."""


def describe(app: FastAPI) -> None:
    """Make an app describe itself.

    Args:
        app: The app, with all routes.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=_ABOUT, tags=_TAGS, routes=app.routes)
            schemas = made["components"]["schemas"]
            schemas |= event_schemas()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            describe_door(made)
            for operation in (each for methods in made["paths"].values() for each in methods.values()):
                for parameter in operation.get("parameters", ()):
                    parameter["schema"] = _present(parameter["schema"])
                operation.setdefault("parameters", []).append(_REQUEST_ID)
                for answer in operation["responses"].values():
                    answer.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/X-Request-Id"}
            made["components"] |= {"headers": _HEADERS, "responses": _EVERYWHERE}
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _present(schema: dict[str, Any]) -> dict[str, Any]:
    """Take `null` out of a parameter's schema: a header or a query has a text or isn't there."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return rest | kinds[0] if len(kinds) == 1 else schema
