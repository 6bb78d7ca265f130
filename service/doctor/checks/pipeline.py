"""The spaCy pipeline: it loads, what it can tell, and how long it takes over a query."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check, apart
from riffler.service.doctor.subject import Subject

if TYPE_CHECKING:
    from spacy.language import Language

_QUERY = "Which of the three harbours that the old map shows was closed in winter, and who had ordered it, and why?"
"""Twenty words."""
_SAID = "The harbours lie on one coast."
"""What was said before it."""
_TIMES = 20
_SLOW_MS = 50.0


async def _run(subject: Subject) -> list[Finding]:
    if not subject.settings.rewriting:
        return [Finding("skip", "rewriting is off, so nothing reads queries")]
    return await apart(lambda: _look(subject.settings.pipeline))


def _look(name: str | None) -> list[Finding]:
    from riffler.bandits.features import extract  # noqa: PLC0415 - spaCy takes a second
    from riffler.bandits.pipeline import load_pipeline, parse, pipeline_label  # noqa: PLC0415

    began = time.perf_counter()
    pipeline = load_pipeline(name)
    load_s = time.perf_counter() - began
    spent_ms = _parse_ms(pipeline)
    parts = ", ".join(pipeline.pipe_names) or "a tokenizer only"
    said = f"{pipeline_label(pipeline)} ({parts}), loaded in {load_s:.1f} s, {spent_ms:.2f} ms for a query of 20 words"
    measured: dict[str, float | str] = {"pipeline": pipeline_label(pipeline), "load_s": load_s, "parse_ms": spent_ms}
    query = parse(pipeline, _QUERY, (_SAID,))
    unknown = [feature for feature, found in extract(query.doc, query.remembered).evidence.items() if found is None]
    if unknown:
        mend = "Unset RIFFLER_PIPELINE, or name an English pipeline that has a tagger and a parser."
        return [Finding("warn", f"{said}; it can't tell {', '.join(unknown)}", mend, measured)]
    if spent_ms > _SLOW_MS:
        return [Finding("warn", said, "Take a smaller pipeline: each question waits for it.", measured)]
    return [Finding("ok", f"{said}; every feature is known", measured=measured)]


def _parse_ms(pipeline: Language) -> float:
    from riffler.bandits.pipeline import parse  # noqa: PLC0415

    spent: list[float] = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        parse(pipeline, _QUERY)
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


CHECK = Check("pipeline", _run, deadline_s=90.0)
