"""Sections: what of them can be seen is told from the view alone."""

import random

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.sections import Section, laid_out, make_sections, seen, size_of, titles
from riffler.tools.messages import Message

ONE = Section("Harbour", "## Harbour", ("A boat came.", "It left."))
OTHER = Section("Mill", "## Mill", ("The wheel turns.",))
BOTH = (ONE, OTHER)


def view(*texts: str) -> EngineRequest:
    """Make a request of these texts."""
    return EngineRequest(tuple(map(Message.user, texts)))


def test_a_section_ends_at_the_next_heading_or_with_its_message() -> None:
    """Both are whole, whichever comes last; a title in a sentence is no heading."""
    shown = view(f"{ONE.text}\n\n{OTHER.text}", "What stands under ## Harbour and Harbour?")
    assert seen(shown, ONE, BOTH).whole
    assert seen(shown, ONE, BOTH).text.strip() == ONE.body
    assert seen(shown, OTHER, BOTH).text.strip() == OTHER.body
    assert not seen(view("What stands under ## Harbour and Harbour?"), ONE, BOTH).text


def test_a_marker_says_where_a_section_goes_on() -> None:
    """What comes after it isn't told; a marker takes the end of a line with it, before a heading and after one."""
    cut = view("[[f00001 folded 40 tokens]]## Harbour\n\nA boat came.[[f00003-f00004 folded 2 fragments 90 tokens]]")
    assert seen(cut, ONE, BOTH).text.strip() == "A boat came."
    assert seen(cut, ONE, BOTH).hidden_in == "f00003"
    assert not seen(cut, ONE, BOTH).whole
    assert seen(view("## Harbour[[f00002 folded 9 tokens]]"), ONE, BOTH).hidden_in == "f00002"
    assert seen(view("## Harbour\n\nA boat.\n\n## Mill[[f00002 folded 9 tokens]]"), ONE, BOTH).whole


def test_the_size_of_a_fragment_is_its_marker_s() -> None:
    """One marker for several gives their mean, and one that isn't there nothing."""
    cut = view("[[f00001 folded 40 tokens]]", "[[f00009-f0000c folded 4 fragments 400 tokens]]")
    assert [size_of(cut, each) for each in ("f00001", "f0000b", "f0000d")] == [40, 100, 0]


def test_titles_are_told_apart_and_texts_have_every_section() -> None:
    """None stands inside another, and what is laid out is all there is, in order."""
    rng = random.Random(4)
    drawn = titles(rng, 40)
    assert not [(one, other) for one in drawn for other in drawn if one is not other and one.lower() in other.lower()]
    sections = make_sections(rng, [3, 1, 2, 5], "## {t}", " ")
    assert [len(section.sentences) for section in sections] == [3, 1, 2, 5]
    for most in (1, 2, 4):
        texts = laid_out(rng, sections, most)
        assert len(texts) >= 4 / most
        assert "\n\n".join(texts) == "\n\n".join(section.text for section in sections)
