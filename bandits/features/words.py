"""Closed word classes that more than one feature or arm reads. All in lower case. Written for this project."""

from __future__ import annotations

REQUEST_VERBS = frozenset(
    "answer calculate check clarify classify compare compute confirm convert correct count create define"
    " describe draft edit elaborate estimate explain find fix generate give help identify list make name"
    " outline point provide rank recommend rephrase rewrite send share show sketch solve specify spell"
    " state suggest summarise summarize teach tell translate walk write".split()
)
"""Verbs by which one asks another to say or to make something."""

QUESTION_WORDS = frozenset("how what when where which who whom whose why".split())

AUXILIARIES = frozenset(
    "am are can ca could did do does had has have is may might must shall should was were will wo would".split()
)
"""Auxiliaries as spaCy cuts them: `ca` of can't, `wo` of won't."""

BE_FORMS = frozenset("am are be been being is was were 's 're 'm".split())

PREPOSITIONS = frozenset(
    "about above after against around as at before behind below beside besides between beyond by despite"
    " during for from in inside into like of off on onto over than through to toward towards under until"
    " up upon with within without".split()
)

PERSONAL_PRONOUNS = frozenset("he i it she they we you".split())
