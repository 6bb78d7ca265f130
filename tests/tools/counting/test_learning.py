"""Learning token counts from reports."""

import base64
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riffler.tools.counting.features import NAMES
from riffler.tools.counting.learning import Sent, TokenLearning
from riffler.tools.counting.prior import known
from riffler.tools.messages import Message

WORDS = (
    "the harbour of Vorn is deep and cold in winter getBuoyCount snake_case 1234 7 { } [ ] : , 港 湾 の 深 さ".split()
)


def request(rng: random.Random) -> Sent:
    """Make a request of random words, of one to five messages."""
    messages = [Message.user(" ".join(rng.choices(WORDS, k=rng.randint(50, 800)))) for _ in range(rng.randint(1, 5))]
    sent = Sent.of(messages)
    assert sent is not None
    return sent


def truth(rng: random.Random) -> np.ndarray:
    """Draw a tokenizer that is linear in the features, somewhere in the plausible range."""
    prior = known()
    factors = np.array([rng.uniform(0.5, 1.8) for _ in prior.mean])
    return np.clip(prior.mean * factors, prior.least, prior.most)


def taught(weights: np.ndarray, rng: random.Random, calls: int) -> TokenLearning:
    """Learn from calls of a tokenizer."""
    learning = TokenLearning()
    for _ in range(calls):
        sent = request(rng)
        learning = learning.learn(sent, round(float(sent.values @ weights)))
    return learning


def off(learning: TokenLearning, weights: np.ndarray, rng: random.Random) -> float:
    """Give the mean error of twenty requests' counts."""
    sents = [request(rng) for _ in range(20)]
    return sum(abs(learning.expected(sent) / float(sent.values @ weights) - 1) for sent in sents) / len(sents)


@given(st.integers(0, 10_000))
@settings(max_examples=10, derandomize=True)
def test_learning_converges_on_a_tokenizer_that_is_linear(seed: int) -> None:
    """After ten calls counts are within 3% of the truth in the mean, after sixty within 1%."""
    rng = random.Random(seed)
    weights = truth(rng)
    assert off(taught(weights, rng, 10), weights, random.Random(seed + 1)) < 0.03
    assert off(taught(weights, rng, 60), weights, random.Random(seed + 1)) < 0.01


@pytest.mark.parametrize("reported", [0, -5, math.nan, math.inf, -math.inf, 1, 10**9])
def test_what_cannot_be_teaches_nothing(reported: float) -> None:
    """No finite number, fewer than a token a message, or many tokens a character: nothing changes."""
    sent = Sent.of([Message.user("How deep is the harbour?"), Message.user("And the lake?")])
    assert sent is not None
    learning = TokenLearning()
    assert learning.learn(sent, reported) is learning


@given(st.integers(0, 10_000), st.sampled_from([0.01, 0.1, 0.3, 3, 10]), st.integers(0, 9))
@settings(max_examples=20, derandomize=True)
def test_an_odd_report_moves_little(seed: int, times: float, at: int) -> None:
    """One report that is far off, at any place among ten good ones, leaves counts within a tenth of the truth."""
    rng = random.Random(seed)
    weights, learning = truth(rng), TokenLearning()
    for call in range(11):
        sent = request(rng)
        learning = learning.learn(sent, round(float(sent.values @ weights) * (times if call == at else 1)))
    assert off(learning, weights, rng) < 0.1


@given(st.integers(0, 10_000), st.floats(0.2, 1.2), st.integers(0, 25_000))
@settings(max_examples=20, derandomize=True)
def test_what_the_prior_did_not_foresee_is_learned(seed: int, each: float, added: int) -> None:
    """However fine a tokenizer cuts, and however long a prompt the server adds: ten calls bring counts within 5%."""
    rng, weights = random.Random(seed), np.zeros(len(known().mean))
    weights[: len(NAMES)], weights[len(NAMES) + 1] = each, added
    assert off(taught(weights, rng, 10), weights, rng) < 0.05


@given(st.integers(0, 10_000), st.permutations([0.01, 0.1, 0.3, 3, 10]))
@settings(max_examples=10, derandomize=True)
def test_a_row_of_odd_reports_does_not_wipe_what_was_learned(seed: int, row: list[float]) -> None:
    """Five odd reports that don't agree leave counts within 2% of the truth, and nothing is forgotten."""
    rng = random.Random(seed)
    weights = truth(rng)
    learning = taught(weights, rng, 20)
    for times in row:
        sent = request(rng)
        learning = learning.learn(sent, round(float(sent.values @ weights) * times))
    assert off(learning, weights, rng) < 0.02
    assert learning.reports == 25


