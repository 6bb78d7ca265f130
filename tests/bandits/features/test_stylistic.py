"""Stylistic features on edge cases: what fires them, with its words, and what comes close."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.features.answerability import ANSWERABILITY
from riffler.bandits.features.details import EXCESSIVE_DETAILS
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.specificity import LACK_OF_SPECIFICITY
from riffler.bandits.features.stretches import asks, quoted, stretches
from riffler.bandits.features.stylistic import FEATURES
from riffler.bandits.features.subjectivity import SUBJECTIVITY
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)


def read(text: str) -> Reading:
    """Read a text with the shipped pipeline."""
    return Reading.of(parse(PIPELINE, text).doc)


JUDGEMENTS = {
    "Tesla or BMW?": ["Tesla or BMW?"],
    "Is the plot irresponsible?": ["irresponsible"],
    "Convince me to read Proust.": ["Convince me"],
    "Was Nero a hero or a tyrant?": ["a hero or a tyrant"],
    "Who deserves the prize?": ["deserves"],
    "Is the film good?": ["good"],
    "Should I learn Latin?": ["Should I"],
    "Should museums be free?": ["Should"],
    "What do you think of it?": ["What do you think"],
    "Is the museum worth visiting, in your opinion?": ["worth visiting", "in your opinion"],
    "Is the town pretty and quiet?": ["pretty"],
    "Which is better, Rome or Naples?": ["better"],
    "Is Rome better than Naples?": ["better"],
    "which better for toast": ["better"],
    "Better ideas for a party": ["Better"],
    "Is it rude to leave early?": ["rude"],
    "Which of them is the funniest?": ["funniest"],
    "Name the most influential philosopher.": ["most influential"],
    "What a great song!": ["great"],
    "a good car": ["good"],
    "the best of Mozart": ["best"],
    "Your best guess?": ["best"],
    "Is he crazy?": ["crazy"],
    "shoud i buy or rent": ["shoud i"],
    "how often should i water a cactus": ["should i"],
}
FACTS = [
    "What does eerie mean?",
    "Is it red or blue?",
    "Did you say that it is 5 or 6?",
    "Good morning, what is osmosis?",
    "Have a great day. What is osmosis?",
    "I hope you are doing great. How tall is Etna?",
    "How deep is Lake Como?",
    "Is it a pretty large town?",
    "What is the best time to prune roses?",
    "What happens to the best-selling brands?",
    "Which metal conducts heat better?",
    "When will I feel better?",
    "Who sings better?",
    "Do owls see better?",
    "It drives me crazy. Why does it beep?",
    "Why do bees go crazy in summer?",
    "Who wrote Great Expectations?",
    "What is a synonym of `beautiful`?",
    "Did the police leave for good?",
    "Make the letter less rude.",
    "My doctor says that I should rest. How long does flu last?",
    "At best, how far can a flea jump?",
    "Leave out any advice on diet.",
]
VAGUE = {
    "My computer doesn't work.": ["My computer doesn't work"],
    "Where do I put stuff?": ["stuff"],
    "Tell me something about rivers.": ["something"],
    "I need some kind of help.": ["some kind of help"],
    "How do I cook rice and so on?": ["and so on"],
    "ideas": ["ideas"],
    "jaguar": ["jaguar"],
    "quick dinner": ["quick dinner"],
    "any tips?": ["any tips"],
    "How many spoons?": ["How many spoons"],
    "Which colour?": ["Which colour"],
    "Tell me about animals.": ["Tell me about animals"],
    "What do you know about": ["What do you know about"],
    "can't sleep": ["can't sleep"],
    "Fix my code.": ["Fix my code"],
    "Which phone should I buy?": ["should I buy"],
    "How heavy is a seal?": ["seal"],
}
NARROW = [
    "what else",
    "What does `and so on` mean?",
    "How tall is Etna?",
    "Area 51",
    "Nigeria population",
    "Why?",
    "and now",
    "is it",
    "How long does it take to fly to Peru?",
    "Something is eating the roses.",
    "Is there something that cleans windows?",
    "Tell me about the fall of Rome.",
    "What does it say about refunds?",
    "Fix the broken string of a violin.",
    "Which phone with two cameras and a long battery life should I buy?",
    "How heavy is an elephant seal?",
]
CLOSED = [
    "Is my landlord allowed to keep the deposit?",
    "How many legs does a crab have?",
    "I love jazz. When was Miles Davis born?",
    "When did the Berlin Wall fall?",
    "symptoms of iron deficiency",
    "Translate this: `good night`.",
    "Who lived in the tower before it burnt down?",
    "Does anyone love their dentist?",
    "A woman has a crown and a throne. Is this woman a queen?",
    "Do I have to sign a will?",
    "How do I know if an egg is fresh?",
    "Why will ice float?",
    "What will happen if I eat chalk?",
    "What should I do if I burn my finger?",
    "Who came up with the awful idea of trench warfare?",
    "How many eggs should I eat in a week?",
    "Recommend me a textbook on group theory for engineers who know linear algebra, in French, with exercises and"
    " answers.",
    "What's it like in Oslo in May?",
    "Great apes of Africa",
    "Excel keeps changing the dates.",
    "A man has a car. That car is red, and it belongs to his sister. Which laws apply to her if he drives that car"
    " through the whole of the night with no licence?",
]
OPEN = [
    "Is my rash dangerous?",
    "Why is n't my car starting?",
    "Did my sister call?",
    "What's for dinner?",
    "When will we land on Mars?",
    "How much will a house cost in ten years?",
    "Why not?",
    "And the deepest lake?",
    "Ok thanks",
    "That did the trick",
    "Who played the villain, though?",
    "You said it rains a lot in Bergen.",
    "When was it built?",
    "Why do they do that?",
    "What does this rule say?",
    "What does the document say?",
    "Summarise the attached report.",
    "Is the code above right?",
    "Where did I put the keys?",
    "What is my name?",
    "Where are our passports?",
    "Have you seen the film?",
    "Who will win the election?",
    "What time is it?",
    "What's the weather like today?",
    "Book me a table for two.",
    "Should I tell the boss?",
    "What should I do about a lazy brother who never works?",
    "Recommend me a film.",
    "Which is the prettiest village in Alsace?",
    "Is golf boring?",
    "best ramen osaka",
    "python",
]
TOLD = {
    "Who wrote Emma? My neighbour and I had a bet about it over dinner last night, and we shouted a lot.": [
        "My neighbour and I had a bet about it over dinner last night, and we shouted a lot."
    ],
    "How far is the moon (my son, who loves rockets, asks me every night before bed) from the earth?": [
        "(my son, who loves rockets, asks me every night before bed)"
    ],
    "My mother laughs at me, my brother laughs at me, even the dog does, but Firefox shows no tabs.": [
        "My mother laughs at me, my brother laughs at me, even the dog does, but"
    ],
}
NEEDED = [
    "Who wrote Emma (1815)?",
    "Hello. What do cats eat?",
    "What is (a) b) (c?",
    "If my brother and my sister both have a dog and my aunt has a cat, how many pets are there?",
    "I have 200 g of rice, 3 eggs, 2 onions, an oven and 40 minutes, and my friend is hungry. What can I cook?",
    "The committee has met in the same room of the town hall since the spring. How high is Etna?",
    "My printer makes a long and very loud noise whenever the paper tray of the copier is full",
]


@pytest.mark.parametrize(("text", "words"), JUDGEMENTS.items())
def test_judgements_are_found(text: str, words: list[str]) -> None:
    """A word or phrase that judges is shown."""
    evidence = SUBJECTIVITY.find_in(read(text))
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == words


@pytest.mark.parametrize("text", FACTS)
def test_facts_greetings_and_names_do_not_judge(text: str) -> None:
    """Words that can judge are left alone where they greet, grade, name or are quoted."""
    evidence = SUBJECTIVITY.find_in(read(text))
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == []


@pytest.mark.parametrize(("text", "words"), VAGUE.items())
def test_open_wishes_are_found(text: str, words: list[str]) -> None:
    """Placeholders, wide fields, calls for help and words with two senses are shown."""
    evidence = LACK_OF_SPECIFICITY.find_in(read(text))
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == words


@pytest.mark.parametrize("text", NARROW)
def test_narrow_questions_are_specific(text: str) -> None:
    """A name, a number, a condition or a full question leaves nothing open; a fragment goes on."""
    evidence = LACK_OF_SPECIFICITY.find_in(read(text))
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == []


@pytest.mark.parametrize("text", CLOSED)
def test_a_stranger_can_answer(text: str) -> None:
    """Nothing but the text is needed: the whole of it is shown."""
    evidence = ANSWERABILITY.find_in(read(text))
    assert evidence is not None
    assert evidence.present
    assert text[slice(*evidence.spans[0])] == text.rstrip(" .?`")


@pytest.mark.parametrize("text", OPEN)
def test_a_stranger_cannot_answer(text: str) -> None:
    """The conversation, the asker, a thing not shown, the future, the moment or taste is needed."""
    evidence = ANSWERABILITY.find_in(read(text))
    assert evidence is not None
    assert not evidence.present


@pytest.mark.parametrize(("text", "words"), TOLD.items())
def test_talk_around_the_question_is_found(text: str, words: list[str]) -> None:
    """What is crossed out is shown, before, after and inside the question."""
    evidence = EXCESSIVE_DETAILS.find_in(read(text))
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == words


@pytest.mark.parametrize("text", NEEDED)
def test_data_and_short_courtesies_are_needed(text: str) -> None:
    """Conditions, data and a few polite words aren't excessive."""
    evidence = EXCESSIVE_DETAILS.find_in(read(text))
    assert evidence is not None
    assert not evidence.present


