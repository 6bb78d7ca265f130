"""Examples of what is told of policies, for the API's description."""

from __future__ import annotations

import json
from typing import Any

from riffler.service.http.examples import DECISION_ID

_DIGEST = "6b3c1f0a"
_POLICY: dict[str, Any] = {
    "digest": _DIGEST,
    "engine": "reader",
    "model": "reader-rules",
    "arms_version": "5c1d0f2e7a90-rule",
    "features_version": "3 en_riffler-1.0.0",
    "policy_version": "adaptive-thompson 1;baseline=none",
    "decisions": 1200,
    "rewards": 900,
    "last_ms": 1795528800000,
    "draws_now": True,
}
_ARMS = [
    {
        "arm": "simplify",
        "offered": 1000,
        "drawn": 700,
        "share": 0.583,
        "recent_share": 0.7,
        "recent_propensity": 0.68,
        "unexecuted": 12,
        "reward": {"mean": 0.64, "low": 0.598, "high": 0.68, "count": 525},
        "shares": [0.417, 0.75],
    },
    {
        "arm": "none",
        "offered": 1200,
        "drawn": 500,
        "share": 0.417,
        "recent_share": 0.3,
        "recent_propensity": 0.32,
        "unexecuted": 0,
        "reward": {"mean": 0.56, "low": 0.509, "high": 0.609, "count": 375},
        "shares": [0.583, 0.25],
    },
]
_OVERALL = {"feature": "overall", "mean": 0.04, "margin": 0.02, "clear": True, "wrong_sign": 0.0}
_NEGATION = {"feature": "negation", "mean": 0.04, "margin": 0.03, "clear": True, "wrong_sign": 0.004}

POLICIES = [_POLICY]
STATUS = {
    "policy": _POLICY,
    "looked_at": 1200,
    "older": 0,
    "from_ms": 1795510000000,
    "selected": 1200,
    "open": 250,
    "rewarded": 900,
    "void": 50,
    "recent": 100,
    "reward": {"mean": 0.607, "low": 0.574, "high": 0.638, "count": 900},
    "rewards": [0.58, 0.633],
    "sources": {"feedback": 700, "number": 200},
    "unexecuted": 0.01,
    "reasons": {"the rewrite invents a number": 12},
    "cost": {"count": 1100, "tokens": 493.0, "ms": 812.5},
    "arms": _ARMS,
    "ends": [600, 1200],
    "health": {
        "effective": 310.5,
        "effective_arms": {"simplify": 410.2, "none": 262.8},
        "alarms": [
            {
                "decision": DECISION_ID,
                "at_ms": 1795528800000,
                "began": f"d{_DIGEST}0c2d4b7c8a1f0022",
                "began_ms": 1795520000000,
            }
        ],
        "calibration": {
            "count": 900,
            "error": 0.013,
            "error_by_chance": 0.03,
            "bins": [
                {"count": 300, "predicted": 0.55, "came": 0.53, "band": 0.06, "enough": True},
                {"count": 300, "predicted": 0.61, "came": 0.62, "band": 0.06, "enough": True},
                {"count": 300, "predicted": 0.66, "came": 0.67, "band": 0.06, "enough": True},
            ],
            "coverages": [{"level": 0.9, "share": 0.91, "plausible": True, "enough": True}],
            "kind": "progressive",
        },
    },
}
ARMS = {
    "policy": _POLICY,
    "looked_at": 1200,
    "arms": _ARMS,
    "overall": [
        {**_OVERALL, "arm": "simplify", "rewards": 525, "words": "overall favours simplify by 0.040 +- 0.020"},
        {
            **_OVERALL,
            "arm": "none",
            "mean": -0.04,
            "rewards": 375,
            "words": "overall disfavours none by 0.040 +- 0.020",
        },
    ],
    "effects": [
        {**_NEGATION, "arm": "simplify", "rewards": 157, "words": "negation favours simplify by 0.040 +- 0.030"},
        {
            **_NEGATION,
            "arm": "none",
            "mean": -0.04,
            "rewards": 113,
            "words": "negation disfavours none by 0.040 +- 0.030",
        },
    ],
    "expected_wrong": 0.008,
    "level": 0.95,
    "against": "arms",
    "kind": "estimated",
}


