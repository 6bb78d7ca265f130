"""What the games say: means by setting, and the default's excess over the best peer with its interval.

The excess is mean(ours) / mean(best) - 1 over the same seeds. With e[s] = ours[s] - (1 + excess) best[s], which vary
less than either because both played the same table, its 95% interval is

    excess +- t(n - 1) * sd(e) / (sqrt(n) * mean(best))

the delta method for a ratio of paired means (Cochran 1977, "Sampling Techniques", section 6.4). The best peer is chosen
by the same seeds that it is compared on, which flatters the peer.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.bandits.games import Game

NOT_LEARNING = ("fixed:", "uniform")
ALLOWED = 0.10
"""The upper end of the interval of the default's excess that the project aims at, in every setting."""


@dataclass(frozen=True)
class Policy:
    """A policy's games in one setting.

    Attributes:
        name: The policy.
        group: `ours`, or the peer's package.
        regrets: By seed.
        us_per_step: Median over seeds of the median over rounds.
        us_mean: Median over seeds of the mean over rounds.
        curve: Mean regret after each share of the rounds.
    """

    name: str
    group: str
    regrets: Mapping[int, float]
    us_per_step: float
    us_mean: float
    curve: Sequence[float]

    @property
    def regret(self) -> float:
        """Mean over seeds."""
        return statistics.fmean(self.regrets.values())

    @property
    def learns(self) -> bool:
        """Whether it isn't a fixed arm or chance."""
        return not self.name.startswith(NOT_LEARNING)


@dataclass(frozen=True)
class Excess:
    """How much more regret one policy has than another, as a share: 0.1 is 10% more.

    Attributes:
        share: Of the means.
        low: Lower end of the 95% interval; minus infinity with one seed.
        high: Upper end.
    """

    share: float
    low: float
    high: float


def by_setting(played: Iterable[Game]) -> dict[str, list[Policy]]:
    """Group games by setting and policy, the least regret first."""
    grouped: dict[str, dict[str, list[Game]]] = defaultdict(lambda: defaultdict(list))
    for game in played:
        grouped[game.setting][game.policy].append(game)
    return {
        setting: sorted(map(_policy, policies.values()), key=lambda policy: policy.regret)
        for setting, policies in grouped.items()
    }


def _policy(own: list[Game]) -> Policy:
    return Policy(
        own[0].policy,
        own[0].group,
        {game.seed: game.played.regret for game in own},
        statistics.median(game.played.us_per_step for game in own),
        statistics.median(game.played.us_mean for game in own),
        [statistics.fmean(values) for values in zip(*(game.played.curve for game in own), strict=True)],
    )


def best_peer(policies: Sequence[Policy]) -> Policy | None:
    """Give the peer's policy of least mean regret, if there is a peer."""
    return next((policy for policy in policies if policy.group != "ours"), None)


def excess(ours: Policy, other: Policy) -> Excess:
    """Compare two policies on the seeds that both played."""
    seeds = sorted(ours.regrets.keys() & other.regrets.keys())
    mean = statistics.fmean(other.regrets[seed] for seed in seeds)
    share = statistics.fmean(ours.regrets[seed] for seed in seeds) / mean - 1
    if len(seeds) < 2:
        return Excess(share, -math.inf, math.inf)
    left = [ours.regrets[seed] - (1 + share) * other.regrets[seed] for seed in seeds]
    half = t_quantile(len(seeds) - 1) * statistics.stdev(left) / (math.sqrt(len(seeds)) * mean)
    return Excess(share, share - half, share + half)


def geometric_means(settings: Mapping[str, Sequence[Policy]]) -> dict[str, float]:
    """Give each learning policy's geometric mean over settings of its mean regret.

    A peer also gets one as a whole, `PACKAGE, its best in each`: in each setting the least of its policies'
    regrets, as if it had known which to take. A policy that lacks a setting has none.
    """
    regrets: dict[str, list[float]] = defaultdict(list)
    for policies in settings.values():
        learning = [policy for policy in policies if policy.learns]
        least: dict[str, float] = {}
        for policy in learning:  # the first of a package is its least
            if policy.group != "ours":
                least.setdefault(f"{policy.group}, its best in each", policy.regret)
        for name, regret in [*least.items(), *((policy.name, policy.regret) for policy in learning)]:
            regrets[name].append(regret)
    means = {name: statistics.geometric_mean(own) for name, own in regrets.items() if len(own) == len(settings)}
    return dict(sorted(means.items(), key=lambda entry: entry[1]))


def t_quantile(freedom: int) -> float:
    """Give the 97.5% quantile of Student's t.

    By the expansion in 1 / freedom of Abramowitz and Stegun 1964, 26.7.5: within 1% from 2 degrees of freedom on, and
    0.2% from 3 on. With 1 it is the exact value.
    """
    if freedom == 1:
        return 12.706
    z = statistics.NormalDist().inv_cdf(0.975)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))
