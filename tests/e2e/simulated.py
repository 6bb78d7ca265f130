"""A simulated log, as `riffler bandit export` writes one: what the README shows `riffler bandit` on.

Of 1,500 queries 30 % have a negation. Each of three arms is drawn evenly. `none` is right half of the time, `reread` in
42 %, `simplify` in half, and in 70 % where there is a negation. `python -m tests.e2e.simulated > simulated.jsonl`
"""

import sys
from collections.abc import Iterator

import numpy as np

from riffler.bandits.context import CONTEXT_NAMES, DIMENSION
from riffler.bandits.decision import Decision, PolicyKey
from riffler.bandits.features import FEATURES_VERSION
from riffler.bandits.pipeline import load_pipeline, pipeline_label
from riffler.service.agent.watch.log_file import write_end, write_header, write_row
from riffler.service.ports.decisions import LoggedDecision, PolicyName

ARMS = ("none", "reread", "simplify")
COUNT = 1500


def lines(seed: int = 1) -> Iterator[str]:
    """Give the file's lines."""
    features = f"{FEATURES_VERSION} {pipeline_label(load_pipeline(None))}"
    key = PolicyKey("simulated", "simulated", "1", features, "even 1")
    yield write_header(PolicyName("", key.digest(), DIMENSION), key)
    rng, negation = np.random.default_rng(seed), CONTEXT_NAMES.index("negation")
    for number in range(COUNT):
        present = rng.random(DIMENSION) < np.where(np.arange(DIMENSION) == negation, 0.3, 0.15)
        x = (1.0, *present[1:].astype(float).tolist())
        arm = ARMS[int(rng.integers(3))]
        chance = {"none": 0.5, "reread": 0.42, "simplify": 0.7 if x[negation] else 0.5}[arm]
        reward = float(rng.random() < chance)
        id_ = f"d{key.digest()}{rng.bytes(8).hex()}"
        decision = Decision(id_, "", features, x, ARMS, dict.fromkeys(ARMS, 1 / 3), arm, "even", "1")
        yield write_row(LoggedDecision(decision, "rewarded", reward, number + 1, 0, "", number, "judge"))
    yield write_end(COUNT)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
