"""NeedleBench's kinship: the form of a case, and how a box is read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.evaluation.boxed import read_boxed
from riffler.service.evaluation.needles import TERMS, Needles, climb, insert_needles
from riffler.tools.tokens import EstimatedTokens


def document(text: str) -> str:
    """What stands in the document's frame."""
    return text.split("<Document>\n")[1].split("\n</Document>", maxsplit=1)[0]


def needles_in(text: str) -> list[str]:
    """The lines of kinship."""
    pattern = re.compile(rf"\b(?:{'|'.join(TERMS)})\b")
    return [line for line in document(text).split("\n") if pattern.search(line)]


@pytest.mark.parametrize(("needles", "tokens"), [(2, 1000), (3, 4000), (5, 16_000)])
def test_a_case_has_the_published_form(needles: int, tokens: int) -> None:
    """N lines of kinship, each alone on its line, from 40% on and 10% apart, in a document as long as asked for."""
    benchmark = Needles((needles,), (tokens,), sessions=3)
    for session in range(3):
        case = benchmark.case(benchmark.cells[0], session)
        inside, found = document(case.text), needles_in(case.text)
        assert len(found) == needles
        assert EstimatedTokens().count(inside) == pytest.approx(tokens, abs=60)
        depths = [inside.index(line) / len(inside) for line in found]
        assert depths == pytest.approx(
            [0.4 + 0.1 * number for number in range(needles)], abs=0.12 if tokens == 1000 else 0.02
        )
        name = re.findall(r"who is the eldest relative that '([^']+)' can trace back to in the context\?", case.text)
        assert len(name) == 1
        assert case.score(f"So it is \\boxed{{{name[0]}}}.") == 0.0
        assert case.score(case.newest_match()) == 1.0


def test_a_case_depends_on_seed_cell_and_session_alone() -> None:
    """The same case is made whatever was made before; another session or seed gives another."""
    benchmark = Needles((2, 3), (1000,), sessions=2, seed=4)
    texts = [benchmark.case(cell, session).text for cell in benchmark.cells for session in range(2)]
    assert Needles((3,), (1000,), seed=4).case({"needles": 3, "tokens": 1000}, 1).text == texts[3]
    assert Needles((3,), (1000,), seed=5).case({"needles": 3, "tokens": 1000}, 1).text not in texts
    assert len(set(texts)) == 4


@given(st.text("ab c", max_size=200), st.lists(st.text("XYZ", min_size=1), max_size=14), st.integers(0, 100))
def test_needles_change_nothing_else(text: str, needles: list[str], depth: int) -> None:
    """Every needle is in, in order, the document around them is whole, and none goes into a word."""
    marked = [f"\n{needle}\n" for needle in needles]
    inserted = insert_needles(text, marked, depth)
    assert re.sub(r"\n[XYZ]+\n", "", inserted) == text
    assert re.findall(r"\n([XYZ]+)\n", inserted) == needles
    assert not re.search(r"[abc]\n[XYZ]+\n(?:\n[XYZ]+\n)*[abc]", inserted)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"So it is \boxed{Ann Ray}.", "Ann Ray"),
        (r"\boxed{Bo} no, \boxed{ Ann  Ray }", "Ann Ray"),
        (r"\boxed{{Ann Ray}}", "Ann Ray"),
        (r"\boxed{\text{Ann Ray}}", "Ann Ray"),
        (r"\boxed{'Ann~Ray'}", "Ann Ray"),
        (r"\boxed{Ann\ Ray}", "Ann Ray"),
        (r"\fbox{Ann Ray}", "Ann Ray"),
        (r"\boxed{Ann Ray", ""),
        ("Ann Ray", ""),
        (r"\boxed", ""),
        ("", ""),
    ],
)
def test_the_last_box_counts(text: str, read: str) -> None:
    """A box is read by its braces, and rid of what models put around a name."""
    assert read_boxed(text) == read


@given(st.text(r"\boxed{}fb 'a~", max_size=80))
def test_any_answer_is_read(text: str) -> None:
    """No text fails."""
    assert "\\" not in read_boxed(text)


def test_the_baseline_reads_nothing_of_kinship() -> None:
    """Any line with two names leads on, the newest first, whatever it says."""
    text = "Ann Ray is Bo Lee's mom.\nAnn Ray sold a boat to Cy Fox.\nCy Fox: see Di Orr.\nIt rained."
    assert climb(text, "Ann Ray") == r"\boxed{Di Orr}"


def test_the_baseline_stops_where_nothing_leads_on() -> None:
    """A name that stands beside no other is its own answer; a circle ends."""
    assert climb("Ann Ray sold a boat.\nBo Lee is Cy Fox's mom.", "Ann Ray") == r"\boxed{Ann Ray}"
    assert climb("Ann Ray is Bo Lee's mom.\nBo Lee is Ann Ray's mom.", "Ann Ray") == r"\boxed{Bo Lee}"
