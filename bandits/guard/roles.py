"""Roles: who does what to whom, from where to where, and how many of what.

Two things have changed places where each stands in the role that the other one had: the landlord evicts the tenant, and
the tenant the landlord; from Rome to Oslo, and from Oslo to Rome; two cups and three eggs. A passive turns the words
about and keeps the roles, so they are read from the tree; where it says nothing of a verb, from the words around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from riffler.bandits.facts.numbers import numbers
from riffler.bandits.guard.grammar import may_be_verb
from riffler.bandits.guard.kinship import akin
from riffler.bandits.guard.reading import Reading, is_grammar
from riffler.bandits.tree import Tree
from riffler.bandits.words import BE_FORMS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Parse = Callable[[str], "Doc"]
"""What turns a text into a parsed document."""

_AGENT, _PATIENT, _OF, _COUNT = "agent", "patient", "of", "count"
_FILLERS = frozenset({"NOUN", "PROPN", "NUM", "X"})
_CONTENT = _FILLERS | {"VERB", "ADJ"}
_NAMED = ("compound", "flat")
_DIRECTED = frozenset("from to into onto before after against over".split())
"""Prepositions that say enough without the word that they belong to."""

_PERSONS = {"i": "i", "me": "i", "we": "we", "us": "we"}
"""Who asks; what other pronouns stand for may be named by the rewrite."""

_PASSED = frozenset({"DET", "ADJ", "AUX", "PART", "ADV"})
"""What may stand between a noun and its verb."""

_MOST_WORDS = 120
"""Of a text whose roles are compared: it is done for each with each."""

_REACH = 8
"""Words between a verb and the one that it is done by."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """A role, whose it is, and the words that fill it."""

    head: str
    role: str
    filler: frozenset[str]


def exchanged(before: Reading, after: Reading, parse: Parse) -> bool:
    """Tell whether two things have changed roles.

    Args:
        before: The query.
        after: Its rewrite.
        parse: Gives a parsed document. It isn't called where nothing may have changed places.

    Returns:
        Whether they have. False where the trees don't tell, and for texts of more than 120 words.
    """
    if max(len(before.tokens), len(after.tokens)) > _MOST_WORDS or not _may_differ(before, after):
        return False
    old, new = (_Roles(parse(" ".join(reading.core.split()))) for reading in (before, after))
    told = [slot for slot in old.slots if slot.role in _DIRECTED or not before.is_terse]
    if any(_cross(one, other, old, new) for one in told for other in new.slots):
        return True
    return not before.is_terse and any(_turns(one, other) for one in old.events for other in new.events)


def _may_differ(before: Reading, after: Reading) -> bool:
    """Tell whether two content words are in both texts, in another order or with another form of a verb."""
    theirs = {token.word for token in after.tokens}
    ours = {token.word for token in before.tokens}
    shared = [[token.word for token in reading.tokens if token.word in other and _has_content(token.word)]
              for reading, other in ((before, theirs), (after, ours))]  # fmt: skip
    return len(set(shared[0])) > 1 and (shared[0] != shared[1] or ours != theirs)


def _cross(one: _Slot, other: _Slot, old: _Roles, new: _Roles) -> bool:
    """Tell whether a role has another filler, and that one's role has the first."""
    if one.role != other.role or _meet(one.filler, other.filler):
        return False
    same_head = akin(one.head, other.head)
    if not same_head and one.role not in _DIRECTED:
        return False
    if one.role == _COUNT:
        return other.filler <= old.words and one.filler <= new.words
    return any(
        _meet(was.filler, other.filler)
        and not _meet(was.filler, one.filler)
        and _meet(now.filler, one.filler)
        and not _meet(now.filler, other.filler)
        and (now.head, now.role) != (other.head, other.role)
        and _alike(was.role, now.role)
        and (same_head or now.role in _DIRECTED)
        for was in old.slots
        if not _is_at(was, one)
        for now in new.slots
    )


def _rivals(one: _Slot, other: _Slot) -> bool:
    return one.role == other.role != _OF and not _meet(one.filler, other.filler) and akin(one.head, other.head)


def _is_at(slot: _Slot, other: _Slot) -> bool:
    return (slot.head, slot.role) == (other.head, other.role)


def _turns(one: _Event, other: _Event) -> bool:
    """Tell whether one is done by whom the other one is done to, and the reverse."""
    if not (one.sure or other.sure) or not akin(one.verb, other.verb):
        return False
    return _meet(one.agent, other.patient) and _meet(one.patient, other.agent)


def _alike(one: str, other: str) -> bool:
    return one == other or {one, other} == {_AGENT, _OF}  # Marx thinks: the opinion of Marx


