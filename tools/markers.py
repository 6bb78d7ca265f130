"""Markers: what a view shows where text is hidden, and how a look-alike in a user's text is kept apart.

    [[f0001a folded 812 tokens]]
    [[f00001-f00028 folded 40 fragments 20000 tokens]]     neighbours whose ids follow each other share one marker
    [[f0001a summary of 812 tokens: ...]]
    [[status f00001-f00028 folded; f00029 visible]]

Nothing in Riffler ever reads a marker back from text: states live in the working memory. The danger is that the
*model* takes a user's text for a marker. So each session has a *fence*: the smallest number n for which no text of the
conversation contains a marker of fence n. Fence 0 opens with `[[`, fence n with `[[n:`. When a text with a look-alike
arrives, the fence moves on, and only true markers carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count

from riffler.tools.fragments import Fragment
from riffler.tools.runs import run_words, runs_of

_LOOK_ALIKE = re.compile(r"\[\[(?:(\d{1,9}):)?(?=f[0-9a-f]{5}|status)")
"""Nine digits are enough: a fence of ten would need a thousand million look-alikes before it."""


_MOST_RUNS = 200
"""Runs that the status line names: some two thousand tokens."""


def taken_fences(texts: Iterable[str]) -> frozenset[int]:
    """Find the fences that texts have look-alikes of.

    Args:
        texts: Texts of a conversation.

    Returns:
        The fences; empty for nearly every text.
    """
    found: set[str] = set()
    for text in texts:
        found.update(_LOOK_ALIKE.findall(text))  # their numbers; a text may be megabytes of nothing else
    return frozenset(int(number or 0) for number in found)


def free_fence(taken: frozenset[int]) -> int:
    """Choose a session's fence.

    Args:
        taken: The fences that its texts have look-alikes of.

    Returns:
        The smallest number, from 0, that isn't taken.
    """
    return next(fence for fence in count() if fence not in taken)


def has_look_alike(text: str) -> bool:
    """Tell whether a text contains something that reads like a marker of any fence."""
    return _LOOK_ALIKE.search(text) is not None


def opening(fence: int) -> str:
    """Give what a marker of this fence begins with."""
    return f"[[{fence}:" if fence else "[["


def folded_marker(run: Sequence[Fragment], fence: int) -> str:
    """Write the marker of neighbouring folded fragments.

    Args:
        run: At least one fragment, by position.
        fence: The session's fence.

    Returns:
        The marker.
    """
    tokens = sum(fragment.tokens for fragment in run)
    if len(run) == 1:
        return f"{opening(fence)}{run[0].id} folded {tokens} tokens]]"
    return f"{opening(fence)}{run[0].id}-{run[-1].id} folded {len(run)} fragments {tokens} tokens]]"


def summary_marker(fragment: Fragment, fence: int) -> str:
    """Write what stands in a summarised fragment's place.

    Args:
        fragment: A summarised fragment.
        fence: The session's fence.

    Returns:
        The marker with the summary.
    """
    return f"{opening(fence)}{fragment.id} summary of {fragment.tokens} tokens: {fragment.summary}]]"


def status_line(fragments: Sequence[Fragment], fence: int) -> str:
    """Write the line that names fragments and their states; neighbours of one state whose ids follow on are merged.

    Args:
        fragments: All fragments that no hidden one contains, by position; at least one.
        fence: The session's fence.

    Returns:
        One line.
    """
    runs = runs_of(fragments)
    more = sum(len(run) for run in runs[_MOST_RUNS:])
    words = [*map(_run_words, runs[:_MOST_RUNS]), *([f"and {more} more"] if more else [])]
    return f"{opening(fence)}status {'; '.join(words)}]]"


def _run_words(run: Sequence[Fragment]) -> str:
    return f"{run_words(run)} {run[0].state}"
