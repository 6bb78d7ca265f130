"""A run that is killed: its file, its journal, and the run that goes on with them."""

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import InvalidInput
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.results_file import MEANS, SUMS, Record
from riffler.service.evaluation.rows import make_rows

CELLS = ({"size": 1, "place": 0}, {"size": 1, "place": 50}, {"size": 2, "place": 0})
PROFILES = ("none", "regex")


def record(at: int, failure: str = "") -> Record:
    """The record of a case, of those in order; each is another one."""
    session, rest = divmod(at, len(CELLS) * len(PROFILES))
    cell, profile = CELLS[rest // len(PROFILES)], PROFILES[rest % len(PROFILES)]
    measured = dict.fromkeys((*MEANS, *SUMS), at)
    return {**cell, "profile": profile, "session": session, "score": 0.5, **measured, "failure": failure}


def key(of: Record) -> dict[str, Any]:
    """What names a record's case."""
    return {name: of[name] for name in ("size", "place", "profile", "session")}


def results(path: Path | None, clock: Callable[[], float] = time.monotonic, **options: Any) -> Results:
    """Results in a file."""

    def rows(cases: Sequence[Record]) -> list[Record]:
        return make_rows(cases, CELLS, PROFILES)

    return Results("tiny", {"seed": 1, **options}, ["size", "place"], rows, path, clock=clock)


def journal_of(path: Path) -> Path:
    """Where a file's journal is."""
    return path.with_name(f"{path.name}.journal")


class Clock:
    """Stands still, or moves on when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@given(
    st.integers(0, 30),
    st.integers(0, 30),
    st.floats(0, 1),
    st.text(st.characters(codec=None)),
)
def test_whenever_a_run_is_killed_it_goes_on(written: int, noted: int, cut: float, failure: str) -> None:
    """Killed at any byte of the journal, all cases whose line was whole are there, in order; the end is the same."""
    with TemporaryDirectory() as folder:
        path, whole = Path(folder, "out.json"), Path(folder, "whole.json")
        records = [record(at, failure) for at in range(written + noted + 1)]
        first = results(path)
        for each in records[:written]:
            first.add(each)
        first.save()
        for each in records[written : written + noted]:
            first.add(each)
        journal = journal_of(path)
        data = journal.read_bytes() if noted else b""
        data = data[: round(cut * len(data))]
        if noted:
            journal.write_bytes(data)
        kept = written + max(0, data.count(b"\n") - 1)
        second = results(path)
        assert second.cases == records[:kept]
        assert not journal.exists()
        assert all(second.find(key(each)) == each for each in records[:kept])
        assert all(second.find(key(each)) is None for each in records[kept:])
        unbroken = results(whole)
        for each in records:
            if unbroken.find(key(each)) is None:
                unbroken.add(each)
            if second.find(key(each)) is None:
                second.add(each)
        unbroken.save()
        second.save()
        assert path.read_bytes() == whole.read_bytes()
        assert json.loads(path.read_bytes())["rows"] == second.rows
        assert sorted(os.listdir(folder)) == ["out.json", "whole.json"]


def test_killed_between_the_file_and_the_end_of_the_journal(tmp_path: Path) -> None:
    """What is in both is one case."""
    path = tmp_path / "out.json"
    first = results(path)
    for at in range(5):
        first.add(record(at))
    data = journal_of(path).read_bytes()
    first.save()
    journal_of(path).write_bytes(data)
    assert results(path).cases == [record(at) for at in range(5)]


def test_a_case_is_a_line_until_the_file_is_due(tmp_path: Path) -> None:
    """No case writes the file again within seconds of the last time; the first one after them does, with its rows."""
    path = tmp_path / "out.json"
    clock = Clock()
    done = results(path, clock)
    before = path.stat().st_ino, path.read_bytes()
    for at in range(400):
        done.add(record(at))
    assert (path.stat().st_ino, path.read_bytes()) == before
    assert journal_of(path).read_bytes().count(b"\n") == 401
    clock.now += 5
    done.add(record(400))
    assert not journal_of(path).exists()
    stored = json.loads(path.read_bytes())
    assert (len(stored["cases"]), stored["rows"]) == (401, done.rows)
    done.add(record(401))
    assert journal_of(path).read_bytes().count(b"\n") == 2


def test_the_longer_the_file_takes_the_more_seldom_it_is_written(tmp_path: Path) -> None:
    """Rows that take a second are made after twenty, not after five."""
    took, clock = 0.0, Clock()

    def rows(_cases: Sequence[Record]) -> list[Record]:
        clock.now += took
        return []

    path = tmp_path / "out.json"
    done = Results("tiny", {}, ["size", "place"], rows, path, clock=clock)
    took = 1.0
    done.save()
    for seconds, lines in ((19.9, 2), (0.2, 0)):
        clock.now += seconds
        done.add(record(len(done.cases)))
        journal = journal_of(path)
        assert (journal.read_bytes().count(b"\n") if journal.exists() else 0) == lines


@pytest.mark.parametrize("content", ["mine", "mine\n", '{"a": 1}\n', "[]\n", '{"format": "riffler-evaluation-1"}\n'])
@pytest.mark.parametrize("with_file", [True, False])
def test_another_journal_is_never_overwritten(tmp_path: Path, content: str, with_file: bool) -> None:
    """What has the journal's name and isn't one is refused, and stays."""
    path = tmp_path / "out.json"
    if with_file:
        results(path)
    journal_of(path).write_text(content)
    with pytest.raises(InvalidInput, match=r"out\.json\.journal: expected results of an evaluation"):
        results(path)
    assert journal_of(path).read_text() == content


def test_a_journal_belongs_to_its_file(tmp_path: Path) -> None:
    """Without the file that it was beside, it is nobody's; beside one of other options, it is refused."""
    path = tmp_path / "out.json"
    results(path).add(record(0))
    path.rename(tmp_path / "moved.json")
    assert results(path, seed=2).cases == []
    results(path, seed=2).add(record(0))
    (tmp_path / "moved.json").rename(path)
    with pytest.raises(InvalidInput, match=r"out\.json\.journal: was made with seed 2, this run has 1"):
        results(path)


def test_a_journal_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    """The error names it."""
    path = tmp_path / "out.json"
    done = results(path)
    journal_of(path).mkdir()
    with pytest.raises(InvalidInput, match=r"out\.json\.journal: can't be written: Is a directory"):
        done.add(record(0))
    with pytest.raises(InvalidInput, match=r"out\.json\.journal: Is a directory"):
        results(path)
