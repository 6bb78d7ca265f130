"""Audits as the log keeps them: they come back as they were, and what is none is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.insight.audited_regret import Audit
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.errors import InvalidInput, InvalidReward

KEPT = KeptAudit(Audit({"none": 0.25, "reread": 1.0}, "none", 0.1), 900, "scripted m 1", "clarity")


@given(
    rewards=st.dictionaries(st.text(max_size=9), st.floats(0, 1), min_size=1, max_size=8),
    share=st.floats(0, 1, exclude_min=True),
    tokens=st.integers(0, 10**9),
    at_ms=st.integers(0, 10**13),
    data=st.data(),
)
def test_an_audit_comes_back_from_json(
    rewards: dict[str, float], share: float, tokens: int, at_ms: int, data: st.DataObject
) -> None:
    """Numbers come back bit for bit, and arms in their order: the first stands in for one that isn't allowed."""
    kept = KeptAudit(Audit(rewards, data.draw(st.sampled_from(list(rewards))), share), tokens, "j", "c", at_ms)
    back = KeptAudit.from_dict(json.loads(json.dumps(kept.to_dict())), at_ms)
    assert back == kept
    assert list(back.audit.rewards) == list(rewards)


@pytest.mark.parametrize("change", [{"tokens": None}, {"more": 1}])
def test_other_fields_are_refused(change: dict[str, int | None]) -> None:
    """A missing or an unknown field is named."""
    value = {name: each for name, each in {**KEPT.to_dict(), **change}.items() if each is not None}
    with pytest.raises(InvalidInput, match=next(iter(change))):
        KeptAudit.from_dict(value, 0)


@pytest.mark.parametrize(
    ("audit", "tokens", "error"),
    [
        (Audit({"none": 1.0}, "reread", 0.1), 1, InvalidInput),
        (Audit({"none": 1.0}, "none", 0.0), 1, InvalidInput),
        (Audit({"none": 1.5}, "none", 0.1), 1, InvalidReward),
        (Audit({"none": 1.0}, "none", 0.1), -1, InvalidInput),
    ],
)
def test_what_is_no_audit_is_refused(audit: Audit, tokens: int, error: type[Exception]) -> None:
    """An arm without reward, a share of nothing, a reward out of range, tokens below 0: none is kept."""
    with pytest.raises(error):
        KeptAudit(audit, tokens, "j", "c")
