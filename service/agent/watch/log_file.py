"""The log as a file: a header, a decision a line, and an end, as JSON. It holds no user's text, and names no session.

Rewarded decisions come first, in the order in which their rewards counted, then the others as they were made: so who
reads the file line by line learns what the policy has learned, bit for bit, and so does who reads it in several parts.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riffler.bandits.checks import LARGEST
from riffler.bandits.cost import LARGEST_COST, Cost
from riffler.bandits.decision import Decision, PolicyKey
from riffler.bandits.given import Source
from riffler.errors import InvalidInput
from riffler.service.agent.wording import RewardNumber, expected_of
from riffler.service.ports.decisions import LoggedDecision, PolicyName

FORMAT: Final = "riffler-decisions"
MOST_LINE: Final = 100_000
"""Most bytes of a line; a row of this version has some 1,500."""
MOST_ARMS: Final = 64
MOST_NUMBERS: Final = 256
"""Of a context vector, of a policy that comes from a file: what it learns takes memory by the square."""
_MOST_REASON: Final = 1000
_MOST_QUOTED: Final = 60
_END: Final = b'{"end"'
"""So the last line begins, and no row."""
_ROUNDING: Final = 1e-6
"""By so much propensities may miss a sum of 1."""
# A file may come from anybody, and a terminal obeys control characters: arms have names, and other texts are plain.
_NAME: Final = "^[A-Za-z0-9][A-Za-z0-9_.:-]*$"
_PLAIN: Final = r"^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$"
_WORDS: Final = {
    _NAME: "a name of letters, digits and any of _ . : -",
    _PLAIN: "a text without control characters",
}

_Arm = Annotated[str, Field(max_length=100, pattern=_NAME)]
_Plain = Annotated[str, Field(max_length=2000, pattern=_PLAIN)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Chance = Annotated[float, Field(ge=0, le=1)]
Whatever = TypeVar("Whatever", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Header(_Strict):
    """The first line: what the file is, and which policy drew."""

    format: Literal["riffler-decisions"]
    version: Literal[1]
    digest: _Plain
    dimension: int = Field(ge=1)
    engine: _Plain
    model: _Plain
    arms_version: _Plain
    features_version: _Plain
    policy_version: _Plain


class Turn(_Strict):
    """What a turn took."""

    tokens: int = Field(ge=0, le=LARGEST_COST)
    ms: float = Field(ge=0, le=LARGEST_COST)


class Row(_Strict):
    """A line: a decision with what became of it."""

    id: str = Field(pattern="^d[0-9a-f]{24}$")
    features_version: _Plain
    x: tuple[_Number, ...]
    allowed: tuple[_Arm, ...] = Field(max_length=MOST_ARMS)
    propensities: dict[_Arm, _Chance] = Field(max_length=MOST_ARMS)
    arm: _Arm
    policy: _Plain
    policy_version: _Plain
    state: Literal["open", "rewarded", "void"]
    reward: RewardNumber | None = None
    order: int = Field(0, ge=0)
    source: Source | None = None
    parts: dict[Annotated[str, Field(min_length=1, max_length=100, pattern=_PLAIN)], float] = Field(
        default_factory=dict
    )
    criterion: _Plain = ""
    judge: _Plain = ""
    cost: Turn | None = None
    unexecuted: str = Field("", max_length=_MOST_REASON, pattern=_PLAIN)
    at_ms: int = Field(0, ge=0)


class End(_Strict):
    """The last line: it tells a whole file from one that was cut off."""

    end: Literal["riffler-decisions"]
    rows: int = Field(ge=0)


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
        "criterion": "" if as_open else logged.criterion,
        "judge": "" if as_open else _plain(logged.judge),
        "cost": logged.cost and asdict(logged.cost),
        "unexecuted": _plain(logged.unexecuted),
        "at_ms": logged.at_ms,
    }
    return _line(decision | told)


def write_end(rows: int) -> str:
    """Write the last line.

    Args:
        rows: How many decisions were written.

    Returns:
        The line, without its end.
    """
    return _line({"end": FORMAT, "rows": rows})


def read_header(number: int, line: bytes, key: PolicyKey, dimension: int) -> Header:
    """Read the first line, and refuse the log of other features.

    Args:
        number: Its number, from 1, for who has to look it up.
        line: The line.
        key: What the policy belongs to that the rows are for.
        dimension: Its d.

    Returns:
        The header.

    Raises:
        InvalidInput: It is no header, or one of other features.
    """
    if not line.strip():
        raise InvalidInput(f"line {number}: expected {_WHAT[Header]}: the file is empty")
    header = _read(Header, line, number)
    _check_features(header.features_version, header.dimension, key, dimension, number)
    return header


def policy_of(line: bytes) -> tuple[str, int, PolicyKey]:
    """Tell from a first line which policy drew.

    Args:
        line: The line.

    Returns:
        Its digest, its d, and what it belongs to.

    Raises:
        InvalidInput: It is no header, or of a policy that can't be.
    """
    header = _read(Header, line, 1)
    versions = header.arms_version, header.features_version, header.policy_version
    key = PolicyKey(header.engine, header.model, *versions)
    if key.digest() != header.digest or header.dimension > MOST_NUMBERS:
        raise InvalidInput(
            "line 1: expected the digest of what the policy belongs to, and a context vector of at most "
            f"{MOST_NUMBERS} numbers, got another"
        )
    return header.digest, header.dimension, key


def read_end(number: int, line: bytes) -> int | None:
    """Read the last line, if it is that.

    Args:
        number: Its number, from 1, for who has to look it up.
        line: The line.

    Returns:
        How many decisions the whole file has; None where the line is another one.
    """
    return _read(End, line, number).rows if line.lstrip().startswith(_END) else None


def read_row(number: int, line: bytes, name: PolicyName, key: PolicyKey) -> LoggedDecision:
    """Read a decision, and refuse what can't be stored as one.

    Args:
        number: Its line's number, from 1, for who has to look it up.
        line: The line.
        name: The policy that it is for.
        key: What that belongs to.

    Returns:
        The decision, under an id of that policy which is the same each time, and of no session. Its reward, if it has
        one, is an import's.

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
    logged = LoggedDecision(
        decision,
        row.state,
        row.reward,
        row.order,
        row.at_ms,
        row.unexecuted,
        source=None if row.reward is None else "import",
        parts=row.parts,
        cost=None if row.cost is None else Cost(row.cost.tokens, row.cost.ms),
        criterion=row.criterion,
        judge=row.judge,
    )
    try:
        _ = logged.given  # which checks reward and parts
    except InvalidInput as exc:
        raise InvalidInput(f"line {number}: {exc}") from exc
    return logged


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
    if not row.propensities[row.arm]:
        return f"arm: expected one that could be drawn: {row.arm!r} had propensity 0"
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
        complaint = exc.errors(include_url=False)[0]
        if kind is Header and complaint["loc"] == ("format",):
            keys = ", ".join(json.loads(line))[:_MOST_QUOTED]
            raise InvalidInput(f"line {number}: expected a {FORMAT} file", f", got keys {keys!r}") from exc
        text, quoted = _words(complaint)
        raise InvalidInput(f"line {number}: expected {_WHAT[kind]}: {text}", quoted) from exc


def _words(complaint: Any) -> tuple[str, str]:  # noqa: ANN401 - pydantic's details of an error
    """Say where a line is wrong, and how; and what stands there, for who sent it and nobody else."""
    said, got = expected_of(complaint, _WORDS), complaint["input"]
    where = _plain(".".join(str(step) for step in complaint["loc"]))[:80]
    scalar = where and isinstance(got, str | int | float | None)
    return f"{where + ': ' if where else ''}{said}", f", got {got!r:.{_MOST_QUOTED}}" if scalar else ""


def _plain(text: str) -> str:
    """Put spaces in the places of control characters, and cut off what is longer than a row takes."""
    return "".join(character if character.isprintable() else " " for character in text[:_MOST_REASON])


def _line(value: dict[str, object]) -> str:
    return json.dumps(value, separators=(",", ":"))


_WHAT: Final[dict[type[BaseModel], str]] = {
    Header: "a header, as an export begins",
    Row: "a decision",
    End: "an end, as an export has it",
}
