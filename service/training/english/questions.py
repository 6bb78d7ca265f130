"""Frames of questions, which are rare in the training corpus."""

from __future__ import annotations

from collections.abc import Callable

from riffler.service.training.english.grammar import Grammar, Phrase
from riffler.service.training.english.trees import Node

Frame = Callable[[Grammar], Node]
_INT = "PronType=Int"


def _adverb(word: str, dep: str = "advmod") -> Node:
    return Node(word, word, "ADV", "WRB", _INT, dep)


def _pronoun(word: str, dep: str) -> Node:
    return Node(word, word, "PRON", "WP", _INT, dep)


def _wh_noun(grammar: Grammar, dep: str) -> Phrase:
    """Give `which cities`, `what kind`, `how many boats`."""
    phrase = grammar.phrase(dep, 1, bare=True)
    kind = grammar.rng.random()
    if kind < 0.4 and phrase.number == "Plur":
        many = Node("many", "many", "ADJ", "JJ", "Degree=Pos", "amod", before=[_adverb("how")])
        phrase.node.before.insert(0, many)
    else:
        word = "which" if kind < 0.75 else "what"
        phrase.node.before.insert(0, Node(word, word, "DET", "WDT", _INT, "det"))
    return phrase


def what_is(grammar: Grammar) -> Node:
    """`What is the capital of France?`."""
    subject = grammar.phrase("nsubj")
    word = grammar.rng.choice(("what", "what", "what", "who", "where"))
    root = _adverb(word, "root") if word == "where" else _pronoun(word, "root")
    root.after += [grammar.be(subject, "cop"), subject.node]
    return root


def who_did(grammar: Grammar) -> Node:
    """`Who painted the ceiling?`."""
    verb = grammar.finite("Sing", "3")
    verb.before.append(_pronoun(grammar.rng.choice(("who", "who", "what")), "nsubj"))
    verb.after.append(grammar.phrase("obj").node)
    if grammar.chance(0.3):
        verb.after.append(grammar.with_case("obl"))
    return verb


def when_did(grammar: Grammar) -> Node:
    """`When did the river freeze?`, `How do I open a jar?`."""
    subject = grammar.subject()
    verb = grammar.infinitive("root")
    word = grammar.rng.choice(("when", "where", "why", "how"))
    verb.before += [_adverb(word), grammar.auxiliary(subject), subject.node]
    return verb


def what_did(grammar: Grammar) -> Node:
    """`What did they sell?`, `Which boats does he own?`, `How many rooms do we need?`."""
    subject = grammar.subject()
    verb = grammar.lexicon.verb(grammar.verb(transitive=True), "VB", "VerbForm=Inf")
    asked = _wh_noun(grammar, "obj").node if grammar.chance(0.6) else _pronoun("what", "obj")
    verb.before += [asked, grammar.auxiliary(subject), subject.node]
    if grammar.chance(0.3):
        verb.after.append(grammar.with_case("obl"))
    return verb


def which_does(grammar: Grammar) -> Node:
    """`Which planets have rings?`."""
    subject = _wh_noun(grammar, "nsubj")
    verb = grammar.finite(subject.number, "3")
    verb.before.append(subject.node)
    verb.after.append(grammar.phrase("obj").node)
    return verb


def how_old(grammar: Grammar) -> Node:
    """`How old is the bridge?`, `Why was it so cold?`."""
    subject = grammar.subject()
    root = grammar.adjective("root")
    if grammar.chance(0.6):
        root.before += [_adverb("how")]
        root.after += [grammar.be(subject, "cop"), subject.node]
        return root
    root.before += [_adverb("why"), grammar.be(subject, "cop"), subject.node]
    if grammar.chance(0.5):
        root.before.append(Node("so", "so", "ADV", "RB", "_", "advmod"))
    return root


