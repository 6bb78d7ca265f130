"""Rewards as users give them: a number, a word of feedback, an answer with its reference, or one for a judge.

Each becomes a `Given`: the number that is learned, and what it was made of. Where tokens and time have a price, the
price of the decision's turn comes off every kind of reward: the policy maximises one quantity, and an arm that is
better by less than it costs shouldn't win because its answers were rated by hand. A turn of which no cost is known is
free.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Final, Literal, assert_never

from riffler.bandits.cost import Prices
from riffler.bandits.given import Given, Source
from riffler.bandits.judging.criteria import CRITERIA, Criterion
from riffler.bandits.reward import Weights, reward
from riffler.errors import InvalidInput
from riffler.service.agent.judge import Judge
from riffler.service.agent.made_again import NamedRequest
from riffler.service.ports.decisions import RewardOutcome
from riffler.service.ports.policy import PolicyStore

MOST_ANSWER_CHARACTERS: Final = 40_000
"""Longest answer: some 10,000 tokens, more than a completion may have."""
MOST_REFERENCE_CHARACTERS: Final = 10_000
"""Of all references together: to compare strings takes the product of their lengths, here 50 ms at most."""
STARS: Final = 5
_CRITERIA: Final[Mapping[str, Criterion]] = MappingProxyType({each.name: each for each in CRITERIA})


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the app's own, in [0, 1]."""

    reward: float
    source: ClassVar[Source] = "number"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user said of an answer: `good` is 1 and `bad` is 0; 1 to 5 stars are 0, 0.25, 0.5, 0.75 and 1.

    Raises:
        InvalidInput: It is none of these.
    """

    said: Literal["good", "bad"] | int
    source: ClassVar[Source] = "feedback"

    def __post_init__(self) -> None:
        stars = isinstance(self.said, int) and not isinstance(self.said, bool) and 1 <= self.said <= STARS
        if not stars and self.said not in {"good", "bad"}:
            raise InvalidInput(f"feedback: expected good, bad, or 1 to {STARS} stars, got {self.said!r:.80}")

    def given(self) -> Given:
        """Give it as a number."""
        if isinstance(self.said, int):
            return Given((self.said - 1) / (STARS - 1), self.source, {"stars": self.said})
        return Given(float(self.said == "good"), self.source)


@dataclass(frozen=True, slots=True)
class Against:
    """An answer, and the references of which it should be one.

    Raises:
        InvalidInput: They are too long to be compared.
    """

    answer: str
    references: Sequence[str]
    source: ClassVar[Source] = "reference"

    def __post_init__(self) -> None:
        _check_answer(self.answer)
        characters = sum(map(len, self.references))
        if characters > MOST_REFERENCE_CHARACTERS:
            most = MOST_REFERENCE_CHARACTERS
            raise InvalidInput(f"references: expected at most {most} characters together, got {characters}")


@dataclass(frozen=True, slots=True)
class ToJudge:
    """An answer for the judge.

    Attributes:
        query: The question as its user put it, not a rewrite.
        answer: The answer.
        before: What was said before the question, oldest first.
        criterion: The name of what to judge by; empty lets the judge choose.

    Raises:
        InvalidInput: The answer is too long, or no criterion has this name.
    """

    query: str
    answer: str
    before: Sequence[str] = ()
    criterion: str = ""
    source: ClassVar[Source] = "judge"

    def __post_init__(self) -> None:
        _check_answer(self.answer)
        if self.criterion and self.criterion not in _CRITERIA:
            raise InvalidInput(f"criterion: expected one of {', '.join(_CRITERIA)}, got {self.criterion[:80]!r}")


Form = Number | Feedback | Against | ToJudge


@dataclass(frozen=True, slots=True)
class Rewarding:
    """What became of a reward.

    Attributes:
        outcome: What the store said.
        learned: The reward that the decision has now; None where it is void.
    """

    outcome: RewardOutcome
    learned: Given | None

    @property
    def name(self) -> Literal["counted", "repeated", "corrected", "refused"]:
        """The outcome, as users read it."""
        return _NAMES[self.outcome]


_NAMES: Final[Mapping[RewardOutcome, Literal["counted", "repeated", "corrected", "refused"]]] = MappingProxyType(
    {
        RewardOutcome.COUNTED: "counted",
        RewardOutcome.REPEATED: "repeated",
        RewardOutcome.CORRECTED: "corrected",
        RewardOutcome.REFUSED: "refused",
    }
)


class Rewards:
    """Turns what users give into rewards, and stores them.

    Args:
        store: Where decisions live.
        weights: Shares of the parts of a comparison with references.
        prices: What tokens and time cost.
        judge: Gives what judges answers without a reference, when it is first needed; or None, where no engine can.
    """

    def __init__(
        self,
        store: PolicyStore,
        weights: Weights | None = None,
        prices: Prices | None = None,
        judge: Callable[[], Judge | None] = lambda: None,
    ) -> None:
        self._store = store
        self._weights = weights or Weights()
        self._prices = prices or Prices()
        self._judge = judge

    async def reward(
        self, tenant: str, decision_id: str, form: Form, token: str | None = None, *, correct: bool = False
    ) -> Rewarding:
        """Reward a decision; see `PolicyStore.reward`.

        Args:
            tenant: Whose decision; from the credential.
            decision_id: The decision.
            form: The reward as it is given.
            token: Names this reward.
            correct: Whether it takes the place of one that counted before.

        Returns:
            What became of it. Raises `UnknownDecision` and `RequestKeyReused` as the store does, and `JudgeFailed` when
            there is no verdict: nothing is learned then.
        """
        weighed = await self.weigh(tenant, decision_id, form, token, correct=correct)
        return await self.put(tenant, decision_id, weighed, token, correct=correct)

    async def weigh(
        self, tenant: str, decision_id: str, form: Form, token: str | None = None, *, correct: bool = False
    ) -> Given | Rewarding:
        """Make the number that is to be learned, and store nothing.

        Args:
            tenant: Whose decision.
            decision_id: The decision.
            form: The reward as it is given.
            token: Names this reward.
            correct: Whether it takes the place of one that counted before.

        Returns:
            The number with its parts; or what became of it, where no judge need be asked for that.
        """
        if isinstance(form, ToJudge):  # a judge takes seconds and tokens: not for what won't count
            settled = await self._settled(tenant, decision_id, token, correct=correct)
            if settled is not None:
                return settled
        return await self._net(tenant, decision_id, await self.quality(form))

    async def put(
        self,
        tenant: str,
        decision_id: str,
        weighed: Given | Rewarding,
        token: str | None = None,
        *,
        correct: bool = False,
    ) -> Rewarding:
        """Store what `weigh` made.

        Args:
            tenant: Whose decision.
            decision_id: The decision.
            weighed: What it made.
            token: Names this reward.
            correct: Whether it takes the place of one that counted before.

        Returns:
            What became of it.
        """
        if isinstance(weighed, Rewarding):
            outcome = weighed.outcome
        else:
            outcome = await self._store.reward(tenant, decision_id, weighed, token, correct=correct)
            if outcome in {RewardOutcome.COUNTED, RewardOutcome.CORRECTED}:
                return Rewarding(outcome, weighed)
        # Another one stands, and may have been corrected since this one was weighed.
        return Rewarding(outcome, (await self._store.decision(tenant, decision_id)).given)

    async def answered(self, tenant: str, request: NamedRequest | None, answer: str = "") -> str:
        """Give a request of many rewards its name, and keep its answer; see `PolicyStore.answer`.

        Args:
            tenant: Whose request.
            request: The request; None has no name, and nothing is kept of it.
            answer: The answer; empty as long as there is none.

        Returns:
            The answer that was kept before; empty when there was none.
        """
        return "" if request is None else await self._store.answer(tenant, request.name, request.fingerprint, answer)

    async def quality(self, form: Form) -> Given:
        """Say how good an answer was, before the price of its turn comes off.

        Args:
            form: The reward as it is given.

        Returns:
            The number with its parts. Raises `InvalidInput` when it is no number in [0, 1], a reference has no word, or
            nobody can judge; and `JudgeFailed`.
        """
        match form:
            case Number():
                return Given(form.reward, form.source)
            case Feedback():
                return form.given()
            case Against():
                # In a thread: the first one also imports what compares.
                found = await asyncio.to_thread(reward, form.answer, form.references, self._weights)
                parts = {"judge": found.judge, "fuzzy": found.fuzzy, "bleu": found.bleu}
                return Given(found.total, form.source, parts)
            case ToJudge():
                return await self._judged(form)
            case _:
                assert_never(form)

    async def _judged(self, form: ToJudge) -> Given:
        judge = self._judge()
        if judge is None:
            raise InvalidInput(
                "query: there is no judge, as the engine runs no language model; expected `reward`, `feedback`, or "
                "`answer` with `references`"
            )
        judged = await judge.score(form.query, form.before, form.answer, _CRITERIA.get(form.criterion))
        return Given(judged.score, form.source, {"judge": judged.score}, judged.criterion.name, judged.judge)

    async def _settled(self, tenant: str, decision_id: str, token: str | None, *, correct: bool) -> Rewarding | None:
        """Tell what becomes of a reward whatever its number is; None when that number matters."""
        logged = await self._store.decision(tenant, decision_id)
        if logged.state == "open":
            return None
        if logged.given is None:
            return Rewarding(RewardOutcome.REFUSED, None)
        # Without `correct` a decision keeps the reward that it has: this asks for the outcome alone.
        said = await self._store.reward(tenant, decision_id, logged.given, token)
        return None if correct and said is RewardOutcome.REFUSED else Rewarding(said, logged.given)

    async def _net(self, tenant: str, decision_id: str, given: Given) -> Given:
        """Take off what the decision's turn cost, in rewards."""
        if not (self._prices.token_price or self._prices.second_price):
            return given
        cost = (await self._store.decision(tenant, decision_id)).cost
        if cost is None:
            return given
        parts = {**given.parts, "quality": given.reward, "price": self._prices.of(cost)}
        return replace(given, reward=self._prices.net(given.reward, cost), parts=parts)


def _check_answer(answer: str) -> None:
    if len(answer) > MOST_ANSWER_CHARACTERS:
        raise InvalidInput(f"answer: expected at most {MOST_ANSWER_CHARACTERS} characters, got {len(answer)}")
