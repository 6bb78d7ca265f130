"""Presupposition: what marks it, and words that only look so."""

import pytest
from tests.bandits.features.evidence import words_of

PRESENT: list[tuple[str, list[str]]] = [
    ("Now that I passed the exam, which licence is next?", ["Now that"]),
    ("Why did the empire fall?", ["Why"]),
    ("When did he stop smoking?", ["stop smoking"]),
    ("Does Anna still work there?", ["still"]),
    ("Why don't cats swim?", ["Why"]),
    ("Did the pilot manage to land again?", ["manage to", "again"]),
    ("Who realised the fact that it was empty?", ["realised", "the fact that"]),
    ("How come bees die?", ["How come"]),
    ("When did Britain give up Hong Kong?", ["give up"]),
    ("Was it Bell who made it?", ["it Bell who"]),
    ("It wasn't Tolstoy who wrote this.", ["It wasn't Tolstoy who"]),
    ("What else did he paint?", ["else"]),
    ("How did he win despite the rain?", ["despite"]),
    ("Since he left, who rules?", ["Since"]),
    ("Since we moved the file, what has changed?", ["Since"]),
    ("Given that water boils, is it hot?", ["Given that"]),
    ("Has anyone ever won apart from Yashin?", ["apart from"]),
    ("How do I stop my dog from barking?", ["stop my dog from barking"]),
    ("The phone keeps on ringing.", ["keeps on ringing"]),
    ("Did the rain stop?", ["stop"]),
    ("why my plants die", ["why"]),
    ("I am ill again, but I'd like to know whether tea still helps.", ["still"]),
    ("Who is it that he regrets?", ["regrets"]),
    ("why is it so slow", ["why"]),
    ("Why isn't it red?", ["Why"]),
    ("It was he, who else?", ["else"]),
]

ABSENT = [
    "I am no longer ill. Does tea help?",
    "Where is the next stop of this bus?",
    "I was ill again. Does tea help?",
    "Where is the bus stop?",
    "Who painted the still life?",
    "Why don't you list the kings?",
    "Is Peru larger than Chile?",
    "Why not?",
    "why",
    "Why bother?",
    "Why is the number of stars?",
    "How come?",
    "Never give up!",
    "How do I keep bread fresh?",
    "Is it stopping?",
    "What is the best way to stop a nosebleed?",
    "Please sit still.",
    "again and again",
    "What else can I use?",
    "Is there anything else?",
    "Who has ruled since 1990?",
    "Who has ruled since then?",
    "Is it a boy, who knows?",
    "Is it he and a long list of other things that end",
    "it was red",
    "it",
    'Translate "why did he go".',
    "What has it besides salt?",
    "Can I stop the bus at the next corner of the road there?",
    "Did you keep something?",
]


@pytest.mark.parametrize(("text", "words"), PRESENT)
def test_it_is_found_and_shows_its_words(text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    assert words_of("presupposition", text) == words


@pytest.mark.parametrize("text", ABSENT)
def test_it_is_not_found(text: str) -> None:
    """The feature looks, and finds nothing."""
    assert words_of("presupposition", text) == []
