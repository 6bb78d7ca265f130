"""One audit: all arms that were allowed for a query are run and their answers judged, as if each had been drawn.

Each arm gets the view that the turn's model saw first, with its own text in the query's place. No tool may be called,
so it is the rewrite that is audited, not how the model carves its context. The drawn arm is asked anew, too: the turn's
own answer came while tools could be called, and that the model did without them says something of the answer. Only its
rewrite is the turn's. Arms with the same text share one answer: a query on which nothing was lost says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riffler.bandits.decision import Decision
from riffler.errors import EngineGarbled, OverBudget
from riffler.service.agent.before import said_before
from riffler.service.agent.judge import Judge
from riffler.service.agent.progress import Rewriting
from riffler.service.agent.rewriter import Reading, Rewriter
from riffler.service.agent.state import Parts
from riffler.service.agent.tool_call import Cost
from riffler.service.agent.viewing import fitting, seen
from riffler.service.ports.engine import EngineRequest, complete, most_completion_tokens
from riffler.service.ports.keys import session_name
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import QueryRewritten
from riffler.tools.fragments import Span
from riffler.tools.memory import WorkingMemory
from riffler.tools.tokens import TokenCounter
from riffler.tools.view import View

_PROMPT_TOKENS = 600
"""Of a judge's or a rewrite's prompt, beside the texts of others in it."""
_REPLY_TOKENS = 200
"""Of what a judge says, or of a rewrite: these are short."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a turn leaves behind for its audit.

    Attributes:
        key: The session.
        memory: The session as the question found it, with the question, before the rewrite.
        span: The asking part.
        reading: The query.
        decision: What was drawn for it, as logged.
        rewriting: What went on.
    """

    key: SessionKey
    memory: WorkingMemory
    span: Span
    reading: Reading
    decision: Decision
    rewriting: Rewriting


@dataclass(frozen=True, slots=True)
class Found:
    """What an audit found.

    Attributes:
        rewards: Of each allowed arm, in the order allowed.
        criterion: What all answers were judged by.
    """

    rewards: Mapping[str, float]
    criterion: str


class Audit:
    """Runs all arms for one query.

    Args:
        parts: What the turn stood on.
        rewriter: Made the turn's rewrite.
        judge: Scores answers.
        asked: What the turn left behind.
    """

    def __init__(self, parts: Parts, rewriter: Rewriter, judge: Judge, asked: Asked) -> None:
        self._parts = parts
        self._rewriter = rewriter
        self._judge = judge
        self._asked = asked
        self._before = said_before(asked.memory, asked.span)
        self._counter: TokenCounter = parts.engine.counter

    async def estimate(self) -> int:
        """Estimate the tokens that it takes.

        Completions count with all that they may have, so it takes less as a rule; more where a model thinks before it
        judges, which can't be foreseen.

        Returns:
            The number of tokens.
        """
        room, counter, asked = self._parts.room, self._counter, self._asked
        answer = most_completion_tokens(self._parts.engine.info, room.completion_tokens)
        shown = (await self._view(asked.reading.query.text)).tokens(counter)
        judged = counter.count(asked.reading.query.text) + shown + answer  # the judge is shown the conversation's end
        a_arm = shown + room.tools_tokens(counter) + answer + judged + 2 * (_PROMPT_TOKENS + _REPLY_TOKENS)
        return len(asked.decision.allowed) * a_arm + judged + _PROMPT_TOKENS + _REPLY_TOKENS

    async def run(self, cost: Cost) -> Found:
        """Run it. One call of the model at a time: users' turns need the engine, too.

        Args:
            cost: Is told what the calls cost, also when it fails.

        Returns:
            What was found. Raises EngineFailed or JudgeFailed when a call fails: half an audit is none.
        """
        asked, scores = self._asked, dict[str, float]()
        query = asked.reading.query.text
        texts = {arm: await self._text(arm, cost) for arm in asked.decision.allowed}
        answers = {text: await self._answer(text, cost) for text in dict.fromkeys(texts.values())}
        criterion = await self._judge.choose(query, self._before, cost=cost)
        for answer in dict.fromkeys(answers.values()):  # a judge may waver: the same words have the same score
            judged = await self._judge.score(query, self._before, answer, criterion, cost=cost)
            scores[answer] = judged.score
        return Found({arm: scores[answers[text]] for arm, text in texts.items()}, criterion.name)

    async def _text(self, arm: str, cost: Cost) -> str:
        """Give what the model reads when an arm is drawn: its text, or the raw query where that is refused."""
        asked = self._asked
        raw = asked.reading.query.text
        if arm == asked.decision.arm:
            return asked.rewriting.rewritten
        attempt = await self._rewriter.attempt(asked.reading, arm, cost)
        if attempt.reason or attempt.text == raw:
            return raw
        try:
            await self._view(attempt.text)
        except OverBudget:
            return raw
        return attempt.text

    async def _view(self, text: str) -> View:
        """Make the view that the turn would have had with a text in the query's place."""
        parts, asked = self._parts, self._asked
        changed = None if text == asked.reading.query.text else text
        memory = asked.memory.commit([QueryRewritten(asked.span, changed, asked.decision.id)])
        if events := await fitting(parts, memory, self._counter):
            memory = memory.commit(events)
        return await seen(memory, parts.room.sight(self._counter))

    async def _answer(self, text: str, cost: Cost) -> str:
        parts, shown = self._parts, await self._view(text)
        # Of a name of its own: what an audit computes must not push out what the session's next turn can reuse.
        reuse = f"{session_name(self._asked.key)}/audit"
        tools = parts.room.offered.schemas()
        completion = await complete(
            parts.engine, EngineRequest(shown.messages, tools, "none", parts.sampling, reuse=reuse)
        )
        cost.usage += completion.usage
        if completion.message.tool_calls:
            raise EngineGarbled(f"engine {parts.engine.info.name}: called a tool where none was allowed")
        return completion.message.text
