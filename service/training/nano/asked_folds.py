"""Folds that a user asks for: sections by their titles, all but some, or a passage from some words to others.

All is in view and nothing is cut yet. The oracle cuts, reads the ids of the fragments that are meant in what the cut
says, folds these, and answers: with the word that is wished for, or from a section that it left in view.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from riffler.service.ports.engine import EngineRequest
from riffler.service.training.nano.episode import GIVEN_UP, Episode, Move, Oracle, asked_at, call, done
from riffler.service.training.nano.noise import sentences
from riffler.service.training.nano.sections import Section, laid_out, make_sections, named
from riffler.service.training.nano.wordings import wordings

CUT = "cut_context"
_PIECE = re.compile(r"^(f[0-9a-f]{5}), \d+ tokens: (.*)$", re.MULTILINE)
_SHOWN_CHARACTERS = 80
"""Of a fragment's beginning, in what a cut says."""


def asked_fold(rng: random.Random, *, asking: random.Random | None = None) -> Episode:
    """Make an episode.

    Args:
        rng: Source of the draws.
        asking: Source of what is asked, as `Maker` says; None takes `rng`.

    Returns:
        The episode; it fits every window.
    """
    make = _passage if rng.random() < 0.3 else _sections
    return make(rng, asking or rng)


def _sections(rng: random.Random, asking: random.Random) -> Episode:
    said_as = wordings("tidy")
    sizes = [rng.randint(1, 6) for _ in range(rng.randint(2, 6))]
    sections = make_sections(rng, sizes, rng.choice(said_as["headings"]), rng.choice((" ", "\n")))
    most = rng.choice((1, 3, len(sections)))
    count = asking.randint(1, min(3, len(sections) - 1))
    chosen = [sections[at] for at in sorted(asking.sample(range(len(sections)), count))]
    keeps = asking.random() < 0.4
    question = asking.choice(said_as["keep" if keeps else "hide"]).format(titles=named(asking, chosen))
    in_view = chosen if keeps else [section for section in sections if section not in chosen]
    if asking.random() < 0.4:
        about = asking.choice(in_view)
        question += f" {asking.choice(said_as['last']).format(t=named(asking, [about]))}"
        answer = about.sentences[-1]
    else:
        answer = asking.choice(said_as["words"])
        question += asking.choice(said_as["done"]).format(word=answer)
    texts = laid_out(rng, sections, most, min(2, most))  # a heading at a text's beginning alone is none to cut at
    oracle = _by_title(chosen, answer, "message" if most == 1 else "headings", keeps=keeps)
    return Episode("tidy", texts, question, answer, oracle, (answer,))


def _by_title(chosen: Sequence[Section], answer: str, by: str, *, keeps: bool) -> Oracle:
    def move(request: EngineRequest) -> Move:
        made = done(request)
        if not made:
            return call(request, CUT, by=by)
        if len(made) > 1:
            return answer
        pieces = _PIECE.findall(made[0].result)
        ids = [id_ for section in chosen for id_, words in pieces if _begins(words, section)]
        if len(ids) < len(chosen):
            return GIVEN_UP  # some is hidden already, so that it can't be cut
        return call(request, "keep_only" if keeps else "fold_fragments", fragments=ids)

    return move


def _begins(words: str, section: Section) -> bool:
    """Tell whether a fragment that begins with these words is a section."""
    heading = " ".join(section.heading.split())[:_SHOWN_CHARACTERS]
    return f"{words} ".startswith(f"{heading} ") or words == heading


def _passage(rng: random.Random, asking: random.Random) -> Episode:
    said_as = wordings("tidy")
    texts = [sentences(rng, rng.randint(4, 16)) for _ in range(rng.choice((1, 1, 1, 2)))]
    between = rng.choice((" ", "\n"))
    contexts = tuple(between.join(text) for text in texts)
    at = asking.randrange(len(texts))
    first, last = _ends(asking, texts[at], contexts)
    answer: str = asking.choice(said_as["words"])
    question = asking.choice(said_as["passage"]).format(first=first, last=last)
    question += asking.choice(said_as["done"]).format(word=answer)

    def move(request: EngineRequest) -> Move:
        made = done(request)
        if not made:
            markers = {"start_marker": first, "end_marker": last}
            return call(
                request, CUT, by="markers", messages=str(asked_at(request) - len(texts) + at + 1), **markers, pieces=1
            )
        if len(made) > 1:
            return answer
        pieces = _PIECE.findall(made[0].result)
        return call(request, "fold_fragments", fragments=[pieces[0][0]]) if pieces else GIVEN_UP

    return Episode("tidy", contexts, question, answer, move)


def _ends(rng: random.Random, told: Sequence[str], contexts: Sequence[str]) -> tuple[str, str]:
    """Choose a passage of whole sentences, and give words that it begins and ends with, each found once."""
    while True:
        low, high = sorted(rng.sample(range(len(told)), 2))
        words = rng.randint(4, 7)
        first, last = " ".join(told[low].split()[:words]), " ".join(told[high].split()[-words:])
        if all(sum(text.count(each) for text in contexts) == 1 for each in (first, last)):
            return first, last
