"""What is particular of this engine; the port's contract is in `tests/contracts`."""

import asyncio
import json
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.service.nano_model import TEMPLATE

from riffler.errors import EngineGarbled, EngineRejected, EngineTimeout, EngineUnavailable, InvalidSetting
from riffler.service.inference.chat.preamble import Preambles
from riffler.service.inference.nano import NanoEngine
from riffler.service.inference.nano.loading import NanoTokens
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message
from riffler.tools.registry import PROFILES, Registry

TOOLS = tuple(
    tool
    for tool in Registry(PROFILES["paper"]).schemas()
    if tool["function"]["name"] in {"fold_fragment", "restore_fragment"}
)
SEARCH = next(each for each in Registry(PROFILES["riffler"]).schemas() if each["function"]["name"] == "find_in_context")
WORDS = "harbour lighthouse key nine metres deep Vorn the of is has".split()


def asking(text: str, *, most: int = 24, reuse: str = "", **sampling: Any) -> EngineRequest:
    """Ask for a few tokens."""
    return EngineRequest((Message.user(text),), sampling=Sampling(max_tokens=most, **sampling), reuse=reuse)


def long_text(words: int, seed: int = 1) -> str:
    """A text of so many words."""
    return " ".join(WORDS[(at * at + seed * at) % len(WORDS)] for at in range(words))


@pytest.mark.parametrize("module", ["nano", "nano.engine", "chat.prompt", "chat.reading", "chat.reply"])
def test_the_import_brings_no_torch_and_no_transformers(module: str) -> None:
    """So that the base set-up has neither; a model is counted with, too."""
    code = f"import sys, riffler.service.inference.{module}; print({{'torch', 'transformers'}} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize("words", [1, 40, 150, 400])
async def test_the_same_prompt_gives_the_same_greedy_tokens_as_transformers(
    engine: NanoEngine, folder: Path, words: int
) -> None:
    """A random model's choices hang by every number that was computed."""
    other = TransformersEngine(str(folder), device="cpu")
    try:
        ours = await complete(engine, asking(long_text(words)))
        theirs = await complete(other, asking(long_text(words)))
    finally:
        await other.aclose()
    assert ours.message == theirs.message
    assert len(ours.message.text) > 20
    assert ours.usage == theirs.usage


@pytest.mark.parametrize("sampling", [{}, {"temperature": 1.5, "seed": 7}])
async def test_text_that_is_reused_changes_no_token(engine: NanoEngine, folder: Path, sampling: dict[str, Any]) -> None:
    """A session's growing conversation, and one cut short again, give what a new engine gives."""
    texts = [long_text(100), long_text(500), long_text(300) + " Vorn", long_text(500)]
    shared = [await complete(engine, asking(text, reuse="a", **sampling)) for text in texts]
    alone = NanoEngine(folder, reuse_gib=0)
    fresh = [await complete(alone, asking(text, reuse="a", **sampling)) for text in texts]
    await alone.aclose()
    assert [each.message for each in shared] == [each.message for each in fresh]
    assert [each.usage.cached_tokens for each in fresh] == [0] * 4
    cached = [each.usage.cached_tokens for each in shared]
    assert cached[0] == 0
    assert all(cached[1:])
    assert shared[3].usage.cached_tokens > 0.7 * shared[3].usage.prompt_tokens


async def test_names_share_nothing(engine: NanoEngine) -> None:
    """Nobody can time what another session asked; without a name nothing is kept."""
    text = long_text(300)
    names = ["a", "b", "", ""]
    cached = [(await complete(engine, asking(text, reuse=name))).usage.cached_tokens for name in names]
    assert cached == [0] * 4


def offering(text: str, *, reuse: str, system: str = "", tools: Any = ()) -> EngineRequest:
    """Ask for a few tokens where tools are on offer."""
    said = ((Message.system(system),) if system else ()) + (Message.user(text),)
    return EngineRequest(said, tools or TOOLS, sampling=Sampling(max_tokens=8), reuse=reuse)


async def test_what_tools_take_is_computed_once_for_all_sessions(engine: NanoEngine, folder: Path) -> None:
    """A new session takes it over, and says what a new engine says; nothing that was said is shared."""
    texts = ["Vorn", "How deep is the harbour?", "Vorn harbour key " * 40]
    shared = [await complete(engine, offering(text, reuse=f"s{at}")) for at, text in enumerate(texts)]
    alone = NanoEngine(folder, reuse_gib=0)
    fresh = [await complete(alone, offering(text, reuse="a")) for text in texts]
    await alone.aclose()
    assert [each.message for each in shared] == [each.message for each in fresh]
    assert [each.usage.cached_tokens for each in fresh] == [0, 0, 0]
    first, *others = (each.usage.cached_tokens for each in shared)
    assert (first, len(set(others))) == (0, 1)
    before = shared[0].usage.prompt_tokens - len("<|user|>Vorn<|assistant|>")  # a short question, and its end
    assert 0.5 * before < others[0] < shared[0].usage.prompt_tokens


