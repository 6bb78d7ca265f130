"""What a client would rather have, by its `Accept` (RFC 9110, 12.5.1): an answer as JSON, or events."""

from __future__ import annotations

import re

EVENTS = "text/event-stream"
_JSON = "application/json"
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


def wants_events(accept: str) -> bool:
    """Tell whether a question is to be answered by events.

    Args:
        accept: The header; empty when there is none.

    Returns:
        Whether events are liked more than JSON, or as much and named themselves. Who likes neither gets JSON.
    """
    weights = _weights(accept)
    events, json = _weight(EVENTS, weights), _weight(_JSON, weights)
    return events > json or (EVENTS in weights and events == json > 0)


def _weights(accept: str) -> dict[str, float]:
    """Read the weight of each range of types; the last word on a range counts."""
    weights: dict[str, float] = {}
    for each in accept.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        given = next((value for key, _, value in (part.partition("=") for part in parameters) if key == "q"), "1")
        if name:
            weights[name] = float(given) if _WEIGHT.fullmatch(given) else 1.0  # a weight that is none is no refusal
    return weights


def _weight(kind: str, weights: dict[str, float]) -> float:
    """Give the weight of a type: that of the narrowest range which has it."""
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((weights[name] for name in ranges if name in weights), 0.0)
