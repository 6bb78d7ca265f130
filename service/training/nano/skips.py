"""Positions that are skipped, so that a short example teaches what is far away, too.

A model that has never seen two tokens 3,000 positions apart can't tell what stands there: trained on views of 2,560
tokens, its loss on those of 8,192 rose from 0.3 to 2.2. Zhu et al. 2023 (PoSE, section 3.2,
https://arxiv.org/abs/2309.10400) cut an example in pieces and let positions be skipped between them, so that all
distances up to the window are seen at the price of short examples. We draw one to three cuts in place of one, anywhere,
and leave one example in four as it is; of a tree of tokens, all branches skip the same positions.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from riffler.service.training.nano.examples import Example

_AS_IT_IS = 0.25
_MOST_CUTS = 3


def with_skips(rng: random.Random, example: Example, window: int) -> Example:
    """Skip some positions of an example.

    Args:
        rng: Source of the draws: as many, whatever the example is.
        example: The example.
        window: Most positions.

    Returns:
        The example with other positions: in the same order on each way from the root, below `window` where they were,
        and as far apart as before but where some are skipped between two.
    """
    last, left_alone = int(example.positions.max()), rng.random() < _AS_IT_IS
    room = int(max(0, window - 1 - last) * rng.random())
    cuts = sorted(1 + int(last * rng.random()) for _ in range(rng.randint(1, _MOST_CUTS)))
    ends = sorted(int((room + 1) * rng.random()) for _ in cuts[1:])  # the room is shared among the cuts
    if left_alone or not room:
        return example
    skipped = np.array([0, *ends, room])
    moved = example.positions + skipped[np.searchsorted(cuts, example.positions, side="right")]
    return replace(example, positions=moved.astype(np.uint16))
