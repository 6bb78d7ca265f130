"""The policy that settings name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from riffler.bandits.arms import ARMS
from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.conservative import Conservative
from riffler.bandits.policies.exp3 import Exp3
from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.floored import Floored
from riffler.errors import InvalidSetting
from riffler.service.agent.drawing import drawing_policy
from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.settings import read_settings


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        ({}, AdaptiveThompson()),
        ({"policy": "fixed:reread"}, Fixed("reread")),
        ({"policy": "exp3", "policy_floor": 0.02}, Floored(Exp3(), 0.02)),
        ({"policy": "exp3", "safety_margin": 0.1}, Conservative(Exp3(), margin=0.1)),
        (
            {"policy": "exp3", "safety_margin": 0.1, "safety_confidence": 0.5},
            Conservative(Exp3(), margin=0.1, confidence=0.5),
        ),
    ],
)
def test_settings_name_the_policy_and_its_posterior(tmp_path: Path, given: dict[str, Any], policy: Any) -> None:
    """The rewriter draws by the policy that settings name, and its key tells of each of them."""
    engine = ScriptedEngine(lambda _request: "Yes.")
    rewriter = Riffler(read_settings(data_folder=tmp_path, pipeline="blank", **given), engine=engine).rewriter
    assert rewriter is not None
    assert rewriter.key.policy_version == f"{policy.name} {policy.version}"


def test_the_floor_is_under_each_offered_arm() -> None:
    """With as many arms as there are, the largest floor that is taken is kept: all are drawn evenly."""
    policy = drawing_policy("fixed:none", floor=1 / len(ARMS))
    choice = policy.choose(policy.start(1), np.ones(1), list(ARMS), np.random.default_rng(1))
    assert list(choice.propensities.values()) == pytest.approx([1 / len(ARMS)] * len(ARMS))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"policy": "thompson"}, "setting policy: expected one of adaptive-thompson"),
        ({"policy": "fixed:shout"}, "setting policy: expected fixed: and one of none, reread"),
        ({"policy_floor": 0.2}, "setting policy_floor: expected at most 1 / 7"),
        ({"policy_floor": -0.1}, "setting policy_floor"),
        ({"safety_margin": 0.0}, "setting safety_margin"),
        ({"safety_margin": 0.1, "safety_confidence": 1.0}, "setting safety_confidence"),
        ({"safety_confidence": 0.9}, "setting safety_confidence: expected a safety_margin"),
        ({"policy_floor": 0.01, "safety_margin": 0.1}, "setting policy_floor: expected 0 with a safety_margin"),
    ],
)
def test_what_is_impossible_is_refused_before_anything_runs(tmp_path: Path, given: dict[str, Any], text: str) -> None:
    """A setting out of range, unknown, or at odds with another one is told by its name."""
    with pytest.raises(InvalidSetting, match=text):
        Riffler(read_settings(data_folder=tmp_path, **given))
