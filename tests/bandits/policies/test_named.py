"""Policies by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.policies.fixed import Fixed
from riffler.bandits.policies.named import POLICIES, policy_of
from riffler.errors import InvalidInput


@pytest.mark.parametrize("name", [*POLICIES, "fixed:reread"])
def test_a_name_is_the_policy_s_own(name: str) -> None:
    """What is made under a name calls itself so: what a log names can be named in a setting."""
    assert policy_of(name).name == name


@pytest.mark.parametrize(("short", "name"), [("hybrid", "hybrid-thompson"), ("ids", "information-directed")])
def test_two_have_a_short_name(short: str, name: str) -> None:
    """The short name means the same policy as the long one."""
    assert policy_of(short) == policy_of(name)


@given(st.text(min_size=1))
def test_an_arm_may_have_any_name(arm: str) -> None:
    """Whatever stands behind `fixed:` is the arm."""
    assert policy_of(f"fixed:{arm}") == Fixed(arm)


@pytest.mark.parametrize("text", ["", "fixed", "fixed:", "thompson", "Exp3", "x" * 100_000])
def test_an_unknown_name_is_told_with_the_known_ones(text: str) -> None:
    """The error lists every name, and quotes a little of what came."""
    with pytest.raises(InvalidInput) as caught:
        policy_of(text)
    assert all(name in str(caught.value) for name in (*POLICIES, "fixed:ARM"))
    assert len(str(caught.value)) < 300
