"""The engine `transformers` beside the library's own `forward` and `generate`, on one model, in one run.

    python benchmarks/local_model.py [--shape small|1b] [--device cpu|cuda] [--only PART] [--repeats 20] [--json]

The model is a Llama with random weights: what is measured is time, not sense. `small` (27M parameters) is the default
on the CPU, `1b` (the shape of Llama 3.2 1B: 1.24B parameters, bfloat16) where there is CUDA. The floors run on the same
device, with the same weights, prompts and numbers of tokens:

- first token: one `model.forward` over the whole prompt;
- replies: `model.generate`, greedy, one prompt or all prompts as one batch padded on the left;
- after a fold or a restore: the same engine without reuse, which computes the whole view again.

The runs are in random order. Each repeat has new texts, and prompts of lengths that were not met before, the same on
both sides: in real use hardly two prompts have the same length, so what a library sets up once for a length has to
show. The floors run in one thread of their own, as the engine does, and with the same attention kernels: the engine's
choice holds for the process while it is loaded.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import torch
from measure import Figure, figure, parse, show
from rich.progress import track
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from riffler.service.inference.transformers import TransformersEngine
from riffler.service.inference.transformers.tiny import save, train_tokenizer
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message

SHAPES: dict[str, dict[str, Any]] = {
    "small": {"vocab_size": 8192, "hidden_size": 512, "intermediate_size": 1536, "num_hidden_layers": 6,
              "num_attention_heads": 8, "num_key_value_heads": 4},
    "1b": {"vocab_size": 128_256, "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
           "num_attention_heads": 32, "num_key_value_heads": 8, "tie_word_embeddings": True},
}  # fmt: skip
PROMPTS = {"small": (256, 1024, 4096), "1b": (1024, 4096, 16_384)}
"""Tokens of a prompt, about."""
WINDOW, REPLY, TOGETHER = 32_768, 64, (4, 8, 16)
DEPTHS = (0.05, 0.5, 0.95)
PARTS = ("first", "replies", "edits")
"""First tokens, whole replies, and first tokens after a fold or a restore."""
TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"
WORDS = "the harbour opens at six and bakery lighthouse has nine metres of water below its oldest blue boat".split()


def make(folder: Path, shape: str, device: str) -> LlamaForCausalLM:
    """Make the model in a folder, for the engine, and give it loaded, for the floors."""
    tokenizer = train_tokenizer([" ".join(WORDS)], TEMPLATE, end="<|end|>", special=["<|user|>", "<|assistant|>"])
    dtype = torch.bfloat16 if device.startswith("cuda") else torch.float32
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SHAPES[shape], max_position_embeddings=WINDOW)).to(dtype)
    model.generation_config.do_sample = False
    assert tokenizer.eos_token_id is not None
    with torch.no_grad():  # its logit is 0, never the largest: all replies have the same length
        model.lm_head.weight[tokenizer.eos_token_id] = 0
    save(model, tokenizer, folder)
    return model.to(device).eval()  # type: ignore[arg-type]  # the overload is hidden by a decorator


Run = Callable[[int], Awaitable[Any]]
"""Something to time, which is told the number of its turn."""


class Bench:
    """One engine with reuse, the bare model beside it, and texts to ask them."""

    def __init__(self, engine: TransformersEngine, bare: LlamaForCausalLM, folder: str, repeats: int) -> None:
        self.engine, self.bare, self.repeats = engine, bare, repeats
        self.ids = AutoTokenizer.from_pretrained(folder)
        self.rng = random.Random(1)
        self.thread = ThreadPoolExecutor(1)
        self.met: set[int] = set()
        self.tokens_a_word = engine.counter.count(" ".join(self.rng.choices(WORDS, k=1000))) / 1000

    def text(self, tokens: int) -> str:
        """Make a text of about as many tokens that no other text begins like."""
        return " ".join(self.rng.choices(WORDS, k=round(tokens / self.tokens_a_word)))

    def texts(self, tokens: int, parts: int) -> list[str]:
        """Make texts that have about as many tokens together, but not exactly as many as others that were made here."""
        texts = [self.text(tokens // parts) for _ in range(parts)]
        while (length := sum(map(self.engine.counter.count, texts))) in self.met:
            texts[-1] += f" {self.rng.choice(WORDS)}"
        self.met.add(length)
        return texts

    async def ask(self, messages: Sequence[Message], most: int, reuse: str = "") -> tuple[int, int]:
        """Ask for so many tokens; give those read and cached."""
        request = EngineRequest(tuple(messages), sampling=Sampling(max_tokens=most, temperature=0), reuse=reuse)
        usage = (await complete(self.engine, request)).usage
        if usage.completion_tokens != most:
            raise SystemExit(f"the model ended after {usage.completion_tokens} of {most} tokens: no fair comparison")
        return usage.prompt_tokens, usage.cached_tokens

    def tokens(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the prompts' ids and mask, [texts, tokens], padded on the left."""
        rows = [
            self.ids.apply_chat_template([{"role": "user", "content": text}], tokenize=True, return_dict=False,
                                         add_generation_prompt=True)
            for text in texts
        ]  # fmt: skip
        width = max(map(len, rows))
        ids = torch.tensor([[0] * (width - len(row)) + row for row in rows], device=self.bare.device)
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=self.bare.device)
        return ids, mask

    @torch.inference_mode()
    def forward(self, text: str) -> None:
        """Compute a prompt with the bare model."""
        ids, _ = self.tokens([text])
        self.bare(input_ids=ids, use_cache=True, logits_to_keep=1).logits.argmax().item()  # waits for the device

    @torch.inference_mode()
    def generate(self, texts: Sequence[str]) -> None:
        """Write replies with the library's own loop."""
        ids, mask = self.tokens(texts)
        self.bare.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=REPLY, min_new_tokens=REPLY, do_sample=False,
            pad_token_id=0,
        ).cpu()  # fmt: skip

    async def in_thread(self, work: Callable[..., None], *given: object) -> None:
        """Run a floor in a thread, always the same, as the engine does: libraries set themselves up once for each."""
        await asyncio.get_running_loop().run_in_executor(self.thread, partial(work, *given))

    async def first_token(self, tokens: int) -> list[Figure]:
        """Time to the first token of a prompt that nothing is known of."""
        texts = [self.texts(tokens, 1)[0] for _ in range(_turns(self.repeats))]
        read: list[int] = []

        async def asked(turn: int) -> None:
            read.append((await self.ask([Message.user(texts[turn])], 1))[0])

        spent, floor = await paired(
            [asked, lambda turn: self.in_thread(self.forward, texts[turn])], self.repeats, self.rng
        )  # fmt: skip
        what = f"first token, prompt of {statistics.median_low(read):,} tokens"
        return [figure(what, spent, "model.forward", floor)]

    async def replies(self, count: int) -> list[Figure]:
        """Time of so many replies, together and, where that differs, one after another."""
        repeats = self.repeats if count == 1 else max(3, self.repeats // 2)
        texts = [[self.text(200 + 8 * at) for at in range(count)] for _ in range(_turns(repeats))]

        async def together(turn: int) -> None:
            await asyncio.gather(*(self.ask([Message.user(text)], REPLY) for text in texts[turn]))

        async def one_by_one(turn: int) -> None:
            for text in texts[turn]:
                await self.ask([Message.user(text)], REPLY)

        spent, floor = await paired(
            [together, lambda turn: self.in_thread(self.generate, texts[turn])], repeats, self.rng
        )  # fmt: skip
        a_second = f"{1000 * REPLY * count / statistics.median(spent):.0f} tokens/s"
        if count == 1:
            return [figure(f"a reply of {REPLY} tokens ({a_second})", spent, "model.generate", floor)]
        # each run is long, and of many replies: a few runs, after all the others, tell enough
        (apart,) = await paired([one_by_one], max(1, repeats // 3), self.rng, warm_ups=0)
        return [
            figure(f"{count} replies at once ({a_second})", spent, "model.generate, one batch", floor),
            figure(f"{count} replies at once: batching's gain", spent, "one after another", apart),
        ]

    async def after_edit(self, tokens: int, depth: float) -> list[Figure]:
        """Time to the first token after a message is folded at some depth of a conversation, and after it is back."""
        times: dict[str, list[float]] = {"fold": [], "restore": [], "full": []}
        counts: dict[str, list[tuple[int, int]]] = {"fold": [], "restore": []}

        async def timed(kind: str, messages: Sequence[Message], name: str = "") -> None:
            start = time.perf_counter()
            count = await self.ask(messages, 1, name)
            times[kind].append((time.perf_counter() - start) * 1000)
            if name:
                counts[kind].append(count)

        async def edited(turn: int) -> None:
            name = f"{depth}/{turn}"  # each its own session
            await self.ask(wholes[turn], 1, name)
            await timed("fold", folds[turn], name)
            await timed("restore", wholes[turn], name)

        wholes = [list(map(Message.user, self.texts(tokens, 40))) for _ in range(_turns(self.repeats))]
        at = min(39, int(40 * depth))
        folds = [[*whole[:at], Message.user("[folded f00001]"), *whole[at + 1 :]] for whole in wholes]
        await paired([edited, lambda turn: timed("full", folds[turn])], self.repeats, self.rng)
        full = times["full"][-self.repeats :]
        found = []
        for edit, each in counts.items():
            read, cached = (statistics.median_low(column) for column in zip(*each, strict=True))
            what = f"{edit} at {depth:.0%} of {read:,} tokens: {cached:,} reused"
            found.append(figure(what, times[edit][-self.repeats :], "without reuse", full))
        return found


def _turns(repeats: int) -> int:
    """Turns in all, with those that don't count."""
    return min(5, repeats // 2) + repeats


async def paired(
    runs: Sequence[Run], repeats: int, rng: random.Random, warm_ups: int | None = None
) -> list[list[float]]:
    """Time several things in turns of random order, so that the machine's moods meet them alike."""
    spent: list[list[float]] = [[] for _ in runs]
    warm_ups = _turns(repeats) - repeats if warm_ups is None else warm_ups
    for turn in range(warm_ups + repeats):
        for at in rng.sample(range(len(runs)), len(runs)):
            start = time.perf_counter()
            await runs[at](turn)
            if turn >= warm_ups:
                spent[at].append((time.perf_counter() - start) * 1000)
    return spent


async def run(options: argparse.Namespace) -> list[Figure]:
    """Measure."""
    cuda = torch.cuda.is_available() if options.device == "auto" else options.device.startswith("cuda")
    device, shape = "cuda" if cuda else "cpu", options.shape or ("1b" if cuda else "small")
    with tempfile.TemporaryDirectory() as folder:
        bare = make(Path(folder), shape, device)
        engine = TransformersEngine(folder, device=device, batch_size=max(TOGETHER), local_only=True)
        start = time.perf_counter()
        await engine.ready()
        loaded = [(time.perf_counter() - start) * 1000]
        assert engine._loaded is not None
        about = (
            f"{sum(each.numel() for each in bare.parameters()) / 1e6:,.0f}M parameters, {bare.dtype}, {_name(device)}"
        )
        print(f"{about}; chunks of {engine._loaded.worker.rounds.chunk:,} tokens")
        bench = Bench(engine, bare, folder, options.repeats)
        longest = PROMPTS[shape][-1]
        parts: dict[str, list[Callable[[], Awaitable[list[Figure]]]]] = {
            "first": [partial(bench.first_token, tokens) for tokens in PROMPTS[shape]],
            "replies": [partial(bench.replies, count) for count in (1, *TOGETHER)],
            "edits": [partial(bench.after_edit, longest, depth) for depth in DEPTHS],
        }
        work = [each for name in options.only or parts for each in parts[name]]
        figures = [figure("load and warm up", loaded)]
        try:
            for measured in track(work, description="measuring", transient=True):
                figures += await measured()
        finally:
            await engine.aclose()
        return figures


def _name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else f"CPU, {torch.get_num_threads()} threads"


def main() -> None:
    """Read the options, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=sorted(SHAPES), help="default: 1b on CUDA, else small")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: auto)")
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; may be repeated (default: all)")
    options = parse(parser, repeats=20)
    show(asyncio.run(run(options)), options.json)


if __name__ == "__main__":
    main()
