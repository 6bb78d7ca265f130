"""Finds what holds an agent's stream back. That stands on insides of LangChain's, which any release may move.

Where they aren't what they were, agents go on: their streams then also show what is done inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from langchain_core.messages import AIMessage

from riffler.service.logs import get_logger

_LOG = get_logger("langchain")


class Holding(Protocol):
    """Holds back what one handler of a stream hears of a reply."""

    def decide(self, message: AIMessage, ids: frozenset[str]) -> None:
        """Let go what the agent is to hear of a reply.

        Args:
            message: The reply.
            ids: Of its calls of Riffler's tools.
        """
        ...


class Holder(Protocol):
    """Stands before the handlers of an agent's stream of messages, for one model call."""

    def __call__(self, *, wanted: bool) -> AbstractContextManager[Sequence[Holding]]:
        """Begin.

        Args:
            wanted: Whether anything may have to be held back.

        Returns:
            Gives those that stand before a handler.
        """
        ...


def holder() -> Holder:
    """Find it.

    Returns:
        The holder; one that holds nothing back where this version of LangChain isn't known.
    """
    try:
        from riffler.service.integrations.langchain.holding import held_back  # noqa: PLC0415 - it may be impossible
    except ImportError as exc:
        _LOG.warning("calls of Riffler's tools show in agents' streams: this LangChain isn't known", why=str(exc))
        return _nothing_held
    return held_back


@contextmanager
def _nothing_held(*, wanted: bool) -> Iterator[Sequence[Holding]]:
    yield ()