def test_what_somebody_asks_never_counts_as_before_the_conversation(folder: Path) -> None:
    """Whatever it begins with: else one session could tell by the time what another one's text begins with."""
    writer = NanoTokens(folder, "engine").load()
    preambles = Preambles(writer)
    requests = [offering(said, reuse="a") for said in ("a", "a harbour", "0", "harbour", "Vorn")]
    lengths = {preambles.length(request, writer.write(request)) for request in requests}
    assert len(lengths) == 1
    assert lengths != {0}


class Noted(dict[str, Any]):
    """Properties that note which threads read them."""

    threads: ClassVar[set[threading.Thread]] = set()

    def items(self) -> Any:
        """Note the thread."""
        self.threads.add(threading.current_thread())
        return super().items()


async def test_schemas_are_read_beside_the_event_loop(engine: NanoEngine) -> None:
    """They may be large, and so may be the view: other requests don't wait for them."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"properties": Noted(a={"type": "null"})}}}
    asked = replace(asking("Vorn", most=40), tools=(tool,), tool_choice="required")
    assert (await complete(engine, asked)).message.tool_calls
    assert Noted.threads
    assert threading.current_thread() not in Noted.threads


@pytest.mark.parametrize("more", [{"reuse": ""}, {"system": "Answer in verse.", "reuse": "c"}])
async def test_who_differs_before_the_conversation_shares_nothing(engine: NanoEngine, more: dict[str, Any]) -> None:
    """No name, or a system message, which comes before the tools."""
    requests = [offering("Vorn", reuse="a"), offering("Vorn harbour", **more), offering("Vorn key", **more)]
    first, second, third = [(await complete(engine, each)).usage.cached_tokens for each in requests]
    assert (first, second) == (0, 0)
    assert (third > 0) == bool(more["reuse"])


async def test_other_tools_share_the_templates_own_words_at_most(engine: NanoEngine) -> None:
    """Whatever comes before them is the same for everybody."""
    requests = [offering("Vorn", reuse="a"), offering("Vorn", reuse="b", tools=[SEARCH]), offering("Vorn", reuse="c")]
    _, second, third = [(await complete(engine, each)).usage.cached_tokens for each in requests]
    assert second < third / 2


async def test_what_is_kept_stays_within_its_bytes(engine: NanoEngine, folder: Path) -> None:
    """The oldest session goes first."""
    await complete(engine, asking(long_text(300), reuse="a", most=1))
    assert engine._loaded is not None
    one = engine._loaded.worker.store.size
    assert one > 0
    engine = NanoEngine(folder, reuse_gib=2.5 * one / 2**30)
    try:
        for name in ("a", "b", "c"):
            await complete(engine, asking(long_text(300), reuse=name, most=1))
        cached = [
            (await complete(engine, asking(long_text(300), reuse=name, most=1))).usage.cached_tokens for name in "cba"
        ]
    finally:
        await engine.aclose()
    assert cached[0] > 0
    assert cached[1] > 0
    assert cached[2] == 0


async def test_a_seed_repeats_a_draw_and_another_one_does_not(engine: NanoEngine) -> None:
    """At a temperature at which a random model says something else each time; one in 10^30 draws would be alike."""
    said = [(await complete(engine, asking("Vorn", temperature=5.0, seed=seed))).message.text for seed in (1, 1, 2)]
    assert said[0] == said[1] != said[2]


async def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(engine: NanoEngine) -> None:
    """Cut out of what comes without it."""
    whole = (await complete(engine, asking("Vorn"))).message.text
    stop = whole[8:10]
    answer = await complete(engine, asking("Vorn", stop=(stop,)))
    assert answer.message.text == whole[: whole.index(stop)]
    assert answer.finish_reason == "stop"


async def test_max_tokens_end_it_with_length(engine: NanoEngine) -> None:
    """As many as asked for, and said so."""
    answer = await complete(engine, asking("Vorn", most=5))
    assert (answer.finish_reason, answer.usage.completion_tokens) == ("length", 5)


async def test_a_prompt_that_leaves_no_room_is_refused(folder: Path) -> None:
    """Before anything is computed, with both numbers."""
    engine = NanoEngine(folder, window_tokens=100)
    try:
        with pytest.raises(EngineRejected, match="window of 100"):
            await complete(engine, asking(long_text(400)))
    finally:
        await engine.aclose()


@pytest.mark.parametrize("sampling", [{"temperature": -1.0}, {"top_p": 0.0}])
async def test_numbers_that_are_not_possible_are_refused(engine: NanoEngine, sampling: dict[str, float]) -> None:
    """As the port says."""
    with pytest.raises(EngineRejected, match=next(iter(sampling))):
        await complete(engine, asking("a", **sampling))


async def test_a_call_that_takes_too_long_says_so(folder: Path) -> None:
    """And the engine goes on."""
    engine = NanoEngine(folder, timeout_s=0.001)
    try:
        await engine.ready()
        with pytest.raises(EngineTimeout, match="timeout_s"):
            await complete(engine, asking(long_text(600), most=500))
    finally:
        await engine.aclose()


async def test_who_gives_up_makes_room_at_once(folder: Path) -> None:
    """With one place, the next call isn't held up by a long reply whose reader is gone."""
    engine = NanoEngine(folder, at_once=1)
    try:
        items = engine.generate(replace(asking("Vorn", most=1500), stream=True))
        await anext(items)
        await items.aclose()
        started = time.monotonic()
        await complete(engine, asking("Vorn", most=1))
        assert time.monotonic() - started < 1.0
    finally:
        await engine.aclose()


