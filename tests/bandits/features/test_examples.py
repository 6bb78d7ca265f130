"""Each feature's definition by examples: queries that have it, with the words that say so, and queries that don't."""

import pytest

from riffler.bandits.features import extract
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)

PRESENT: dict[str, list[tuple[str, list[str]]]] = {
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
    "excessive_details": [
        ("Who wrote Emma (the one that my aunt gave me)?", ["(the one that my aunt gave me)"]),
        ("What is the height — and I ask for a friend — of Etna?", ["— and I ask for a friend —"]),
        (
            "My neighbour has a cat. The cat is old and grey and sleeps on our wall all day long, and my neighbour says"
            " that she will not feed her fish, which worries all of us here. What do cats eat?",
            [
                "My neighbour has a cat.",
                "The cat is old and grey and sleeps on our wall all day long, and my neighbour says that she will not"
                " feed her fish, which worries all of us here.",
            ],
        ),
    ],
    "subjectivity": [
        ("Is the film good?", ["good"]),
        ("Should I learn Latin?", ["Should I"]),
        ("What do you think of it?", ["do you think"]),
        ("Is the museum worth visiting, in your opinion?", ["worth visiting", "in your opinion"]),
        ("Is the town pretty and quiet?", ["pretty"]),
    ],
    "lack_of_specificity": [
        ("Tell me something about rivers.", ["something"]),
        ("What are various things that people do there?", ["various", "things"]),
        ("How do I cook rice and so on?", ["and so on"]),
        ("python error", ["python error"]),
        ("Why?", ["Why"]),
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
    "excessive_details": [
        "Who wrote Emma (1815)?",
        "What is f(x) at zero?",
        "Hello. What do cats eat?",
        "Is a (or b — or c right?",
    ],
    "subjectivity": ["Good morning, what is osmosis?", "How deep is Lake Como?", "Is it a pretty large town?"],
    "lack_of_specificity": [
        "How tall is Etna?",
        "Is it certain that he left?",
        "Einstein's Nobel",
        "Area 51",
        "The thing is, how tall is Etna?",
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
def test_every_feature_here_has_three_examples_of_each_kind(name: str) -> None:
    """No feature comes without three examples that have it and three that haven't."""
    assert len(PRESENT[name]) >= 3
    assert len(ABSENT[name]) >= 3


@pytest.mark.parametrize("text", ["WHO WAS MARIE CURIE?", "Who Was Marie Curie?"])
def test_capitals_everywhere_mark_no_name(text: str) -> None:
    """Where every word has a capital, a name is unknown, not guessed; other features still see."""
    evidence = extract(parse(PIPELINE, text).doc).evidence
    assert evidence["named_entities"] is None
    assert evidence["negation"] is not None
