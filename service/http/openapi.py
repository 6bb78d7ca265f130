"""The description of the API: what FastAPI makes of the routes, with what it leaves out."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from riffler.service.http.problems import Problem

_ABOUT = """Riffler stands between an LLM app and its model: the model carves its own context, and queries learn how to
be asked.

A **session** is a conversation with a working memory. Its messages never change; its *view*, what a model reads, does:
tools cut text into *fragments*, fold, summarise and restore them. Each change makes a new *version*.

- `ETag` is a session's version. Send it back as `If-Match` to change only what you have seen (else 412), or as
  `If-None-Match` to read only what is new (304).
- `Idempotency-Key` names a request. Made again after a lost answer, it isn't done again.
- Errors are problem details (RFC 9457); `type` names the kind, `detail` says what would work.
- Lists come in pages: give `next` back as `cursor`.
- A request brings at most 10,000 messages or texts, and 200,000 values in all, so that nobody waits for one of them:
  send more in several.
"""
_TAGS = [
    {"name": "sessions", "description": "Make, list, look at and delete conversations."},
    {"name": "conversation", "description": "Messages, the view of them, fragments and events."},
    {"name": "tools", "description": "The context tools, called by hand."},
    {"name": "ask", "description": "Questions, answered with the tools and the rewriting policy."},
    {"name": "rewrites", "description": "Rewrites for apps that ask their model themselves."},
    {"name": "decisions", "description": "What the policy drew, and the rewards that it learns from."},
    {"name": "engines", "description": "What runs the model."},
    {"name": "health", "description": "For probes and scrapers."},
]


def describe(app: FastAPI) -> None:
    """Make an app describe itself.

    Args:
        app: The app, with all routes.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=_ABOUT, tags=_TAGS, routes=app.routes)
            schemas = made["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs") | {"Problem": problem}
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            for operation in (each for methods in made["paths"].values() for each in methods.values()):
                for parameter in operation.get("parameters", ()):
                    parameter["schema"] = _present(parameter["schema"])
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _present(schema: dict[str, Any]) -> dict[str, Any]:
    """Take `null` out of a parameter's schema: a header or a query has a text or isn't there."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return rest | kinds[0] if len(kinds) == 1 else schema
