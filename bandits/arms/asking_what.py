"""Other wordings of questions that ask for a thing, a person, a time, a place or an amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.bandits.arms.inflection import participle
from riffler.bandits.arms.sentence import BE, DO, HAVE, MODALS, Sentence, declared
from riffler.bandits.syntax import OBJECTS, SUBJECTS, is_plural, phrase

if TYPE_CHECKING:
    from spacy.tokens import Token

_MEASURES = {
    "deep": "depth", "wide": "width", "high": "height", "tall": "height", "old": "age", "heavy": "weight",
    "long": "length",
}  # fmt: skip
_LONG = frozenset("river bridge wall tunnel rope road snake whale ship train".split())
_WH = frozenset("what who when where which whose".split())
_SORTS = {"kind": "sort", "sort": "kind", "type": "kind", "kinds": "sorts", "sorts": "kinds", "types": "kinds"}
_NO_PASSIVE = frozenset("have be get cost mean become like want need know resemble hold".split())


def measure(sentence: Sentence) -> str | None:
    """`How deep is X` as `What is the depth of X`."""
    noun = _MEASURES.get(sentence.word(1))
    if sentence.word(0) != "how" or noun is None or sentence.word(2) not in {"is", "was"} or len(sentence.tokens) < 4:
        return None
    if noun == "length" and _LONG.isdisjoint(sentence.words()):
        return None
    return f"What {sentence.word(2)} the {noun} of {sentence.text(3)}" if _is_phrase(sentence, 3) else None


def cost(sentence: Sentence) -> str | None:
    """`How much does X cost` as `What is the price of X`, and `How much does X weigh` as `What does X weigh`."""
    last = len(sentence.tokens) - 1
    if (sentence.word(0), sentence.word(1)) != ("how", "much") or sentence.word(2) not in DO or last < 4:
        return None
    if sentence.word(last) not in {"cost", "weigh"} or sentence.tokens[3].pos_ == "PRON":
        return None
    return f"What {sentence.text(2)}"


def takes_long(sentence: Sentence) -> str | None:
    """`How long does it take` as `How much time does it take`, and the reverse."""
    if sentence.opens_with("how", "long", "does", "it", "take"):
        return f"How much time does it take {sentence.text(5)}"
    if sentence.opens_with("how", "much", "time", "does", "it", "take"):
        return f"How long does it take {sentence.text(6)}"
    return None


def meaning(sentence: Sentence) -> str | None:
    """`What does X mean` as `What is the meaning of X`."""
    last = len(sentence.tokens) - 1
    at = next((number for number in range(3, last + 1) if sentence.word(number) == "mean"), last + 1)
    if (sentence.word(0), sentence.word(1)) != ("what", "does") or at > last or sentence.tokens[2].pos_ == "PRON":
        return None
    if at < last and sentence.word(at + 1) not in {"in", "for"}:
        return None
    return f"What is the meaning of {sentence.text(2, at)} {sentence.text(at + 1)}".strip()


def owned(sentence: Sentence) -> str | None:
    """`What is the capital of France` as `What is France's capital`, and the reverse. The owner has to be a name."""
    if sentence.word(0) != "what" or sentence.word(1) not in {"is", "was", "'s"} or len(sentence.tokens) < 5:
        return None
    be = "was" if sentence.word(1) == "was" else "is"
    words = [sentence.word(number) for number in range(len(sentence.tokens))]
    if words[2] == "the" and "of" in words:
        of = words.index("of")
        names, thing = sentence.tokens[of + 1 :], sentence.tokens[3:of]
        plain = all(token.pos_ in {"ADJ", "NOUN"} for token in thing) and thing and thing[-1].pos_ == "NOUN"
        named = names and all(token.pos_ == "PROPN" for token in names) and not names[-1].lower_.endswith("s")
        if plain and named and not any(token.tag_ == "JJS" for token in thing):
            return f"What {be} {sentence.text(of + 1)}'s {sentence.text(3, of)}"
    if "'s" in words[3:]:
        mark = words.index("'s", 3)
        plain = sentence.tokens[-1].pos_ == "NOUN" and all(
            token.pos_ in {"ADJ", "NOUN"} for token in sentence.tokens[mark + 1 :]
        )
        if plain and all(token.pos_ == "PROPN" for token in sentence.tokens[2:mark]):
            return f"What {be} the {sentence.text(mark + 1)} of {sentence.text(2, mark)}"
    return None


def named(sentence: Sentence) -> str | None:
    """`What are the signs of X` as `Name the signs of X`."""
    if sentence.word(0) not in {"what", "which"} or sentence.word(1) not in {"is", "are", "'s", "was", "were"}:
        return None
    head = _subject(sentence)
    if sentence.word(2) != "the" or head is None or head.pos_ != "NOUN" or sentence.word(1) in {"was", "were"}:
        return None
    ranked = any(token.tag_ in {"JJS", "RBS"} for token in sentence.tokens[3 : sentence.place(head)])
    if not sentence.words().isdisjoint({"or", "like"}) or not (ranked or is_plural(head)):
        return None
    return f"Name {sentence.text(2)}."


def best_time(sentence: Sentence) -> str | None:
    """`When is the best time to V` as `What is the best time to V`."""
    if sentence.word(0) not in {"when", "where"} or sentence.word(1) not in {"is", "'s"} or sentence.word(2) != "the":
        return None
    right = {"when": "time", "where": "place"}[sentence.word(0)]
    return f"What is {sentence.text(2)}" if sentence.word(4) == right else None


def may_get(sentence: Sentence) -> str | None:
    """`Where do I buy X` as `Where can I buy X`, and `what do I wear` as `what should I wear`."""
    for place, new, verbs in (("where", "can", _GOT), ("what", "should", _CHOSEN), ("which", "should", _CHOSEN)):
        at = next((number for number in range(1, 4) if sentence.word(number) == "do"), 0)
        if at and sentence.word(0) == place and sentence.word(at + 1) in {"i", "we"} and sentence.word(at + 2) in verbs:
            return f"{sentence.text(0, at)} {new} {sentence.text(at + 1)}"
    return None


_GOT = frozenset("buy get find see watch apply go".split())
_CHOSEN = frozenset("wear bring pack write say cook choose use put buy".split())


def last_time(sentence: Sentence) -> str | None:
    """`When did X last V` as `When was the last time that X V-ed`."""
    at = next((number for number in range(3, len(sentence.tokens) - 1) if sentence.word(number) == "last"), None)
    if (sentence.word(0), sentence.word(1)) != ("when", "did") or at is None or sentence.tokens[at + 1].tag_ != "VB":
        return None
    said = declared(sentence, 1)
    subject = sentence.text(2, at)
    rest = said.removeprefix(f"{subject} last ") if said else None
    return f"When was the last time that {subject} {rest}" if rest and rest != said else None


def done_by(sentence: Sentence) -> str | None:
    """`Who wrote X` as `Who was X written by`, where X is short."""
    verb = sentence.tokens[1] if len(sentence.tokens) > 2 else None
    if sentence.word(0) != "who" or verb is None or verb.tag_ != "VBD" or verb.lemma_.lower() in _NO_PASSIVE:
        return None
    thing = next((child for child in verb.rights if child.dep_ in OBJECTS), None)
    form = participle(verb.lemma_.lower())
    if thing is None or form is None or thing.pos_ == "PRON":
        return None
    start, stop = (at - sentence.tokens[0].i for at in phrase(thing))
    if start != 2 or stop != len(sentence.tokens) or stop - start > _SHORT:
        return None
    return f"Who {'were' if is_plural(thing) else 'was'} {sentence.text(2)} {form} by"


_SHORT = 5
"""Words of a thing that can stand before its verb without a strain."""


def sort_of(sentence: Sentence) -> str | None:
    """`What kind of X` as `What sort of X`."""
    new = _SORTS.get(sentence.word(1))
    if sentence.word(0) not in {"what", "which"} or new is None or sentence.word(2) != "of" or len(sentence.tokens) < 5:
        return None
    return f"{sentence.text(0, 1)} {new} {sentence.text(2)}"


def told(sentence: Sentence) -> str | None:
    """`When did X V` as `Tell me when X V-ed`: any question that has a question word."""
    stop = _asked_phrase(sentence)
    if stop is None or stop >= len(sentence.tokens):
        return None
    asked = sentence.text(0, stop)
    asked = asked[0].lower() + asked[1:]
    verb = sentence.tokens[stop]
    if sentence.word(stop + 1) in {"you", "u"}:
        return None
    if sentence.word(stop) in BE and not _goes_on(sentence, stop):
        return _what_it_is(sentence, asked, stop)
    if any(token.dep_ in SUBJECTS for token in sentence.tokens[:stop]) and verb.tag_ in _FINITE:
        # a parser may take `who did the president meet` for `who did the dishes`
        asks = sentence.word(stop) in DO and sentence.word(stop + 1) not in {"n't", "nt"}
        after = sentence.tokens[stop + 1 : stop + 2]
        owns = sentence.word(stop) in HAVE and any(token.pos_ == "PRON" for token in after)
        return None if asks or owns or ", or" in sentence.text(stop) else f"Tell me {asked} {sentence.text(stop)}."
    said = declared(sentence, stop) if sentence.word(stop) in BE | DO | HAVE | MODALS else None
    return f"Tell me {asked} {said}." if said and ", or " not in said and " , " not in said else None


_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})


def _goes_on(sentence: Sentence, stop: int) -> bool:
    """Tell whether a form of be is followed by what belongs to it, and no noun: `who is eligible`, `what is made`."""
    after = sentence.tokens[stop + 1 : stop + 3]
    while after and after[0].pos_ == "ADV" and after[0].tag_ not in {"RBS", "RBR"}:
        after = after[1:]
    adjective = bool(after) and after[0].tag_ in {"JJ", "JJS", "JJR", "VBN", "VBG", "RBS", "RBR"}
    plain = adjective and not any(token.tag_ in {"NN", "NNS"} for token in after[1:])
    return plain or sentence.root.pos_ == "VERB"


def _what_it_is(sentence: Sentence, asked: str, stop: int) -> str | None:
    """Word `what is X` as an order: the thing itself where it can be told in a word, else what it is."""
    be = "is" if sentence.word(stop) == "'s" else sentence.word(stop)
    head = _whole(sentence, stop + 1)
    if head is None or not sentence.words().isdisjoint({",", "like"}) or sentence.tokens[stop + 1].pos_ == "PRON":
        return None
    more = any(child.dep_ in {"nmod", "acl", "prep"} for child in head.rights)
    if asked == "what" and be == "is" and sentence.word(stop + 1) == "the" and more:
        return f"Tell me {sentence.text(stop + 1)}."
    if asked.startswith("how") and more:  # how far it is from there
        return None
    short = len(sentence.tokens) - stop <= _SHORT + 1 and not any(child.dep_ in _CLAUSES for child in head.rights)
    return f"Tell me {asked} {sentence.text(stop + 1)} {be}." if short else None


_CLAUSES = frozenset({"acl", "acl:relcl", "relcl", "advcl"})


def _whole(sentence: Sentence, number: int) -> Token | None:
    """Find the noun of which the rest of the sentence is made; None when it is more than one phrase."""
    rest = sentence.tokens[number:]
    nouns = (token for token in rest if token.pos_ in {"NOUN", "PROPN"} and token.left_edge == rest[0])
    return next((token for token in nouns if token.right_edge.i >= rest[-1].i and token.dep_ != "nmod:poss"), None)


_DEGREES = frozenset("many much long often old far".split())


def _asked_phrase(sentence: Sentence) -> int | None:
    """Find where the words that ask are over: `in which year`, `how many players`, `who`."""
    first = 1 if sentence.word(0) in {"in", "on", "at", "by", "for", "from", "of", "to", "with"} else 0
    word = sentence.tokens[first] if len(sentence.tokens) > first + 1 else None
    asked = sentence.word(first)
    if word is None or asked not in (_WH | {"how"} if not first else {"what", "which"}):
        return None
    if asked == "how" and sentence.word(first + 1) not in _DEGREES:
        return None
    if sentence.word(first + 1) == "of":
        return next((at for at in range(first + 2, len(sentence.tokens)) if sentence.tokens[at].tag_ in _FINITE), None)
    if word.dep_ in {"det", "nmod:poss", "poss"} and word.head.i > word.i:
        return sentence.place(word.head) + 1
    if asked == "how":
        degree = sentence.tokens[first + 1]
        noun = degree.head if degree.dep_ in {"amod", "nummod"} and degree.head.i > degree.i else degree
        return sentence.place(noun) + 1
    return first + 1 if sentence.word(first + 1) != "else" else first + 2


def _subject(sentence: Sentence) -> Token | None:
    """Find the noun that a form of be is said of."""
    start = sentence.tokens[2].i if len(sentence.tokens) > 2 else 0
    nouns = (token for token in sentence.tokens[2:] if token.pos_ in {"NOUN", "PROPN"})
    return next((token for token in nouns if phrase(token)[0] == start), None)


def _is_phrase(sentence: Sentence, number: int) -> bool:
    """Tell whether the rest of the sentence is one plain noun phrase."""
    for token in sentence.tokens[number:]:
        span = phrase(token) if token.pos_ in {"NOUN", "PROPN"} else (0, 0)
        if span == (sentence.tokens[number].i, sentence.tokens[-1].i + 1):
            return True
    return False
