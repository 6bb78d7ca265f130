"""`paraphrase` by rule: other words, the same question, in good English."""

import pytest
from tests.bandits.docs import query

from riffler.bandits.arms.inflection import past, third_person
from riffler.bandits.arms.paraphrase import Paraphrase
from riffler.bandits.facts import facts
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline, parse


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        ("How come a cricket ball swings?", "Why is it that a cricket ball swings?"),
        ("Is there a way to stop hiccups?", "Is it possible to stop hiccups?"),
        ("I'd like to know what a drill involves.", "I want to find out what a drill involves."),
        ("tell me about music", "give me information about music"),
        ("Could you explain osmosis?", "Would you please explain osmosis?"),
        ("How do I reset the clock?", "What is the way to reset the clock?"),
        ("How do I quickly reset the clock?", "What is the way to quickly reset the clock?"),
        ("How deep is the harbour?", "What is the depth of the harbour?"),
        ("How much does a coach cost?", "What does a coach cost?"),
        ('What does "petrichor" mean?', 'What is the meaning of "petrichor"?'),
        ("What's the population of Birmingham?", "What is Birmingham's population?"),
        ("What was Spain's first capital?", "What was the first capital of Spain?"),
        ("Explain the lbw law.", "Give an explanation of the lbw law."),
        ("Name three amphibians.", "Give the names of three amphibians."),
        ("Name the smallest bone.", "Give the name of the smallest bone."),
        ("Who ruled Spain in 1990?", "In 1990, who ruled Spain?"),
        ("Why does Carl never tell Jane?", "Why is it that Carl never tells Jane?"),
        ("Why do cats purr?", "Why is it that cats purr?"),
        ("Why don't cats purr?", "Why is it that cats don't purr?"),
        ("Why is my computer so slow?", "Why is it that my computer is so slow?"),
        ("When did Picasso give up cubism?", "When was it that Picasso gave up cubism?"),
        ("Where can I buy a bow?", "Where is it that I can buy a bow?"),
        ("Who played the villain?", "Who was it that played the villain?"),
        ("Which metal reacts with water?", "Which metal is it that reacts with water?"),
        ("What makes a raga different?", "What is it that makes a raga different?"),
        ("Is Madagascar bigger than Britain?", "Is it true that Madagascar is bigger than Britain?"),
        ("Did the Vandals really sack Rome?", "Is it true that the Vandals really sacked Rome?"),
        ("Is it rude to whistle?", "Is it true that it is rude to whistle?"),
        ("What is the longest river?", "Which is the longest river?"),
        ("What's the fastest train?", "Which is the fastest train?"),
        ("How are tanks cleaned?", "In what way are tanks cleaned?"),
        ("How's glass made?", "In what way is glass made?"),
        ("What's the difference between a date and a fig?", "What is the difference between a date and a fig?"),
        ("I'm curious.", "I am curious."),
        ("I'd like two tarts.", "I would like two tarts."),
        ("Who lives in Paris and works in Rome?", "Who is it that lives in Paris and works in Rome?"),
        ("Who moved to Rome in 1990 with Carl?", "Who was it that moved to Rome in 1990 with Carl?"),
        ("Thanks for that. Who played the villain? Bye!", "Thanks for that. Who was it that played the villain? Bye!"),
    ],
)
def test_rules(text: str, rewrite: str) -> None:
    """Each rule changes the asking sentence alone; the guard lets it pass."""
    made = Paraphrase().by_rule(query(text))
    assert made is not None
    assert made.text == rewrite
    assert check(text, rewrite).kept
    kept = {"number", "quoted", "negation"}
    assert {(fact.kind, fact.value) for fact in facts(text) if fact.kind in kept} == {
        (fact.kind, fact.value) for fact in facts(rewrite) if fact.kind in kept
    }


@pytest.mark.parametrize(
    "text",
    [
        "Why not?",
        "SHOW ME CHEAP FLIGHTS",
        "Why?",
        "How do you feel?",
        "How do you do it?",
        "How deep is it?",
        "How deep is the old harbour at low tide?",
        "How much does a coach weigh?",
        "What does it mean?",
        "What is the kind of thing?",
        "What is the depth of it?",
        "What is his dog's name?",
        "Explain why.",
        "Name it.",
        "Would you mind?",
        "Could you please explain osmosis?",
        "Can you?",
        "Should I tell my boss?",
        "Does anyone know the time?",
        "Is 1 a prime number or not?",
        "Isn't it odd?",
        "Did he refer to it?",
        "Is there a way to stop hiccups that works?",
        "Which vaccines are safe?",
        "Which do you like?",
        "Who is the longest river?",
        "What size is my ring?",
        "Who is eligible?",
        "Why is now my computer slow?",
        "Where is she in the morning?",
        "Why is it?",
        "What does my name mean here?",
        "How are you?",
        "What's happened?",
        "In 1990?",
        "One. Two.",
        "What\nis it?",
        "!?",
        "When is it?",
        "I'd go.",
        "Do cats " + "purr and " * 40 + "sleep?",
    ],
)
def test_no_rule_is_nothing_to_do(text: str) -> None:
    """Where the meaning might change, or no rule fits, the query stays."""
    assert Paraphrase().by_rule(query(text)) is None


def test_parse_is_needed_for_the_rule_only() -> None:
    """Without a parse the rule has nothing to do; the engine can still be asked, but not about nothing."""
    unparsed = parse(load_pipeline("blank"), "Who played the villain?")
    assert Paraphrase().by_rule(unparsed) is None
    prompt = Paraphrase().prompt(unparsed)
    assert prompt is not None
    assert "\nWho played the villain?\n" in prompt.text
    assert Paraphrase().prompt(parse(load_pipeline("blank"), " ")) is None


@pytest.mark.parametrize(
    ("base", "form"),
    [
        ("write", "wrote"),
        ("bake", "baked"),
        ("try", "tried"),
        ("play", "played"),
        ("stop", "stopped"),
        ("sack", "sacked"),
        ("explain", "explained"),
        ("refer", None),
        ("travel", None),
        ("x", None),
        ("naïf", None),
        ("e-mail", None),
    ],
)
def test_past(base: str, form: str | None) -> None:
    """A form that isn't sure is none."""
    assert past(base) == form


@pytest.mark.parametrize(
    ("base", "form"),
    [("be", "is"), ("have", "has"), ("try", "tries"), ("play", "plays"), ("go", "goes"), ("tell", "tells")],
)
def test_third_person(base: str, form: str) -> None:
    """The form that goes with `it`."""
    assert third_person(base) == form


def test_other_labels() -> None:
    """A parse in ClearNLP's labels is read as well."""
    made = Paraphrase().by_rule(query("Who ruled Peru in 1990?"))
    assert made is not None
    assert made.text == "In 1990, who ruled Peru?"
