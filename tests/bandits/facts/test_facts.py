"""What must survive a rewrite: found where it stands, and compared by what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.facts import facts, words


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12 of 1,000 and 1000", ["12", "1000", "1000"]),
        ("3.5 at 10:30, not 1,2", ["3.5", "10:30", "1,2"]),
        ("-5 and −5 and +5", ["-5", "-5", "5"]),
        ("10-20 or 2020-01-05", ["10", "20", "2020", "01", "05"]),
        ("COVID-19, 5km, B2B", ["19", "5", "2"]),
        ("twelve, twenty-one, Thirty five, forty", ["12", "21", "35", "40"]),
        ("five hundred", ["500"]),
        ("which one, at once, a tend", []),
        ("5 million, at 15 pm, a fourth of it, the fourth", ["5000000", "15", "1/4", "4"]),
        ("twenty three four, two hundred twenty", ["23", "4", "220"]),
        ("Charles IV, Anna LC", ["4"]),
    ],
)
def test_numbers(text: str, values: list[str]) -> None:
    """Numbers have one value in digits and in words; `one` is a pronoun as often, so it isn't a number."""
    assert sorted(fact.value for fact in facts(text) if fact.kind == "number") == sorted(values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('say "a b" and “c”', ["a b", "c"]),
        ("«d» or ‘e f’ or 'g'", ["d", "e f", "g"]),
        ("`x = 1` and ```\ny\n```", ["x = 1", "y"]),
        ("the dogs' and the cats' bowls, isn't it", []),
        ('5" wide', []),
    ],
)
def test_quoted(text: str, values: list[str]) -> None:
    """A quoted string is what stands between a pair of quotes, without them; apostrophes are no quotes."""
    assert [fact.value for fact in facts(text) if fact.kind == "quoted"] == values


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("It isn't, is not, isn’t and cannot", ["n't", "not", "n’t", "cannot"]),
        ("Never without nobody", ["Never", "without", "nobody"]),
        ("dont and doesnt", ["dont", "doesnt"]),
        ("a knot, nothingness, another note", []),
    ],
)
def test_negations(text: str, spelled: list[str]) -> None:
    """Negative words are found as whole words."""
    assert [text[fact.start : fact.end] for fact in facts(text) if fact.kind == "negation"] == spelled


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Did Marie Curie live in Paris?", ["Marie", "Curie", "Paris"]),
        ("Marie lived where? Paris is large.", []),
        ("NASA or an iPhone", ["NASA", "iPhone"]),
        ("Who met Dr. Smith? Mr. Jones.", ["Dr", "Smith", "Jones"]),
        ("Is Ann's car Jean-Luc’s?", ["Ann", "Jean-Luc"]),
        ("I think I'm right, and I’ve won", []),
        ('He said: "Where is it?"\n- Under the bed', []),
        ("WHO IS ANN?", []),
        ("Who Was Marie Curie?", []),
    ],
)
def test_names(text: str, values: list[str]) -> None:
    """A name has a capital that its place doesn't explain."""
    assert [fact.value for fact in facts(text) if fact.kind == "name"] == values


@given(st.text() | st.text("aA1, .'\"“”n’t-not\n"))
def test_facts_stand_in_the_text(text: str) -> None:
    """Any text can be read, and each fact has a place of its own in it."""
    assert all(0 <= fact.start < fact.end <= len(text) for fact in facts(text))
    assert len({(fact.kind, fact.start) for fact in facts(text)}) == len(facts(text))


def test_words_are_bare() -> None:
    """Words come in lower case, without possessives, and compounds with their parts."""
    assert words("Ann's Spanish-American dogs' ear") == {
        "ann", "spanish-american", "spanish", "american", "dogs", "ear"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [("5 ML", ["ml"]), ("what ML is", []), ("a three-second rule", ["second"]), ("the twenty-second of May", [])],
)
def test_units(text: str, values: list[str]) -> None:
    """What is mostly something else is a unit only where it stands for one."""
    assert [fact.value for fact in facts(text) if fact.kind == "unit"] == values
