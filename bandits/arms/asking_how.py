"""Other wordings of questions that ask how and why."""

from __future__ import annotations

from riffler.bandits.arms.inflection import participle
from riffler.bandits.arms.sentence import BE, DO, HAVE, MODALS, Sentence, declared, is_base
from riffler.bandits.syntax import OBJECTS, is_plural, phrase

_ANYONE = frozenset({"i", "you", "we", "one"})
_OPINION = frozenset("think feel like mean know do say spell pronounce deal tell".split())
_LIGHT = frozenset("get have keep let want take go put".split())
_PERSONAL = frozenset("myself yourself ourselves your my our it them".split())
_MANNERS = {
    "politely": "a polite", "quickly": "a quick", "safely": "a safe", "easily": "an easy", "properly": "a proper",
    "correctly": "a correct", "efficiently": "an efficient", "cheaply": "a cheap", "gently": "a gentle",
}  # fmt: skip


def a_polite_way(sentence: Sentence) -> str | None:
    """`How do I politely V` as `What is a polite way to V`."""
    way = _MANNERS.get(sentence.word(3))
    if not _asks_anyone(sentence) or way is None or not is_base(sentence.tokens[3].head):
        return None
    return f"What is {way} way to {sentence.text(4)}" if sentence.tokens[4:5] == (sentence.tokens[3].head,) else None


def is_done(sentence: Sentence) -> str | None:
    """`How do you clean a trunk` as `How is a trunk cleaned`: for everyone's `you`, where the object is plain."""
    if not _asks_anyone(sentence) or sentence.word(2) not in {"you", "one"}:
        return None
    if len(sentence.tokens) < 5 or not _PERSONAL.isdisjoint(sentence.words()):
        return None
    verb = sentence.tokens[3]
    form = participle(verb.lower_) if is_base(verb) and verb.lower_ not in _OPINION | _LIGHT else None
    thing = next((child for child in verb.rights if child.dep_ in OBJECTS), None)
    more = any(child.dep_ in {"xcomp", "ccomp", "iobj", "compound:prt", "prt"} for child in verb.children)
    if form is None or thing is None or more or not thing.text.islower():
        return None
    start, stop = (at - sentence.tokens[0].i for at in phrase(thing))
    be = "are" if is_plural(thing) else "is"
    return f"How {be} {sentence.text(4, stop)} {form} {sentence.text(stop)}".strip() if start == 4 else None


def how_to_say(sentence: Sentence) -> str | None:
    """`How do you say X in L` as `What is X in L`, of quoted words."""
    rest = sentence.tokens[4:]
    if (
        not sentence.opens_with("how", "do", "you", "say")
        or rest[0].text not in _QUOTES
        or "in" not in sentence.words()
    ):
        return None
    return f"What is {sentence.text(4)}"


_QUOTES = frozenset({'"', "“", "``"})


def what_to_do(sentence: Sentence) -> str | None:
    """`How do I V` as `What do I need to do to V`."""
    verb = sentence.tokens[3] if len(sentence.tokens) > 3 else None
    if not _asks_anyone(sentence) or verb is None or not is_base(verb) or verb.lower_ in _OPINION:
        return None
    return f"What do {sentence.text(2, 3)} need to do to {sentence.text(3)}"


def differs(sentence: Sentence) -> str | None:
    """`What is the difference between A and B` as `How do A and B differ`."""
    words = [sentence.word(number) for number in range(5)]
    if words[0] not in {"what", "whats"} or "between" not in words or not {"difference", "differences"} & set(words):
        return None
    rest = words.index("between") + 1
    pair = sentence.text(rest)
    split = any(token.lower_ in {"or", ","} or token.dep_ in _CLAUSES for token in sentence.tokens[rest:])
    both = sum(token.lower_ == "and" for token in sentence.tokens[rest:]) == 1
    return f"How do {pair} differ" if both and not split else None


def makes_different(sentence: Sentence) -> str | None:
    """`What makes A different from B` as `How does A differ from B`."""
    if sentence.word(0) != "what" or sentence.word(1) != "makes":
        return None
    at = next((number for number in range(3, len(sentence.tokens) - 2) if sentence.word(number) == "different"), None)
    if at is None or sentence.word(at + 1) != "from":
        return None
    return f"How {_do(sentence, at)} {sentence.text(2, at)} differ {sentence.text(at + 1)}"


def makes(sentence: Sentence) -> str | None:
    """`What makes X V` and `What causes X to V` as `Why does X V`."""
    if sentence.word(0) != "what" or sentence.word(1) not in {"makes", "causes"}:
        return None
    verb = next((token for token in sentence.tokens[3:] if token.tag_ == "VB"), None)
    if verb is None or verb.head != sentence.tokens[1]:
        return None
    at = sentence.place(verb)
    stop = at - (sentence.word(at - 1) == "to")
    if (sentence.word(1) == "causes") != (stop < at) or sentence.tokens[stop - 1].pos_ not in {"NOUN", "PROPN"}:
        return None
    return f"Why {_do(sentence, stop)} {sentence.text(2, stop)} {sentence.text(at)}"


def explained(sentence: Sentence) -> str | None:
    """`How does X V` and `Why does X V` as orders to explain it, unless it is about the one who is asked."""
    if sentence.word(0) not in {"how", "why"} or sentence.word(1) not in BE | DO | HAVE | MODALS:
        return None
    person = sentence.word(2) in {"you", "we", "there"} or (sentence.word(0) == "how" and sentence.word(2) in _ANYONE)
    said = None if person or _is_state(sentence) else declared(sentence, 1)
    return f"Explain {sentence.word(0)} {said}." if said else None


def come(sentence: Sentence) -> str | None:
    """`How come X V-s` and `Why is it that X V-s` as orders to explain it."""
    for opens in (("how", "come"), ("why", "is", "it", "that")):
        if sentence.opens_with(*opens):
            return f"Explain why {sentence.text(len(opens))}."
    return None


_CLAUSES = frozenset({"acl:relcl", "relcl", "advcl", "ccomp"})


def _asks_anyone(sentence: Sentence) -> bool:
    return sentence.word(0) == "how" and sentence.word(1) in {"do", "can", "should"} and sentence.word(2) in _ANYONE


def _is_state(sentence: Sentence) -> bool:
    """Tell `how is the weather` from `how is it made`."""
    return sentence.word(0) == "how" and sentence.word(1) in BE and sentence.root.pos_ != "VERB"


def _do(sentence: Sentence, stop: int) -> str:
    """Give the form of do that goes with the noun before a position."""
    noun = sentence.tokens[stop - 1]
    return "do" if is_plural(noun) or any(token.lower_ == "and" for token in sentence.tokens[2:stop]) else "does"
