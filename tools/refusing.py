"""Telling a refusal in words from a summary.

A model that won't summarise says so in a sentence, and that sentence must not take the text's place. This looks at the
beginning only, for the forms in which chat models refuse in English, German, French, Spanish and Chinese: a
sentence of its own about not being able to, or an apology. A text about somebody who was sorry begins otherwise, as a
rule; one that doesn't is refused too, which loses nothing: the original stays. A refusal in another language, or one
that comes after a page of text, isn't recognised.
"""

from __future__ import annotations

import re

_REFUSAL = re.compile(
    r"""\s*["'*_]*(?:
        (?:i['’]?m|i\ am|we['’]?re|we\ are)\ (?:(?:very|so|really)\ )?(?:sorry|afraid|unable|not\ able)\b
      | (?:i|we)\ (?:can(?:['’]t|\s?not)|could(?:n['’]t|\ not)|won['’]t|will\ not|must\ decline|am\ unable)\b
      | (?:sorry|apologies|my\ apologies|unfortunately)[,.!]?\ (?:but\ )?(?:i|we|there\ is\ no|no)\b
      | as\ an\ ai\b
      | (?:please\ )?provide\ (?:me\ with\ )?the\ (?:text|document)\b
      | (?:es\ tut\ mir\ leid|entschuldigung,|leider\ kann\ ich)
      | ich\ kann\ (?:das|dabei|diese[nmrs]?|den)\b.{0,40}\bnicht
      | (?:je\ suis\ d[ée]sol[ée]|d[ée]sol[ée],|je\ ne\ (?:peux|puis)\ pas)
      | (?:lo\ siento|no\ puedo\b)
      | (?:(?:很)?抱歉|对不起|對不起)[，,]
      | (?:我|本人)(?:无法|無法|不能)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def reads_as_refusal(text: str) -> bool:
    """Tell whether a text begins as a model's refusal does."""
    return _REFUSAL.match(text) is not None
