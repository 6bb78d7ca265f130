"""Other wordings of orders and wishes."""

from __future__ import annotations

from riffler.bandits.arms.sentence import DO, Sentence, inverted
from riffler.bandits.features.answer_kinds import LABELS
from riffler.bandits.syntax import OBJECTS, SUBJECTS, is_plural, phrase

_NOUNS = {
    "describe": "Give a description of", "summarise": "Give a summary of", "summarize": "Give a summary of",
    "compare": "Draw a comparison between", "outline": "Give an outline of",
}  # fmt: skip
_VERBS = {
    "draft": "Write", "suggest": "Recommend", "recommend": "Suggest", "reword": "Rephrase", "paraphrase": "Reword",
    "rephrase": "Reword", "list": "Name",
}  # fmt: skip
_CLAUSE_WORDS = frozenset("how why what when where who which whether".split())
_OPENINGS = {
    ("i", "'d", "like", "to", "know"): "Tell me",
    ("i", "would", "like", "to", "know"): "Tell me",
    ("i", "want", "to", "know"): "Tell me",
    ("i", "'m", "dying", "to", "know"): "I would love to know",
    ("i", "'d", "be", "curious", "to", "hear"): "I would like to know",
    ("i", "wish", "i", "knew"): "I would like to know",
    ("tell", "me", "about"): "Give me information about",
    ("help", "me", "with"): "Give me a hand with",
    ("advise", "me", "on"): "Give me advice on",
    ("i", "need", "help", "with"): "Help me with",
    ("explain", "to", "me"): "Tell me",
    ("come", "up", "with"): "Think of",
}
_FORM = frozenset({("as", "if"), ("to", "a"), ("to", "an"), ("for", "a"), ("for", "an"), ("step", "by")})
_FORM_WORDS = frozenset("words sentences sentence lines terms points paragraphs paragraph briefly simply".split())
_TOLD = frozenset("explain describe tell".split())


def opening(sentence: Sentence) -> str | None:
    """Change a fixed opening for another one that says the same."""
    words = tuple(sentence.word(number) for number in range(6))
    for length in range(len(words), 1, -1):
        new = _OPENINGS.get(words[:length])
        if new is not None and len(sentence.tokens) > length:
            return f"{new} {sentence.text(length)}."
    return None


def asked(sentence: Sentence) -> str | None:
    """`Tell me how X V-s` and `Explain why X V-s` as the question."""
    at = 2 if (sentence.word(0), sentence.word(1)) == ("tell", "me") else 1
    if sentence.word(0) not in _TOLD or sentence.word(at) not in _CLAUSE_WORDS - {"whether"}:
        return None
    if len(sentence.tokens) < at + 3:
        return None
    word = sentence.tokens[at]
    stop = at + 1
    if word.dep_ in {"det", "advmod"} and word.head.i > word.i and word.head.tag_ in {"NN", "NNS", "NNP", "JJ", "RB"}:
        stop = sentence.place(word.head) + 1
    if sentence.word(at) == "how" and sentence.word(at + 1) in {"long", "often", "far"}:
        stop = at + 2
    if any(
        (sentence.word(number), sentence.word(number + 1)) in _FORM or token.lower_ in _FORM_WORDS
        for number, token in enumerate(sentence.tokens)
    ):
        return None  # how to explain it: as if to a child, in a few words
    wh = sentence.text(at, stop)
    if any(token.dep_ in SUBJECTS for token in sentence.tokens[at:stop]):
        rest = sentence.text(stop)
    else:
        rest = inverted(sentence, stop) or ""
    return f"{wh[0].upper()}{wh[1:]} {rest}?" if rest and sentence.word(stop) not in {"to", *DO} else None


def noun(sentence: Sentence) -> str | None:
    """`Describe X` as `Give a description of X`."""
    opens = _NOUNS.get(sentence.word(0))
    if opens is None or len(sentence.tokens) < 2 or sentence.tokens[0].tag_ != "VB":
        return None
    follows = sentence.tokens[1]
    plain = follows.pos_ in {"DET", "NOUN", "PROPN", "ADJ", "NUM"} and follows.lower_ not in _CLAUSE_WORDS
    if sentence.word(0) == "compare" and not any(token.lower_ == "and" for token in sentence.tokens):
        return None
    return f"{opens} {sentence.text(1)}." if plain else None


