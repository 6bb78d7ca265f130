"""PI-LLM: many keys, each updated many times, in one message; what is the current value of each?

Wang and Sun 2025, "Unable to Forget", https://arxiv.org/abs/2506.08184. The form of the text was read in the public
generator (github.com/zhuangziGiantfish/Unable-to-Forget, MIT, `test1_updates`): its sentences are the evaluation, so
they stand here as they stand there, with its missing blank and its blank too many. Keys and values are ours, or a
file's. What differs: the source draws values that earlier sessions had less often; here sessions are independent, so
that each can be made alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riffler.service.evaluation.benchmark import Case, Cell, source_of
from riffler.service.evaluation.dictionary import KEYS, Dictionary, check_updates, digest
from riffler.service.evaluation.pi_llm_answers import score_answer

Pair = tuple[str, str]


@dataclass(frozen=True)
class PiLlm:
    """The evaluation.

    Attributes:
        dictionary: Keys with their values.
        updates: Of each key, a cell for each number.
        sessions: Cases of each cell.
        seed: The same seed gives the same cases.
        keys: How many there are, 2 to 46, a cell for each number with each of `updates`. The source has 46.

    Raises:
        InvalidInput: A key has fewer values than updates.
    """

    dictionary: Dictionary
    updates: tuple[int, ...]
    sessions: int = 5
    seed: int = 1
    keys: tuple[int, ...] = (KEYS,)
    name: str = "pi-llm"

    def __post_init__(self) -> None:
        check_updates(self.dictionary, max(self.updates))

    @property
    def cells(self) -> Sequence[Cell]:
        """See the port."""
        return [{"keys": keys, "updates": updates} for keys in self.keys for updates in self.updates]

    @property
    def options(self) -> Mapping[str, Any]:
        """See the port."""
        return {"keys": [*self.keys], "updates": [*self.updates], "dictionary": digest(self.dictionary)}

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        updates = int(cell["updates"])
        rng = source_of(self.seed, self.name, updates, session)
        keys = rng.sample(sorted(self.dictionary), int(cell["keys"]))
        pairs = draw_stream(rng, {key: rng.sample(self.dictionary[key], updates) for key in keys})
        text, current = write_case(keys, pairs), dict(pairs)
        return Case(text, lambda answer: score_answer(answer, current), lambda: newest_matches(text, keys))


def draw_stream(rng: random.Random, values: Mapping[str, Sequence[str]]) -> list[Pair]:
    """Put all pairs into an order drawn at random, in which no two neighbours have the same key.

    As in the source, each pair is drawn from all those left whose key isn't the one before; where only that key is
    left, everything is drawn anew.

    Args:
        rng: Source of the draws.
        values: The values of each key; at least two keys, with as many values each.

    Returns:
        The pairs.
    """
    while True:
        left = {key: rng.sample(of_key, len(of_key)) for key, of_key in values.items()}
        pairs: list[Pair] = []
        before = ""
        for _ in range(sum(map(len, left.values()))):
            # Drawing a key by how many of its pairs are left is drawing one of the pairs.
            keys = [key for key, rest in left.items() if rest and key != before]
            if not keys:
                break
            before = rng.choices(keys, [len(left[key]) for key in keys])[0]
            pairs.append((before, left[before].pop()))
        else:
            return pairs


def write_case(keys: Sequence[str], pairs: Sequence[Pair]) -> str:
    """Write the message.

    Args:
        keys: The keys, in the order in which they are named.
        pairs: The updates.

    Returns:
        Introduction, stream and question.
    """
    named = ", ".join(keys)
    stream = "".join(f"{key}: {value}; " for key, value in pairs)
    return (
        "As my secretary, I need you to carefully read a text stream where the values of multiple keys are being"
        f" continuously updated.The {len(keys)} keys to track include {named}. I will ask you to identify the value of"
        f" each key later.\n\nThe text stream starts on the next line.\n {stream}\n\n"
        f"What are the current value of each key ({named}) you are tracking? End your response with: "
        "'The current value of <key> is <value>.'"
    )


def newest_matches(text: str, keys: Sequence[str]) -> str:
    """Answer with the newest `key: value` of each key: the baseline.

    Args:
        text: Any text.
        keys: The keys.

    Returns:
        A sentence for each key that was found.
    """
    # Of all keys at once: asked for alone, `body` would be found in `water body: ...`, too.
    longest_first = "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))
    found = dict(re.findall(rf"(?<!\w)({longest_first})\s*[:=]\s*([^;:,.\n]+)", text))
    return "\n".join(f"The current value of {key} is {found[key].strip()}." for key in keys if key in found)
