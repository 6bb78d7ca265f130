"""`clarify`: terms explained by what the memory says of them."""

import pytest
from tests.bandits.docs import query

from riffler.bandits.arms.clarify import Clarify
from riffler.bandits.glossary import LONGEST_DEFINITION, defined, terms
from riffler.bandits.pipeline import load_pipeline, parse
from riffler.bandits.query import Query

BLANK = load_pipeline("blank")


@pytest.mark.parametrize(
    ("term", "said", "meaning"),
    [
        ("mutex", ("A mutex is a lock that lets one thread in. It is old.",), "a lock that lets one thread in"),
        ("mutex", ("A mutex is a lock.", "Here, a mutex is a gate; no more."), "a gate"),
        ("mutexes", ("Old: Mutexes are one of our locks",), "one of our locks"),
        ("churn", ("In our reports, churn means customers who leave.",), "customers who leave"),
        ("churn", ("where “churn” stands for loss,\nand more",), "loss"),
        ("churn", ("By churn we mean customers who leave.",), "customers who leave"),
        ("ARR", ("We track Annual Recurring Revenue (ARR) now.",), "Annual Recurring Revenue"),
        ("ARR", ("We track ARR (annual recurring revenue) now.",), "annual recurring revenue"),
        ("ARR", ("ARR is short for annual revenue.",), "annual revenue"),
        ("ARR", ("We track ARR (see below) and the rest (ARR).",), None),
        ("ARR", ("(ARR)",), None),
        ("ARR", ("Annual Recurring\nRevenue (ARR)",), None),
        ("GIL", ("Well. The GIL is a lock that lets one thread in.",), "a lock that lets one thread in"),
        ("GIL", ("The GIL is a mess.",), None),
        ("GIL", ("We hear that the GIL is a lock that helps.",), None),
        ("GIL", ("Our GIL stands for lock.",), None),
        ("mutex", ("The mutex is a lock that broke.",), None),
        ("mutex", ("By mutex he means gates.",), None),
        ("mutex", ("The file mutex is a lock.",), None),
        ("mutex", ("A mutexed lock. Amutex is a lock.",), None),
        ("mutex", ("A mutex is a what?",), None),
        ("mutex", ("A mutex is a " + "x" * LONGEST_DEFINITION + ".",), None),
        ("mutex", ("A mutex is a " + "x" * 3 * LONGEST_DEFINITION,), None),
        ("mutex", ("A mutex means x.",), None),
        ("mutex", ("We lock a mutex.",), None),
    ],
)
def test_definitions(term: str, said: tuple[str, ...], meaning: str | None) -> None:
    """A few fixed forms define a term, the newest counts, and what is no sure definition doesn't."""
    remembered = parse(BLANK, "?", said).remembered
    assert remembered is not None
    found = defined(term, remembered)
    assert (found and found.meaning) == meaning
    if found is not None:
        assert found.term == term
        assert any(found.meaning in text for text in said)


def test_terms() -> None:
    """Abbreviations come first, then the longest phrases; words of closed classes and short ones are none."""
    assert terms(parse(BLANK, "How is the ARR of one big company computed?")) == (
        *("ARR", "company computed", "big company", "computed"),
        *("one big", "company"),
    )
    assert terms(query("How is the annual revenue computed?"))[:2] == ("annual revenue", "revenue")
    assert terms(query("Why is my computer so slow?")) == ("computer",)
    assert terms(parse(BLANK, "What is it?")) == ()
    assert len(terms(parse(BLANK, " ".join(f"unusual{letter}" for letter in "abcdefghij")))) == 8


@pytest.mark.parametrize(
    ("text", "said", "clearer"),
    [
        ("Is gerrymandering legal?", "Gerrymandering is a fraud.", " (gerrymandering here means a fraud.)"),
        ("How do we stop redlining?", "Redlining means refusing loans.", " (redlining here means refusing loans.)"),
        ("Is my cat yowling at night?", "Yowling is a cry.", None),
    ],
)
def test_nouns_in_ing(text: str, said: str, clearer: str | None) -> None:
    """A noun that a parser takes for a verb is explained, but not what somebody is doing."""
    asked = query(text)
    made = Clarify().by_rule(Query(text, asked.doc, parse(BLANK, text, (said,)).remembered))
    assert (made and made.text) == (clearer and text + clearer)


MEMORY = ("A mutex is a lock. Churn means loss. ARR stands for annual revenue. Big mutex means a strong lock.",)


@pytest.mark.parametrize(
    ("text", "clearer"),
    [
        ("Why a mutex?", "Why a mutex? (mutex here means a lock.)"),
        ("Why a big mutex?", "Why a big mutex? (big mutex here means a strong lock.)"),
        ("churn or ARR or mutex", "churn or ARR or mutex (ARR here means annual revenue.) (churn here means loss.)"),
        ("Is a mutex a lock?", None),
        ("Is it?", None),
    ],
)
def test_rule(text: str, clearer: str | None) -> None:
    """The first two terms are explained in notes; what the query says itself isn't."""
    made = Clarify().by_rule(parse(BLANK, text, MEMORY))
    assert (made and made.text) == clearer
    assert (Clarify().prompt(parse(BLANK, text, MEMORY)) is None) == (clearer is None)


def test_the_engine_is_asked_about_terms_that_nothing_explains() -> None:
    """Terms of fields and rare words are enough for the engine, and no reason for the rule."""
    unexplained = parse(BLANK, "Which axolotl lives with a budgie?")
    assert Clarify().by_rule(unexplained) is None
    prompt = Clarify().prompt(unexplained)
    assert prompt is not None
    assert prompt.drawn_on == ()
    assert "axolotl: (no note)" in prompt.text
    assert Clarify().prompt(parse(BLANK, "Which house is near Paris?")) is None


def test_sources_are_named() -> None:
    """A rewrite says from which sentences of the memory it took what it explains."""
    made = Clarify().by_rule(parse(BLANK, "Why a mutex?", MEMORY))
    assert made is not None
    assert made.drawn_on == ("mutex is a lock",)
    prompt = Clarify().prompt(parse(BLANK, "Why a mutex?", MEMORY))
    assert prompt is not None
    assert prompt.drawn_on == made.drawn_on
    assert "Notes: mutex: a lock\n" in prompt.text


def test_a_note_that_does_not_fit_is_left_out() -> None:
    """Where there is no room for a note, there is none."""
    said = f"A mutex is a {'very ' * 25}old lock."
    assert Clarify().by_rule(parse(BLANK, "mutex", (said,))) is None
    assert Clarify().prompt(parse(BLANK, "mutex", (said,))) is not None


def test_a_glossary_comes_after_the_memory() -> None:
    """What the memory doesn't explain, a glossary may; nobody has to have a memory for that."""
    clarify = Clarify(glossary=lambda text: [(text.rstrip("?").split()[-1], "a right of use")])
    for text, said, clearer in (
        ("Why a mutex?", MEMORY, "Why a mutex? (mutex here means a lock.)"),
        ("Why usufruct?", (), "Why usufruct? (usufruct: a right of use.)"),
    ):
        made = clarify.by_rule(parse(BLANK, text, said))
        assert made is not None
        assert made.text == clearer
