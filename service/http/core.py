"""What the routes stand on, wired in one place (`service/serving.py`) and handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from riffler.service.access.limits import KeyLimits
from riffler.service.access.ring import KeyRing
from riffler.service.access.tenants import RedisTenants
from riffler.service.agent.audits import Auditor
from riffler.service.agent.edits import Edits
from riffler.service.agent.health.report import HealthWatch
from riffler.service.agent.recording import Recorder
from riffler.service.agent.rewarding import Rewards
from riffler.service.agent.rewriter import Rewriter
from riffler.service.agent.room import Room
from riffler.service.agent.tenant_files import TenantFiles
from riffler.service.agent.turns import Turns
from riffler.service.agent.watch.costs import Costs
from riffler.service.agent.watch.policies import Policies
from riffler.service.http.door.door import caller_of
from riffler.service.http.live import LiveFeed
from riffler.service.http.metrics import Metrics
from riffler.service.http.readiness import Readiness
from riffler.service.http.running import RunningTurns
from riffler.service.integrations.openai_proxy.proxy import Proxy
from riffler.service.ports.access import KeyStore
from riffler.service.ports.engine import Engine
from riffler.service.ports.memory import MemoryStore
from riffler.service.ports.policy import PolicyStore
from riffler.service.ports.turn_log import TurnLog
from riffler.tools.registry import Registry


@dataclass(frozen=True)
class Core:
    """The parts behind the API.

    Attributes:
        sessions: Sessions.
        decisions: Decisions and posteriors.
        rewards: Turns what users give into rewards.
        policies: Reports on policies.
        costs: Reports on what turns cost.
        engine: Runs the model.
        rewriter: Chooses and makes rewrites; None when queries go as they come.
        registry: The tools that can be called by hand.
        room: The tools on offer to the model, and what a view may take.
        edits: Edits of sessions.
        turns: Questions.
        proxy: Answers chat requests of OpenAI's API.
        metrics: Counts what happens.
        readiness: Tells whether questions can be answered now.
        running: The turns that run in this process.
        turn_log: What became of turns.
        recorder: Keeps that.
        health: Looks at how the service is.
        live: Tells of changes.
        keys: API keys.
        ring: Tells who asks.
        limits: Counts what keys use.
        tenants: Deletes a tenant with all that it has.
        files: Writes all that a tenant has as lines, and makes it again.
        tenant: The service's own: whose everything is as long as there are no keys, and who may look at the service.
        auditor: Audits a share of the turns; None when none is.
    """

    sessions: MemoryStore
    decisions: PolicyStore
    rewards: Rewards
    policies: Policies
    costs: Costs
    engine: Engine
    rewriter: Rewriter | None
    registry: Registry
    room: Room
    edits: Edits
    turns: Turns
    proxy: Proxy
    metrics: Metrics
    readiness: Readiness
    running: RunningTurns
    turn_log: TurnLog
    recorder: Recorder
    health: HealthWatch
    live: LiveFeed
    keys: KeyStore
    ring: KeyRing
    limits: KeyLimits
    tenants: RedisTenants
    files: TenantFiles
    tenant: str
    auditor: Auditor | None = None

    def stop(self, within_s: float) -> None:
        """Take note that the service stops. Who listens for changes is let go; turns may end.

        Args:
            within_s: How long turns may take from now.
        """
        self.live.stop()
        self.running.stop(within_s)


# Coroutines, though they wait for nothing: FastAPI runs any other function in a thread, twice for each request.
async def _core(request: Request) -> Core:
    core: Core = request.app.state.core
    return core


async def _tenant(request: Request) -> str:
    """Tell whose data a request may reach. It comes from the credential, never from the request's body."""
    return caller_of(request).tenant


CoreOf = Annotated[Core, Depends(_core)]
TenantOf = Annotated[str, Depends(_tenant)]
