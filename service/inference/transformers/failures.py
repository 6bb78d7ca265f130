"""PyTorch's failures in our words. The only place that knows them."""

from __future__ import annotations

import torch

from riffler.errors import EngineFailed, EngineGarbled, EngineOutOfMemory, EngineUnavailable

_MEMORY_SAYS = (
    "can't allocate memory",
    "not enough memory",
    "bad alloc",
    "out of memory",
    "cublas_status_alloc_failed",
)
_ADVICE = "shorten the request, lower batch_size or reuse_gib, raise memory_gib, or use a smaller model or dtype"


class NoRoom(RuntimeError):
    """The limit `memory_gib` is reached. Handled as if the device itself had no more."""


def is_out_of_memory(exc: BaseException) -> bool:
    """Tell whether a failure is a lack of memory.

    Args:
        exc: What was raised.

    Returns:
        True for CUDA's and the CPU allocator's errors, Python's own and our limit's.
    """
    if isinstance(exc, NoRoom | MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(exc, RuntimeError) and any(words in str(exc).lower() for words in _MEMORY_SAYS)


def is_fatal(exc: BaseException) -> bool:
    """Tell whether a failure is of the device itself, after which nothing on it works in this process.

    CUDA says so late, from whatever call comes next, and then from every call. An error of its libraries
    (`CUBLAS_STATUS_...`) isn't counted: if there is more behind it, the next step fails by CUDA's own.

    Args:
        exc: What was raised.

    Returns:
        True for errors of the accelerator but for a lack of memory.
    """
    if is_out_of_memory(exc):
        return False
    if isinstance(exc, torch.AcceleratorError):
        return True
    says = str(exc)
    return isinstance(exc, RuntimeError) and says.startswith("CUDA error") and "CUBLAS_STATUS" not in says


def no_numbers(dtype: torch.dtype, where: str) -> EngineFailed:
    """Say that the model said nothing: its logits are NaN or infinite.

    Args:
        dtype: What it computes in.
        where: Who failed, to start the text with.

    Returns:
        The error to raise, of one line.
    """
    name = str(dtype).removeprefix("torch.")
    advice = (
        "its weights are broken" if dtype == torch.float32 else f"{name} may be too narrow for it, try dtype float32"
    )
    return EngineGarbled(f"{where}: what the model computes are no finite numbers: {advice}")


def translate(exc: BaseException, where: str) -> EngineFailed:
    """Say in our words what was raised while the model ran.

    Args:
        exc: Anything; an EngineFailed is given back as it is.
        where: Who failed, to start the text with.

    Returns:
        The error to raise, of one line.
    """
    if isinstance(exc, EngineFailed):
        return exc
    why = " ".join(str(exc).split())[:300]
    if is_out_of_memory(exc):
        return EngineOutOfMemory(f"{where}: out of memory ({why}): {_ADVICE}")
    return EngineUnavailable(f"{where}: failed ({type(exc).__name__}: {why})")


def broken(exc: BaseException, where: str) -> EngineUnavailable:
    """Say that nothing works any more, and why.

    Args:
        exc: What was raised.
        where: Who is broken, to start the text with.

    Returns:
        The error to raise, of one line.
    """
    why = " ".join(str(exc).split())[:300]
    return EngineUnavailable(f"{where}: is broken ({type(exc).__name__}: {why}): restart the process")
