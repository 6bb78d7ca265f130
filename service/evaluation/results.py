"""Results of an evaluation: what became of each case, found by what names it, and kept in a file as the run goes on.

Whenever the run stops, what was done is kept. A run with the same options goes on; one with others is refused before
anything is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from riffler.service.evaluation.results_file import Record, ResultsFile

_EVERY_S = 5.0
"""The file is written at the first case that ends so long after the last time; slower cases each write it."""
_SHARE = 20.0
"""And not before this many times as long as writing it took: with many cases it still takes no time to speak of."""


class Results:
    """Results in a file, or in memory alone.

    Who adds cases calls `save` at the end.

    Args:
        evaluation: The evaluation's name.
        options: All that it is run with, as JSON values.
        cell: The names of a cell's values: with `profile` and `session`, they name a case.
        rows: Makes the rows of the cases.
        path: The file; None keeps nothing.
        clock: Tells the seconds, from any moment on.

    Attributes:
        cases: What became of each case, in the order in which they ran.

    Raises:
        InvalidInput: The file can't be read or written, holds something else, or was made with other options.
    """

    def __init__(
        self,
        evaluation: str,
        options: Mapping[str, Any],
        cell: Sequence[str],
        rows: Callable[[Sequence[Record]], list[Record]],
        path: Path | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._named_by = (*cell, "profile", "session")
        self._rows = rows
        self._file = None if path is None else ResultsFile(path, evaluation, options, self._named_by)
        self._by_name: dict[tuple[Any, ...], Record] = {}
        for record in () if self._file is None else self._file.read():
            self._by_name.setdefault(self._name(record), record)
        self.cases: list[Record] = [*self._by_name.values()]
        self._due = 0.0
        self.save()

    @property
    def rows(self) -> list[Record]:
        """A row for each cell and profile of which a case is done."""
        return self._rows(self.cases)

    def find(self, key: Mapping[str, Any]) -> Record | None:
        """Find what became of a case.

        Args:
            key: The values that name it.

        Returns:
            The record; None when it hasn't run.
        """
        return self._by_name.get(self._name(key))

    def add(self, record: Record) -> None:
        """Note what became of a case. A run that is killed after this has it.

        Args:
            record: The record.
        """
        self._by_name[self._name(record)] = record
        self.cases.append(record)
        if self._file is not None:
            self._file.note(record)
            if self._clock() >= self._due:
                self.save()

    def save(self) -> None:
        """Write the file with its rows."""
        if self._file is not None:
            began = self._clock()
            self._file.write(self.rows, self.cases)
            ended = self._clock()
            self._due = ended + max(_EVERY_S, _SHARE * (ended - began))

    def _name(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[name] for name in self._named_by)