def test_words_that_ask_are_told_from_the_rest() -> None:
    """Each stretch that asks begins with its first word, without what leads in."""
    reading = read("I met a man, who was tall, at the station: so please tell me, in which year did it open?")
    assert [" ".join(reading.texts[slice(*span)]) for span in asks(reading)] == [
        "tell me",
        "in which year did it open",
    ]


def test_a_quote_that_never_closes_quotes_nothing() -> None:
    """Only pairs of marks quote; a pair too far apart is none."""
    assert quoted(read("What does `a b` mean?")) == {2, 3, 4, 5}
    assert quoted(read("What does `a b mean?")) == frozenset()
    assert quoted(read("`" + " a" * 500 + " `")) == frozenset()


@given(st.lists(st.sampled_from("who , . ( ) so my dog should i best thing ` it this seal ? help me about 3".split())))
def test_stretches_lie_in_order_between_marks(words: list[str]) -> None:
    """Stretches never overlap nor hold a mark, and every feature gives spans inside the text."""
    reading = read(" ".join(words))
    spans = list(stretches(reading))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert not any(reading.words[here] in ",.()?" for span in spans for here in range(*span))
    for feature in FEATURES:
        evidence = feature.find_in(reading)
        assert evidence is None or all(0 <= start < end <= len(reading.doc.text) for start, end in evidence.spans)


@pytest.mark.parametrize("text", ["tell me about this thing ", "who is it? ", "( ) ` my dog, best ", "help me with "])
def test_long_texts_take_no_longer_than_their_length(text: str) -> None:
    """30 KB of what each finder looks for take under a second each; a search for each word would take minutes."""
    reading = read(text * (30_000 // len(text)))
    began = time.process_time()
    for feature in FEATURES:
        feature.find_in(reading)
    assert time.process_time() - began < 4
