"""An example of what is told of costs, for the API's description."""

from __future__ import annotations

from typing import Any

_AT_MS = 1795528800000
_SUMS: dict[str, Any] = {
    "turns": 2,
    "calls": 5,
    "prompt_tokens": 21000,
    "cached_tokens": 12000,
    "completion_tokens": 410,
    "saved_tokens": 32000,
    "billed_tokens": 12450.0,
    "ms": 4200.0,
    "estimated": 0,
    "counts_estimated": 0,
}
_FIRST = {
    **_SUMS,
    "turns": 1,
    "calls": 3,
    "prompt_tokens": 14000,
    "cached_tokens": 6000,
    "completion_tokens": 250,
    "saved_tokens": 16000,
    "billed_tokens": 10600.0,
    "ms": 2800.0,
}
_SECOND = {
    **_SUMS,
    "turns": 1,
    "calls": 2,
    "prompt_tokens": 7000,
    "cached_tokens": 6000,
    "completion_tokens": 160,
    "saved_tokens": 16000,
    "billed_tokens": 1850.0,
    "ms": 1400.0,
}
_EDITS = {
    "edits": 1,
    "paid_back": 1,
    "not_yet": 0,
    "never": 0,
    "shown_again": 0,
    "freed_tokens": 8000,
    "spared_tokens": 32000,
    "earned_tokens": 3200.0,
    "owed_tokens": 2300.0,
    "balance_tokens": 900.0,
    "lacks": 0,
    "estimated": 0,
}

COSTS: dict[str, Any] = {
    "looked_at": 2,
    "whole": True,
    "from_ms": _AT_MS,
    "to_ms": _AT_MS + 60_000,
    "outcomes": {"answered": 2},
    "prices": [{"read": 0.1, "write": 1.25, "turns": 2}],
    "total": _SUMS,
    "by": "turn",
    "stretches": [
        {"from_ms": _AT_MS, "to_ms": _AT_MS, "sums": _FIRST},
        {"from_ms": _AT_MS + 60_000, "to_ms": _AT_MS + 60_000, "sums": _SECOND},
    ],
    "parts": [
        {"part": "arrive", "ms": 42.0, "share": 0.01},
        {"part": "model", "ms": 4032.0, "share": 0.96},
        {"part": "other", "ms": 126.0, "share": 0.03},
    ],
    "edits": {
        "total": _EDITS,
        "by": [{"actor": "model", "tool": "fold_fragments", "sums": _EDITS}],
        "newest": [
            {
                "at_ms": _AT_MS,
                "session": "pier",
                "version": 3,
                "actor": "model",
                "tool": "fold_fragments",
                "folded": 3,
                "restored": 0,
                "summarised": 0,
                "freed_tokens": 8000,
                "frees_tokens": 8000,
                "fresh_tokens": 0,
                "rewritten_tokens": 2000,
                "calls": 4,
                "spared_tokens": 32000,
                "earned_tokens": 3200.0,
                "owed_tokens": 2300.0,
                "balance_tokens": 900.0,
                "breaks_even": 3,
                "lacks": 0,
                "standing": "paid_back",
                "estimated": False,
            }
        ],
        "priced": True,
    },
    "engines": [{"engine": "openai", "model": "gpt-5-mini", "last_ms": _AT_MS + 60_000, "sums": _SUMS}],
    "sessions": [{"session": "pier", "last_ms": _AT_MS + 60_000, "sums": _SUMS}],
}
