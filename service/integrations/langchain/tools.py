"""The context tools as LangChain's: with their real schemas, for threads and for event loops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException

from riffler.errors import InvalidInput, NotFound, ToolRefused
from riffler.service.integrations.background import Background
from riffler.service.integrations.langchain.threads import session_of

Call = Callable[[str, str, Mapping[str, Any]], Awaitable[str]]
"""Calls a tool: the session's name, the tool's, and the arguments go in, what a model reads comes out."""


def tools_of(schemas: Iterable[Mapping[str, Any]], call: Call, session: str, background: Background) -> list[BaseTool]:
    """Make tools for LangChain.

    Args:
        schemas: Of the tools, in OpenAI's shape.
        call: Calls one, in the background's loop.
        session: The session's name; empty takes that of the thread in whose graph a tool runs.
        background: Where calls run.

    Returns:
        One tool for each schema. What a tool refuses is text that the model reads: it changes nothing, and says what
        would work.
    """
    return [_tool(schema["function"], call, session, background) for schema in schemas]


def _tool(function: Mapping[str, Any], call: Call, session: str, background: Background) -> BaseTool:
    name = function["name"]

    async def made(there: str, arguments: Mapping[str, Any]) -> str:
        if not there:
            raise ToolException("no session: this runs in no thread, so the tools need the name of one")
        try:
            return await call(there, name, arguments)
        except (ToolRefused, NotFound, InvalidInput) as exc:
            raise ToolException(str(exc)) from exc

    def run(**arguments: Any) -> str:  # noqa: ANN401 - as the schema says
        return background.run(made(session or session_of(), arguments))

    async def arun(**arguments: Any) -> str:  # noqa: ANN401 - as the schema says
        there = session or session_of()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(made(there, arguments), background.loop()))

    return StructuredTool.from_function(
        run,
        coroutine=arun,
        name=name,
        description=function["description"],
        args_schema=dict(function["parameters"]),
        infer_schema=False,
        handle_tool_error=True,
    )
