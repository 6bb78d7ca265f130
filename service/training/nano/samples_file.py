"""Samples in files: one for so many episodes, written whole or not at all, so that a run that was ended goes on.

The first line of a file tells what was counted as it was written, each other one is a sample.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riffler.errors import InvalidSetting
from riffler.service.training.nano.drills import drill
from riffler.service.training.nano.families import Kin, family
from riffler.service.training.nano.record import Played, recording
from riffler.tools.tokens import TokenCounter

IN_A_FILE = 200
"""Families of one file."""


@dataclass(frozen=True)
class Counts:
    """What was written.

    Attributes:
        episodes: How many, by skill.
        samples: How many, by skill.
        longest_tokens: Of a request with its move, by skill.
        faults: Of episodes that teach nothing, by the reason's first words.
    """

    episodes: Counter[str] = field(default_factory=Counter)
    samples: Counter[str] = field(default_factory=Counter)
    longest_tokens: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Counts) -> Counts:
        """Count both; the longest is the longer one."""
        return Counts(
            self.episodes + other.episodes,
            self.samples + other.samples,
            self.longest_tokens | other.longest_tokens,
            self.faults + other.faults,
        )


async def write_samples(
    folder: Path,
    seed: int,
    count: int,
    counter: TokenCounter,
    *,
    tell: Callable[[int], None] = lambda _: None,
    window_tokens: int = 8192,
    kin: Kin = Kin(),  # noqa: B008 - it can't be changed
) -> Counts:
    """Play families of episodes and write their samples. Files that are there already stay as they are.

    Args:
        folder: Where to; it is made when it is missing.
        seed: Of the families.
        count: How many; the last file may have fewer than the others.
        counter: Counts tokens as the model will that is trained.
        tell: Is told after each family how many are done in this run.
        window_tokens: The window of that model, which views are made to fit.
        kin: What the families are like; by default each is one episode.

    Returns:
        What this run wrote; `read_counts` tells of all.
    """
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs here meanwhile
    total, number = Counts(), 0
    async with recording(counter, window_tokens) as recorder:
        for path, numbers in _files(folder, seed, count).items():
            if path.exists():
                continue
            counts, samples = Counts(), list[dict[str, Any]]()
            for at in numbers:
                async for played in recorder.play(family(seed, at, kin)):
                    _count(counts, played, counter)
                    head = {"skill": played.episode.skill, "episode": f"{seed}-{at}"}
                    samples += [head | each.to_dict() for each in played.samples]
                number += 1
                tell(number)
            write_file(path, counts, samples)
            total += counts
    return total


def _count(counts: Counts, played: Played, counter: TokenCounter) -> None:
    skill = played.episode.skill
    counts.episodes[skill] += 1
    counts.samples[skill] += len(played.samples)
    longest = max((sample.tokens(counter) for sample in played.samples), default=0)
    counts.longest_tokens[skill] = max(counts.longest_tokens[skill], longest)
    if played.fault:
        counts.faults[f"{skill}: {played.fault}"] += 1


def write_drills(
    folder: Path,
    seed: int,
    count: int,
    size: int,
    kinds: Collection[str] = (),
    *,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Write the samples of drills. Files that are there already stay as they are.

    Args:
        folder: Where to; it is made when it is missing.
        seed: Of the drills.
        count: How many.
        size: Of each text; see `drill`.
        kinds: Of its conversations; see `drill`.
        tell: Is told after each file how many are done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, numbers in _files(folder, seed, count).items():
        if not path.exists():
            samples = [sample for number in numbers for sample in drill(seed, number, size, kinds)]
            write_file(path, Counts(Counter(drill=len(numbers)), Counter(drill=len(samples))), samples)
        tell(numbers.stop)


def write_file(path: Path, counts: Counts, samples: Iterable[dict[str, Any]]) -> None:
    """Write a file, whole or not at all.

    Args:
        path: The file.
        counts: What it tells of itself.
        samples: Its samples.
    """
    lines = [json.dumps(each, ensure_ascii=False) for each in ({"counts": vars(counts)}, *samples)]
    part = path.with_suffix(".part")
    part.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 5, mtime=0))
    part.replace(path)


def read_samples(folder: Path) -> Iterator[dict[str, Any]]:
    """Read all samples of a folder, file by file in the order of their names.

    Args:
        folder: What `write_samples` wrote to.

    Yields:
        Each sample: `skill`, `episode`, `messages`, `tools` and `said`; those of a family have one `episode` and
        follow each other.
    """
    for path in sorted(folder.glob("*.jsonl.gz")):
        yield from read_file(path)


def expected_files(folder: Path, seed: int, count: int) -> list[Path]:
    """Give the files of so many families. None is of another that lies there too, and each has all of its families.

    Args:
        folder: What `write_samples` wrote to.
        seed: Of the episodes.
        count: How many.

    Returns:
        The files, for `read_file`.

    Raises:
        InvalidSetting: Some aren't there yet.
    """
    paths = [*_files(folder, seed, count)]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InvalidSetting(
            f"expected samples of {count:,} episodes in {folder}, in {len(paths)} files; {len(missing)} of them aren't "
            f"there, such as {missing[0].name}: play them first"
        )
    return paths


def read_expected(folder: Path, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Read the samples of so many families, and none of others that lie there too.

    Args:
        folder: What `write_samples` wrote to.
        seed: Of the episodes.
        count: How many.

    Returns:
        Their samples, as `read_samples` gives them.

    Raises:
        InvalidSetting: Some aren't there yet.
    """
    return (sample for path in expected_files(folder, seed, count) for sample in read_file(path))


def read_counts(folder: Path, seed: int, count: int) -> Counts:
    """Tell what was counted as the samples of so many episodes were written, whenever that was.

    Args:
        folder: What `write_samples` wrote to.
        seed: Of the episodes.
        count: How many.

    Returns:
        The sum over those files that are there.
    """
    total = Counts()
    for path in _files(folder, seed, count):
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                counts = json.loads(next(lines))["counts"]
            total += Counts(**{name: Counter(each) for name, each in counts.items()})
    return total


def _files(folder: Path, seed: int, count: int) -> dict[Path, range]:
    """Give the files of so many episodes, with the numbers of each one's episodes."""
    parts = [range(first, min(first + IN_A_FILE, count)) for first in range(0, count, IN_A_FILE)]
    return {folder / f"{seed}-{part.start:07}-{part.stop:07}.jsonl.gz": part for part in parts}


def read_file(path: Path) -> Iterator[dict[str, Any]]:
    """Read the samples of a file.

    Args:
        path: The file.

    Yields:
        Each sample, as `read_samples` gives it.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines, None)  # what was counted
        yield from map(json.loads, lines)
