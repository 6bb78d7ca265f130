"""How far a sum of surprises may be off, by chance, whatever decided what was collected.

The surprises d_1, d_2, ... are what is left of scores when what was to be expected of them, given the past, is taken
off: a martingale. In the log of a bandit their variances depend on the past, too, so the sum over its standard
deviation isn't Gaussian (Hadad, Hirshberg, Zhan, Wager and Athey 2021, https://doi.org/10.1073/pnas.2014602118). With

    V_t = (sum of d_s^2 + 2 sum of E[d_s^2 | past]) / 3

exp(c S_t - c^2 V_t / 2) is a supermartingale for each c, with no limit on the size of a surprise (found by Delyon in
2009; among the bounds of Howard, Ramdas, McAuliffe and Sekhon 2020, https://doi.org/10.1214/18-PS321). Mixed over
Gaussian c (the two-sided normal mixture of the same authors 2021, https://arxiv.org/abs/1810.08240),

    P(some t has |S_t| >= sqrt((V_t + rho) log((V_t + rho) / (rho alpha^2)))) <= alpha

so it holds at the end of a log for a clock V that ran as it liked. At V = 8 rho, where it is the closest for
alpha = .05, it takes 3.04 deviations in place of 1.96; at a V of 20 times that, 3.34. (It holds at all times t at once
for a rho that stays. Ours grows with the log, so each length of the log is a look by itself.)
"""

from __future__ import annotations

import math


def reach(clock: float, typical: float, level: float) -> float:
    """Give how far a sum may be off.

    Args:
        clock: V, at least 0.
        typical: The V, above 0, at which the bound is to be the closest; chosen without looking at the data.
        level: 1 - alpha, in (0, 1).

    Returns:
        The largest size of the sum, but for a chance of alpha.
    """
    spread = -2 * math.log(1 - level)
    rho = typical / (spread + math.log1p(spread))
    return math.sqrt((clock + rho) * (math.log((clock + rho) / rho) + spread))
