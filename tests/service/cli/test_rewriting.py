"""`riffler eval rewriting`, from end to end on a real store with the reader."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from riffler.bandits.arms import ARMS
from riffler.errors import RewriteFailed
from riffler.service.agent.progress import Answer, Rewriting
from riffler.service.app import Riffler
from riffler.service.cli.evaluating import Plan
from riffler.service.cli.main import app
from riffler.service.cli.rewriting import Replays, evaluate_rewriting, noting
from riffler.service.cli.rewriting_tables import show_rewriting
from riffler.service.evaluation.gains import AT_RANDOM, BEST_OF_EACH, POLICY
from riffler.service.evaluation.perturbed import PERTURBED
from riffler.service.evaluation.replay import measured
from riffler.service.evaluation.reworded import OFFERED, VECTOR, Reworded
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.engine import Usage
from riffler.service.settings import read_settings
from riffler.tools.price import CachePrices

COMMAND = ("eval", "rewriting", "--engine", "reader", "--tokens", "500", "--sessions", "2", "--replays", "2")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's."""
    for name in ("REDIS_URL", "RIFFLER_REDIS_URL", "RIFFLER_ENGINE", "RIFFLER_MODEL", "RIFFLER_POLICY"):
        monkeypatch.delenv(name, raising=False)


def invoke(*more: str) -> tuple[str, str]:
    """Run the command; give what it says on both outputs."""
    done = CliRunner().invoke(app, [*COMMAND, *more], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout, done.stderr


def test_the_command_measures_every_arm_and_replays_the_policy(tmp_path: Path) -> None:
    """A row for each wording and arm and one of each over all; run again nothing is asked, and all is the same."""
    path = tmp_path / "out.json"
    out, err = invoke("--json", str(path))
    assert "rewriting: wording split name: done; 84 of 84 cases" in err
    value = json.loads(path.read_text())
    rows, cases = value["rows"], value["cases"]
    assert [(row["wording"], row["profile"]) for row in rows] == [
        *((wording, arm) for wording in PERTURBED for arm in ARMS),
        *(("all", name) for name in (POLICY, *ARMS, AT_RANDOM, BEST_OF_EACH)),
    ]
    plain = [case for case in cases if case["profile"] == "none"]
    assert len(plain) == 12
    assert all({"none", "reread"} <= {*case[OFFERED]} <= {*ARMS} for case in plain)
    assert len({len(case[VECTOR]) for case in plain}) == 1
    offered = {(case["wording"], case["session"], arm) for case in plain for arm in case[OFFERED]}
    for case in cases:
        if case["profile"] != "none":
            assert case.get("idle", False) == ((case["wording"], case["session"], case["profile"]) not in offered)
    before = path.read_bytes()
    again, err = invoke("--json", str(path))
    assert "84 of 84 cases were done before" in re.sub(r"\\s+", " ", err)
    assert (again, path.read_bytes()) == (out, before)


def test_another_policy_is_replayed_on_the_same_measurements(tmp_path: Path) -> None:
    """Nothing is asked again for it; one that always draws `reread` earns what that arm does."""
    path = tmp_path / "out.json"
    invoke("--json", str(path))
    cases = json.loads(path.read_text())["cases"]
    out, err = invoke("--json", str(path), "--policy", "fixed:reread")
    assert "84 of 84 cases were done before" in err
    assert "policy: fixed:reread" in out
    value = json.loads(path.read_text())
    assert value["cases"] == cases
    rows = {row["profile"]: row for row in value["rows"] if row["wording"] == "all"}
    assert rows[POLICY]["reward"] == rows["reread"]["reward"]
    assert rows["reread"]["drawn"] == 1


def plan(path: Path | None = None) -> Plan:
    """A small plan."""
    return Plan(Reworded(400, sessions=2), ("riffler",), CachePrices(0.1, 1.25), path=path)


async def test_rewrites_reach_the_model(tmp_path: Path) -> None:
    """The model reads other words where an arm has work, and the question as it came with `none`."""
    read: list[str] = []

    def model(request: Any) -> str:
        read.append(request.messages[-1].text)
        return "It isn't there."

    engine = ScriptedEngine(model, can_rewrite=False)
    path = tmp_path / "out.json"
    done = await evaluate_rewriting(plan(path), Replays(1), read_settings(), engine, Console(file=StringIO()))
    benchmark = Reworded(400, sessions=2)
    asked = {benchmark.case(cell, session).text for cell in benchmark.cells for session in range(2)}
    assert asked <= {*read}
    assert {*read} - asked
    executed = [case for case in done.cases if case.get("executed")]
    assert len(executed) >= 12  # `reread` is always on offer
    assert len(read) == 12 + sum("executed" in case for case in done.cases)


async def test_what_could_not_be_read_ends_the_run() -> None:
    """Where features fail, the service goes on with the raw query; an evaluation must not, and says why."""
    unread = Rewriting("", "none", {"none": 1.0}, "none", "?", "?", "the raw query goes on: no pipeline")
    answer = Answer("s", "no", "", unread, (), False, "stop", 1, 1, Usage(1, 1))
    async with Riffler(read_settings()) as riffler:
        with pytest.raises(RewriteFailed, match="nothing can be measured where .*: no pipeline"):
            await noting(riffler, plain=True)(answer)


def test_nothing_measured_is_said() -> None:
    """Without a question that was asked with all arms there is no table of zeros."""
    console = Console(file=StringIO())
    show_rewriting(measured([], [*ARMS]), [], [], "p", console)
    assert "no question could be measured" in console.file.getvalue()  # type: ignore[attr-defined]
