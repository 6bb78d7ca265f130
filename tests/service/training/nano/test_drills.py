"""Drills: what is to be said stands in what was said before, and each can be made alone."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.training.nano.drills import KINDS, drill

SIZES = st.sampled_from([1, 4, 12, 40])


@given(seed=st.integers(0, 100), number=st.integers(0, 1000), size=SIZES)
def test_all_that_is_said_was_to_be_read(seed: int, number: int, size: int) -> None:
    """Each word, in the conversation itself: so nothing is learned but to copy. Two makings are the same."""
    samples = drill(seed, number, size)
    assert samples == drill(seed, number, size)
    for sample in samples:
        calls = sample["said"].get("tool_calls") or ()
        said = [json.loads(call["function"]["arguments"])["queries"] for call in calls]
        words = re.findall(r"\w+", sample["said"]["content"] or " ".join(said[0]))
        read = re.findall(r"\w+", " ".join(message["content"] or "" for message in sample["messages"]))
        assert words
        assert set(words) <= set(read)


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_of_one_kind_has_no_other(kind: str) -> None:
    """Calls come from what asks for one, arrows from what comes next, dots from sentences; all are told alike."""
    marks = {"call": 0, "next": 0, "sentence": 0}
    samples = [sample for number in range(8) for sample in drill(5, number, 12, [kind])]
    for sample in samples:
        question = sample["messages"][0]["content"].rpartition("\n\n")[2]
        marks["call"] += bool(sample["said"].get("tool_calls"))
        marks["next"] += question.startswith("> ")
        marks["sentence"] += question.startswith("... ")
    mark = "call" if kind == "ask" else kind
    assert {name for name, count in marks.items() if count} == {mark} & marks.keys()
    assert marks.get(mark, 9) > 8


@pytest.mark.parametrize("size", [4, 40])
def test_a_drill_is_as_large_as_asked(size: int) -> None:
    """Texts of many keys come where many are asked for, and only there; each drill has several conversations."""
    words = [len(sample["messages"][0]["content"].split()) for sample in drill(1, 1, size)]
    assert (max(words) > 60) == (size == 40)
    assert sum(len(sample["messages"]) == 1 for sample in drill(1, 1, size)) >= 2


def test_keys_are_asked_for_bare_first_and_amid_words_then() -> None:
    """Of few keys, the question is nothing but the key; of more, half are asked for with the key inside."""

    def questions(size: int) -> list[str]:
        samples = [sample for number in range(20) for sample in drill(6, number, size, ["lookup"])]
        return [sample["messages"][-1]["content"].rpartition("\n\n")[2] for sample in samples]

    assert not any(question.endswith("?") for question in questions(4))
    asked = [question.endswith("?") for question in questions(40)]
    assert 0.3 < sum(asked) / len(asked) < 0.6


def test_a_call_names_the_keys_of_the_newest_question() -> None:
    """All of them, in its order, and none of an earlier one; most questions have a status block behind them."""
    samples = [sample for number in range(20) for sample in drill(8, number, 12, ["ask"])]
    for sample in samples:
        asked = sample["messages"][-1]["content"]
        [call] = sample["said"]["tool_calls"]
        places = [asked.rindex(key) for key in json.loads(call["function"]["arguments"])["queries"]]
        assert places == sorted(places)
    assert any(len(sample["messages"]) > 2 for sample in samples)
    assert 0.4 < sum("[[status" in sample["messages"][-1]["content"] for sample in samples) / len(samples) < 0.8


def test_a_question_tells_what_is_wanted() -> None:
    """So nothing is learned as a doubt.

    In texts of one key, which all kinds have: a bare key wants its value, one with a question mark a form, after an
    arrow what comes next, between dots a sentence.
    """
    wanted: dict[str, set[bool]] = {"bare": set(), "asked": set()}
    for number in range(60):
        for sample in drill(3, number, 1):
            text, _, question = sample["messages"][0]["content"].rpartition("\n\n")
            if len(sample["messages"]) > 1 or not text or sample["said"].get("tool_calls"):
                continue
            said = sample["said"]["content"]
            if question.startswith("> "):
                assert said != question.removeprefix("> ")
                assert said in text
            elif question.startswith("... "):
                assert all(word in said for word in question.strip(". ").split())
            else:
                key, asked, _ = question.partition("?")
                wanted["asked" if asked else "bare"].add(key in said)
    assert wanted == {"bare": {False}, "asked": {True}}
