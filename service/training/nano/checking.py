"""How many moves a model makes exactly as the oracle, on episodes that it wasn't trained on.

Each move is worked out with all before it as the oracle made them. It is exact when each of its tokens is the
likeliest, so that greedy decoding would say it word for word, unconstrained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import torch
from transformers import Lfm2ForCausalLM

from riffler.service.training.nano.examples import ExampleWriter
from riffler.service.training.nano.trees import tree_of


@dataclass(frozen=True, slots=True)
class Exact:
    """Of one skill.

    Attributes:
        moves: How many there were.
        exact_moves: Of them, exact ones.
        tokens: How many there were in them.
        exact_tokens: Of them, those that were the likeliest.
    """

    moves: int
    exact_moves: int
    tokens: int
    exact_tokens: int


def check(model: Lfm2ForCausalLM, writer: ExampleWriter, samples: Iterable[dict[str, Any]]) -> dict[str, Exact]:
    """Count exact moves.

    Args:
        model: The model, which takes trees.
        writer: Writes its samples.
        samples: What `read_samples` gives.

    Returns:
        The counts by skill, calls and answers apart: `streams call`, `streams answer`.
    """
    found: dict[str, list[bool]] = defaultdict(list)
    tokens: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for _, group in groupby(samples, lambda sample: sample["episode"]):
        turn = [*group]
        example = writer.write(turn)
        ids, positions = (torch.from_numpy(each.astype(np.int64)) for each in (example.ids, example.positions))
        places = torch.from_numpy(example.places.astype(np.int64)[example.said])
        tree = tree_of(example.branches, len(example.ids), model.config.conv_L_cache - 1)
        with torch.no_grad():
            states = model.model(input_ids=ids[None], position_ids=positions[None], use_cache=False, tree=tree)
            likeliest = model.lm_head(states.last_hidden_state[0, places]).argmax(-1).numpy()
        right, begin = likeliest == example.targets[example.said], 0
        for sample in turn:
            size = len(writer.said_ids(sample))
            own = right[begin : begin + size]
            begin += size
            kind = f"{sample['skill']} {'call' if sample['said'].get('tool_calls') else 'answer'}"
            found[kind].append(bool(own.all()))
            tokens[kind] = [tokens[kind][0] + size, tokens[kind][1] + int(own.sum())]
    return {kind: Exact(len(found[kind]), sum(found[kind]), *tokens[kind]) for kind in sorted(found)}
