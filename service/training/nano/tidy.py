"""Tidy: text in sections, more of it than fits, so that Riffler has folded some; and users who ask for folds outright.

Where a folded section is needed, the oracle finds its fragment's id in the status, where a line begins with its title,
or in the results of a search, and restores it. Where there isn't room, it first folds what the status says to fold
first. With each further call it notes what it has read, so that no fold takes the last copy away.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.asked_folds import asked_fold
from riffler.service.training.nano.episode import (
    FIND,
    GIVEN_UP,
    Episode,
    Maker,
    Move,
    Oracle,
    call,
    done,
    more_after,
    status_of,
)
from riffler.service.training.nano.finds import tell
from riffler.service.training.nano.sections import Section, laid_out, make_sections, named, seen, size_of
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import word
from riffler.tools.messages import Message

FOLD, RESTORE, SUGGEST = "fold_fragments", "restore_fragments", "suggest_folds"
_ID = r"f[0-9a-f]{5}"
_RANGES = re.compile(rf"{_ID}(?:-{_ID})?")
_FOLD_FIRST = re.compile(r"^fold first: .*$", re.MULTILINE)
_FREE = re.compile(r"tokens used, (\d+) (free|over)")
_BEGINS = re.compile(rf'^({_ID})(?:-{_ID})? folded \d+ [\d-]+ "(.*)"$', re.MULTILINE)
_SPARE = 120
"""Tokens that are kept free for calls and what they say."""
_MOST_CALLS = 12
"""After which the oracle gives up."""
_SCALES = (40, 80, 250)
"""Sentences, up to twice as many: some more than a small window holds, a middle one, and a large one."""
_SENTENCES = ((2, 3), (3, 6))
"""How many a section has, at least and at most."""
_MOST_TEXTS = 10
"""Each text has a marker of its own, and a small window holds few of them."""
_MOST_PIECES = 3
"""Neighbouring fragments that a section is in."""
_CONTEXT = 40
_RESULTS = 3


@dataclass(frozen=True)
class _Wanted:
    """What is read in a section.

    Attributes:
        section: The section.
        quote: What of it is to be said; empty where it is only to be shown.
        anywhere: Whether that can be told without having seen the section's end.
    """

    section: Section
    quote: str
    anywhere: bool = False


@dataclass(frozen=True)
class _Told:
    """A fact that sections tell, each in its own way.

    Attributes:
        thing: Of what.
        fact: One of `wordings("find")["facts"]`.
        of: The sentence, by the section's number.
    """

    thing: str
    fact: Mapping[str, Any]
    of: Mapping[int, str]


def tidy(rng: random.Random, *, asking: random.Random | None = None) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode. In one of three the user asks for folds; in the others more is told than most windows hold.
    """
    make: Maker = asked_fold if rng.random() < 0.33 else _folded
    return make(rng, asking=asking)


