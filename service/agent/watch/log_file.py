"""The log as a file: a header, then a decision a line, as JSON. It holds no text of a user, and names no session.

Rewarded decisions come first, in the order in which their rewards counted, then the others as they were made: so who
reads the file line by line learns what the policy has learned, bit for bit, and so does who reads it in several parts.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riffler.bandits.cost import Cost
from riffler.bandits.decision import Decision, PolicyKey
from riffler.bandits.given import Given, Source
from riffler.bandits.posterior import LARGEST
from riffler.errors import InvalidInput
from riffler.service.ports.policy import LoggedDecision, PolicyName

FORMAT: Final = "riffler-decisions"
MOST_LINE: Final = 100_000
"""Most bytes of a line; a row of this version has some 1,500."""
_ROUNDING: Final = 1e-6
"""By so much propensities may miss a sum of 1."""

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Chance = Annotated[float, Field(ge=0, le=1)]
Whatever = TypeVar("Whatever", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Header(_Strict):
    """The first line: what the file is, and which policy drew."""

    format: Literal["riffler-decisions"]
    version: Literal[1]
    digest: str = Field(max_length=100)
    dimension: int = Field(ge=1)
    engine: str
    model: str
    arms_version: str
    features_version: str
    policy_version: str


class Turn(_Strict):
    """What a turn took."""

    tokens: int = Field(ge=0)
    ms: float = Field(ge=0, allow_inf_nan=False)


class Row(_Strict):
    """A line: a decision with what became of it."""

    id: str = Field(pattern=r"^d[0-9a-f]{24}$")
    features_version: _Name
    x: tuple[_Number, ...]
    allowed: tuple[_Name, ...]
    propensities: dict[str, _Chance]
    arm: _Name
    policy: str = Field(max_length=200)
    policy_version: str = Field(max_length=2000)
    state: Literal["open", "rewarded", "void"]
    reward: float | None = None
    order: int = Field(0, ge=0)
    source: Source | None = None
    parts: dict[_Name, float] = Field(default_factory=dict)
    cost: Turn | None = None
    unexecuted: str = Field("", max_length=1000)
    at_ms: int = Field(0, ge=0)


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that may be stored.

    Attributes:
        decision: Under its new id, of no session.
        given: Its reward, if it has one.
        order: The place of its reward where it was exported; 0 without one.
        void: Whether it never gets one.
        unexecuted: Why its arm wasn't executed; empty when it was.
        cost: What its turn took; None where it didn't tell.
    """

    decision: Decision
    given: Given | None
    order: int
    void: bool
    unexecuted: str
    cost: Cost | None


def write_header(name: PolicyName, key: PolicyKey) -> str:
    """Write the first line.

    Args:
        name: Whose log.
        key: What it belongs to.

    Returns:
        The line, without its end.
    """
    return _line({"format": FORMAT, "version": 1, "digest": name.digest, "dimension": name.dimension, **asdict(key)})


def write_row(logged: LoggedDecision, *, as_open: bool = False) -> str:
    """Write a decision.

    Args:
        logged: The decision.
        as_open: Whether to leave out a reward that it has by now.

    Returns:
        The line, without its end.
    """
    decision = logged.decision.to_dict()
    del decision["session"]  # users name sessions
    told = {
        "state": "open" if as_open else logged.state,
        "reward": None if as_open else logged.reward,
        "order": 0 if as_open else logged.order,
        "source": None if as_open else logged.source,
        "parts": {} if as_open else dict(logged.parts),
        "cost": logged.cost and asdict(logged.cost),
        "unexecuted": logged.unexecuted,
        "at_ms": logged.at_ms,
    }
    return _line(decision | told)


def read_header(number: int, line: bytes, key: PolicyKey, dimension: int) -> Header:
    """Read the first line, and refuse the log of other features.

    Args:
        number: Its number, from 1, for who has to look it up.
        line: The line.
        key: What the policy belongs to that the rows are for.
        dimension: Its d.

    Returns:
        The header.
    """
    header = _read(Header, line, number)
    _check_features(header.features_version, header.dimension, key, dimension, number)
    return header


def read_row(number: int, line: bytes, name: PolicyName, key: PolicyKey) -> Taken:
    """Read a decision, and refuse what can't be stored as one.

    Args:
        number: Its line's number, from 1, for who has to look it up.
        line: The line.
        name: The policy that it is for.
        key: What that belongs to.

    Returns:
        The decision, under an id of that policy which is the same each time.

    Raises:
        InvalidInput: It is no decision, or one of other features.
    """
    row = _read(Row, line, number)
    _check_features(row.features_version, len(row.x), key, name.dimension, number)
    complaint = _complaint(row)
    if complaint:
        raise InvalidInput(f"line {number}: {complaint}")
    decision = Decision(
        id=f"d{name.digest}{row.id[-16:]}",
        session="",
        features_version=row.features_version,
        x=row.x,
        allowed=row.allowed,
        propensities=row.propensities,
        arm=row.arm,
        policy=row.policy,
        policy_version=row.policy_version,
    )
    try:
        given = None if row.reward is None else Given(row.reward, "import", row.parts)
    except InvalidInput as exc:
        raise InvalidInput(f"line {number}: {exc}") from exc
    cost = None if row.cost is None else Cost(row.cost.tokens, row.cost.ms)
    return Taken(decision, given, row.order, row.state == "void", row.unexecuted, cost)


def _complaint(row: Row) -> str:
    """Say what doesn't go together in a row; empty where all does."""
    if not row.allowed or len(set(row.allowed)) != len(row.allowed):
        return f"allowed: expected one or more different names, got {list(row.allowed)!r:.80}"
    if row.propensities.keys() != set(row.allowed):
        return "propensities: expected one for each allowed arm"
    if abs(math.fsum(row.propensities.values()) - 1) > _ROUNDING:
        return f"propensities: expected a sum of 1, got {math.fsum(row.propensities.values()):g}"
    if row.arm not in row.propensities:
        return f"arm: expected an allowed one, got {row.arm!r}"
    if any(abs(value) > LARGEST for value in row.x):
        return f"x: expected numbers of at most {LARGEST:g} in size"
    if (row.reward is not None) != (row.state == "rewarded"):
        return f"reward: expected one where the state is rewarded, and nowhere else, got {row.reward!r} of {row.state}"
    return ""


def _check_features(version: str, dimension: int, key: PolicyKey, expected: int, number: int) -> None:
    if version != key.features_version:
        raise InvalidInput(
            f"line {number}: features_version: expected {key.features_version!r}, the policy's, got {version[:80]!r}"
        )
    if dimension != expected:
        raise InvalidInput(f"line {number}: context vector: expected {expected} numbers, got {dimension}")


def _read(kind: type[Whatever], line: bytes, number: int) -> Whatever:
    if len(line) > MOST_LINE:
        raise InvalidInput(f"line {number}: expected at most {MOST_LINE} bytes, got more")
    try:
        return kind.model_validate_json(line)
    except ValidationError as exc:
        complaint = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in complaint["loc"])[:80]
        what = "a header, as an export begins" if kind is Header else "a decision"
        raise InvalidInput(
            f"line {number}: expected {what}: {where + ': ' if where else ''}{complaint['msg']}"
        ) from exc


def _line(value: dict[str, object]) -> str:
    return json.dumps(value, separators=(",", ":"))
