"""What an answer can be judged by, as `criteria.toml` has it; users may bring their own."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from riffler.errors import InvalidSetting

_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an answer is judged by.

    Attributes:
        name: As the judge writes it: one word of small letters, or several with hyphens between.
        question: What to ask of an answer, and of which questions. It goes into prompts outside the fences, so it must
            be the operator's own words.
    """

    name: str
    question: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidSetting(f"criterion {self.name!r}: expected a name of small letters, with hyphens between")
        if not self.question.strip():
            raise InvalidSetting(f"criterion {self.name}: expected a question, got none")


CRITERIA: tuple[Criterion, ...] = tuple(
    Criterion(name, each["question"])
    for name, each in tomllib.loads(files(__package__).joinpath("criteria.toml").read_text("utf-8")).items()
)
"""Those that ship, in the order in which the judge reads them."""
