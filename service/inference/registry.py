"""Engines by name. To add one: write its file, and its line in `_ENGINES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from riffler.errors import InvalidSetting
from riffler.service.inference.openai import OPENAI_URL, MaxTokensField, OpenAIEngine
from riffler.service.inference.tokenizer import tokens_of
from riffler.service.inference.transformers.settings import Dtype
from riffler.service.ports.engine import Engine


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What any engine can be told. None leaves its own default; an engine ignores what isn't for it.

    Attributes:
        model: The model's name, as the server knows it; of a local model, a name on the hub or a folder.
        base_url: The server's address, up to and without `/chat/completions`.
        api_key: The server's key.
        window_tokens: How many tokens a request and its completion may have together.
        tokenizer: A name on the hub, or a folder, of the model's tokenizer.
        max_tokens_field: The name under which the most tokens of a completion are sent. None is what OpenAI's own
            server takes for all its models (`max_completion_tokens`), and what others take (`max_tokens`).
        timeout_s: Longest time of one call, its retries included.
        max_retries: How often a call is tried again.
        revision: Of a local model, or of `tokenizer`: a branch, tag or commit on the hub.
        local_only: Whether a local model, or `tokenizer`, is looked for without the network.
        device: Where a local model runs: `auto`, `cpu`, `cuda` or as `cuda:1`.
        dtype: Of a local model's weights: `auto`, `float32`, `bfloat16` or `float16`.
        tool_form: How a local model writes tool calls: `auto`, `hermes`, `llama`, `mistral` or `qwen_xml`.
        batch_size: Most requests that a local model computes together, or by turns (nano).
        reuse_gib: Memory for computed beginnings of sessions; 0 keeps none. None is a third of what is free, and of
            nano's a quarter GiB.
        memory_gib: Most memory for all keys and values. None is what a GPU has, and half of what is free on the CPU.
        constrained: Whether a local model's calls can be nothing but calls of the tools on offer. None is yes for nano,
            and no for transformers.
    """

    model: str | None = None
    base_url: str | None = field(default=None, repr=False)  # it may have a password
    api_key: SecretStr | None = None
    window_tokens: int | None = None
    tokenizer: str | None = None
    max_tokens_field: MaxTokensField | None = None
    timeout_s: float = 600.0
    max_retries: int = 2
    revision: str | None = None
    local_only: bool = False
    device: str = "auto"
    dtype: Dtype = "auto"
    tool_form: str = "auto"
    batch_size: int = 8
    reuse_gib: float | None = None
    memory_gib: float | None = None
    constrained: bool | None = None


def _nano(settings: EngineSettings) -> Engine:
    from riffler.service.inference.nano import NanoEngine  # noqa: PLC0415 - only where it is used
    from riffler.service.inference.nano.shipped import shipped_model  # noqa: PLC0415

    if not settings.model:
        shipped = shipped_model()
        folder, name = shipped.folder, shipped.name
    else:
        folder = Path(settings.model).absolute()
        name = folder.name
        if not folder.is_dir():
            raise InvalidSetting(f"engine nano: model: expected a folder, or none for its own, got {settings.model!r}")
    return NanoEngine(
        folder,
        name=name,
        window_tokens=settings.window_tokens,
        reuse_gib=0.25 if settings.reuse_gib is None else settings.reuse_gib,
        at_once=settings.batch_size,
        constrained=settings.constrained is not False,
        timeout_s=settings.timeout_s,
    )


def _openai(settings: EngineSettings) -> Engine:
    if not settings.model:
        raise InvalidSetting("engine openai: model: needs the name of a model that the server has")
    if settings.base_url is None and settings.api_key is None:
        raise InvalidSetting("engine openai: needs a base_url, or an api_key for OpenAI's own server")
    base_url = settings.base_url if settings.base_url is not None else OPENAI_URL
    own: MaxTokensField = "max_completion_tokens" if base_url.rstrip("/") == OPENAI_URL.rstrip("/") else "max_tokens"
    return OpenAIEngine(
        settings.model,
        base_url=base_url,
        api_key=settings.api_key,
        window_tokens=settings.window_tokens if settings.window_tokens is not None else 32_768,
        counter=tokens_of(settings.tokenizer, settings.local_only, settings.revision),
        timeout_s=settings.timeout_s,
        max_retries=settings.max_retries,
        max_tokens_field=settings.max_tokens_field or own,
    )


def _reader(settings: EngineSettings) -> Engine:
    from riffler.service.inference.reader import ReaderEngine  # noqa: PLC0415 - only where it is used

    return ReaderEngine() if settings.window_tokens is None else ReaderEngine(settings.window_tokens)


def _transformers(settings: EngineSettings) -> Engine:
    if not settings.model:
        raise InvalidSetting("engine transformers: model: needs a name on the hub, or a folder")
    from riffler.service.inference.transformers import TransformersEngine  # noqa: PLC0415 - only where it is used

    return TransformersEngine(
        settings.model,
        revision=settings.revision,
        local_only=settings.local_only,
        device=settings.device,
        dtype=settings.dtype,
        window_tokens=settings.window_tokens,
        tool_form=settings.tool_form,
        batch_size=settings.batch_size,
        reuse_gib=settings.reuse_gib,
        memory_gib=settings.memory_gib,
        constrained=settings.constrained is True,
        timeout_s=settings.timeout_s,
    )


_ENGINES: Mapping[str, Callable[[EngineSettings], Engine]] = MappingProxyType(
    {"nano": _nano, "openai": _openai, "reader": _reader, "transformers": _transformers}
)
ENGINE_NAMES = tuple(_ENGINES)


def build_engine(
    name: str,
    *,
    model: str | None = None,
    base_url: str | None = None,
    api_key: SecretStr | str | None = None,
    window_tokens: int | None = None,
    tokenizer: str | None = None,
    max_tokens_field: MaxTokensField | None = None,
    timeout_s: float = 600.0,
    max_retries: int = 2,
    revision: str | None = None,
    local_only: bool = False,
    device: str = "auto",
    dtype: Dtype = "auto",
    tool_form: str = "auto",
    batch_size: int = 8,
    reuse_gib: float | None = None,
    memory_gib: float | None = None,
    constrained: bool | None = None,
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
        revision: A local model's revision, or the tokenizer's.
        local_only: Whether to keep off the network.
        device: A local model's device.
        dtype: A local model's numbers.
        tool_form: How a local model writes tool calls.
        batch_size: Most requests at a time.
        reuse_gib: Memory for computed beginnings.
        memory_gib: Most memory for keys and values.
        constrained: Whether calls are.

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
        model=model,
        base_url=base_url or None,
        api_key=SecretStr(key) if key else None,
        window_tokens=window_tokens,
        tokenizer=tokenizer,
        max_tokens_field=max_tokens_field,
        timeout_s=timeout_s,
        max_retries=max_retries,
        revision=revision,
        local_only=local_only,
        device=device,
        dtype=dtype,
        tool_form=tool_form,
        batch_size=batch_size,
        reuse_gib=reuse_gib,
        memory_gib=memory_gib,
        constrained=constrained,
    )
    return make(settings)
