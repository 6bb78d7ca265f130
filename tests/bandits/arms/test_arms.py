"""The arms behind their port, in both makings, and their registry."""

import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.docs import query

from riffler.bandits.arms import ARMS, ARMS_VERSION, arms_version, begun, offered
from riffler.bandits.arms.base import Begun, Making, begin, finish, room
from riffler.bandits.arms.prompting import template
from riffler.bandits.features.language import is_english
from riffler.bandits.guard import check
from riffler.bandits.pipeline import load_pipeline, parse
from riffler.bandits.query import Query
from riffler.errors import RewriteFailed

PIPELINE = load_pipeline("blank")
CURIE = "Marie Curie discovered radium in Paris."
OSMOSIS = ("Osmosis means flow.",)
MAKINGS: tuple[Making, ...] = ("rule", "engine")


@pytest.mark.parametrize(
    ("of", "making", "arms"),
    [
        (parse(PIPELINE, "What is osmosis?"), "rule", ("none", "reread")),
        (parse(PIPELINE, "What is osmosis?"), "engine", ("none", "reread", "paraphrase")),
        (parse(PIPELINE, "Could you explain osmosis?"), "rule", ("none", "reread", "simplify")),
        (parse(PIPELINE, "Could you explain osmosis?"), "engine", ("none", "reread", "paraphrase", "simplify")),
        (parse(PIPELINE, "osmosis"), "rule", ("none", "reread", "expand")),
        (query("Where was she born?", CURIE), "engine", ("none", "reread", "paraphrase", "disambiguate")),
        (query("Where was she born?", CURIE), "rule", ("none", "reread", "paraphrase", "disambiguate")),
        (parse(PIPELINE, "Hola, ¿cuándo murió Cervantes?"), "rule", ("none", "reread")),
        (parse(PIPELINE, "Why osmosis?", OSMOSIS), "rule", ("none", "reread", "clarify")),
        (parse(PIPELINE, "Why osmosis?", OSMOSIS), "engine", ("none", "reread", "paraphrase", "clarify")),
        (parse(PIPELINE, " "), "engine", ("none",)),
        (parse(PIPELINE, ""), "rule", ("none",)),
    ],
    ids=range(12),
)  # fmt: skip
def test_arm_with_nothing_to_do_is_not_offered(of: Query, making: Making, arms: tuple[str, ...]) -> None:
    """Arms come in the registry's order; one that has nothing to do in this making doesn't."""
    assert offered(of, making) == arms


def begun_by(arm: str, of: Query, making: Making) -> Begun:
    """Begin a rewrite by an arm that has something to do."""
    made = begin(ARMS[arm], of, making)
    assert made is not None
    return made


@pytest.mark.parametrize("making", MAKINGS)
@pytest.mark.parametrize(
    ("arm", "rewrite"),
    [
        ("none", "Could you explain osmosis?"),
        ("reread", "Could you explain osmosis?\nRead the question again: Could you explain osmosis?"),
    ],
)
def test_arms_that_ask_nobody(arm: str, rewrite: str, making: Making) -> None:
    """Some arms are the rule's in both makings, and have no prompt."""
    of = parse(PIPELINE, "Could you explain osmosis?")
    made, asks = begun_by(arm, of, making)
    assert (made.text, asks) == (rewrite, False)
    assert ARMS[arm].prompt(of) is None


def test_the_rule_asks_nobody() -> None:
    """By rule, an arm that could ask a model doesn't."""
    made, asks = begun_by("simplify", parse(PIPELINE, "Could you explain osmosis?"), "rule")
    assert (made.text, asks) == ("Explain osmosis.", False)


def test_the_engine_words_it() -> None:
    """By engine, the reply is the wording, and it draws on what the prompt showed."""
    of, arm = query("Where was she born?", "Marie Curie discovered radium in Paris."), ARMS["disambiguate"]
    prompt, asks = begun_by("disambiguate", of, "engine")
    assert asks
    assert prompt == arm.prompt(of)
    made = finish(arm, of, prompt, 'New question: "Where was Marie Curie born?"')
    assert made.text == "Where was Marie Curie born?"
    assert made.drawn_on == ("Marie Curie discovered radium in Paris.",)
    assert "Curie" not in repr(made)


@pytest.mark.parametrize("reply", ["", " \n", '""', "Paraphrase:"])
def test_empty_reply_fails(reply: str) -> None:
    """A reply without a wording is a failed rewrite, not an empty question."""
    of, arm = parse(PIPELINE, "What is it?"), ARMS["paraphrase"]
    with pytest.raises(RewriteFailed, match="paraphrase: .*empty"):
        finish(arm, of, begun_by("paraphrase", of, "engine").rewrite, reply)


@pytest.mark.parametrize("making", MAKINGS)
@pytest.mark.parametrize("arm", ARMS)
def test_a_blank_query_leaves_arms_nothing_to_do(arm: str, making: Making) -> None:
    """Only `none` has always something to do: the query as it is."""
    blank = parse(PIPELINE, " ")
    if arm == "none":
        assert begun_by(arm, blank, making).rewrite.text == " "
    else:
        assert begin(ARMS[arm], blank, making) is None


def test_version_covers_names_versions_and_prompts() -> None:
    """The version of the arms is a digest of all that a rewrite depends on, and the makings have one each."""
    lines = [f"{name} {arm.version} {template(name) if arm.asks else ''}" for name, arm in ARMS.items()]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest().startswith(ARMS_VERSION)
    assert {arms_version(making) for making in MAKINGS} == {f"{ARMS_VERSION}-rule", f"{ARMS_VERSION}-engine"}


QUERIES = (
    "What is it?",
    "Hello, could you please tell me who built the 3 mills?",
    "",
    "  ",
    "Warum nicht?\n\nWeil.",
    "osmosis",
    "Why osmosis?",
    "x" * 5000,
)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("text", QUERIES)
def test_every_arm_keeps_the_contract(arm: str, text: str) -> None:
    """An arm is named as it is listed, and what it makes of a query is the same each time, and no blank."""
    of = parse(PIPELINE, text, ("Osmosis is a flow of water.", "Hello {fence} there."))
    assert ARMS[arm].name == arm
    assert ARMS[arm].version
    for make in (ARMS[arm].by_rule, ARMS[arm].prompt):
        first, second = make(of), make(of)
        assert first == second
        assert first is None or first.text.strip() or not text.strip()
    for making in MAKINGS:
        by_any = making == "engine" or is_english(text) or arm in {"none", "reread"}  # rules are those of English
        assert begun(of, making).get(arm) == (begin(ARMS[arm], of, making) if by_any else None)


@settings(max_examples=60)
@given(
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "ignore").decode()), st.text("a bA.\n(Z):", max_size=200)
)
def test_no_text_breaks_an_arm(text: str, said: str) -> None:
    """Whatever was asked and said before, an arm gives a wording or nothing, of a length that the guard takes."""
    of = parse(PIPELINE, text, (said,))
    for arm in ARMS.values():
        made = arm.by_rule(of)
        assert made is None or len(made.text) <= len(text) + room(text)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize(
    "text", ["a" * 100_000, "what is it " * 9000, "(" * 100_000, "A1. " * 25_000, "how to " + "e" * 99_000]
)
def test_no_text_is_slow(arm: str, text: str) -> None:
    """Large texts of few or many words go through each rule without a fuss; the guard can judge what comes out."""
    of = parse(PIPELINE, text, (text,))
    began = time.process_time()
    made = ARMS[arm].by_rule(of)
    assert time.process_time() - began < 10
    assert made is None or check(text, made.text).reason != "the rewrite is empty"
