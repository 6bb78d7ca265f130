"""`Judge`: rewards of answers that have no reference, by an engine that is asked for one criterion at a time.

It knows nothing of decisions and posteriors. Whoever compares the arms of one question chooses the criterion once, with
`choose`, and gives it to every call: scores by different criteria don't compare.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from riffler.bandits.judging.criteria import CRITERIA, Criterion
from riffler.bandits.judging.prompting import (
    Asked,
    again_prompt,
    asked,
    choose_prompt,
    compare_prompt,
    judging_version,
    score_prompt,
)
from riffler.bandits.judging.replies import BEST_GRADE, Verdict, read_criterion, read_grade, read_verdict
from riffler.errors import EngineFailed, InvalidSetting, JudgeFailed
from riffler.service.agent.tool_call import Cost
from riffler.service.ports.engine import Engine, EngineRequest, Sampling, Usage, complete
from riffler.tools.messages import Message

T = TypeVar("T")

_SHARE_OF_FIRST: dict[Verdict, float] = {"A": 1.0, "tie": 0.5, "B": 0.0}


@dataclass(frozen=True, slots=True)
class Judged:
    """How good an answer is.

    Attributes:
        criterion: What it was judged by.
        score: From 0 to 1: the grade's share of the best one.
        left_out: How many characters of what was said before the judge was not shown.
        usage: Tokens of all calls, those asked again included.
        judge: Who judged, with the version of prompts and criteria: scores of two judges don't compare.
    """

    criterion: Criterion
    score: float
    left_out: int
    usage: Usage
    judge: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Which of two answers is better.

    Attributes:
        criterion: What they were judged by.
        share: From 0 to 1, what goes to `a`: the mean of both orders.
        a_first: What went to `a` when it was shown first: 1, 0.5 or 0. A judge that favours a place shows in the
            difference to `b_first`.
        b_first: What went to `a` when `b` was shown first.
        left_out: How many characters of what was said before the judge was not shown.
        usage: Tokens of all calls, those asked again included.
        judge: Who judged, with the version of prompts and criteria.
    """

    criterion: Criterion
    share: float
    a_first: float
    b_first: float
    left_out: int
    usage: Usage
    judge: str


