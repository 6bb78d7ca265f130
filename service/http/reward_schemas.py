"""Rewards over the wire: the forms that they come in, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from riffler.bandits.given import Given, Source
from riffler.bandits.judging.criteria import CRITERIA
from riffler.errors import InvalidInput
from riffler.service.agent.reward_batch import MOST_ROWS, Batch, Row, RowDone, RowOutcome
from riffler.service.agent.rewarding import (
    MOST_ANSWER_CHARACTERS,
    MOST_REFERENCE_CHARACTERS,
    STARS,
    Against,
    Feedback,
    Form,
    Number,
    Rewarding,
    ToJudge,
)
from riffler.service.agent.wording import RewardNumber
from riffler.service.http.examples import DECISION_ID
from riffler.service.http.incoming import In, Some, Text
from riffler.service.http.patterns import TEXT
from riffler.service.http.problems import complaints_of

_MOST_REFERENCES = 100
_FORMS = "exactly one of `reward`, `feedback`, `answer` with `references`, or `answer` with `query`"
_NULL: Final[dict[str, Any]] = {"type": "null"}

Answer = Annotated[str, StringConstraints(max_length=MOST_ANSWER_CHARACTERS)]
Reference = Annotated[str, StringConstraints(pattern=TEXT, max_length=MOST_REFERENCE_CHARACTERS)]


def _said(value: object) -> object:
    if isinstance(value, str) and value in {"good", "bad"}:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and value in range(1, STARS + 1):
        return int(value)  # 4.0 is an integer in JSON
    raise ValueError(f"expected good, bad, or 1 to {STARS} stars")


_STARS: Final[dict[str, Any]] = {"type": "integer", "minimum": 1, "maximum": STARS}
Said = Annotated[
    Literal["good", "bad"] | int,
    PlainValidator(_said),  # a union complains of each of its kinds
    WithJsonSchema({"anyOf": [{"enum": ["good", "bad"]}, _STARS]}),
]


def _only(**fields: str) -> dict[str, Any]:
    """Describe one form: the fields that it has, and that those of the others are null or absent."""
    others = {"reward", "feedback", "answer", "references", "query", "criterion"} - fields.keys()
    needed = [name for name in fields if name != "criterion"]
    told = {name: {"type": kind} for name, kind in fields.items() if name in needed and kind}
    bare = {} if "query" in fields else {"contexts": {"maxItems": 0}}
    return {"required": needed, "properties": told | dict.fromkeys(sorted(others), _NULL) | bare}


class NewReward(In):
    """How good an answer was, in one of four forms: a number, feedback, an answer with references, or one to judge."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                _only(reward="number"),
                {**_only(feedback=""), "not": {"properties": {"feedback": _NULL}}},
                _only(answer="string", references="array"),
                _only(answer="string", query="string", criterion=""),
            ],
            "examples": [
                {"reward": 0.8},
                {"feedback": "good"},
                {"answer": "It opens at six.", "references": ["at six", "6 a.m."]},
                {"answer": "It opens at six.", "query": "When does the harbour open?", "criterion": "relevance"},
            ],
        }
    )

    reward: RewardNumber | None = Field(None, description="A number of your own, from 0 to 1.", examples=[0.8])
    feedback: Said | None = Field(
        None, description="What a user said: `good` is 1, `bad` 0; 1 to 5 stars are 0 to 1.", examples=["good"]
    )
    answer: Answer | None = Field(
        None, description="The answer: to compare with references, or to judge.", examples=["It opens at six."]
    )
    references: Some[Reference] | None = Field(
        None,
        min_length=1,
        max_length=_MOST_REFERENCES,
        description="What was to be answered; of several the one that gives most counts. 10,000 characters together.",
        examples=[["at six", "6 a.m."]],
    )
    query: Text | None = Field(
        None, description="What was asked, for the judge: a language model.", examples=["When does the harbour open?"]
    )
    contexts: Some[Text] = Field(default_factory=list, description="What was said before it, for the judge.")
    criterion: str | None = Field(
        None,
        description="What to judge by; without it the judge chooses first.",
        examples=["relevance"],
        json_schema_extra={"enum": [*(each.name for each in CRITERIA), None]},
    )

    @model_validator(mode="after")
    def _one_form(self) -> NewReward:
        given = {
            name for name in ("reward", "feedback", "answer", "references", "query") if getattr(self, name) is not None
        }
        if given not in ({"reward"}, {"feedback"}, {"answer", "references"}, {"answer", "query"}):
            raise ValueError(f"expected {_FORMS}")
        if self.query is None and (self.contexts or self.criterion is not None):
            raise ValueError("expected `contexts` and `criterion` only with `query`")
        return self

    def form(self) -> Form:
        """Give it as what the agent takes."""
        if self.reward is not None:
            return Number(self.reward)
        if self.feedback is not None:
            return Feedback(self.feedback)
        answer = self.answer or ""
        if self.references is not None:
            return Against(answer, self.references)
        return ToJudge(self.query or "", answer, self.contexts, self.criterion or "")


