"""Finds who stands above whom: sentences, staff lists and records that state a relation between two names.

    Tom is Ann's father.      Ann's father is Tom.       Tom, the father of Ann, left.     Ann lives with her father, Tom.
    Ann, daughter of Tom.     Tom had a son, Ben.        For Ann, Tom is more than a father.
    Ann reports to Tom.       Tom manages Ann.           Ann Lee | fitter | manager: Tom Roe
    The mill gets its grain from the farm.               Amber comes from the coast.

A relation's noun has an *owner* (Ann's father: Ann) and a *filler* (who the father is). Names are masked by single
characters first, so that the patterns read like the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riffler.service.inference.reader.chain_question import Kind
from riffler.service.inference.reader.text import is_stop, names, sentences

# Noun: the kinds that it is of, and how many steps up (or, negative, down) its filler stands from its owner.
_NOUNS: dict[str, tuple[frozenset[Kind], int]] = {}
for _kinds, _steps, _words in (
    (("kin",), 1, "father mother dad mom mum papa mama daddy mommy uncle aunt"),
    (("kin", "ownership"), 1, "parent"),
    (("kin",), 2, "ancestor forebear forefather progenitor"),
    (("kin",), -1, "son daughter child offspring nephew niece"),
    (("kin",), -2, "descendant"),
    (("work",), 1, "manager boss supervisor superior leader commander chief employer foreman head"),
    (("work",), -1, "deputy assistant subordinate report employee aide"),
    (("teaching",), 1, "teacher mentor tutor instructor"),
    (("teaching", "work"), 1, "master"),
    (("teaching",), -1, "pupil student apprentice disciple protégé"),
    (("supply",), 1, "supplier source origin vendor provider wholesaler"),
    (("supply",), -1, "customer buyer client"),
    (("ownership",), 1, "owner holding company"),
    (("ownership",), -1, "subsidiary division branch brand"),
):
    _NOUNS.update({word: (frozenset(_kinds), _steps) for word in _words.split()})