def _meet(some: frozenset[str], others: frozenset[str]) -> bool:
    return any(
        one == other or (one.isalpha() and other.isalpha() and akin(one, other)) for one in some for other in others
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """A verb with the words before and behind it; `agent` is who does it; `sure`: it is tagged as a verb."""

    verb: str
    agent: frozenset[str]
    patient: frozenset[str]
    sure: bool


class _Roles:
    """The roles in a document."""

    def __init__(self, doc: Doc) -> None:
        self._tokens = [token for token in doc if not token.is_space]
        self._tree = Tree.of(self._tokens)
        self._words = [_word(token) for token in self._tokens]
        self.words = frozenset(self._words)

    @cached_property
    def slots(self) -> list[_Slot]:
        """What fills which role, by the tree; none of a verb that is said twice."""
        found = list(self._slots())
        return [slot for slot in found if not any(_rivals(slot, other) for other in found)]

    @cached_property
    def events(self) -> list[_Event]:
        """Who does what to whom, by the words before and behind each verb."""
        found = [event for at in range(len(self._tokens)) if (event := self._event(at))]
        return [event for event in found if sum(akin(event.verb, other.verb) for other in found) == 1]

    def _slots(self) -> Iterator[_Slot]:
        tree = self._tree
        for at in range(len(self._tokens)):
            dep, top = tree.deps[at], tree.heads[at]
            if not self._fills(at) or dep in _NAMED:
                continue
            if dep == "conj":
                dep, top = tree.deps[top], tree.heads[top]
            role = self._role(at, dep, top)
            if role:
                parts = (self._words[child] for child in tree.of_kind(at, *_NAMED))
                filler = frozenset({self._words[at], *(part for part in parts if _has_content(part))})
                yield _Slot(self._words[top], role, filler)

    def _fills(self, at: int) -> bool:
        """Tell whether a word may fill a role: a noun, a number, or who asks."""
        if self._words[at] in _PERSONS.values():
            return True
        return self._tokens[at].pos_ in _FILLERS and _has_content(self._words[at])

    def _role(self, at: int, dep: str, top: int) -> str:
        case = self._case(at)
        passive = self._is_passive(top)
        if dep.startswith("nsubj"):
            return _PATIENT if passive else _AGENT
        if dep == "obj":
            return _PATIENT
        if dep == "nmod:poss":
            return _AGENT if _OF in (self._case(child) for child in self._tree.of_kind(top, "nmod")) else _OF
        if dep == "nummod":
            return _COUNT
        if dep.startswith(("obl", "nmod")):
            return _AGENT if case == "by" and passive else case
        return ""

    def _case(self, at: int) -> str:
        """Give the preposition before a noun."""
        return next((self._words[child] for child in self._tree.of_kind(at, "case")), "")

    def _is_passive(self, at: int) -> bool:
        if self._tokens[at].tag_ != "VBN":
            return False
        helped = any(True for _ in self._tree.of_kind(at, "aux"))
        return not helped or any(True for _ in self._tree.of_kind(at, "aux:pass", "nsubj:pass"))

    def _event(self, at: int) -> _Event | None:
        """Read a verb between two nouns, active or passive: "X beats Y", "is Y beaten by X"."""
        verbal = self._tokens[at].pos_ == "VERB"
        if not (verbal or may_be_verb(self._words[at])):
            return None
        left, right = self._beside(at, -1), self._beside(at, 1)
        ahead = [word for word in self._words[max(0, at - _REACH) : at] if word in BE_FORMS]
        by = next((here for here in range(at + 1, min(at + _REACH, len(self._words))) if self._words[here] == "by"), 0)
        if ahead and by:
            left, right = self._beside(by, 1), left
        return _Event(self._words[at], left, right, verbal) if left and right else None

    def _beside(self, at: int, step: int) -> frozenset[str]:
        """Give the words of the noun right before or behind a word, past words of grammar."""
        found: set[str] = set()
        here = at + step
        while 0 <= here < len(self._tokens) and (self._tokens[here].pos_ in _CONTENT or not found):
            token = self._tokens[here]
            if self._fills(here):
                found.add(self._words[here])
            elif token.pos_ not in _PASSED and token.tag_ != "PRP$":
                break
            here += step
        return frozenset(found)


def _has_content(word: str) -> bool:
    return word.isdigit() or not is_grammar(word)


def _word(token: Token) -> str:
    """Give a word as it is compared: numbers by their value."""
    word = _PERSONS.get(token.text.lower(), token.text.lower())
    return next((fact.value for fact in numbers(word)), word)
