"""Answers that can be rewarded, and an answer as it comes."""

# Made of io_async/answers.py by `python -m riffler.service.client.twin`.

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Literal, Self

import httpx2
from pydantic import PrivateAttr

from riffler.errors import InvalidInput
from riffler.service.client.call import Call
from riffler.service.client.calls import decisions
from riffler.service.client.errors import ClientError, ConnectionLost
from riffler.service.client.events import EventReader, progress_of
from riffler.service.client.faults import translated
from riffler.service.client.io_sync.core import Core
from riffler.service.client.limits import Within
from riffler.service.client.models.answers import AnswerFields, Arrived, Delta, Rewriting, Step
from riffler.service.client.models.decisions import Rewarded
from riffler.service.client.tries import Tries
from riffler.service.client.waking import wake


class Answer(AnswerFields):
    """An answer, which can be rewarded."""

    _client: Core | None = PrivateAttr(None)

    def from_client(self, client: Core) -> Self:
        """Say who got it. Only a client calls this."""
        self._client = client
        return self

    def __getstate__(self) -> dict[Any, Any]:
        """Be pickled without the client: what is read back can be rewarded by its decision."""
        state = super().__getstate__()
        return {**state, "__pydantic_private__": {**(state["__pydantic_private__"] or {}), "_client": None}}

    def reward(
        self,
        reward: float | None = None,
        *,
        feedback: Literal["good", "bad"] | int | None = None,
        references: Sequence[str] | None = None,
        query: str | None = None,
        contexts: Sequence[str] = (),
        criterion: str | None = None,
        correct: bool = False,
        idempotency_key: str | None = None,
    ) -> Rewarded:
        """Say how good the answer was, in one of four forms. Its text goes with the last two.

        Args:
            reward: A number from 0 to 1.
            feedback: What a user said: `good`, `bad`, or 1 to 5 stars.
            references: What was to be answered; the answer is compared with them.
            query: What was asked; a language model judges the answer.
            contexts: What was said before it, for that judge.
            criterion: What to judge by; without one the judge chooses first.
            correct: Whether this takes the place of a reward that counted before.
            idempotency_key: A name for the request.

        Returns:
            What became of it.

        Raises:
            InvalidInput: The answer has no decision, because nothing could be logged, or no client any more.
        """
        if self.rewriting.decision is None:
            raise InvalidInput(f"this answer has no decision to reward: {self.rewriting.note or 'nothing was drawn'}")
        if self._client is None:
            raise InvalidInput("this answer was read back from elsewhere: reward its decision with `client.reward`")
        compared = references is not None or query is not None
        call = decisions.reward_decision(
            self.rewriting.decision,
            reward,
            feedback=feedback,
            answer=self.text if compared else None,
            references=references,
            query=query,
            contexts=contexts,
            criterion=criterion,
            correct=correct,
            idempotency_key=idempotency_key,
        )
        return self._client.send(call)


class AnswerStream:
    """An answer as it comes. Use it in a `with`, whose end closes it: a question that runs then is cancelled.

    It is opened once, and its time begins then. It can be closed while it is read, which then ends by `ConnectionLost`.

    Iterating gives what happens, as it happens: `Arrived`, `Rewriting`, `Step`, `Delta`, and at the end the answer.

    Args:
        client: Who asks.
        call: The question.
        timeout_s: How long it may take until the end.
    """

    def __init__(self, client: Core, call: Call[Answer], timeout_s: float | None) -> None:
        self._client, self._call, self._timeout_s = client, call, timeout_s
        self._opened = self._waits = self._closed = False
        self._response: httpx2.Response | None = None
        self._events: Generator[Arrived | Rewriting | Step | Delta | Answer, None, None] | None = None
        self._answer: Answer | None = None

    def __enter__(self) -> Self:
        """Ask, and wait until the service begins to answer.

        Returns:
            The stream.

        Raises:
            InvalidInput: It was opened before.
        """
        if self._opened:
            raise InvalidInput("a stream is opened once: ask again by another one")
        self._opened = True
        tries = self._client.tries(self._call, self._timeout_s)
        self._response = self._client.opened(self._call, tries)
        self._events = self._read(self._response, tries)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Hear no more. A question that still runs is cancelled, unless it has an `idempotency_key`."""
        self._closed = True
        if self._response is None or self._events is None:
            return
        wake(self._response)
        self._response.close()
        if not self._waits:  # who waits in it ends it
            self._events.close()

    def __iter__(self) -> Self:
        """Give what happens."""
        return self

    def __next__(self) -> Arrived | Rewriting | Step | Delta | Answer:
        """Give what happens next.

        Returns:
            What happened.

        Raises:
            InvalidInput: It isn't open yet.
            ConnectionLost: It was closed meanwhile.
            ClientError: What else ended it.
        """
        if self._events is None:
            raise InvalidInput("a streamed answer is opened by a `with` block first")
        self._waits = True
        try:
            return next(self._events)
        except ClientError as exc:
            closed = ConnectionLost(self._call.operation, "the stream was closed while it was read")
            failure = closed if self._closed else exc
            failure.idempotency_key = self._call.name
            raise failure from None
        finally:
            self._waits = False

    @property
    def answer(self) -> Answer:
        """The answer.

        Raises:
            InvalidInput: It isn't there yet: read on to the end, or call `finish`.
        """
        if self._answer is None:
            raise InvalidInput("the answer isn't there yet: read the stream to its end")
        return self._answer

    def texts(self) -> Generator[str, None, None]:
        """Give the pieces of the answer's text alone.

        Yields:
            Each as it comes; together they are the answer's text, and remarks before calls of tools.
        """
        for event in self:
            if isinstance(event, Delta):
                yield event.text

    def finish(self) -> Answer:
        """Read on to the end.

        Returns:
            The answer.
        """
        for _ in self:
            pass
        return self.answer

    def _read(
        self, response: httpx2.Response, tries: Tries
    ) -> Generator[Arrived | Rewriting | Step | Delta | Answer, None, None]:
        reader, operation = EventReader(), self._call.operation
        with closing(self._parts(response, tries)) as parts:
            for part in parts:
                for name, data in reader.feed(part):
                    happened = progress_of(operation, name, data, Answer)
                    if isinstance(happened, Answer):
                        # Read on to the end of the stream: a connection that is closed before can't be used again.
                        self._answer = happened.from_client(self._client)
                    if happened is not None:
                        yield happened
        if self._answer is None:
            raise ConnectionLost(operation, "the stream ended before the answer")

    def _parts(self, response: httpx2.Response, tries: Tries) -> Generator[bytes, None, None]:
        with translated(self._call.operation, self._client.address):
            parts = response.iter_bytes()
            while True:
                with Within(tries):
                    part = next(parts, None)
                if part is None:
                    return
                yield part
