"""The context vector: what a policy reads of a query."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.features import FEATURES
from riffler.bandits.features.base import Spans

CONTEXT_NAMES = ("bias", *(feature.name for feature in FEATURES))


def context_vector(features: Mapping[str, Spans | None]) -> NDArray[np.float64]:
    """Make the context vector.

    Args:
        features: What `extract` gave.

    Returns:
        Float64 (d,) in the order of `CONTEXT_NAMES`: 1 for the bias and each feature that is present, 0 for one that
        is absent or unknown.
    """
    return np.array([1.0, *(float(bool(features[name])) for name in CONTEXT_NAMES[1:])])
