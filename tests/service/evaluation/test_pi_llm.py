"""PI-LLM's cases: the published form, and what a case is made of."""

import random
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import InvalidInput
from riffler.service.evaluation.dictionary import own_dictionary
from riffler.service.evaluation.pi_llm import PiLlm, draw_stream, newest_matches, write_case


def test_the_message_has_the_published_form() -> None:
    """Introduction, stream and question stand as the public generator writes them, its blanks included."""
    text = write_case(["dove", "night shift"], [("dove", "pale one"), ("night shift", "two"), ("dove", "last")])
    assert text == (
        "As my secretary, I need you to carefully read a text stream where the values of multiple keys are being"
        " continuously updated.The 2 keys to track include dove, night shift. I will ask you to identify the value of"
        " each key later.\n\nThe text stream starts on the next line.\n dove: pale one; night shift: two; dove: last; "
        "\n\nWhat are the current value of each key (dove, night shift) you are tracking? End your response with: "
        "'The current value of <key> is <value>.'"
    )


@given(st.integers(), st.integers(1, 30), st.integers(2, 12))
def test_no_two_neighbours_share_a_key_and_each_key_has_its_updates(seed: int, updates: int, keys: int) -> None:
    """Every value stands once under its own key, and never right after another one of the same key."""
    values = {f"k{key}": [f"v{key} {update}" for update in range(updates)] for key in range(keys)}
    pairs = draw_stream(random.Random(seed), values)
    assert all(one[0] != other[0] for one, other in pairwise(pairs))
    assert sorted(pairs) == sorted((key, value) for key, rest in values.items() for value in rest)


@pytest.mark.parametrize(("keys", "updates"), [(46, 2), (46, 3), (46, 48), (2, 5), (16, 4)])
def test_a_case_tracks_keys_whose_last_values_are_right(keys: int, updates: int) -> None:
    """The stream read back has n updates of each of k keys; the last values score 1, the first ones 0."""
    benchmark = PiLlm(own_dictionary(), (updates,), sessions=2, keys=(keys,))
    case = benchmark.case(benchmark.cells[0], 0)
    stream = case.text.split("\n")[3]
    pairs = [pair.split(": ") for pair in stream.strip().removesuffix(";").split("; ")]
    assert set(Counter(key for key, _ in pairs).values()) == {updates}
    assert len({key for key, _ in pairs}) == keys
    assert len({value for _, value in pairs}) == keys * updates
    form = "The current value of {} is {}."
    assert case.score("\n".join(form.format(*pair) for pair in pairs)) == 1.0  # what is said last counts
    assert case.score("\n".join(form.format(*pair) for pair in pairs[::-1])) == 0.0
    assert case.score(case.newest_match()) == 1.0


def test_a_case_depends_on_seed_cell_and_session_alone() -> None:
    """The same case is made whatever was made before; another seed, cell or session gives another."""
    benchmark = PiLlm(own_dictionary(), (2, 4), sessions=3, seed=5)
    made = [benchmark.case(cell, session).text for cell in benchmark.cells for session in range(3)]
    assert benchmark.case({"keys": 46, "updates": 4}, 1).text == made[4]
    assert PiLlm(own_dictionary(), (4,), seed=5).case({"keys": 46, "updates": 4}, 1).text == made[4]
    assert len({*made, PiLlm(own_dictionary(), (4,), seed=6).case({"keys": 46, "updates": 4}, 1).text}) == 7


def test_more_updates_than_values_are_refused_before_anything_runs() -> None:
    """The error names the number, the most that is possible, and the key that is short."""
    with pytest.raises(InvalidInput, match=r"updates: expected at most 400, got 401: key 'harbour'"):
        PiLlm(own_dictionary(), (2, 401))


def test_the_newest_match_takes_the_last_one_of_the_very_key() -> None:
    """A key that stands inside a longer one isn't taken for it, and one that never stands there is left out."""
    found = newest_matches("bridge: one; footbridge: two; bridge = three; bridges: four; ", ["bridge", "barge"])
    assert found == "The current value of bridge is three."


@given(
    st.lists(
        st.sampled_from(["body", "water", "part", "water body", "body part", "part water"]), min_size=2, unique=True
    ),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_the_newest_match_is_right_where_keys_stand_in_keys(keys: list[str], updates: int, rng: random.Random) -> None:
    """A key that begins or ends another one, in whole words, is found by itself alone: every value is right."""
    pairs = draw_stream(rng, {key: [f"v{at} {update}" for update in range(updates)] for at, key in enumerate(keys)})
    current = dict(pairs)
    found = newest_matches(write_case(keys, pairs), keys)
    assert found.split("\n") == [f"The current value of {key} is {current[key]}." for key in keys]


def test_streams_are_shuffled() -> None:
    """A stream isn't the keys in turns: which key follows differs from round to round (odds of a false alarm: nil)."""
    benchmark = PiLlm(own_dictionary(), (12,))
    keys = re.findall(r"([^;:\n]+): ", benchmark.case(benchmark.cells[0], 0).text.split("\n")[3])
    assert keys[:46] != keys[46:92]
