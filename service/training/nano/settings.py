"""All that makes nano, from one file: `settings.toml` here, or one of the same form."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from riffler.errors import InvalidSetting


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSize(_Table):
    """The model's shape.

    Attributes:
        vocabulary: Tokens, 300 to 65,536: all bytes are among them, and an id is kept in two bytes.
        width: Of the hidden states; a multiple of `heads`.
        layers: How many.
        heads: Of queries; a multiple of `key_heads`.
        key_heads: Of keys and values.
        inner: Width inside a feed-forward layer.
        window: Most positions.
    """

    vocabulary: Annotated[int, Field(ge=300, le=65_536)]
    width: PositiveInt
    layers: PositiveInt
    heads: PositiveInt
    key_heads: PositiveInt
    inner: PositiveInt
    window: PositiveInt


class Training(_Table):
    """How it is trained.

    Attributes:
        seed: Of weights and order.
        rate: The highest learning rate.
        warmup_steps: Over which it rises.
        cooldown_steps: The last ones, over which it falls to nothing.
        weight_decay: Of the matrices inside.
        tokens_a_step: Of the examples of one step of the optimizer.
        read_weight: Of the loss of what is read, where what is said has 1.
        save_every_s: Seconds between two checkpoints.
    """

    seed: int
    rate: PositiveFloat
    warmup_steps: PositiveInt
    cooldown_steps: PositiveInt
    weight_decay: float
    tokens_a_step: PositiveInt
    read_weight: float
    save_every_s: PositiveFloat


class Stage(_Table):
    """A part of the training, on data of its own.

    Attributes:
        name: Of its folder.
        window: Of the engine that the episodes are played on, in tokens.
        episodes: How many are played.
        steps: Of the optimizer.
    """

    name: str
    window: PositiveInt
    episodes: PositiveInt
    steps: PositiveInt


class NanoSettings(_Table):
    """All of it."""

    model: ModelSize
    training: Training
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Folders:
    """Where a run keeps what it makes.

    Attributes:
        root: The run's folder.
    """

    root: Path

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's."""
        return self.root / "tokenizer"

    @property
    def checkpoint(self) -> Path:
        """The newest state of the training."""
        return self.root / "checkpoint.pt"

    @property
    def losses(self) -> Path:
        """The loss of each step, as lines of JSON."""
        return self.root / "losses.jsonl"

    def samples(self, stage: Stage) -> Path:
        """The samples of a stage."""
        return self.root / "samples" / stage.name


def read_nano_settings(path: Path | None = None) -> NanoSettings:
    """Read the settings.

    Args:
        path: A file of the form of `settings.toml`; None takes that one.

    Returns:
        The settings.

    Raises:
        InvalidSetting: The file can't be read, or has what isn't expected; the text names it.
    """
    try:
        shipped = files("riffler.service.training.nano") / "settings.toml"
        text = path.read_text("utf-8") if path else shipped.read_text("utf-8")
        return NanoSettings.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise InvalidSetting(f"{path}: {exc}") from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        raise InvalidSetting(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from exc
