"""How far estimated token counts lie from a real tokenizer's, before and after ten calls that reported their usage.

    python benchmarks/token_counts.py --trials 100
    python benchmarks/token_counts.py --hard --trials 40

The tokenizers are those inside the package mistral-common; none of them shaped the estimate (see `counting/prior.py`).
A call is a chat request as these tokenizers write it, with its instruction marks. Texts: English from the standard
library's documentation, code from its modules, JSON made here, Chinese and Japanese of fourteen registers in `texts/`.
In a trial half of a kind's texts is set aside for the eleventh call, whose count is compared.

`--hard` measures what the prior didn't foresee: base64, a server that adds a long prompt of its own to each request,
models that read bytes or cut much finer than any known one; and what becomes of what was learned when other texts or
another tokenizer come.
"""

from __future__ import annotations

import argparse
import base64
import json
import pydoc_data.topics
import random
import statistics
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from riffler.tools.counting.learning import Sent, TokenLearning
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens, TokenCounter, count_message, count_request, count_schemas

Real = Callable[[Sequence[Message]], int]
CALLS = 10
TOKENIZERS = {
    "tekken (v3)": "tekken_240911.json",
    "sentencepiece v3": "mistral_instruct_tokenizer_240323.model.v3",
    "sentencepiece v1": "tokenizer.model.v1",
}
KINDS = ("english", "code", "chinese", "japanese", "json")
AFTER = (0, 5, 10, 15)
"""After so many calls hard cases are compared."""
_MODULES = "argparse ast asyncio/base_events codecs datetime difflib email/message fractions heapq http/client inspect"


@cache
def real_counts(file: str) -> Real:
    """Give what counts a request with a tokenizer that mistral-common brings."""
    from mistral_common.protocol.instruct.request import ChatCompletionRequest  # noqa: PLC0415 - heavy
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer  # noqa: PLC0415 - heavy

    tokenizer = MistralTokenizer.from_file(str(files("mistral_common") / "data" / file))

    def count(messages: Sequence[Message]) -> int:
        request = ChatCompletionRequest(messages=[message.to_dict() for message in messages])
        return len(tokenizer.encode_chat_completion(request).tokens)

    return count


@cache
def texts(kind: str) -> tuple[str, ...]:
    """Give a kind's pieces of text, some hundreds of characters each."""
    if kind == "english":
        return tuple(_pieces("\n".join(pydoc_data.topics.topics.values())))
    if kind == "code":
        folder = Path(sysconfig.get_paths()["stdlib"])
        return tuple(
            piece for name in _MODULES.split() for piece in _pieces((folder / f"{name}.py").read_text("utf-8"))
        )
    if kind == "json":
        rng = random.Random(1)
        return tuple(json.dumps(_record(rng), indent=rng.choice((None, 2))) for _ in range(400))
    if kind == "base64":
        rng = random.Random(1)
        return tuple(base64.b64encode(rng.randbytes(375)).decode() for _ in range(200))
    lines = (Path(__file__).parent / f"texts/{kind}.txt").read_text("utf-8").split("\n")
    return tuple(line for line in lines if line)


def _pieces(text: str, characters: int = 500) -> Iterator[str]:
    piece = ""
    for line in text.splitlines(keepends=True):
        piece += line
        if len(piece) >= characters:
            yield piece
            piece = ""


def _record(rng: random.Random) -> dict[str, Any]:
    def words(most: int) -> str:
        return " ".join(rng.choices(_words(), k=rng.randint(1, most)))

    shapes: list[dict[str, Any]] = [
        {
            "id": rng.randrange(10**6),
            "name": words(3),
            "price": round(rng.random() * 100, 2),
            "tags": [words(1) for _ in range(rng.randrange(4))],
            "inStock": rng.random() < 0.5,
            "created": f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T10:{rng.randrange(60):02}:00Z",
        },
        {
            "user": {"firstName": words(1).title(), "email": f"{words(1)}@example.com", "address": None},
            "orders": [{"sku": f"{rng.getrandbits(24):06x}", "quantity": rng.randrange(9)} for _ in range(3)],
            "note": words(12),
        },
        {
            "timestamp": 1_700_000_000 + rng.randrange(10**8),
            "level": rng.choice(["INFO", "WARN", "ERROR"]),
            "message": words(9),
            "trace_id": f"{rng.getrandbits(64):016x}",
            "load": [rng.random() for _ in range(3)],
        },
    ]
    return rng.choice(shapes)


@cache
def _words() -> tuple[str, ...]:
    return tuple(sorted({word for text in texts("english") for word in text.split() if word.isalpha()}))


def counted(messages: Sequence[Message], counter: TokenCounter) -> int:
    """Count a request as a turn's budget does."""
    whole = count_request(counter) + count_schemas((), counter)
    return whole + sum(count_message(message, counter) for message in messages)


