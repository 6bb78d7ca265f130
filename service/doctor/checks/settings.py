"""Settings that have no effect, contradict each other or were misspelt. What can't be read at all never gets here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject
from riffler.service.settings import Settings

_PREFIX = "RIFFLER_"
_ALIKE = 0.75
_NOT_FOR: Mapping[str, tuple[str, ...]] = {
    "model": ("reader",),
    "tokenizer": ("reader", "nano", "transformers"),
    "base_url": ("reader", "nano", "transformers"),
    "api_key": ("reader", "nano", "transformers"),
    "revision": ("reader", "nano"),
    "device": ("reader", "nano", "openai"),
    "dtype": ("reader", "nano", "openai"),
    "tool_form": ("reader", "nano", "openai"),
    "batch_size": ("reader", "openai"),
    "reuse_gib": ("reader", "openai"),
    "memory_gib": ("reader", "nano", "openai"),
    "constrained": ("reader", "openai"),
}
"""Settings, and the engines that don't look at them."""


async def _run(subject: Subject) -> list[Finding]:
    settings = subject.settings
    found = [
        *_misspelt(subject.environment),
        *_twice(subject.environment),
        *_without_effect(settings),
        *_unencrypted(settings),
    ]
    names = sorted(settings.model_fields_set)
    readable = Finding("ok", f"readable; set: {', '.join(names) or 'none, all are defaults'}")
    return [readable, *found]


def _misspelt(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Find variables that nobody reads: pydantic-settings passes over them in silence."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(environment):
        if name.upper().startswith(_PREFIX) and name.upper().removeprefix(_PREFIX) not in known:
            near = difflib.get_close_matches(name.upper().removeprefix(_PREFIX), known, 1, _ALIKE)
            yield Finding(
                "warn",
                f"{name} is set, but no setting has this name",
                f"Did you mean {_PREFIX}{near[0]}?" if near else "Unset it.",
            )


def _twice(environment: Mapping[str, str]) -> Iterator[Finding]:
    first, second = environment.get("REDIS_URL"), environment.get("RIFFLER_REDIS_URL")
    if first is not None and second is not None and first != second:
        yield Finding("warn", "REDIS_URL and RIFFLER_REDIS_URL differ; the first one counts", "Unset one of them.")


def _without_effect(settings: Settings) -> Iterator[Finding]:
    given = settings.model_fields_set
    for name, engines in _NOT_FOR.items():
        value, own = getattr(settings, name), Settings.model_fields[name].default
        if name in given and value and value != own and settings.engine in engines:
            yield _unused(name, f"engine {settings.engine!r} doesn't look at it")
    if not settings.rewriting and settings.pipeline is not None:
        yield _unused("pipeline", "rewriting is off, and nothing else reads queries")


def _unused(name: str, why: str) -> Finding:
    return Finding(
        "warn", f"{name} is set, but has no effect: {why}", f"Unset {_PREFIX}{name.upper()}, or change the other."
    )


def _unencrypted(settings: Settings) -> Iterator[Finding]:
    """Find secrets that would travel a foreign network in clear text."""
    if settings.engine == "openai" and settings.api_key is not None and _open(settings.base_url or "", "http"):
        yield Finding("warn", "api_key would be sent over http, readable on the way", "Use https in RIFFLER_BASE_URL.")
    url = settings.redis_url.get_secret_value() if settings.redis_url is not None else ""
    if "@" in url and _open(url, "redis"):
        yield Finding("warn", "Redis' password would be sent unencrypted", "Use rediss:// in REDIS_URL.")


def _open(url: str, scheme: str) -> bool:
    """Tell whether an address has the unencrypted scheme and leads away from this machine and its private network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False  # the part that uses the address tells that it is none
    if parts.scheme != scheme or not host:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host  # a name without a dot is of this machine, or of the containers' network
    return not (address.is_private or address.is_loopback)


CHECK = Check("settings", _run, deadline_s=5.0)
