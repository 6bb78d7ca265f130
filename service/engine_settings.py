"""The engine that the settings name."""

from __future__ import annotations

from riffler.service.inference.registry import build_engine
from riffler.service.ports.engine import Engine
from riffler.service.settings import Settings


def engine_of(settings: Settings) -> Engine:
    """Make the engine that the settings name. Raises `InvalidSetting` where they don't fit it.

    Args:
        settings: The settings.

    Returns:
        The engine.
    """
    return build_engine(
        settings.engine,
        model=settings.model,
        base_url=settings.base_url,
        api_key=settings.api_key,
        window_tokens=settings.window_tokens,
        tokenizer=settings.tokenizer,
        timeout_s=settings.timeout_s,
        revision=settings.revision,
        local_only=settings.local_only,
        device=settings.device,
        dtype=settings.dtype,
        tool_form=settings.tool_form,
        batch_size=settings.batch_size,
        reuse_gib=settings.reuse_gib,
        memory_gib=settings.memory_gib,
        constrained=settings.constrained,
    )
