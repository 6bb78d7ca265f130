"""Pragmatics: requests in the form of a question or of a statement."""

import pytest
from tests.bandits.features.evidence import words_of

PRESENT: list[tuple[str, list[str]]] = [
    ("OK, would you recommend a book?", ["would you recommend"]),
    ("Mind if I ask?", ["Mind if I"]),
    ("Got any tips?", ["Got any"]),
    ("Can you tell me the capital of Peru?", ["Can you tell"]),
    ("Would you please explain osmosis?", ["Would you please explain"]),
    ("I was wondering what the boiling point is.", ["I was wondering what the boiling point is"]),
    ("Do you know who painted this?", ["Do you know"]),
    ("I'd like to see a list.", ["I'd like to see a list"]),
    ("Why don't you list them?", ["Why don't you"]),
    ("could u check my grammar", ["could u check"]),
    ("Can you make it shorter?", ["Can you make"]),
    ("Can someone help?", ["Can someone help"]),
    ("Can you put this in a table for me?", ["Can you put"]),
    ("Can you eat that for me?", ["Can you eat"]),
    ("Could you make me a list?", ["Could you make"]),
    ("Looking for ideas.", ["Looking for"]),
    ("Any tips for Rome?", ["Any tips"]),
    ("My printer doesn't work any more.", ["My printer doesn't work any more"]),
    ("The dishwasher still leaks.", ["The dishwasher still leaks"]),
    ("I've lost my pass?", ["I've lost my pass"]),
    ("Our old cat sneezes lots.", ["Our old cat sneezes lots"]),
    ("I'd like the recipe.", ["I'd like the recipe"]),
    ("Nothing works.", ["Nothing works"]),
    ("That was not the best answer.", ["That was not the best answer"]),
    ("You forgot the last step.", ["You forgot the last step"]),
]

ABSENT = [
    "Which book would you recommend?",
    "What do you know about Rome?",
    "Can you tell if an egg is off?",
    "Can you breathe on Mars?",
    "What is the capital of Peru?",
    "Explain osmosis.",
    "Can he tell the truth?",
    "Can you believe that?",
    "Can you eat it raw?",
    "Can you",
    "Can you swim?",
    "I love this song!",
    "That was the longest film ever.",
    "That was a great answer.",
    "The sun is a star.",
    "excel vlookup returns an error",
    "My phone is old. What should I buy?",
    "He won?",
    "my essay on Macbeth",
    "looking",
    "Gold shines.",
    "Can you mix bleach with vinegar?",
    "Can you find gold in Wales?",
]


@pytest.mark.parametrize(("text", "words"), PRESENT)
def test_it_is_found_and_shows_its_words(text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    assert words_of("pragmatics", text) == words


@pytest.mark.parametrize("text", ABSENT)
def test_it_is_not_found(text: str) -> None:
    """The feature looks, and finds nothing."""
    assert words_of("pragmatics", text) == []
