"""A small grammar of English: phrases drawn at random, annotated as the training corpus annotates them.

What matters is the frame of a question or an order, and the words in it vary: sense is neither needed nor tried for.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from riffler.service.training.english.lexicon import Lexicon
from riffler.service.training.english.trees import Node

_PLACES = ("in", "of", "from", "for", "with", "about", "on", "near", "between", "against", "under", "after")
_POSSESSIVES = (
    ("my", "Case=Gen|Number=Sing|Person=1|Poss=Yes|PronType=Prs", "my"),
    ("your", "Case=Gen|Person=2|Poss=Yes|PronType=Prs", "your"),
    ("their", "Case=Gen|Number=Plur|Person=3|Poss=Yes|PronType=Prs", "their"),
    ("its", "Case=Gen|Gender=Neut|Number=Sing|Person=3|Poss=Yes|PronType=Prs", "its"),
)
_PRONOUNS = (
    ("I", "Case=Nom|Number=Sing|Person=1|PronType=Prs", "Sing", "1"),
    ("you", "Case=Nom|Person=2|PronType=Prs", "Sing", "2"),
    ("we", "Case=Nom|Number=Plur|Person=1|PronType=Prs", "Plur", "1"),
    ("they", "Case=Nom|Number=Plur|Person=3|PronType=Prs", "Plur", "3"),
    ("it", "Case=Nom|Gender=Neut|Number=Sing|Person=3|PronType=Prs", "Sing", "3"),
    ("he", "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs", "Sing", "3"),
    ("she", "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs", "Sing", "3"),
)
_NUMBERS = ("two", "three", "four", "five", "six", "ten", "twenty")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase, with what its verb agrees with.

    Attributes:
        node: Its head.
        number: `Sing` or `Plur`.
        person: `1`, `2` or `3`.
    """

    node: Node
    number: str
    person: str

    @property
    def agreement(self) -> str:
        """The features that a finite verb takes from it."""
        return f"Mood=Ind|Number={self.number}|Person={self.person}"


