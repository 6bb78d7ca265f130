"""Which policy is meant, and its log by pages: a million decisions are never in memory at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from riffler.errors import UnknownPolicy
from riffler.service.ports.decisions import KnownPolicy, LoggedDecision, PolicyName
from riffler.service.ports.policy import PolicyStore

_AT_ONCE: Final = 500
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """A policy in a list.

    Attributes:
        digest: Names it; a decision's id has it behind its `d`.
        engine: The engine that it belongs to.
        model: The model that this runs.
        arms_version: Version of the arms and their prompts.
        features_version: Version of the features.
        policy_version: The algorithm with its version and settings.
        decisions: How many decisions it has.
        rewards: How many of them are rewarded.
        last_ms: When it last decided, in milliseconds since 1970; None when it never did.
        draws_now: Whether it is the one that draws here now; None where that isn't known.
    """

    digest: str
    engine: str
    model: str
    arms_version: str
    features_version: str
    policy_version: str
    decisions: int
    rewards: int
    last_ms: int | None
    draws_now: bool | None


async def listed(store: PolicyStore, tenant: str, drawing: str | None) -> list[ListedPolicy]:
    """List a tenant's policies, the one that decided last first.

    Args:
        store: Where decisions live.
        tenant: Whose.
        drawing: The digest of the one that draws now; None where that isn't known.

    Returns:
        The policies.
    """
    found = [await told_of(store, known, drawing) for known in await store.policies(tenant)]
    return sorted(found, key=lambda each: (-(each.last_ms or 0), each.digest))


async def chosen(store: PolicyStore, tenant: str, digest: str | None) -> KnownPolicy:
    """Find a policy.

    Args:
        store: Where decisions live.
        tenant: Whose.
        digest: Which; None is the one that decided last.

    Returns:
        The policy.

    Raises:
        UnknownPolicy: There is none.
    """
    known = {each.name.digest: each for each in await store.policies(tenant)}
    if digest is None:
        newest = next((each for each in await listed(store, tenant, None) if each.decisions), None)
        if newest is None:
            raise UnknownPolicy("no policy has decided anything yet")
        digest = newest.digest
    if digest not in known:
        raise UnknownPolicy(f"no policy {digest[:_SHOWN]!r}")
    return known[digest]


async def pages(store: PolicyStore, name: PolicyName, first: int = 0) -> AsyncIterator[Sequence[LoggedDecision]]:
    """Read a log, some decisions at a time, the oldest first.

    Args:
        store: Where decisions live.
        name: Whose log.
        first: The place of the first that is wanted.

    Yields:
        Decisions that follow each other.
    """
    while rows := await store.log(name, first, _AT_ONCE):
        yield rows
        first = rows[-1].place + 1


async def told_of(store: PolicyStore, known: KnownPolicy, drawing: str | None) -> ListedPolicy:
    """Tell of one policy what a list of them tells.

    Args:
        store: Where decisions live.
        known: The policy.
        drawing: The digest of the one that draws now; None where that isn't known.

    Returns:
        What is told.
    """
    digest, key, last = known.name.digest, known.key, await store.newest(known.name, 1)
    return ListedPolicy(
        digest,
        key.engine,
        key.model,
        key.arms_version,
        key.features_version,
        key.policy_version,
        known.decisions,
        known.rewards,
        last[0].at_ms if last else None,
        None if drawing is None else digest == drawing,
    )
