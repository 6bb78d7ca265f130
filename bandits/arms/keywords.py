"""Keywords as the question that somebody would ask: `python list sort` as `How do I sort a list in Python?`.

Each form is a small rule for keywords that show what is wanted. The others get a form that fits any of them and invents
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from riffler.bandits.arms import angles
from riffler.bandits.features.answer_kinds import MASS_NOUNS
from riffler.bandits.words import PREPOSITIONS

Form = Callable[[str], str | None]

_TOOLS = {
    "python": "Python", "java": "Java", "javascript": "JavaScript", "excel": "Excel", "git": "Git", "sql": "SQL",
    "css": "CSS", "html": "HTML", "bash": "Bash", "linux": "Linux", "windows": "Windows", "docker": "Docker",
    "pandas": "pandas", "photoshop": "Photoshop", "word": "Word", "powershell": "PowerShell", "ruby": "Ruby",
    "php": "PHP", "typescript": "TypeScript", "latex": "LaTeX", "vim": "Vim", "matlab": "MATLAB",
}  # fmt: skip
_ACTS = frozenset(
    "sort delete remove merge split format install reverse filter rename create copy convert parse join iterate append"
    " compare find replace insert undo freeze flatten transpose uninstall update search".split()
)
_RELATIONS = (
    "symptoms|causes|side effects|benefits|advantages|disadvantages|drawbacks|ingredients|uses|types|kinds|signs"
)
_ARTICLE = re.compile(r"(?:an?|the|my|our|your)\b", re.IGNORECASE)


def how_to(text: str) -> str | None:
    """`how to V` as `How do I V?`, with the angles of a task."""
    match = re.match(r"how to\s+(?P<act>\S.*)", text, re.IGNORECASE)
    if match is None:
        return None
    if match["act"].lower().startswith("be "):
        return f"How can I {match['act']}?"
    return f"How do I {match['act']}? {angles.TASK}"


def recipe(text: str) -> str | None:
    """`X recipe` as `How do I make X?`."""
    match = re.fullmatch(r"(?P<dish>\S+(?: \S+){0,3}) recipe", text, re.IGNORECASE)
    return f"How do I make {match['dish']}? {angles.TASK}" if match else None


def with_tool(text: str) -> str | None:
    """`python list sort` as `How do I sort a list in Python?`."""
    words = text.lower().split()
    tools = [word for word in words if word in _TOOLS]
    acts = [word for word in words if word in _ACTS]
    rest = [word for word in words if word not in {"in", "a", "an", "the", *tools, *acts}]
    if len(tools) != 1 or len(acts) != 1 or len(rest) != 1 or not rest[0].isalpha():
        return None
    return f"How do I {acts[0]} {_with_article(rest[0])} in {_TOOLS[tools[0]]}?"


def _with_article(noun: str) -> str:
    if noun in MASS_NOUNS or (noun.endswith("s") and not noun.endswith("ss")):
        return noun
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def who_said(text: str) -> str | None:
    """`"X" who said` as `Who said "X"?`."""
    match = re.fullmatch(r"(?P<quote>[\"“][^\"“”]+[\"”]) who (?P<act>said|wrote|sang|coined)", text, re.IGNORECASE)
    return f"Who {match['act']} {match['quote']}?" if match else None


def asked_late(text: str) -> str | None:
    """`X how many Y` as `X: how many Y?`."""
    match = re.fullmatch(
        r"(?P<thing>\S[^?:]*?) (?P<asked>(?:how (?:many|much|long|far|old|tall|big|often)|what (?:year|time))\b[^?:]*)",
        text,
        re.IGNORECASE,
    )
    return f"{match['thing']}: {match['asked']}?" if match else None


def explained(text: str) -> str | None:
    """`X explained simply` as `Explain X simply.`."""
    match = re.fullmatch(r"(?P<thing>\S+(?: \S+){0,4}) explained(?P<how> simply)?", text, re.IGNORECASE)
    if match is None:
        return None
    thing = match["thing"]
    article = " " in thing and thing.islower() and not thing.endswith("s") and not _ARTICLE.match(thing)
    article = article and thing.split()[-1] not in MASS_NOUNS
    return f"Explain {'the ' if article else ''}{thing}{match['how'] or ''}."


def compared(text: str) -> str | None:
    """`X vs Y` as `How do X and Y differ?`, with the angles of a comparison."""
    sides = re.split(r"\s+(?:vs\.?|versus|compared (?:to|with))\s+", text, flags=re.IGNORECASE)
    if len(sides) == 2 and all(sides):
        return f"How do {sides[0]} and {sides[1]} differ? {angles.COMPARISON}"
    return None


def chosen(text: str) -> str | None:
    """`X or not` and `X or Y` as a question."""
    if re.search(r"\bor not$", text, re.IGNORECASE):
        return f"{text}? Give the reasons."
    return f"{text}? {angles.COMPARISON}" if re.search(r"\S or \S", text, re.IGNORECASE) else None


def fault(text: str) -> str | None:
    """Keywords that tell of an error, with the angles of a fault."""
    told = re.search(
        r"\b(?:errors?|exception|denied|failed|fails|failing|broken|crash\w*|returns|cannot|can['’]t|not \w+ing)\b",
        text,
        re.IGNORECASE,
    )
    return f"{text}. {angles.FAULT}" if told else None


def related(text: str) -> str | None:
    """`scurvy symptoms` as `What are the symptoms of scurvy?`."""
    match = re.fullmatch(
        rf"(?P<thing>\S+(?: \S+)?) (?P<what>{_RELATIONS})|(?P<of>{_RELATIONS}) of (?P<whose>\S.*)", text, re.IGNORECASE
    )
    if match is None:
        return None
    what, whose = match["what"] or match["of"], match["thing"] or match["whose"]
    evidence = ", and what is the evidence for them" if what.lower() == "causes" else ""
    return f"What are the {what} of {whose}{evidence}?"


def of_place(text: str) -> str | None:
    """`Georgia population` as `What is the population of Georgia?`: what countries and towns have."""
    match = re.fullmatch(
        r"(?P<place>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?) (?P<what>population|capital|currency|area)", text
    )
    return f"What is the {match['what']} of {match['place']}?" if match else None


def term(text: str) -> str | None:
    """`osmosis meaning` as `What does osmosis mean?`; a word alone may mean several things."""
    match = re.fullmatch(r"(?P<term>\S+(?: \S+)?) (?:meaning|definition)", text, re.IGNORECASE)
    if match is not None:
        return f"What does {match['term']} mean? {angles.TERM}"
    return f"What is meant by {text}? Say what it can mean, and give an example of each." if " " not in text else None


def ranked(text: str) -> str | None:
    """`best X` with the angles of a choice; of `largest X` the one that is meant."""
    if re.match(
        r"(?:best|cheapest|top|nicest|safest|easiest|cheap|good|quick|easy|healthy|simple)\b", text, re.IGNORECASE
    ):
        return f"{text}: give the options, the criteria, and the trade-offs."
    if re.match(r"(?:most|least)\b", text, re.IGNORECASE):
        return f"{text}: who or what is it?"
    return f"{text}: which is it?" if re.match(r"\w{3,}est\b", text, re.IGNORECASE) else None


def amount(text: str) -> str | None:
    """Keywords with a noun of measure: how much it is, and what that depends on."""
    measured = re.search(
        r"\b(?:(?<!same )time|age|size|speed|price|cost|fee|fine|dose|dosage|rate|height|weight|length|distance"
        r"|maximum|minimum|percentage|temperature|salary|capacity)\b",
        text,
        re.IGNORECASE,
    )
    return f"{text}: what is it, and what does it depend on?" if measured else None


def sought(text: str) -> str | None:
    """Keywords for a thing that one looks for: where it can be found."""
    thing = re.search(
        r"\b(?:map|lyrics|tickets|photos?|pictures?|images?|download|login|timetable)\b", text, re.IGNORECASE
    )
    return f"{text}: where can I find this?" if thing else None


def anything(text: str) -> str | None:
    """Any other keywords: what one should know about them. Many words make no phrase that could stand after `about`."""
    words = text.split()
    if words[0].lower() in PREPOSITIONS:
        return None
    if len(words) > _PHRASE and PREPOSITIONS.isdisjoint(map(str.lower, words)):
        return f"{text}: what should I know about this? Give the main points."
    return f"What should I know about {text}? Give the main points."


_PHRASE = 3
SURE: tuple[Form, ...] = (who_said, explained, fault, ranked, sought)
"""Forms that show by their words that no sentence is meant, whatever a parser takes them for."""

FORMS: tuple[Form, ...] = (
    how_to, recipe, with_tool, who_said, asked_late, explained, compared, chosen, fault, related, of_place, term,
    ranked, amount, sought, anything,
)  # fmt: skip


def question_of(text: str, forms: Sequence[Form] = FORMS) -> str | None:
    """Make a question of keywords.

    Args:
        text: The keywords, without a mark at their end.
        forms: Those to try.

    Returns:
        The question by the first form that fits, or None.
    """
    return next((asked for form in forms if (asked := form(text)) is not None), None)