async def test_a_short_call_passes_a_long_one(engine: NanoEngine) -> None:
    """They take turns, so that the short one ends first though it came later."""
    ended: list[str] = []

    async def run(name: str, most: int) -> None:
        await complete(engine, asking("Vorn", most=most))
        ended.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(run("long", 600))
        await asyncio.sleep(0.05)
        group.create_task(run("short", 2))
    assert ended == ["short", "long"]


async def test_closing_fails_what_is_in_work_and_what_comes_later(folder: Path) -> None:
    """As unavailable, and never as a hang."""
    engine = NanoEngine(folder)
    items = engine.generate(replace(asking("Vorn", most=1500), stream=True))
    await anext(items)
    await engine.aclose()
    with pytest.raises(EngineUnavailable, match="closed"):
        [item async for item in items]
    with pytest.raises(EngineUnavailable, match="closed"):
        await complete(engine, asking("Vorn"))


@pytest.mark.parametrize(
    "wrong", [{"window_tokens": 0}, {"reuse_gib": -1}, {"at_once": 0}, {"threads": 0}, {"timeout_s": 0}]
)
def test_settings_that_are_not_possible_are_refused(folder: Path, wrong: dict[str, Any]) -> None:
    """By their name, before anything is loaded."""
    with pytest.raises(InvalidSetting, match=next(iter(wrong))):
        NanoEngine(folder, **wrong)


def test_a_window_beyond_the_models_own_is_refused(folder: Path) -> None:
    """The model has no positions there."""
    with pytest.raises(InvalidSetting, match="window_tokens"):
        assert NanoEngine(folder, window_tokens=10**6).info


async def test_a_folder_without_a_model_is_a_wrong_setting(tmp_path: Path) -> None:
    """Also for `ready`, so that it shows at the start."""
    with pytest.raises(InvalidSetting, match="engine nano"):
        await NanoEngine(tmp_path).ready()


@pytest.mark.parametrize("sampling", [{}, {"temperature": 3.0, "seed": 1}, {"temperature": 3.0, "seed": 2}])
async def test_even_a_random_model_calls_as_the_schema_says(engine: NanoEngine, sampling: dict[str, float]) -> None:
    """A call that is required is a whole one of a tool on offer that takes an id, and the id is one of the view."""
    asked = asking("The harbour f00001 and the lighthouse f0000a.", most=400, **sampling)
    request = replace(asked, tools=TOOLS, tool_choice="required")
    calls = (await complete(engine, request)).message.tool_calls
    assert calls
    for call in calls:
        assert call.name in {"fold_fragment", "restore_fragment"}
        assert json.loads(call.arguments)["fragment_id"] in {"f00001", "f0000a"}


@pytest.mark.parametrize("text", ["The harbour f00001 and the lighthouse f0000a.", "f00002", "Vorn f00003 " * 60])
async def test_a_constrained_call_is_the_same_on_both_engines(engine: NanoEngine, folder: Path, text: str) -> None:
    """What may come is asked of the same logits, so that the same greedy tokens come."""
    request = replace(asking(text, most=400), tools=TOOLS, tool_choice="required")
    other = TransformersEngine(str(folder), device="cpu", constrained=True)
    try:
        ours, theirs = await complete(engine, request), await complete(other, request)
    finally:
        await other.aclose()
    assert ours.message.tool_calls
    assert ours.message == theirs.message
    assert ours.usage == theirs.usage


async def test_a_model_whose_calls_cannot_be_constrained_runs_without(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One that calls as Llama does; the log says so, once, when it is loaded."""
    copy = shutil.copytree(folder, tmp_path / "model")
    (copy / "chat_template.jinja").write_bytes((TEMPLATE.parent / "llama.jinja").read_bytes())
    engine = NanoEngine(copy)
    for _ in range(2):
        await complete(engine, asking("deep", most=2))
    await engine.aclose()
    assert sum("constraint_off" in record.getMessage() for record in caplog.records) == 1


async def test_without_a_constraint_a_random_model_writes_no_call(folder: Path) -> None:
    """So that what the test before shows is the constraint's doing."""
    engine = NanoEngine(folder, constrained=False)
    try:
        with pytest.raises(EngineGarbled, match="required"):
            await complete(engine, replace(asking("f00001", most=100), tools=TOOLS, tool_choice="required"))
    finally:
        await engine.aclose()
