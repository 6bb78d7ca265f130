"""How to mend what an error tells of: one line an error, looked up by its class and the nearest of its bases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from riffler import errors
from riffler.errors import (
    Conflict,
    DurabilityUnavailable,
    EngineBusy,
    EngineFailed,
    EngineGarbled,
    EngineOutOfMemory,
    EngineRejected,
    EngineTimeout,
    EngineUnavailable,
    InvalidInput,
    InvalidSetting,
    JudgeFailed,
    KeyRefused,
    LimitReached,
    MemoryFailed,
    MemoryFull,
    MemoryUnavailable,
    NotFound,
    OverBudget,
    RewriteFailed,
    RifflerError,
    ScopeMissing,
    SessionBusy,
)

MENDS: Mapping[type[RifflerError], str] = MappingProxyType(
    {
        RifflerError: "The text says what was refused.",
        InvalidInput: "The client sent what can't be accepted; the answer that it got names the field.",
        NotFound: "The client asked for what isn't there, or for what belongs to another tenant.",
        KeyRefused: "The client sends `Authorization: Bearer` and a valid key; `riffler keys create` makes one.",
        ScopeMissing: "Make a key with the scope that the answer names: `riffler keys create --scope`.",
        LimitReached: "Raise the limit that the answer names, or give the app another key.",
        Conflict: "Somebody else was first: the client reads anew and asks again.",
        SessionBusy: "A session has one turn at a time: the client asks again when the other one has ended.",
        OverBudget: "Use an engine with a larger window, shorter texts, or let Riffler fold: RIFFLER_FITTING.",
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


_UNFORESEEN = "A bug in Riffler: its log has a line `request failed` or `turn failed` with the request's id."


def mend_named(name: str) -> str:
    """Say how to mend an error of which only the name is known.

    Args:
        name: The error's class; `Unforeseen` is a bug.

    Returns:
        One line.
    """
    kind: object = getattr(errors, name, None)
    if not isinstance(kind, type) or not issubclass(kind, RifflerError):
        return _UNFORESEEN
    return mend(kind())


def mend(error: RifflerError) -> str:
    """Say how to mend what an error tells of.

    Args:
        error: Any of ours.

    Returns:
        One line.
    """
    return next(MENDS[kind] for kind in type(error).__mro__ if kind in MENDS)