class _NewRow(NewReward):
    """A reward of a batch."""

    decision: str = Field(max_length=100)
    correct: bool = False


_AnyRow = Annotated[Any, WithJsonSchema({"type": "object", "additionalProperties": True})]
"""A row that is none, an object or not, is told of that row."""


class NewRewards(In):
    """Rewards of many decisions. What is wrong with one row is told of that row, and spoils none of the others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rewards": [
                        {"decision": DECISION_ID, "feedback": "good"},
                        {"decision": DECISION_ID, "reward": 0.25, "correct": True},
                    ]
                }
            ]
        }
    )

    rewards: list[_AnyRow] = Field(
        min_length=1,
        max_length=MOST_ROWS,
        description="In the order in which they are to count: each with its `decision`, the fields of a `NewReward`, "
        "and `correct` where it takes the place of one that counted before. At most 50 with `query`.",
    )


def read_rows(rows: Sequence[object]) -> list[Row]:
    """Read the rows of a batch.

    Args:
        rows: JSON values.

    Returns:
        Each as a row; of one that can't be read, what is wrong with it.
    """
    return [_row(each) for each in rows]


def _row(given: object) -> Row:
    if not isinstance(given, dict):
        return Row("", "expected a JSON object")
    try:
        row = _NewRow.model_validate(given)
        return Row(row.decision, row.form(), row.correct)
    except ValidationError as exc:
        first = complaints_of(exc.errors(include_url=False))[0]
        wrong = f"{first.field}: {first.expected}, got {first.got}"
    except InvalidInput as exc:
        wrong = str(exc)
    decision = given.get("decision")
    return Row(decision[:100] if isinstance(decision, str) else "", wrong)


Outcome = Literal["counted", "repeated", "corrected", "refused"]


class RewardedOut(BaseModel):
    """What became of a reward."""

    counted: bool = Field(description="False when the decision had its reward already, or never gets one.")
    outcome: Outcome = Field(
        description="`counted`; `repeated`: this request counted before; `corrected`: it took another one's place; "
        "`refused`: the decision has its reward, which stays, or is void."
    )
    reward: float | None = Field(description="What is learned of the decision now; null when it is void.")
    source: Source | None = Field(description="Where that comes from.")
    parts: dict[str, float] = Field(
        description="What that was made of; with prices, its `quality` and the `price` of the turn, which comes off."
    )
    criterion: str | None = Field(description="What the judge judged by; null without one.")
    judge: str | None = Field(description="Who judged: scores of two judges don't compare.")

    @classmethod
    def of(cls, rewarding: Rewarding) -> RewardedOut:
        """Write what became of a reward."""
        return cls(counted=bool(rewarding.outcome), outcome=rewarding.name, **_learned(rewarding.learned))


class RewardRowOut(BaseModel):
    """What became of a row of a batch."""

    decision: str = Field(description="The decision's id, as it came.")
    counted: bool = Field(description="Whether it was learned, now or before.")
    outcome: RowOutcome = Field(
        description="As of one reward; or `unknown`: there is no such decision; `invalid`: the row isn't as described; "
        "`failed`: the judge gave no verdict, so send it again."
    )
    reward: float | None = Field(
        None, description="What is learned of the decision now; null when nothing is known of it."
    )
    source: Source | None = Field(None, description="Where that comes from.")
    parts: dict[str, float] = Field(description="What that was made of.")
    criterion: str | None = Field(None, description="What the judge judged by.")
    judge: str | None = Field(None, description="Who judged.")
    problem: str | None = Field(None, description="What is wrong, and what would work; null when nothing is.")

    @classmethod
    def of(cls, row: RowDone) -> RewardRowOut:
        """Write what became of a row."""
        counted = row.outcome in {"counted", "repeated", "corrected"}
        return cls(
            decision=row.decision,
            counted=counted,
            outcome=row.outcome,
            problem=row.problem or None,
            **_learned(row.learned),
        )


class RewardsOut(BaseModel):
    """What became of a batch."""

    rewards: list[RewardRowOut] = Field(description="In the order of the rows.")

    @classmethod
    def of(cls, batch: Batch) -> RewardsOut:
        """Write what became of a batch."""
        return cls(rewards=[RewardRowOut.of(row) for row in batch.rows])


def _learned(given: Given | None) -> dict[str, Any]:
    return {
        "reward": given.reward if given else None,
        "source": given.source if given else None,
        "parts": dict(given.parts) if given else {},
        "criterion": (given.criterion if given else "") or None,
        "judge": (given.judge if given else "") or None,
    }
