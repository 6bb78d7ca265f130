"""What the engine can be told, checked before anything is imported or loaded."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from riffler.errors import InvalidSetting
from riffler.service.inference.chat.forms import FORMS

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """Settings of one local model.

    Attributes:
        model: A name on the hub, or a folder.
        revision: A branch, tag or commit on the hub; None is its main branch.
        local_only: Whether to use the hub's local cache only, and never the network.
        device: `auto` (CUDA when there is one, else the CPU), `cpu`, `cuda` or `cuda:1`.
        dtype: Of weights and cache. `auto` is that of the checkpoint on CUDA, and float32 on the CPU.
        window_tokens: How many tokens a request and its completion may have together; None is the model's own.
        tool_form: How the model writes tool calls; `auto` finds out from its chat template.
        batch_size: Most requests that are computed together.
        reuse_gib: Memory for computed beginnings of sessions; 0 keeps none. None is a third of what is free on the
            device after loading, on the CPU at most 2 GiB.
        memory_gib: Most memory for keys and values, of running requests and kept beginnings, but for one layer that is
            being moved. None is what a GPU has, and on the CPU half of what is available after loading.
        constrained: Whether a call can be nothing but a whole call of a tool on offer, with ids of the view and markers
            copied from it. It costs a wait for the device at each token of a call.
        timeout_s: Longest time of one call, from when it is handed over, waiting included, loading excluded.

    Raises:
        InvalidSetting: A value isn't possible.
    """

    model: str
    revision: str | None = None
    local_only: bool = False
    device: str = "auto"
    dtype: Dtype = "auto"
    window_tokens: int | None = None
    tool_form: str = "auto"
    batch_size: int = 8
    reuse_gib: float | None = None
    memory_gib: float | None = None
    constrained: bool = False
    timeout_s: float = 600.0

    def __post_init__(self) -> None:
        """Check each value."""
        _expect(bool(self.model.strip()), "model", self.model, "a name on the hub or a folder")
        _expect(_DEVICE.fullmatch(self.device) is not None, "device", self.device, "auto, cpu, cuda or as cuda:1")
        _expect(self.dtype in get_args(Dtype), "dtype", self.dtype, f"one of {', '.join(get_args(Dtype))}")
        forms = ("auto", *sorted(FORMS))
        _expect(self.tool_form in forms, "tool_form", self.tool_form, f"one of {', '.join(forms)}")
        _expect(self.batch_size >= 1, "batch_size", self.batch_size, "at least 1")
        window = self.window_tokens
        _expect(window is None or window >= 1, "window_tokens", window, "at least 1")
        reuse = self.reuse_gib
        _expect(reuse is None or 0 <= reuse < math.inf, "reuse_gib", reuse, "a number of GiB, at least 0")
        memory = self.memory_gib
        _expect(memory is None or 0 < memory < math.inf, "memory_gib", memory, "a number of GiB above 0")
        _expect(0 < self.timeout_s < math.inf, "timeout_s", self.timeout_s, "a number of seconds above 0")

    @property
    def where(self) -> str:
        """Who speaks, to start an error's text with."""
        return f"engine transformers with {self.model}"


def _expect(holds: bool, name: str, got: object, expected: str) -> None:
    if not holds:
        raise InvalidSetting(f"engine transformers: {name}: expected {expected}, got {got!r}")
