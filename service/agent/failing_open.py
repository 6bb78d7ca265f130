"""Failing open: whatever a pipeline, a policy or an arm may raise, the raw query must go on (the design's rule 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from riffler.errors import RewriteFailed, RifflerError


@contextmanager
def failing_open(what: str) -> Iterator[None]:
    """Make whatever is raised inside a `RewriteFailed`.

    Args:
        what: What is done inside.

    Yields:
        Nothing.

    Raises:
        RewriteFailed: It failed.
        RifflerError: Riffler's own errors stay what they are.
    """
    try:
        yield
    except RifflerError:
        raise
    except Exception as exc:
        raise RewriteFailed(f"{what} failed ({type(exc).__name__})") from exc
