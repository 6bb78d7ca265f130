"""Examples of answers, for the API's description. A test holds them to the schemas that stand beside them."""

from __future__ import annotations

from typing import Any


def answers(status: int, value: object) -> dict[int | str, dict[str, Any]]:
    """Give an example answer as FastAPI takes it in `responses`.

    Args:
        status: The status that it has.
        value: Its body.

    Returns:
        What to merge with other things that are documented of this status.
    """
    # Without nulls: the framework leaves them out of examples.
    return {status: {"content": {"application/json": {"example": value}}}}


_REWRITING = {
    "decision": "d6b3c1f0a9e2d4b7c8a1f",
    "arm": "none",
    "propensity": 0.25,
    "propensities": {"none": 0.25, "reread": 0.75},
    "executed": "none",
    "query": "When does the harbour open?",
    "rewritten": "When does the harbour open?",
    "note": "",
}

SESSION = {
    "session": "pier",
    "version": 1,
    "messages": 2,
    "fragments": {"visible": 0, "folded": 0, "summarised": 0},
    "conversation_tokens": 24,
    "seen_tokens": 24,
}
SESSIONS = {
    "items": [{"session": "pier", "version": 1, "messages": 2, "created_ms": 1795528800000}],
    "next": "WzE3OTU1Mjg4MDAwMDAwMDAsICJwaWVyIl0",
}

APPENDED = {"version": 2, "first": 2, "count": 1}

ANSWER = {
    "session": "pier",
    "version": 6,
    "text": "six",
    "notice": "",
    "reasoning": "",
    "finish_reason": "stop",
    "capped": False,
    "rewriting": _REWRITING,
    "steps": [
        {
            "number": 1,
            "tool": "search_context",
            "arguments": '{"query": "harbour opens"}',
            "reply": "1 hit: ...",
            "refused": False,
        }
    ],
    "tokens": {"conversation": 32, "seen": 32, "prompt": 460, "cached": 0, "completion": 14, "estimated": True},
    "times_ms": {
        "arrive": 1.2,
        "features": 2.1,
        "policy": 1.7,
        "rewrite": 0.2,
        "model": 8.4,
        "tools": 1.9,
        "answer": 0.6,
    },
}
EVENTS = (
    'event: arrived\ndata: {"conversation_tokens": 32, "folded": 0}\n\n'
    'event: delta\ndata: {"text": "six"}\n\n'
    "event: answer\ndata: {...as the JSON answer...}\n\n"
)

CALLED = {"version": 2, "tool": "search_context", "reply": "1 hit: ..."}

REWRITE = {"text": "When does the harbour open?", "rewriting": _REWRITING}

REWARDED = {"counted": True}
DECISION = {
    "decision": _REWRITING["decision"],
    "session": "pier",
    "arm": "reread",
    "propensities": _REWRITING["propensities"],
    "unexecuted": "the rewrite doesn't fit the window",
    "state": "rewarded",
    "reward": 0.8,
    "at_ms": 1795528800000,
    "policy": "thompson",
    "policy_version": "1",
    "features_version": "1",
    "x": [1.0, 0.2, 0.0],
}
