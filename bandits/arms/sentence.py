"""One sentence of a query as rules of wording take it apart. What they don't touch stays letter by letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from riffler.bandits.arms.asked import parts
from riffler.bandits.arms.inflection import past, third_person
from riffler.bandits.features.reading import Reading
from riffler.bandits.syntax import AUXILIARIES, SUBJECTS, sentences
from riffler.bandits.words import AUXILIARIES as AUXILIARY_WORDS
from riffler.bandits.words import QUESTION_WORDS

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
        swaps: Words in the place of some of its tokens, by their position in the document.
    """

    tokens: tuple[Token, ...]
    start: int
    end: int
    mark: str
    swaps: Mapping[int, str] = field(default_factory=dict)

    def word(self, number: int) -> str:
        """Give a word in lower case, or the empty string after the last."""
        return self.tokens[number].lower_.replace("’", "'") if number < len(self.tokens) else ""

    def words(self) -> frozenset[str]:
        """Give all of its words in lower case."""
        return frozenset(token.lower_ for token in self.tokens)

    def text(self, start: int, stop: int | None = None) -> str:
        """Give the text of some tokens; with none it is empty."""
        part = self.tokens[start:stop]
        return "".join(self.swaps.get(token.i, token.text) + token.whitespace_ for token in part).strip()

    def place(self, token: Token) -> int:
        """Tell where one of the document's tokens stands in the sentence."""
        return token.i - self.tokens[0].i

    def opens_with(self, *words: str) -> bool:
        """Tell whether the sentence opens with some words, and goes on."""
        return len(self.tokens) > len(words) and all(self.word(number) == word for number, word in enumerate(words))

    @property
    def root(self) -> Token:
        """Its root: of several that a parse may leave, the first."""
        return next((token for token in self.tokens if token.head.i == token.i), self.tokens[0])


def asking_sentence(doc: Doc) -> Sentence | None:
    """Find the sentence that asks, from where on it asks.

    Args:
        doc: A parsed document.

    Returns:
        The last sentence with a question mark, or the only one; without what only leads up to it. None where there are
        several without a mark, where it has a line break, or no word.
    """
    spans = [span for span in sentences(doc) if any(token.is_alpha for token in span)]
    asks = [span for span in spans if "?" in span.text[-3:]]
    if not asks and len(spans) != 1:
        return None
    tokens = [token for token in (asks or spans)[-1] if not token.is_space]
    last = len(tokens)
    while tokens[last - 1].text.strip("?!.…") == "":
        last -= 1
    first = _led_up_to(doc, tokens[:last])
    start, end = tokens[first].idx, tokens[last - 1].idx + len(tokens[last - 1])
    if "\n" in doc.text[start:end]:
        return None
    return Sentence(tuple(tokens[first:last]), start, end, "".join(token.text for token in tokens[last:]))


def _led_up_to(doc: Doc, tokens: list[Token]) -> int:
    """Find where a sentence with a long lead asks: `We argued all night, so tell me: ...`."""
    if len(tokens) < _LONG_LEAD or len(doc) > _LONGEST_WORDS or tokens[0].lower_ in AUXILIARY_WORDS | QUESTION_WORDS:
        return 0
    reading = Reading.of(doc)
    begins = {reading.offsets[part.ask] for part in parts(reading) if part.ask is not None}
    found = [number for number, token in enumerate(tokens) if token.idx in begins]
    first = found[-1] if found else 0
    if any(token.lower_ in _ASKING for token in tokens[:first]):
        return 0
    while first and tokens[first].lower_ in _LEADS and first + 1 < len(tokens):
        first += 1
    return first


_ASKING = frozenset({"how", "what", "why"})
_LONG_LEAD = 12
_LONGEST_WORDS = 400
_LEADS = frozenset("so but and anyway now well then please pls ok okay , :".split())


def small(token: Token, text: str) -> str:
    """Take the capital from a text that opens with a token, unless it is a name's, an `I`'s or an acronym's."""
    keeps = token.pos_ == "PROPN" or token.text == "I" or not (token.text.istitle() or len(token.text) == 1)
    return text if keeps else text[0].lower() + text[1:]


def is_base(verb: Token) -> bool:
    """Tell whether a verb stands as in `do they go`: parsers take its form for that of the present as well."""
    return verb.tag_ in {"VB", "VBP"} or (verb.tag_ in {"VBN", "VBD"} and past(verb.lower_) == verb.lower_)


