"""Texts in titled sections, and what of a section can be seen in a view."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.noise import sentences
from riffler.service.training.nano.words import words

_MARKER = re.compile(r"\[\[(f[0-9a-f]{5})(?:-f[0-9a-f]{5})? folded (?:(\d+) fragments )?(\d+) tokens\]\]")


@dataclass(frozen=True)
class Section:
    """A titled part of a text.

    Attributes:
        title: As questions name it; no other title has it within.
        heading: The line, or the two, that it stands in.
        sentences: What it says.
        between: What stands between two sentences.
    """

    title: str
    heading: str
    sentences: tuple[str, ...]
    between: str = " "

    @property
    def body(self) -> str:
        """The text below the heading."""
        return self.between.join(self.sentences)

    @property
    def text(self) -> str:
        """The heading and the text below it."""
        return f"{self.heading}\n\n{self.body}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a section stands in a view.

    Attributes:
        text: What of it stands below its heading, up to the first marker; empty where the heading isn't seen.
        whole: Whether all of it does, and its end can be told.
        hidden_in: Id of the first fragment that hides some of it, where the heading is seen; else empty.
    """

    text: str = ""
    whole: bool = False
    hidden_in: str = ""


def titles(rng: random.Random, count: int) -> list[str]:
    """Draw titles of one to three words.

    Args:
        rng: Source of the draws.
        count: How many.

    Returns:
        The titles; none stands inside another.
    """
    sizes = [rng.choice((1, 2, 2, 3)) for _ in range(count)]
    drawn = words(rng, sum(sizes))
    starts = [sum(sizes[:at]) for at in range(count)]
    return [" ".join(drawn[start : start + size]).capitalize() for start, size in zip(starts, sizes, strict=True)]


def laid_out(rng: random.Random, sections: Sequence[Section], most: int, least: int = 1) -> tuple[str, ...]:
    """Put sections into texts, in their order.

    Args:
        rng: Source of the draws.
        sections: The sections, at least `least`.
        most: How many a text has at most, but for the last, which may have as many as two.
        least: How many it has at least.

    Returns:
        The texts.
    """
    texts, at = list[str](), 0
    while at < len(sections):
        size = rng.randint(least, max(least, most))
        if len(sections) - at - size < least:
            size = len(sections) - at
        texts.append("\n\n".join(section.text for section in sections[at : at + size]))
        at += size
    return tuple(texts)


def named(rng: random.Random, sections: Sequence[Section]) -> str:
    """List titles, as a question names them.

    Args:
        rng: Source of the draws.
        sections: Whose.

    Returns:
        The titles, in quotes or not.
    """
    mark = rng.choice(("", "", '"', "'"))
    said = [f"{mark}{section.title}{mark}" for section in sections]
    if len(said) > 1 and rng.random() < 0.6:
        return f"{', '.join(said[:-1])} and {said[-1]}"
    return ", ".join(said)


def make_sections(rng: random.Random, sizes: Sequence[int], heading: str, between: str) -> list[Section]:
    """Make sections that say nothing in particular.

    Args:
        rng: Source of the draws.
        sizes: How many sentences each has.
        heading: The form of a heading.
        between: What stands between two sentences.

    Returns:
        The sections.
    """
    return [
        Section(title, heading.format(t=title, n=number), tuple(sentences(rng, size)), between)
        for number, (title, size) in enumerate(zip(titles(rng, len(sizes)), sizes, strict=True), 1)
    ]


def seen(request: EngineRequest, section: Section, others: Sequence[Section]) -> Seen:
    """Tell what of a section can be seen.

    Args:
        request: What the model sees.
        section: The section.
        others: All sections: where the next one's heading is seen, this one ends.

    Returns:
        What of it stands in the view.
    """
    for message in request.messages:
        found = _heading(section).search(message.text) if message.role == "user" else None
        if found is None:
            continue
        rest = message.text[found.end() :]
        ends = [end.start() for other in others if (end := _heading(other).search(rest))]
        shown = rest[: min(ends, default=len(rest))]
        marker = _MARKER.search(shown)
        return Seen(shown[: marker.start()], hidden_in=marker[1]) if marker else Seen(shown, whole=True)
    return Seen()


def _heading(section: Section) -> re.Pattern[str]:
    """Give what finds a heading where it stands alone, or beside a marker, which takes the ends of lines with it."""
    return re.compile(rf"(?:^|(?<=\]\])){re.escape(section.heading)}(?=\n|\[\[|\Z)", re.MULTILINE)


def size_of(request: EngineRequest, fragment: str) -> int:
    """Tell about how many tokens a folded fragment has, from the markers in view.

    Args:
        request: What the model sees.
        fragment: Its id.

    Returns:
        The tokens that its own marker says; of a marker for several, their mean; 0 where none stands for it.
    """
    for message in request.messages:
        for marker in _MARKER.finditer(message.text):
            count = int(marker[2] or 1)
            if 0 <= int(fragment[1:], 16) - int(marker[1][1:], 16) < count:
                return int(marker[3]) // count
    return 0
