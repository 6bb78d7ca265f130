"""Who stands above whom, sentence by sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.inference.reader.relation_words import Kind
from riffler.service.inference.reader.relations import links

STATED: list[tuple[str, Kind, list[tuple[str, str, int]]]] = [
    ("Tom is Ann's father.", "kin", [("Ann", "Tom", 1)]),
    ("Ann's late father is Tom.", "kin", [("Ann", "Tom", 1)]),
    ("Ann's father's name was Tom.", "kin", [("Ann", "Tom", 1)]),
    ("James' father was Tom.", "kin", [("James", "Tom", 1)]),
    ("The father of Ann is Tom.", "kin", [("Ann", "Tom", 1)]),
    ("Tom, the proud father of Ann, left.", "kin", [("Ann", "Tom", 1)]),
    ("Ann lives with her father, Tom.", "kin", [("Ann", "Tom", 1)]),
    ("Ann lives in Leeds with her father, Tom.", "kin", [("Ann", "Tom", 1)]),
    ("Ann, daughter of Tom, sang.", "kin", [("Ann", "Tom", 1)]),
    ("Tom had two sons, Ben and Carl.", "kin", [("Ben", "Tom", 1), ("Carl", "Tom", 1)]),
    ("Jan is the son of Petr Novak and Eva Dvorak.", "kin", [("Jan", "Petr Novak", 1), ("Jan", "Eva Dvorak", 1)]),
    ("For Ann, Tom is more than just a father.", "kin", [("Ann", "Tom", 1)]),
    (
        "The old gate by the river was mended, and it lay in\nFor Ann, Tom is not just a father.\nthe yard.",
        "kin",
        [("Ann", "Tom", 1)],
    ),
    ("FOR Ann, Tom is more than a father.", "kin", [("Ann", "Tom", 1)]),
    ("For Ann, Tom plays an important role as a father.", "kin", [("Ann", "Tom", 1)]),
    ("Tom is not only Ann's father but also her friend.", "kin", [("Ann", "Tom", 1)]),
    ("Alma Reyes was the maternal grandmother of Ben Okafor.", "kin", [("Ben Okafor", "Alma Reyes", 2)]),
    ("Ben's great-great-grandfather was Old Ned.", "kin", [("Ben", "Old Ned", 4)]),
    ("Orla, whose mother was Nessa, was born to Finn.", "kin", [("Orla", "Nessa", 1), ("Orla", "Finn", 1)]),
    ("Uhr begat Maarn.", "kin", [("Maarn", "Uhr", 1)]),
    ("Ann reports directly to Tom.", "work", [("Ann", "Tom", 1)]),
    ("Tom manages Ann and Ben.", "work", [("Ann", "Tom", 1), ("Ben", "Tom", 1)]),
    ("Dana's direct reports are Ed and Flo.", "work", [("Ed", "Dana", 1), ("Flo", "Dana", 1)]),
    ("Ivo Marsh (manager of Dana Cole) left.", "work", [("Dana Cole", "Ivo Marsh", 1)]),
    ("Ann Lee | fitter | manager: Tom Roe", "work", [("Ann Lee", "Tom Roe", 1)]),
    ("Dana Cole, fitter. Reports to Ivo Marsh.", "work", [("Dana Cole", "Ivo Marsh", 1)]),
    ("Name: Dana Cole\nPost: fitter\nManager: Ivo Marsh", "work", [("Dana Cole", "Ivo Marsh", 1)]),
    ('{"name": "Dana Cole", "manager": "Ivo Marsh"}', "work", [("Dana Cole", "Ivo Marsh", 1)]),
    (
        "Mira was taught by Old Jan, himself a pupil of Kees.",
        "teaching",
        [("Old Jan", "Kees", 1), ("Mira", "Old Jan", 1)],
    ),
    ("The mill gets its grain from the farm.", "supply", [("mill", "farm", 1)]),
    ("Amber comes from the coast.", "supply", [("Amber", "coast", 1)]),
    ("Ostrow farm is supplied by the abbey.", "supply", [("Ostrow farm", "abbey", 1)]),
    ("Northgate is a wholly owned subsidiary of Harrow Trust.", "ownership", [("Northgate", "Harrow Trust", 1)]),
    ("Harrow was listed in 1990 and is owned by Vestry.", "ownership", [("Harrow", "Vestry", 1)]),
]

NOT_STATED = [
    "Tom is not Ann's father.",
    "Tom met Ann's father.",
    "Ann's father is older than Tom.",
    "Tom, seeing Ann's father, ran.",
    "Tom is visiting the father of Ann.",
    "Tom is Ann's godfather.",
    "Ann and her brother Ben saw Tom's father.",
    "Tom was no friend of Ann.",
]


@pytest.mark.parametrize(("text", "kind", "stated"), STATED)
def test_links_are_read_in_every_wording(text: str, kind: Kind, stated: list[tuple[str, str, int]]) -> None:
    """Nouns, verbs, lists and records link a lower name to an upper one, so many steps apart."""
    found = [(link.lower, link.upper, link.steps) for link in links(text, [], kind)]
    assert list(dict.fromkeys(found)) == stated


@pytest.mark.parametrize("text", NOT_STATED)
def test_a_relations_noun_alone_links_nobody(text: str) -> None:
    """A negation, another verb, a comparison or a relation of another kind is no link."""
    assert list(links(text, [], "kin")) == []


def test_other_kinds_of_relation_dont_count() -> None:
    """A question about kin doesn't follow managers, nor the other way round."""
    text = "Tom is Ann's father. Ann reports to Max."
    assert [link.upper for link in links(text, [], "kin")] == ["Tom"]
    assert [link.upper for link in links(text, [], "work")] == ["Max"]


@given(st.text("AB ab.,:;'’\n()|-\ue000\ue001 fatherofisson", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing fails, and names stand in the text as they are given."""
    flat = " ".join(text.split())
    for link in links(text, ["ab"], "supply"):
        assert link.lower.casefold() in flat.casefold() or "\ue000" in text or "\ue001" in text
        assert link.steps >= 1
