"""Refusals in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.tools.refusing import reads_as_refusal, says_nothing

ORIGINAL = (
    "The committee met on Friday. Acme agreed to ship 300 boats; Anna Berg kept the minutes. Everybody was tired, the "
    "text of the request contains information that was wrong. Build 17 passed no tests, and the server was down. "
    "Ich kann das Lied nicht; es tut mir leid. 王小明很抱歉，无法按时到达上海。"
)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m very sorry — no.",
        "I\u200b'm sorry, but no.",
        "I cannot summarise this text.",
        "I could not find any text between the lines.",
        "We won't do that.",
        "Sorry, but I have to decline.",
        "As an AI language model, I don't read letters.",
        "As a large language model, I can't read letters.",
        "Please provide the text you would like me to summarise.",
        "Unfortunately, there is no text.",
        '"I am unable to comply."',
        "I apologize, but I cannot help with that request.",
        "I do not feel comfortable with this.",
        "I'm not comfortable summarizing the minutes of Anna Berg.",
        "I must respectfully decline.",
        "I'm going to have to decline this request.",
        "I don't have access to the text.",
        "I didn't receive any text.",
        "There is no text to summarize.",
        "No text was provided.",
        "The text is empty.",
        "Your message contains no text.",
        "Could you provide the text?",
        "It looks like you haven't shared the document.",
        "Certainly! Please share the document you'd like summarized.",
        "Summary: I'm sorry, but I can't assist with that.",
        "I'm sorry, but I can't summarize what Acme and Anna Berg said.",
        "Unfortunately, I'm unable to provide a summary of Anna Berg's minutes.",
        "I'm sorry, but that violates my guidelines, even on a Friday.",
        "Es tut mir leid, das geht nicht.",
        "Ich kann dabei leider nicht helfen.",
        "Leider kann ich die Sitzung mit Anna Berg nicht zusammenfassen.",
        "Je suis désolé, je ne peux pas.",
        "Je suis de\u0301sole\u0301, non.",
        "Je ne peux pas résumer ce texte.",
        "Lo siento, no es posible.",
        "No puedo ayudar con eso.",
        "Mi dispiace, ma non posso aiutarti.",
        "Desculpe, não posso ajudar com isso.",
        "Het spijt me, maar ik kan dit niet samenvatten.",
        "Beklager, jeg kan ikke hjelpe med det.",
        "Przepraszam, ale nie mogę pomóc.",
        "Omlouvám se, ale s tím nemohu pomoci.",
        "К сожалению, я не могу помочь с этим.",
        "На жаль, я не можу допомогти.",
        "Üzgünüm, bu konuda yardımcı olamam.",
        "Maaf, saya tidak dapat membantu.",
        "Xin lỗi, tôi không thể giúp.",
        "عذراً، لا يمكنني المساعدة في ذلك.",
        "אני מצטער, איני יכול לעזור בכך.",
        "क्षमा करें, मैं इसमें मदद नहीं कर सकता।",
        "很抱歉，我无法总结。",
        "我无法提供摘要。",
        "抱歉，我不能协助王小明。",
        "作为一个AI语言模型，我无法回答。",
        "申し訳ありませんが、要約できません。",
        "テキストが提供されていません。",
        "죄송합니다. 도와드릴 수 없습니다.",
    ],
)
def test_refusals_are_known_by_their_beginning(text: str) -> None:
    """The usual forms of chat models, in many languages, read as refusals, also where they name what they refuse."""
    assert reads_as_refusal(text, ORIGINAL)


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
    """A text that merely has such words does not, whatever the original is."""
    assert not reads_as_refusal(text, "")


@pytest.mark.parametrize(
    ("text", "of_another"),
    [
        ("We can't ship before Friday; Acme agreed.", True),
        ("Unfortunately, no tests passed on build 17.", True),
        ("I can't ship 300 boats.", True),
        ("I'm sorry that everybody was tired.", True),
        ("We can't provide refunds after Friday.", True),
        ("Unfortunately, the server was down.", True),
        ("As an AI company, Acme builds boats.", True),
        ("No information was given on the boats.", True),
        ("I can't help thinking that Acme agreed.", True),
        ("I refuse the offer of Acme.", True),
        ("Could you send the minutes, Anna Berg?", True),
        ("Leider hat Acme die 300 Boote nicht gesandt.", True),
        ("我无法按时到达上海。", True),
        ("The boats: 300.", False),
    ],
)
def test_what_speaks_of_the_original_is_a_summary(text: str, of_another: bool) -> None:
    """A summary that opens as refusals do is none where it shares names, numbers or words; of other text it is."""
    assert not reads_as_refusal(text, ORIGINAL)
    assert reads_as_refusal(text, "Snow fell all night.") == of_another


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "...", "—", "👍", "\u3164\u2800", "- * -"])
def test_without_letter_or_digit_nothing_is_said(text: str) -> None:
    """Blanks, signs, pictures and letters that are blank are as good as an empty text."""
    assert says_nothing(text)


@given(st.characters(categories=["Lu", "Ll", "Nd"]), st.text(), st.text())
def test_a_letter_or_a_digit_says_something(character: str, before: str, after: str) -> None:
    """With one of them, wherever it stands, a text isn't empty."""
    assert not says_nothing(before + character + after)


@given(st.text(), st.text())
def test_any_text_can_be_asked_about(text: str, original: str) -> None:
    """Whatever a model writes gets an answer, and one that opens as a summary is never held against an original."""
    assert reads_as_refusal(text, original) in {True, False}
    assert not reads_as_refusal(f"The summary: {text}", original)
