"""How much memory keys and values may take, running and kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from riffler.service.inference.transformers.layers import tokens_within
from riffler.service.inference.transformers.loading import LocalModel, free_memory
from riffler.service.inference.transformers.settings import GIB, LocalSettings
from riffler.service.logs import get_logger

_LOG = get_logger("transformers")
_MOST_KEPT_ON_CPU = 2 * GIB
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes in bytes.

    Attributes:
        token: What one token's keys and values take.
        limit: What all may take together; None is what the device gives.
        kept: What beginnings of sessions may take of it.
        window_tokens: How many tokens one request and its completion may have, for which there is memory; None where
            that can't be told.
    """

    token: int
    limit: int | None
    kept: int
    window_tokens: int | None = None


def sizes_of(local: LocalModel, settings: LocalSettings, token: int) -> Sizes:
    """Choose sizes, of what is free now that the model is loaded.

    A GPU's allocator says when there is no more. On the CPU nobody does before the kernel ends the process, so half of
    what is available is the limit there. A third of what is free, or of the limit, is for computed beginnings; on the
    CPU at most 2 GiB, as others need its memory too.

    Args:
        local: The model.
        settings: What is asked for.
        token: Bytes of one token's keys and values.

    Returns:
        The sizes.
    """
    free = free_bytes(local.device)
    on_cpu = local.device.type == "cpu"
    limit = int(settings.memory_gib * GIB) if settings.memory_gib is not None else free // 2 if on_cpu else None
    if settings.reuse_gib is not None:
        kept = int(settings.reuse_gib * GIB)
    else:
        kept = min(free, free if limit is None else limit) // 3
        kept = min(kept, _MOST_KEPT_ON_CPU) if on_cpu else kept
    kept = kept if local.plain else 0
    most = free if limit is None and local.plain else limit  # others than plain ones may stop to grow
    window = None if most is None else tokens_within(most // token)
    _LOG.info(
        "memory",
        model=settings.model,
        token_bytes=token,
        limit_tokens=None if limit is None else limit // token,
        kept_tokens=kept // token,
    )
    return Sizes(token, limit, kept, window)


def free_bytes(device: torch.device) -> int:
    """Tell how much memory nobody uses.

    Args:
        device: Of which device.

    Returns:
        Bytes. On the CPU: what can be had without swapping, within the control group's limit.
    """
    if device.type == "cuda":
        free_memory()
        return torch.cuda.mem_get_info(device)[0]
    return max(0, min((_available(), *_left_in_groups())))


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):  # no Linux: half of what there is, as nothing says what is free
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _left_in_groups(root: Path = _CGROUP, own: Path = Path("/proc/self/cgroup")) -> Iterator[int]:
    """Give what the process's control group (v2), and each one around it, leaves of its limit."""
    try:
        path = next(line[4:] for line in own.read_text("utf-8").splitlines() if line.startswith("0::/"))
    except (OSError, StopIteration):
        return
    here = root / path
    for folder in (here, *here.parents):
        try:
            most = int((folder / "memory.max").read_text("ascii"))
            stat = dict(line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines())
            yield most - int((folder / "memory.current").read_text("ascii")) + int(stat["inactive_file"])
        except (OSError, ValueError):  # not there, as in the root, or `max`
            pass
        if folder == root:
            return
