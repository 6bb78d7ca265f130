"""Who and what is spoken of: the mentions of one thing brought together, with how present it is at the end.

The weights are in the manner of Lappin and Leass 1994, "An algorithm for pronominal anaphora resolution",
Computational Linguistics 20(4), https://aclanthology.org/J94-4002/: a mention weighs more as a subject than as an
object, what was said before weighs less and less, and mentions of one thing add up. Otherwise than there, a weight
fades with each message and not with each sentence, and how a thing is brought up counts too: a reply's `shorter pieces`
is advice, and `a red bicycle` or `Lake Bohinj` is a thing that one can come back to. All numbers are ours, set by hand
on the dev part of the labelled sessions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from riffler.bandits.mention import Form, Mention
from riffler.bandits.people import ANIMAL, ANY, GROUP, THING, Reading
from riffler.bandits.remembered import Passage

_PETS = frozenset("dog cat horse bird fish rabbit pig cow sheep hen".split())
_OWNER = re.compile(r"(?P<who>his|her)\s+")

FADES = 0.75
"""What is left of a weight a message later."""

_FORMS: dict[Form, float] = {"name": 2.0, "indefinite": 2.0, "owned": 1.5, "definite": 0.0, "bare": -1.0}
_BARE_ONE = 0.75
"""Of `metformin`, where `tables` have less."""
_WHERE = -1.5
"""Of `in Utrecht`, which says where, and not what about."""
_DEFINED = 1.0
"""What a thing gains when the sentence says what it is."""
_POINTED_AT = 1.5
"""What a thing gains when a pronoun means it."""
_MORE = 0.3
"""How much a second mention in a message counts."""
_MOST = 6.0
"""The most that mentions in a message add up to."""
_AGAIN = 2.0
"""What a thing gains when another message comes back to it."""
_MOST_AGAIN = 2


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was said.

    Attributes:
        passage: Where it stands.
        sentence: Its text.
        mentions: What it speaks of.
    """

    passage: Passage
    sentence: str = field(repr=False)
    mentions: list[Mention] = field(repr=False)


@dataclass(slots=True)
class Thing:
    """Somebody or something that is spoken of.

    Attributes:
        said: Its mentions, oldest first, each with its sentence.
        readings: What it can be.
        plural: Whether it is several.
        weights: The weight of each message that speaks of it, by the message's number.
        loose: Whether it stands among equals of another kind, so that its name doesn't tell what it is.
    """

    said: list[tuple[Said, Mention]]
    readings: frozenset[Reading]
    plural: bool
    weights: dict[int, float]
    loose: bool = False

    def weight(self, last: int) -> float:
        """Tell how present it is after a message.

        Args:
            last: The number of the newest message.

        Returns:
            Its weight.
        """
        faded = sum(weight * FADES ** (last - number) for number, weight in self.weights.items())
        return faded + _AGAIN * min(len(self.weights) - 1, _MOST_AGAIN)

    @property
    def nouns(self) -> frozenset[str]:
        """All nouns that it was called by."""
        return frozenset().union(*(mention.nouns for _, mention in self.said))

    @property
    def is_place(self) -> bool:
        """Whether one can be there."""
        return any(mention.place for _, mention in self.said)

    @property
    def hears(self) -> bool:
        """Whether one can speak to it: people, and those who may be."""
        return any(mention.hears for _, mention in self.said)

    def rank(self) -> int:
        """Give its best rank in a sentence."""
        return max(mention.rank for _, mention in self.said)

    def add(self, at: Said, mention: Mention, weight: float) -> None:
        """Add a mention of a weight."""
        self.count(at.passage.number, weight)
        self.said.append((at, mention))
        loose = THING if self.loose else frozenset[Reading]()
        grouped = GROUP in (self.readings, mention.readings) and "it" in self.readings & mention.readings
        self.readings = GROUP if grouped else (self.readings & mention.readings) | loose

    def point(self, number: int) -> None:
        """Let a pronoun of a message mean it."""
        self.weights[number] = self.weights.get(number, 0.0) + _POINTED_AT

    def count(self, number: int, weight: float) -> None:
        """Let a message speak of it with a weight."""
        less, more = sorted((self.weights.get(number, 0.0), weight))
        self.weights[number] = max(more, min(more + _MORE * less, _MOST))


