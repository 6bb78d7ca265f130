"""Finds who stands above whom: sentences, staff lists and records that state a relation between two names.

    Tom is Ann's father.      Ann's father is Tom.       Tom, the father of Ann, left.     Ann and her father, Tom.
    Ann, daughter of Tom.     Tom had a son, Ben.        For Ann, Tom is more than a father.
    Ann reports to Tom.       Tom manages Ann.           Ann Lee | fitter | manager: Tom Roe
    The mill gets its grain from the farm.               Amber comes from the coast.

A relation's noun has an *owner* (in `Ann's father`: Ann) and a *filler* (who the father is). Names are masked first,
each by a single character, so that the patterns read like the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riffler.service.inference.reader.relation_words import NOUNS, VERBS, Kind
from riffler.service.inference.reader.text import is_stop, names, sentences

_LONGEST_SENTENCE = 1000
_REACH = 300
"""How far from a relation's noun its owner and its filler are looked for."""

_N = "([\ue000-\uf8ff])"  # a masked name
_LIST = "([\ue000-\uf8ff](?:(?:,| and|, and| &) (?:the )?[\ue000-\uf8ff])*)"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_THE = r"(?:(?:the|a|an|our|its|old|late)\s+)*"
_ONLY = r"(?:(?:directly|now|still|also|once|currently|ultimately|originally|mainly|only)\s+)*"
_LOWER = rf"(?:{_N}(?:,? (?:who|which))?\s+|^\W*|,\s+|\band\s+)"
_VERBS = tuple(
    (kinds, re.compile(rf"{before}{_ONLY}(?:{verbs}):?\s+{_THE}{after}", re.IGNORECASE), up)
    for kinds, lower, higher in VERBS
    for verbs, before, after, up in (
        (lower, _LOWER, _N, True),
        (higher, rf"{_N}(?:,? (?:who|which))?\s+", _LIST, False),
    )
)

