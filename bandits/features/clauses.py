"""Clause complexity: a clause that is a part of another one, by its first word and by the parse.

A conjunction or a question word inside a sentence, a pronoun after a noun or after a verb of saying, and an infinitive
are seen without a parse; participles, and relative clauses without a pronoun, need one.
"""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.acts import Act, acts
from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.tree import Tree
from riffler.bandits.words import BE_FORMS, FINITE_AUXILIARIES, NEGATIONS, PREPOSITIONS, TELLING_VERBS

_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_VERB_TAGS = _FINITE | {"VB", "VBG", "VBN"}
_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_MARKERS = frozenset(
    "although because becuase cause cos coz cuz if lest provided providing though unless whenever whereas"
    " wherever whether while whilst".split()
)
"""Words that begin a clause when a verb follows."""
_TIMES = frozenset("after as befor before like once since than till til until untill".split())
"""The same, but they are also prepositions: a subject and a verb must follow."""
_WH = frozenset(
    "how what whatever whatsoever when where which whichever who whoever whom whose why whereby wich".split()
)
_SUBJECTS = frozenset("i you we he she it they u people someone anyone everyone nobody there".split())
_SENTENTIAL = frozenset(
    {"glad", "sure", "afraid", "sorry", "happy", "certain", "worried", "way", "time", "moment", "day"}
)
# "Want to learn" shares its subject with "learn".
_CATENATIVE = frozenset(
    "able about afford agree aim allowed appear arrange attempt begin bother choose claim continue dare"
    " decide deserve due expect fail forget get going gonna got had happen hate have hesitate hope intend"
    " learn like likely long love manage mean need neglect offer ought plan prefer prepare pretend proceed"
    " promise refuse remember seem start strive struggle supposed tend threaten try turn use used vow wait"
    " want wish unlikely willing wont how what when where which who whom whether or and not s 's is are was"
    " were be been".split()
)
_INDEFINITE = frozenset("all anything else everything nothing something that's thing things those".split())
_HOW_MANY = frozenset({"many", "much", "what", "which", "whose"})
_BREAKS = frozenset({",", '"', "“", "``", "`", ":", "-", "("})
_BEFORE_THAT = frozenset({"fact", "given", "now", "provided", "seeing", "so", "such"})
_ELLIPTIC = frozenset("any anyone anybody anything applicable at ever necessary needed not only possible".split())
_RELATIVE = frozenset({"who", "whom", "whose", "which", "where"})
_COMPARED = frozenset({"and", "or", ",", "not", "n't", "from", "than"})
_ADJECTIVES = frozenset({"JJ", "JJR", "JJS", "RB", "RBR", "RBS"})
_MIDDLE = frozenset("all also always even ever just never not n't often only please really still usually".split())
_WINDOW = 10


def _clause_complexity(reading: Reading) -> Iterator[WordSpan] | None:
    tree = reading.tree
    if tree is None:
        return None
    return _clauses(reading, tree)


def _clauses(reading: Reading, tree: Tree) -> Iterator[WordSpan]:
    words = reading.words
    for act in acts(reading):
        yield from _marked(reading, words, act)
    yield from _infinitives(reading, words)
    yield from _parsed(reading, words, tree)


def _marked(reading: Reading, words: tuple[str, ...], act: Act) -> Iterator[WordSpan]:
    """Find clauses by the word that begins them."""
    for here in range(act.start, act.end):
        verb = _clause_from(reading, words, here, act)
        if verb is not None:
            yield here, verb + 1


def _clause_from(reading: Reading, words: tuple[str, ...], here: int, act: Act) -> int | None:
    """Find the last word shown of the clause that begins here, its verb as a rule."""
    word, opens = words[here], here == act.start
    if word in _MARKERS:
        return _after_marker(reading, here, act.end)
    if word in _TIMES:
        return _subject_and_verb(reading, here, act.end)
    if word in _WH:
        return _question_word(reading, words, here, act) if not opens or act.kind == "statement" else None
    if opens:
        return None
    if word == "that":
        return _that_clause(reading, here, act.end)
    if reading.tags[here] == "VBN" and _is_cooked(reading, here, act):
        return here
    if reading.lemmas[here] in TELLING_VERBS and reading.tags[here] in _VERB_TAGS:
        return _said(reading, here, act.end)
    if word in _SUBJECTS and words[here - 1] != "," and _without_that(reading, words, here):
        return _verb_after(reading, here, min(act.end, here + 4), _FINITE)
    return None


def _verb_after(reading: Reading, here: int, end: int, tags: frozenset[str]) -> int | None:
    """Find the first verb of the clause that begins here."""
    for each in range(here + 1, min(here + _WINDOW, end)):
        if reading.tags[each] in tags or (reading.words[each] in FINITE_AUXILIARIES and reading.tags[each] != "POS"):
            return each
        if reading.words[each] == "," and each > here + 1:
            return None
    return None


