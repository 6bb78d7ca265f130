"""Examples of how a service fares, as OpenAPI shows them."""

from __future__ import annotations

import json
from typing import Any

from riffler.service.http.examples import DECISION, READY

_EDIT: dict[str, Any] = {
    "version": 4,
    "actor": "model",
    "tool": "fold_fragments",
    "folded": 2,
    "restored": 0,
    "summarised": 0,
    "freed_tokens": 812,
    "rewritten_tokens": 120,
    "cost_tokens": -692.0,
    "calls_before": 1,
    "fresh_tokens": 0,
    "ids": ["f00002", "f00003"],
}
TURN: dict[str, Any] = {
    "kind": "turn",
    "session": "pier",
    "outcome": "answered",
    "error": "",
    "life": "5f0c9a1e",
    "version": 6,
    "decision": DECISION["decision"],
    "arm": "reread",
    "executed": "reread",
    "prompt_tokens": 2310,
    "cached_tokens": 1104,
    "completion_tokens": 61,
    "estimated": False,
    "conversation_tokens": 1940,
    "seen_tokens": 1130,
    "saved_tokens": 810,
    "tools_tokens": 640,
    "counts_estimated": False,
    "calls": 2,
    "tools_done": 1,
    "tools_refused": 0,
    "times_ms": {"arrive": 3.1, "features": 12.4, "policy": 2.2, "rewrite": 1.8, "model": 812.5, "tools": 2.9},
    "total_ms": 841.7,
    "engine": "openai",
    "model": "Qwen3-8B",
    "read_price": 0.1,
    "write_price": 1.0,
    "edits": [_EDIT],
    "id": "1795766400000-0",
    "at_ms": 1795766400000,
}
TURNS: dict[str, Any] = {"items": [TURN], "next": "WzE3OTU3NjY0MDAwMDAsMF0"}
_REDIS: dict[str, Any] = {
    "up": True,
    "why": "",
    "durability": "default",
    "server": "Redis",
    "version": "8.2.1",
    "ping_ms": 0.21,
    "uptime_s": 86400,
    "used_bytes": 8123904,
    "most_bytes": 0,
    "append_only": True,
    "sync": "everysec",
    "keys": 1204,
    "findings": [
        {
            "level": "ok",
            "found": "append-only, `appendfsync everysec`: a crash loses up to two seconds",
            "mend": "",
            "measured": {"appendfsync": "everysec"},
        }
    ],
}
_ENGINE: dict[str, Any] = {
    "name": "openai",
    "model": "Qwen3-8B",
    "ready": True,
    "why": "",
    "mend": "",
    "window_tokens": 32768,
    "notice": "",
}
_FIGURES: dict[str, Any] = {
    "looked_at": 2,
    "whole": True,
    "oldest_ms": 1795766300000,
    "newest_ms": 1795766400000,
    "outcomes": {"answered": 1, "failed": 1},
    "p50_ms": 841.7,
    "p95_ms": 841.7,
    "errors": [
        {
            "error": "EngineTimeout",
            "outcome": "failed",
            "count": 1,
            "newest_ms": 1795766300000,
            "mend": "Wait until the server has loaded its model; else give it more time with RIFFLER_TIMEOUT_S.",
        }
    ],
    "slowest": [
        {
            "at_ms": 1795766400000,
            "session": "pier",
            "outcome": "answered",
            "error": "",
            "total_ms": 841.7,
            "times_ms": TURN["times_ms"],
        }
    ],
}
_REQUESTS: dict[str, Any] = {
    "requests": 42,
    "refused": 1,
    "failed": 1,
    "largest_s": 60.0,
    "problems": [
        {
            "problem": "engine-timeout",
            "status": 504,
            "count": 1,
            "mend": "Wait until the server has loaded its model; else give it more time with RIFFLER_TIMEOUT_S.",
            "routes": {"POST /api/v1/ask": 1},
        },
        {
            "problem": "unknown-session",
            "status": 404,
            "count": 1,
            "mend": "The client asked for what isn't there, or for what belongs to another tenant.",
            "routes": {"GET /api/v1/sessions/{session}": 1},
        },
    ],
    "routes": [
        {
            "method": "POST",
            "route": "/api/v1/ask",
            "requests": 40,
            "statuses": {"200": 39, "504": 1},
            "problems": {"engine-timeout": 1},
            "lasting": False,
            "mean_s": 2.31,
            "p50_s": 1.0,
            "p95_s": 2.5,
            "slowest_s": 10.0,
        },
        {
            "method": "GET",
            "route": "/api/v1/sessions/{session}",
            "requests": 2,
            "statuses": {"200": 1, "404": 1},
            "problems": {"unknown-session": 1},
            "lasting": False,
            "mean_s": 0.004,
            "p50_s": 0.005,
            "p95_s": 0.005,
            "slowest_s": 0.005,
        },
    ],
}
HEALTH: dict[str, Any] = {
    "level": "ok",
    "redis": _REDIS,
    "engine": _ENGINE,
    "queue": {"turns": 1, "audits": 0, "reports": 0, "listeners": 1},
    "turns": _FIGURES,
    "turns_why": "",
    "requests": _REQUESTS,
}
LIVE = "".join(
    f"event: {name}\ndata: {json.dumps(data)}\n\n"
    for name, data in [
        ("listening", {}),
        ("health", READY),
        ("sessions", {"session": "pier", "version": 6}),
        ("decisions", {"digest": "6b3c1f0a", "decisions": 12, "rewards": 9}),
        ("turns", TURN),
    ]
)
