"""The public types, as an app uses them. mypy checks this file; nothing runs it."""

from pathlib import Path
from typing import assert_type

from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion

from riffler import (
    Against,
    AsyncClient,
    Client,
    Feedback,
    Message,
    Riffler,
    Settings,
    WorkingMemory,
    read_settings,
    wrap,
)
from riffler.client import Answer as ClientAnswer
from riffler.client import (
    Arrived,
    AsyncAnswer,
    Delta,
    FragmentPage,
    Pages,
    Progress,
    Rewarded,
    Rewriting,
    Step,
    TimedOut,
    ViewedMessage,
    ViewPage,
)
from riffler.client import Fragment as ClientFragment
from riffler.service.agent.progress import Answer, ToolStep
from riffler.tools.diff import Difference
from riffler.tools.history import Version


async def main() -> None:
    """Ask, reward and look."""
    settings = read_settings(data_folder=Path("data"), engine="reader")
    assert_type(settings, Settings)
    async with Riffler(settings, tenant="t", seed=1) as riffler:
        assert_type(riffler, Riffler)
        answer = await riffler.ask("Which?", ["A text."])
        assert_type(answer, Answer)
        assert_type(await riffler.ask("Which?", without=["reread"]), Answer)
        assert_type(answer.text, str)
        assert_type(answer.steps, tuple[ToolStep, ...])
        assert_type(await riffler.reward(answer.rewriting.decision, 1.0), bool)
        assert_type(await riffler.reward(answer.rewriting.decision, Feedback("good"), correct=True), bool)
        assert_type(await riffler.reward(answer.rewriting.decision, Against(answer.text, ["six"])), bool)
        memory = await riffler.memory(answer.session)
        assert_type(memory, WorkingMemory)
        assert_type(memory.messages, tuple[Message, ...])
        assert_type(await riffler.memory(answer.session, 1), WorkingMemory)
        assert_type((await riffler.history(answer.session)).versions, tuple[Version, ...])
        assert_type(await riffler.diff(answer.session, 1), Difference)
        assert_type(await riffler.fork(answer.session, 1, "quay"), str)
        await riffler.ask("Which?", "A text.", 5)  # type: ignore[arg-type] # a session is a name


def wrapped() -> None:
    """Clients of OpenAI's keep their types."""
    with wrap(OpenAI()) as client:
        assert_type(client, OpenAI)
        asked = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Which?"}])
        assert_type(asked, ChatCompletion)
    assert_type(wrap(AsyncOpenAI(), read_settings(), tenant="t"), AsyncOpenAI)
    wrap("a client")  # type: ignore[type-var] # of OpenAI's


def over_http() -> None:
    """The same over HTTP."""
    with Client("http://127.0.0.1:8000", api_key=None) as client:
        assert_type(client, Client)
        answer = client.ask("Which?", ["A text."], session=None, without=["reread"])
        assert_type(answer, ClientAnswer)
        assert_type(answer.etag, str | None)
        assert_type(answer.reward(0.8), Rewarded)
        assert_type(answer.reward(feedback="good"), Rewarded)
        assert_type(client.fragments(answer.session), Pages[FragmentPage, ClientFragment])
        assert_type([each.id for each in client.fragments(answer.session)], list[str])
        assert_type(list(client.view(answer.session)), list[ViewedMessage])
        assert_type(client.view(answer.session).first(), ViewPage)
        with client.stream([{"role": "user", "content": "Which?"}]) as events:
            for event in events:
                assert_type(event, Arrived | Rewriting | Step | Delta | ClientAnswer)
                happened: Progress = event
                if isinstance(happened, Delta):
                    assert_type(happened.text, str)
        assert_type(events.answer, ClientAnswer)
        try:
            client.ask("Which?", timeout_s=1.0)
        except TimedOut as late:
            assert_type(late.idempotency_key, str | None)
        client.reward("d", feedback="fine")  # type: ignore[arg-type] # good, bad, or stars


async def over_http_async() -> None:
    """The same, asynchronous."""
    async with AsyncClient() as client:
        answer = await client.ask("Which?")
        assert_type(answer, AsyncAnswer)
        assert_type(await answer.reward(0.8), Rewarded)
        assert_type([each.session async for each in client.sessions()], list[str])
        async with client.stream("Which?") as events:
            assert_type(await events.finish(), AsyncAnswer)
            assert_type([piece async for piece in events.texts()], list[str])