def _after_marker(reading: Reading, here: int, end: int) -> int | None:
    """Find the verb after `if` and such; where the tagger sees none, two words are taken for a clause."""
    if reading.word(here + 1) == "so":
        return here + 1  # "if so"
    if reading.word(here + 1) in _ELLIPTIC or reading.word(here - 1) in {"a", "the", "little", "long"}:
        return None
    verb = _verb_after(reading, here, end, _VERB_TAGS)
    return here + 2 if verb is None and here + 2 < end and reading.words[here] != "cause" else verb


def _subject_and_verb(reading: Reading, here: int, end: int) -> int | None:
    """Find the verb after "since I", "than Anna": its subject stands between."""
    if here + 2 >= end:
        return None
    verb = _verb_after(reading, here, end, _FINITE)
    if reading.words[here + 1] in _SUBJECTS:
        return verb
    nominal = reading.tags[here + 1] in _NOUNS or reading.pos[here + 1] in {"DET", "PRON", "ADJ"}
    if verb is None or not nominal or verb > here + 6:
        return None
    between = reading.tags[here + 1 : verb]
    # "Before the war did he live here?" asks, and no clause begins.
    return verb if "IN" not in between and not _NOUNS.isdisjoint(between) else None


def _is_cooked(reading: Reading, here: int, act: Act) -> bool:
    """Tell the participle of "dishes that go with fish cooked in foil" by the verb before it."""
    if reading.tags[here - 1] not in _NOUNS or reading.word(here + 1) not in PREPOSITIONS:
        return False
    return here - 1 > act.start and any(
        reading.tags[each] in {"VB", "VBP", "VBZ"} and reading.words[each] not in FINITE_AUXILIARIES
        for each in range(max(act.start, here - _WINDOW), here - 1)
    )


def _said(reading: Reading, here: int, end: int) -> int | None:
    """Find the verb of what is said: "it says my disk is full"."""
    for each in range(here + 1, min(here + 7, end)):
        if reading.tags[each] in _FINITE:
            return each if each > here + 1 and reading.tags[each - 1] in _NOUNS | {"RB"} else None
        if reading.pos[each] not in {"DET", "NOUN", "PROPN", "ADJ", "PRON", "ADV"} or reading.words[each] in _WH:
            return None
    return None


def _that_clause(reading: Reading, here: int, end: int) -> int | None:
    verb = _verb_after(reading, here, end, _FINITE)
    if reading.tags[here - 1] in _NOUNS and here + 2 < end:
        return here + 1 if verb is None else verb
    if reading.words[here - 1] in _BEFORE_THAT and here + 2 < end:
        return here + 1 if verb is None else verb
    told = reading.lemmas[here - 1] in TELLING_VERBS
    if reading.tags[here] == "DT" and not told and reading.words[here - 1] not in {"is", "was", "it"}:
        return None
    return None if verb == here + 1 and told else verb


def _question_word(reading: Reading, words: tuple[str, ...], here: int, act: Act) -> int | None:
    """Find the verb of a relative clause or an embedded question."""
    before, after = reading.word(here - 1), reading.word(here + 1)
    opening = here - act.start
    if after == "to" or reading.ends(here + 1):
        return None
    if act.kind == "question" and opening <= 4 and _is_fronted(reading, words, act.start, here):
        return None
    if before in {"and", "or", ","} and _inverts(reading, here, act.end):
        return None
    if before in TELLING_VERBS or (before in {"me", "us"} and reading.word(here - 2) in TELLING_VERBS):
        return min(here + 2, act.end - 1)
    if before in {"and", "or", "but"} and act.kind == "question":
        return None
    verb = _verb_after(reading, here, act.end, _FINITE)
    if verb is None and here + 2 < act.end and _must_begin_clause(reading, here, act):
        return here + 2
    return verb


def _must_begin_clause(reading: Reading, here: int, act: Act) -> bool:
    """Tell whether a question word begins a clause even where the tagger sees no verb: "films in which he wins"."""
    word, before = reading.words[here], here - 1
    if before > act.start and reading.words[before] in PREPOSITIONS:
        before -= 1
    return word == "when" or (word in _RELATIVE and act.kind != "fragment" and reading.tags[before] in _NOUNS)


def _is_fronted(reading: Reading, words: tuple[str, ...], start: int, here: int) -> bool:
    """Tell "in which year", "at least how many" from an embedded question: nothing but prepositions before it."""
    return all(
        words[each] in PREPOSITIONS | _WH | {"least", "most", ",", "since"} or reading.pos[each] == "INTJ"
        for each in range(start, here)
    )


def _inverts(reading: Reading, here: int, end: int) -> bool:
    for each in range(here + 1, min(here + 4, end)):
        if reading.words[each] in FINITE_AUXILIARIES:
            return each + 1 < end and reading.tags[each + 1] in _NOUNS | {"DT", "PRP", "PRP$", "EX"}
    return False


