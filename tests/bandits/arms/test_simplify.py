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
from riffler.bandits.guard import Verdict, check
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
        ("I'd like to know why do cats purr.", "Why do cats purr?"),
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
        ("can u explain what a monad is thx", "explain what a monad is"),
        ("pls tell me how tall she is pls", "tell me how tall she is"),
        ("I'm dying to know why airline food tastes of nothing.", "Tell me why airline food tastes of nothing."),
        ("I'd be curious to hear how they did it.", "Tell me how they did it."),
        ("Would you mind giving me an example?", "Give me an example."),
        ("I was wondering if you might know a polite way to refuse.", "What is a polite way to refuse?"),
        ("Now, could you please tell me what the capital of Burkina Faso is?", "What is the capital of Burkina Faso?"),
        ("Could you tell me what the man that she met is?", "Tell me what the man that she met is."),
        ("Could you put the last one in the past tense?", "Put the last one in the past tense."),
        ("Perfect. Could you add a line on that?", "Perfect. Add a line on that."),
        ("Who played the villain, though?", "Who played the villain?"),
        ("hello! could you explain it? thanks", "explain it."),
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
        "Is coffee (the decaf kind) healthy?",
        "Who won the cup (the women one) in Spain?",
        "How long does the trip (one way) take?",
        "Are bananas (the yellow ones) healthy?",
        "Is it legal (under US law)?",
        "Is it legal (the US law)?",
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


def test_frames_within_frames_have_an_end() -> None:
    """However many frames stand around a question, only so many rounds are made; what is left is a question still."""
    assert unframed("so, " * 6 + "what is it?") == "so, so, what is it?"


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


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 100_000 + "b",
        "so, " * 12_000,
        "the the 1 " * 5_000,
        "a (" * 33_000,
        "“" * 100_000,
        "a" + "!" * 100_000,
    ],
    ids=["spaces", "frames", "repetitions", "brackets", "quotes", "marks"],
)
def test_no_text_is_slow(text: str) -> None:
    """50 KB and more of anything take a few seconds at most: no rule looks twice at the same text."""
    began = time.process_time()
    unframed(text)
    assert time.process_time() - began < 10


GIRAFFE = "My son won't sleep and we argued on the sofa all night. How many bones does a giraffe have?"


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        (GIRAFFE, "How many bones does a giraffe have?"),
        (
            "Good morning, I hope that you slept well! Is Madagascar bigger than Great Britain?",
            "Is Madagascar bigger than Great Britain?",
        ),
        ("Hiya! What should I change?", "What should I change?"),
        ("No judging, please! What should I change?", "What should I change?"),
        ("Who painted Guernica? We wondered all night.", "Who painted Guernica?"),
        ("My mates laugh and my mum is asleep, so define entropy and enthalpy.", "Define entropy and enthalpy."),
        ("It's late and my mum is asleep, so find me the square root of 16.", "Find me the square root of 16."),
        ("he nags me and my wife laughs, anyway in which year did vikings attack lindisfarne", "in which year did"
         " vikings attack lindisfarne"),
        ("I nodded through three dinners: which countries can veto a resolution of the UN?", "Which countries can veto"
         " a resolution of the UN?"),
        ('She laughs at all my jokes: how do you say "I miss you" in Tagalog?', 'How do you say "I miss you" in'
         " Tagalog?"),
        ('My teacher never told me this, sorry: is it "different to" or "different than"?', 'Is it "different to" or'
         ' "different than"?'),
        ("I read a term that made me curious: is ascorbic acid the same thing as vitamin C?", "Is ascorbic acid the"
         " same thing as vitamin C?"),
        ("My mum says I fuss, but there is a clicking sound from the wheel.", "There is a clicking sound from the"
         " wheel."),
        ("Sorry for all this! I use a Mac. How do I take a screenshot?", "I use a Mac. How do I take a screenshot?"),
        ("What is osmosis? Do you know what osmosis is?", "What is osmosis?"),
        ("Haha, can you believe that? Tell me, which county are the Cliffs of Moher in?", "Tell me, which county are"
         " the Cliffs of Moher in?"),
        ("Thanks. But is honey vegan?", "Is honey vegan?"),
        ("My aunt cried with joy. When, in what year I mean, did Constantinople fall to the Ottomans?", "When, in what"
         " year I mean, did Constantinople fall to the Ottomans?"),
        ("We have a pub quiz, my mates are useless. Which planet is the biggest one in the solar system?", "Which"
         " planet is the biggest one in the solar system?"),
    ],
)  # fmt: skip
def test_stories_are_dropped(text: str, shorter: str) -> None:
    """What only tells how the question came up goes, and what is said to the one who answers; the question stays."""
    told = story(doc(text))
    assert told is not None
    assert told.without(told.goes) == shorter


