"""`simplify`: what is dropped, what stays, and that it always passes the guard."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bandits.docs import doc, query

from riffler.bandits.arms.frames import unframed
from riffler.bandits.arms.simplify import Simplify
from riffler.bandits.arms.stories import story
from riffler.bandits.facts import facts
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline, parse

PIECES = [
    "Hello there, ", "So, ", "could you please ", "explain ", "tell me ", "what ", "is ", "is ", "the ", "the ",
    "Rome ", "(the one I told you about) ", "(born 1879) ", "(not Paris) ", "isn't ", "5 ", '"the the" ', "basically, ",
    ", you know, ", "um ", "please", "?", "?!", "!!", ". ", "Thanks a lot!", "\n",
    "I was wondering if you could ", "café ",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("Could you please explain osmosis?", "Explain osmosis."),
        ("Hi there! Can you tell me what osmosis is?", "Tell me what osmosis is."),
        ("hello, so, what is osmosis", "what is osmosis"),
        ("Good morning. I hope you are doing well. Where is Rome?", "Where is Rome?"),
        ("Sorry to bother you, but where is Rome?", "Where is Rome?"),
        ("I was wondering if you could list the rivers of Peru.", "List the rivers of Peru."),
        ("I'd like to know why do cats purr.", "Why do cats purr."),
        ("Do you happen to know who won?", "Who won?"),
        ("Please, where is it?", "Where is it?"),
        ("Where is it, please?", "Where is it?"),
        ("Where is it? Thanks so much!", "Where is it?"),
        ("Basically, what is it?", "What is it?"),
        ("The sea is, you know, deep?", "The sea is deep?"),
        ("You are kind, honestly, I say so, um, often.", "You are kind, honestly, I say so often."),
        ("What is um the sea?", "What is the sea?"),
        ("Who wrote the book (the one that I told you about)?", "Who wrote the book?"),
        ("What is the the capital of of Peru??", "What is the capital of Peru?"),
        ("What!?", "What?"),
        ("Hello, iPhone or not?", "iPhone or not?"),
    ],
)
def test_frames_are_dropped(text: str, shorter: str) -> None:
    """Politeness, fillers, asides and repetitions go."""
    assert unframed(text) == shorter


@pytest.mark.parametrize(
    "text",
    [
        "What is osmosis?",
        "What kind of bear is best?",
        "Well water: is it safe?",
        "Can you swim?",
        "Can you find penguins in the Arctic?",
        "Could you give blood after a tattoo?",
        "Would you recommend taking ibuprofen with alcohol?",
        "Would you rather fight a duck?",
        "How do I please my aunt?",
        "Do you know Anna?",
        "What does actually mean?",
        "What does `please` mean?",
        "What is 'the the' in French?",
        "Which song did Duran Duran play?",
        "Had he had had enough?",
        "What is the distance to Rome (in miles)?",
        "Who was Einstein (born 1879)?",
        "Who wrote it (the German one)?",
        "Who wrote it (but certainly not him)?",
        "What is f(x y)?",
        "Line one\n\n  code  block",
        "Hello!!",
        "um ",
        "",
        " ",
        "a ?? b",
    ],
)
def test_what_matters_stays(text: str) -> None:
    """Nothing is dropped that the question may depend on, and a text of frames only stays."""
    assert unframed(text) == text


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40))
def test_facts_survive(text: str) -> None:
    """Whatever is dropped, the guard lets the rest pass, and no number, quoted string or negation goes."""
    shorter = unframed(text)
    assert check(text, shorter).kept
    assert len(shorter) <= len(text)
    kinds = {"number", "quoted", "negation"}
    assert sorted(fact.value for fact in facts(shorter) if fact.kind in kinds) == sorted(
        fact.value for fact in facts(text) if fact.kind in kinds
    )


@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 100_000 + "b",
        "so, " * 25_000,
        "the the 1 " * 10_000,
        "a (" * 33_000,
        "“" * 100_000,
        "a" + "!" * 100_000,
    ],
    ids=["spaces", "frames", "repetitions", "brackets", "quotes", "marks"],
)
def test_no_text_is_slow(text: str) -> None:
    """100 KB of anything take a few seconds at most: no rule looks twice at the same text."""
    began = time.process_time()
    unframed(text)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        (
            "Good morning, I hope that you slept well! Is Madagascar bigger than Great Britain?",
            "Is Madagascar bigger than Great Britain?",
        ),
        ("Hiya! What should I change?", "What should I change?"),
        ("Who painted Guernica? We wondered all night.", "Who painted Guernica?"),
    ],
)
def test_stories_are_dropped(text: str, shorter: str) -> None:
    """What only tells how the question came up goes, where the question stands by itself; greetings go in any case."""
    assert without_stories(doc(text)) == shorter


@pytest.mark.parametrize(
    "text",
    [
        "We argued yesterday. What should we do about Guernica?",
        "We read about it. Who is the best painter alive?",
        "We argued in 1990. Who painted Guernica?",
        "We argued about Guernica. Who painted Guernica?",
        "We argued about this: art. Who painted Guernica?",
        "We argued without end. Who painted Guernica?",
        "I own a boat. Who painted Guernica?",
        "A fine day. Who painted Guernica?",
        "Who painted Guernica? Who sold Guernica?",
        "We argued. We read.",
    ],
)
def test_what_may_matter_is_no_story(text: str) -> None:
    """A sentence stays when it has a fact, a limit or a word of the question, or when the question points to it."""
    assert without_stories(doc(text)) == text


def test_without_a_parse_no_story_is_told() -> None:
    """Without a parse all sentences stay."""
    text = "We argued yesterday. Who painted Guernica?"
    assert without_stories(parse(load_pipeline("blank"), text).doc) == text


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("Hiya! Could you tell me who painted Guernica?", "Who painted Guernica?"),
        ("Hiya! What should I change?", "What should I change?"),
        ("Who painted Guernica? We wondered all night.", "Who painted Guernica?"),
        ("Where is it?", None),
    ],
)
def test_the_arm_drops_both(text: str, shorter: str | None) -> None:
    """Stories go and then frames; where neither is there, the arm has nothing to do, and doesn't ask either."""
    made = Simplify().by_rule(query(text))
    assert (made and made.text) == shorter
    assert (Simplify().prompt(query(text)) is None) == (shorter is None)


def test_a_long_query_is_asked_about() -> None:
    """The engine may simplify what the rules can't."""
    long = parse(load_pipeline("blank"), "Where " * 30)
    assert Simplify().by_rule(long) is None
    prompt = Simplify().prompt(long)
    assert prompt is not None
    assert "Where Where" in prompt.text
