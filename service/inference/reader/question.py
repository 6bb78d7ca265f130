"""Finds what is asked in the newest user message, and in which form the answer is wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from riffler.service.inference.reader.text import sentences

_TAIL = 4000
"""A question at the end of a long message begins within this many characters; one at its beginning too."""
_NEAR_END = 800
"""Within this many characters of the end, a question may be followed by words that aren't an instruction."""

_MARKED = re.compile(r"[?？؟\u037e][\"”’')\]*]*\s*$")
_OPENING = r"(?:(?:please|now|finally|so|then|and|also|question|q|task|user|hello|hi|hey|dear \w+)\b[,:.!]?\s+)*"
_UNMARKED = re.compile(
    _OPENING
    + r"(?:(?:can|could|would|will) you\b|i(?:'d| would) like to know\b|i (?:want|need) to know\b|tell me\b|let me"
    r" know\b|give me\b|give the\b|(?:name|list|report|find|state|identify|determine|look up|show|return|trace|print)"
    r"\s(?!of\b)\w|read the question again\b|who(?:se|m)?\b|what(?:'s|’s)?\b|which\b"
    r"|(?:when|where|why|how) (?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|many|much|long|old|far"
    r"|big|high|often|tall)\b)",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    _OPENING
    + r"(?:answer|reply|respond|end|use|write|put|format|give (?:your|the) (?:final )?answer|(?:your|the) (?:final"
    r" )?answer|keep|be (?:brief|concise|exact)|do not|don't|only|one (?:line|sentence)|no (?:explanation|preamble)"
    r"|thanks|thank you|cheers|for example|e\.g\.|quote|say|box|in the form|state your|think|explain)\b",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"(?:for example|(?:some |more )?examples?|notes?|hints?|rules|remarks?)\b[\w ]{0,20}:\s*$", re.IGNORECASE
)
"""Opens what may follow a question at any length: examples of others, and notes on how to answer."""
_ITEM = re.compile(r"(?:[-*•]|\(?\d{1,3}[.)])\s")
_CALLS_FOR_LIST = re.compile(r":\s*$|\b(?:these|following|each|below|those)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:each|them|these|those|they|all of it)\b", re.IGNORECASE)
_LISTS = re.compile(r"^[^:=|;]*[:]?[^:=|;]*,[^:=|;]*$")
_STATEMENT = re.compile(r"[:=|]|->|→|\b(?:is|are|was|were|has|had)\b")