def things(said: Iterable[Said]) -> list[Thing]:
    """Bring mentions together.

    Args:
        said: What was said, oldest first.

    Returns:
        What is spoken of, in the order of the first mentions. A pronoun counts for what it most likely means.
    """
    found: list[Thing] = []
    for at in said:
        number = at.passage.number
        new: list[Thing] = []
        for spoken in at.mentions:
            mention = _with_owner(spoken, found + new)
            if mention.asked or not (mention.pronoun or mention.words):
                continue
            if mention.pronoun:
                meant = _meant(mention, found + new, number)
                if meant is not None:
                    meant.point(number)
                continue
            weight = _weight(mention)
            thing = next((thing for thing in reversed(found + new) if _is_again(mention, thing)), None)
            if thing is not None:
                thing.add(at, mention, weight)
                continue
            if mention.form == "bare" and mention.plural:  # `rose bushes` speaks of the rose bush, too
                for thing in found:
                    if mention.nouns & thing.nouns and not thing.plural:
                        thing.count(number, weight / 2)
            new.append(Thing([(at, mention)], mention.readings, mention.plural, {number: weight}))
        found += new
        _level(found, at)
    return found


def _level(found: list[Thing], at: Said) -> None:
    """Let equals be of a kind: next to `Persuasion`, `Emma` may be a novel."""
    rows: dict[int, list[Thing]] = defaultdict(list)
    for thing in found:
        for where, mention in thing.said:
            if where is at and mention.row >= 0 and mention.form == "name":
                rows[mention.row].append(thing)
    for row in rows.values():
        if any("it" in thing.readings for thing in row):
            for thing in row:
                thing.readings |= THING
                thing.loose = True


def _weight(mention: Mention) -> float:
    form = _BARE_ONE if mention.form == "bare" and not mention.plural else _FORMS[mention.form]
    place = _WHERE if mention.form == "name" and mention.place and mention.rank <= 1 else 0.0
    return max(mention.rank + form + place + _DEFINED * mention.defined, 0.0)


def _with_owner(mention: Mention, found: list[Thing]) -> Mention:
    """Say whose it is by name: `her husband` is Priya's, where nobody else can be meant."""
    match = _OWNER.match(mention.text)
    if match is None:
        return mention
    owner: Reading = "he" if match["who"] == "his" else "she"
    owners = [thing for thing in found if owner in thing.readings]
    names = [other for thing in owners for _, other in thing.said if other.firm and other.form == "name"]
    if len(owners) != 1 or not names:
        return mention
    return replace(mention, text=f"{names[0].text}'s {mention.text[match.end() :]}")


def _meant(pronoun: Mention, found: list[Thing], number: int) -> Thing | None:
    fits = [thing for thing in found if thing.readings & pronoun.readings and thing.readings != ANY]
    return max(fits, key=lambda thing: thing.weight(number), default=None)


def _is_again(mention: Mention, thing: Thing) -> bool:
    if mention.plural != thing.plural or not mention.readings & thing.readings:
        return False
    if _is_pet(mention, thing):
        return True
    for _, other in thing.said:
        if mention.form == other.form == "name":
            if mention.words <= other.words or other.words <= mention.words:
                return True
        elif other.form == "name" and mention.form in {"definite", "bare"}:
            if mention.words <= (other.nouns if mention.form == "definite" else other.words):
                return True
        elif (
            other.form != "name"
            and mention.form != "name"
            and mention.nouns & other.nouns
            and (mention.words <= other.words or other.words <= mention.words)
        ):
            return True
    return False


def _is_pet(mention: Mention, thing: Thing) -> bool:
    """Tell whether `the dog` is the greyhound that was spoken of."""
    definite = mention.form == "definite" and mention.readings == ANIMAL == thing.readings and len(mention.words) == 1
    return definite and (thing.nouns | mention.nouns) & _PETS <= mention.nouns
