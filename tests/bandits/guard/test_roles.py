"""Who does what to whom, from where to where, and how many of what: by the shipped pipeline's trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from riffler.bandits.guard import check
from riffler.bandits.pipeline import BLANK, load_pipeline, parse

EXCHANGED = "the rewrite exchanges two roles"


def parsed(text: str) -> Doc:
    """Parse a text with the pipeline that ships."""
    return parse(load_pipeline(None), text).doc


@pytest.mark.parametrize(
    ("query", "rewrite"),
    [
        ("Can a landlord evict a tenant without notice?", "Can a tenant evict a landlord without notice?"),
        ("Why did Aaron Burr challenge Alexander Hamilton?", "Why was Aaron Burr challenged by Alexander Hamilton?"),
        ("flights from dublin to bilbao", "Which flights go to Dublin from Bilbao?"),
        ("Can I sue my neighbour?", "Can my neighbour sue me?"),
        ("What did Freud think of Jung's work?", "What was Jung's opinion of the work of Freud?"),
        ("Who filmed Salieri's jealousy of Mozart?", "Who filmed Mozart's jealousy of Salieri?"),
        ("Is a cake of 2 cups of flour and 3 eggs big?", "Is a cake of 3 cups of flour and 2 eggs big?"),
        ("Divide 80 by 5, then add 4.", "What do you get if you divide 80 by 4 and then add 5?"),
        ("Does Anna or Berta lend money to Carla?", "Does Carla lend money to Anna?"),
    ],
)
def test_who_changes_places_is_told(query: str, rewrite: str) -> None:
    """Each of two things in the role of the other one is damage, in whatever voice."""
    assert check(query, rewrite, parse=parsed).reason in {
        EXCHANGED,
        "the rewrite exchanges a constraint",
        "the rewrite loses a name",
    }


@pytest.mark.parametrize(
    ("query", "rewrite"),
    [
        ("Can a landlord evict a tenant without notice?", "Can a tenant be evicted by a landlord without notice?"),
        ("Did Germany invade Poland before the war?", "Was Poland invaded by Germany before the war?"),
        ("flights from dublin to bilbao", "Which flights go to Bilbao from Dublin?"),
        ("visa needed turkey uk citizen", "Does a UK citizen need a visa for Turkey?"),
        ("Which command deletes a table without deleting the database?",
         "Which command deletes a table but does not delete the database?"),
        ("What did Marx think of Hegel?", "What was the opinion of Marx on Hegel?"),
    ],
)  # fmt: skip
def test_a_passive_keeps_the_roles(query: str, rewrite: str) -> None:
    """Words that change places and keep their roles are no damage; keywords have no roles."""
    assert check(query, rewrite, parse=parsed).reason == ""


def test_without_a_parse_no_roles_are_told() -> None:
    """Without a parser, and with one that makes no trees, who does what isn't known."""
    pair = ("Can a landlord evict a tenant?", "Can a tenant evict a landlord?")
    assert check(*pair).kept
    assert check(*pair, parse=load_pipeline(BLANK)).kept


def test_long_texts_are_not_parsed() -> None:
    """A question is short: of a longer text no roles are compared, as each is compared with each."""
    story = "It rains. " * 130
    assert check(f"{story}Can a dog see a cat?", f"{story}Can a cat see a dog?", parse=parsed).kept


WORDS = st.lists(
    st.sampled_from("the dog cat Ann 5 bites bitten was by from to of my I sees 's and ?".split()), max_size=12
)


@given(WORDS, WORDS)
def test_any_two_texts_have_roles(one: list[str], other: list[str]) -> None:
    """No order of words breaks the reading of roles."""
    verdict = check(" ".join(one), " ".join(other), parse=parsed)
    assert verdict.kept == (verdict.reason == "")
