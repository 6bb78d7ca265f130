"""Wordings made by procedure: hardly one comes twice, and what is wished for can be read in the question."""

import json
import random
import re
from collections.abc import Callable
from string import Formatter

import pytest

from riffler.service.training.nano.answer_forms import answer_form
from riffler.service.training.nano.chain_words import link, name_form
from riffler.service.training.nano.episode import as_asked
from riffler.service.training.nano.fact_words import made_fact, matter, things, wish
from riffler.service.training.nano.noise import noise, sentences
from riffler.service.training.nano.phrases import few_or_many
from riffler.service.training.nano.stream_words import listed, pair_form, question
from riffler.service.training.nano.streams import query_for, stream
from riffler.service.training.nano.words import names
from riffler.tools.messages import Message

MAKERS: dict[str, tuple[Callable[[random.Random], str], float]] = {
    "forms of an answer": (lambda rng: answer_form(rng).line, 0.6),
    "wishes for a form": (lambda rng: answer_form(rng).wish, 0.75),
    "updates": (pair_form, 0.4),
    "questions for keys": (lambda rng: question(rng, ("one", "other")), 0.85),
    "links": (lambda rng: link(rng, "Ann", "Bob", "boss"), 0.6),
    "wishes for a name": (lambda rng: name_form(rng).wish, 0.4),
    "facts": (lambda rng: made_fact(rng, "mill", matter(rng)).sentence, 1.0),
    "wishes for a sentence": (lambda rng: "".join(wish(rng, "no")), 0.75),
    "noise": (lambda rng: sentences(rng, 1)[0], 0.98),
}
"""Of 400 draws how many differ from all others at least; the parts were counted, and some room was left."""


@pytest.mark.parametrize("kind", MAKERS)
def test_hardly_a_wording_comes_twice(kind: str) -> None:
    """Most draws are seen once, so that learning them by heart is of no use."""
    make, share = MAKERS[kind]
    drawn = [make(random.Random(f"{kind} {number}")) for number in range(400)]
    assert len({*drawn}) >= share * len(drawn)


def test_a_wish_shows_the_form_that_is_right() -> None:
    """With signs in the places of key and value the line stands in the wish; without a wish it is the usual one."""
    for number in range(300):
        form = answer_form(random.Random(number))
        if not form.wish:
            assert (form.line, form.between) == ("{k}: {v}", "\n")
            continue
        pattern = "".join(re.escape(text) + (".+" if slot else "") for text, slot, *_ in Formatter().parse(form.line))
        assert re.search(pattern, form.wish), form


def test_no_question_has_what_a_query_searches_for() -> None:
    """The newest match of each query is an update of its key, however updates and questions are worded."""
    searched = 0
    for number in range(150):
        made = stream(random.Random(f"query {number}"), 12, 30)
        move = made.oracle(as_asked(made))
        if isinstance(move, Message):
            queries = json.loads(move.tool_calls[0].arguments)["queries"]
            asked = made.question if made.contexts else made.question[-60:]
            assert not [query for query in queries if query.lower() in asked.lower()]
            searched += 1
    assert searched > 20


def test_a_query_is_more_than_the_key() -> None:
    """What stands about a key in an update is in it, so that other mentions aren't found."""
    for number in range(300):
        pair = pair_form(random.Random(number))
        assert query_for(pair).format(k="fee") in pair.format(k="fee", v="7", n=3)
        assert query_for(pair) != "{k}"


def test_a_list_has_all_keys_in_their_order() -> None:
    """However it is laid out."""
    keys = ["alpha", "beta two", "gamma_3", "delta-4"]
    for number in range(100):
        said = listed(random.Random(number), keys)
        places = [said.index(key) for key in keys]
        assert places == sorted(places)


def test_a_link_has_both_names_and_no_other() -> None:
    """What leads on from a name is that another one stands in its sentence."""
    for number in range(300):
        rng = random.Random(number)
        below, above, *others = names(rng, 6)
        said = link(rng, below, above, "teacher")
        assert below in said
        assert above in said
        assert not [other for other in others if other in said]
        assert "\n" not in said


def test_a_made_question_has_the_thing_and_telling_words() -> None:
    """At least two words of the sentence, in one form or another, and the thing as it is told."""
    for number in range(300):
        rng = random.Random(number)
        [thing], about = things(rng, 1), matter(rng)
        told = made_fact(rng, thing, about)
        assert thing.lower() in told.sentence.lower()
        assert thing in told.question
        assert sum(stem.removesuffix("e") in told.question for stem in about.stems) >= 2
        assert all(stem.removesuffix("e") in told.sentence.lower() for stem in about.stems)


def test_what_is_said_where_nothing_answers_stands_in_the_question() -> None:
    """Or it is the usual words."""
    kinds = set()
    for number in range(200):
        said, absent = wish(random.Random(number), "as ever")
        kinds.add(absent == "as ever")
        assert absent in {"as ever"} or absent in said
    assert kinds == {True, False}


def test_noise_is_a_line_each_and_ends() -> None:
    """So that it can be told where a sentence ends that matters."""
    rng = random.Random(3)
    made = sentences(rng, 400, names(rng, 5))
    assert all(re.fullmatch(r"[^\n]+[.!]", each) for each in made)
    assert min(len(each.split()) for each in made) >= 4
    assert len(noise(rng, 50)) == 50


def test_sizes_are_small_mostly_and_never_too_large() -> None:
    """The mean is a tenth of the most at most, and some come near it."""
    rng = random.Random(4)
    drawn = [few_or_many(rng, 100, 3000) for _ in range(4000)]
    assert max(drawn) < 3000
    assert max(drawn) > 2500
    assert sum(drawn) / len(drawn) < 300
