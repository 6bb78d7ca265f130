"""Forms of English verbs from their base, where they are sure; none where they aren't."""

from __future__ import annotations

import re

_IRREGULAR = dict(
    pair.split("/")
    for pair in (
        "become/became begin/began bite/bit blow/blew break/broke bring/brought build/built burst/burst buy/bought"
        " catch/caught choose/chose come/came cost/cost cut/cut deal/dealt dig/dug do/did draw/drew drink/drank"
        " drive/drove eat/ate fall/fell feed/fed feel/felt fight/fought find/found fly/flew forbid/forbade"
        " forget/forgot forgive/forgave freeze/froze get/got give/gave go/went grow/grew hang/hung have/had hear/heard"
        " hide/hid hit/hit hold/held hurt/hurt keep/kept know/knew lay/laid lead/led leave/left lend/lent let/let"
        " lose/lost make/made mean/meant meet/met pay/paid put/put quit/quit read/read ride/rode ring/rang rise/rose"
        " run/ran say/said see/saw seek/sought sell/sold send/sent set/set shake/shook shoot/shot shut/shut sing/sang"
        " sink/sank sit/sat sleep/slept speak/spoke spend/spent split/split spread/spread stand/stood steal/stole"
        " stick/stuck strike/struck swear/swore swim/swam take/took teach/taught tear/tore tell/told think/thought"
        " throw/threw understand/understood wake/woke wear/wore win/won write/wrote"
    ).split()
)
_PARTICIPLES = dict(
    pair.split("/")
    for pair in (
        "be/been become/become begin/begun bite/bitten blow/blown break/broken choose/chosen come/come do/done"
        " draw/drawn drink/drunk drive/driven eat/eaten fall/fallen fly/flown forbid/forbidden forget/forgotten"
        " forgive/forgiven freeze/frozen give/given go/gone grow/grown hide/hidden know/known lay/laid ride/ridden"
        " ring/rung rise/risen run/run see/seen shake/shaken sing/sung sink/sunk speak/spoken steal/stolen swear/sworn"
        " swim/swum take/taken tear/torn throw/thrown wake/woken wear/worn write/written show/shown sew/sewn"
    ).split()
)
_STEADY = frozenset(
    "answer consider cover deliver develop discover edit enter gather happen limit listen lower offer open order"
    " remember visit wander wonder suffer inherit exhibit prohibit deposit benefit".split()
)
"""Their last letter is never doubled, as the last syllable isn't stressed."""
_STRESSED = frozenset("begin forget forbid refer prefer transfer admit commit permit submit control upset".split())
_DOUBLED = re.compile(r"[^aeiou]+[aeiou][bdgmnprt]")
_UNSURE = re.compile(r"[a-z]*[^aeiou][aeiou][bdglmnprt]")


def past(base: str) -> str | None:
    """Give the past tense.

    Args:
        base: A verb in lower case.

    Returns:
        The form, or None where it can't be told whether the last letter is doubled, or this is no plain word.
    """
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if not base.isascii() or not base.isalpha() or len(base) < 3:
        return None
    if base.endswith("e"):
        return f"{base}d"
    if base[-1] == "y" and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    stem = _before_ending(base)
    return None if stem is None else f"{stem}ed"


def participle(base: str) -> str | None:
    """Give the past participle.

    Args:
        base: A verb in lower case.

    Returns:
        The form, or None as `past`.
    """
    return _PARTICIPLES.get(base) or past(base)


def gerund(base: str) -> str | None:
    """Give the form in -ing.

    Args:
        base: A verb in lower case.

    Returns:
        The form, or None as `past`.
    """
    if not base.isascii() or not base.isalpha() or len(base) < 2:
        return None
    if base.endswith("ie"):
        return f"{base[:-2]}ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return f"{base[:-1]}ing"
    stem = _before_ending(base)
    return None if stem is None else f"{stem}ing"


def _before_ending(base: str) -> str | None:
    """Double the last letter where it has to be; None where that can't be told."""
    if _DOUBLED.fullmatch(base) or base in _STRESSED:
        return f"{base}{base[-1]}"
    if base not in _STEADY and _UNSURE.fullmatch(base):  # offered, but referred
        return None
    return base


def plural(base: str) -> str:
    """Give the plural of a regular noun in lower case."""
    return third_person(base)


def third_person(base: str) -> str:
    """Give the form that goes with `it`, of a verb in lower case."""
    if base in {"be", "have"}:
        return {"be": "is", "have": "has"}[base]
    if base[-1] == "y" and base[-2:-1] not in "aeou":
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{base}s"
