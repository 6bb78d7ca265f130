"""Generated questions, and the trial whose regret is true."""

from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from riffler.bandits.arms import ARMS
from riffler.bandits.insight.kept_audit import KeptAudit
from riffler.bandits.policies.fixed import Fixed
from riffler.service.agent.watch.regret import RegretKnown, RegretMeasured, RegretReport
from riffler.service.app import Riffler
from riffler.service.cli.picture import show_trial
from riffler.service.evaluation.kinship import make_chain
from riffler.service.evaluation.questions import WORDINGS, Question, make_questions
from riffler.service.evaluation.streams import make_stream
from riffler.service.evaluation.trial import (
    KNOWN_ANSWERS,
    Round,
    helpful_arms,
    mean_reward,
    regret_at_random,
    regret_of,
    run_trial,
)
from riffler.service.settings import read_settings


@pytest.mark.parametrize("seed", range(5))
def test_questions_have_their_answers_in_the_text(seed: int) -> None:
    """The same seed gives the same questions; each wording has its share; each answer stands in the text."""
    made = make_questions(seed, count=60)
    assert made == make_questions(seed, count=60)
    assert made != make_questions(seed + 1, count=60)
    assert {wording: sum(one.wording == wording for one in made.questions) for wording in WORDINGS} == dict.fromkeys(
        WORDINGS, 12
    )
    assert all(one.answer in made.text for one in made.questions)
    assert all("{" not in one.text for one in made.questions)


@pytest.mark.parametrize("seed", range(5))
def test_a_stream_s_current_value_is_its_last(seed: int) -> None:
    """The last update of a key in the text is its current value, and there are as many updates as asked for."""
    stream = make_stream(seed, keys=6, updates=10)
    pairs = [pair.strip().split(": ") for pair in stream.text.split("\n")[1].split(";") if pair.strip()]
    assert len(pairs) == 60
    assert {name: value for name, value in pairs} == stream.current  # noqa: C416 - the last one of a name counts


@pytest.mark.parametrize("seed", range(5))
def test_a_chain_leads_from_the_youngest_to_the_eldest(seed: int) -> None:
    """Following the sentences from the youngest ends at the eldest, after as many steps as there are sentences."""
    chain = make_chain(seed, needles=4, tokens=2000)
    up = {
        line.split(" is ")[1].split("'s ")[0]: line.split(" is ")[0]
        for line in chain.text.split("\n")
        if "'s " in line and " is " in line
    }
    name, steps = chain.youngest, 0
    while name in up:
        name, steps = up[name], steps + 1
    assert (name, steps) == (chain.eldest, 4)


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[tuple[list[Round], RegretReport]]:
    """A small trial on the real path, with the reader as engine, and what its log says of its regret."""
    made = make_questions(3, count=15, places=8)
    settings = read_settings(data_folder=tmp_path)
    async with (
        Riffler(settings, seed=3) as riffler,
        Riffler(settings, policy=Fixed("none")) as none,
        Riffler(settings, policy=Fixed("reread")) as reread,
    ):
        ask_with = {
            "none": lambda one: none.ask(one.text, [made.text]),
            "reread": lambda one: reread.ask(one.text, [made.text]),
            # The others reword nothing here that the reader would answer otherwise.
            **dict.fromkeys(ARMS.keys() - {"none", "reread"}, lambda one: none.ask(one.text, [made.text])),
        }

        async def keep(decision: str, found: KeptAudit) -> None:
            await riffler.decisions.audit(riffler.tenant, decision, found)

        trial = run_trial(
            made.questions, lambda one: riffler.ask(one.text, [made.text]), ask_with, riffler.reward, keep
        )
        rounds = [each async for each in trial]
        assert riffler.rewriter is not None
        yield rounds, await riffler.policies.regret(riffler.tenant, riffler.rewriter.key.digest())


async def test_a_trial_knows_every_arm_and_teaches_only_what_was_drawn(
    asked: tuple[list[Round], RegretReport],
) -> None:
    """Each round has all arms' rewards, the regret against the best is never below 0, and picture and log show it."""
    played, report = asked
    assert len(played) == 15
    assert all(set(each.rewards) == ARMS.keys() for each in played)
    regret = regret_of(played)
    assert regret.kind == "true"
    assert (regret.instantaneous >= 0).all()
    assert isinstance(report.true, RegretKnown)
    assert (report.true.rounds, report.true.against_best_of_each) == (15, regret.total)
    assert report.true.against == {arm: regret.against[arm][-1] for arm in report.true.against}
    assert isinstance(report.audited, RegretMeasured)
    assert report.audited.judges == {KNOWN_ANSWERS: 15}
    assert report.audited.against_best_of_each.mean == pytest.approx(regret.total / 15)
    assert mean_reward([each for each in played if each.question.wording == "plain"], "none") > 0.6
    console = Console(width=110, file=StringIO())
    show_trial(played, console)
    shown = cast("StringIO", console.file).getvalue()
    assert "true regret over 15 questions" in shown
    assert f"{regret.total:.2f}" in shown


def rounds(*rewards: tuple[float, float]) -> list[Round]:
    """Rounds with the rewards of `none` and `reread`, in which `none` was drawn."""
    question = Question("?", "!", "plain")
    return [Round(question, "none", {"none": none, "reread": reread}, ("none", "reread")) for none, reread in rewards]


def test_an_arm_helps_only_where_it_earns_more() -> None:
    """An arm is named only when its mean is above that of `none` by more than noise of rounding."""
    assert helpful_arms(rounds((0.5, 0.5), (0.2, 0.2))) == []
    assert helpful_arms(rounds((0.5, 0.51))) == []
    assert helpful_arms(rounds((0.5, 0.4), (0.2, 0.9))) == ["reread"]
    assert mean_reward(rounds((0.5, 0.5), (0.2, 0.9)), "reread") == pytest.approx(0.7)
    assert regret_of(rounds((0.5, 0.5), (0.2, 0.9)), "reread").total == 0
    assert regret_at_random(rounds((0.5, 0.5), (0.2, 0.9))) == pytest.approx([0.0, 0.35])