class Judge:
    """Judges answers. Safe for concurrent calls.

    Args:
        engine: Who judges. It need not be the one that answers, and had better not be: models favour their own words.
        criteria: What to choose from; of one there is no choice, and no call for it.
        budget_ms: Longest time of one judgement with all its calls.
        most_before_characters: How much of what was said before the judge is shown: the end of it.
        temperature: Of the judge's replies; None leaves the engine's own, for models that refuse this field.

    Raises:
        InvalidSetting: The engine runs no language model, a number is too small, there is no criterion, or two have one
            name.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        criteria: Sequence[Criterion] = CRITERIA,
        budget_ms: int = 30_000,
        most_before_characters: int = 8_000,
        temperature: float | None = 0.0,
    ) -> None:
        if not engine.info.can_rewrite:
            raise InvalidSetting(
                f"judge: the engine {engine.info.name} can't judge a text: take one that runs a language model, or "
                "reward answers by feedback or against a reference"
            )
        if budget_ms < 1 or most_before_characters < 0:
            raise InvalidSetting(
                "judge: expected budget_ms of at least 1 and most_before_characters of at least 0, got "
                f"{budget_ms} and {most_before_characters}"
            )
        if not criteria or len({each.name for each in criteria}) < len(criteria):
            raise InvalidSetting("judge: expected at least one criterion, each with a name of its own")
        self._engine = engine
        self._criteria = tuple(criteria)
        self._budget_ms = budget_ms
        self._most_before = most_before_characters
        self._sampling = Sampling(temperature=temperature)

    @property
    def name(self) -> str:
        """Engine, model, and the version of prompts and criteria."""
        return f"{self._engine.info.name} {self._engine.info.model} {judging_version(self._criteria)}"

    async def choose(self, query: str, before: Sequence[str] = (), *, cost: Cost | None = None) -> Criterion:
        """Choose what answers to a question should be judged by. The judge sees no answer for that.

        Args:
            query: The question as its user put it, not a rewrite.
            before: What was said before it, oldest first.
            cost: Is told what the calls cost, also when they fail in the end.

        Returns:
            One of the criteria. Raises JudgeFailed as `score` does.
        """
        async with self._judging(cost) as own:
            return await self._chosen(asked(query, before, self._most_before), None, own)

    async def score(
        self,
        query: str,
        before: Sequence[str],
        answer: str,
        criterion: Criterion | None = None,
        *,
        cost: Cost | None = None,
    ) -> Judged:
        """Judge one answer.

        Args:
            query: The question as its user put it, not a rewrite.
            before: What was said before it, oldest first.
            answer: The answer.
            criterion: What to judge by; None chooses first.
            cost: Is told what the calls cost, also when they fail in the end.

        Returns:
            The score. Raises JudgeFailed when the engine fails, takes too long, or says nothing readable when it is
            asked for a second time, or when the texts are too long for it. Then there is no score, not a low one.
        """
        question = asked(query, before, self._most_before)
        async with self._judging(cost) as own:
            criterion = await self._chosen(question, criterion, own)
            grade = await self._read(score_prompt(question, criterion, answer), read_grade, own)
        return Judged(criterion, grade / BEST_GRADE, question.left_out, own.usage, self.name)

    async def compare(
        self,
        query: str,
        before: Sequence[str],
        a: str,
        b: str,
        criterion: Criterion | None = None,
        *,
        cost: Cost | None = None,
    ) -> Compared:
        """Judge which of two answers is better, in both orders: a judge may favour a place.

        Args:
            query: The question as its user put it, not a rewrite.
            before: What was said before it, oldest first.
            a: One answer.
            b: The other one.
            criterion: What to judge by; None chooses first.
            cost: Is told what the calls cost, also when they fail in the end.

        Returns:
            The share of `a`. Raises JudgeFailed as `score` does, also when one order alone fails.
        """
        question = asked(query, before, self._most_before)
        async with self._judging(cost) as own:
            criterion = await self._chosen(question, criterion, own)
            one = await self._read(compare_prompt(question, criterion, a, b), read_verdict, own)
            other = await self._read(compare_prompt(question, criterion, b, a), read_verdict, own)
        a_first, b_first = _SHARE_OF_FIRST[one], 1 - _SHARE_OF_FIRST[other]
        share = (a_first + b_first) / 2
        return Compared(criterion, share, a_first, b_first, question.left_out, own.usage, self.name)

    async def _chosen(self, question: Asked, criterion: Criterion | None, cost: Cost) -> Criterion:
        if criterion is not None:
            return criterion
        if len(self._criteria) == 1:
            return self._criteria[0]
        prompt = choose_prompt(question, self._criteria)
        return await self._read(prompt, lambda reply: read_criterion(reply, self._criteria), cost)

    async def _read(self, prompt: str, read: Callable[[str], T], cost: Cost) -> T:
        reply = await self._ask(prompt, cost)
        try:
            return read(reply)
        except JudgeFailed:
            pass  # asked again in other words: to the same prompt a greedy model would say the same
        return read(await self._ask(again_prompt(prompt), cost))

    async def _ask(self, prompt: str, cost: Cost) -> str:
        engine = self._engine
        tokens, most = engine.counter.count(prompt), engine.info.window_tokens * 3 // 4
        if tokens > most:
            raise JudgeFailed(f"the texts are too long for the judge ({tokens} tokens of {most})")
        request = EngineRequest((Message.user(prompt),), tool_choice="none", sampling=self._sampling)
        completion = await complete(engine, request)
        cost.usage += completion.usage
        if completion.finish_reason != "stop":
            raise JudgeFailed(f"the judge's reply did not end by itself ({completion.finish_reason})")
        return completion.message.text

    @asynccontextmanager
    async def _judging(self, cost: Cost | None) -> AsyncIterator[Cost]:
        """Keep the account and the time of one judgement, and make every failure of the engine a `JudgeFailed`."""
        own = Cost()
        try:
            async with asyncio.timeout(self._budget_ms / 1000):
                yield own
        except TimeoutError as exc:
            raise JudgeFailed(f"the judge took longer than {self._budget_ms} ms") from exc
        except EngineFailed as exc:
            raise JudgeFailed(f"the judge's engine failed: {exc.loggable}", exc.quoted) from exc
        finally:
            if cost is not None:
                cost.usage += own.usage
