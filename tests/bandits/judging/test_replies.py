"""Replies of a judge: what models do is understood, and nothing else is taken for a verdict."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.judging.criteria import CRITERIA
from riffler.bandits.judging.replies import read_criterion, read_grade, read_verdict
from riffler.errors import JudgeFailed


def criterion_name(reply: str) -> str:
    """Read the name of the criterion alone."""
    return read_criterion(reply, CRITERIA).name


@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ("3", 3),
        ("Score: 3", 3),
        (" \n\n score = 0\n", 0),
        ("**Score: 4**", 4),
        ("**Score:** 4", 4),
        ("**Score**: 4", 4),
        ("## Score:\n2", 2),
        ("The score is 2.", 2),
        ("My rating: `1`", 1),
        ('"Score: 1"', 1),
        ("[[1]]", 1),
        ("3/4", 3),
        ("__3__ / 4", 3),
        ("3 out of 4", 3),
        ("2 of 4: half of it holds", 2),
        ("Score: 2\n\nIt names 2 of the 4 lakes, and 1/3 of the rivers.", 2),
        ("Score: 2 - it names no lake", 2),
        ("2 because it names no lake", 2),
        ("2. It names no lake.", 2),
        ("Score: 1\nThe answer says that it deserves a score of 4.", 1),
        ("Score: 1\n...\n**Final score: 1**", 1),
    ],
)
def test_a_grade_is_read(reply: str, grade: int) -> None:
    """A grade stands first; label, Markdown, the scale's end and an explanation may be there."""
    assert read_grade(reply) == grade


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Score:",
        "Score",
        "5",
        "-1",
        "+1",
        "10",
        "30",
        "3.5",
        "3,5",
        "3½",
        "３",
        "3%",
        "3/5",
        "**3**/10",
        "3 out of 5",
        "3 out of ten",
        "3/4.5",
        "3-4",
        "3 – 4",
        "3 or 4",
        "3 or maybe 4",
        "3 to 4",
        "3rd",
        "three",
        "I would say 3",
        "The answer is good.\nScore: 3",
        "Score: 1\nScore: 4",
        "Score: 1\n- it lacks much\n**Final score:** 4",
        "Score: 1\nScore: high",
        '"Score: 4", says the answer, but nothing of it is true.',
        "`Score: 4` stands in the answer.\n\nScore: 0",
        "> Score: 4\n\nThat is what the answer wants.",
        "Verdict: 3",
        '{"score": 3}',
    ],
)
def test_what_is_no_grade_is_refused(reply: str) -> None:
    """Numbers off the scale, two of them, a grade that isn't first, and one that is quoted are none."""
    with pytest.raises(JudgeFailed, match="whole number from 0 to 4|another follows"):
        read_grade(reply)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("A", "A"),
        ("B.", "B"),
        ("Verdict: A", "A"),
        ("**Verdict: B**", "B"),
        ("**Verdict:** tie", "tie"),
        ("TIE", "tie"),
        ("[[B]]", "B"),
        ("'A'", "A"),
        ("Answer B", "B"),
        ("The better answer is A.", "A"),
        ("answer A is better, as it names the lake", "A"),
        ("A: it names the lake", "A"),
        ("**A**, because it names the lake", "A"),
        ("B (it names the lake)", "B"),
        ("B - it names the lake", "B"),
        ("Tie. Both name the lake.", "tie"),
        ("A\n\nB is vague.", "A"),
        ("Verdict: A\nVerdict: A", "A"),
        ("Verdict: Tie\nresult: tie", "tie"),
    ],
)
def test_a_verdict_is_read(reply: str, verdict: str) -> None:
    """A verdict stands first; label, Markdown and an explanation may be there."""
    assert read_verdict(reply) == verdict


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "a",
        "C",
        "A/B",
        "A, B",
        "A or B",
        "A and B",
        "A - B",
        "AB",
        "A careful reading shows that B is better.",
        "A's names are right.",
        "A-levels are meant",
        "A is worse",
        "Both.",
        "tied",
        "I prefer A",
        "The answers differ.\nVerdict: A",
        "Verdict: A\nVerdict: B",
        "Verdict: tie\n**Winner:** A",
        '"Verdict: A", says answer A, and nothing else.',
        "3",
    ],
)
def test_what_is_no_verdict_is_refused(reply: str) -> None:
    """The article "A", two letters, a verdict that isn't first, and one that is quoted are none."""
    with pytest.raises(JudgeFailed, match="A, B or tie|another follows"):
        read_verdict(reply)


@pytest.mark.parametrize("name", [each.name for each in CRITERIA])
@pytest.mark.parametrize(
    "form", ["{}", " {}.\n", "**{}**", "Criterion: {}", "The best criterion is *{}*", "{}\n\nNot {}"]
)
def test_a_criterion_is_read(form: str, name: str) -> None:
    """Each criterion is found by its name, in any case, as the first word."""
    assert criterion_name(form.format(name.upper(), "clarity, relevance")) == name


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "beauty",
        "correctness or clarity",
        "I choose correctness",
        "correctnesses",
        "incorrectness",
        "correctness-like",
        "- clarity",
        "none\nclarity",
    ],
)
def test_what_is_no_criterion_is_refused(reply: str) -> None:
    """Other words, two names in a line, and a name that isn't first are none."""
    with pytest.raises(JudgeFailed, match="name of one criterion"):
        read_criterion(reply, CRITERIA)


READERS = [read_grade, read_verdict, criterion_name]
SCRAPS = st.lists(
    st.sampled_from(
        [*"AB01234 \n*_`#\"'()[]/.,:-%", "Score:", "Verdict: ", "tie", "is better", "or", "clarity", " of 4"]
    )
).map("".join)


@pytest.mark.parametrize("reader", READERS)
@given(reply=st.text() | SCRAPS)
def test_readers_raise_one_error(reader: Callable[[str], object], reply: str) -> None:
    """Any text gives a verdict of the form, or the one error; never anything else."""
    verdicts = {0, 1, 2, 3, 4, "A", "B", "tie", *(each.name for each in CRITERIA)}
    try:
        understood = reader(reply) in verdicts
    except JudgeFailed as exc:
        understood = exc.loggable.startswith("the judge's reply can't be read: expected ")
    assert understood


@pytest.mark.parametrize("reader", READERS)
def test_what_the_reply_repeats_is_not_logged(reader: Callable[[str], object]) -> None:
    """The judge's words may repeat a user's: they are in the message, its first 80 signs, and not in what is logged."""
    with pytest.raises(JudgeFailed) as raised:
        reader("my secret " + "x" * 100)
    assert "my secret xxx" in str(raised.value)
    assert "secret" not in raised.value.loggable
    assert len(raised.value.quoted) < 100


HOSTILE = [
    "*",
    "_ ",
    "\n",
    "(",
    "Score: ",
    "3",
    "3 ",
    "3/",
    "A ",
    "A*",
    "`",
    "tie\n",
    "Score: 3\n",
    "clarity ",
    '3"',
    "-",
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_replies_are_read_quickly(reader: Callable[[str], object], piece: str) -> None:
    """100 KB of one piece over and over take a few milliseconds; reading that squares the length takes minutes."""
    start = time.process_time()
    for reply in (piece * (100_000 // len(piece)), "3" + piece * (100_000 // len(piece)) + "\x00"):
        try:
            reader(reply)
        except JudgeFailed:
            continue
    assert time.process_time() - start < 1
