"""How to mend what an error tells of: one line an error, looked up by its class and the nearest of its bases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riffler.errors import (
    DurabilityUnavailable,
    EngineBusy,
    EngineFailed,
    EngineGarbled,
    EngineOutOfMemory,
    EngineRejected,
    EngineTimeout,
    EngineUnavailable,
    InvalidSetting,
    JudgeFailed,
    MemoryFailed,
    MemoryFull,
    MemoryUnavailable,
    RewriteFailed,
    RifflerError,
)

MENDS: Mapping[type[RifflerError], str] = MappingProxyType(
    {
        RifflerError: "The text says what was refused.",
        InvalidSetting: "Change the setting that the text names, or unset it.",
        MemoryFailed: "The text has the server's own words; Riffler needs core commands, Lua scripts and INFO.",
        MemoryUnavailable: "Start the server, or correct REDIS_URL, its password or the data folder.",
        MemoryFull: "Give the disk or the server's memory room; nothing that was acknowledged is lost by that.",
        DurabilityUnavailable: "Set `appendonly yes` and `appendfsync always` there, or durability to `default`.",
        EngineFailed: "Look at the log of the engine's server.",
        EngineUnavailable: "Start the engine's server, or correct RIFFLER_BASE_URL; of a local model, see the text.",
        EngineTimeout: "Wait until the server has loaded its model; else give it more time with RIFFLER_TIMEOUT_S.",
        EngineRejected: "Check RIFFLER_API_KEY and RIFFLER_MODEL; the text has the server's own words.",
        EngineBusy: "Try again later, or give the server more room.",
        EngineGarbled: "Of a server, check that RIFFLER_BASE_URL ends where OpenAI's API begins, as a rule /v1; of a "
        "local model, the text says what would help.",
        EngineOutOfMemory: "Take a smaller model, a smaller dtype or a smaller RIFFLER_WINDOW_TOKENS.",
        RewriteFailed: "Take another spaCy pipeline with RIFFLER_PIPELINE, or unset it for the blank one.",
        JudgeFailed: "Take a model that keeps to the form of a reply, or give the judge more time.",
    }
)


def mend(error: RifflerError) -> str:
    """Say how to mend what an error tells of.

    Args:
        error: Any of ours.

    Returns:
        One line.
    """
    return next(MENDS[kind] for kind in type(error).__mro__ if kind in MENDS)
