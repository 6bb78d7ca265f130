"""Features of words: rarity, negation, superlatives, polysemy, each with the words that made it fire."""

import pytest
from tests.bandits.features.evidence import words_of

PRESENT: dict[str, list[tuple[str, list[str]]]] = {
    "word_rarity": [
        ("Is the duke perspicacious?", ["perspicacious"]),
        ("What are mitochondria for?", ["mitochondria"]),
        ("How is gastroschisitis treated?", ["gastroschisitis"]),
        ('What does "griffonage" mean?', ["griffonage"]),
        ("How does osmosis work?", ["osmosis"]),
    ],
    "negation": [
        ("Which birds do not fly?", ["not"]),
        ("Which of them isn't red?", ["n't"]),
        ("Who never won without help?", ["never", "without"]),
        ("Why cannot it move?", ["not"]),
        ("Which rivers have no bridge?", ["no"]),
        ("I dont know, which are barely used?", ["nt", "barely"]),
        ("why dosnt it work", ["dosnt"]),
        ("Why don’t cats swim?", ["n’t"]),
        ("Why doesn't he?", ["n't"]),
        ("Isn't it red?", ["n't"]),
        ("None of them swim.", ["None"]),
        ("Which tree is not just tall?", ["not"]),
    ],
    "superlative": [
        ("What is the tallest tower?", ["tallest"]),
        ("Which lake is the most shallow?", ["most"]),
        ("What is the worst and northernmost port?", ["worst", "northernmost"]),
        ("Which one do people like most?", ["most"]),
        ("Name the top five rivers and the maximum depth.", ["top five", "maximum"]),
        ("cheapest flight rome", ["cheapest"]),
        ("most goals 1998", ["most"]),
        ("Who do the most people like?", ["most"]),
        ("most remote island", ["most"]),
        ("most popular names 2020", ["most"]),
        ("Who scored most goals?", ["most"]),
        ("Which town has most trees?", ["most"]),
        ("And the dearest?", ["dearest"]),
    ],
    "polysemy": [
        ("What is a bat?", ["bat"]),
        ("python", ["python"]),
        ("apple", ["apple"]),
        ("How long is a nap?", ["nap"]),
        ("How heavy are cranes?", ["cranes"]),
        ("What is a date, or does she mean the calendar?", ["date"]),
        ("What's the weight of a pound?", ["pound"]),
    ],
}

ABSENT: dict[str, list[str]] = {
    "word_rarity": [
        "unreadable handwriting help",
        "How unhelpful is the smartphone?",
        "Is a toothbrush a tool?",
        "Who is Wilhelmina?",
        "how do i spell tommorow",
        "What does NASA do?",
        "Who reads the Perspicacious Gazette?",
        "How do I cook an aubergine?",
        "Is a dropper spotty?",
        "",
    ],
    "negation": [
        "It is large, isn't it?",
        "its large isnt it",
        "Is the film not only long but dull?",
        "Is the film not just long but dull?",
        "Is it true or not?",
        "Is it true or isn't it?",
        "No, I meant the other lake.",
        "ugh no, that is worse",
        "No thanks.",
        "Is it yes or no?",
        "Why not?",
        "Who lives at No. 5?",
        "Who played in Dr. No?",
        "Is the bridge unsafe?",
        "It returns None for a list.",
    ],
    "superlative": [
        "What do most people eat?",
        "Are there at least two?",
        "How large is the rainforest?",
        "Is there a test of interest in Budapest?",
        "Most towns have a well.",
        "Most of them swim.",
        "Do most young people swim?",
        "Who lives in Nantest?",
        "What is the minimum wage?",
        "At best, who wins?",
        "Is it at the most ten?",
        "most",
    ],
    "polysemy": [
        "Apple",
        "an apple",
        "apple pie",
        "how to cook turkey",
        "flights to turkey",
        "Which bank pays the highest interest on a savings account?",
        "bark of a birch",
        "How do I tune an organ?",
        "What is democracy?",
        "Is the river deep?",
        "How long does a crane, the bird that I saw on the lake in the park last week, live in the wild there?",
        "What is a bank?",
    ],
}


@pytest.mark.parametrize(
    ("name", "text", "words"), [(name, *example) for name, examples in PRESENT.items() for example in examples]
)
def test_feature_is_present_and_shows_its_words(name: str, text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    assert words_of(name, text) == words


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in ABSENT.items() for text in texts if text])
def test_feature_is_absent(name: str, text: str) -> None:
    """The feature looks, and finds nothing."""
    assert words_of(name, text) == []
