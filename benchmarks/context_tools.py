"""Each context tool through the store, from ten thousand to four million tokens, beside a peer in the same run.

    python benchmarks/context_tools.py --peer .peer/bin/python --plot context_tools.svg

A session's messages have some 500 tokens each: words drawn at random, and a `key: value` line in each. The peer
(`peers/litellm_compress.py`) gets the same conversation and the same target as Riffler's own folding. Without `--peer`
it is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from measure import Figure, figure, parse, show, times_ms
from plot import growth_plot

from riffler.service.agent.edits import Edits
from riffler.service.inference.reader import ReaderEngine
from riffler.service.memory.connection import RedisConnection
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.memory.store import RedisMemoryStore
from riffler.service.ports.memory import SessionKey
from riffler.tools.arrival import append, fit
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import EVERY_TOOL, Registry
from riffler.tools.sight import Sight, status_block
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.view import view

SIZES = (10_000, 100_000, 1_000_000, 4_000_000)
MESSAGE_TOKENS, KEYS = 500, 46
HOWS = ("exact", "any_case", "pattern", "ranked", "fuzzy")
BUDGET = 100_000
"""What the view may take, for the status block, the suggestions and the folding."""


def conversation(tokens: int, counter: EstimatedTokens) -> list[dict[str, Any]]:
    """Make a conversation of so many tokens; seeded."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(5000)]
    a_message = rng.choices(words, k=1000)
    each = 1000 * MESSAGE_TOKENS // counter.count(" ".join(a_message))
    messages = []
    for number in range(max(1, tokens // MESSAGE_TOKENS)):
        line = f"key {rng.randrange(KEYS):02}: {rng.choice(words)} {rng.randrange(10_000)}"
        text = f"{' '.join(rng.choices(words, k=each))}\n{line}\n"
        messages.append({"role": "assistant" if number % 2 else "user", "content": text})
    return [*messages, {"role": "user", "content": "What is key 07 now?"}]


class Bench:
    """One session of one size, and what is measured on it."""

    def __init__(self, store: RedisMemoryStore, tokens: int, repeats: int) -> None:
        self.store, self.tokens, self.repeats = store, tokens, repeats
        self.engine = ReaderEngine()
        self.edits = Edits(store, self.engine, Registry(EVERY_TOOL))
        self.messages = [Message.of(each) for each in conversation(tokens, EstimatedTokens())]
        self.key = SessionKey("benchmark", f"session-{tokens}")
        self.sessions = 0

    async def call(self, tool: str, **arguments: Any) -> str:
        """Call a tool by hand."""
        done = await self.edits.call(self.key, tool, json.dumps(arguments))
        return done.reply

    async def memory(self) -> WorkingMemory:
        """Read the session as it is."""
        return await self.store.load(self.key)

    async def fresh(self) -> None:
        """Begin a new session, so that it can be cut again."""
        self.sessions += 1
        self.key = SessionKey("benchmark", f"session-{self.tokens}-{self.sessions}")
        await self.edits.create(self.key.tenant, self.key.session, self.messages)

    async def cut(self) -> None:
        """Cut all messages, in calls of a thousand messages: a call makes five thousand fragments at most."""
        for first in range(1, len(self.messages), 1000):
            last = min(first + 999, len(self.messages) - 1)
            await self.call("cut_context", by="size", tokens=250, messages=f"{first}-{last}")

    async def figures(self) -> list[Figure]:
        """Measure every tool."""
        few = max(3, self.repeats // 10)
        cuts: list[float] = []
        for _ in range(few):
            await self.fresh()
            cuts += await times_ms(self.cut, 1, warm_up=0)
        found = [figure("cut_context, whole session", cuts)]
        self.tell(found[0])
        names = [fragment.id for fragment in (await self.memory()).by_position]
        at = iter(range(10**9))
        several = [f"key {number:02}: " for number in range(KEYS)]
        sight = Sight(BUDGET, self.engine.counter)

        def one() -> str:
            return names[next(at) % len(names)]

        async def keep() -> None:
            await self.call("keep_only", fragments=[one()])

        def call(tool: str, **arguments: Any) -> Callable[[], Awaitable[str]]:
            return lambda: self.call(tool, **arguments)

        async def fold_one() -> None:
            await self.call("fold_fragments", fragments=[one()])

        async def restore_one() -> None:
            await self.call("restore_fragments", fragments=[one()])

        async def summarise_one() -> None:
            await self.edits.call(
                self.key, "summarize_fragment", json.dumps({"fragment_id": one(), "focus": "keys"}), summary="Words."
            )

        singles = min(self.repeats, len(names) // 4)
        suggest = call("suggest_folds", tokens=self.tokens // 4)
        found.append(await self.timed("suggest_folds, all in view", suggest, few))
        found.append(await self.timed("fold_fragments, one", fold_one, singles))
        found.append(await self.timed("fold_fragments, all", call("fold_fragments", fragments=["all"]), 1, 0))
        at = iter(range(10**9))
        found.append(await self.timed("restore_fragments, one", restore_one, singles))
        found.append(await self.timed("summarize_fragment, one", summarise_one, min(5, singles)))
        found.append(await self.timed("keep_only, one", keep, few))
        found.append(await self.timed("undo_edits, the last", call("undo_edits"), few))
        found.append(await self.timed("show_history", call("show_history"), few))
        ways = {how: call("find_in_context", queries=["key 07"], how=how) for how in HOWS}
        found += [await self.timed(f"find_in_context, {how}", way, few) for how, way in ways.items()]
        found.append(await self.timed("find_in_context, 46 queries", call("find_in_context", queries=several), few))
        found.append(await self.timed("get_search_detail", call("get_search_detail", search_id="s00001"), few))
        memory = await self.memory()
        found.append(await self.timed("status block", lambda: status_block(memory, 50_000, sight), few))
        found.append(await self.timed("view with the block", lambda: view(memory, sight), few))
        return found

    async def timed(self, what: str, run: Callable[[], Any], repeats: int, warm_up: int = 1) -> Figure:
        """Time one thing."""
        done = figure(what, await times_ms(run, repeats, warm_up=warm_up))
        self.tell(done)
        return done

    def tell(self, done: Figure) -> None:
        """Say on standard error that one thing is done."""
        print(f"  {self.tokens:>9,} tokens  {done.what:<34} {done.ms:>10.2f} ms", file=sys.stderr, flush=True)


async def folding(messages: list[dict[str, Any]], repeats: int) -> tuple[list[float], int, int]:
    """Time Riffler's own cutting and folding of a conversation that it sees for the first time."""
    counter = EstimatedTokens()
    spent: list[float] = []
    before = after = 0
    for _ in range(repeats):
        arrived = [Message.of(each) for each in messages]

        def fold(arrived: list[Message] = arrived) -> None:
            nonlocal before, after
            memory = WorkingMemory()
            memory = memory.commit([append(memory, arrived, counter)])
            before = view(memory).tokens(counter)
            after = view(memory.commit(fit(memory, BUDGET, counter))).tokens(counter)

        spent += await times_ms(fold, 1, warm_up=0)
    return spent, before, after


def peer_of(python: str, messages: list[dict[str, Any]], repeats: int) -> dict[str, Any]:
    """Run the peer in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.json"
        path.write_text(json.dumps(messages), "utf-8")
        script = Path(__file__).parent / "peers" / "litellm_compress.py"
        command = [python, str(script), str(path), str(BUDGET * 3 // 4), str(repeats)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


async def measured(options: argparse.Namespace) -> dict[int, list[Figure]]:
    """Measure all sizes."""
    found: dict[int, list[Figure]] = {}
    with tempfile.TemporaryDirectory() as folder:
        connection = RedisConnection(embedded=EmbeddedServer(Path(folder) / "data"))
        try:
            for tokens in options.sizes:
                store = RedisMemoryStore(connection, cache_characters=64_000_000)
                found[tokens] = await Bench(store, tokens, options.repeats).figures()
        finally:
            await connection.aclose()
    return found


def main() -> None:
    """Run, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="python of an environment that has litellm")
    parser.add_argument("--plot", type=Path, help="write the growth as an SVG picture")
    parser.add_argument("--sizes", type=lambda text: [int(part) for part in text.split(",")], default=list(SIZES))
    options = parse(parser, repeats=30)
    found = asyncio.run(measured(options))
    for tokens, figures in found.items():
        print(f"\n{tokens:,} tokens")
        show(figures, options.json)
    print("\ngrowth of the median, in ms")
    print(f"{'':<34}" + "".join(f"{tokens:>12,}" for tokens in found))
    for row in zip(*found.values(), strict=True):
        print(f"{row[0].what:<34}" + "".join(f"{each.ms:>12.2f}" for each in row))
    size = 1_000_000 if 1_000_000 in found else max(found)
    messages = conversation(size, EstimatedTokens())
    spent, before, after = asyncio.run(folding(messages, 5))
    print(f"\nfolding {size:,} tokens to fit {BUDGET:,}")
    print(f"  riffler: {statistics.median(spent):.0f} ms, {before:,} to {after:,} tokens (its count)")
    if options.peer:
        peer = peer_of(options.peer, messages, 5)
        ratio = peer["median_ms"] / statistics.median(spent)
        print(
            f"  {peer['name']}: {peer['median_ms']:.0f} ms, {peer['before']:,} to {peer['after']:,} tokens (its count)"
        )
        print(f"  riffler takes 1 / {ratio:.1f} of its time")
    if options.plot:
        lines = {row[0].what: [each.ms for each in row] for row in zip(*found.values(), strict=True)}
        options.plot.write_text(growth_plot(list(found), lines), "utf-8")


if __name__ == "__main__":
    main()
