"""The engine `transformers` beside the library's own `forward` and `generate`, on one model, in one run.

    python benchmarks/local_model.py [--shape small|1b] [--device cpu|cuda] [--repeats 20] [--json]

The model is a Llama with random weights: what is measured is time, not sense. `small` (27M parameters) is the default
on the CPU, `1b` (the shape of Llama 3.2 1B: 1.24B parameters, bfloat16) where there is CUDA. The floors run on the same
device, with the same weights, prompts and numbers of tokens:

- first token: one `model.forward` over the whole prompt;
- replies: `model.generate`, greedy, one prompt or all prompts as one batch padded on the left;
- after a fold or a restore: the same engine without reuse, which computes the whole view again.

The runs are in random order.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from measure import Figure, figure, parse, show, times_ms
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
TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"
WORDS = "the harbour opens at six and bakery lighthouse has nine metres of water below its oldest blue boat".split()


def make(folder: Path, shape: str, device: str) -> LlamaForCausalLM:
    """Make the model in a folder, for the engine, and give it loaded, for the floors."""
    tokenizer = train_tokenizer([" ".join(WORDS)], TEMPLATE, end="<|end|>", special=["<|user|>", "<|assistant|>"])
    dtype = torch.bfloat16 if device.startswith("cuda") else torch.float32
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SHAPES[shape], max_position_embeddings=WINDOW)).to(dtype)
    model.generation_config.do_sample = False
    save(model, tokenizer, folder)
    return model.to(device).eval()  # type: ignore[arg-type]  # the overload is hidden by a decorator


class Bench:
    """One engine with reuse, the bare model beside it, and texts to ask them."""

    def __init__(self, engine: TransformersEngine, bare: LlamaForCausalLM, folder: str, repeats: int) -> None:
        self.engine, self.bare, self.repeats = engine, bare, repeats
        self.ids = AutoTokenizer.from_pretrained(folder)
        self.rng = random.Random(1)
        self.warm_ups = min(5, repeats // 2)
        self.tokens_a_word = engine.counter.count(" ".join(self.rng.choices(WORDS, k=1000))) / 1000

    def text(self, tokens: int) -> str:
        """Make a text of about as many tokens that no other text begins like."""
        return " ".join(self.rng.choices(WORDS, k=round(tokens / self.tokens_a_word)))

    async def ask(self, messages: Sequence[Message], most: int, reuse: str = "") -> tuple[int, int, int]:
        """Ask for so many tokens; give those read, cached and written."""
        request = EngineRequest(tuple(messages), sampling=Sampling(max_tokens=most, temperature=0), reuse=reuse)
        usage = (await complete(self.engine, request)).usage
        return usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens

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

    async def first_token(self, tokens: int) -> Figure:
        """Time to the first token of a prompt that nothing is known of."""
        text = self.text(tokens)
        read, _, _ = await self.ask([Message.user(text)], 1)
        spent, floor = await paired(
            [lambda: self.ask([Message.user(text)], 1), lambda: in_thread(self.forward, text)], self.repeats, self.rng
        )
        return figure(f"first token, prompt of {read:,} tokens", spent, "model.forward", floor)

    async def replies(self, count: int) -> list[Figure]:
        """Time of so many replies, together and, where that differs, one after another."""
        texts = [self.text(200 + 8 * at) for at in range(count)]
        messages = [Message.user(text) for text in texts]
        for message in messages:
            *_, written = await self.ask([message], REPLY)
            if written != REPLY:  # a random model may draw its end; the comparison would be unfair
                raise SystemExit(f"the model ended after {written} of {REPLY} tokens: change the seed")

        async def together() -> None:
            await asyncio.gather(*(self.ask([message], REPLY) for message in messages))

        async def one_by_one() -> None:
            for message in messages:
                await self.ask([message], REPLY)

        if count == 1:
            spent, floor = await paired(
                [together, lambda: in_thread(self.generate, texts)], self.repeats, self.rng
            )  # fmt: skip
            a_second = f"{1000 * REPLY / statistics.median(spent):.0f} tokens/s"
            return [figure(f"a reply of {REPLY} tokens ({a_second})", spent, "model.generate", floor)]
        spent, floor, apart = await paired(
            [together, lambda: in_thread(self.generate, texts), one_by_one], max(3, self.repeats // 2), self.rng
        )
        a_second = f"{1000 * REPLY * count / statistics.median(spent):.0f} tokens/s"
        return [
            figure(f"{count} replies at once ({a_second})", spent, "model.generate, one batch", floor),
            figure(f"{count} replies at once: batching's gain", spent, "one after another", apart),
        ]

    async def after_edit(self, tokens: int, depth: float) -> list[Figure]:
        """Time to the first token after a message is folded at some depth of a conversation, and after it is back."""
        whole = [Message.user(self.text(tokens // 40)) for _ in range(40)]
        at = min(len(whole) - 1, int(len(whole) * depth))
        folded = [*whole[:at], Message.user("[folded f00001]"), *whole[at + 1 :]]
        names = iter(f"{depth}/{number}" for number in range(self.warm_ups + self.repeats))  # each its own session
        counts: dict[str, tuple[int, int]] = {}

        async def edited(times: dict[str, list[float]]) -> None:
            name = next(names)
            await self.ask(whole, 1, name)
            for edit, messages in (("fold", folded), ("restore", whole)):
                start = time.perf_counter()
                read, cached, _ = await self.ask(messages, 1, name)
                times[edit].append((time.perf_counter() - start) * 1000)
                counts[edit] = read, cached

        async def anew(times: dict[str, list[float]]) -> None:
            times["full"] += await times_ms(lambda: self.ask(folded, 1), 1, warm_up=0)

        times: dict[str, list[float]] = {"fold": [], "restore": [], "full": []}
        for _ in range(self.warm_ups + self.repeats):
            for run in self.rng.sample([edited, anew], 2):
                await run(times)
        counted = {kind: spent[self.warm_ups :] for kind, spent in times.items()}
        return [
            figure(
                f"{edit} at {depth:.0%} of {read:,} tokens: {cached:,} reused",
                counted[edit],
                "without reuse",
                counted["full"],
            )
            for edit, (read, cached) in counts.items()
        ]


async def in_thread(work: Callable[..., None], *given: object) -> None:
    """Run a floor in a thread, as the engine does."""
    await asyncio.to_thread(work, *given)


async def paired(runs: Sequence[Callable[[], Awaitable[Any]]], repeats: int, rng: random.Random) -> list[list[float]]:
    """Time several things in turns of random order, so that the machine's moods meet them alike."""
    spent: list[list[float]] = [[] for _ in runs]
    warm_ups = min(5, repeats // 2)
    for turn in range(warm_ups + repeats):
        for at in rng.sample(range(len(runs)), len(runs)):
            start = time.perf_counter()
            await runs[at]()
            if turn >= warm_ups:
                spent[at].append((time.perf_counter() - start) * 1000)
    return spent


async def run(options: argparse.Namespace) -> list[Figure]:
    """Measure."""
    cuda = torch.cuda.is_available() if options.device == "auto" else options.device.startswith("cuda")
    device, shape = "cuda" if cuda else "cpu", options.shape or ("1b" if cuda else "small")
    with tempfile.TemporaryDirectory() as folder:
        bare = make(Path(folder), shape, device)
        print(
            f"{sum(each.numel() for each in bare.parameters()) / 1e6:,.0f}M parameters, {bare.dtype}, {_name(device)}"
        )
        engine = TransformersEngine(folder, device=device, batch_size=max(TOGETHER), local_only=True)
        start = time.perf_counter()
        await engine.ready()
        loaded = [(time.perf_counter() - start) * 1000]
        bench = Bench(engine, bare, folder, options.repeats)
        longest = PROMPTS[shape][-1]
        work: list[Callable[[], Awaitable[Figure | list[Figure]]]] = [
            *(lambda tokens=tokens: bench.first_token(tokens) for tokens in PROMPTS[shape]),  # type: ignore[misc]
            *(lambda count=count: bench.replies(count) for count in (1, *TOGETHER)),  # type: ignore[misc]
            *(lambda depth=depth: bench.after_edit(longest, depth) for depth in DEPTHS),  # type: ignore[misc]
        ]
        figures = [figure("load and warm up", loaded)]
        try:
            for measured in track(work, description="measuring", transient=True):
                found = await measured()
                figures += found if isinstance(found, list) else [found]
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
    options = parse(parser, repeats=20)
    show(asyncio.run(run(options)), options.json)


if __name__ == "__main__":
    main()
