"""The model that ships with Riffler: where it lies, and what it is called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from riffler.errors import InvalidSetting
from riffler.service.inference.nano.names import GRAPH, WEIGHTS

FOLDER = Path(str(files("riffler.service.inference.nano"))) / "model"
"""As `python -m riffler.service.training.nano save` and `...nano.export` make it."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A model in a folder.

    Attributes:
        folder: Where it lies.
        name: What tells it from what shipped before: what a policy learned of one model is of that one alone.
    """

    folder: Path
    name: str


def shipped_model(folder: Path = FOLDER) -> Shipped:
    """Find the model that ships. Reads its weights, which takes a hundredth of a second.

    Args:
        folder: Where to look.

    Returns:
        The model, named by its weights.

    Raises:
        InvalidSetting: None is there.
    """
    missing = next((name for name in (WEIGHTS, GRAPH) if not (folder / name).is_file()), None)
    if missing is not None:
        raise InvalidSetting(
            f"engine nano: model: no model ships with this Riffler (there is no {missing}): name a folder that has "
            "one, or train one: python -m riffler.service.training.nano --help"
        )
    return Shipped(folder, f"nano-{hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:8]}")
