"""Each feature's definition by examples: queries that have it, with the words that say so, and queries that don't."""

import pytest

from riffler.bandits.features import extract
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)

PRESENT: dict[str, list[tuple[str, list[str]]]] = {
    "anaphora": [
        ("Who built it, and when?", ["it"]),
        ("What did they say about this law?", ["they", "this"]),
        ("Why is that?", ["that"]),
        ("Is that right?", ["that"]),
        ("How do I fix that?", ["that"]),
        ("Of the two cities, which is closer to the latter?", ["the latter"]),
        ("Those rivers: how long are they?", ["Those", "they"]),
        ("Does it rain in her town?", ["her"]),
    ],
    "presupposition": [
        ("Why did the empire fall?", ["Why did"]),
        ("When did he stop smoking?", ["stop"]),
        ("Does Anna still work there?", ["still"]),
        ("Why don't cats swim?", ["Why do"]),
        ("Did the pilot manage to land again?", ["manage to", "again"]),
        ("Who realised the fact that it was empty?", ["realised", "the fact that"]),
    ],
    "pragmatics": [
        ("Can you tell me the capital of Peru?", ["Can you tell"]),
        ("Would you please explain osmosis?", ["Would you please explain"]),
        ("I was wondering what the boiling point is.", ["I was wondering"]),
        ("Do you know who painted this?", ["Do you know who"]),
        ("I'd like to see a list.", ["I'd like to"]),
        ("Why don't you list them?", ["Why don't you"]),
    ],
}

ABSENT: dict[str, list[str]] = {
    "anaphora": [
        "Who built the tower that fell?",
        "Is it possible to swim there?",
        "What time is it?",
        "Does it rain in Peru?",
        "It takes how long to fly to Peru?",
        "How warm is the sea this summer?",
        "What is the budget of IT?",
        "Which cities help those who flee?",
        "The problem is that the engine stops.",
    ],
    "presupposition": [
        "Where is the bus stop?",
        "Who painted the still life?",
        "Why don't you list the kings?",
        "Is Peru larger than Chile?",
    ],
    "pragmatics": [
        "Can you breathe on Mars?",
        "What is the capital of Peru?",
        "Explain osmosis.",
        "Can he tell the truth?",
    ],
}

ROWS_PRESENT = [(name, text, words) for name, examples in PRESENT.items() for text, words in examples]
ROWS_ABSENT = [(name, text) for name, examples in ABSENT.items() for text in examples]


@pytest.mark.parametrize(("name", "text", "words"), ROWS_PRESENT)
def test_feature_is_present_and_shows_its_words(name: str, text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    evidence = extract(parse(PIPELINE, text).doc).evidence[name]
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == words


@pytest.mark.parametrize(("name", "text"), ROWS_ABSENT)
def test_feature_is_absent(name: str, text: str) -> None:
    """The feature looks, and finds nothing."""
    evidence = extract(parse(PIPELINE, text).doc).evidence[name]
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == []


@pytest.mark.parametrize("name", PRESENT)
def test_every_feature_has_three_examples_of_each_kind(name: str) -> None:
    """No feature comes without three examples that have it and three that haven't."""
    assert len(PRESENT[name]) >= 3
    assert len(ABSENT[name]) >= 3
