"""The folder where a demo keeps its learning run, until the next demo takes its place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from riffler.errors import InvalidInput
from riffler.service.memory.embedded import EmbeddedServer

_MARK: Final = "riffler-demo.txt"
"""What tells such a folder from any other one, which is never removed."""


def make_room(folder: Path) -> None:
    """Make a folder for a demo. What an earlier one kept there is removed, and nothing else ever is.

    Args:
        folder: Where.

    Raises:
        InvalidInput: It holds something else, is served just now, or can't be made.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise InvalidInput(f"folder {folder}: expected a folder, or none, got a file")
        if folder.is_dir() and any(folder.iterdir()):
            _remove(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / _MARK).write_text("The next `riffler demo` replaces what is in this folder.\n", "utf-8")
    except OSError as exc:
        raise InvalidInput(f"folder {folder}: {exc.strerror or exc}") from exc


def _remove(folder: Path) -> None:
    if not (folder / _MARK).is_file():
        raise InvalidInput(f"folder {folder}: what is in it is of no demo: name another one with --folder")
    if EmbeddedServer(folder).running():
        raise InvalidInput(f"folder {folder}: it is served just now: end that, or name another one with --folder")
    shutil.rmtree(folder)