def _folded(rng: random.Random, *, asking: random.Random | None = None) -> Episode:
    said_as = wordings("tidy")
    total = int(rng.choice(_SCALES) * rng.uniform(1, 2))
    sizes = [*_sizes(rng, total, rng.choice(_SENTENCES))]
    sections = make_sections(rng, sizes, rng.choice(said_as["headings"]), rng.choice((" ", "\n")))
    early = range(max(1, len(sections) * 3 // 4))  # Riffler folds the oldest first
    chosen, kind = _chosen(rng, early), rng.choice(_KINDS)
    told = _tell(rng, sections, chosen) if kind == "told" else None
    if asking is not None:
        kind = asking.choice([each for each in _KINDS if told or each != "told"])
        chosen = _chosen(asking, [at for at in early if at in told.of] if told and kind == "told" else early)
    ask = asking or rng
    if told and kind == "told":
        wanted, question, answer = _ask_told(ask, sections, chosen, told)
    else:
        wanted, question, answer = _ASKED[kind](ask, sections, chosen)
    least = max(1, len(sections) // _MOST_TEXTS)
    texts = laid_out(rng, sections, rng.choice((least, 2 * least, len(sections))), least)
    quotes = tuple(each.quote for each in wanted if each.quote)
    return Episode("tidy", texts, question, answer, _unrepeated(_oracle(sections, wanted, answer)), quotes)


def _chosen(rng: random.Random, among: Sequence[int]) -> list[int]:
    """Draw the numbers of the sections that are asked for; now and then it is the first, which is folded first."""
    if rng.random() < 0.85:
        return rng.sample(among, min(len(among), rng.choice((1, 1, 1, 2, 2, 3))))
    return [among[0]]


def _sizes(rng: random.Random, total: int, of_each: tuple[int, int]) -> Iterator[int]:
    while total > 0:
        yield (size := rng.randint(*of_each))
        total -= size


Asked = tuple[list[_Wanted], str, str]
"""What is to be read, the question, and its answer."""


def _ask_last(rng: random.Random, sections: list[Section], chosen: Sequence[int]) -> Asked:
    said_as, these = wordings("tidy"), [sections[at] for at in chosen]
    forms = said_as["last" if len(these) == 1 else "last_of_each"]
    wanted = [_Wanted(section, section.sentences[-1]) for section in these]
    names = named(rng, these)
    return wanted, rng.choice(forms).format(t=names, titles=names), _quoted(wanted)


def _tell(rng: random.Random, sections: list[Section], chosen: Sequence[int]) -> _Told:
    """Tell a fact in every other section, in each its own; of those chosen in all."""
    thing, fact = word(rng), rng.choice(wordings("find")["facts"])
    told: dict[int, str] = {}
    for number, section in enumerate(sections):
        if number in chosen or rng.random() < 0.5:
            told[number] = tell(rng, fact, thing)
            sentences = [*section.sentences]
            sentences.insert(rng.randint(1, len(sentences)), told[number])
            sections[number] = replace(section, sentences=tuple(sentences))
    return _Told(thing, fact, told)


def _ask_told(rng: random.Random, sections: list[Section], chosen: Sequence[int], told: _Told) -> Asked:
    said_as = wordings("tidy")
    wanted = [_Wanted(sections[at], told.of[at], anywhere=True) for at in chosen]
    question = rng.choice(told.fact["questions"]).format(s=told.thing)
    names = named(rng, [each.section for each in wanted])
    forms = said_as["told" if len(wanted) == 1 else "told_of_each"]
    return wanted, rng.choice(forms).format(t=names, titles=names, question=question), _quoted(wanted)


def _ask_whole(rng: random.Random, sections: list[Section], chosen: Sequence[int]) -> Asked:
    section = sections[chosen[0]]
    wanted = [_Wanted(section, section.body)]
    return wanted, rng.choice(wordings("tidy")["whole"]).format(t=named(rng, [section])), section.body


def _ask_show(rng: random.Random, sections: list[Section], chosen: Sequence[int]) -> Asked:
    said_as, these = wordings("tidy"), [sections[at] for at in chosen[:2]]
    answer = rng.choice(said_as["words"])
    question = rng.choice(said_as["show"]).format(titles=named(rng, these))
    question += rng.choice(said_as["done"]).format(word=answer)
    return [_Wanted(section, "") for section in these], question, answer


_ASKED = {"last": _ask_last, "whole": _ask_whole, "show": _ask_show}
_KINDS = ("last", "last", "told", "told", "show", "whole")


def _quoted(wanted: Sequence[_Wanted]) -> str:
    return "\n".join(each.quote for each in wanted)


def _oracle(sections: Sequence[Section], wanted: Sequence[_Wanted], answer: str) -> Oracle:
    def move(request: EngineRequest) -> Move:
        made = done(request)
        noted = "\n".join(message.text for message in request.messages if message.role == "assistant")
        read = [each for each in wanted if _is_read(request, each, sections)]
        left = [each for each in wanted if each not in read and not (each.quote and each.quote in noted)]
        if not left:
            return answer
        if len(made) > _MOST_CALLS:
            return GIVEN_UP
        note = _quoted([each for each in read if each.quote not in noted])
        begun = [place for each in left if (place := seen(request, each.section, sections).hidden_in)]
        # A section that was begun is read to its end before another one takes its room.
        places = begun[:1] or [place for each in left if (place := _place(request, each.section, sections))]
        if places:
            kept = _kept(request, [each for each in wanted if each in left or not each.quote])
            folds = _room_for(request, places[0], note, kept)
            return folds or call(request, RESTORE, note, fragments=_fitting(request, places))
        if after := more_after(request):
            again = made[-1].arguments | {"after": after}
            return call(request, FIND, note, **again)
        queries = [each.section.title for each in left]
        return call(request, FIND, note, queries=queries, max_results=_RESULTS, context_size=_CONTEXT)

    return move


def _unrepeated(oracle: Oracle) -> Oracle:
    """Let an oracle give up where it would make a call again: what that brought is gone, and so it would be again."""

    def move(request: EngineRequest) -> Move:
        said = oracle(request)
        calls = said.tool_calls if isinstance(said, Message) else ()
        made = {(each.call.name, each.call.arguments) for each in done(request)}
        return GIVEN_UP if any((each.name, each.arguments) in made for each in calls) else said

    return move


def _is_read(request: EngineRequest, wanted: _Wanted, sections: Sequence[Section]) -> bool:
    shown = seen(request, wanted.section, sections)
    return shown.whole or (wanted.anywhere and wanted.quote in shown.text)


def _place(request: EngineRequest, section: Section, sections: Sequence[Section]) -> str:
    """Give the id of the fragment that hides a section, or goes on with it, as far as the view tells; else nothing."""
    if rest := seen(request, section, sections).hidden_in:
        return rest
    heading = " ".join(section.heading.split())
    for id_, words in _BEGINS.findall(status_of(request)):
        if f"{words} ".startswith(f"{heading} "):
            return str(id_)
    return _found(request, section)


def _found(request: EngineRequest, section: Section) -> str:
    """Give the id of the folded fragment in which a search of this turn found a section's title; else nothing."""
    title = re.escape(section.title)
    line = re.compile(rf"^\[s\w+\] message \d+ \(user\), folded, fragment ({_ID}): .*«{title}»", re.MULTILINE)
    found = [match[1] for each in done(request) for match in line.finditer(each.result)]
    return found[0] if found else ""


def _free(request: EngineRequest) -> int:
    found = _FREE.search(status_of(request))
    return int(found[1]) * (1 if found[2] == "free" else -1) if found else 0


def _room_for(request: EngineRequest, fragment: str, note: str, kept: set[int]) -> Move | None:
    """Fold what ought to be folded first, at the budget's edge or where a fragment has no room; once before it."""
    made = done(request)
    before = made[-1].call.name if made else ""
    told = _FOLD_FIRST.search(status_of(request))
    has_room = told is None and size_of(request, fragment) + _SPARE <= _free(request)
    if has_room or before == FOLD or " visible " not in status_of(request):
        return None
    if told is None and before != SUGGEST:
        return call(request, SUGGEST, note, tokens=size_of(request, fragment) or _SPARE)
    ranges = _RANGES.findall(told[0] if told else made[-1].result.split("\n")[0].partition(":")[0])
    free = [each for each in ranges if not kept.intersection(range(int(each[1:6], 16), int(each[-5:], 16) + 1))]
    return call(request, FOLD, note, fragments=free) if free else None


def _kept(request: EngineRequest, needed: Sequence[_Wanted]) -> set[int]:
    """Give the numbers of the fragments that were restored for sections which are still needed in view."""
    made = done(request)
    restored = [int(id_[1:], 16) for each in made if each.call.name == RESTORE for id_ in each.arguments["fragments"]]
    firsts = [int(id_[1:], 16) for each in needed if (id_ := _found(request, each.section))]
    return {number for number in restored if any(first <= number < first + _MOST_PIECES for first in firsts)}


def _fitting(request: EngineRequest, places: Sequence[str]) -> list[str]:
    """Give the first of some fragments, and others while there is room for them."""
    ids, left = list[str](), _free(request) - _SPARE
    for place in dict.fromkeys(places):
        left -= size_of(request, place)
        if ids and left < 0:
            break
        ids.append(place)
    return ids
