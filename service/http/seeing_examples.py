"""Examples of what who looks at a session closely is told, for the API's description."""

from __future__ import annotations

PIECES = {
    "items": [
        {
            "message": 0,
            "piece": 0,
            "role": "user",
            "origin": "app",
            "kind": "folded",
            "text": "[[f00001 folded 4 tokens]]",
            "begin": 0,
            "characters": 26,
            "tokens": 10,
            "slot": 0,
            "start": 0,
            "end": 21,
            "original_tokens": 4,
            "fragments": ["f00001"],
            "count": 1,
            "pinned": False,
            "name": "",
            "call": "",
            "asked": False,
            "change": "folded",
        }
    ],
    "next": "WzYsMCwxLDAsMF0",
    "previous": "WzYsMCwwLDAsMV0",
    "version": 6,
    "messages": 2,
}
ORIGINAL = {
    "message": 0,
    "slot": 0,
    "start": 0,
    "end": 21,
    "characters": 46,
    "text": "The harbour opens at ",
}
HITS = {
    "items": [
        {
            "message": 0,
            "found_in": "original",
            "slot": 0,
            "character": 4,
            "call": "",
            "start": 4,
            "end": 11,
            "role": "user",
            "origin": "app",
            "shown": "folded",
            "version": 6,
            "fragment": "f00001",
            "before": "The ",
            "match": "harbour",
            "after": " opens at six, the bakery at seven.",
        }
    ],
    "next": "WzYsNDIsMCwwLDExXQ",
    "total": 2,
    "version": 6,
}
TOKEN_PARTS = {
    "version": 6,
    "text": {"user": 18, "assistant": 9},
    "folded": {"fragments": 1, "original_tokens": 4, "shown_tokens": 10},
    "summarised": {"fragments": 0, "original_tokens": 0, "shown_tokens": 0},
    "rewrite": 0,
    "rewritten": 0,
    "status": 12,
    "seen": 49,
    "conversation": 31,
    "tools": 1805,
    "budget": 4851,
    "window": 8192,
    "estimated": True,
}