def _line(summed: dict[str, list[float]], early: tuple[float, float, float], late: tuple[float, float, float]) -> Any:  # noqa: ANN401
    """Give a line whose first six stretches are alike, and the other six."""
    apart = zip(("mean", "low", "high"), early, late, strict=True)
    return {"summed": summed, "apart": {name: [first] * 6 + [then] * 6 for name, first, then in apart}}


_AT = {"points": [600, 1150], "ends": [*range(100, 1101, 100), 1150], "per": 100}
_NONE_ESTIMATED = _line(
    {"mean": [-9.0, -31.0], "low": [-14.0, -40.5], "high": [-4.2, -22.0]}, (-1.5, -2.4, -0.7), (-4.0, -5.0, -2.7)
)
_BEST_ESTIMATED = _line(
    {"mean": [7.8, 11.1], "low": [4.2, 6.1], "high": [12.5, 17.9]}, (1.3, 0.7, 2.2), (0.6, 0.2, 1.0)
)
_ORACLE_ESTIMATED = _line(
    {"mean": [10.8, 19.6], "low": [4.2, 6.1], "high": [15.6, 27.3]}, (1.8, 0.7, 2.7), (1.6, 0.2, 2.5)
)
_NONE_AUDITED = _line(
    {"mean": [-24.0, -57.5], "low": [-80.5, -126.5], "high": [34.5, 11.5]}, (-4.0, -62.0, 54.0), (-6.1, -63.0, 53.0)
)
_BEST_AUDITED = _line(
    {"mean": [18.0, 11.5], "low": [-46.0, -69.0], "high": [74.8, 92.0]}, (3.0, -55.0, 61.0), (-1.2, -57.0, 58.0)
)
_ORACLE_AUDITED = _line(
    {"mean": [90.0, 161.0], "low": [40.3, 92.0], "high": [143.8, 230.0]}, (15.0, 1.0, 51.0), (12.9, 0.5, 49.0)
)
REGRET = {
    "policy": {**_POLICY, "digest": "0d5e92c7", "engine": "openai", "model": "qwen2.5-7b"},  # `reader` can't judge
    "looked_at": 1150,
    "failed": 50,
    "older": 0,
    "from_ms": 1795510000000,
    "selected": 1150,
    "features": ["negation"],
    "true": {
        "reason": "112 of 120 decisions that were run on all arms earned another reward there than was learned",
        "kind": "unavailable",
    },
    "audited": {
        "audits": 120,
        "judges": {"qwen2.5-7b": 120},
        "best_static": "simplify",
        "against_best_static": {"mean": 0.01, "low": -0.06, "high": 0.08},
        "against": {
            "none": {"mean": -0.05, "low": -0.11, "high": 0.01},
            "simplify": {"mean": 0.01, "low": -0.05, "high": 0.08},
        },
        "against_best_of_each": {"mean": 0.14, "low": 0.08, "high": 0.2},
        "level": 0.95,
        "course": {
            **_AT,
            "against": {"none": _NONE_AUDITED, "simplify": _BEST_AUDITED},
            "best_static": _BEST_AUDITED,
            "best_of_each": _ORACLE_AUDITED,
        },
        "kind": "audited",
    },
    "estimated": {
        "rewards": 900,
        "total": 11.1,
        "low": 6.1,
        "high": 17.9,
        "level": 0.95,
        "best_static": "simplify",
        "against_best_of_each": {"mean": 19.6, "low": 6.1, "high": 27.3},
        "course": {
            **_AT,
            "against": {"none": _NONE_ESTIMATED, "simplify": _BEST_ESTIMATED},
            "best_static": _BEST_ESTIMATED,
            "best_of_each": _ORACLE_ESTIMATED,
        },
        "kind": "estimated",
    },
}
_ESTIMATE = {"value": 0.54, "standard_error": 0.02, "low": 0.47, "high": 0.61}
VALUE = {
    "policy": _POLICY,
    "looked_at": 1200,
    "other": {
        "policy": "fixed:none",
        "version": "1",
        "level": 0.95,
        "rows": 900,
        "earned": 0.607,
        "ips": _ESTIMATE,
        "snips": _ESTIMATE,
        "direct": _ESTIMATE,
        "doubly_robust": _ESTIMATE,
        "logged": {"value": 0.607, "standard_error": 0.01, "low": 0.57, "high": 0.64},
        "difference": {"value": -0.067, "standard_error": 0.02, "low": -0.13, "high": -0.004},
        "effective_rows": 140.5,
        "largest_weight": 21.0,
        "supported": 0.98,
        "modelled": 0.02,
        "warnings": [],
    },
    "kind": "estimated",
}
DRAW = {
    "decision": DECISION_ID,
    "at_ms": 1795528800000,
    "policy": "adaptive-thompson",
    "policy_version": "1;baseline=none",
    "features_version": "3 en_riffler-1.0.0",
    "arm": "simplify",
    "x": {"bias": 1.0, "negation": 1.0},
    "arms": [
        {
            "arm": "simplify",
            "propensity": 0.8,
            "drawn": True,
            "mean": 0.66,
            "margin": 0.05,
            "contributions": [
                {"feature": "bias", "x": 1.0, "mean": 0.61, "margin": 0.03},
                {"feature": "negation", "x": 1.0, "mean": 0.05, "margin": 0.04},
            ],
        },
        {
            "arm": "none",
            "propensity": 0.2,
            "drawn": False,
            "mean": 0.55,
            "margin": 0.05,
            "contributions": [
                {"feature": "bias", "x": 1.0, "mean": 0.57, "margin": 0.03},
                {"feature": "negation", "x": 1.0, "mean": -0.02, "margin": 0.04},
            ],
        },
    ],
    "learned": 900.0,
    "state": "rewarded",
    "reward": 1.0,
    "source": "feedback",
    "parts": {"feedback": 1.0},
    "unexecuted": "",
    "tokens": 493,
    "ms": 812.5,
    "kind": "estimated",
}
SHOWN_REWRITE = {
    "decision": DECISION_ID,
    "session": "pier",
    "version": 2,
    "query": "When exactly does the harbour not open?",
    "rewritten": "When does the harbour not open?",
    "unavailable": "",
}
TAKEN_IN = {
    "digest": _DIGEST,
    "rows": 1200,
    "rewards": 893,
    "corrected": 2,
    "repeated": 0,
    "void": 1,
    "left_out": {"shorten": 4},
    "whole": True,
}
LOG = "".join(
    f"{json.dumps(line)}\n"
    for line in [
        {
            "format": "riffler-decisions",
            "version": 1,
            "digest": _DIGEST,
            "dimension": 2,
            "engine": "reader",
            "model": "reader-rules",
            "arms_version": "5c1d0f2e7a90-rule",
            "features_version": "3 en_riffler-1.0.0",
            "policy_version": "adaptive-thompson 1;baseline=none",
        },
        {
            "id": DECISION_ID,
            "features_version": "3 en_riffler-1.0.0",
            "x": [1.0, 1.0],
            "allowed": ["none", "simplify"],
            "propensities": {"none": 0.2, "simplify": 0.8},
            "arm": "simplify",
            "policy": "adaptive-thompson",
            "policy_version": "1;baseline=none",
            "state": "rewarded",
            "reward": 1.0,
            "order": 1,
            "source": "feedback",
            "parts": {"feedback": 1.0},
            "cost": {"tokens": 493, "ms": 812.5},
            "unexecuted": "",
            "at_ms": 1795528800000,
        },
        {"end": "riffler-decisions", "rows": 1},
    ]
)
