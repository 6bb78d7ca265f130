"""Quotes of users' texts in our own lines."""

from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.first_words import clipped
from riffler.tools.markers import has_look_alike


@given(st.text(st.sampled_from('ab [](\n"\r\u2028f0status1')), st.integers(1, 30))
def test_a_quote_is_short_plain_and_on_one_line(text: str, characters: int) -> None:
    """It never breaks the line, never ends our quotes, and can't look like a marker."""
    line = clipped(text, characters)
    assert len(line) <= characters
    assert len(line.splitlines()) <= 1
    assert '"' not in line
    assert not has_look_alike(line)


def test_it_ends_with_a_whole_word() -> None:
    """Unless the first word alone is too long."""
    assert clipped("The harbour of Lund", 14) == "The harbour of"
    assert clipped("The harbour of Lund", 13) == "The harbour"
    assert clipped("Donaudampfschiff", 5) == "Donau"
