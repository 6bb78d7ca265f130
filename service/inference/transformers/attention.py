"""Keeps PyTorch from cuDNN's attention on CUDA, where it may choose among several kernels for the same thing.

cuDNN makes a plan for each pair of lengths that it hasn't met: 37 ms on an H200, once a thread, and no plan is ever let
go. A reply's keys are one longer at each token, and prompts have any length: nearly every step would make a plan, and
memory would grow for as long as the engine runs. PyTorch's own kernels (flash, memory-efficient, plain) have no plans.

The switch is one for the process, also behind `torch.nn.attention.sdpa_kernel`, which only looks as if it were a
thread's: of two such blocks in two threads, each could put back what the other had set. So those who need it are
counted; the first turns cuDNN's attention off, and the last puts back what was there. Another model of the same process
gets PyTorch's other kernels meanwhile, too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class _Switch:
    """PyTorch's switch, and who holds it."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._holders = 0
        self._before = False

    def hold(self) -> None:
        with self._gate:
            if self._holders == 0:
                self._before = bool(torch.backends.cuda.cudnn_sdp_enabled())  # type: ignore[no-untyped-call]
                torch.backends.cuda.enable_cudnn_sdp(False)
            self._holders += 1

    def let_go(self) -> None:
        with self._gate:
            self._holders -= 1
            if self._holders == 0:
                torch.backends.cuda.enable_cudnn_sdp(self._before)


_SWITCH = _Switch()  # one for the process, as PyTorch's is


@contextmanager
def without_plans(device: torch.device) -> Iterator[None]:
    """Run something without cuDNN's attention.

    Args:
        device: Where it runs. Nothing is switched for any but CUDA.

    Yields:
        Nothing.
    """
    if device.type != "cuda":
        yield
        return
    _SWITCH.hold()
    try:
        yield
    finally:
        _SWITCH.let_go()
