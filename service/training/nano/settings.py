"""All that makes nano, from one file: `settings.toml` here, or one of the same form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from riffler.errors import InvalidSetting
from riffler.service.training.nano.drills import KINDS
from riffler.service.training.nano.families import Kin
from riffler.service.training.nano.made_of import LEFT_OUT

_FOR_TOKENIZER = "tokenizer"
"""The folder of samples that the tokenizer is trained on."""
_LEAST_TEXT = 1000
"""Characters: of fewer, most skills make hardly a text."""
_NEWER: Mapping[str, Any] = MappingProxyType(
    {**LEFT_OUT, "enough_tokens": None, "also": {}, "kinds": [], "tokens_a_step": None}
)
"""Settings that stages didn't have before, and what stands for none."""
_WINDOW_OF_DRILLS = 2048
"""Stands in the records of a run, and means nothing: runs that are there were begun with it."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModelSize(_Table):
    """The model's shape.

    Attributes:
        vocabulary: Tokens, 300 to 65,536: all bytes are among them, and an id is kept in two bytes.
        width: Of the hidden states; an even multiple of `heads`, as positions turn pairs of numbers.
        layers: What each layer mixes tokens by, from the first to the last: `conv`, a token with the few before it, or
            `full_attention`, with all before it; at least one is this.
        kernel: Tokens that `conv` mixes, at least 2: the token itself and those right before it.
        heads: Of queries; a multiple of `key_heads`.
        key_heads: Of keys and values.
        inner: Width inside a feed-forward layer.
        window: Most positions.
        rope_base: Of the rotary position embedding: pair i of a head's n pairs turns by `rope_base ** (-i / n)` a
            position. A text far away is matched by its words only in pairs that turn little on the way there.
    """

    vocabulary: Annotated[int, Field(ge=300, le=65_536)]
    width: PositiveInt
    layers: tuple[Literal["conv", "full_attention"], ...]
    kernel: Annotated[int, Field(ge=2)]
    heads: PositiveInt
    key_heads: PositiveInt
    inner: PositiveInt
    window: PositiveInt
    rope_base: PositiveFloat = 10_000.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.width % (2 * self.heads):
            raise ValueError(f"width: expected an even multiple of the {self.heads} heads, got {self.width}")
        if "full_attention" not in self.layers:
            raise ValueError(f"layers: expected at least one full_attention, got {[*self.layers]}")
        if self.heads % self.key_heads:
            raise ValueError(f"heads: expected a multiple of the {self.key_heads} key_heads, got {self.heads}")
        return self


class Training(_Table):
    """How it is trained.

    Attributes:
        seed: Of weights and order.
        rate: The highest learning rate.
        warmup_steps: Over which it rises.
        cooldown_steps: The last ones, over which it falls to nothing.
        weight_decay: Of the matrices inside; 0 is none.
        tokens_a_step: Of the examples of one step of the optimizer.
        read_weight: Of the loss of what is read, where what is said has 1; 0 learns none of it.
        save_every_s: Seconds between two checkpoints.
    """

    seed: int
    rate: PositiveFloat
    warmup_steps: PositiveInt
    cooldown_steps: PositiveInt
    weight_decay: NonNegativeFloat
    tokens_a_step: PositiveInt
    read_weight: NonNegativeFloat
    save_every_s: PositiveFloat


class Stage(_Table):
    """A part of the training, on data of its own.

    Attributes:
        name: Of its folder, and of no other stage's: letters, digits, _ and -.
        window: Of the engine that the episodes are played on, in tokens; at most the model's. Of drills nothing: a
            stage of them names none.
        episodes: How many are played, or families of them.
        steps: Of the optimizer.
        drill: Of a stage of drills, how many keys or words a text has at most; None plays episodes.
        kinds: Of a stage of drills, what its conversations are about, of `KINDS` of drills; none is all of them.
        questions: How many are asked about each text, an episode each; with more than one they are families.
        most_text: Characters that a user says in an episode at most, about; None sets no limit.
        enough_tokens: So many an example has when it takes no more moves; None takes all of a turn or a family.
        tokens_a_step: As of the whole training; None is that.
        also: Earlier stages whose examples are mixed in, so that they aren't forgotten, and how large a part of all
            examples each is.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    window: PositiveInt
    episodes: PositiveInt
    steps: PositiveInt
    drill: PositiveInt | None = None
    kinds: tuple[str, ...] = ()
    questions: PositiveInt = 1
    most_text: Annotated[int, Field(ge=_LEAST_TEXT)] | None = None
    enough_tokens: PositiveInt | None = None
    tokens_a_step: PositiveInt | None = None
    also: dict[str, PositiveFloat] = {}

    @property
    def kin(self) -> Kin:
        """What its families are like."""
        return Kin(self.questions, self.most_text)

    @model_serializer(mode="wrap")
    def _as_runs_were_begun(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what has come since and isn't set: runs were begun without it."""
        written: dict[str, Any] = write(self)
        return {name: each for name, each in written.items() if name not in _NEWER or each != _NEWER[name]}

    @model_validator(mode="after")
    def _drills_are_no_families(self) -> Self:
        if self.drill is not None and self.kin != Kin():
            raise ValueError("drill: expected neither questions nor most_text beside it: drills are no families")
        return self

    @model_validator(mode="after")
    def _kinds_are_of_drills(self) -> Self:
        if self.kinds and (self.drill is None or not {*self.kinds} <= KINDS.keys()):
            raise ValueError(
                f"kinds: expected some of {', '.join(KINDS)}, of drills alone, got {', '.join(self.kinds)}"
            )
        return self

    @model_validator(mode="after")
    def _is_mixed_of_parts(self) -> Self:
        if sum(self.also.values()) >= 1:
            raise ValueError(f"also: expected parts of all examples, less than 1 together, got {self.also}")
        return self

    @model_validator(mode="before")
    @classmethod
    def _drills_need_no_window(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the file has
        if isinstance(given, dict) and given.get("drill") is not None:
            return {"window": _WINDOW_OF_DRILLS} | given
        return given


class NanoSettings(_Table):
    """All of it."""

    model: ModelSize
    training: Training
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _stages_fit(self) -> Self:
        taken = {_FOR_TOKENIZER}
        for stage in self.stages:
            if stage.name in taken:
                raise ValueError(f"stages: expected a name that isn't taken, got {stage.name!r}")
            if stage.drill is None and stage.window > self.model.window:
                raise ValueError(
                    f"stages: {stage.name}: window: expected at most the model's {self.model.window:,}, "
                    f"got {stage.window:,}"
                )
            later = sorted({*stage.also} - taken | {*stage.also} & {_FOR_TOKENIZER})
            if later:
                raise ValueError(f"stages: {stage.name}: also: expected earlier stages, got {', '.join(later)}")
            taken.add(stage.name)
        return self


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
    def tokenizer_samples(self) -> Path:
        """The samples that the tokenizer is trained on."""
        return self.root / "samples" / _FOR_TOKENIZER

    @property
    def checkpoint(self) -> Path:
        """The newest state of the training."""
        return self.root / "checkpoint.pt"

    @property
    def begun_with(self) -> Path:
        """The model whose weights it begins with; missing where it begins with drawn ones."""
        return self.root / "begun_with"

    @property
    def losses(self) -> Path:
        """The loss of each step, as lines of JSON."""
        return self.root / "losses.jsonl"

    @property
    def training(self) -> Path:
        """What the checkpoint is made of."""
        return self.root / "training.json"

    def trained_on(self, stage: Stage) -> Path:
        """What the samples that a stage was trained on are made of."""
        return self.root / f"trained_on_{stage.name}.json"

    def samples_of_stages(self) -> list[Path]:
        """The folders of samples that are there, but for the tokenizer's."""
        return sorted(path for path in (self.root / "samples").glob("*/") if path != self.tokenizer_samples)

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
    path = path or Path(str(files("riffler.service.training.nano") / "settings.toml"))
    try:
        return NanoSettings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise InvalidSetting(f"{path}: {exc}") from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        why = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(": ".join(filter(None, [str(path), where, why]))) from exc
