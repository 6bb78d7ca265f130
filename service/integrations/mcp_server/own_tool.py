"""What a tool of the MCP server's own is: a name, a description, arguments, and what it does at a client's desk.

The context tools are pure and know no session; these are what a host needs beside them, to put something in, to see
what a model would see, and to close the loop of learning.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import Hints
from riffler.tools.tool import Arguments

A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool says.

    Attributes:
        text: What the model reads.
        values: The same as values, where they are more than a text.
    """

    text: str
    values: dict[str, Any] | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Said:
        """Say values: as JSON, for hosts whose model reads texts alone."""
        return cls(json.dumps(values, ensure_ascii=False), dict(values))


@dataclass(frozen=True)
class OwnTool(Generic[A]):
    """A tool of the server's own.

    Attributes:
        name: As the host calls it.
        description: What the model reads.
        arguments: The class of its arguments; field descriptions are what the model reads.
        hints: How it acts.
        run: Does it. A `RifflerError` is told to the model.
    """

    name: str
    description: str
    arguments: type[A]
    hints: Hints
    run: Callable[[Desk, A], Awaitable[Said]]
