"""Which session a graph's thread is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph.config import get_config

from riffler.service.ports.session_names import fitting_name


def session_of(config: Mapping[str, Any] | None = None) -> str:
    """Name the session of a graph's thread.

    Args:
        config: The run's; None takes that of the node which runs.

    Returns:
        The thread's id, with the names of the nodes that lead to a subgraph behind it: agents of one thread have a
        session each. A name that no session may have becomes a digest. Empty where there is no thread: then a
        conversation is known by what was said.
    """
    if config is None:
        try:
            config = get_config()
        except RuntimeError:  # no graph runs
            return ""
    known: Mapping[str, Any] = config.get("configurable") or {}
    thread = known.get("thread_id")
    if thread is None:
        return ""
    path = [step.partition(":")[0] for step in str(known.get("checkpoint_ns") or "").split("|")[:-1]]
    return session_named(".".join([str(thread), *path]))


def session_named(name: str) -> str:
    """Make a name one that a session may have.

    Args:
        name: Any.

    Returns:
        The name, or a digest of it.
    """
    return fitting_name(name, "thread")