@pytest.mark.parametrize(
    "text",
    [
        "We argued yesterday. What should we do about Guernica?",
        "I live in Scotland with my wife and two kids. Can a landlord enter a flat without notice?",
        "I'm vegetarian and my mum nags me all the time. What is a good source of iron?",
        "I have a 2019 Toyota Corolla which my wife adores. How many litres does the tank of a Corolla hold?",
        "My grandmother told me a lovely story about bats. What is a bat made of?",
        "We adore it and laughed all night. What is a bat?",
        "We want a quiet village with a beach. Which villages fit?",
        "My wife laughs at my slow code. What is the most efficient approach?",
        "My wife laughs at my server. What is the simplest fix that doesn't need a bigger server?",
        "My wife laughs at my server. Is a bigger server loud?",
        "We read about it on the sofa. Who is the best painter alive?",
        "I've supported Everton all my life and my wife laughs. In what year was the club founded?",
        "We laughed on the sofa. Was it legal in Spain?",
        "We laughed on the sofa. Is that true of Spain?",
        "We laughed on the sofa. How to sail to Spain?",
        "We laughed on the sofa. How far from here is Spain?",
        "We laughed on the sofa with wine. Do whales sleep there?",
        "We laughed on the sofa with wine. What is a lobster without its claws?",
        "We laughed on the sofa with wine. Does the lobster show us whales?",
        "dont give me the tourist traps, tell me where people from Naples eat",
        "In my country, how many days does a year have?",
        "You are a star, it only fails when I save. What should I try?",
        "Sorry, I have 3 cats. What should I feed a cat?",
        "Sorry, I can't eat nuts. What can I cook tonight?",
        "Sorry, I don't drink alcohol. What can I order in Munich?",
        "Sorry, I have no oven. How can I bake bread?",
        "Sorry, I can't drive. How do I get to the airport?",
        "Thanks, I can't swim. What can I do at the beach?",
        "We argued about this: `art`. Who painted Guernica?",
        "A fine day. Who painted Guernica?",
        "Who painted Guernica? Who sold Guernica?",
        "Who painted Guernica? Who is Guernica?",
        "Who painted Guernica? Tell me who sold Guernica.",
        "My wife laughs and I have a red parrot, my mum is jealous. How many toes does a parrot have?",
        "We argued. We read.",
        "We argued and laughed",
    ],
)
def test_what_may_matter_is_no_story(text: str) -> None:
    """What may narrow the answer stays: the asker's own case, a place, a tool, a sense of a word, a kind of a thing."""
    assert story(doc(text)) is None


@pytest.mark.parametrize("text", ["We argued yesterday. Who painted Guernica?", "Who? " * 300])
def test_without_a_parse_no_story_is_told(text: str) -> None:
    """Without a parse, and in a text that is long, all sentences stay."""
    assert story(parse(load_pipeline("blank"), text).doc) is None


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("Hiya! Could you tell me who painted Guernica?", "Who painted Guernica?"),
        ("Hiya! What should I change?", "What should I change?"),
        ("Who painted Guernica? We wondered all night.", "Who painted Guernica?"),
        (GIRAFFE, "How many bones does a giraffe have?"),
        ("Where is it?", None),
        ("Where is it??", None),
    ],
)
def test_the_arm_drops_both(text: str, shorter: str | None) -> None:
    """Stories go and then frames; where no word can go, the arm has nothing to do, and doesn't ask either."""
    made = Simplify().by_rule(query(text))
    assert (made and made.text) == shorter
    assert (Simplify().prompt(query(text)) is None) == (shorter is None)


@pytest.mark.parametrize("refused", [0, 1, 2, 9])
def test_less_goes_where_the_guard_objects(refused: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the guard refuses to let the whole story go, parts of it go that it lets go; where it refuses all, none."""
    text = "Haha, I nodded all night! We argued on the sofa. How many bones does a giraffe have? Thanks a million!"
    asked = 0

    def refuses(_query: str, _rewrite: str) -> Verdict:
        nonlocal asked
        asked += 1
        return Verdict(asked > refused)

    monkeypatch.setattr("riffler.bandits.arms.simplify.check", refuses)
    made = Simplify().by_rule(query(text))
    assert (made is None) == (refused == 9)
    assert made is None or "How many bones does a giraffe have?" in made.text
    assert made is None or (made.text == "How many bones does a giraffe have?") == (refused < 2)


def test_a_long_query_is_asked_about() -> None:
    """The engine may simplify what the rules can't."""
    long = parse(load_pipeline("blank"), "Where " * 30)
    assert Simplify().by_rule(long) is None
    prompt = Simplify().prompt(long)
    assert prompt is not None
    assert "Where Where" in prompt.text
