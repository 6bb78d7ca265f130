"""What is found in a text: keys, names, numbers and headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.facts import LONGEST, as_compared, facts, pair_of


def found(kind: str, text: str) -> list[str]:
    """Give the facts of a kind, as they are compared."""
    return [fact.text for fact in facts(text) if fact.kind == kind]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("visual art: Painting; bird: blue jay; ", ["visual art", "bird"]),
        ("Here it is.\n- **City**: Paris\n* `port`: 80\n2. Name: Bo", ["city", "port", "name"]),
        ('{\n  "a b": 5,\n  "c": "d"\n}', ["a b", "c"]),
        ("城市：东京\n价格： 5", ["城市", "价格"]),
        ("see https://a.b or 12:30; a:b", []),
        ("He went home. Then: rain", []),
        ("this is a sentence of many words before: a colon", []),
        ("empty:\nnext: ", []),
        ("no colon at all", []),
    ],
)
def test_keys(text: str, keys: list[str]) -> None:
    """Keys are found one a line or between semicolons, without what stands around them; times and URLs aren't."""
    assert found("key", text) == keys


def test_a_pair_knows_its_value() -> None:
    """The fact of a key is the pair: from it come the key as written, and the value as it is compared."""
    text = "x; 'The Key': 'A  value', "
    (fact,) = (fact for fact in facts(text) if fact.kind == "key")
    assert pair_of(text[fact.start : fact.end]) == ("The Key", "a value")
    assert pair_of("no pair") == ("no pair", "")


@pytest.mark.parametrize(
    ("text", "names", "loose"),
    [
        ("We met Marie Curie in Paris.", ["marie curie", "paris"], []),
        ("Marie Curie left. Paris slept.", ["marie curie"], ["paris"]),
        ("The Beatles and I saw Ann's dog", ["beatles", "ann"], []),
        ("with Dr. Smith and J. R. Tolkien", ["smith", "j. r. tolkien"], []),
        ("NASA flew", ["nasa"], []),
        (
            "Guests:\n- Zaphod\n* Trillian,\n1. Okonkwo\nMarguerite",
            ["zaphod", "trillian", "okonkwo", "marguerite"],
            ["guests"],
        ),
        ('she said: "Rosebud" and slept', ["rosebud"], []),
        ("Boats:\n- Ours came\n# Plan\nPlan\n----\n", [], ["boats", "ours", "plan", "plan"]),
        ("В Москве живёт Анна Каренина. 东京很大。", ["в москве", "анна каренина"], []),
        ("it is A17 or B", [], []),
        ("He said: “Where?” - Paris slept", [], ["paris"]),
        ("Then Paul I knew", ["paul"], []),
        ("Der Kunde hat gestern die Rechnung bezahlt. Die Ware war in Ordnung.", [], []),
        (
            "Am Montag hat die NASA auch Anna Berg und der Firma Müller gedankt.",
            ["nasa", "anna berg", "firma müller"],
            [],
        ),
    ],
)
def test_names(text: str, names: list[str], loose: list[str]) -> None:
    """Words with a capital that follow each other are one name; a single one that opens a sentence is marked."""
    names_found = [fact for fact in facts(text) if fact.kind == "name"]
    assert [fact.text for fact in names_found if not fact.loose] == names
    assert [fact.text for fact in names_found if fact.loose] == loose


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,234.5 on 2026-11-25 at 12:30.", ["1,234.5", "2026-11-25", "12:30"]),
        ("5km, 3rd, 共有3个, ٣٤", ["5km", "3rd", "3", "٣٤"]),
        ("A17 x86_64 4fe21a v1.2", ["a17", "x86_64", "4fe21a", "v1.2"]),
        ("7" * 100, ["7" * 64]),
        ("e" * 40 + "1", []),
    ],
)
def test_numbers(text: str, numbers: list[str]) -> None:
    """Numbers are found as they are written, with their units; words with digits whole."""
    assert found("number", text) == numbers


def test_each_passage_has_its_language() -> None:
    """In a text of two languages the nouns of the German passages are no names, those of the others are."""
    german = "Der Kunde hat die Rechnung bezahlt und der Vertrag ist in Ordnung. "
    text = (german * 60)[:4000] + "We went to Paris with Marie. " * 140
    assert set(found("name", text)) == {"paris", "marie"}
    assert set(found("name", text[4000:] + text[:60])) == {"paris", "marie"} | set(found("name", text[:60] + "."))


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# One\ntext\n## Two words ##\nThree\n=====\nFour\r\n---\r\n", ["one", "two words", "three", "four"]),
        ("\n---\n====\n#no\n# ======\n", []),
    ],
)
def test_headings(text: str, headings: list[str]) -> None:
    """Headings are found after `#` or over a line; a rule is none."""
    assert found("heading", text) == headings


@pytest.mark.parametrize(
    "text", [" ".join(["A" + "b" * 39 + "-" + "c" * 19] * 5), "a: " + "b" * 400, "#  " + "c" * 400]
)
def test_long_facts_are_clipped(text: str) -> None:
    """No fact is longer than an index can hold."""
    assert [fact.end - fact.start <= LONGEST for fact in facts(text)] == [True]


@given(st.text() | st.text("aA1: ;.-#=\n,'\"：Dr"))
def test_facts_stand_in_the_text(text: str) -> None:
    """Any text can be read; each fact has a place of bounded length in it, and what is compared is the text there."""
    for fact in facts(text):
        assert 0 <= fact.start < fact.end <= min(len(text), fact.start + LONGEST)
        written = text[fact.start : fact.end]
        assert as_compared(fact.kind, written) == fact.text
