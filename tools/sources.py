"""All texts of a session in which who looks at it can search: originals, calls' arguments, summaries and rewrites.

Each message has its own texts first, then the arguments of its calls, then the summaries of its fragments, then the
rewrites of its asking part; all are numbered as if they were slots, so that ways of finding read them like messages.
Summaries and rewrites that were given up since are found in the versions that made them, as far as those are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from riffler.tools.events import FragmentSummarised, QueryRewritten
from riffler.tools.fragments import FragmentState, Span
from riffler.tools.history import Version
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message

FoundIn = Literal["original", "call", "summary", "rewrite"]


@dataclass(frozen=True, slots=True)
class Source:
    """A text that can be searched.

    Attributes:
        kind: What it is.
        text: The text.
        span: The original characters that it is or stands for; None of a call.
        name: Id of the call, or of the summarised fragment; else empty.
        gone: Number of the version that made it, where it was given up since; else None.
    """

    kind: FoundIn
    text: str
    span: Span | None
    name: str = ""
    gone: int | None = None


@dataclass(frozen=True, slots=True)
class SourcesOfMessage:
    """The texts of one message, for ways of finding.

    Attributes:
        all: Its sources.
        texts: Their texts.
    """

    all: tuple[Source, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Sources:
    """All texts of a working memory.

    Attributes:
        memory: The working memory.
        past: The versions that led to it, the newest first, as many as should be looked at.
    """

    memory: WorkingMemory
    past: Sequence[Version] = ()

    @cached_property
    def messages(self) -> tuple[SourcesOfMessage, ...]:
        """By message, what can be searched."""
        stand_ins: dict[int, list[Source]] = {}
        for source in sorted((*self._summaries(), *self._rewrites()), key=_order):
            assert source.span is not None  # noqa: S101 - both kinds have one
            stand_ins.setdefault(source.span.message, []).append(source)
        found: list[SourcesOfMessage] = []
        for index, message in enumerate(self.memory.messages):
            sources = (*_own(message, index), *stand_ins.get(index, ()))
            found.append(SourcesOfMessage(sources, tuple(source.text for source in sources)))
        return tuple(found)

    def areas(self, kind: FoundIn | None = None) -> list[Span]:
        """Give where to look.

        Args:
            kind: In texts of this kind only; None is all.

        Returns:
            A span for each text that isn't empty, in order.
        """
        return [
            Span(index, number, 0, len(source.text))
            for index, message in enumerate(self.messages)
            for number, source in enumerate(message.all)
            if source.text and kind in {None, source.kind}
        ]

    def _summaries(self) -> Iterator[Source]:
        """Give each fragment's summary, and those that it had before; one that it had again once."""
        fragments = self.memory.fragments
        known = set[tuple[str, str]]()
        for fragment in fragments.values():
            if fragment.state is FragmentState.SUMMARISED:
                known.add((fragment.id, fragment.summary))
                yield Source("summary", fragment.summary, fragment.span, fragment.id)
        for version, event in self._events():
            if isinstance(event, FragmentSummarised) and (event.id, event.summary) not in known:
                known.add((event.id, event.summary))
                yield Source("summary", event.summary, fragments[event.id].span, event.id, version)

    def _rewrites(self) -> Iterator[Source]:
        """Give the question's rewrite, and those of questions before it."""
        known = set[tuple[Span, str]]()
        now = self.memory.rewrite
        if now is not None and now.text is not None:
            known.add((now.span, now.text))
            yield Source("rewrite", now.text, now.span)
        for version, event in self._events():
            if isinstance(event, QueryRewritten) and event.text is not None and (event.span, event.text) not in known:
                known.add((event.span, event.text))
                yield Source("rewrite", event.text, event.span, gone=version)

    def _events(self) -> Iterator[tuple[int, object]]:
        """Give what happened, the newest first, each with its version."""
        for version in self.past:
            for event in reversed(version.events):
                yield version.number, event


def _own(message: Message, index: int) -> Iterator[Source]:
    """Give what a message itself holds."""
    for slot, text in enumerate(message.texts):
        yield Source("original", text, Span(index, slot, 0, len(text)))
    for call in message.tool_calls:
        yield Source("call", call.arguments, None, call.id)


def _order(source: Source) -> tuple[bool, int, int, int, int]:
    """Summaries first, by position; of one place what is shown now, then what was, the newest first."""
    span = source.span
    assert span is not None  # noqa: S101 - both kinds have one
    return source.kind == "rewrite", span.slot, span.start, -span.end, -1 if source.gone is None else 1
