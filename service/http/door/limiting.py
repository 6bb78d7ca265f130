"""Limits over HTTP: 429 for who is over one, and in each answer what is left.

The fields are those of the IETF's draft "RateLimit header fields for HTTP"
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, the form with policies by name, as of its
revision 08 and later): `RateLimit-Policy` names the limits (`q` the quota, `w` the window in seconds), `RateLimit` what
is left of each (`r`, and `t` the seconds until all is there again). A tenant's have names that begin with `tenant-`.
"""

from __future__ import annotations

from riffler.errors import LimitReached
from riffler.service.access.limits import WINDOWS_S, Left, Owner, Rest

_WHO: dict[Owner, str] = {"key": "this key has", "tenant": "the keys of this tenant have together"}
_WORDS = {
    "requests": "made as many requests as {one} may in a minute (RIFFLER_{owner}_REQUESTS_PER_MINUTE)",
    "tokens": "used as many tokens as {one} may on a day (RIFFLER_{owner}_TOKENS_PER_DAY)",
    "running": "requests that run and may use what is left of a day's tokens (RIFFLER_{owner}_TOKENS_PER_DAY): wait",
    "bytes": "sent as many bytes as {one} may on a day, or would with this (RIFFLER_{owner}_BYTES_PER_DAY)",
}


def fields_of(left: Left) -> dict[str, str]:
    """Write what is left as header fields.

    Args:
        left: What is left.

    Returns:
        The fields; none where nothing is limited.
    """
    if not left.rests:
        return {}
    policies = ", ".join(f'"{_name(rest)}";q={rest.most};w={WINDOWS_S[rest.kind]}' for rest in left.rests)
    rests = ", ".join(f'"{_name(rest)}";r={rest.left};t={rest.reset_s}' for rest in left.rests)
    return {"RateLimit-Policy": policies, "RateLimit": rests}


def reached(left: Left) -> LimitReached | None:
    """Word a refusal.

    Args:
        left: What is left.

    Returns:
        The error; None where nothing is refused.
    """
    if left.refused is None:
        return None
    owner, what = left.refused
    words = _WORDS[what].format(one="it" if owner == "key" else "they", owner=owner.upper())
    error = LimitReached(f"limit: {_WHO[owner]} {words}")
    error.retry_s = left.retry_s
    return error


def _name(rest: Rest) -> str:
    return rest.kind if rest.owner == "key" else f"tenant-{rest.kind}"
