"""Families: several questions about one text, each played in a session of its own."""

import random
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from riffler.service.training.nano.episode import Episode
from riffler.service.training.nano.families import Kin, family
from riffler.service.training.nano.record import recording
from riffler.service.training.nano.samples_file import read_samples, write_samples
from riffler.service.training.nano.skills import SKILLS, episode
from riffler.tools.tokens import EstimatedTokens

FAMILIES = [family(5, number, Kin(4, 4000)) for number in range(25)]


def without_oracle(made: Episode) -> Episode:
    """Give an episode as it can be compared."""
    return replace(made, oracle=lambda _: "", earlier=tuple(map(without_oracle, made.earlier)))


def said_before(made: Episode) -> tuple[object, ...]:
    """Give what stands before the message with the question."""
    earlier = [(each.contexts, each.question, each.answer) for each in made.earlier]
    return made.skill, made.system, earlier, made.contexts


def of_skill(skill: str) -> list[list[Episode]]:
    """Make families of a skill, also with large texts."""
    return [
        [SKILLS[skill](random.Random(text), asking=random.Random(f"{text} {at}")) for at in range(3)]
        for text in range(15)
    ]


@pytest.mark.parametrize("skill", SKILLS)
def test_a_family_has_one_text_and_different_questions(skill: str) -> None:
    """Where text and question are one message, it begins with the text: what is asked for stands in what is shared."""
    for made in of_skill(skill):
        first, *others = made
        assert all(said_before(each) == said_before(first) for each in others)
        assert len({each.question for each in made}) > 1
        if not first.contexts:
            letters = takewhile(lambda each: len({*each}) == 1, zip(*(each.question for each in made), strict=False))
            shared = "".join(letter for letter, *_ in letters)
            assert all(piece in shared for each in made for piece in each.whole)
    asked = [made for made in of_skill(skill) if len({(each.answer, each.whole) for each in made}) == len(made)]
    assert len(asked) > 3, "also different things, if there are so many"


def test_nothing_before_the_question_differs() -> None:
    """Nor does a system message, nor an earlier question, though most families have none."""
    before = 0
    for first, *others in FAMILIES:
        assert all(said_before(each) == said_before(first) for each in others)
        assert len({each.question for each in (first, *others)}) == 4
        before += bool(first.system or first.earlier)
    assert before > 3


async def test_each_of_a_family_ends_right() -> None:
    """Played on a real Riffler each answer is the one that is right for its question."""
    moves = 0
    async with recording(EstimatedTokens(), 6144) as recorder:
        for made in FAMILIES[:10]:
            async for played in recorder.play(made):
                assert not played.fault
                assert played.samples[-1].said.text == played.episode.answer
                moves += len(played.samples)
    assert moves > 45, "tools are called, too"


def test_one_question_is_an_episode_alone() -> None:
    """A family of one is what an episode is without families; a family is the same whenever it is made."""
    for number in range(40):
        [one] = family(3, number, Kin())
        alone = episode(3, number)
        assert repr(without_oracle(one)).split("oracle=")[0] == repr(without_oracle(alone)).split("oracle=")[0]
        assert (said_before(one), one.whole) == (said_before(alone), alone.whole)
    again = family(5, 7, Kin(4, 4000))
    assert [each.question for each in again] == [each.question for each in FAMILIES[7]]


def test_texts_are_as_small_as_wished() -> None:
    """Of no skill is more said than the setting allows, and each keeps its share."""
    skills = [family(6, number, Kin(1, 1500))[0].skill for number in range(40)]
    assert skills == [episode(6, number).skill for number in range(40)]
    for number in range(40):
        [made] = family(6, number, Kin(1, 1500))
        said = [text for each in (*made.earlier, made) for text in (*each.contexts, each.question)]
        assert sum(map(len, said)) <= 1500


async def test_samples_of_a_family_are_written_under_one_name(tmp_path: Path) -> None:
    """So that they follow each other and become one example; each episode is counted."""
    counts = await write_samples(tmp_path, 5, 3, EstimatedTokens(), window_tokens=6144, kin=Kin(4, 4000))
    assert counts.episodes.total() == 12
    names = [sample["episode"] for sample in read_samples(tmp_path)]
    assert names == sorted(names)
    assert {*names} == {"5-0", "5-1", "5-2"}
    assert len(names) == counts.samples.total() >= 12