class Kind:
    """One kind's texts of a trial: some to learn from, the others for the call that is compared."""

    def __init__(self, kind: str, rng: random.Random) -> None:
        self._rng = rng
        self._wide = kind in {"chinese", "japanese"}
        pieces = list(texts(kind))
        rng.shuffle(pieces)
        half = len(pieces) // 2
        self._held_out, self._learned = pieces[:half], pieces[half:]

    def request(self, *, held_out: bool = False) -> list[Message]:
        """Make a request of one to four thousand tokens; Chinese and Japanese ones have at most two, of less text."""
        pieces = self._held_out if held_out else self._learned
        number = len(pieces) if self._wide and held_out else self._rng.randint(*((24, 48) if self._wide else (8, 30)))
        return [
            Message.system("Answer from the text."),
            Message.user("\n".join(self._rng.sample(pieces, min(number, len(pieces))))),
        ]


def learned_from(requests: Sequence[Sequence[Message]], real: Real) -> TokenCounter:
    """Give the counter after calls with these requests."""
    return taught(TokenLearning(), requests, real).counter()


def taught(learning: TokenLearning, requests: Sequence[Sequence[Message]], real: Real) -> TokenLearning:
    """Learn from calls with these requests."""
    for messages in requests:
        sent = Sent.of(messages)
        assert sent is not None
        learning = learning.learn(sent, real(messages))
    return learning


def off(messages: Sequence[Message], counter: TokenCounter, real: Real) -> float:
    """Give the error of a count, as a share of the true one."""
    true = real(messages)
    return abs(counted(messages, counter) - true) / true


def one_kind(kind: str, real: Real, seed: int) -> tuple[float, float, float]:
    """Run a trial of one kind: the errors of the estimate, of the prior and of what ten calls taught."""
    rng = random.Random(f"{kind} {seed}")
    source = Kind(kind, rng)
    after = learned_from([source.request() for _ in range(CALLS)], real)
    probe = source.request(held_out=True)
    return off(probe, EstimatedTokens(), real), off(probe, TokenLearning().counter(), real), off(probe, after, real)


