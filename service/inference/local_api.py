"""`LocalApi`: a small HTTP server that speaks OpenAI's chat API, and answers as it is told.

For tests of apps, which meet a real socket so, and for trying Riffler without a model:

    python -m riffler.service.inference.local_api --port 0

prints its address and repeats the last user message. It serves `POST /v1/chat/completions`
(with and without a stream, tools, usage, several choices) and `GET /v1/models`, on 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from riffler.errors import EngineBusy, EngineFailed, EngineRejected, InvalidMessage, InvalidSetting
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.local_wire import error_object, read_request, write_answer, write_stream
from riffler.service.inference.scripted import Reply, ReplyFunction, completion_of, reply_function
from riffler.service.ports.engine import EngineRequest
from riffler.tools.tokens import EstimatedTokens

if TYPE_CHECKING:
    from riffler.service.inference.local_server import Answer


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came.

    Attributes:
        body: The decoded body, or None when it was no JSON.
        headers: Its headers, names in lower case. Not in the `repr`, for the key is among them.
    """

    body: Any
    headers: Mapping[str, str] = field(repr=False)


class LocalApi:
    """A server for the time of an `async with`.

    Args:
        reply: What the model says: a list of replies, or a function from a request to a reply (see `scripted`). A reply
            that is an `EngineFailed` becomes status 400, 429 or 500.
        model: The model to report.
        window_tokens: The window to list the model with, as vLLM does; None lists none.
        faults: What goes wrong with each answer in turn, None for nothing. When they are used up, nothing does.
        port: The port; 0 takes a free one.

    Attributes:
        received: Every chat request so far.
        disconnects: How many clients went before their answer was complete.
    """

    def __init__(
        self,
        reply: Iterable[Reply] | ReplyFunction,
        *,
        model: str = "local",
        window_tokens: int | None = None,
        faults: Iterable[Fault | None] = (),
        port: int = 0,
    ) -> None:
        self.received: list[Received] = []
        self.disconnects = 0
        self._reply = reply_function(reply)
        self._model = model
        self._window_tokens = window_tokens
        self._faults = iter(faults)
        self._wanted_port = port
        self._port: int | None = None
        self._counter = EstimatedTokens()
        self._gone = asyncio.Event()
        self._stack = AsyncExitStack()

    @property
    def base_url(self) -> str:
        """The address for a client, with `/v1`. It exists while the server runs."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def disconnected(self) -> None:
        """Wait until a client has gone before its answer was complete."""
        await self._gone.wait()

    async def __aenter__(self) -> Self:
        """Start.

        Returns:
            This server, with its address.

        Raises:
            InvalidSetting: The port can't be had.
        """
        from riffler.service.inference.local_server import served  # noqa: PLC0415 - takes a while

        row = {"id": self._model, "object": "model", "created": 0, "owned_by": "riffler"}
        window = {} if self._window_tokens is None else {"max_model_len": self._window_tokens}
        models = {"object": "list", "data": [row | window]}
        serving = served(self._answer, models, self._wanted_port, self._on_disconnect)
        try:
            self._port = await self._stack.enter_async_context(serving)
        except (OSError, OverflowError) as exc:
            raise InvalidSetting(f"LocalApi: port: {self._wanted_port} can't be had ({exc})") from exc
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop. Answers that wait are given up."""
        await self._stack.aclose()

    def _on_disconnect(self) -> None:
        self.disconnects += 1
        self._gone.set()

    async def _answer(self, headers: Mapping[str, str], body: object) -> Answer:
        self.received.append(Received(body, headers))
        number = len(self.received)
        fault = next(self._faults, None)
        if fault is not None and fault.kind == "status":
            return _error(fault.status, fault.message, fault.error_type, fault.headers)
        try:
            request, with_usage = read_request(body)
        except InvalidMessage as exc:
            return _error(400, str(exc), "invalid_request_error")
        try:
            copies = body.get("n") if isinstance(body, dict) else 1
            return await self._said(request, with_usage, number, fault, copies if isinstance(copies, int) else 1)
        except EngineFailed as exc:
            status = 400 if isinstance(exc, EngineRejected) else 429 if isinstance(exc, EngineBusy) else 500
            return _error(status, str(exc), "scripted")

    async def _said(
        self, request: EngineRequest, with_usage: bool, number: int, fault: Fault | None, copies: int
    ) -> Answer:
        from riffler.service.inference.local_server import Answer  # noqa: PLC0415 - takes a while

        reply = self._reply(request)
        if inspect.isawaitable(reply):
            reply = await reply
        completion = completion_of(reply, request, self._model, self._counter)
        parts = (
            write_stream(completion, number, with_usage, fault, copies)
            if request.stream
            else write_answer(completion, number, fault, copies)
        )
        kind = fault.kind if fault is not None else None
        seconds = fault.seconds if fault is not None else 0.0
        media_type = "text/event-stream" if request.stream else "application/json"
        return Answer(
            parts,
            media_type="text/html" if kind == "bad_sse" and not request.stream else media_type,
            headers=fault.headers if fault is not None else {},
            wait_first_s=seconds if kind == "slow" else 0.0,
            wait_middle_s=seconds if kind == "stall" else 0.0,
            cut=kind == "cut",
        )


def _error(status: int, message: str, error_type: str, headers: Mapping[str, str] | None = None) -> Answer:
    from riffler.service.inference.local_server import Answer  # noqa: PLC0415 - takes a while

    body = json.dumps(error_object(message, error_type, status)).encode()
    return Answer([body], status, headers=headers or {})


def echo(request: EngineRequest) -> str:
    """Answer with the last user message.

    Args:
        request: What to answer.

    Returns:
        Its text, or a sentence when there is none.
    """
    texts = [message.text for message in request.messages if message.role == "user"]
    return texts[-1] if texts else "There is no user message."


async def _run(port: int, model: str) -> None:
    async with LocalApi(echo, model=model, port=port) as api:
        print(api.base_url, flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted, and repeat each last user message.

    Args:
        arguments: The command line's arguments; None takes the process's.
    """
    parser = argparse.ArgumentParser(
        prog="python -m riffler.service.inference.local_api", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default: 0)")
    parser.add_argument("--model", default="local", help="the model to report (default: local)")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_run(options.port, options.model))
    except InvalidSetting as exc:
        parser.exit(2, f"{exc}\n")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