def how_much(grammar: Grammar) -> Node:
    """`How much does a ticket cost?`, `How long does the flight take?`."""
    subject = grammar.phrase("nsubj")
    if grammar.chance(0.5):
        asked = Node("much", "much", "ADJ", "JJ", "Degree=Pos", "obj", before=[_adverb("how")])
        verb = Node("cost", "cost", "VERB", "VB", "VerbForm=Inf")
    else:
        word = grammar.rng.choice(("long", "often", "far", "fast"))
        asked = Node(word, word, "ADV", "RB", "Degree=Pos", "advmod", before=[_adverb("how")])
        verb = grammar.lexicon.verb(grammar.verb(transitive=False), "VB", "VerbForm=Inf")
    verb.before += [asked, grammar.auxiliary(subject), subject.node]
    return verb


def yes_or_no(grammar: Grammar) -> Node:
    """`Did the king marry?`, `Is the water clean?`, `Are there any seats?`."""
    kind = grammar.rng.random()
    if kind < 0.5:
        subject = grammar.subject()
        verb = grammar.infinitive("root")
        verb.before += [grammar.auxiliary(subject), subject.node]
        return verb
    if kind < 0.85:
        subject = grammar.subject()
        root = grammar.adjective("root") if grammar.chance(0.6) else grammar.phrase("root").node
        root.before[:0] = [grammar.be(subject, "cop"), subject.node]
        return root
    subject = grammar.phrase("nsubj")
    root = grammar.be(subject, "root")
    root.pos = "VERB"
    root.after += [Node("there", "there", "PRON", "EX", "_", "expl"), subject.node]
    return root


def passive(grammar: Grammar) -> Node:
    """`When was the bridge built?`, `Was it built by him?`."""
    subject = grammar.subject("nsubj:pass")
    lemma = grammar.verb(transitive=True)
    verb = grammar.lexicon.verb(lemma, "VBN", "Tense=Past|VerbForm=Part|Voice=Pass")
    verb.before += [grammar.be(subject, "aux:pass"), subject.node]
    if grammar.chance(0.7):
        verb.before.insert(0, _adverb(grammar.rng.choice(("when", "where", "how", "why"))))
    if grammar.chance(0.4):
        verb.after.append(grammar.with_case("obl"))
    return verb


def polite(grammar: Grammar) -> Node:
    """`Could you explain the rules?`, `Do you know who wrote it?`."""
    you = Phrase(Node("you", "you", "PRON", "PRP", "Case=Nom|Person=2|PronType=Prs", "nsubj"), "Sing", "2")
    if grammar.chance(0.5):
        verb = grammar.infinitive("root")
        form = grammar.rng.choice(("can", "could", "would", "will"))
        verb.before += [Node(form, form, "AUX", "MD", "VerbForm=Fin", "aux"), you.node]
        if grammar.chance(0.3):
            verb.before.append(Node("please", "please", "INTJ", "UH", "_", "discourse"))
        return verb
    verb = Node("know", "know", "VERB", "VB", "VerbForm=Inf")
    do = Node("do", "do", "AUX", "VBP", f"{you.agreement}|Tense=Pres|VerbForm=Fin", "aux")
    verb.before += [do, you.node]
    verb.after.append(indirect(grammar))
    return verb


def indirect(grammar: Grammar) -> Node:
    """`who wrote it`, `when the shop opens`, `if he came`."""
    if grammar.chance(0.4):
        return who_did(grammar).as_("ccomp")
    subject = grammar.subject()
    verb = grammar.finite(subject.number, subject.person, "ccomp")
    word = grammar.rng.choice(("when", "where", "why", "how", "if", "whether"))
    mark = Node(word, word, "SCONJ", "IN", "_", "mark") if word in {"if", "whether"} else _adverb(word)
    verb.before += [mark, subject.node]
    verb.after.append(grammar.phrase("obj", 1).node)
    return verb


QUESTIONS: tuple[Frame, ...] = (
    what_is, what_is, who_did, when_did, when_did, what_did, which_does, how_old, how_much, yes_or_no, yes_or_no,
    passive, polite,
)  # fmt: skip
"""All frames, the more frequent ones more than once."""