def mixed(real: Real, seed: int) -> Mapping[str, float]:
    """Run a trial of two calls of each kind, in any order: the error of each kind."""
    rng = random.Random(f"mixed {seed}")
    sources = {kind: Kind(kind, rng) for kind in KINDS}
    requests = [source.request() for source in sources.values() for _ in range(CALLS // len(KINDS))]
    rng.shuffle(requests)
    after = learned_from(requests, real)
    return {kind: off(source.request(held_out=True), after, real) for kind, source in sources.items()}


def growing(kind: str, real: Real, seed: int) -> float:
    """Run a trial of one conversation whose every call has all before it, and something new: the eleventh's error."""
    rng = random.Random(f"growing {kind} {seed}")
    source = Kind(kind, rng)
    messages = [Message.system("Answer from the text.")]
    requests: list[list[Message]] = []
    for call in range(CALLS + 1):
        messages = [*messages, source.request(held_out=call == CALLS)[1]]
        requests.append(messages)
        messages = [*messages, Message.assistant("Noted.")]
    return off(requests[-1], learned_from(requests[:-1], real), real)


def with_prompt(real: Real, tokens: int) -> Real:
    """Count as a server does that adds a prompt of its own to each request."""
    return lambda messages: real(messages) + tokens


def a_byte(messages: Sequence[Message]) -> int:
    """Count as a model does that reads bytes: a token for each, and one before each message."""
    return sum(len((message.text or "").encode()) + 1 for message in messages)


def fine(messages: Sequence[Message]) -> int:
    """Count as a model does that has 0.8 tokens for each character."""
    return sum(round(0.8 * len(message.text or "")) + 4 for message in messages)


def in_time(kind: str, real: Real, seed: int, learning: TokenLearning | None = None) -> list[float]:
    """Run a trial of one kind: the errors after so many calls as `AFTER` says, each of another request."""
    rng = random.Random(f"hard {kind} {seed}")
    source, learning, errors, done = Kind(kind, rng), learning or TokenLearning(), [], 0
    for calls in AFTER:
        learning = taught(learning, [source.request() for _ in range(calls - done)], real)
        done = calls
        errors.append(off(source.request(held_out=True), learning.counter(), real))
    return errors


def disturbed(real: Real, seed: int) -> list[float]:
    """Run a trial of 30 calls with code and then 15 with base64: the errors of code, after so many as `AFTER` says."""
    rng = random.Random(f"disturbed {seed}")
    code, other = Kind("code", rng), Kind("base64", rng)
    learning, probe = taught(TokenLearning(), [code.request() for _ in range(30)], real), code.request(held_out=True)
    row = [other.request() for _ in range(AFTER[-1])]
    return [off(probe, taught(learning, row[:calls], real).counter(), real) for calls in AFTER]


def changed(old: Real, new: Real, seed: int) -> list[float]:
    """Run a trial of 30 calls with code, and then another tokenizer behind the name: the errors of its count."""
    source = Kind("code", random.Random(f"changed {seed}"))
    return in_time("code", new, seed, taught(TokenLearning(), [source.request() for _ in range(30)], old))


def rare(real: Real, seed: int) -> list[float]:
    """Run a trial of calls with code, of which each fifth of eight has base64: the errors of base64."""
    rng = random.Random(f"rare {seed}")
    code, other = Kind("code", rng), Kind("base64", rng)
    row, probe = [(other if call % 8 == 4 else code).request() for call in range(AFTER[-1])], other.request()
    return [off(probe, learned_from(row[:calls], real), real) for calls in AFTER]


def changed_among_kinds(old: Real, new: Real, seed: int) -> list[float]:
    """Run a trial of 30 calls of any kinds, and then another tokenizer: the means of the kinds' errors."""
    rng = random.Random(f"changed among kinds {seed}")
    sources = [Kind(kind, rng) for kind in KINDS]
    learning = taught(TokenLearning(), [rng.choice(sources).request() for _ in range(30)], old)
    row = [rng.choice(sources).request() for _ in range(AFTER[-1])]
    probes = [source.request(held_out=True) for source in sources]
    counters = [taught(learning, row[:calls], new).counter() for calls in AFTER]
    return [statistics.mean(off(probe, counter, new) for probe in probes) for counter in counters]


HARD: Mapping[str, Callable[[Real, Real, int], list[float]]] = {
    "base64, tekken": lambda tekken, _, seed: in_time("base64", tekken, seed),
    "base64, sentencepiece v3": lambda _, piece, seed: in_time("base64", piece, seed),
    "code, tekken, 4,000 tokens more": lambda tekken, _, seed: in_time("code", with_prompt(tekken, 4000), seed),
    "code, tekken, 20,000 tokens more": lambda tekken, _, seed: in_time("code", with_prompt(tekken, 20_000), seed),
    "code, a token a byte": lambda _, __, seed: in_time("code", a_byte, seed),
    "chinese, a token a byte": lambda _, __, seed: in_time("chinese", a_byte, seed),
    "code, 0.8 tokens a character": lambda _, __, seed: in_time("code", fine, seed),
    "code by another tokenizer: tekken, then sentencepiece v3": changed,
    "code by another tokenizer: sentencepiece v3, then tekken": lambda new, old, seed: changed(old, new, seed),
    "all kinds by another tokenizer: tekken, then sentencepiece v3": changed_among_kinds,
    "base64 in one of eight calls, tekken": lambda tekken, _, seed: rare(tekken, seed),
    "code when base64 comes, tekken": lambda tekken, _, seed: disturbed(tekken, seed),
    "code when base64 comes, sentencepiece v3": lambda _, piece, seed: disturbed(piece, seed),
}
"""Hard cases by name: what runs a trial, given two tokenizers and a seed."""


def _shown(errors: Sequence[float]) -> str:
    ordered = sorted(errors)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{100 * statistics.mean(errors):.1f} / {100 * high:.1f} / {100 * ordered[-1]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--hard", action="store_true", help="what the prior didn't foresee")
    arguments = parser.parse_args()
    print("error of a request's count in %: mean / 95th percentile / worst of", arguments.trials, "trials\n")
    (_print_hard if arguments.hard else _print_kinds)(arguments.trials)


def _print_hard(trials: int) -> None:
    print("| case |", " | ".join(f"after {calls} calls" for calls in AFTER), "|")
    print("|---" * (1 + len(AFTER)) + "|")
    tekken, piece = (real_counts(TOKENIZERS[name]) for name in ("tekken (v3)", "sentencepiece v3"))
    for name, run in HARD.items():
        columns = zip(*(run(tekken, piece, seed) for seed in range(trials)), strict=True)
        print(f"| {name} | {' | '.join(_shown(column) for column in columns)} |", flush=True)


def _print_kinds(trials: int) -> None:
    print("| tokenizer | kind | estimate | prior | after ten calls | of mixed kinds | of one conversation |")
    print("|---|---|---|---|---|---|---|")
    for name, file in TOKENIZERS.items():
        real = real_counts(file)
        mixtures = [mixed(real, seed) for seed in range(trials)]
        for kind in KINDS:
            before, prior, after = zip(*(one_kind(kind, real, seed) for seed in range(trials)), strict=True)
            together = [growing(kind, real, seed) for seed in range(trials)]
            columns = (before, prior, after, [mixture[kind] for mixture in mixtures], together)
            print(f"| {name} | {kind} | {' | '.join(_shown(column) for column in columns)} |", flush=True)


if __name__ == "__main__":
    main()
