"""Questions about documents, each worded well and badly and asked with every arm: what rewriting gains, truly.

The documents are those of `find`; the reward of an answer is the one that a service gives where it knows what is right.
Each document's question is asked in all wordings, so that they differ in nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from riffler.bandits.reward import Weights, reward
from riffler.service.agent.rewriter import NONE
from riffler.service.evaluation.benchmark import Case, Cell, source_of
from riffler.service.evaluation.find import Inquiry, make_inquiry
from riffler.service.evaluation.find_facts import OTHER_FORMS, OTHER_WORDS, SAME_WORDS
from riffler.service.evaluation.perturbed import PERTURBED
from riffler.service.evaluation.results import Results
from riffler.service.evaluation.results_file import MEANS, SUMS, Record
from riffler.service.evaluation.running import Ask, Done, measure

OFFERED, VECTOR = "offered", "x"
"""What the record of the arm `none` has beside its measures: the arms that had something to do, and what the policy
saw of the question."""


@dataclass(frozen=True)
class Reworded:
    """The evaluation. Its profiles are the arms.

    Attributes:
        tokens: Length of the documents, by Riffler's estimate.
        sessions: How many documents: a case of each wording for each.
        seed: The same seed gives the same cases.
        weights: Shares of the parts of a reward.
    """

    tokens: int = 1000
    sessions: int = 350
    seed: int = 1
    weights: Weights = field(default_factory=Weights)
    name: str = "rewriting"

    @property
    def cells(self) -> Sequence[Cell]:
        """See the port."""
        return [{"wording": wording} for wording in PERTURBED]

    @property
    def options(self) -> Mapping[str, Any]:
        """See the port."""
        weights = self.weights
        return {"tokens": self.tokens, "reward": [weights.judge, weights.fuzzy, weights.bleu]}

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        wording = str(cell["wording"])
        inquiry = self.inquiry(session)
        rng = source_of(self.seed, self.name, self.tokens, session, wording)
        text = PERTURBED[wording](rng, inquiry.template, inquiry.thing)
        return Case(
            text,
            lambda answer: reward(answer, inquiry.value, self.weights).total,
            inquiry.newest_match,
            (inquiry.document,),
        )

    def inquiry(self, session: int) -> Inquiry:
        """Make a document whose question has one answer, also where the thing is named by half.

        Args:
            session: Which of the documents.

        Returns:
            The document with its question.
        """

        def draw(attempt: int) -> Inquiry:
            rng = source_of(self.seed, self.name, self.tokens, session, attempt)
            return make_inquiry(rng, self.tokens, rng.choice((SAME_WORDS, OTHER_FORMS, OTHER_WORDS)))

        return next(inquiry for inquiry in map(draw, itertools.count()) if inquiry.half_is_enough)


async def run_arms(benchmark: Reworded, asks: Mapping[str, Ask], results: Results) -> AsyncGenerator[Done]:
    """Ask each case with each arm that has something to do on it, and note each as it ends.

    An arm that has nothing to do is drawn for no query; its record has the score of `none`, and cost nothing.

    Args:
        benchmark: The evaluation.
        asks: How each arm is asked, by its name; what it notes of `none` is under `OFFERED` and `VECTOR`.
        results: Where cases are noted.

    Yields:
        Each case that this run did.
    """
    total = len(benchmark.cells) * benchmark.sessions * len(asks)
    arms = (NONE, *(arm for arm in asks if arm != NONE))
    for cell in benchmark.cells:
        for session in range(benchmark.sessions):
            keys = {arm: {**cell, "profile": arm, "session": session} for arm in arms}
            left = [arm for arm in arms if results.find(keys[arm]) is None]
            case = benchmark.case(cell, session) if left else None
            for arm in left:
                plain = results.find(keys[NONE])
                if case is not None:
                    idle = plain is not None and arm not in plain.get(OFFERED, ())
                    record = _idle(plain or {}) if idle else await measure(case, asks[arm])
                    results.add({**keys[arm], **record})
                    yield Done(results.cases[-1], len(results.cases), total)


def _idle(plain: Record) -> Record:
    """Make the record of an arm that has nothing to do."""
    same = {name: plain[name] for name in ("score", "over_budget", "failed")}
    return {**dict.fromkeys((*MEANS, *SUMS), 0), **same, "idle": True}
