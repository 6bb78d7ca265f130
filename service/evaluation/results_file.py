"""The file of an evaluation's results, and the journal beside it.

The file is one JSON document: what the evaluation was run with, a row for each cell, and what became of each case.
Writing it takes longer the more cases there are, so a case that is done first becomes a line of the journal, which is
the file's name with `.journal`. Writing the file takes the journal away. Killed at any moment, a run leaves what was
done in one of the two, or in both. A line that was being written then is no case yet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
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


class ResultsFile:
    """A file of results, which may not be there yet.

    Args:
        path: The file.
        evaluation: The evaluation's name.
        options: All that it is run with, as JSON values.
        named_by: The values of a record that name its case.
    """

    def __init__(self, path: Path, evaluation: str, options: Mapping[str, Any], named_by: Sequence[str]) -> None:
        self._path = path
        self._journal = path.with_name(f"{path.name}.journal")
        # Through JSON and back, to be compared with what a file has: a tuple is a list there.
        self._head = json.loads(json.dumps({"format": FORMAT, "evaluation": evaluation, "options": dict(options)}))
        self._named_by = named_by

    def read(self) -> list[Record]:
        """Read what was done before.

        Returns:
            The records, in the order in which the cases ran; one that is in the file and in the journal comes twice.

        Raises:
            InvalidInput: The file or its journal can't be read, holds something else, or was made with other options.
        """
        noted = self._read_journal()
        try:
            stored = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return []  # it was moved or deleted, and the journal of its last seconds is nobody's
        except OSError as exc:
            raise InvalidInput(f"json {self._path}: {exc.strerror}") from exc
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(f"json {self._path}: expected results of an evaluation or no file, got {exc}") from exc
        if not _is_head(stored) or not self._are_cases(stored.get("cases")):
            raise InvalidInput(_expected(self._path))
        self._compare(self._path, stored)
        if noted:
            self._compare(self._journal, noted[0])
        return [*stored["cases"], *noted[1:]]

    def note(self, record: Record) -> None:
        """Add a record to the journal: the time that it takes doesn't depend on how many there are.

        Args:
            record: The record.

        Raises:
            InvalidInput: The journal can't be written.
        """
        try:
            with self._journal.open("ab") as file:
                head = b"" if file.tell() else _line(self._head)
                file.write(head + _line(record))
        except OSError as exc:
            raise InvalidInput(f"json {self._journal}: can't be written: {exc.strerror}") from exc

    def write(self, rows: Sequence[Record], records: Sequence[Record]) -> None:
        """Write the file anew, in one step, and take the journal away.

        Args:
            rows: The rows.
            records: All records.

        Raises:
            InvalidInput: It can't be written; the file and its journal are as they were.
        """
        head = {name: json.dumps(value) for name, value in self._head.items()}
        parts = {**head, "rows": _lines(rows), "cases": _lines(records)}
        text = ",".join(f'\n "{name}": {part}' for name, part in parts.items())
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            with new.open("w", encoding="utf-8") as file:
                file.write(f"{{{text}\n}}\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
            self._journal.unlink(missing_ok=True)  # not before: killed between the two, the run has its cases twice
        except OSError as exc:
            with suppress(OSError):
                new.unlink()
            raise InvalidInput(f"json {self._path}: can't be written: {exc.strerror}") from exc

    def _read_journal(self) -> list[Record]:
        """Read the journal: its head, then its records; nothing when there is none."""
        try:
            *lines, torn = self._journal.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as exc:
            raise InvalidInput(f"json {self._journal}: {exc.strerror}") from exc
        if not lines and not _line(self._head).startswith(torn):
            raise InvalidInput(_expected(self._journal))
        try:
            values = [json.loads(line) for line in lines]
        except (ValueError, RecursionError) as exc:
            raise InvalidInput(_expected(self._journal)) from exc
        if values and not (_is_head(values[0]) and self._are_cases(values[1:])):
            raise InvalidInput(_expected(self._journal))
        return values

    def _compare(self, where: Path, stored: Mapping[str, Any]) -> None:
        now = {"evaluation": self._head["evaluation"], **self._head["options"]}
        then = {"evaluation": stored.get("evaluation"), **stored["options"]}
        for name in [*now, *(name for name in then if name not in now)]:
            if now.get(name) != then.get(name):
                raise InvalidInput(
                    f"json {where}: was made with {name} {json.dumps(then.get(name))}, this run has "
                    f"{json.dumps(now.get(name))}: go on with the same options, or name another file"
                )

    def _are_cases(self, value: object) -> bool:
        if not isinstance(value, list) or not all(isinstance(case, dict) for case in value):
            return False
        numbers = ("session", "score", *MEANS, *SUMS)
        return all(
            all(isinstance(case.get(name), int | float) for name in numbers)
            and all(isinstance(case.get(name), str | int | float) for name in self._named_by)
            for case in value
        )


def _is_head(value: object) -> bool:
    return isinstance(value, dict) and value.get("format") == FORMAT and isinstance(value.get("options"), dict)


def _expected(path: Path) -> str:
    return f"json {path}: expected results of an evaluation ({FORMAT}) or no file, got something else"


def _line(value: Record) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _lines(values: Sequence[Record]) -> str:
    """Write an array with a line for each value; `indent` would take ten times as long."""
    lines = ",".join(f"\n  {json.dumps(value)}" for value in values)
    return f"[{lines}\n ]"
