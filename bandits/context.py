"""The context vector: features as numbers, for a policy.

Shape letters: d is the length of the vector, 1 + the number of features.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from riffler.bandits.features import FEATURES, Features

CONTEXT_NAMES: Final = ("bias", *(feature.name for feature in FEATURES))
"""What each entry of the context vector is, in order."""
DIMENSION: Final = len(CONTEXT_NAMES)
"""d."""


def context_vector(features: Features) -> NDArray[np.float64]:
    """Turn features into a context vector.

    Args:
        features: What `extract` found.

    Returns:
        Shape (d,), float64: 1.0 for the bias; then 1.0 for each feature that is present, 0.0 for each that is absent or
        unknown, and in [-1, 1] for each number. Unknown is no evidence, so it moves no coefficient.
    """
    entries = (0.0 if evidence is None else evidence.x for evidence in features.evidence.values())
    return np.array([1.0, *entries], dtype=np.float64)
