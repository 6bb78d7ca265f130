"""Decisions and their rewards, and the policies that decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from riffler.service.client.call import Call, body_of, change, path_of, query_of, reading, several
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

_DECISIONS, _POLICIES = "/api/v1/decisions", "/api/v1/policies"


def list_decisions(limit: int, cursor: str | None = None) -> Call[DecisionPage]:
    """List the decisions of the policy that draws now."""
    return Call("list_decisions", "GET", _DECISIONS, reading(DecisionPage), query_of(limit=limit, cursor=cursor))


def read_decision(decision: str) -> Call[Decision]:
    """Read a decision."""
    return Call("read_decision", "GET", path_of(f"{_DECISIONS}/", decision), reading(Decision))


def read_rewrite(decision: str) -> Call[ShownRewrite]:
    """Read a decision's query beside its rewrite."""
    path = path_of(f"{_DECISIONS}/", decision, "/rewrite")
    return Call("read_rewrite", "GET", path, reading(ShownRewrite))


def explain_decision(decision: str) -> Call[Draw]:
    """Explain a decision."""
    return Call("explain_decision", "GET", path_of(f"{_DECISIONS}/", decision, "/explanation"), reading(Draw))


def reward_decision(
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
) -> Call[Rewarded]:
    """Reward a decision, or correct its reward."""
    return Call(
        "correct_reward" if correct else "reward_decision",
        "PUT" if correct else "POST",
        path_of(f"{_DECISIONS}/", decision, "/reward"),
        reading(Rewarded),
        body=body_of(
            reward=reward,
            feedback=feedback,
            answer=answer,
            references=None if references is None else several("references", references),
            query=query,
            contexts=several("contexts", contexts) or None,
            criterion=criterion,
        ),
        headers=change(idempotency_key),
        changes=True,
    )


def reward_decisions(rewards: Sequence[Mapping[str, Any]], idempotency_key: str | None = None) -> Call[RewardRows]:
    """Reward many decisions."""
    body = body_of(rewards=[dict(row) for row in rewards])
    headers = change(idempotency_key)
    return Call(
        "reward_decisions", "POST", "/api/v1/rewards", reading(RewardRows), body=body, headers=headers, changes=True
    )


def list_policies() -> Call[tuple[ListedPolicy, ...]]:
    """List the policies that have decided something."""
    return Call("list_policies", "GET", _POLICIES, reading(tuple[ListedPolicy, ...]))


def read_policy(
    digest: str,
    limit: int | None = None,
    since_ms: int | None = None,
    until_ms: int | None = None,
    feature: str | None = None,
    *,
    present: bool | None = None,
) -> Call[PolicyStatus]:
    """Tell how a policy fares."""
    query = query_of(limit=limit, since_ms=since_ms, until_ms=until_ms, feature=feature, present=present)
    return Call("read_policy", "GET", path_of(f"{_POLICIES}/", digest), reading(PolicyStatus), query)


def list_decisions_of_policy(
    digest: str, arm: str | None, state: WantedState | None, limit: int, cursor: str | None = None
) -> Call[NewestPage]:
    """List a policy's decisions."""
    query = query_of(limit=limit, cursor=cursor, arm=arm, state=state)
    path = path_of(f"{_POLICIES}/", digest, "/decisions")
    return Call("list_decisions_of_policy", "GET", path, reading(NewestPage), query)
