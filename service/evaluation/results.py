"""The file of an evaluation's results: what it was run with, what became of each case, and a row for each cell.

It is written anew after each case, and takes the old one's place in one step: whenever the run stops, what was done is
there. A run with the same options goes on; one with others is refused before anything is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from riffler.errors import InvalidInput

FORMAT = "riffler-evaluation-1"

MEANS = (
    *("tool_steps", "refused_steps", "model_calls", "tokens_seen", "tokens_last_view", "tokens_billed"),
    *("completion_tokens", "wall_s"),
)
"""What is measured of a case, and given in a row as the mean of its cases."""
SUMS = ("guard_spoke", "capped", "over_budget", "failed")
"""What is measured of a case, and given in a row as the sum over its cases."""

Record = dict[str, Any]
"""What became of one case: the cell's values, `profile`, `session`, `score` in [0, 1], what is measured, and of a
failed one why."""


class Results:
    """Results in a file, or in memory alone.

    Args:
        evaluation: The evaluation's name.
        options: All that it is run with, as JSON values.
        rows: Makes the rows of the cases.
        path: The file; None keeps nothing.

    Attributes:
        cases: What became of each case, in the order in which they ran.

    Raises:
        InvalidInput: The file can't be read or written, holds something else, or was made with other options.
    """

    def __init__(
        self,
        evaluation: str,
        options: Mapping[str, Any],
        rows: Callable[[Sequence[Record]], list[dict[str, Any]]],
        path: Path | None = None,
    ) -> None:
        self._evaluation = evaluation
        self._options = json.loads(json.dumps(dict(options)))
        self._rows = rows
        self._path = path
        self.cases: list[Record] = self._read(path) if path is not None and path.exists() else []
        self._write()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each cell and profile of which a case is done."""
        return self._rows(self.cases)

    def find(self, key: Mapping[str, Any]) -> Record | None:
        """Find what became of a case.

        Args:
            key: The values that name it.

        Returns:
            The record; None when it hasn't run.
        """
        return next((case for case in self.cases if all(case.get(name) == value for name, value in key.items())), None)

    def add(self, record: Record) -> None:
        """Note what became of a case.

        Args:
            record: The record.
        """
        self.cases.append(record)
        self._write()

    def _read(self, path: Path) -> list[Record]:
        try:
            stored = json.loads(path.read_bytes())
        except OSError as exc:
            raise InvalidInput(f"json {path}: {exc.strerror}") from exc
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(f"json {path}: expected results of an evaluation or no file, got {exc}") from exc
        if not isinstance(stored, dict) or stored.get("format") != FORMAT or not _are_cases(stored.get("cases")):
            raise InvalidInput(f"json {path}: expected results of an evaluation ({FORMAT}) or no file, got other JSON")
        now = {"evaluation": self._evaluation, **self._options}
        then = {"evaluation": stored.get("evaluation"), **stored.get("options", {})}
        for name in [*now, *(name for name in then if name not in now)]:
            if now.get(name) != then.get(name):
                raise InvalidInput(
                    f"json {path}: was made with {name} {json.dumps(then.get(name))}, this run has "
                    f"{json.dumps(now.get(name))}: go on with the same options, or name another file"
                )
        return list(stored["cases"])

    def _write(self) -> None:
        if self._path is None:
            return
        value = {
            "format": FORMAT,
            "evaluation": self._evaluation,
            "options": self._options,
            "rows": self.rows,
            "cases": self.cases,
        }
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            with new.open("w", encoding="utf-8") as file:
                json.dump(value, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as exc:
            with suppress(OSError):
                new.unlink()
            raise InvalidInput(f"json {self._path}: can't be written: {exc.strerror}") from exc


def _are_cases(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(case, dict) for case in value):
        return False
    numbers = ("session", "score", *MEANS, *SUMS)
    return all("profile" in case and all(isinstance(case.get(name), int | float) for name in numbers) for case in value)
