"""What chat requests cost a key: what the model's server bills, whether the client asks, stays, or goes early."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from tests.service.http.keyed import Keyed, bearer, keyed
from tests.service.http.own_redis import OwnRedis

from riffler.service.inference.estimate import estimated_usage
from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.openai import OpenAIEngine
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import Completion, EngineRequest
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens

MODEL = "local"
ANSWER = "The harbour opens at six and closes at ten, but for the ferry, which comes when it likes. " * 8
MESSAGES: list[Any] = [{"role": "user", "content": "When does the harbour open? " * 20}]
THOUGHT = "They ask when the harbour opens; the board at the pier says six, and it was right last year. " * 30
LIMIT = 1_000_000
OFF = {"X-Riffler-Features": "off"}


def thinking(request: EngineRequest) -> Completion:
    """Think for longer than the answer is, and bill the thoughts, too."""
    said = Message.assistant(ANSWER)
    return Completion(said, "stop", estimated_usage(request, said, EstimatedTokens(), THOUGHT), MODEL, THOUGHT)


@dataclass
class Paid:
    """A service whose keys have a limit of tokens, before a real upstream.

    Attributes:
        service: The service.
        upstream: The model's server.
        key: A key.
        through: The official client with that key.
        straight: The official client of the model's server.
    """

    service: Keyed
    upstream: LocalApi
    key: str
    through: openai.AsyncOpenAI
    straight: openai.AsyncOpenAI

    async def used(self, *, least: int = 0) -> int:
        """Tell what the key has used by now; waits for at least so much, as what it owes is counted after an answer."""
        for _ in range(200):
            said = (await self.service.client.get("/api/v1/tools", headers=bearer(self.key))).headers["ratelimit"]
            used = LIMIT - int(said.partition("r=")[2].partition(";")[0])
            if used >= least:
                break
            await asyncio.sleep(0.02)
        return used

    async def bill(self, **fields: Any) -> int:
        """Tell what the model's server bills for a request."""
        answer = await self.straight.chat.completions.create(model=MODEL, messages=MESSAGES, **fields)
        assert answer.usage is not None
        return int(answer.usage.total_tokens)


@asynccontextmanager
async def paid(
    redis: OwnRedis,
    *faults: Fault | None,
    reply: Callable[[EngineRequest], Reply] = lambda _: ANSWER,
    **settings: Any,
) -> AsyncIterator[Paid]:
    """Set all up; the faults are those of the first answers."""
    async with LocalApi(reply, model=MODEL, faults=faults) as upstream:
        engine = OpenAIEngine(MODEL, base_url=upstream.base_url, max_retries=0)
        made = {"rewriting": False, "key_tokens_per_day": LIMIT, **settings}
        async with keyed(redis, engine=engine, **made) as service:
            key = await service.key()
            base = f"{str(service.client.base_url).rstrip('/')}/v1"
            async with (
                openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0) as through,
                openai.AsyncOpenAI(base_url=upstream.base_url, api_key="none", max_retries=0) as straight,
            ):
                yield Paid(service, upstream, key, through, straight)


async def heard(client: openai.AsyncOpenAI, **fields: Any) -> list[dict[str, Any]]:
    """Give all chunks that a client hears."""
    stream = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, **fields)
    return [{**chunk.model_dump(exclude_unset=True), "id": ""} async for chunk in stream]


@pytest.mark.parametrize(
    "fields",
    [{}, {"n": 2}, {"stream_options": {"include_usage": False}}, {"stream_options": {"include_usage": True}}],
    ids=["unasked", "choices", "refused", "asked"],
)
async def test_a_relayed_stream_is_charged(redis: OwnRedis, fields: dict[str, Any]) -> None:
    """What the server bills is charged whether the client asks for usage or not, and it hears what it would without."""
    async with paid(redis) as made:
        straight = await heard(made.straight, **fields)
        assert await heard(made.through.with_options(default_headers=OFF), **fields) == straight
        bill = await made.bill()
        assert await made.used(least=bill) == bill


async def test_nobody_pays_nothing_is_asked(redis: OwnRedis) -> None:
    """Without a limit a relayed request reaches the model's server as it came."""
    async with paid(redis, key_tokens_per_day=0) as made:
        await heard(made.straight)
        await heard(made.through.with_options(default_headers=OFF))
        own, passed = (received.body for received in made.upstream.received)
        assert passed == own


