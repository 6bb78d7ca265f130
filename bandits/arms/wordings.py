"""Other wordings of a question or an order, each a small rule with its condition. None adds or drops a fact.

A rule takes a sentence and gives it in other words, without the mark at its end, or None where it doesn't apply. The
first one that applies counts, so the particular ones stand before the general ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from riffler.bandits.arms.sentence import BE, DO, HAVE, MODALS, Sentence, declared, small
from riffler.bandits.syntax import OBJECTS, SUBJECTS, phrase, preposition
from riffler.bandits.words import ANSWERING_VERBS

if TYPE_CHECKING:
    from spacy.tokens import Token

Rule = Callable[[Sentence], str | None]

_ANYONE = frozenset({"i", "you", "we", "one"})
_OPINION = frozenset("think feel like mean know do".split())
_POLAR = frozenset("any anyone anybody anything anywhere ever either yet or whether if".split())
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_MEASURES = {
    "deep": "depth", "wide": "width", "high": "height", "tall": "height", "old": "age", "heavy": "weight",
}  # fmt: skip
_ORDERS = {
    "explain": "Give an explanation of", "describe": "Give a description of", "summarise": "Give a summary of",
    "summarize": "Give a summary of", "compare": "Give a comparison of", "define": "Give a definition of",
    "outline": "Give an outline of", "list": "Give a list of",
}  # fmt: skip
_CLAUSE_WORDS = frozenset("how why what when where who which whether if that".split())
_OPENINGS = {
    ("how", "come"): "Why is it that",
    ("is", "there", "a", "way", "to"): "Is it possible to",
    ("is", "it", "possible", "to"): "Is there a way to",
    ("how", "long", "does", "it", "take"): "How much time does it take",
    ("how", "much", "time", "does", "it", "take"): "How long does it take",
    ("what", "kind", "of"): "What sort of",
    ("what", "type", "of"): "What kind of",
    ("what", "sort", "of"): "What kind of",
    ("i", "'d", "like", "to", "know"): "I want to find out",
    ("i", "would", "like", "to", "know"): "I want to find out",
    ("i", "want", "to", "know"): "I would like to find out",
    ("i", "wonder"): "I would like to know",
    ("tell", "me", "who"): "Say who",
    ("tell", "me", "what"): "Say what",
    ("tell", "me", "which"): "Say which",
    ("tell", "me", "how"): "Say how",
    ("tell", "me", "why"): "Say why",
    ("tell", "me", "about"): "Give me information about",
    ("explain", "how"): "Describe how",
    ("describe", "how"): "Explain how",
    ("explain", "why"): "Say why",
}
_FRONTED = frozenset({"in", "during"})


def opening(sentence: Sentence) -> str | None:
    """Change a fixed opening for another one that says the same."""
    words = tuple(sentence.word(number) for number in range(6))
    for length in range(len(words), 1, -1):
        new = _OPENINGS.get(words[:length])
        if new is not None and len(sentence.tokens) > length and not (words[0] == "is" and "that" in sentence.words()):
            return f"{new} {sentence.text(length)}"
    return None


def would_you(sentence: Sentence) -> str | None:
    """`Could you V` as `Would you please V`."""
    asks = sentence.word(0) in {"can", "could", "will", "would"} and sentence.word(1) == "you"
    if not asks or len(sentence.tokens) < 3 or sentence.tokens[2].tag_ != "VB":
        return None
    answers = sentence.word(2) in ANSWERING_VERBS or sentence.word(3) in {"me", "us"}
    if "please" in sentence.words() or not answers:
        return None
    return f"Would you please {sentence.text(2)}"


def the_way_to(sentence: Sentence) -> str | None:
    """`How do I V` as `What is the way to V`."""
    verb = next((token for token in sentence.tokens[3:5] if token.pos_ != "ADV"), None)
    plain = sentence.word(0) == "how" and sentence.word(1) in {"do", "can"} and sentence.word(2) in _ANYONE
    if not plain or verb is None or verb.tag_ != "VB" or verb.lower_ in _OPINION:
        return None
    return f"What is the way to {sentence.text(3)}"


def measure(sentence: Sentence) -> str | None:
    """`How deep is X` as `What is the depth of X`."""
    noun = _MEASURES.get(sentence.word(1))
    thing = sentence.tokens[3] if len(sentence.tokens) > 3 else None
    if sentence.word(0) != "how" or noun is None or sentence.word(2) not in {"is", "was"} or thing is None:
        return None
    head = _whole_phrase(sentence, 3)
    return f"What {sentence.word(2)} the {noun} of {sentence.text(3)}" if head is not None else None


def cost(sentence: Sentence) -> str | None:
    """`How much does X cost` as `What does X cost`."""
    if sentence.word(0) != "how" or sentence.word(1) != "much" or sentence.word(2) not in DO:
        return None
    return f"What {sentence.text(2)}" if sentence.word(len(sentence.tokens) - 1) == "cost" else None


def meaning(sentence: Sentence) -> str | None:
    """`What does X mean` as `What is the meaning of X`."""
    last = len(sentence.tokens) - 1
    plain = sentence.word(0) == "what" and sentence.word(1) == "does" and sentence.word(last) == "mean"
    if not plain or last < 3 or sentence.tokens[2].pos_ == "PRON":
        return None
    return f"What is the meaning of {sentence.text(2, last)}"


def owned(sentence: Sentence) -> str | None:
    """`What is the capital of France` as `What is France's capital`, and the reverse. The owner has to be a name."""
    if sentence.word(0) != "what" or sentence.word(1) not in {"is", "was", "'s"} or len(sentence.tokens) < 5:
        return None
    be = "was" if sentence.word(1) == "was" else "is"
    words = [sentence.word(number) for number in range(len(sentence.tokens))]
    owner = sentence.tokens[-1]
    if words[2] == "the" and "of" in words:
        of = words.index("of")
        names = sentence.tokens[of + 1 :]
        thing = sentence.tokens[3:of]
        plain = all(token.pos_ in {"ADJ", "NOUN"} for token in thing) and thing and thing[-1].pos_ == "NOUN"
        if plain and names and all(token.pos_ == "PROPN" for token in names):
            return f"What {be} {sentence.text(of + 1)}'s {sentence.text(3, of)}"
    if "'s" in words[3:]:
        mark = words.index("'s", 3)
        plain = owner.pos_ == "NOUN" and all(token.pos_ in {"ADJ", "NOUN"} for token in sentence.tokens[mark + 1 :])
        if plain and all(token.pos_ == "PROPN" for token in sentence.tokens[2:mark]):
            return f"What {be} the {sentence.text(mark + 1)} of {sentence.text(2, mark)}"
    return None


def order(sentence: Sentence) -> str | None:
    """`Explain X` as `Give an explanation of X`, and `Name three X` as `Give the names of three X`."""
    opens = _ORDERS.get(sentence.word(0))
    if sentence.word(0) == "name":
        named = next((child for child in sentence.tokens[0].rights if child.dep_ in OBJECTS), None)
        opens = {"NNS": "Give the names of", "NN": "Give the name of"}.get(named.tag_) if named is not None else None
    if opens is None or len(sentence.tokens) < 2 or sentence.tokens[0].tag_ != "VB":
        return None
    follows = sentence.tokens[1]
    noun = follows.pos_ in {"DET", "NOUN", "PROPN", "ADJ", "NUM"} and follows.lower_ not in _CLAUSE_WORDS
    return f"{opens} {sentence.text(1)}" if noun else None


def fronted(sentence: Sentence) -> str | None:
    """`Who ruled in 1990` as `In 1990, who ruled`: a year or a place at the end goes to the front."""
    last = sentence.tokens[-1]
    noun = last if last.dep_ not in {"flat", "compound"} else last.head
    before = preposition(noun)
    if before is None or before.lower_ not in _FRONTED or noun.dep_ not in {"obl", "pobj", "obl:tmod"}:
        return None
    owner = before.head if noun.dep_ == "pobj" else noun.head
    start = sentence.place(before)
    named = all(token.pos_ in {"PROPN", "NUM"} or token.lower_ == "the" for token in sentence.tokens[start + 1 :])
    split = any(token.dep_ in {"conj", "advcl", "ccomp", "xcomp", "acl:relcl", "relcl"} for token in sentence.tokens)
    if owner != sentence.root or start < 3 or split or not named:
        return None
    return (
        f"{before.text.capitalize()} {sentence.text(start + 1)}, {small(sentence.tokens[0], sentence.text(0, start))}"
    )


def true_that(sentence: Sentence) -> str | None:
    """`Can ostriches fly` as `Is it true that ostriches can fly`."""
    asks = sentence.word(0) in BE | MODALS | HAVE | DO and "?" in sentence.mark
    if not asks or sentence.word(1) in {"you", "n't", "not", "there"} or not _POLAR.isdisjoint(sentence.words()):
        return None
    if sentence.word(0) in MODALS and sentence.word(1) in _ANYONE:  # it asks for leave or advice
        return None
    said = declared(sentence, 0)
    return f"Is it true that {said}" if said else None


def is_it_that(sentence: Sentence) -> str | None:
    """`Why does X V` as `Why is it that X V-s`; so with when and where, if X isn't you."""
    asked = sentence.word(0)
    if asked not in {"why", "when", "where"} or sentence.word(2) in {"it", "you", "there"}:
        return None
    be_alone = sentence.word(1) in BE and sentence.tokens[1].head == sentence.tokens[1]
    said = None if be_alone or (asked != "why" and _is_place(sentence)) else declared(sentence, 1)
    be = "was" if sentence.word(1) in {"did", "was", "were", "had"} and asked != "why" else "is"
    return f"{sentence.text(0, 1)} {be} it that {said}" if said else None


