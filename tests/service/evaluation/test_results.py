"""Results in a file, rows, and runs that go on where they stopped."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineUnavailable, InvalidInput
from riffler.service.agent.progress import ToolStep
from riffler.service.evaluation.benchmark import Case, Cell
from riffler.service.evaluation.metered import Spent
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.results_file import MEANS, SUMS, Record
from riffler.service.evaluation.rows import make_rows, wilson
from riffler.service.evaluation.running import READER, REGEX, Ask, Heard, guard_spoke, profiles_of, run_benchmark

STEPS = (
    ToolStep(1, "fold_fragments", "{}", "folded f00001\nwarning: nowhere else in view: 3 keys", refused=False),
    ToolStep(2, "fold_fragments", "{}", "error: no fragment", refused=True),
)


@dataclass(frozen=True)
class Sums:
    """A tiny evaluation: say the session's number; the regular expression is right in the first cell alone."""

    sessions: int = 2
    seed: int = 1
    name: str = "sums"
    cells: Sequence[Cell] = ({"size": 1}, {"size": 2})
    options: Mapping[str, Any] = field(default_factory=dict)

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        return Case(
            f"{cell['size']} {session}",
            lambda answer: float(answer == str(session)),
            lambda: str(session) if cell["size"] == 1 else "",
        )


async def right(case: Case) -> Heard:
    """Answers right."""
    return Heard(case.text.split()[1], STEPS, Spent(3, 100, 40.5, 9), 30)


async def too_large(_case: Case) -> Heard:
    """Can't be asked."""
    return Heard("", over_budget=True)


ASKS: Mapping[str, Ask] = {"none": too_large, "paper": right, READER: right}


def results(path: Path | None = None, **options: Any) -> Results:
    """Results of the tiny evaluation."""
    rows = lambda cases: make_rows(cases, Sums().cells, profiles_of(ASKS))  # noqa: E731
    return Results("sums", {"seed": 1, **options}, ["size"], rows, path)


async def run(into: Results, stop_after: int | None = None, asks: Mapping[str, Ask] = ASKS) -> int:
    """Run the tiny evaluation, or a part, as who stops in an orderly way; say how many cases this run did."""
    count = 0
    try:
        async with aclosing(run_benchmark(Sums(), asks, into)) as running:
            async for done in running:
                count += 1
                assert done.count == len(into.cases)
                assert done.total == 16
                if count == stop_after:
                    break
    finally:
        into.save()
    return count


def without_times(path: Path) -> Any:
    """What a file has, apart from times."""
    return json.loads(re.sub(r'("wall_s": )[0-9.e-]+', r"\g<1>0", path.read_text()))


async def test_rows_have_what_was_measured() -> None:
    """A row for each cell and profile, the baselines last, with accuracy, interval, costs and the guard's warnings."""
    done = results()
    assert await run(done) == 16
    rows = done.rows
    assert [(row["size"], row["profile"]) for row in rows] == [
        (size, profile) for size in (1, 2) for profile in ("none", "paper", REGEX, READER)
    ]
    assert {row["profile"]: row["accuracy"] for row in rows[4:]} == {"none": 0, "paper": 1, REGEX: 0, READER: 1}
    assert rows[2]["accuracy"] == 1
    paper = rows[1]
    assert {name for row in rows for name in row} == {
        "size",
        "profile",
        "sessions",
        "accuracy",
        "interval",
        *MEANS,
        *SUMS,
    }
    assert (paper["sessions"], paper["tool_steps"], paper["refused_steps"], paper["guard_spoke"]) == (2, 2, 1, 2)
    assert (paper["model_calls"], paper["tokens_seen"], paper["tokens_billed"]) == (3, 100, 40.5)
    assert (paper["tokens_last_view"], paper["completion_tokens"]) == (30, 9)
    assert rows[0]["over_budget"] == 2
    assert all(0 <= row["interval"][0] <= row["accuracy"] <= row["interval"][1] <= 1 for row in rows)


