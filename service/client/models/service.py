"""How the service is, over the wire."""

from __future__ import annotations

from typing import ClassVar, Literal

from riffler.service.client.models.base import Out


class Engine(Out):
    """An engine.

    Attributes:
        name: The engine.
        model: The model that it runs.
        window_tokens: Tokens that a request and its completion may have together.
        can_rewrite: Whether it can word a text anew.
        notice: What belongs under each of its answers.
        ready: Whether it can answer now.
        failure: Why it can't.
    """

    described: ClassVar[str] = "EngineOut"

    name: str
    model: str
    window_tokens: int
    can_rewrite: bool
    notice: str
    ready: bool
    failure: str | None


class Alive(Out):
    """The process answers.

    Attributes:
        status: Always this.
    """

    described: ClassVar[str] = "Alive"

    status: Literal["alive"] | str


class Health(Out):
    """Whether questions can be answered now.

    Attributes:
        ready: Whether they can.
        failures: What isn't ready, with the kind of failure.
    """

    described: ClassVar[str] = "Health"

    ready: bool
    failures: dict[str, str]
