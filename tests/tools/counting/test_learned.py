"""Counting by learned weights, and counts of messages by counters that change."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.counting.features import NAMES
from riffler.tools.counting.learned import LONGEST_KEPT, LearnedTokens, schema_features
from riffler.tools.counting.learning import Sent, TokenLearning
from riffler.tools.counting.prior import Known, known, looser
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import MOST_COUNTERS, EstimatedTokens, count_message, count_request, count_schemas

WEIGHTS = st.lists(st.floats(0, 5), min_size=len(NAMES), max_size=len(NAMES)).map(np.array)


@given(WEIGHTS, st.text(), st.text())
def test_more_text_has_no_fewer_tokens(weights: np.ndarray, one: str, other: str) -> None:
    """Whatever the weights: zero only for the empty text, never fewer with text at the end, the same each time."""
    counter = LearnedTokens(weights, weights, 4.0, 0.0)
    assert (counter.count(one) == 0) == (one == "")
    assert counter.count(one + other) >= counter.count(one)
    assert counter.count(one) == counter.count(one)


def test_messages_requests_and_schemas_have_weights_of_their_own() -> None:
    """A message counts its texts, calls and its own cost; a schema by the schemas' weights; a request what it adds."""
    ones, twos = np.ones(len(NAMES)), np.full(len(NAMES), 2.0)
    counter = LearnedTokens(ones, twos, 3.4, 17.6)
    call = ToolCall("an id that counts nothing", "find", "{}")
    assert count_message(Message.assistant("Looking.", [call]), counter) == 8 + 4 + 2 + 4
    assert count_schemas(({"a": 1},), counter) == 2 * len('{"a": 1}')
    assert count_request(counter) == 18
    assert count_request(EstimatedTokens()) == 0


def test_a_message_keeps_counts_of_few_counters() -> None:
    """However many reports bring a counter each, old ones aren't kept, and the newest one's count is."""
    message = Message.user("How deep is the harbour of Vorn?")
    made: list[weakref.ref[LearnedTokens]] = []
    for _ in range(20):
        counter = TokenLearning().counter()
        made.append(weakref.ref(counter))
        count_message(message, counter)
    assert count_message(message, counter) == message.counts[counter]
    assert len(message.counts) == MOST_COUNTERS
    assert counter in message.counts
    gc.collect()
    assert sum(kept() is not None for kept in made) == MOST_COUNTERS


@pytest.mark.parametrize("prior", [known(), looser()], ids=["known", "looser"])
def test_the_prior_is_a_prior(prior: Known) -> None:
    """Its mean lies in its range, and its precision is that of some spread."""
    assert (prior.least < prior.mean).all()
    assert (prior.mean < prior.most).all()
    assert (np.linalg.eigvalsh(prior.precision) > 0).all()


def test_the_prior_counts_as_common_tokenizers_do() -> None:
    """A sentence of English has about a token a word, and as many as the tokenizers it stands for (13 or 14)."""
    assert 11 <= TokenLearning().counter().count("The harbour of Vorn opens at six and closes at nine.") <= 16


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "f"}}]},
    ],
)
def test_requests_with_more_than_text_teach_nothing(message: dict[str, object]) -> None:
    """What images and calls of other types cost isn't known here, so such a request is none to learn from."""
    assert Sent.of([Message.user("Look."), Message.of(message)]) is None


def test_what_was_sent_is_read_from_all_of_it() -> None:
    """Texts, parts, calls, the number of messages and the tools are all in it; calls of functions are fine."""
    call = Message.assistant(None, [ToolCall("a", "find", '{"q": "x"}')])
    parts = Message.of({"role": "user", "content": [{"type": "text", "text": "abc"}]})
    plain, offering = Sent.of([call, parts]), Sent.of([call, parts], ({"type": "function"},))
    assert plain is not None
    assert offering is not None
    assert plain.values[: len(NAMES)].sum() == len('find{"q": "x"}abc')
    assert plain.values[len(NAMES) :].tolist() == [2, 1, 0]
    assert offering.values[-1] > 3


def test_a_schema_is_read_once_whoever_counts_it() -> None:
    """Each turn counts all offered tools several times, by counters that change: texts are read the first time."""
    text = '{"name": "a tool of this test alone"}'
    counters = [LearnedTokens(np.zeros(len(NAMES)), np.full(len(NAMES), each), 0.0, 0.0) for each in (1.0, 2.0)]
    before = schema_features.cache_info().misses
    assert [counter.count_schema(text) for counter in counters for _ in range(3)] == [len(text)] * 3 + [
        2 * len(text)
    ] * 3
    assert schema_features.cache_info().misses == before + 1
    with pytest.raises(ValueError, match="read-only"):
        schema_features(text)[0] = 1


def test_a_long_schema_is_not_kept() -> None:
    """A client's tools may be of any size: what is long is read again, and counted the same."""
    text = "x" * (LONGEST_KEPT + 1)
    counter = LearnedTokens(np.zeros(len(NAMES)), np.ones(len(NAMES)), 0.0, 0.0)
    before = schema_features.cache_info().misses
    assert counter.count_schema(text) == counter.count_schema(text) == len(text)
    assert schema_features.cache_info().misses == before