def who_is_it(sentence: Sentence) -> str | None:
    """`Who wrote X` as `Who was it that wrote X`, and so with what and which, where they are the subject."""
    first = sentence.tokens[0]
    if sentence.word(0) in {"who", "what"} and first.dep_ in SUBJECTS:
        stop = 1
    elif sentence.word(0) in {"which", "what"} and first.dep_ == "det" and first.head.dep_ in SUBJECTS:
        if first.head.tag_ not in {"NN", "NNP"}:
            return None
        stop = sentence.place(first.head) + 1
    else:
        return None
    verb = sentence.tokens[stop] if stop < len(sentence.tokens) else None
    if verb is None or verb.tag_ not in _FINITE or sentence.root.pos_ not in {"VERB", "ADJ"}:
        return None
    if verb.lower_ in DO | {"am"} or (verb.lower_ in BE and (verb.head == verb or verb.head.pos_ != "VERB")):
        return None
    return f"{sentence.text(0, stop)} {'was' if verb.tag_ == 'VBD' else 'is'} it that {sentence.text(stop)}"


def in_what_way(sentence: Sentence) -> str | None:
    """`How does X V` as `In what way does X V`."""
    if sentence.word(0) != "how" or sentence.word(1) not in BE | DO or sentence.tokens[0].head.pos_ != "VERB":
        return None
    rest = small(sentence.tokens[1], sentence.text(1)) if sentence.word(1) != "'s" else f"is {sentence.text(2)}"
    return f"In what way {rest}" if sentence.word(2) not in {"you", "it"} else None


