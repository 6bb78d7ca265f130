"""How long clients wait, how often they try, and how they leave: through Riffler as straight, for both clients."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import pytest
import pytest_asyncio
from tests.service.integrations.openai_proxy.bench import MODEL, Bench, benched

from riffler.service.inference.local_faults import Fault

pytestmark = pytest.mark.asyncio(loop_scope="module")
SAID = "one two three four"
AGAIN = {"retry-after-ms": "1"}
CLIENTS = ["async", "sync"]
PATIENCE_S = 2.0
"""A client's limit: long enough for a busy machine to bring a request to the model's server."""


@dataclass
class Trial:
    """One client's request.

    Attributes:
        client: Which client.
        through: Whether it goes through Riffler.
        stream: Whether the answer is streamed.
        options: Of the client.
        name: What tells its requests from others.
        texts: What the client hears, in order.
        failed: What it raises.
    """

    client: str
    through: bool
    stream: bool
    options: dict[str, Any]
    name: str
    texts: list[str | None] = field(default_factory=list)
    failed: type[BaseException] | None = None

    @property
    def request(self) -> dict[str, Any]:
        """What is sent."""
        return {"model": MODEL, "messages": [{"role": "user", "content": self.name}], "stream": self.stream}

    async def run(self, bench: Bench) -> None:
        """Ask, and hear all."""
        try:
            if self.client == "sync":
                url = bench.url if self.through else bench.upstream.base_url
                await bench.synchronous(url, self._ask, **self.options)
                return
            client = (bench.through if self.through else bench.straight).with_options(**self.options)
            answer = await client.chat.completions.create(**self.request)
            if self.stream:
                async for chunk in answer:
                    self.texts += [choice.delta.content for choice in chunk.choices]
            else:
                self.texts.append(answer.choices[0].message.content)
        except openai.OpenAIError as exc:
            self.failed = type(exc)

    def _ask(self, client: openai.OpenAI) -> None:
        answer = client.chat.completions.create(**self.request)
        if self.stream:
            for chunk in answer:
                self.texts += [choice.delta.content for choice in chunk.choices]
        else:
            self.texts.append(answer.choices[0].message.content)

    def tries(self, bench: Bench) -> int:
        """Count its requests to the model's server."""
        return sum(body["messages"][-1]["content"] == self.name for body in bench.bodies)


@dataclass
class Failing:
    """A bench, and what is to go wrong with the next requests to its model's server."""

    bench: Bench
    faults: deque[Fault | None]

    def trials(self, stream: bool, **options: Any) -> list[Trial]:
        """Give the same request of both clients, straight and through Riffler."""
        return [
            Trial(client, through, stream, options, f"{client} {through} {len(self.bench.bodies)}")
            for client in CLIENTS
            for through in (False, True)
        ]

    async def gone(self, times: int) -> None:
        """Wait until the model's server has seen its clients leave so often: nothing works on for who is gone."""
        async with asyncio.timeout(30):
            while self.bench.upstream.disconnects < times:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.01)

    def agree(self, trials: list[Trial], failed: type[BaseException] | None, tries: int) -> None:
        """Check that all came to the same, and to what is expected."""
        assert [trial.failed for trial in trials] == [failed] * len(trials)
        assert [trial.tries(self.bench) for trial in trials] == [tries] * len(trials)
        assert [trial.texts for trial in trials] == [trials[0].texts] * len(trials)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def failing(server_folder: Path) -> AsyncIterator[Failing]:
    """A bench for all tests here; features are off."""
    faults: deque[Fault | None] = deque()
    coming = iter(lambda: faults.popleft() if faults else None, object())
    off: dict[str, Any] = {"rewriting": False, "tools": "none"}
    async with benched(server_folder, lambda _: SAID, faults=coming, **off) as bench:
        yield Failing(bench, faults)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("statuses", "headers", "failed", "tries"),
    [
        ([429], AGAIN, None, 2),
        ([409, 408], AGAIN, None, 3),
        ([500, 503, 502], AGAIN, openai.InternalServerError, 3),
        ([500], {"x-should-retry": "false"}, openai.InternalServerError, 1),
        ([400], AGAIN, openai.BadRequestError, 1),
        ([400], AGAIN | {"x-should-retry": "true"}, None, 2),
    ],
    ids=["once", "twice", "in vain", "told not to", "no use", "told to"],
)
async def test_they_try_again_alike(
    failing: Failing,
    statuses: list[int],
    headers: dict[str, str],
    failed: type[BaseException] | None,
    tries: int,
    stream: bool,
) -> None:
    """Two more tries, for what may pass, or as the server says: as many requests and the same end."""
    trials = failing.trials(stream, max_retries=2)
    for trial in trials:
        failing.faults.extend(Fault("status", status, headers=headers) for status in statuses)
        await trial.run(failing.bench)
        assert not failing.faults
    failing.agree(trials, failed, tries)


@pytest.mark.parametrize(
    ("kind", "stream", "tries"), [("slow", False, 1), ("slow", True, 2), ("stall", False, 1), ("stall", True, 1)]
)
async def test_they_give_up_alike(failing: Failing, kind: Any, stream: bool, tries: int) -> None:
    """A limit is the client's own, before the answer and in its middle: what came is the same, and so is the error."""
    trials = failing.trials(stream, timeout=PATIENCE_S, max_retries=tries - 1)
    failing.faults.extend([Fault(kind)] * len(trials) * tries)
    before, left = time.monotonic(), failing.bench.upstream.disconnects
    await asyncio.gather(*(trial.run(failing.bench) for trial in trials))
    assert time.monotonic() - before >= PATIENCE_S * tries
    await failing.gone(left + len(trials) * tries)
    failing.agree(trials, openai.APITimeoutError, tries)
    assert bool(trials[0].texts) == (kind == "stall" and stream)


@pytest.mark.parametrize("through", [False, True], ids=["straight", "through"])
@pytest.mark.parametrize("client", [*CLIENTS, "cancelled"])
async def test_they_leave_alike(failing: Failing, client: str, through: bool) -> None:
    """Who closes a stream after its first piece, or cancels a request, is the one that goes: nobody asks again."""
    bench, left = failing.bench, failing.bench.upstream.disconnects
    trial = Trial(client, through, client != "cancelled", {}, f"leaves: {client} {through}")
    failing.faults.append(Fault("slow" if client == "cancelled" else "stall"))

    def leave(own: openai.OpenAI) -> None:
        with own.chat.completions.create(**trial.request) as chunks:
            next(iter(chunks))

    async with asyncio.timeout(30):
        if client == "sync":
            await bench.synchronous(bench.url if through else bench.upstream.base_url, leave, max_retries=2)
        else:
            own = (bench.through if through else bench.straight).with_options(max_retries=2)
            asking = asyncio.create_task(own.chat.completions.create(**trial.request))
            if client == "async":
                async with await asking as chunks:
                    await anext(aiter(chunks))
            else:
                while not trial.tries(bench):  # noqa: ASYNC110 - the server has no event for it
                    await asyncio.sleep(0.01)
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking
    await failing.gone(left + 1)
    assert (trial.tries(bench), bench.upstream.disconnects) == (1, left + 1)