class Grammar:
    """Draws phrases.

    Args:
        lexicon: The words.
        rng: Draws.
    """

    def __init__(self, lexicon: Lexicon, rng: random.Random) -> None:
        self.lexicon, self.rng = lexicon, rng

    def chance(self, share: float) -> bool:
        """Say yes in a share of all cases."""
        return self.rng.random() < share

    def subject(self, dep: str = "nsubj") -> Phrase:
        """Draw a subject: a noun phrase, a name or a pronoun."""
        if self.chance(0.3):
            form, feats, number, person = self.rng.choice(_PRONOUNS)
            return Phrase(Node(form, form, "PRON", "PRP", feats, dep), number, person)
        return self.phrase(dep)

    def phrase(self, dep: str, depth: int = 0, *, bare: bool = False) -> Phrase:
        """Draw a noun phrase.

        Args:
            dep: Its relation to its head.
            depth: How deep it stands in others: deep ones are plain.
            bare: Whether it has no determiner.

        Returns:
            The phrase, in the third person.
        """
        if not bare and self.chance(0.25):
            return Phrase(self.name(dep), "Sing", "3")
        plural = self.chance(0.4)
        form, lemma = (self.lexicon.plural if plural else self.lexicon.singular).draw(self.rng)
        number = "Plur" if plural else "Sing"
        noun = Node(form, lemma, "NOUN", "NNS" if plural else "NN", f"Number={number}", dep)
        if not bare:
            noun.before += self.determiners(plural=plural)
        if self.chance(0.3):
            noun.before.append(self.adjective("amod"))
        elif noun.before and noun.before[0].form == "the" and self.chance(0.15):
            form, lemma = self.lexicon.superlatives.draw(self.rng)
            noun.before.append(Node(form, lemma, "ADJ", "JJS", "Degree=Sup", "amod"))
        if self.chance(0.2):
            compound, its_lemma = self.lexicon.singular.draw(self.rng)
            noun.before.append(Node(compound, its_lemma, "NOUN", "NN", "Number=Sing", "compound"))
        if depth < 1 and self.chance(0.3):
            noun.after.append(self.with_case("nmod", depth + 1))
        if depth < 1 and not bare and self.chance(0.12):
            noun.after.append(self.relative_clause(number))
        return Phrase(noun, number, "3")

    def name(self, dep: str) -> Node:
        """Draw a name of one or two words."""
        form, lemma = self.lexicon.names.draw(self.rng)
        name = Node(form, lemma, "PROPN", "NNP", "Number=Sing", dep)
        if self.chance(0.3):
            second, its_lemma = self.lexicon.names.draw(self.rng)
            name.after.append(Node(second, its_lemma, "PROPN", "NNP", "Number=Sing", "flat"))
        return name

    def determiners(self, *, plural: bool) -> list[Node]:
        """Draw what stands before a noun: nothing only before plurals."""
        kind = self.rng.random()
        if kind < 0.5:
            return [Node("the", "the", "DET", "DT", "Definite=Def|PronType=Art", "det")]
        if kind < 0.62:
            form, feats, lemma = self.rng.choice(_POSSESSIVES)
            return [Node(form, lemma, "PRON", "PRP$", feats, "nmod:poss")]
        if plural:
            return [self.count("nummod")] if kind < 0.75 else []
        return [Node("a", "a", "DET", "DT", "Definite=Ind|PronType=Art", "det")]

    def count(self, dep: str) -> Node:
        """Draw a number, as a word or in digits."""
        if self.chance(0.6):
            word = self.rng.choice(_NUMBERS)
            return Node(word, word, "NUM", "CD", "NumForm=Word|NumType=Card", dep)
        digits = str(self.rng.randrange(2, 100))
        return Node(digits, digits, "NUM", "CD", "NumForm=Digit|NumType=Card", dep)

    def adjective(self, dep: str) -> Node:
        """Draw an adjective."""
        form, lemma = self.lexicon.adjectives.draw(self.rng)
        return Node(form, lemma, "ADJ", "JJ", "Degree=Pos", dep)

    def with_case(self, dep: str, depth: int = 1) -> Node:
        """Draw a noun phrase with a preposition."""
        noun = self.phrase(dep, depth).node
        case = self.rng.choice(_PLACES)
        noun.before.insert(0, Node(case, case, "ADP", "IN", "_", "case"))
        return noun

    def relative_clause(self, number: str) -> Node:
        """Draw a clause with `that`, for a noun of a number."""
        verb = self.finite(number, "3", "acl:relcl")
        verb.before.append(Node("that", "that", "PRON", "WDT", "PronType=Rel", "nsubj"))
        if self.chance(0.6):
            verb.after.append(self.phrase("obj", 2).node)
        return verb

    def finite(self, number: str, person: str, dep: str = "root", *, transitive: bool = True) -> Node:
        """Draw a verb in the past or the present, without anything."""
        lemma = self.verb(transitive=transitive)
        agreement = f"Mood=Ind|Number={number}|Person={person}"
        if self.chance(0.5):
            return self.lexicon.verb(lemma, "VBD", f"{agreement}|Tense=Past|VerbForm=Fin", dep)
        tag = "VBZ" if (number, person) == ("Sing", "3") else "VBP"
        present = f"{agreement}|Tense=Pres|VerbForm=Fin"
        if tag == "VBP":
            return Node(self.lexicon.forms[lemma, "VB"], lemma, "VERB", "VBP", present, dep)
        return self.lexicon.verb(lemma, tag, present, dep)

    def verb(self, *, transitive: bool) -> str:
        """Draw a verb's lemma."""
        words = self.lexicon.transitive if transitive else self.lexicon.intransitive
        return words.draw(self.rng)[0]

    def infinitive(self, dep: str, *, to: bool = False) -> Node:
        """Draw a bare infinitive, or one with `to`, with what follows it."""
        transitive = self.chance(0.75)
        lemma = self.verb(transitive=transitive)
        verb = self.lexicon.verb(lemma, "VB", "VerbForm=Inf", dep)
        if to:
            verb.before.append(Node("to", "to", "PART", "TO", "_", "mark"))
        if transitive:
            verb.after.append(self.phrase("obj").node)
        if self.chance(0.3):
            verb.after.append(self.with_case("obl"))
        return verb

    def auxiliary(self, subject: Phrase, dep: str = "aux") -> Node:
        """Draw a form of `do`, or a modal verb, for a subject."""
        if self.chance(0.3):
            form = self.rng.choice(("can", "could", "should", "will", "would", "must", "may"))
            return Node(form, form, "AUX", "MD", "VerbForm=Fin", dep)
        return self.do(subject, dep)

    def do(self, subject: Phrase, dep: str = "aux") -> Node:
        """Draw a form of `do`."""
        if self.chance(0.5):
            return Node("did", "do", "AUX", "VBD", f"{subject.agreement}|Tense=Past|VerbForm=Fin", dep)
        third = (subject.number, subject.person) == ("Sing", "3")
        form, tag = ("does", "VBZ") if third else ("do", "VBP")
        return Node(form, "do", "AUX", tag, f"{subject.agreement}|Tense=Pres|VerbForm=Fin", dep)

    def be(self, subject: Phrase, dep: str) -> Node:
        """Draw a form of `be`."""
        if self.chance(0.35):
            form = "was" if subject.number == "Sing" and subject.person != "2" else "were"
            return Node(form, "be", "AUX", "VBD", f"{subject.agreement}|Tense=Past|VerbForm=Fin", dep)
        first = (subject.number, subject.person) == ("Sing", "1")
        third = (subject.number, subject.person) == ("Sing", "3")
        form, tag = ("am", "VBP") if first else ("is", "VBZ") if third else ("are", "VBP")
        return Node(form, "be", "AUX", tag, f"{subject.agreement}|Tense=Pres|VerbForm=Fin", dep)