def which_is(sentence: Sentence) -> str | None:
    """`What is the longest river` as `Which is the longest river`."""
    if sentence.word(0) != "what" or sentence.word(1) not in {"is", "'s", "was"} or sentence.word(2) != "the":
        return None
    if not any(token.tag_ in {"JJS", "RBS"} for token in sentence.tokens[3:5]):
        return None
    return f"Which {'was' if sentence.word(1) == 'was' else 'is'} {sentence.text(2)}"


def written_out(sentence: Sentence) -> str | None:
    """`What's` as `What is`, `I'd like` as `I would like`, `I'm` as `I am`."""
    short, after = sentence.word(1), sentence.tokens[2:3]
    if short == "'s" and sentence.word(0) in {"what", "where", "who", "how", "when"} and after:
        full = None if after[0].tag_ in {"VBN", "VBD"} else "is"
    elif sentence.word(0) == "i":
        full = {"'m": "am", "'ve": "have", "'ll": "will"}.get(short)
        full = "would" if short == "'d" and sentence.word(2) == "like" else full
    else:
        full = None
    return f"{sentence.text(0, 1)} {full} {sentence.text(2)}" if full and after else None


def _whole_phrase(sentence: Sentence, number: int) -> Token | None:
    """Find the noun whose phrase is the rest of the sentence; None when it is no plain phrase."""
    for token in sentence.tokens[number:]:
        span = phrase(token) if token.pos_ in {"NOUN", "PROPN"} else (0, 0)
        if span == (sentence.tokens[number].i, sentence.tokens[-1].i + 1):
            return token
    return None


def _is_place(sentence: Sentence) -> bool:
    """Tell whether a question of when or where is about what something is: it has no verb but a form of be."""
    return sentence.word(1) in BE and sentence.root.pos_ != "VERB"


RULES: tuple[Rule, ...] = (
    opening, would_you, the_way_to, measure, cost, meaning, owned, order, fronted, is_it_that, who_is_it, true_that,
    which_is, in_what_way, written_out,
)  # fmt: skip
