"""Samples in files: one for so many episodes, written whole or not at all, so that a run that was ended goes on."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riffler.service.training.nano.record import recording
from riffler.service.training.nano.skills import episode
from riffler.tools.tokens import TokenCounter

IN_A_FILE = 200
"""Episodes of one file."""


@dataclass(frozen=True)
class Counts:
    """What was written.

    Attributes:
        episodes: How many, by skill.
        samples: How many, by skill.
        longest_tokens: Of a request with its move, by skill.
        faults: Of episodes that teach nothing, by the reason's first words.
    """

    episodes: Counter[str]
    samples: Counter[str]
    longest_tokens: Counter[str]
    faults: Counter[str]


async def write_samples(
    folder: Path,
    seed: int,
    count: int,
    counter: TokenCounter,
    *,
    tell: Callable[[int], None] = lambda _: None,
    window_tokens: int = 8192,
) -> Counts:
    """Play episodes and write their samples. Files that are there already stay as they are.

    Args:
        folder: Where to; it is made when it is missing.
        seed: Of the episodes.
        count: How many; the last file may have fewer than the others.
        counter: Counts tokens as the model will that is trained.
        tell: Is told after each episode how many are done in this run.
        window_tokens: The window of that model, which views are made to fit.

    Returns:
        What this run wrote.
    """
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs here meanwhile
    counts, number = Counts(Counter(), Counter(), Counter(), Counter()), 0
    async with recording(counter, window_tokens) as recorder:
        for first in range(0, count, IN_A_FILE):
            last = min(first + IN_A_FILE, count)
            path = folder / f"{seed}-{first:07}-{last:07}.jsonl.gz"
            if path.exists():
                continue
            lines: list[str] = []
            at = first - 1
            async for played in recorder.play(episode(seed, each) for each in range(first, last)):
                at += 1
                skill = played.episode.skill
                counts.episodes[skill] += 1
                counts.samples[skill] += len(played.samples)
                longest = max((sample.tokens(counter) for sample in played.samples), default=0)
                counts.longest_tokens[skill] = max(counts.longest_tokens[skill], longest)
                if played.fault:
                    counts.faults[f"{skill}: {played.fault}"] += 1
                head = {"skill": skill, "episode": f"{seed}-{at}"}
                lines += [json.dumps(head | each.to_dict(), ensure_ascii=False) for each in played.samples]
                number += 1
                tell(number)
            _write(path, lines)
    return counts


def _write(path: Path, lines: list[str]) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 5, mtime=0))
    part.replace(path)


def read_samples(folder: Path) -> Iterator[dict[str, Any]]:
    """Read all samples of a folder, file by file in the order of their names.

    Args:
        folder: What `write_samples` wrote to.

    Yields:
        Each sample: `skill`, `episode`, `messages`, `tools` and `said`; those of one episode follow each other.
    """
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
