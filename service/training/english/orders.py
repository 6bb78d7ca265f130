"""Frames of orders, and of wishes that stand for them."""

from __future__ import annotations

from riffler.service.training.english.grammar import Grammar
from riffler.service.training.english.questions import Frame, indirect
from riffler.service.training.english.trees import Node

_IMPERATIVE = "Mood=Imp|VerbForm=Fin"
_SAYING = "name list explain describe compare define summarize give show write translate find suggest".split()


def _imperative(grammar: Grammar, lemma: str = "") -> Node:
    lemma = lemma or grammar.verb(transitive=True)
    return Node(lemma, lemma, "VERB", "VB", _IMPERATIVE)


def _please(grammar: Grammar, verb: Node) -> Node:
    if grammar.chance(0.2):
        verb.before.insert(0, Node("please", "please", "INTJ", "UH", "_", "discourse"))
    return verb


def do_it(grammar: Grammar) -> Node:
    """`Name three rivers in Spain.`, `Boil the water.`."""
    verb = _imperative(grammar, grammar.rng.choice(_SAYING) if grammar.chance(0.5) else "")
    verb.after.append(grammar.phrase("obj").node)
    if grammar.chance(0.4):
        verb.after.append(grammar.with_case("obl"))
    return _please(grammar, verb)


def give_me(grammar: Grammar) -> Node:
    """`Give me a list of birds.`, `Tell me who won the race.`."""
    me = Node("me", "I", "PRON", "PRP", "Case=Acc|Number=Sing|Person=1|PronType=Prs", "iobj")
    if grammar.chance(0.5):
        verb = _imperative(grammar, grammar.rng.choice(("give", "show", "send", "tell")))
        verb.after += [me, grammar.phrase("obj").node]
    else:
        verb = _imperative(grammar, "tell")
        verb.after += [me, indirect(grammar)]
    return _please(grammar, verb)


def this_and_that(grammar: Grammar) -> Node:
    """`Compare iron and gold.`, `Wash the rice and boil it.`."""
    verb = _imperative(grammar, grammar.rng.choice(("compare", "list", "describe")) if grammar.chance(0.5) else "")
    first = grammar.phrase("obj", 1).node
    conjunction = Node("and", "and", "CCONJ", "CC", "_", "cc")
    if grammar.chance(0.5):
        second = grammar.phrase("conj", 1).node
        second.before.insert(0, conjunction)
        first.after.append(second)
        verb.after.append(first)
        return verb
    other = _imperative(grammar).as_("conj")
    other.before.append(conjunction)
    other.after.append(grammar.phrase("obj", 1).node)
    verb.after += [first, other]
    return verb


def do_not(grammar: Grammar) -> Node:
    """`Don't use names.`, `Do not open the box.`."""
    verb = Node((lemma := grammar.verb(transitive=True)), lemma, "VERB", "VB", "VerbForm=Inf")
    no = "n't" if grammar.chance(0.6) else "not"
    verb.before += [
        Node("do", "do", "AUX", "VB", _IMPERATIVE, "aux"),
        Node(no, "not", "PART", "RB", "Polarity=Neg", "advmod"),
    ]
    verb.after.append(grammar.phrase("obj").node)
    return verb


def wish(grammar: Grammar) -> Node:
    """`I want to learn Spanish.`, `I need help with my car.`."""
    me = Node("I", "I", "PRON", "PRP", "Case=Nom|Number=Sing|Person=1|PronType=Prs", "nsubj")
    present = "Mood=Ind|Number=Sing|Person=1|Tense=Pres|VerbForm=Fin"
    lemma = grammar.rng.choice(("want", "need"))
    verb = Node(lemma, lemma, "VERB", "VBP", present, before=[me])
    verb.after.append(grammar.infinitive("xcomp", to=True) if grammar.chance(0.7) else grammar.phrase("obj").node)
    return verb


def keywords(grammar: Grammar) -> Node:
    """`cheap hotels in Rome`."""
    return grammar.phrase("root", bare=True).node


ORDERS: tuple[Frame, ...] = (do_it, do_it, do_it, give_me, this_and_that, do_not, wish, keywords)
"""All frames, the more frequent ones more than once."""
