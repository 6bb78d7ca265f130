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
    if _DOUBLED.fullmatch(base):
        return f"{base}{base[-1]}ed"
    if _UNSURE.fullmatch(base):  # offered, but referred
        return None
    return f"{base}ed"


def third_person(base: str) -> str:
    """Give the form that goes with `it`, of a verb in lower case."""
    if base in {"be", "have"}:
        return {"be": "is", "have": "has"}[base]
    if base[-1] == "y" and base[-2:-1] not in {"a", "e", "o", "u"}:
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{base}s"
