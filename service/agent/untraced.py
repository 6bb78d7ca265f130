"""Keeps a turn's graph out of traces: what it passes on are users' texts, and they go nowhere that nobody set.

LangGraph traces each graph to LangSmith where the environment says so, as the environment of who embeds Riffler often
does for an app of its own; and a graph that runs inside another one tells that one's callbacks of itself.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from langchain_core.runnables.config import var_child_runnable_config
from langchain_core.tracers.context import tracing_v2_callback_var
from langsmith import tracing_context

T = TypeVar("T")


async def untraced(items: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Give what a graph gives, and let nobody trace it.

    The caller's own context is as it was between two items: its traces are its own.

    Args:
        items: What the graph's `astream` gives; closed with this.

    Yields:
        The items.
    """
    async with aclosing(items):
        while True:
            inside, tracer = var_child_runnable_config.set(None), tracing_v2_callback_var.set(None)
            try:
                with tracing_context(enabled=False):
                    item = await anext(items)
            except StopAsyncIteration:
                return
            finally:
                tracing_v2_callback_var.reset(tracer)
                var_child_runnable_config.reset(inside)
            yield item