def understood(sentence: Sentence) -> str | None:
    """`Explain X` as `Help me understand X`, where X is a noun and no more is said."""
    if sentence.word(0) != "explain" or len(sentence.tokens) < 2 or len(sentence.tokens) > 8:
        return None
    thing = next((child for child in sentence.tokens[0].rights if child.dep_ in OBJECTS), None)
    whole = thing is not None and thing.pos_ in {"NOUN", "PROPN"} and phrase(thing)[0] == sentence.tokens[1].i
    if not whole or thing is None or thing.right_edge.i < sentence.tokens[-1].i:
        return None
    return f"Help me understand {sentence.text(1)}."


def what_is(sentence: Sentence) -> str | None:
    """`Name the smallest bone` as `What is the smallest bone`, and so of `give me` and `find me`."""
    order, start = sentence.tokens[0], 1
    if sentence.word(0) in {"give", "find", "tell"} and sentence.word(1) == "me":
        start = 2
    named = next((child for child in order.rights if child.dep_ in OBJECTS and child.i >= order.i + start), None)
    if sentence.word(0) not in {"name", "give", "find", "tell"} or named is None or named.pos_ != "NOUN":
        return None
    article = sentence.word(start)
    ranked = any(token.tag_ in {"JJS", "RBS"} for token in sentence.tokens[start : sentence.place(named)])
    known = named.lemma_.lower() in LABELS
    if not (known or ranked) or article not in ({"the", "a", "an"} if known else {"the"}):
        return None
    return f"What {'are' if is_plural(named) else 'is'} {sentence.text(start)}?"


def examples(sentence: Sentence) -> str | None:
    """`Name three X` as `Give three examples of X`."""
    if sentence.word(0) not in {"name", "list"} or len(sentence.tokens) < 3 or sentence.tokens[1].tag_ != "CD":
        return None
    noun = sentence.tokens[1].head
    plain = noun.tag_ == "NNS" and sentence.place(noun) == 2 and not any(noun.rights)
    return f"Give {sentence.text(1, 2)} examples of {sentence.text(2)}." if plain else None


def said_in(sentence: Sentence) -> str | None:
    """`Translate X into L` as `How do you say X in L`, of quoted words."""
    words = [sentence.word(number) for number in range(len(sentence.tokens))]
    if words[0] != "translate" or len(words) < 4 or words[1] not in {'"', "“", "``"} or words[-2] not in {"into", "to"}:
        return None
    return f"How do you say {sentence.text(1, -2)} in {sentence.text(-1)}?"


def verb(sentence: Sentence) -> str | None:
    """`Suggest X` as `Recommend X`, and the like."""
    new = _VERBS.get(sentence.word(0))
    me = sentence.word(1) == "me"
    if new is None or len(sentence.tokens) < 2 + me or sentence.tokens[0].tag_ != "VB" or sentence.word(1) == ":":
        return None
    return f"{new} {sentence.text(1 + me)}"


def composed(sentence: Sentence) -> str | None:
    """`Write a poem` as `Compose a poem`, of what is written with art."""
    thing = next((child for child in sentence.tokens[0].rights if child.dep_ in OBJECTS), None)
    if sentence.word(0) not in {"write", "draft"} or thing is None or thing.lemma_.lower() not in _COMPOSED:
        return None
    return f"Compose {sentence.text(1)}"


_COMPOSED = frozenset("haiku poem sonnet limerick song ballad story obituary letter speech essay toast eulogy".split())


def explain_how(sentence: Sentence) -> str | None:
    """`Describe how` as `Explain how`."""
    if (sentence.word(0), sentence.word(1)) != ("describe", "how") or len(sentence.tokens) < 4:
        return None
    return f"Explain {sentence.text(1)}"


def wished(sentence: Sentence) -> str | None:
    """`I'd like the recipe` as `Please give me the recipe`, and `I'd like to find` as `Help me find`."""
    if sentence.word(0) != "i" or sentence.word(1) not in {"'d", "would"} or sentence.word(2) != "like":
        return None
    if sentence.word(3) in {"the", "a", "an", "some"} and len(sentence.tokens) > 4:
        return f"Please give me {sentence.text(3)}"
    finds = sentence.word(3) == "to" and sentence.word(4) in {"find", "learn", "understand"}
    return f"Help me {sentence.text(4)}" if finds else None
