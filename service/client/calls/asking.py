"""Questions, rewrites and explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from riffler.errors import InvalidInput
from riffler.service.client.call import JSON, Call, body_of, change, path_of, reading, several
from riffler.service.client.events import MEDIA_TYPE
from riffler.service.client.models.answers import AnswerFields, Rewrite
from riffler.service.client.models.explanations import Explanation

A = TypeVar("A", bound=AnswerFields)

Question = str | Sequence[Mapping[str, Any]]
"""A text, or messages in OpenAI's shape, of which the last asks or brings a tool's result."""


def ask(
    answer: type[A],
    question: Question,
    contexts: Sequence[str] = (),
    session: str | None = None,
    *,
    system: str | None = None,
    without: Sequence[str] = (),
    idempotency_key: str | None = None,
    if_match: str | None = None,
    streamed: bool = False,
) -> Call[A]:
    """Ask.

    Args:
        answer: What the reply becomes.
        question: See `AsyncClient.ask`, as the others.
        contexts: The same.
        session: The same.
        system: The same.
        without: The same.
        idempotency_key: The same.
        if_match: The same.
        streamed: Whether events are wanted. Such a question gets no name of its own, because one with a name goes on
            when its client goes.

    Returns:
        The call.

    Raises:
        InvalidInput: Arguments that exclude each other.
    """
    if session is None and if_match is not None:
        raise InvalidInput("if_match: expected a session with it, got none")
    body = {"without": several("without", without) or None, **_asked(question, contexts, session, system)}
    operation, path = ("ask", "/api/v1/ask")
    if session is not None:
        operation, path = "ask_in_session", path_of("/api/v1/sessions/", session, "/ask")
    return Call(
        operation,
        "POST",
        path,
        reading(answer),
        body=body_of(**body),
        headers={"Accept": MEDIA_TYPE if streamed else JSON} | change(idempotency_key, if_match, named=not streamed),
        changes=True,
    )


def _asked(question: Question, contexts: Sequence[str], session: str | None, system: str | None) -> dict[str, Any]:
    before = several("contexts", contexts)
    if not isinstance(question, str):
        if before or system is not None:
            raise InvalidInput("expected no `contexts` and no `system` beside messages: put them among these")
        return {"messages": [dict(message) for message in question]}
    if system is None:
        return {"question": question, "contexts": before or None}
    if session is not None:
        raise InvalidInput("system: expected none with a session, which begins with its own")
    users = [{"role": "user", "content": text} for text in (*before, question)]
    return {"messages": [{"role": "system", "content": system}, *users]}


def rewrite(
    query: str,
    contexts: Sequence[str] = (),
    session: str | None = None,
    *,
    without: Sequence[str] = (),
    idempotency_key: str | None = None,
) -> Call[Rewrite]:
    """Choose and make a rewrite."""
    return Call(
        "rewrite_query" if session is None else "rewrite_query_in_session",
        "POST",
        _beside(session, "rewrites"),
        reading(Rewrite),
        body=body_of(
            query=query, contexts=several("contexts", contexts) or None, without=several("without", without) or None
        ),
        headers=change(idempotency_key),
        changes=True,
    )


def explain(query: str, contexts: Sequence[str] = (), session: str | None = None) -> Call[Explanation]:
    """Explain how a query may be asked."""
    return Call(
        "explain_query" if session is None else "explain_query_in_session",
        "POST",
        _beside(session, "explanations"),
        reading(Explanation),
        body=body_of(query=query, contexts=several("contexts", contexts) or None),
    )


def _beside(session: str | None, what: str) -> str:
    return f"/api/v1/{what}" if session is None else path_of("/api/v1/sessions/", session, f"/{what}")
