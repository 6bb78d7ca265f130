"""`riffler.agent_graph`: Riffler's own agent as a part of a LangGraph of yours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from riffler.service.app import Riffler
from riffler.service.integrations.background import Background, Standing
from riffler.service.integrations.langchain.graph import Turning, graph_of
from riffler.service.integrations.langchain.threads import session_named
from riffler.service.proxied import proxy_of
from riffler.service.settings import Settings, read_settings

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph


@contextmanager
def agent_graph(
    session: str | None = None, *, settings: Settings | None = None, tenant: str = "local"
) -> Iterator[CompiledStateGraph[Any, Any, Any, Any]]:
    """Give a graph that answers the messages of its state, as a node for a `StateGraph(MessagesState)`.

    The model of the settings answers; Riffler's tools run inside. It needs no extra.

    Args:
        session: The session; None takes one for each thread of the graph, and for each place that it has there.
        settings: What to run on; None reads them from the environment.
        tenant: Whose sessions and decisions.

    Yields:
        The graph. What was started is closed at the end of the block.
    """
    made, background = settings or read_settings(), Background("riffler-graph")
    riffler = Standing(background, lambda: Riffler(made, tenant))
    riffler.get()  # what is wrong with the settings is said here
    turning = Turning(lambda: proxy_of(riffler.get()), tenant, background)
    try:
        yield graph_of(turning, "" if session is None else session_named(session))
    finally:
        turning.stop()
        background.run(riffler.get().aclose())
        background.close()