_SLOT = (
    r"<[A-Za-z][\w -]{0,39}>|[\[{](?:the )?(?:key|name|item|variable|field|sensor|entry|value|number|status|state"
    r"|reading|answer|k|v)(?: name)?[\]}]"
)
_PAIR = rf"(?:{_SLOT})(?:[=-]>|[^<>{{}}\[\]\n\"“”]){{1,80}}?(?:{_SLOT})"
_QUOTED_FORM = re.compile(rf"[\"“'‘`]([^\"“”`\n<>{{}}\[\]]{{0,80}}{_PAIR}[^\"“”`\n<>{{}}\[\]]{{0,40}}?)[\"”'’`]")
_BARE_FORM = re.compile(
    rf"(?:[:\n]|\b(?:form|format|like|as|say|write)\s)\s*([^:?!\n\"<>{{}}\[\]]{{0,80}}?{_PAIR}[.!;]?)"
)
_PLAIN_FORM = re.compile(rf"(?:^|[.?!]\s)\s*([^:?!\n\"<>{{}}\[\]]{{0,80}}?{_PAIR}[.!;]?)")
_FORMS = (_QUOTED_FORM, _BARE_FORM, _PLAIN_FORM)
_KEY_SLOT = re.compile(r"key|name|item|variable|field|sensor|entry|thing|who|k\b", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\b")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        text: The asking words as they stand, with instructions; empty when there are none.
        form: A sentence form that the question gives, with NUL k and NUL v for its key and its value; or empty.
        boxed: Whether the answer is wanted in a LaTeX box.
    """

    text: str = ""
    form: str = ""
    boxed: bool = False

    @property
    def plain(self) -> str:
        """The asking words without the form and without sentences that only say how to answer."""
        text = self.text
        for pattern in _FORMS:
            text = pattern.sub(" ", text)
        kept = [text[start:end] for start, end in sentences(text)]
        kept = [piece for piece in kept if not _INSTRUCTION.match(piece) and not _BOXED.search(piece)] or kept
        return "\n".join(kept)

    def word(self, key: str, value: str) -> str:
        """Word one answer in the form that the question asks for.

        Args:
            key: What was asked for.
            value: What was found.

        Returns:
            The form filled in, the box, or `key: value`.
        """
        if self.form:
            return "".join({"\0k": key, "\0v": value}.get(piece, piece) for piece in re.split("(\0[kv])", self.form))
        return self.box(value) if self.boxed else f"{key}: {value}"

    def box(self, value: str) -> str:
        """Put a short answer into a box if the question asks for one, else give it as it is."""
        return f"\\boxed{{{value}}}" if self.boxed else value


def read_question(texts: Sequence[str]) -> tuple[Question, list[str]]:
    """Part a message into what it asks and its material.

    A question stands at the end, with at most instructions and list items after it, or at the beginning; else near the
    end; else the last paragraph is taken for one.

    Args:
        texts: The pieces of the newest user message, in order, without markers.

    Returns:
        The question, and the pieces of the material: never fewer than were given, in order, maybe blank.
    """
    filled = [index for index, text in enumerate(texts) if text.strip()]
    if not filled:
        return Question(), list(texts)
    last, first = texts[filled[-1]], texts[filled[0]]
    tail, head = _at_end(last, strict=True), _at_start(first)
    if tail is None and head is not None:
        where, span = filled[0], head
    else:
        where, span = filled[-1], tail or _at_end(last, strict=False) or _last_paragraph(last)
    text = texts[where]
    asking = text[span[0] : span[1]]
    rest = [*texts[:where], text[: span[0]], text[span[1] :], *texts[where + 1 :]]
    after = asking if tail is None else text[span[0] :]  # notes after the question may say that a box is wanted
    return Question(asking, _read_form(asking), bool(_BOXED.search(after))), rest


def _asks(sentence: str) -> bool:
    return bool(_MARKED.search(sentence) or _UNMARKED.match(sentence)) and len(sentence) <= _TAIL


def _at_end(text: str, *, strict: bool) -> tuple[int, int] | None:
    """Find the last sentence that asks, with its neighbours that ask too, up to the text's end."""
    offset = max(0, len(text.rstrip()) - _TAIL)
    spans = [(offset + start, offset + end) for start, end in sentences(text[offset:])]
    if offset and len(spans) > 1:
        spans = spans[1:]  # the first is cut
    lines = [text[start:end] for start, end in spans]
    asking = [index for index, line in enumerate(lines) if _asks(line) and not _is_instruction(line)]
    if not asking:
        return None
    first = last = asking[-1]
    if last + 1 < len(lines) and _APPENDIX.match(lines[last + 1]):
        return spans[last]
    listed = bool(_CALLS_FOR_LIST.search(lines[last]))
    if strict and not all(_is_instruction(line) or (listed and _is_item(line)) for line in lines[last + 1 :]):
        return None
    if not strict and len(text.rstrip()) - spans[last][0] > _NEAR_END:
        return None
    while first - 1 in asking:
        first -= 1
    if first and _POINTS_BACK.search(lines[first]) and _LISTS.search(lines[first - 1]):
        first -= 1
    return spans[first][0], spans[-1][1]


def _at_start(text: str) -> tuple[int, int] | None:
    """Find sentences that ask at the very beginning, with the instructions and list items after them."""
    spans = list(sentences(text[:_TAIL]))[:12]
    lines = [text[start:end] for start, end in spans]
    first = next((index for index, line in enumerate(lines[:3]) if _asks(line) and not _is_instruction(line)), None)
    if first is None:
        return None
    last, listed = first, bool(_CALLS_FOR_LIST.search(lines[first]))
    while last + 1 < len(lines):
        following = lines[last + 1]
        if not (_is_instruction(following) or _MARKED.search(following) or (listed and _is_item(following))):
            break
        last += 1
    return spans[first][0], spans[last][1]


def _last_paragraph(text: str) -> tuple[int, int]:
    """Take the last paragraph; of a long one, the last sentence; of an endless one, its last words."""
    end = len(text.rstrip())
    breaks = [match.end() for match in re.finditer(r"\n[ \t]*\n\s*", text[:end])]
    start = breaks[-1] if breaks else len(text) - len(text.lstrip())
    if end - start > _NEAR_END:
        start += list(sentences(text[start:end]))[-1][0]
    if end - start > _NEAR_END:
        start = end - len(text[end - _NEAR_END : end].split(maxsplit=1)[-1])
    return start, end


def _is_instruction(line: str) -> bool:
    return bool(_INSTRUCTION.match(line) or _BOXED.search(line) or any(form.search(line) for form in _FORMS))


def _is_item(line: str) -> bool:
    return bool(_ITEM.match(line)) or (len(line) < 200 and not _STATEMENT.search(line))


def _read_form(asking: str) -> str:
    """Find the sentence form that a question gives, with its slots marked."""
    match = next((match for pattern in _FORMS if (match := pattern.search(asking))), None)
    if not match:
        return ""
    form = match[1].strip()
    first, second = list(re.finditer(_SLOT, form))[:2]
    swapped = _KEY_SLOT.search(second[0]) and not _KEY_SLOT.search(first[0])
    key, value = (second, first) if swapped else (first, second)
    marks = {key: "\0k", value: "\0v"}
    between = form[first.end() : second.start()]
    return f"{form[: first.start()]}{marks[first]}{between}{marks[second]}{form[second.end() :]}"