_NOUN = re.compile(
    r"\b(?P<great>(?:great[- ]?)*)(?P<half>grand|step|god)?-?(?P<noun>" + "|".join(NOUNS) + r")(?P<many>s|ren)?\b",
    re.I,
)
_ADJECTIVES = r"(?:[\w-]+,?\s+){0,3}"
_OWNER_BEFORE = re.compile(rf"{_N}(?:['’]s|['’])\s+({_ADJECTIVES})\Z")
_HAS_BEFORE = re.compile(rf"{_N}\s+(?:has|had|have|raised|took|with|and (?:his|her)(?: \w+)?)\s+({_ADJECTIVES})\Z")
_PLACED = "".join(rf"(?<!\b{word} )" for word in ("in", "at", "to", "near", "from"))
_PRONOUN_BEFORE = re.compile(
    rf"{_PLACED}{_N}(?:\b(?:in|at|to|near|from) [\ue000-\uf8ff]|[^\ue000-\uf8ff])*?\b(?:his|her|their|its|whose)\s+"
    rf"({_ADJECTIVES})\Z",
    re.IGNORECASE,
)
_OWNER_AFTER = re.compile(rf"\s+(?:of|to|for|from)\s+{_THE}{_LIST}(?!['’])")
# A capital begins a sentence, also where the one before it has no end: `it was mended in\nFor Ann, Tom is ...`.
_OWNER_FIRST = re.compile(rf"(?:\W*(?i:for|to|as for)|[\s\S]*\b(?:For|To|As for))\s+{_N}\s*,")
_FILLER_AFTER = re.compile(
    r"(?:['’]s name)?"
    r"(?: ?[,:(–—-] ?| (?:is|was|are|were|became|remains|has been|had been|named|called|known as|being) "
    rf"|,? (?:who|which) (?:is|was) | ){{1,4}}(?:none other than\s+|(?:said|believed) to be\s+)?{_THE}{_LIST}"
)
_ROW = re.compile(rf"\s*[\"']?\s*[:=]\s*[\"']?{_N}")
_SUBJECT = re.compile(
    rf"{_N}\W{{0,2}}\s*(?P<link>,|\(|–|—|-|\b(?:is|was|are|were|becomes?|became|remains?|remained|as|plays?|played|acts?"
    r"|acted|serves?|served|stands?|has|had|be)\b)(?P<rest>[^\ue000-\uf8ff;:]*)\Z"
)
_LINK_WORDS = re.compile(
    r"(?:\s*(?:,|\b(?:is|was|as|be|been|being|a|an|the|also|both|now|then|once|still|truly|really|in fact|just|only"
    r"|merely|simply|not (?:just|only|merely|simply)|more than(?: just| merely)?|known|regarded|considered|important"
    r"|key|great|vital|plays?|role|part|in|of|acts?|serves?|stands?|himself|herself|itself|like|but|much|far"
    r"|none other than)\b))*\s*",
    re.IGNORECASE,
)
_ADJECTIVE_TAIL = re.compile(r"(?:(?:the|a|an)\s+[\w-]+(?:,?\s+[\w-]+)?\s*)?\Z", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not(?! (?:just|only|merely|simply))|never|no longer|nor)\b|n['’]t\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:[Tt]he|[Oo]ur|[Ii]ts|[Tt]heir)\s+((?:[^\W\d][\w-]*\s?){1,4})")
_NAMED_THING = re.compile(r"\b((?:[A-Z][\w-]* )+[a-z][\w-]*)")
_BARE_THING = re.compile(r"\b(?:from|by|is|was|:|=)\s+(?:an?\s+)?([a-z][\w-]+(?: [a-z][\w-]+)?)(?=[.;,\n]|$)")


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain.

    Attributes:
        lower: The name below: the child, who reports, what comes from somewhere.
        upper: The name above.
        kinds: What kinds of relation it may be.
        steps: How many generations lie between, at least 1.
    """

    lower: str
    upper: str
    kinds: frozenset[Kind]
    steps: int


def links(text: str, known: Sequence[str], kind: Kind) -> Iterator[Link]:
    """Find all links that a text states.

    Args:
        text: Any text.
        known: Names to know even where they aren't capitalised.
        kind: The kind to look for. People have capitalised names; where goods or companies are meant, things such
            as `the mill` are names too.

    Yields:
        The links, sentence by sentence.
    """
    things = kind in {"supply", "ownership"}
    block = line = ""
    line_start = -1
    for start, end in _clauses(text):
        if line_start != text.rfind("\n", 0, start) + 1:
            line_start = text.rfind("\n", 0, start) + 1
            line = ""
            if not text[text.rfind("\n", 0, max(0, line_start - 1)) + 1 : line_start].strip():
                block = ""
        sentence = _Masked(text[start:end], known, things=things)
        for link in (*_by_noun(sentence, line or block), *_by_verb(sentence, line or block)):
            if kind in link.kinds and link.lower != link.upper:
                yield link
        line = line or sentence.first
        block = block or sentence.first


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Find sentences, and cut those that no writer would call one."""
    for start, end in sentences(text):
        if end - start <= _LONGEST_SENTENCE:
            yield start, end
            continue
        first = start
        for stop in re.finditer(r"[;,]\s|\s", text[start:end]):
            if start + stop.end() - first > _LONGEST_SENTENCE // 2:
                yield first, start + stop.start()
                first = start + stop.end()
        yield first, min(end, first + _LONGEST_SENTENCE)


class _Masked:
    """A sentence in which each name is one character."""

    def __init__(self, sentence: str, known: Sequence[str], *, things: bool) -> None:
        sentence = _PRIVATE.sub(" ", sentence)
        self.surfaces: list[str] = []
        self.text = ""
        done = 0
        for start, end in _name_spans(sentence, known, things=things):
            self.text += f"{sentence[done:start]}{chr(0xE000 + len(self.surfaces))}"
            self.surfaces.append(" ".join(sentence[start:end].split()))
            done = end
        self.text = " ".join(f"{self.text}{sentence[done:]}".split())

    @property
    def first(self) -> str:
        """The first name, or nothing."""
        return self.surfaces[0] if self.surfaces else ""

    def names(self, masked: str) -> list[str]:
        """Give the names behind masking characters."""
        return [self.surfaces[ord(sign) - 0xE000] for sign in masked if "\ue000" <= sign <= "\uf8ff"]


def _name_spans(sentence: str, known: Sequence[str], *, things: bool) -> list[tuple[int, int]]:
    """Find what can be a name, longest first where two overlap, in order."""
    spans = [
        match.span()
        for name in known
        if name
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence, re.I)
    ]
    for start, end in names(sentence):
        label = re.match(r"[\"']?\s*[:=]", sentence[end:]) and " " not in sentence[start:end]
        if not label and not _NOUN.fullmatch(sentence[start:end]):
            spans.append((start, end))
    if things:
        found = (match for pattern in (_THING, _NAMED_THING, _BARE_THING) for match in pattern.finditer(sentence))
        spans += [span for match in found if (span := _thing(match))]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end))
    return sorted(kept)


def _thing(match: re.Match[str]) -> tuple[int, int] | None:
    """Cut a noun phrase off before its verb, its preposition or a relation's noun."""
    end = match.start(1)
    for word in re.finditer(r"[\w-]+", match[1]):
        if is_stop(word[0]) or _NOUN.fullmatch(word[0]) or _RELATION_VERB.fullmatch(word[0]):
            break
        end = match.start(1) + word.end()
    return (match.start(1), end) if end > match.start(1) else None