@pytest.mark.parametrize("stop_after", [1, 4, 7, 15])
async def test_a_stopped_run_goes_on(tmp_path: Path, stop_after: int) -> None:
    """A run that stops after any case, and then goes on, leaves the same file as one that didn't, apart from times."""
    whole, parts = tmp_path / "whole.json", tmp_path / "parts.json"
    await run(results(whole))
    assert await run(results(parts), stop_after) == stop_after
    assert len(json.loads(parts.read_text())["cases"]) == stop_after
    assert await run(results(parts)) == 16 - stop_after
    assert without_times(parts) == without_times(whole)
    assert await run(results(parts)) == 0
    assert [path.name for path in tmp_path.iterdir() if path.name not in {"whole.json", "parts.json"}] == []


async def test_an_engine_that_fails_is_no_answer(tmp_path: Path) -> None:
    """A failure ends the run with its error; what was done before is kept, and the failed case is asked again."""

    async def failing(_case: Case) -> Heard:
        raise EngineUnavailable("engine x: gone")

    path = tmp_path / "out.json"
    with pytest.raises(EngineUnavailable):
        await run(results(path), asks={**ASKS, READER: failing})
    assert [case["profile"] for case in json.loads(path.read_text())["cases"]] == ["none", "paper"]
    await run(results(path))
    assert {row["accuracy"] for row in results(path).rows if row["profile"] == READER} == {1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": 2}, "was made with seed 1, this run has 2: go on with the same options, or name another file"),
        ({"more": [1]}, r"was made with more null, this run has \[1\]"),
    ],
)
async def test_other_options_are_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    """The error names the option with both values, and the file stays as it was."""
    path = tmp_path / "out.json"
    await run(results(path), 3)
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match=words):
        results(path, **options)
    with pytest.raises(InvalidInput, match='was made with evaluation "sums", this run has "others"'):
        Results("others", {"seed": 1}, ["size"], lambda _: [], path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": "riffler-evaluation-1"}',
        '{"format": "riffler-evaluation-1", "options": {}, "cases": [{"profile": "none"}]}',
        '{"format": "riffler-evaluation-1", "options": {}, "cases": [3]}',
        '{"format": "riffler-evaluation-1", "options": [], "cases": []}',
        '{"format": "riffler-evaluation-0", "options": {}, "cases": []}',
    ],
)
def test_another_file_is_never_overwritten(tmp_path: Path, content: str) -> None:
    """What isn't a file of results is refused, and stays."""
    path = tmp_path / "out.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match="expected results of an evaluation"):
        results(path)
    assert path.read_text() == content


def test_a_file_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    """The error names it before anything is asked."""
    with pytest.raises(InvalidInput, match=r"none/out\.json: can't be written: No such file"):
        results(tmp_path / "none" / "out.json")
    with pytest.raises(InvalidInput, match="Is a directory"):
        results(tmp_path)


@given(st.integers(1, 400), st.floats(0, 1))
def test_the_interval_holds_the_share(trials: int, share: float) -> None:
    """It lies in [0, 1], has the share in it, has a width even at 0 and 1, and narrows with more trials."""
    low, high = wilson(share * trials, trials)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    assert high - low > 0.001
    more = wilson(share * trials * 4, trials * 4)
    assert more[1] - more[0] < high - low


def test_the_interval_is_wilson_s() -> None:
    """8 of 10 at 95% is the textbook's interval."""
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize(
    ("reply", "spoke"),
    [
        ("folded f00001: 3 tokens freed\nwarning: nowhere else in view: numbers 12, 40. Searches find it", True),
        ('error: nothing was hidden: nowhere else in view: key "a". Leave those fragments out', True),
        ('summarised f00001: 3 tokens stand for 90\nnowhere else in view: key "a"', True),
        ('f00001: 90 tokens, nothing searched or took it up; nowhere else in view: key "a"', False),
        ("[s00001] message 1 (user), visible: it is «nowhere else in view»", False),
        ("folded f00001", False),
    ],
)
def test_the_guard_is_heard_by_its_words(reply: str, spoke: bool) -> None:
    """An edit's reply has the guard's warning or not; a suggestion and a quote of these words are none."""
    assert guard_spoke(reply) is spoke


def test_no_rows_of_what_has_not_run() -> None:
    """A cell without a case has no row."""
    nothing: list[Record] = []
    assert make_rows(nothing, Sums().cells, ("none",)) == []
