"""The public types, as an app uses them. mypy checks this file; nothing runs it."""

from pathlib import Path
from typing import assert_type

from riffler import Against, Feedback, Message, Riffler, Settings, WorkingMemory, read_settings
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