def _without_that(reading: Reading, words: tuple[str, ...], here: int) -> bool:
    """Tell "the man I met" and "I hope you slept": the pronoun begins a clause without `that`."""
    before = here - 1
    lemma, tag = reading.lemmas[before], reading.tags[before]
    if words[before] in FINITE_AUXILIARIES or (words[here] == "there" and tag in _NOUNS):
        return False
    if lemma in TELLING_VERBS or words[before] in _SENTENTIAL:
        return tag in _VERB_TAGS | _ADJECTIVES | _NOUNS and reading.word(here + 1) not in {",", "?", ""}
    if words[before] in _INDEFINITE:
        return True
    return tag in _NOUNS and (FINITE_AUXILIARIES | _HOW_MANY).isdisjoint(words[max(0, here - 3) : before])


def _infinitives(reading: Reading, words: tuple[str, ...]) -> Iterator[WordSpan]:
    """Find infinitives of purpose, and those that explain a noun or an adjective or have a subject of their own."""
    last = 0
    for here, word in enumerate(words):
        if not word.strip(".?!;:"):
            last = here + 1
        if word != "to" or here + 1 >= len(words):
            continue
        verb = here + 1
        while verb + 1 < len(words) and words[verb] in _MIDDLE:
            verb += 1
        if reading.tags[verb] not in {"VB", "VBP"} or not _stands_alone(reading, words, here, last):
            continue
        yield here, verb + 1


def _stands_alone(reading: Reading, words: tuple[str, ...], to: int, start: int) -> bool:
    before = to - 1
    while before > start and words[before] in NEGATIONS | {"even", "just", "only", "really"}:
        before -= 1
    if before < start:
        return True  # "To make bread, what do I need?"
    word, lemma, tag = words[before], reading.lemmas[before], reading.tags[before]
    if word in _CATENATIVE or word in _COMPARED or (tag in _VERB_TAGS and lemma in _CATENATIVE):
        return False
    if tag == "VBN" and words[before - 1] in BE_FORMS:  # "is expected to"
        return False
    if word in _SUBJECTS | {"me", "him", "her", "us", "them", "somebody", "something", "anything", "nothing"}:
        return True
    return tag in _NOUNS | _ADJECTIVES | _VERB_TAGS | {"CD", "RP", "PRP", "DT", "IN"}


def _parsed(reading: Reading, words: tuple[str, ...], tree: Tree) -> Iterator[WordSpan]:
    """Find what only a parse shows: participles after nouns, and relative clauses without a pronoun."""
    for here, dep in enumerate(tree.deps):
        head = tree.heads[here]
        if not words[here] or reading.tags[here] not in _VERB_TAGS:
            continue
        tag = reading.tags[here]
        if dep in {"acl", "advcl"} and tag in {"VBG", "VBN", "VBD"} and head < here:
            if _is_participle(reading, tree, here, head, dep):
                yield here, here + 1
        elif dep in {"acl:relcl", "ccomp"} and head < here and tag in _VERB_TAGS:
            subject = next(tree.of_kind(here, "nsubj"), None)
            if subject is not None and head < subject < here and _joins_directly(words, head, subject):
                yield subject, here + 1


def _is_passive(reading: Reading, tree: Tree, head: int, here: int) -> bool:
    """Tell "when was the tower designed", which the parser may take for "the tower designed", by its `be`."""
    if any(tree.of_kind(head, "case")):
        return False
    return any(reading.words[each] in BE_FORMS for each in range(max(0, head - 6), here)) and not any(
        reading.tags[each] in _VERB_TAGS and reading.words[each] not in FINITE_AUXILIARIES
        for each in range(max(0, head - 6), here)
    )


def _joins_directly(words: tuple[str, ...], head: int, subject: int) -> bool:
    """Tell "the lake Anna saw" from "the lake, Anna saw", "has Anna seen" and a quotation."""
    return words[head] != "come" and (FINITE_AUXILIARIES | _BREAKS).isdisjoint(words[max(head, subject - 3) : subject])


def _is_participle(reading: Reading, tree: Tree, here: int, head: int, dep: str) -> bool:
    if any(tree.of_kind(here, "aux", "cop", "mark", "case", "nsubj")) or here - head > 6:
        return False
    if reading.tags[here] != "VBG" and _is_passive(reading, tree, head, here):
        return False
    if dep == "advcl":
        return reading.words[here - 1] == "," and reading.tags[here] == "VBG"
    return reading.words[here - 1] not in PREPOSITIONS | BE_FORMS and reading.pos[head] in {
        "NOUN",
        "PROPN",
        "PRON",
        "NUM",
    }


CLAUSE_COMPLEXITY = Property("clause_complexity", _clause_complexity, needs="tree")
