"""Every arm on every question: what a case is, which arms are asked, and that a run goes on."""

import re
from contextlib import aclosing
from pathlib import Path

import pytest

from riffler.bandits.reward import reward
from riffler.service.evaluation.benchmark import Case
from riffler.service.evaluation.find_facts import FACTS
from riffler.service.evaluation.metered import Spent
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.reworded import OFFERED, VECTOR, Reworded, run_arms
from riffler.service.evaluation.rows import make_rows
from riffler.service.evaluation.running import Ask, Heard

ARMS = ("none", "reread", "expand")


@pytest.mark.parametrize("session", range(6))
def test_a_document_is_asked_in_all_wordings(session: int) -> None:
    """Six wordings, one document and one answer; the sentence earns most of a reward, its value alone all of it."""
    benchmark = Reworded(700, sessions=6)
    cases = [benchmark.case(cell, session) for cell in benchmark.cells]
    inquiry = benchmark.inquiry(session)
    assert len({case.text for case in cases}) == 6
    assert {case.contexts for case in cases} == {(inquiry.document,)}
    for case in cases:
        assert case.score(inquiry.value) == 1
        assert case.score(inquiry.sentence) == reward(inquiry.sentence, inquiry.value).total > 0.6
        assert case.score("It isn't there.") < 0.4
    half = inquiry.thing.split()[0]
    assert {half in case.text for case in cases[2:]} == {True}


def test_half_a_name_is_enough() -> None:
    """No question is about a matter of which the other thing with half of the name tells, too."""
    benchmark = Reworded(700, sessions=20)
    others = 0
    for session in range(20):
        inquiry = benchmark.inquiry(session)
        fact = next(fact for fact in FACTS if inquiry.template in fact.questions.values())
        assert fact.sentence.format(s=inquiry.thing, v=inquiry.value) == inquiry.sentence
        half = inquiry.thing.split()[0]
        tells = re.compile(re.escape(fact.sentence).replace(r"\{s\}", rf"{half} \w+").replace(r"\{v\}", ".+"))
        assert [sentence for sentence in inquiry.sentences if tells.fullmatch(sentence)] == [inquiry.sentence]
        others += sum(half in sentence and inquiry.thing not in sentence for sentence in inquiry.sentences)
    assert others == 4 * 20


class Asked:
    """Asks with an arm, and notes that it did; on the questions of documents with odd numbers `expand` has no work."""

    def __init__(self) -> None:
        self.cases: list[tuple[str, Case]] = []

    def by(self, arm: str) -> Ask:
        """Give what asks with an arm."""

        async def ask(case: Case) -> Heard:
            self.cases.append((arm, case))
            expands = sum(len(text) for text in case.contexts) % 2 == 0
            noted = {OFFERED: ["none", "reread", *(["expand"] if expands else [])], VECTOR: [0.5]}
            return Heard(arm, spent=Spent(1, 10, 10.0, 1), noted=noted if arm == "none" else {})

        return ask


def results(benchmark: Reworded, path: Path | None = None) -> Results:
    """Results of an evaluation."""
    return Results("rewriting", {}, ["wording"], lambda cases: make_rows(cases, benchmark.cells, ARMS), path)


async def run(benchmark: Reworded, asked: Asked, into: Results, stop_after: int | None = None) -> None:
    """Run, or a part."""
    asks = {arm: asked.by(arm) for arm in ("reread", "expand", "none")}  # in any order: `none` goes first
    try:
        async with aclosing(run_arms(benchmark, asks, into)) as running:
            count = 0
            async for done in running:
                count += 1
                assert (done.count, done.total) == (len(into.cases), 54)
                if count == stop_after:
                    break
    finally:
        into.save()


async def test_an_arm_without_work_has_what_none_has() -> None:
    """It isn't asked; its record has the score of `none`, and cost nothing."""
    benchmark, asked, into = Reworded(500, sessions=3), Asked(), results(Reworded(500, sessions=3))
    await run(benchmark, asked, into)
    assert len(into.cases) == 54
    by_name = {(case["wording"], case["session"], case["profile"]): case for case in into.cases}
    idle = [case for case in into.cases if case.get("idle")]
    assert {case["profile"] for case in idle} == {"expand"}
    assert len(idle) + len(asked.cases) == 54
    for case in idle:
        plain = by_name[case["wording"], case["session"], "none"]
        assert "expand" not in plain[OFFERED]
        assert (case["score"], case["model_calls"]) == (plain["score"], 0)
    assert all(case["model_calls"] == 1 for case in into.cases if case not in idle)


@pytest.mark.parametrize("stop_after", [1, 2, 17, 53])
async def test_a_stopped_run_goes_on(tmp_path: Path, stop_after: int) -> None:
    """Nothing is asked twice, and what stands there at the end is what an unbroken run leaves, apart from times."""
    benchmark, asked, path = Reworded(500, sessions=3), Asked(), tmp_path / "out.json"
    await run(benchmark, asked, results(benchmark, path), stop_after)
    await run(benchmark, asked, results(benchmark, path))
    whole, once = results(benchmark), Asked()
    await run(benchmark, once, whole)
    assert [(arm, case.text) for arm, case in asked.cases] == [(arm, case.text) for arm, case in once.cases]
    stored = results(benchmark, path).cases
    assert [{**case, "wall_s": 0} for case in stored] == [{**case, "wall_s": 0} for case in whole.cases]
