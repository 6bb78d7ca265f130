"""Events: everything that ever happens to a working memory, as small immutable values.

A commit is a few events that happen together and make one new version. Replaying a session's events over its
messages gives its working memory again. Texts of messages aren't repeated in an event's record: the conversation holds
them, and no event ever changes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from riffler.tools.asking import Asking
from riffler.tools.fragments import Fragment, SearchHit, Span
from riffler.tools.messages import Message

Actor = Literal["app", "model", "riffler"]
"""Who caused a commit: the app (or its user), the model by a tool call, or Riffler itself (fitting the budget)."""

Origin = Literal["app", "step"]
"""Where a message comes from: the conversation, or an inner step of the agent (its tool calls and their results)."""


@dataclass(frozen=True, slots=True)
class MessagesAppended:
    """Messages came to the end of the conversation.

    Attributes:
        first: The index of the first of them.
        messages: The messages, in order.
        origin: Where they come from.
        asking: The asking part, when a user message of the conversation is among them; else None.
    """

    first: int
    messages: tuple[Message, ...]
    origin: Origin = "app"
    asking: Asking | None = None


@dataclass(frozen=True, slots=True)
class TextCut:
    """Text got fragments, all visible."""

    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class FragmentsFolded:
    """Fragments are hidden; the view shows a marker."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FragmentsRestored:
    """Fragments are visible again."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FragmentSummarised:
    """A fragment is hidden; the view shows a summary."""

    id: str
    focus: str
    summary: str


@dataclass(frozen=True, slots=True)
class TextSearched:
    """A search was made; its hits can be asked for in detail. The view doesn't change."""

    query: str
    hits: tuple[SearchHit, ...]


@dataclass(frozen=True, slots=True)
class QueryRewritten:
    """It was decided how the view shows the asking part, until the next user message.

    Attributes:
        span: The asking part.
        text: The rewrite that stands in its place; None shows it as it came.
        decision: Id of the decision.
    """

    span: Span
    text: str | None
    decision: str


Event = (
    MessagesAppended
    | TextCut
    | FragmentsFolded
    | FragmentsRestored
    | FragmentSummarised
    | TextSearched
    | QueryRewritten
)


def fragments_of(event: Event) -> Sequence[str]:
    """Name the fragments that an event makes or changes.

    Args:
        event: The event.

    Returns:
        Their ids.
    """
    match event:
        case TextCut(fragments):
            return [fragment.id for fragment in fragments]
        case FragmentsFolded(ids) | FragmentsRestored(ids):
            return ids
        case FragmentSummarised(id_):
            return [id_]
        case _:
            return ()


def event_to_dict(event: Event) -> dict[str, Any]:
    """Give an event as JSON-safe values, without the texts of messages.

    Args:
        event: The event.

    Returns:
        A dictionary with its `kind`.
    """
    match event:
        case MessagesAppended(first, messages, origin, asking):
            return {
                "kind": "appended",
                "first": first,
                "count": len(messages),
                "origin": origin,
                "asking": asking and asking.to_dict(),
            }
        case TextCut(fragments):
            return {"kind": "cut", "fragments": [fragment.to_dict() for fragment in fragments]}
        case FragmentsFolded(ids):
            return {"kind": "folded", "ids": list(ids)}
        case FragmentsRestored(ids):
            return {"kind": "restored", "ids": list(ids)}
        case FragmentSummarised(id_, focus, summary):
            return {"kind": "summarised", "id": id_, "focus": focus, "summary": summary}
        case TextSearched(query, hits):
            return {"kind": "searched", "query": query, "hits": [[hit.id, *_span_list(hit.span)] for hit in hits]}
        case QueryRewritten(span, text, decision):  # pragma: no branch - mypy holds that no other kind is left
            return {"kind": "rewritten", "span": _span_list(span), "text": text, "decision": decision}


def event_from_dict(value: Mapping[str, Any], conversation: Sequence[Message]) -> Event:
    """Take an event back from what `event_to_dict` gave.

    Args:
        value: The dictionary.
        conversation: The session's messages, at least as far as the event appended them.

    Returns:
        The same event.

    Raises:
        ValueError: The kind is unknown.
    """
    match value["kind"]:
        case "appended":
            first, count = value["first"], value["count"]
            asking = Asking.from_dict(value["asking"]) if value["asking"] else None
            return MessagesAppended(first, tuple(conversation[first : first + count]), value["origin"], asking)
        case "cut":
            return TextCut(tuple(Fragment.from_dict(fragment) for fragment in value["fragments"]))
        case "folded":
            return FragmentsFolded(tuple(value["ids"]))
        case "restored":
            return FragmentsRestored(tuple(value["ids"]))
        case "summarised":
            return FragmentSummarised(value["id"], value["focus"], value["summary"])
        case "searched":
            return TextSearched(value["query"], tuple(SearchHit(hit[0], Span(*hit[1:])) for hit in value["hits"]))
        case "rewritten":
            return QueryRewritten(Span(*value["span"]), value["text"], value["decision"])
        case kind:
            raise ValueError(f"an event of unknown kind {kind!r}")


def _span_list(span: Span) -> list[int]:
    return [span.message, span.slot, span.start, span.end]
