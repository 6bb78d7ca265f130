"""A Riffler with audits, a scripted model whose answers have true grades, and what is to be seen of both."""

import asyncio
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from riffler.bandits.insight.audited_regret import Audit
from riffler.service.agent.audits import Auditor, audited
from riffler.service.agent.progress import Answer
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ReplyFunction, ScriptedEngine
from riffler.service.ports.decisions import PolicyName
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.observer import AuditOutcome, Outcome
from riffler.service.settings import read_settings

QUERY = "Could you please tell me whether boat {} has left the harbour of Vorn, which the pilots don't like?"
TASK = "riffler-audits"


def grade(answer: str) -> int:
    """Tell the true grade of an answer: any number from 0 to 4, the same for the same words."""
    return zlib.crc32(answer.encode()) % 5


def plays(request: EngineRequest) -> Reply:
    """Answer with what was asked, and judge an answer by its true grade."""
    text = request.messages[-1].text
    if text.startswith("An answer to a question will be judged"):
        return "clarity"
    if text.startswith("Judge one answer"):
        answer = re.search(r"The answer:\n(=+\w+=+)\n(.*?)\n\1\n", text, re.DOTALL)
        assert answer is not None
        return f"Score: {grade(answer[2])}"
    return f"You asked: {text}"


@dataclass
class Heard:
    """Hears what becomes of audits."""

    audits: list[tuple[AuditOutcome, int]] = field(default_factory=list)

    def operated(self, _operation: str, _seconds: float, _error: str) -> None:
        """Let Redis be."""

    def generated(self, _outcome: Outcome, _seconds: float, _error: str) -> None:
        """Let the model be."""

    def unrecorded(self, waiting: int, lost: int) -> None:
        """See the port."""

    def unreadable(self, count: int) -> None:
        """See the port."""

    def audited(self, outcome: AuditOutcome, tokens: int) -> None:
        """Note an audit."""
        self.audits.append((outcome, tokens))

    @property
    def counted(self) -> Counter[AuditOutcome]:
        """How often each outcome came."""
        return Counter(outcome for outcome, _ in self.audits)


class Bench:
    """A Riffler with audits and a scripted model, and what is to be seen of it."""

    def __init__(self, folder: Path, script: ReplyFunction, can_rewrite: bool, settings: dict[str, Any]) -> None:
        """Make it, for a tenant of its own."""
        chosen = {"tools": "none", "rewrites_by": "rule", "audit_share": 1.0, **settings}
        self.engine = ScriptedEngine(script, can_rewrite=can_rewrite)
        values = read_settings(data_folder=folder, **chosen)
        self.riffler = Riffler(values, f"tenant-{token_hex(8)}", engine=self.engine, seed=1)
        self.heard = Heard()
        self.riffler.observers.add(self.heard)

    @property
    def auditor(self) -> Auditor:
        """The auditor."""
        assert self.riffler.auditor is not None
        return self.riffler.auditor

    @property
    def name(self) -> PolicyName:
        """The policy."""
        assert self.riffler.rewriter is not None
        return self.riffler.rewriter.policy_name(self.riffler.tenant)

    async def ask(self, number: int, session: str | None = None) -> Answer:
        """Ask one of many queries, and let its audit end."""
        answer = await self.riffler.ask(QUERY.format(number), session=session)
        await self.end()
        return answer

    async def end(self) -> None:
        """Wait until nothing is audited any more."""
        if running := tasks():
            await asyncio.wait(running, timeout=30)

    async def kept(self) -> list[Audit]:
        """Read the audits."""
        return list(await audited(self.riffler.decisions, self.name))

    async def truth(self, answer: Answer) -> tuple[dict[str, float], str]:
        """Work out the reward of every arm that was allowed, and tell which one was drawn."""
        rewriter = self.riffler.rewriter
        assert rewriter is not None
        reading, rewards = await rewriter.read(answer.rewriting.query), {}
        for arm in answer.rewriting.propensities:
            attempt = await rewriter.attempt(reading, arm)
            text = answer.rewriting.query if attempt.reason else attempt.text
            rewards[arm] = grade(f"You asked: {text}") / 4
        return rewards, answer.rewriting.arm


def tasks() -> set[asyncio.Task[Any]]:
    """Find the tasks of auditors."""
    return {task for task in asyncio.all_tasks() if task.get_name() == TASK}
