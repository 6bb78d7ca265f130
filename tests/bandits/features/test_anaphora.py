"""Anaphora: pronouns and stand-ins, told from empty pronouns and from conjunctions."""

import pytest
from tests.bandits.features.evidence import words_of

PRESENT: list[tuple[str, list[str]]] = [
    ("Why did they do so?", ["they", "do so"]),
    ("Who lives there with Anna?", ["there"]),
    ("Does it seem a very old and very deep and very long and very wide lake?", ["it"]),
    ("Is it a very old and deep lake?", ["it"]),
    ("Is it a very old wide deep long red blue green lake of yours?", ["it"]),
    ("Who built it, and when?", ["it"]),
    ("What did they say about this law?", ["they", "this"]),
    ("Why is that?", ["that"]),
    ("Is that right?", ["that"]),
    ("How do I fix that?", ["that"]),
    ("Of the two cities, which is closer to the latter?", ["the latter"]),
    ("Those rivers: how long are they?", ["Those", "they"]),
    ("Does it rain in her town?", ["her"]),
    ("Is the former cheaper?", ["the former"]),
    ("Could you put the last one in the past tense?", ["the last one"]),
    ("Now do the same for 2022.", ["do the same"]),
    ("Is there any water, and if so, how much?", ["if so"]),
    ("Why did you divide by 12 there?", ["there"]),
    ("should pupils use there phones", ["there"]),
    ("Compare the wages of Oslo and those of Rome.", ["those"]),
    ("Who made that famous?", ["that"]),
    ("thats even worse", ["that"]),
    ("Does one of these work on a Mac?", ["these"]),
    ("How do I squash three commits into one?", ["into one"]),
    ("What if I only have half of that?", ["that"]),
    ("does that include the oven time", ["that"]),
    ("Explain what that song means.", ["that"]),
    ("Can it swim?", ["it"]),
    ("It fell.", ["It"]),
    ("Is this true?", ["this"]),
    ("He likes it cold.", ["He", "it"]),
    ("Do you know that song?", ["that"]),
    ("but that is wrong", ["that"]),
    ("Is it a crime?", ["it"]),
    ("Is it open to visitors, and is it free?", ["it", "it"]),
    ("Is it certain?", ["it"]),
    ("is the flat one worth it? it smells", ["it"]),
    ("Does it matter?", ["it"]),
    ("Does it happen often, or does it end?", ["it"]),
    ("Is it worth visiting?", ["it"]),
    ("Is it red and is it a dog that bites?", ["it"]),
]

ABSENT = [
    "Why do so many people swim?",
    "there goes Anna",
    "Who said there was a cup?",
    "What time does it open in winter?",
    "Who built the tower that fell?",
    "What time is it?",
    "Does it rain in Peru?",
    "It takes how long to fly to Peru?",
    "How warm is the sea this summer?",
    "What is the budget of IT?",
    "Which cities help those who flee?",
    "The problem is that the engine stops.",
    "Is it two o'clock?",
    "Is it still dark in Oslo?",
    "its raining",
    "its a pity",
    "Is it worth learning Latin?",
    "Why is it that cats purr?",
    "Was it Bell who made the first phone?",
    "Is it a crime to lie in court?",
    "Is it true that gold never rusts?",
    "I find it hard to sleep.",
    "I love it when it rains.",
    "Is a car worth it?",
    "Who was the former king?",
    "the latter half of the century",
    "Give me a number for one person",
    "Which one is red?",
    "How many of those of you here swim?",
    "whats the name of that thing you put under a pan",
    'How do I translate "he saw it"?',
    "Is there a lake?",
    "Hi there!",
    "Who said that the earth is flat?",
    "Do you think that zoos are cruel?",
    "It seems that dogs dream.",
    "My aunt told me this: bread rots.",
    "Prices in the past year, and these past weeks?",
    "so that I see",
    "What is it like in Oslo?",
    "it is to early",
    "Is it the 4th that counts?",
    "who is there",
    "out there",
]


@pytest.mark.parametrize(("text", "words"), PRESENT)
def test_it_is_found_and_shows_its_words(text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    assert words_of("anaphora", text) == words


@pytest.mark.parametrize("text", ABSENT)
def test_it_is_not_found(text: str) -> None:
    """The feature looks, and finds nothing."""
    assert words_of("anaphora", text) == []
