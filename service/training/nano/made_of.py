"""What the files of a run were made of, kept beside them, so that nothing is gone on with by other settings or code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from riffler.errors import InvalidSetting

RECORD = "made_of.json"
"""In each folder of samples."""
_SOURCES = (
    "tools",
    "service/agent",
    "service/evaluation/dictionary.py",
    "service/evaluation/words.py",
    "service/training/nano",
)
"""What decides what is asked, seen and said in an episode. How it is stored or served doesn't."""
LEFT_OUT: Mapping[str, Any] = MappingProxyType({"questions": 1, "most_text": None, "kinds": None, "begun_with": None})
"""What has these values isn't kept: files were made before there was anything else."""
NOT_SOURCES = frozenset(
    {
        "__main__.py",
        "chat_template.jinja",
        "checking.py",
        "curve.py",
        "examples.py",
        "export.py",
        "made_of.py",
        "muon.py",
        "samples_file.py",
        "settings.py",
        "settings.toml",
        "skips.py",
        "tokenizer.py",
        "train.py",
        "tree_attention.py",
        "tree_convolution.py",
        "trees.py",
    }
)
"""Files of `service/training/nano` that only use episodes; a new file counts until it is named here."""


def episodes_version(package: Path | None = None) -> str:
    """Name the code that makes episodes.

    Args:
        package: Riffler's own folder; None is that of the code that runs.

    Returns:
        A hash of its sources and data: a changed comment is another version, too.
    """
    root = package or Path(str(files("riffler")))
    return _hash(root, _sources(root))


def tokenizer_version(folder: Path) -> str:
    """Name a tokenizer.

    Args:
        folder: Where it is saved.

    Returns:
        A hash of it and its chat template.

    Raises:
        InvalidSetting: None is there.
    """
    paths = [folder / "tokenizer.json", folder / "chat_template.jinja"]
    if missing := next((path for path in paths if not path.is_file()), None):
        raise InvalidSetting(f"{folder}: expected a tokenizer with its {missing.name}, found none: train it first")
    return _hash(folder, paths)


def samples_made_of(
    seed: int, window: int, tokenizer: str, drill: int | None = None, **kin: int | list[str] | None
) -> dict[str, Any]:
    """Tell what samples are made of.

    Args:
        seed: Of their episodes.
        window: Of the engine that they are played on, in tokens.
        tokenizer: What counts their tokens.
        drill: The size of drills; None for episodes.
        **kin: What their families are like, as `Kin` has it; of drills, their `kinds`.

    Returns:
        That, and the code that makes them.
    """
    made_of = {"seed": seed, "window": window, "tokenizer": tokenizer, "drill": drill}
    made_of |= {name: each for name, each in kin.items() if each != LEFT_OUT[name]}
    return {**made_of, "episodes": episodes_version()}


def tie(record: Path, of: Mapping[str, Any], *, begun: bool) -> None:
    """Keep what files are made of; where some are there already, they must have been made of the same.

    Args:
        record: Where it is kept.
        of: What would make them now, as JSON has it.
        begun: Whether some of them are there.

    Raises:
        InvalidSetting: They were made of something else.
    """
    if begun:
        expect(record, of)
        return
    record.parent.mkdir(parents=True, exist_ok=True)
    part = record.with_suffix(".part")
    part.write_text(json.dumps(of, indent=2), "utf-8")
    part.replace(record)


def expect(record: Path, of: Mapping[str, Any]) -> None:
    """Refuse files that were made of something else.

    Args:
        record: What they were made of; names that `of` doesn't have may be anything.
        of: What is expected.

    Raises:
        InvalidSetting: They were made of something else, or nothing tells of what.
    """
    kept, wanted = ({**LEFT_OUT, **dict(_flat(each))} for each in (kept_in(record), json.loads(json.dumps(of))))
    for name, value in wanted.items():
        if kept.get(name) != value:
            raise InvalidSetting(
                f"{record}: {name}: made with {kept.get(name)!r}, but now it is {value!r}: take what it was made with, "
                "make it anew (delete what was made), or take another folder"
            )


def kept_in(record: Path) -> dict[str, Any]:
    """Read what files were made of.

    Args:
        record: Where it is kept.

    Returns:
        What `tie` was given.

    Raises:
        InvalidSetting: It can't be read.
    """
    try:
        kept = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise InvalidSetting(
            f"{record}: nothing tells what these files were made of ({type(exc).__name__}): make them anew"
        ) from exc
    return dict(kept)


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, each in value.items():
        if isinstance(each, dict):
            yield from _flat(each, f"{before}{name}.")
        else:
            yield before + name, each


def _sources(root: Path) -> list[Path]:
    found: list[Path] = []
    for name in _SOURCES:
        place = root / name
        own = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
        found += [path for path in own if "__pycache__" not in path.parts]
    nano = root / "service/training/nano"
    return sorted(path for path in found if path.parent != nano or path.name not in NOT_SOURCES)


def _hash(root: Path, paths: Iterable[Path]) -> str:
    made = hashlib.sha256()
    for path in paths:
        data = path.read_bytes()
        made.update(f"{path.relative_to(root).as_posix()} {len(data)}\n".encode())
        made.update(data)
    return made.hexdigest()[:16]
