"""Seeded logs for tests of reports."""

import secrets
from dataclasses import dataclass, field

import numpy as np

from riffler.bandits.context import CONTEXT_NAMES
from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey, decision_id
from riffler.bandits.features import FEATURES_VERSION
from riffler.bandits.given import Given
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.policy import PolicyStore

ARMS = ("none", "reread", "simplify")
FEATURES = f"{FEATURES_VERSION} test"
KEY = PolicyKey("scripted", "m", "arms", FEATURES, "adaptive-thompson 1")
OTHER = PolicyKey("scripted", "other", "arms", FEATURES, "adaptive-thompson 1")
POLICY = AdaptiveThompson()
DIMENSION = len(CONTEXT_NAMES)


@dataclass
class Seeded:
    """A log to be written: decisions as they were made, and in which order rewards came."""

    name: PolicyName
    decisions: list[Decision] = field(default_factory=list)


async def seeded(
    store: PolicyStore,
    tenant: str,
    count: int,
    *,
    key: PolicyKey = KEY,
    seed: int = 1,
    rewarded: float = 0.7,
    dimension: int = DIMENSION,
) -> Seeded:
    """Write a log whose rewards come late and in another order; some turns failed, and some told their cost."""
    rng = np.random.default_rng(seed)
    made = Seeded(PolicyName(tenant, key.digest(), dimension))
    await store.introduce(made.name, key)
    for number in range(count):
        x = (1.0, *rng.choice([0.0, 1.0, -0.3], dimension - 1).tolist())
        chances = rng.dirichlet([2.0] * len(ARMS)).tolist()
        decision = Decision(
            decision_id(key.digest(), rng.bytes(8)),
            f"s{number % 5}",
            key.features_version,
            x,
            ARMS,
            dict(zip(ARMS, chances, strict=True)),
            str(rng.choice(ARMS, p=chances)),
            POLICY.name,
            POLICY.version,
        )
        made.decisions.append(await store.record(made.name, decision))
        if rng.random() < 0.2:
            await store.unexecuted(tenant, decision.id, "the rewrite invents a number")
        if rng.random() < 0.5:
            await store.spent(tenant, decision.id, Cost(int(rng.integers(1000)), float(rng.random() * 1e3)))
    for number in rng.permutation(count).tolist():
        decision = made.decisions[number]
        if rng.random() < rewarded:
            reward = float(rng.random())
            parts = {"judge": reward, "fuzzy": 0.1 + reward}
            await store.reward(tenant, decision.id, Given(reward, "judge", parts, "relevance", "judge 1 of m"))
        elif rng.random() < 0.5:
            await store.void(tenant, decision.id)
    return made


def new_tenant() -> str:
    """Name a tenant that no other test has."""
    return f"tenant-{secrets.token_hex(8)}"
