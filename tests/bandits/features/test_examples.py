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
    "negation": [
        ("Which birds do not fly?", ["not"]),
        ("Which of them isn't red?", ["n't"]),
        ("Who never won without help?", ["never", "without"]),
        ("Why cannot it move?", ["not"]),
        ("Which rivers have no bridge?", ["no"]),
        ("I dont know, which are barely used?", ["nt", "barely"]),
        ("Why don’t cats swim?", ["n’t"]),
    ],
    "superlative": [
        ("What is the tallest tower?", ["tallest"]),
        ("Which lake is the most shallow?", ["most"]),
        ("What is the worst and northernmost port?", ["worst", "northernmost"]),
        ("Which one do people like most?", ["most"]),
        ("Name the top five rivers and the maximum depth.", ["top five", "the maximum"]),
    ],
    "intention_grounding": [
        ("Explain how a lock works.", ["Explain"]),
        ("I want to repair my bike: which tools fit?", ["I want to"]),
        ("Which sources are there for my essay?", ["for my essay"]),
        ("Could you please list the kings?", ["list"]),
    ],
    "contextual_constraints": [
        ("Who was king in 1400?", ["in 1400"]),
        ("Which fruits are cheap, except apples?", ["except"]),
        ("If it rains, which road is open?", ["If"]),
        ("Which towns have at least two bridges?", ["at least"]),
        ("Which wars were fought between Rome and Carthage?", ["between"]),
        ("What changed since the 1990s, and in 1990s films?", ["in 1990s"]),
    ],
    "named_entities": [
        ("Where was Marie Curie born?", ["Marie Curie"]),
        ("Marie Curie was born where?", ["Marie Curie"]),
        ("Did NASA build it?", ["NASA"]),
        ("NASA built what?", ["NASA"]),
        ("What is an iPhone made of?", ["iPhone"]),
        ("Is Paris larger than Rome?", ["Paris", "Rome"]),
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
    "negation": [
        "It is large, isn't it?",
        "Is the film not only long but dull?",
        "Is it true or not?",
        "No, I meant the other lake.",
        "Who lives at No. 5?",
        "Who played in Dr. No?",
        "Is the bridge unsafe?",
    ],
    "superlative": [
        "What do most people eat?",
        "Are there at least two?",
        "How large is the rainforest?",
        "Is there a test of interest in Budapest?",
        "Most towns have a well.",
    ],
    "intention_grounding": [
        "Where is Etna?",
        "Is there a list of rivers?",
        "Who gave the answer?",
        "List: what is it?",
    ],
    "contextual_constraints": [
        "Who was king?",
        "I wonder if cats swim.",
        "Is it not only large?",
        "What is 5 of 9999?",
        "What lies between us?",
    ],
    "named_entities": ["Where do cats sleep?", "Where am I?", "What is it? Tell me.", "Explain the rule."],
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


@pytest.mark.parametrize("text", ["WHO WAS MARIE CURIE?", "Who Was Marie Curie?"])
def test_capitals_everywhere_mark_no_name(text: str) -> None:
    """Where every word has a capital, a name is unknown, not guessed; other features still see."""
    evidence = extract(parse(PIPELINE, text).doc).evidence
    assert evidence["named_entities"] is None
    assert evidence["negation"] is not None
