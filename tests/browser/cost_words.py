"""How the page of costs must write figures: in Python, from the words that the page's tests expect."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZONE, AHEAD = "Asia/Kathmandu", timedelta(hours=5, minutes=45)
"""A clock of who looks, that no server has."""
MAKERS = {"app": "by hand", "model": "the model", "riffler": "Riffler"}
SUMS = ("prompt_tokens", "saved_tokens", "cached_tokens", "billed_tokens", "completion_tokens")
"""The order of the columns of sums; at the page's top it is the same."""


def fixed(value: float, digits: int = 0) -> str:
    """Write a number with so many digits, its thousands apart and with a true minus."""
    step = Decimal(1).scaleb(-digits)
    rounded = Decimal(value).quantize(step, ROUND_HALF_UP)
    return f"{rounded + 0:,.{digits}f}".replace("-", "−")


def some(number: int, name: str) -> str:
    """Count something."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """Write a share."""
    return f"{fixed(100 * share, 1)} %"


def spent(ms: float) -> str:
    """Write a time that something took."""
    if ms < 1000:
        return f"{fixed(ms, int(ms < 10))}\u00a0ms"
    return f"{fixed(ms / 1000, 1)}\u00a0s" if ms < 120_000 else f"{fixed(ms / 60_000, 1)}\u00a0min"


def moment(ms: int) -> str:
    """Write a moment by the clock of who looks."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC) + AHEAD:%Y-%m-%d %H:%M:%S}"


def sums_row(each: dict[str, Any]) -> list[str]:
    """Write the columns that the tables of sessions and of engines have in common."""
    of = each["sums"]
    figures = [fixed(of[name]) for name in ("turns", "calls", *SUMS)]
    return [*figures, spent(of["ms"]), moment(each["last_ms"])]


def parts_row(each: dict[str, Any], turns: int) -> list[str]:
    """Write a part of turns, without what it does."""
    return [each["part"], spent(each["ms"]), spent(each["ms"] / turns), percent(each["share"])]


def maker_row(each: dict[str, Any]) -> list[str]:
    """Write what the edits of one maker came to."""
    of = each["sums"]
    counts = ("edits", "paid_back", "not_yet", "never", "shown_again", "freed_tokens")
    tokens = ("earned_tokens", "owed_tokens", "balance_tokens")
    return [
        MAKERS[each["actor"]],
        each["tool"] or "to make it fit",
        *(fixed(of[name]) for name in counts),
        *(fixed(of[name], 1) for name in tokens),
    ]


def edit_row(each: dict[str, Any]) -> list[str]:
    """Write one edit."""
    even, lacks = each["breaks_even"], each["lacks"]
    stands = {
        "paid_back": "paid back" if each["owed_tokens"] > 0 else "costs nothing",
        "shown_again": "shows text again",
        "never": "never",
        "not_yet": f"not yet: {some(lacks or 0, 'more call')}",
    }[each["standing"]]
    after = "–" if each["standing"] == "shown_again" else {None: "never", 0: "at once"}.get(even, fixed(even or 0))
    return [
        moment(each["at_ms"]),
        each["session"],
        str(each["version"]),
        MAKERS[each["actor"]],
        each["tool"] or "to make it fit",
        *(fixed(each[name]) for name in ("freed_tokens", "rewritten_tokens")),
        after,
        fixed(each["calls"]),
        *(fixed(each[name], 1) for name in ("earned_tokens", "owed_tokens", "balance_tokens")),
        stands,
    ]
