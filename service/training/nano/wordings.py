"""The wordings of training's episodes, from `wordings.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def wordings(skill: str) -> dict[str, Any]:
    """Give the wordings of a skill.

    Args:
        skill: A table of `wordings.toml`.

    Returns:
        What the table has; nobody may change it.
    """
    text = (files("riffler.service.training.nano") / "wordings.toml").read_text("utf-8")
    found: dict[str, Any] = tomllib.loads(text)[skill]
    return found
