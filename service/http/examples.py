"""Examples of answers, for the API's description. A test holds them to the schemas that stand beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

DECISION_ID = "d6b3c1f0a9e2d4b7c8a1f0011"
"""As `bandits.decision.decision_id` makes them, of the policy `6b3c1f0a`."""
_UNKNOWN_ID = "d6b3c1f0a0c2d4b7c8a1f0033"
_REWRITING = {
    "decision": DECISION_ID,
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
    "forked_from": {"session": "quay", "version": 1},
}
SESSIONS = {
    "items": [{"session": "pier", "version": 1, "messages": 2, "created_ms": 1795528800000}],
    "next": "WzE3OTU1Mjg4MDAwMDAwMDAsICJwaWVyIl0",
}

MESSAGES = {
    "items": [{"role": "user", "content": "The harbour opens at six, the bakery at seven."}],
    "next": "WzFd",
}
VIEW = {
    "items": [
        {
            "index": 0,
            "changed": True,
            "message": {"role": "user", "content": "[[f00001 folded 4 tokens]]six, the bakery at seven."},
        }
    ],
    "next": "WzFd",
    "version": 6,
}
FRAGMENTS = {
    "items": [
        {
            "id": "f00001",
            "state": "folded",
            "tokens": 4,
            "message": 0,
            "slot": 0,
            "start": 0,
            "end": 21,
            "summary": "",
        }
    ],
    "next": "WzFd",
}
EVENTS = {
    "items": [
        {
            "version": 6,
            "number": 1,
            "actor": "model",
            "at_ms": 1795528800000,
            "kind": "folded",
            "data": {"ids": ["f00001"]},
        }
    ],
    "next": "WzYsIDJd",
    "oldest": 1,
}

HISTORY = {
    "items": [
        {
            "version": 6,
            "actor": "model",
            "at_ms": 1795528800000,
            "edits": True,
            "words": "folded f00001-f00004 (2000 tokens)",
        }
    ],
    "next": "WzZd",
    "oldest": 5,
    "forked_from": {"session": "quay", "version": 4},
}
DIFF = {
    "items": [
        {"id": "f00001", "before": "visible", "after": "folded", "tokens": 500, "message": 0, "slot": 0, "start": 0}
    ],
    "next": "WzIsIDYsIDFd",
    "before": 2,
    "after": 6,
    "first": 2,
    "messages": 1,
    "rewrite_before": "When does the harbour open?",
    "rewrite_after": "When does the harbour open? Read again: when does the harbour open?",
    "seen_tokens_before": 2424,
    "seen_tokens_after": 436,
}

APPENDED = {"version": 2, "first": 2, "count": 1}

ANSWER: dict[str, Any] = {
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
    "tokens": {
        "conversation": 32,
        "seen": 32,
        "tools": 1805,
        "prompt": 460,
        "cached": 0,
        "completion": 14,
        "estimated": True,
    },
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
CALLED = {"version": 2, "tool": "search_context", "reply": "1 hit: ..."}

REWRITE = {"text": "When does the harbour open?", "rewriting": _REWRITING}

EXPLANATION = {
    "query": "When was it built?",
    "features_version": "3 en_riffler-1.0.0",
    "making": "rule",
    "words": [
        {"text": "When", "lemma": "when", "pos": "ADV", "tag": "WRB", "dep": "advmod", "head": 3},
        {"text": "was", "lemma": "be", "pos": "AUX", "tag": "VBD", "dep": "aux:pass", "head": 3},
        {"text": "it", "lemma": "it", "pos": "PRON", "tag": "PRP", "dep": "nsubj:pass", "head": 3},
        {"text": "built", "lemma": "build", "pos": "VERB", "tag": "VBN", "dep": "root", "head": 3},
        {"text": "?", "lemma": "?", "pos": "PUNCT", "tag": ".", "dep": "punct", "head": 3},
    ],
    "features": [
        {"name": "anaphora", "group": "structural", "value": 1.0, "x": 1.0, "words": ["it"]},
        {"name": "negation", "group": "lexical", "value": 0.0, "x": 0.0, "words": []},
    ],
    "arms": [
        {
            "arm": "none",
            "offered": True,
            "text": "When was it built?",
            "kept": True,
            "reason": "",
            "idle": "",
            "propensity": 0.5,
        },
        {
            "arm": "disambiguate",
            "offered": True,
            "text": "When was the Eiffel Tower built?",
            "kept": True,
            "reason": "",
            "idle": "",
            "propensity": 0.5,
        },
        {
            "arm": "clarify",
            "offered": False,
            "text": "",
            "kept": False,
            "reason": "",
            "idle": "neither the session nor the glossary explains its words",
            "propensity": 0.0,
        },
    ],
    "learned": True,
}

REWARDED = {
    "counted": True,
    "outcome": "counted",
    "reward": 0.75,
    "source": "judge",
    "parts": {"judge": 0.75},
    "criterion": "relevance",
    "judge": "openai Qwen/Qwen3-8B 1",
}
REWARDS = {
    "rewards": [
        {**REWARDED, "decision": DECISION_ID},
        {
            "decision": _UNKNOWN_ID,
            "counted": False,
            "outcome": "unknown",
            "parts": {},
            "problem": f"no decision {_UNKNOWN_ID!r}",
        },
    ]
}
DECISION = {
    "decision": DECISION_ID,
    "session": "pier",
    "arm": "reread",
    "propensities": _REWRITING["propensities"],
    "unexecuted": "the rewrite doesn't fit the window",
    "state": "rewarded",
    "reward": 0.7,
    "source": "number",
    "parts": {"quality": 0.8, "price": 0.1},
    "criterion": "relevance",
    "judge": "openai Qwen/Qwen3-8B 1",
    "cost": {"tokens": 1000, "ms": 840.5},
    "at_ms": 1795528800000,
    "policy": "thompson",
    "policy_version": "1",
    "features_version": "3 en_riffler-1.0.0",
    "x": [1.0, 0.2, 0.0],
}
DECISIONS = {"items": [DECISION], "next": "WzFd"}
NEWEST = {**DECISIONS, "looked_at": 1}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "fold_fragment",
            "description": "Hide a fragment that you don't need now. A marker stays in its place.",
            "parameters": {
                "type": "object",
                "properties": {"fragment_id": {"type": "string", "pattern": "^f[0-9a-f]{5}$"}},
                "required": ["fragment_id"],
            },
        },
    }
]
ENGINES = [
    {
        "name": "openai",
        "model": "Qwen/Qwen3-8B",
        "window_tokens": 32768,
        "can_rewrite": True,
        "notice": "",
        "ready": False,
        "failure": "http://127.0.0.1:8001/v1 can't be reached",
    }
]
ALIVE = {"status": "alive"}
READY: dict[str, Any] = {"ready": True, "failures": {}}
NOT_READY = {"ready": False, "failures": {"redis": "no answer within 2 s"}}
METRICS = """# HELP riffler_turns_total Questions by how they ended.
# TYPE riffler_turns_total counter
riffler_turns_total{outcome="answered"} 3.0
"""

STREAMED = "".join(
    f"event: {name}\ndata: {json.dumps(data)}\n\n"
    for name, data in [
        ("arrived", {"conversation_tokens": 32, "folded": 0}),
        ("rewriting", _REWRITING),
        ("step", ANSWER["steps"][0]),
        ("delta", {"text": "six"}),
        ("answer", ANSWER),
    ]
)


def _problem(name: str, status: int, detail: str, **more: object) -> dict[str, object]:
    return {
        "type": f"urn:riffler:problem:{name}",
        "title": name.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": "urn:riffler:request:288064659793e651",
        **more,
    }


_COMPLAINT = {"field": "body.question", "expected": "expected a text that isn't blank", "got": "' '"}
PROBLEMS: Mapping[int | str, dict[str, object]] = MappingProxyType(
    {
        400: _problem("unreadable-body", 400, "body: expected JSON, got what isn't: Expecting value"),
        "unknown-session": _problem("unknown-session", 404, "no session 'quay'"),
        "unknown-decision": _problem("unknown-decision", 404, "no decision 'd0'"),
        "unknown-policy": _problem("unknown-policy", 404, "no policy '00000000'"),
        "unknown-key": _problem("unknown-key", 404, "no key '000000000000'"),
        401: _problem(
            "key-refused",
            401,
            "authorization: a key is needed: expected `Bearer` and a key that `riffler keys create` made",
        ),
        403: _problem(
            "scope-missing", 403, "authorization: this key can't do this: it has no scope text, which this takes"
        ),
        429: _problem(
            "limit-reached",
            429,
            "limit: this key has made as many requests as it may in a minute (RIFFLER_KEY_REQUESTS_PER_MINUTE)",
        ),
        409: _problem("session-busy", 409, "session 'pier' is busy with another turn"),
        412: _problem("version-conflict", 412, "session 'pier' has version 6, this change was made for version 2"),
        413: _problem(
            "body-too-large",
            413,
            "body: expected at most 16000000 bytes (RIFFLER_MAX_BODY_BYTES), got more: send texts in parts",
        ),
        415: _problem("unsupported-media-type", 415, "content-type: expected application/json, got 'text/plain'"),
        422: _problem(
            "invalid-request",
            422,
            "body.question: expected a text that isn't blank, got ' '",
            errors=[_COMPLAINT],
        ),
        500: _problem("internal-error", 500, "Riffler itself failed; its log says why"),
        502: _problem("engine-rejected", 502, "the engine refused the request: unknown model 'Qwen3-8B'"),
        503: _problem("memory-unavailable", 503, "Redis at 127.0.0.1:6379 can't be reached"),
        504: _problem("engine-timeout", 504, "the engine gave no answer within 600 s"),
        507: _problem("memory-full", 507, "Redis refuses writes: its disk is full"),
    }
)
"""By status; what isn't there by what it is."""
