"""Engines by name. To add one: write its file, and its line in `_ENGINES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import SecretStr

from riffler.errors import InvalidSetting
from riffler.service.inference.openai import OPENAI_URL, MaxTokensField, OpenAIEngine
from riffler.service.inference.tokenizer import ModelTokens
from riffler.service.ports.engine import Engine


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What any engine can be told. None leaves its own default; an engine ignores what isn't for it.

    Attributes:
        model: The model's name, as the server knows it.
        base_url: The server's address, up to and without `/chat/completions`.
        api_key: The server's key.
        window_tokens: How many tokens a request and its completion may have together.
        tokenizer: A name on the hub, or a folder, of the model's tokenizer.
        max_tokens_field: The name under which the most tokens of a completion are sent.
        timeout_s: Longest time of one call, its retries included.
        max_retries: How often a call is tried again.
    """

    model: str | None = None
    base_url: str | None = None
    api_key: SecretStr | None = None
    window_tokens: int | None = None
    tokenizer: str | None = None
    max_tokens_field: MaxTokensField = "max_tokens"
    timeout_s: float = 600.0
    max_retries: int = 2


def _openai(settings: EngineSettings) -> Engine:
    if not settings.model:
        raise InvalidSetting("engine openai: model: needs the name of a model that the server has")
    if settings.base_url is None and settings.api_key is None:
        raise InvalidSetting("engine openai: needs a base_url, or an api_key for OpenAI's own server")
    return OpenAIEngine(
        settings.model,
        base_url=settings.base_url if settings.base_url is not None else OPENAI_URL,
        api_key=settings.api_key,
        window_tokens=settings.window_tokens if settings.window_tokens is not None else 32_768,
        counter=ModelTokens(settings.tokenizer) if settings.tokenizer is not None else None,
        timeout_s=settings.timeout_s,
        max_retries=settings.max_retries,
        max_tokens_field=settings.max_tokens_field,
    )


def _reader(settings: EngineSettings) -> Engine:
    from riffler.service.inference.reader import ReaderEngine  # noqa: PLC0415 - only where it is used

    return ReaderEngine() if settings.window_tokens is None else ReaderEngine(settings.window_tokens)


_ENGINES: Mapping[str, Callable[[EngineSettings], Engine]] = MappingProxyType({"openai": _openai, "reader": _reader})
ENGINE_NAMES = tuple(_ENGINES)


def build_engine(
    name: str,
    *,
    model: str | None = None,
    base_url: str | None = None,
    api_key: SecretStr | str | None = None,
    window_tokens: int | None = None,
    tokenizer: str | None = None,
    max_tokens_field: MaxTokensField = "max_tokens",
    timeout_s: float = 600.0,
    max_retries: int = 2,
) -> Engine:
    """Make the engine of a name. Nothing is connected or loaded yet.

    Args:
        name: One of `ENGINE_NAMES`.
        model: See `EngineSettings`, as for all that follow.
        base_url: The server's address.
        api_key: The server's key; empty counts as none.
        window_tokens: The window.
        tokenizer: The model's tokenizer.
        max_tokens_field: The name of a field.
        timeout_s: Longest time of one call.
        max_retries: How often a call is tried again.

    Returns:
        The engine.

    Raises:
        InvalidSetting: No engine has this name, or a setting isn't possible for it.
    """
    make = _ENGINES.get(name)
    if make is None:
        raise InvalidSetting(f"engine: one of {', '.join(ENGINE_NAMES)}, got {name!r}")
    key = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key
    settings = EngineSettings(
        model,
        base_url or None,
        SecretStr(key) if key else None,
        window_tokens,
        tokenizer,
        max_tokens_field,
        timeout_s,
        max_retries,
    )
    return make(settings)
