"""`reward_decision`: say how good the answer to a rewritten query was, so that the next choice is better."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from riffler.service.agent.rewarding import Against, Feedback, Form, Number
from riffler.service.agent.wording import RewardNumber
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.hints import AGAIN
from riffler.service.integrations.mcp_server.own_tool import OwnTool, Said
from riffler.tools.tool import Arguments

_FORMS = "expected exactly one of reward, feedback, or answer with references"


class RewardDecision(Arguments):
    """Arguments of `reward_decision`."""

    decision: Annotated[str, Field(min_length=1, max_length=100, description="Its id, as rewrite_query gave it.")]
    reward: Annotated[RewardNumber | None, Field(description="How good the answer was, from 0 to 1.")] = None
    feedback: Annotated[Literal["good", "bad"] | None, Field(description="Or what the user said of it.")] = None
    answer: Annotated[str | None, Field(description="Or the answer, to compare with references.")] = None
    references: Annotated[
        tuple[str, ...], Field(max_length=100, description="What was to be answered; of several the best match counts.")
    ] = ()
    correct: Annotated[bool, Field(description="Take the place of a reward that counted before.")] = False

    @model_validator(mode="after")
    def _one_form(self) -> RewardDecision:
        given = {name for name in ("reward", "feedback", "answer") if getattr(self, name) is not None}
        if len(given) != 1 or ("answer" in given) != bool(self.references):
            raise ValueError(_FORMS)
        return self

    def form(self) -> Form:
        """Give it as what the agent takes."""
        if self.reward is not None:
            return Number(self.reward)
        if self.feedback is not None:
            return Feedback(self.feedback)
        return Against(self.answer or "", self.references)


async def _run(desk: Desk, arguments: RewardDecision) -> Said:
    parts = desk.parts
    done = await parts.rewards.reward(parts.tenant, arguments.decision, arguments.form(), correct=arguments.correct)
    values: dict[str, Any] = {"outcome": done.name, "reward": None if done.learned is None else done.learned.reward}
    return Said.of(values)


REWARD_DECISION = OwnTool(
    name="reward_decision",
    description=(
        "Reward a decision of rewrite_query, once and as late as you like: later queries are asked the better for it. "
        "A second reward changes nothing, unless it corrects the first."
    ),
    arguments=RewardDecision,
    hints=AGAIN,
    run=_run,
)
