"""Other wordings of questions that are answered by yes or no."""

from __future__ import annotations

from riffler.bandits.arms.inflection import gerund
from riffler.bandits.arms.sentence import BE, DO, HAVE, MODALS, Sentence, declared, is_base, subject_after
from riffler.bandits.words import ANSWERING_VERBS

_ANYONE = frozenset({"i", "you", "we", "one"})
_POLAR = frozenset("yet or".split())
_JUDGED = frozenset(
    "bad cruel dangerous good harmful healthy illegal legal normal ok okay polite risky rude safe unhealthy unsafe wise"
    " worth wrong".split()
)
_CLAUSE_WORDS = frozenset("when if while because that after before which who".split())
_SHORT = 11
"""Words of a sentence whose adjective can wait for its end."""
_LEARNED = frozenset("hard easy difficult simple tough".split())
_OPENINGS = {
    ("is", "there", "a", "way", "to"): "Is it possible to",
    ("is", "it", "possible", "to"): "Is there a way to",
}


def a_way(sentence: Sentence) -> str | None:
    """`Is there a way to V` as `Is it possible to V`, and the reverse."""
    for opens, new in _OPENINGS.items():
        if sentence.opens_with(*opens) and "that" not in sentence.words():
            return f"{new} {sentence.text(len(opens))}"
    return None


def would_you(sentence: Sentence) -> str | None:
    """`Could you V` as `Would you please V`."""
    asks = sentence.word(0) in {"can", "could", "will", "would"} and sentence.word(1) in {"you", "u"}
    if not asks or len(sentence.tokens) < 3 or not is_base(sentence.tokens[2]):
        return None
    answers = sentence.word(2) in ANSWERING_VERBS or sentence.word(3) in {"me", "us"}
    if "please" in sentence.words() or not answers:
        return None
    return f"Would you please {sentence.text(2)}"


def doing_it(sentence: Sentence) -> str | None:
    """`Is it rude to V` as `Is V-ing rude`."""
    words = tuple(sentence.word(number) for number in range(4))
    if words[:2] != ("is", "it") or words[2] not in _JUDGED or words[3] != "to":
        return None
    if not 5 < len(sentence.tokens) <= _SHORT or not _CLAUSE_WORDS.isdisjoint(sentence.words()):
        return None
    form = gerund(sentence.word(4)) if is_base(sentence.tokens[4]) else None
    return f"Is {form} {sentence.text(5)} {sentence.text(2, 3)}" if form else None


def hard_to(sentence: Sentence) -> str | None:
    """`Is X hard to V` as `Is it hard to V X`."""
    last = len(sentence.tokens) - 1
    plain = sentence.word(0) == "is" and last > 3 and sentence.word(1) not in {"it", "there"}
    if not plain or sentence.word(last - 1) != "to" or sentence.word(last - 2) not in _LEARNED:
        return None
    thing = sentence.text(1, last - 2)
    return f"Is it {sentence.text(last - 2, last - 1)} to {sentence.text(last)} {thing}"


def required(sentence: Sentence) -> str | None:
    """`Do I have to V` as `Am I required to V`."""
    span = subject_after(sentence, 0) if sentence.word(0) in {"do", "does"} else None
    if span is None or (sentence.word(span[1]), sentence.word(span[1] + 1)) != ("have", "to"):
        return None
    if sentence.word(1) == "you" or span[1] + 2 >= len(sentence.tokens):
        return None
    be = "Is" if sentence.word(0) == "does" else "Am" if sentence.word(1) == "i" else "Are"
    return f"{be} {sentence.text(*span)} required to {sentence.text(span[1] + 2)}"


def whether(sentence: Sentence) -> str | None:
    """`Can ostriches fly` as `Tell me whether ostriches can fly`."""
    asks = sentence.word(0) in BE | MODALS | HAVE | DO and sentence.mark[:1] in {"?", ""}
    choice = not _POLAR.isdisjoint(sentence.words()) and sentence.text(-2) != "or not"
    if not asks or choice or sentence.word(1) in {"you", "u", "n't", "not", "anyone", "anybody"}:
        return None
    if sentence.word(0) in {"shall", "will", "would"} and sentence.word(1) in _ANYONE:
        return None
    said = declared(sentence, 0)
    return f"Tell me whether {said}." if said else None
