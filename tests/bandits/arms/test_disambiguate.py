"""`disambiguate`: antecedents in the place of pronouns, so that the sentence still reads well."""

import pytest
from tests.bandits.docs import query

from riffler.bandits.arms.disambiguate import Disambiguate
from riffler.bandits.pipeline import load_pipeline, parse

CURIE = "Marie Curie discovered radium in Paris."
SOLD = "My sister Anna bought a red Toyota from Mr. Weber in May."  # and nobody lives in Mr. Weber


@pytest.mark.parametrize(
    ("said", "asked", "rewrite"),
    [
        (CURIE, "Where was she born?", "Where was Marie Curie born?"),
        (CURIE, "What are its uses?", "What are radium's uses?"),
        ("The boats are old.", "What are their names?", "What are the boats' names?"),
        ("The treaty was signed in Utrecht in 1713.", "It's old, who signed it?", "The treaty is old, who signed it?"),
        ("The boats are old.", "Who says they're fast?", "Who says the boats are fast?"),
        ("The boats are old.", "Who says they've left?", "Who says the boats have left?"),
        ("The boats are old.", "Who says they'll leave?", "Who says the boats will leave?"),
        ("The boat is old.", "Who says it's been sold?", "Who says the boat has been sold?"),
        ("Anna sailed to Corfu.", "Who lives there?", "Who lives in Corfu?"),
        ("Napoleon attacked Russia.", "Why did he attack it?", "Why did Napoleon attack Russia?"),
    ],
)
def test_rule(said: str, asked: str, rewrite: str) -> None:
    """Possessives, contractions and capitals come out right, and each antecedent is named once."""
    made = Disambiguate().by_rule(query(asked, said))
    assert made is not None
    assert made.text == rewrite
    assert made.drawn_on == (said,)


def test_nothing_plain_is_nothing_to_do() -> None:
    """Without a pronoun that is plain, the rule has nothing to do; the engine may still try where one points out."""
    unclear = query("Where was she born?", "Anna met Maria.")
    assert Disambiguate().by_rule(unclear) is None
    assert Disambiguate().prompt(unclear) is not None
    assert Disambiguate().by_rule(query("Who lives there?", SOLD)) is None
    assert Disambiguate().prompt(query("Who painted Guernica?", CURIE)) is None
    assert Disambiguate().prompt(query("Where was she born?")) is None
    assert Disambiguate().prompt(query("Where was she born?", "unreadable")) is None


def test_the_engine_sees_the_last_sentences() -> None:
    """The prompt has the end of what was said, in order and bounded, and draws on just that."""
    said = [f"Sentence {number} is here." for number in range(20)]
    prompt = Disambiguate().prompt(parse(load_pipeline("blank"), "Where is she?", ("Old.", " ".join(said))))
    assert prompt is not None
    assert prompt.drawn_on == ("\n".join(said[-6:]),)
    assert prompt.drawn_on[0] in prompt.text
    assert "Sentence 13" not in prompt.text
