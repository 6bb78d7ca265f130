"""Decisions and their rewards, policies, and how the service is."""

# Made of io_async/deciding.py by `python -m riffler.service.client.twin`.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from riffler.service.client.calls import decisions, service
from riffler.service.client.io_sync.core import Core
from riffler.service.client.io_sync.pages import Pages
from riffler.service.client.models.base import WantedState
from riffler.service.client.models.decisions import (
    Decision,
    DecisionPage,
    Draw,
    NewestPage,
    Rewarded,
    RewardRows,
    ShownRewrite,
)
from riffler.service.client.models.policies import ListedPolicy, PolicyStatus
from riffler.service.client.models.service import Alive, Engine, Health


class Deciding(Core):
    """Rewards, and looks at decisions and policies."""

    def reward(
        self,
        decision: str,
        reward: float | None = None,
        *,
        feedback: Literal["good", "bad"] | int | None = None,
        answer: str | None = None,
        references: Sequence[str] | None = None,
        query: str | None = None,
        contexts: Sequence[str] = (),
        criterion: str | None = None,
        correct: bool = False,
        idempotency_key: str | None = None,
    ) -> Rewarded:
        """Reward a decision: once, and as late as you like. A second reward changes nothing, unless it corrects.

        Args:
            decision: The decision's id, as an answer's or a rewrite's `rewriting` has it.
            reward: A number from 0 to 1.
            feedback: In its place: what a user said: `good`, `bad`, or 1 to 5 stars.
            answer: In its place: the answer, with `references` or `query`.
            references: What was to be answered; the answer is compared with them.
            query: What was asked; a language model judges the answer.
            contexts: What was said before it, for that judge.
            criterion: What to judge by; without one the judge chooses first.
            correct: Whether this takes the place of a reward that counted before.
            idempotency_key: A name of your own for the request.

        Returns:
            What became of it.
        """
        call = decisions.reward_decision(
            decision,
            reward,
            feedback=feedback,
            answer=answer,
            references=references,
            query=query,
            contexts=contexts,
            criterion=criterion,
            correct=correct,
            idempotency_key=idempotency_key,
        )
        return self.send(call)

    def reward_many(self, rewards: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None) -> RewardRows:
        """Reward up to 1,000 decisions. Each row has an outcome of its own; one that is wrong spoils no other.

        Args:
            rewards: Rows with their `decision`, one of the forms of `reward` by its names, and `correct`.
            idempotency_key: A name of your own for the request, kept for a day.

        Returns:
            What became of each.
        """
        return self.send(decisions.reward_decisions(rewards, idempotency_key))

    def decisions(self, page_size: int = 100) -> Pages[DecisionPage, Decision]:
        """List the decisions of the policy that draws now.

        Args:
            page_size: Most decisions of a page.

        Returns:
            The decisions, the oldest first.
        """
        return Pages(self, lambda _, cursor: decisions.list_decisions(page_size, cursor))

    def decision(self, decision: str) -> Decision:
        """Read a decision: what was drawn, how likely it was, and what became of it.

        Args:
            decision: Its id.

        Returns:
            The decision.
        """
        return self.send(decisions.read_decision(decision))

    def decision_rewrite(self, decision: str) -> ShownRewrite:
        """Read a decision's query beside its rewrite, as its session keeps them; where it doesn't, why not.

        Args:
            decision: The decision's id.

        Returns:
            Both, or why not.
        """
        return self.send(decisions.read_rewrite(decision))

    def explain_decision(self, decision: str) -> Draw:
        """Explain a decision: its draw, and what each arm's score is made of by now.

        Args:
            decision: The decision's id.

        Returns:
            The explanation.
        """
        return self.send(decisions.explain_decision(decision))

    def policies(self) -> tuple[ListedPolicy, ...]:
        """List the policies that have decided something, the one that decided last first."""
        return self.send(decisions.list_policies())

    def policy(
        self,
        digest: str,
        *,
        limit: int | None = None,
        since_ms: int | None = None,
        until_ms: int | None = None,
        feature: str | None = None,
        present: bool | None = None,
    ) -> PolicyStatus:
        """Tell how a policy fares: what it drew, what that earned and cost, and whether its log can be trusted.

        Args:
            digest: The policy's digest, as the list has it.
            limit: Most decisions to look at, the newest.
            since_ms: Only decisions made at this time or later, in milliseconds since 1970.
            until_ms: Only decisions made before this time.
            feature: Only decisions whose query has this feature.
            present: False: those whose query lacks it.

        Returns:
            The policy's status.
        """
        return self.send(decisions.read_policy(digest, limit, since_ms, until_ms, feature, present=present))

    def policy_decisions(
        self, digest: str, *, arm: str | None = None, state: WantedState | None = None, page_size: int = 100
    ) -> Pages[NewestPage, Decision]:
        """List a policy's decisions.

        Args:
            digest: The policy's digest.
            arm: Only those that drew this arm.
            state: Only those of this state.
            page_size: Most decisions of a page; one may have fewer, also none, and another after it.

        Returns:
            The decisions, the newest first.
        """
        return Pages(
            self,
            lambda _, cursor: decisions.list_decisions_of_policy(digest, arm, state, page_size, cursor),
        )

    def engines(self) -> tuple[Engine, ...]:
        """List the engines that answer: one, and whether it is ready."""
        return self.send(service.list_engines())

    def alive(self) -> Alive:
        """Tell that the service's process answers."""
        return self.send(service.livez())

    def ready(self) -> Health:
        """Tell whether questions can be answered now, and if not, why."""
        return self.send(service.readyz())
