"""Limits over HTTP: 429 for who is over one, and in each answer what is left.

The fields are those of the IETF's draft "RateLimit header fields for HTTP"
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, the form with policies by name, as of its
revision 08 and later): `RateLimit-Policy` names the limits (`q` the quota, `w` the window in seconds), `RateLimit` what
is left of each (`r`, and `t` the seconds until all is there again).
"""

from __future__ import annotations

from riffler.errors import LimitReached
from riffler.service.access.limits import DAY_S, MINUTE_S, Left, Limits

_WORDS = {
    "requests": "has made as many requests as it may in a minute (RIFFLER_KEY_REQUESTS_PER_MINUTE)",
    "tokens": "has used as many tokens as it may on a day (RIFFLER_KEY_TOKENS_PER_DAY)",
}


def fields_of(limits: Limits, left: Left) -> dict[str, str]:
    """Write what is left as header fields.

    Args:
        limits: The limits.
        left: What is left.

    Returns:
        The fields; none where nothing is limited by time.
    """
    policies, rests = [], []
    if limits.requests:
        policies.append(f'"requests";q={limits.requests};w={MINUTE_S}')
        rests.append(f'"requests";r={left.requests};t={left.requests_reset_s}')
    if limits.tokens:
        policies.append(f'"tokens";q={limits.tokens};w={DAY_S}')
        rests.append(f'"tokens";r={left.tokens};t={left.tokens_reset_s}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(rests)} if policies else {}


def reached(left: Left) -> LimitReached | None:
    """Word a refusal.

    Args:
        left: What is left.

    Returns:
        The error; None where nothing is refused.
    """
    if not left.refused:
        return None
    error = LimitReached(f"limit: this key {_WORDS[left.refused]}")
    error.retry_s = left.retry_s
    return error