_RELATION_VERB = re.compile(
    r"(?:suppli|provid|deliver|sell|sold|ship|send|sent|com|came|originat|stem|deriv|get|got|buy|bought|tak|took|order"
    r"|receiv|import|sourc|draw|drew|obtain|own|control|acquir|belong|hold|gave|giv|held|made|make|named|called)\w*",
    re.IGNORECASE,
)


def _by_noun(sentence: _Masked, subject: str) -> Iterator[Link]:
    text = sentence.text
    for noun in _NOUN.finditer(text):
        before, after = text[max(0, noun.start() - _REACH) : noun.start()], text[noun.end() : noun.end() + _REACH]
        kinds, steps = NOUNS[noun["noun"].casefold()]
        if noun["half"] and noun["half"].casefold() == "god":
            continue
        further = (noun["half"] or "").casefold() == "grand"
        steps += (1 if steps > 0 else -1) * (further + len(re.findall("great", noun["great"], re.I)))
        for owner, fillers in _owner_and_fillers(sentence, before, after, subject):
            for filler in fillers:
                lower, upper = (owner, filler) if steps > 0 else (filler, owner)
                yield Link(lower, upper, kinds, abs(steps))


def _owner_and_fillers(sentence: _Masked, before: str, after: str, subject: str) -> Iterator[tuple[str, list[str]]]:
    """Find whose relation it is, and who fills it. At most one reading of a noun."""
    row = _ROW.match(after)
    if row:
        owners = sentence.names(before)[:1] or [subject] * bool(subject)
        if owners:
            yield owners[0], sentence.names(row[1])
        return
    owned_after = _OWNER_AFTER.match(after)
    owned_before = _OWNER_BEFORE.search(before) or _HAS_BEFORE.search(before)
    loose_before = _PRONOUN_BEFORE.search(before)
    if owned_before and not _has_stop(owned_before[2]):
        filler = _FILLER_AFTER.match(after)
        found = sentence.names(filler[1]) if filler else _subjects(sentence, before[: owned_before.start()], "")
        yield sentence.names(owned_before[1])[0], found
    elif owned_after:
        filler = _FILLER_AFTER.match(after[owned_after.end() :]) if not _subject_match(before) else None
        found = sentence.names(filler[1]) if filler else _subjects(sentence, before, subject)
        for owner in sentence.names(owned_after[1]):
            yield owner, found
    elif loose_before and (filler := _FILLER_AFTER.match(after)):
        yield sentence.names(loose_before[1])[0], sentence.names(filler[1])
    elif (first := _OWNER_FIRST.match(before)) and sentence.names(before[first.end() :]):
        yield sentence.names(first[1])[0], _subjects(sentence, before[first.end() :], "")


def _subject_match(before: str) -> re.Match[str] | None:
    """Match the subject of `Tom is (not just) the proud` before a noun, or of `Tom, the` ."""
    match = _SUBJECT.search(before)
    if not match or _NEGATION.search(match["link"] + match["rest"]):
        return None
    rest = match["rest"]
    inner = _LINK_WORDS.match(rest)
    left = rest[inner.end() :] if inner else rest
    article = rest.rstrip()[: len(rest.rstrip()) - len(left.rstrip())].rstrip()
    if left.strip() and not (re.search(r"\b(?:a|an|the)$", article, re.I) and len(left.split()) <= 2):
        return None
    return match


def _subjects(sentence: _Masked, before: str, subject: str) -> list[str]:
    """Give the subject before a noun: `Tom is`, `Tom, the proud`; in a list's line, the line's first name."""
    match = _subject_match(before)
    if match:
        return sentence.names(match[1])
    bare = _ADJECTIVE_TAIL.fullmatch(before.strip(" ,;:|-–—(\t"))
    return [subject] if subject and bare else []


def _has_stop(adjectives: str) -> bool:
    return any(
        is_stop(word) and word not in {"own", "very", "a", "an", "the"} for word in re.findall(r"[\w-]+", adjectives)
    )


def _by_verb(sentence: _Masked, subject: str) -> Iterator[Link]:
    if _NEGATION.search(sentence.text):
        return
    for kinds, pattern, up in _VERBS:
        for match in pattern.finditer(sentence.text):
            first = sentence.names(match[1] or "") or [_first_before(sentence, match) or subject]
            for one in filter(None, first):
                for other in sentence.names(match[2]):
                    yield Link(one, other, kinds, 1) if up else Link(other, one, kinds, 1)


def _first_before(sentence: _Masked, match: re.Match[str]) -> str:
    """Give the sentence's first name, if it stands before a verb whose subject isn't beside it."""
    before = sentence.names(sentence.text[: match.start()])
    return before[0] if before else ""