@given(st.integers(0, 10_000), st.floats(0.75, 1.0))
@settings(max_examples=10, derandomize=True)
def test_text_of_a_new_kind_leaves_what_was_learned_of_others(seed: int, each: float) -> None:
    """Five calls with base64 after twenty with words: it's counted within 10%, words within 5%; all is kept."""
    rng = random.Random(seed)
    weights = truth(rng)
    learning = taught(weights, rng, 20)

    def encoded() -> tuple[Sent, float]:
        text = base64.b64encode(rng.randbytes(rng.randint(500, 3000))).decode()
        sent = Sent.of([Message.user(text)])
        assert sent is not None
        return sent, each * len(text) + float(weights[len(NAMES) :] @ sent.values[len(NAMES) :])

    for _ in range(5):
        learning = learning.learn(*encoded())
    sent, true = encoded()
    assert learning.expected(sent) == pytest.approx(true, rel=0.1)
    assert off(learning, weights, rng) < 0.05
    assert learning.reports == 25


def test_old_reports_are_dropped() -> None:
    """A hundred are kept."""
    rng = random.Random(1)
    assert taught(known().mean, rng, 103).reports == 100


@given(st.lists(st.floats(1, 1e7) | st.integers(0, 10**6), max_size=30), st.integers(0, 10_000))
@settings(max_examples=30, derandomize=True)
def test_whatever_is_reported_counts_stay_plausible(reports: list[float], seed: int) -> None:
    """No row of reports brings a weight out of its range, or a count below one or beyond all bounds."""
    rng, learning, prior = random.Random(seed), TokenLearning(), known()
    for reported in reports:
        learning = learning.learn(request(rng), reported)
    text = "The harbour of Vorn is deep."
    assert 1 <= learning.counter().count(text) <= 6 * prior.most.max() * len(text)
    sent = request(rng)
    assert float(sent.values @ prior.least) - 1e-6 <= learning.expected(sent) <= float(sent.values @ prior.most) + 1e-6


def test_another_model_behind_the_name_is_learned_anew() -> None:
    """After sixty calls of one tokenizer, counts of another one are right within fifteen calls."""
    rng = random.Random(7)
    old, new = known().mean * 0.7, known().mean * 1.5
    learning = taught(old, rng, 60)
    for _ in range(15):
        sent = request(rng)
        learning = learning.learn(sent, float(sent.values @ new))
    assert off(learning, new, rng) < 0.03
    assert learning.reports == 15


def test_another_model_is_noticed_though_some_reports_fit_the_old_one() -> None:
    """One report of five that the old tokenizer explains doesn't keep the new one's from being learned."""
    rng = random.Random(7)
    old, new = known().mean * 0.7, known().mean * 1.5
    learning = taught(old, rng, 60)
    for call in range(15):
        sent = request(rng)
        learning = learning.learn(sent, float(sent.values @ (old if call % 5 == 3 else new)))
    assert off(learning, new, rng) < 0.03


def test_a_counter_counts_on_as_it_did() -> None:
    """What is learned later changes neither a counter that was given out nor the learning that gave it."""
    rng = random.Random(3)
    sent, before = request(rng), TokenLearning()
    counter, expected = before.counter(), before.expected(sent)
    count = counter.count("The harbour is deep. " * 50)
    after = before.learn(sent, 2 * expected)
    assert (before.expected(sent), counter.count("The harbour is deep. " * 50)) == (expected, count)
    assert after.counter().count("The harbour is deep. " * 50) != count
    assert after.expected(sent) > expected


def test_what_a_request_and_its_tools_add_is_learned() -> None:
    """A template that adds 300 tokens to each request, and renders tools in half their JSON, shows in the counter."""
    rng, learning, tools = random.Random(5), TokenLearning(), ({"description": "Find a buoy. " * 60},)
    for number in range(40):
        messages = [Message.user(" ".join(rng.choices(WORDS, k=rng.randint(5, 400))))]
        plain, offering = Sent.of(messages), Sent.of(messages, tools)
        assert plain is not None
        assert offering is not None
        text = float(plain.values[: len(NAMES)] @ known().text_mean)
        sent = offering if number % 2 else plain
        learning = learning.learn(sent, text + 4 + 300 + 0.5 * sent.values[-1])
    assert learning.counter().request_tokens == pytest.approx(300, abs=20)
    schema = learning.counter().count_schema("Find a buoy. " * 60)
    assert schema == pytest.approx(0.5 * TokenLearning().counter().count_schema("Find a buoy. " * 60), rel=0.1)
