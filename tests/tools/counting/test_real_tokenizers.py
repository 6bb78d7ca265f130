"""Counts against real tokenizers: those inside the package mistral-common. None of them shaped the prior."""

import pytest

pytest.importorskip("mistral_common", reason="it's among the extra `dev`", exc_type=ImportError)

from benchmarks.token_counts import AFTER, HARD, KINDS, TOKENIZERS, Real, growing, mixed, one_kind, real_counts

pytestmark = pytest.mark.no_cover

TRIALS = range(4)


@pytest.fixture(scope="module", params=["tekken (v3)", "sentencepiece v3"])
def real(request: pytest.FixtureRequest) -> Real:
    """Count requests with each tokenizer."""
    return real_counts(TOKENIZERS[request.param])


@pytest.mark.parametrize("kind", KINDS)
def test_after_ten_calls_a_request_is_counted_within_5_percent(real: Real, kind: str) -> None:
    """Ten calls with texts of a kind, then a text of it that wasn't among them. Texts and draws are fixed."""
    errors = [one_kind(kind, real, seed)[2] for seed in TRIALS]
    assert max(errors) < 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_conversation_the_next_request_is_counted_within_2_percent(real: Real, kind: str) -> None:
    """The eleventh request has all that ten before had, and one more message."""
    assert growing(kind, real, 0) < 0.02


def test_ten_calls_of_mixed_kinds_leave_each_within_10_percent(real: Real) -> None:
    """Two calls of each kind teach each kind less than ten of it do."""
    assert max(max(mixed(real, seed).values()) for seed in TRIALS) < 0.10


@pytest.mark.parametrize(
    "case", [case for case in HARD if case.startswith(("base64, ", "code, ", "chinese, ", "code by"))]
)
def test_ten_calls_teach_what_the_prior_did_not_foresee_within_5_percent(case: str) -> None:
    """Base64, a long prompt of the server's own, a token a byte, another tokenizer after thirty calls of one."""
    assert max(error for seed in range(2) for error in HARD[case](*both(), seed)[AFTER.index(10) :]) < 0.05


@pytest.mark.parametrize("case", [case for case in HARD if "base64 comes" in case])
def test_base64_leaves_what_was_learned_of_code(case: str) -> None:
    """Calls with it after thirty with code change the error of code's count by no more than 1.5%, however many."""
    for seed in range(2):
        before, *after = HARD[case](*both(), seed)
        assert max(after) < before + 0.015


def both() -> tuple[Real, Real]:
    """Count with either tokenizer."""
    return real_counts(TOKENIZERS["tekken (v3)"]), real_counts(TOKENIZERS["sentencepiece v3"])
