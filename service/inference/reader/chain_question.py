"""Reads a question for the end of a chain of relations: who or what is at its top, and whose chain it is.

Who is the eldest relative that Ann Lee can trace back to?     kin, upward from Ann Lee
Who is at the top of Tom's reporting line?                     work
Where does the amber originally come from?                     supply
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from riffler.service.inference.reader.relation_words import Kind
from riffler.service.inference.reader.text import is_stop, names

_FAR = (
    r"(?:eldest|oldest|earliest|first|furthest|farthest|remotest|most (?:distant|remote|senior|ancient)|topmost"
    r"|uppermost|top(?:-level|-most)?|highest|head|root|apex|ultimate(?:ly)?|original(?:ly)?|initial(?:ly)?|in the end"
    r"|at the end|end of|beginning|start of|all the way|trac(?:e|ed|es|ing)|go(?:es|ing)? back|very)"
)
_NEAR_END = r"(?:youngest|latest|last|lowest|bottom(?:most)?|furthest down)"
_KIND_WORDS: tuple[tuple[Kind, str], ...] = (
    ("ownership", r"parent compan|holding|owner|own(?:s|ed)?\b|belong|controls?\b|subsidiar"),
    (
        "kin",
        r"relatives?|relations?|ancest(?:or|ors|ry)|forebears?|forefathers?|foremothers?|progenitors?|famil(?:y|ies)"
        r"|kin\b|lineage|bloodline|blood|descen\w+|genealog\w+|pedigree|line of birth",
    ),
    (
        "work",
        r"report(?:s|ing)?\b|chain of command|command|boss(?:es)?|managers?|management|superiors?|supervisors?"
        r"|hierarchy|answers? to|works? (?:for|under)|organi[sz]ation chart|org chart|in charge",
    ),
    ("teaching", r"teachers?|mentors?|masters?|tutors?|taught|trained|apprentice\w*|school of"),
    (
        "supply",
        r"com(?:e|es|ing) from|came from|sources?|suppl\w+|origins?|originat\w+|deriv\w+|stem\w*|provenance|bought"
        r"|got(?:ten)?|made from|chain",
    ),
)
_KINDS = tuple((kind, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for kind, words in _KIND_WORDS)
_QUOTED = re.compile(r"\"([^\"\n]{1,80})\"|“([^”\n]{1,80})”|`([^`\n]{1,80})`|(?<!\w)['‘]([^'’\n]{1,80})['’](?!\w)")
_NOUN = re.compile(
    r"\b(?:do|does|did|is|was|trace|of)\s+((?:(?:the|an?|our|my|this|that)\s+)?[\w'’-]+(?:\s+(?!of\b)[\w'’-]+){0,4}?)"
    r"\s*(?:['’]s\s+(?:ultimate|original|first|top|reporting|supply|family|source|origin|chain)|[?.]|$|\b(?:originally"
    r"|ultimately|initially|first|come|came|derive|stem|originate|bought|made|got|all the way|back|in the end|supplied"
    r"|owned|trace|traced|can|could|report|go|goes|belong)\b)",
    re.IGNORECASE,
)
_AROUND_NOUN = re.compile(r"^(?:the|an?|our|my|this|that)\s+|['’]s\s+(?:ultimate|original|first|initial)\b.*$")
_NO_NAMES = frozenset(["question", "answer", "ceo", "i", "given", "based", "according", "starting", "going"])
_OPENING_VERB = re.compile(r"^(?:Trace|Name|Find|Tell|Give|Identify|Determine|Follow|Report|State|List|Look)\b\s*")


@dataclass(frozen=True, slots=True)
class ChainQuestion:
    """A question for the end of a chain.

    Attributes:
        subject: Where the chain starts.
        kind: What its links are.
        down: Whether it goes to the youngest, the last: against the usual direction.
    """

    subject: str
    kind: Kind
    down: bool = False


def read_chain_question(question: str) -> ChainQuestion | None:
    """Read a question for the end of a chain.

    Args:
        question: The asking words, without the answer's form.

    Returns:
        What it asks, or None when it asks for no chain's end or names no start.
    """
    asking = " ".join(question.split())
    down = bool(re.search(rf"\b{_NEAR_END}\b[^?.]*\b(?:descendants?|heirs?|offspring)\b", asking, re.IGNORECASE))
    if not down and not re.search(rf"\b{_FAR}\b", asking, re.IGNORECASE):
        return None
    kind = next((kind for kind, pattern in _KINDS if pattern.search(asking)), None)
    subject = _subject(asking)
    return ChainQuestion(subject, kind, down) if kind and subject else None


def _subject(asking: str) -> str:
    """Find whose chain it is: what is quoted, else the last name, else the noun that comes from somewhere."""
    quoted = [next(group for group in match.groups() if group) for match in _QUOTED.finditer(asking)]
    if quoted:
        return quoted[-1].strip()
    found = [_OPENING_VERB.sub("", asking[start:end]) for start, end in names(asking)]
    found = [name for name in found if name and name.casefold() not in _NO_NAMES]
    if found:
        return found[-1]
    nouns = [_AROUND_NOUN.sub("", match[1]) for match in _NOUN.finditer(asking)]
    nouns = [noun for noun in nouns if not all(is_stop(word) for word in noun.split())]
    nouns = [noun for noun in nouns if not any(pattern.search(noun) for _, pattern in _KINDS)]
    return nouns[-1] if nouns else ""
