"""Refusals in words."""

import pytest

from riffler.tools.refusing import reads_as_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m very sorry — no.",
        "I cannot summarise this text.",
        "I could not find any text between the lines.",
        "We won't do that.",
        "Sorry, but I have to decline.",
        "As an AI language model, I don't read letters.",
        "Please provide the text you would like me to summarise.",
        "Unfortunately, there is no text.",
        '"I am unable to comply."',
        "Es tut mir leid, das geht nicht.",
        "Ich kann dabei leider nicht helfen.",
        "Je suis désolé, je ne peux pas.",
        "Lo siento, no es posible.",
        "很抱歉，我无法总结。",
        "我无法提供摘要。",
    ],
)
def test_refusals_are_known_by_their_beginning(text: str) -> None:
    """The usual forms of chat models, in several languages, read as refusals."""
    assert reads_as_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "The committee was sorry and could not meet.",
        "Iris can paint; Imran can't.",
        "In 1998 the harbour opened.",
        "Ich kannte ihn.",
        "Sorry states of repair: pier 3, pier 9.",
        "As an airport, Lund has no train.",
        "抱歉 was the last word of the letter.",
        "",
    ],
)
def test_summaries_are_no_refusals(text: str) -> None:
    """A text that merely has such words does not."""
    assert not reads_as_refusal(text)
