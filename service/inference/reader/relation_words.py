"""The words of relations: nouns with an owner and a filler, and verbs between a lower and a higher name."""

from __future__ import annotations

from typing import Literal

Kind = Literal["kin", "work", "teaching", "supply", "ownership"]

_NOUN_TABLE: tuple[tuple[frozenset[Kind], int, str], ...] = (
    # kinds, how many steps up (or, negative, down) the filler stands from the owner, nouns
    (frozenset(["kin"]), 1, "father mother dad mom mum papa mama daddy mommy uncle aunt"),
    (frozenset(["kin", "ownership"]), 1, "parent"),
    (frozenset(["kin"]), 2, "ancestor forebear forefather progenitor"),
    (frozenset(["kin"]), -1, "son daughter child children offspring nephew niece"),
    (frozenset(["kin"]), -2, "descendant"),
    (frozenset(["work"]), 1, "manager boss supervisor superior leader lead commander chief employer foreman head"),
    (frozenset(["work"]), -1, "deputy assistant subordinate report employee aide"),
    (frozenset(["teaching"]), 1, "teacher mentor tutor instructor"),
    (frozenset(["teaching", "work"]), 1, "master"),
    (frozenset(["teaching"]), -1, "pupil student apprentice disciple protégé"),
    (frozenset(["supply"]), 1, "supplier source origin vendor provider wholesaler"),
    (frozenset(["supply"]), -1, "customer buyer client"),
    (frozenset(["ownership"]), 1, "owner holding company"),
    (frozenset(["ownership"]), -1, "subsidiary division branch brand"),
)
NOUNS = {noun: (kinds, steps) for kinds, steps, nouns in _NOUN_TABLE for noun in nouns.split()}
"""Each noun with its kinds and how many steps up (negative: down) its filler stands from its owner."""

_ONLY = r"(?:(?:directly|now|still|also|once|currently|ultimately|originally|mainly|only)\s+)*"
_IS = rf"(?:is|was|are|were)\s+{_ONLY}"
_WHAT = "[\\w’' \ue000-\uf8ff]{0,60}?"  # what is bought, a name maybe

VERBS: tuple[tuple[frozenset[Kind], str, str], ...] = (
    (
        frozenset(["work"]),
        rf"(?:reports?|reported|reporting|answers?|answered)\s+{_ONLY}(?:to|into)|work(?:s|ed)? (?:for|under)"
        rf"|serve[sd]? under|{_IS}(?:(?:answer|account)able to|responsible to|managed by|supervised by|led by"
        r"|headed by|run by|overseen by|commanded by|employed by|directed by)",
        r"manages?|managed|supervises?|supervised|leads?|led|oversees?|oversaw|commands?|commanded|employs?|directs?"
        r"|heads|runs|is in charge of|is over",
    ),
    (
        frozenset(["teaching"]),
        rf"{_IS}(?:taught|trained|mentored|tutored|instructed|apprenticed) (?:by|to)|trained (?:under|with)"
        rf"|studied (?:under|with)|learn(?:s|ed|t){_WHAT} from",
        r"taught|teaches|trained|trains|mentors|mentored|tutors|tutored|instructed|instructs",
    ),
    (
        frozenset(["kin"]),
        rf"(?:{_IS})?(?:born (?:to|of)|fathered by|sired by|raised by|descended from|descends from)|sprang from",
        rf"fathered|begat|begot|sired|bore|gave birth to|{_IS}(?:father|mother) to",
    ),
    (
        frozenset(["supply"]),
        rf"(?:comes?|came|originates?|originated|stems?|stemmed|derives?|derived|{_IS}(?:bought|sourced|got|obtained"
        r"|taken|derived|imported|ordered|delivered|supplied|shipped|mined|made|brought|provided))[\w ]{0,30}?"
        r" (?:from|by|out of|at)"
        r"|(?:gets?|got|buys?|bought|takes?|took|orders?|ordered|receives?|received|imports?|imported|sources?|sourced"
        rf"|draws?|drew|obtains?|obtained|has|had){_WHAT} from",
        r"supplies|supplied|provides|provided|delivers to|delivered to|sells to|sold to"
        rf"|(?:sells?|sold|delivers?|delivered|ships?|shipped|sends?|sent){_WHAT} to",
    ),
    (
        frozenset(["ownership"]),
        rf"{_IS}(?:(?:wholly|fully|partly) )?(?:owned|controlled|held|acquired|bought) by|belong(?:s|ed)? to"
        rf"|{_IS}(?:a )?part of",
        r"owns|owned|acquired|controls|controlled|bought|took over|holds",
    ),
)
"""For each kind: the verbs between a lower name and a higher one, and those between a higher and a lower one."""