@pytest.mark.parametrize("headers", [OFF, {}], ids=["relayed", "a turn"])
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_a_server_that_reports_nothing(redis: OwnRedis, headers: dict[str, str], stream: bool) -> None:
    """An estimate of the prompt and of all that was written is charged."""
    async with paid(redis, Fault("no_usage"), tools="none") as made:
        client = made.through.with_options(default_headers=headers)
        if stream:
            await heard(client)
        else:
            await client.chat.completions.create(model=MODEL, messages=MESSAGES)
        bill = await made.bill()
        assert await made.used(least=bill // 2) == pytest.approx(bill, rel=0.1)


@pytest.mark.parametrize("headers", [OFF, {}], ids=["relayed", "a turn"])
async def test_who_hangs_up_pays(redis: OwnRedis, headers: dict[str, str]) -> None:
    """A client that leaves in the middle of a stream pays the prompt, and what had been written by then."""
    async with paid(redis, Fault("stall"), tools="none") as made:
        client = made.through.with_options(default_headers=headers)
        stream = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        heard = ""
        async with asyncio.timeout(20):
            while len(heard) < len(ANSWER) // 3:
                heard += (await anext(stream)).choices[0].delta.content or ""
        await stream.close()
        whole = await made.bill()
        prompt = whole - await _completion(made)
        used = await made.used(least=prompt)
        assert prompt + (whole - prompt) // 4 < used < whole


@pytest.mark.parametrize("headers", [OFF, {}], ids=["relayed", "a turn"])
async def test_who_hangs_up_before_the_answer_pays_the_prompt(redis: OwnRedis, headers: dict[str, str]) -> None:
    """The model's server has it by then, and reads it."""
    async with paid(redis, Fault("slow"), tools="none") as made:
        client = made.through.with_options(default_headers=headers, timeout=1.5)
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        prompt = await made.bill() - await _completion(made)
        assert await made.used(least=prompt // 2) == pytest.approx(prompt, rel=0.2)


@pytest.mark.parametrize("kind", ["cut", "error_event", "bad_json"])
@pytest.mark.parametrize("headers", [OFF, {}], ids=["relayed", "a turn"])
async def test_what_fails_late_is_charged(redis: OwnRedis, headers: dict[str, str], kind: Any) -> None:
    """A call that fails in the middle of its answer costs what it had come to."""
    async with paid(redis, Fault(kind), tools="none") as made:
        with pytest.raises((openai.OpenAIError, ValueError)):
            await heard(made.through.with_options(default_headers=headers))
        whole = await made.bill()
        prompt = whole - await _completion(made)
        used = await made.used(least=prompt)
        assert prompt + (whole - prompt) // 4 < used < whole


async def test_what_is_refused_costs_nothing(redis: OwnRedis) -> None:
    """A request that the model's server refuses, or that can't reach it, isn't charged."""
    async with paid(redis, Fault("status", 400), Fault("status", 429)) as made:
        for _ in range(2):
            with pytest.raises(openai.APIStatusError):
                await heard(made.through.with_options(default_headers=OFF))
        assert await made.used() == 0


async def test_hidden_work_is_charged_when_it_is_cut_off(redis: OwnRedis) -> None:
    """A call of the model inside a question that its client leaves costs at least its prompt."""
    async with paid(redis, Fault("stall"), tools="none") as made:
        question = {"question": MESSAGES[0]["content"]}
        headers = {**bearer(made.key), "Accept": "text/event-stream"}
        async with made.service.client.stream("POST", "/api/v1/ask", json=question, headers=headers) as answer:
            async for line in answer.aiter_lines():
                if line == "event: delta":
                    break
        prompt = await made.bill() - await _completion(made)
        assert prompt < await made.used(least=prompt) < await made.bill()


@pytest.mark.parametrize("way", ["relayed", "a turn", "a question"])
async def test_thoughts_are_charged(redis: OwnRedis, way: str) -> None:
    """What a model thinks before it answers is in the estimate, of an answer without a usage, and of one cut off.

    The cut one ends in the middle of its thoughts, of which nobody who asks a question hears.
    """
    async with paid(redis, Fault("no_usage"), Fault("cut"), reply=thinking, tools="none") as made:
        for at in range(2):
            if way == "a question":
                headers = {**bearer(made.key), "Accept": "text/event-stream"}
                asked = {"question": MESSAGES[0]["content"]}
                said = (await made.service.client.post("/api/v1/ask", json=asked, headers=headers)).text
                assert (THOUGHT[:40] in said, "engine-garbled" in said) == (at == 0, at == 1), said
            elif at == 0:
                chunks = await heard(made.through.with_options(default_headers=OFF if way == "relayed" else {}))
                deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
                assert "".join(delta.get("reasoning_content", "") for delta in deltas) == THOUGHT
            else:
                with pytest.raises((openai.OpenAIError, ValueError)):
                    await heard(made.through.with_options(default_headers=OFF if way == "relayed" else {}))
            if at == 0:
                whole = await made.used(least=1)
        both = await made.used(least=whole + 1)
        bill, completion = await made.bill(), await _completion(made)
    assert whole == pytest.approx(bill, rel=0.1)
    assert bill - completion + completion // 4 < both - whole < bill


async def _completion(made: Paid) -> int:
    answer = await made.straight.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert answer.usage is not None
    return int(answer.usage.completion_tokens)
