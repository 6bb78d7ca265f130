"""One sentence of a query as rules of wording take it apart. What they don't touch stays letter by letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.bandits.arms.inflection import past, third_person
from riffler.bandits.syntax import SUBJECTS, sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

BE = frozenset("is are was were 's am".split())
MODALS = frozenset("can could will would shall should may might must".split())
HAVE = frozenset("has have had".split())
DO = frozenset("do does did".split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence without the mark at its end.

    Attributes:
        tokens: Its words and marks, at least one.
        start: Where it begins in the text, in characters.
        end: Where its last word is over; the mark follows.
        mark: The marks after that, for example `?`.
    """

    tokens: tuple[Token, ...]
    start: int
    end: int
    mark: str

    def word(self, number: int) -> str:
        """Give a word in lower case, or the empty string after the last."""
        return self.tokens[number].lower_.replace("’", "'") if number < len(self.tokens) else ""

    def words(self) -> frozenset[str]:
        """Give all of its words in lower case."""
        return frozenset(token.lower_ for token in self.tokens)

    def text(self, start: int, stop: int | None = None) -> str:
        """Give the text of some tokens; with none it is empty."""
        part = self.tokens[start:stop]
        return part[0].doc.text[part[0].idx : part[-1].idx + len(part[-1])] if part else ""

    def place(self, token: Token) -> int:
        """Tell where one of the document's tokens stands in the sentence."""
        return token.i - self.tokens[0].i

    @property
    def root(self) -> Token:
        """Its root: of several that a parse may leave, the first."""
        return next((token for token in self.tokens if token.head.i == token.i), self.tokens[0])


def asking_sentence(doc: Doc) -> Sentence | None:
    """Find the sentence that asks.

    Args:
        doc: A parsed document.

    Returns:
        The last sentence with a question mark, or the only one. None where there are several without one, where it
        has a line break, or no word.
    """
    spans = [span for span in sentences(doc) if any(token.is_alpha for token in span)]
    asks = [span for span in spans if "?" in span.text[-3:]]
    if not asks and len(spans) != 1:
        return None
    tokens = [token for token in (asks or spans)[-1] if not token.is_space]
    last = len(tokens)
    while tokens[last - 1].text.strip("?!.…") == "":
        last -= 1
    start, end = tokens[0].idx, tokens[last - 1].idx + len(tokens[last - 1])
    if "\n" in doc.text[start:end]:
        return None
    return Sentence(tuple(tokens[:last]), start, end, "".join(token.text for token in tokens[last:]))


def small(token: Token, text: str) -> str:
    """Take the capital from a text that opens with a token, unless it is a name's, an `I`'s or an acronym's."""
    keeps = token.pos_ == "PROPN" or token.text == "I" or not (token.text.istitle() or len(token.text) == 1)
    return text if keeps else text[0].lower() + text[1:]


def subject_after(sentence: Sentence, number: int) -> tuple[int, int] | None:
    """Find the subject that follows an auxiliary.

    Args:
        sentence: The sentence.
        number: Where the auxiliary stands.

    Returns:
        Where the subject begins and is over; None where none follows at once, or something is left out after it.
    """
    auxiliary = sentence.tokens[number]
    verb = auxiliary if auxiliary.pos_ == "VERB" or auxiliary.head == auxiliary else auxiliary.head
    first = number + 1 + (sentence.word(number + 1) in {"n't", "not"})
    for child in verb.children:
        if child.dep_ in SUBJECTS or child.dep_ == "expl":
            start, stop = sentence.place(child.left_edge), sentence.place(child.right_edge) + 1
            if start == first and stop < len(sentence.tokens):
                return start, stop
    return None


def declared(sentence: Sentence, number: int) -> str | None:
    """Word a question as the statement that it asks about, from its auxiliary on: `did he sack Rome` as he sacked Rome.

    Args:
        sentence: The sentence.
        number: Where the auxiliary stands.

    Returns:
        The statement, or None where it isn't plain.
    """
    span = subject_after(sentence, number)
    auxiliary = sentence.word(number)
    if span is None or auxiliary not in BE | MODALS | HAVE | DO:
        return None
    start, stop = span
    subject, rest = sentence.text(start, stop), sentence.text(stop)
    if sentence.word(number + 1) in {"n't", "not"}:
        return f"{subject} {sentence.text(number, number + 2)} {rest}"
    if auxiliary not in DO:
        be = "is" if auxiliary == "'s" else sentence.text(number, number + 1)
        return f"{subject} {be.lower()} {rest}"
    verb = sentence.tokens[number].head
    base, at = verb.lower_, sentence.place(verb)
    form = {"do": base, "does": third_person(base)}.get(auxiliary) or past(base)
    if form is None or verb.tag_ != "VB" or at < stop:
        return None
    return " ".join(part for part in (subject, sentence.text(stop, at), form, sentence.text(at + 1)) if part)
