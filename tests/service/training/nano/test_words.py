"""Training's words and wordings are its own: no evaluation has them."""

import inspect
import random
import re
from itertools import chain

from riffler.service.evaluation import find, find_facts, kinship, needles, perturbed, pi_llm, questions
from riffler.service.evaluation.dictionary import own_dictionary
from riffler.service.evaluation.find_facts import FACTS, KINDS, WISHES
from riffler.service.evaluation.words import draw_word, make_words, may_be_drawn
from riffler.service.training.nano.skills import episode
from riffler.service.training.nano.streams import query_for
from riffler.service.training.nano.wordings import wordings
from riffler.service.training.nano.words import english, made_up, names, words


def test_no_word_of_training_is_an_evaluation_s() -> None:
    """What could be drawn there is told of thousands of words that were drawn there, and of none that is drawn here."""
    rng = random.Random(1)
    theirs = {draw_word(rng, rng.randint(1, 3)) for _ in range(3000)} | {*make_words(rng, 200, 3)}
    assert all(map(may_be_drawn, theirs))
    ours = {made_up(rng) for _ in range(3000)} | {*english()}
    assert not [word for word in ours if may_be_drawn(word)]
    keys = {word for key in own_dictionary() for word in key.split()}
    values = {word for value in chain(*own_dictionary().values()) for word in value.split()}
    assert not ours & (keys | values)


def test_none_stands_inside_another() -> None:
    """Words of one episode, and names, are told apart by a search."""
    rng = random.Random(2)
    for drawn in (words(rng, 80), names(rng, 30), names(rng, 30)):
        assert not [(one, other) for one in drawn for other in drawn if one != other and one in other]


def _pieces(text: str, size: int = 5) -> set[str]:
    """Give the runs of five words of a text, or of another number."""
    found = re.findall(r"[a-z]+", text.lower())
    return {" ".join(found[at : at + size]) for at in range(len(found) - size + 1)}


def test_no_official_wording_is_trained_on() -> None:
    """No five words in a row of the evaluations' code stand in a wording, nor in an episode's question."""
    official = _pieces(
        "\n".join(
            inspect.getsource(each) for each in (pi_llm, needles, kinship, questions, find, find_facts, perturbed)
        )
    )
    assert "is the eldest relative that" in official, "or nothing would be compared"
    said = str([wordings(skill) for skill in ("streams", "chains", "noise", "find", "tidy", "plain")])
    said += "\n".join(episode(3, number).question[-400:] for number in range(200))
    assert not (same := _pieces(said) & official), same


def test_what_documents_tell_is_told_in_training_otherwise() -> None:
    """Facts and questions of the evaluation share no four words in a row with training's, and no thing is the same."""
    theirs = [text for fact in FACTS for text in (fact.sentence, *fact.questions.values())] + [*WISHES]
    ours = [text for fact in wordings("find")["facts"] for text in (fact["sentence"], *fact["questions"])]
    pieces = set().union(*(_pieces(text, 4) for text in ours))
    assert "the key to the" in pieces, "or nothing would be compared"
    assert not (same := set().union(*(_pieces(text, 4) for text in theirs)) & pieces), same
    assert not {*KINDS} & {*english()}
    assert not [kind for kind in KINDS if kind in str(wordings("find"))]


def test_a_query_finds_updates_and_not_the_question() -> None:
    """It is the key with what stands about it in an update, in whatever form updates are."""
    assert [query_for(pair) for pair in ("{k}: {v}; ", "set {k} to {v}\n", "[{n}] {k}: {v}\n", "| {k} | {v} |\n")] == [
        "{k}:",
        "set {k} to",
        "{k}:",
        "| {k} |",
    ]
    for pair in wordings("streams")["pairs"]:
        assert query_for(pair).format(k="fee") in pair.format(k="fee", v="7", n=3)
        assert query_for(pair).format(k="fee") not in "What is the latest value of fee, of tax and of fee?"
