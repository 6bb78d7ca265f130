r"""Reads the last `\boxed{...}` of an answer, as NeedleBench's scorer does.

The rules were read in `needlebench_v2/atc_elder_only.py` of github.com/open-compass/opencompass (Apache-2.0); the code
is ours. The last box counts (the last `\fbox` where there is no `\boxed`), with its braces in balance; a second pair of
braces, `\text{}`, backslashes, quotation marks and runs of white space inside don't.
"""

from __future__ import annotations

import re

_COMMANDS = re.compile(r"\\(?:text|boxed)\{([^}]+)\}")


def read_boxed(text: str) -> str:
    """Read the boxed answer.

    Args:
        text: The whole answer.

    Returns:
        What stands in the last box; empty when there is none, or it is never closed.
    """
    start = text.rfind("\\boxed")
    if start < 0:
        start = text.rfind("\\fbox")
    opening = text.find("{", start) if start >= 0 else -1
    if opening < 0:
        return ""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return _clean(text[opening + 1 : at].strip())
    return ""


def _clean(inside: str) -> str:
    """Take off what models put around a name."""
    while inside.startswith("{") and inside.endswith("}"):
        inside = inside[1:-1].strip()
    inside = _COMMANDS.sub(r"\1", inside)
    inside = re.sub(r"\s+", " ", re.sub(r"[\\\"']", "", inside)).strip()
    return inside.replace("~", " ").strip()
