"""All or some, must or may, did or will: what small words say."""

import pytest

from riffler.bandits.guard import check


@pytest.mark.parametrize(
    ("query", "rewrite", "reason"),
    [
        ("Do all snakes lay eggs?", "Do some snakes lay eggs?", "the rewrite changes a quantity"),
        ("Must employers offer remote work?", "May employers offer remote work?", "the rewrite changes a duty"),
        ("Who won the election?", "Who won the election?", ""),
        ("Did Rome fall?", "Will Rome fall?", "the rewrite changes a time"),
        ("How can I clean a pan?", "How should I clean a pan?", ""),
        ("Should I see a doctor?", "Do I need to see a doctor?", ""),
        ("Pans must shine.", "Pans may shine.", ""),
    ],
)
def test_shades_exclude_each_other(query: str, rewrite: str, reason: str) -> None:
    """A shade in the place of another is damage; a duty only where it is what is asked."""
    assert check(query, rewrite).reason == reason