def subject_after(sentence: Sentence, number: int) -> tuple[int, int] | None:
    """Find the subject that follows an auxiliary.

    Args:
        sentence: The sentence.
        number: Where the auxiliary stands.

    Returns:
        Where the subject begins and is over; None where none follows at once, or something is left out after it.
    """
    if number + 1 >= len(sentence.tokens):
        return None
    auxiliary = sentence.tokens[number]
    verb = auxiliary.head if auxiliary.dep_ in AUXILIARIES else auxiliary
    first = number + 1 + (sentence.word(number + 1) in {"n't", "not"})
    for child in verb.children:
        if child.dep_ in SUBJECTS or child.dep_ == "expl":
            start, stop = sentence.place(child.left_edge), sentence.place(child.right_edge) + 1
            if start == first and stop < len(sentence.tokens):
                return start, stop
    return None


def asks_again(sentence: Sentence) -> bool:
    """Tell whether a question follows the first: `who wrote Hamlet, and when did he die`. An order can't hold it."""
    follows = False
    for token in sentence.tokens:
        if follows and token.lower_ in BE | DO | HAVE | MODALS:
            verb = token.head if token.dep_ in AUXILIARIES else token
            if any(child.dep_ in _SUBJECTS and child.left_edge.i == token.i + 1 for child in verb.children):
                return True
        follows = follows or token.lower_ in {"and", "but", "or", ","}
    return False


_SUBJECTS = SUBJECTS | {"expl"}


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
    if span is None or auxiliary not in BE | MODALS | HAVE | DO or _breaks_a_noun(sentence, span[1]):
        return None
    start, stop = span
    subject, rest = sentence.text(start, stop), sentence.text(stop)
    if sentence.word(number + 1) in {"n't", "not"}:
        return f"{subject} {sentence.text(number, number + 2).lower()} {rest}"
    if auxiliary in MODALS and not _goes_with_modal(sentence, stop):
        return None
    if auxiliary not in DO:
        be = "is" if auxiliary == "'s" else sentence.text(number, number + 1)
        return f"{subject} {be.lower()} {rest}"
    verb = sentence.tokens[number].head
    base, at = verb.lower_, sentence.place(verb)
    form = {"do": base, "does": third_person(base)}.get(auxiliary) or past(base)
    between = sentence.tokens[stop : max(at, stop)]
    if form is None or not is_base(verb) or at < stop or any(token.pos_ in _APART for token in between):
        return None
    if at + 1 < len(sentence.tokens) and sentence.tokens[at + 1].tag_ in {"VB", "VBP"}:  # git pull keeps
        return None
    return " ".join(part for part in (subject, sentence.text(stop, at), form, sentence.text(at + 1)) if part)


_APART = frozenset({"AUX", "NOUN", "PRON", "VERB"})


def _goes_with_modal(sentence: Sentence, stop: int) -> bool:
    """Tell whether the base of a verb follows a subject: else the subject is longer than it should be."""
    after = next((token for token in sentence.tokens[stop:] if token.pos_ != "ADV"), None)
    return after is not None and is_base(after)


def inverted(sentence: Sentence, number: int) -> str | None:
    """Word a clause as a question, from its subject on: `a lock works` as does a lock work.

    Args:
        sentence: The sentence.
        number: Where the subject begins.

    Returns:
        The question, or None where the clause isn't plain.
    """
    for token in sentence.tokens[number:]:
        if (token.dep_ in SUBJECTS or token.dep_ == "expl") and sentence.place(token.left_edge) == number:
            return _inverted(sentence, number, sentence.place(token.right_edge) + 1)
    return None


def _inverted(sentence: Sentence, start: int, stop: int) -> str | None:
    verb = sentence.tokens[stop] if stop < len(sentence.tokens) else None
    if verb is None or sentence.word(stop + 1) in {"n't", "not"}:
        return None
    subject, rest = sentence.text(start, stop), sentence.text(stop + 1)
    if verb.lower_ in BE | MODALS or (verb.lower_ in HAVE and verb.dep_ == "aux"):
        be = "is" if verb.lower_ == "'s" else verb.lower_
        return f"{be} {subject} {rest}".strip()
    base = verb.lemma_.lower()
    forms = {"VBZ": ("does", third_person(base)), "VBD": ("did", past(base)), "VBP": ("do", base)}
    do, form = forms.get(verb.tag_, ("", None))
    return f"{do} {subject} {base} {rest}".strip() if form == verb.lower_ else None


def _breaks_a_noun(sentence: Sentence, stop: int) -> bool:
    """Tell whether a subject seems to end inside a noun of two words: `is my Python | script slow`."""
    after = sentence.tokens[stop]
    return after.tag_ in {"NN", "NNS", "NNP"} and sentence.tokens[stop - 1].pos_ in {"NOUN", "PROPN"}
