"""`riffler bandit`: what it prints is what was found."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tests.service.agent.watch.logs import KEY, OTHER, seeded
from typer.testing import CliRunner

from riffler.bandits.insight.bounded_mean import Interval
from riffler.bandits.insight.entry import Unavailable
from riffler.errors import InvalidInput, LogReplaced, UnknownDecision, UnknownPolicy
from riffler.service.agent.watch import policies as watched
from riffler.service.agent.watch.health import DriftAlarm
from riffler.service.agent.watch.policies import Policies
from riffler.service.agent.watch.regret import RegretCurve, RegretKnown, RegretMeasured, RegretReport
from riffler.service.agent.watch.regret_course import RegretBand, RegretCourse, RegretLine
from riffler.service.agent.watch.selecting import ListedPolicy
from riffler.service.app import Riffler
from riffler.service.cli.bandit_tables import show_arms, show_draw, show_policies, show_regret, show_status
from riffler.service.cli.main import app
from riffler.service.settings import read_settings


def said(*arguments: object, folder: Path, given: bytes = b"") -> str:
    """Run the command."""
    done = CliRunner().invoke(app, ["bandit", *map(str, arguments), "--data-folder", str(folder)], input=given)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def course(sums: tuple[float, ...]) -> RegretCourse:
    """Give a course against one arm."""
    band = RegretBand(sums, sums, sums)
    line, points = RegretLine(band, band), tuple(range(1, len(sums) + 1))
    return RegretCourse(points, points, 1, {"none": line}, line, line)


@pytest.fixture
async def decisions(data_folder: Path) -> list[str]:
    """Ids of a log of two policies, the newer one first, that the commands find."""
    async with Riffler(read_settings(data_folder=data_folder, rewriting=False)) as riffler:
        older = await seeded(riffler.decisions, riffler.tenant, 30, key=OTHER)
        newer = await seeded(riffler.decisions, riffler.tenant, 60)
    return [made.decisions[0].id for made in (newer, older)]


def test_reports_are_those_of_the_log(data_folder: Path, decisions: list[str]) -> None:
    """As JSON each report is of the newest policy, or of the one that is named."""
    for digest, chosen in ((KEY.digest(), ()), (OTHER.digest(), ("--policy-digest", OTHER.digest()))):
        for command in ("status", "arms", "regret"):
            found = json.loads(said(command, "--json", *chosen, folder=data_folder))
            assert found["policy"]["digest"] == digest
            assert found["policy"]["draws_now"] is None
    found = json.loads(said("status", "--json", "--limit", 7, folder=data_folder))
    assert (found["looked_at"], found["older"], found["policy"]["decisions"]) == (7, 53, 60)
    (found,) = json.loads(said("ope", "--policy", "fixed:none", "--json", folder=data_folder))
    assert (found["looked_at"], found["other"]["policy"]) == (60, "fixed:none")
    found = json.loads(said("explain", decisions[1], "--json", folder=data_folder))
    assert found["decision"] == decisions[1]


def test_reports_are_read_at_a_glance(data_folder: Path, decisions: list[str]) -> None:
    """The tables have the arms, the counts, the curve and the words; several policies are listed first."""
    told = said("status", folder=data_folder)
    assert [line.split()[0] for line in told.splitlines()[1:3]] == [KEY.digest(), OTHER.digest()]
    assert "decisions   60: " in told
    assert "the rewrite invents a number" in told
    assert {"none", "reread", "simplify"} <= {line.split()[0] for line in told.splitlines() if line}
    told = said("arms", "--most", 3, folder=data_folder)
    assert sum("favours" in line for line in told.splitlines()) == 3
    assert " by 0." in told
    told = said("regret", folder=data_folder)
    assert "estimated " in told
    assert "█" in told
    assert "audited    unavailable: " in told
    whole = json.loads(said("regret", "--json", folder=data_folder))
    assert whole["failed"] > 0
    assert f", {whole['looked_at']} decisions, without {whole['failed']} whose call failed\n" in told
    parts = [said("regret", "--feature", "negation", *more, folder=data_folder) for more in ((), ("--lacking",))]
    counts = [int(part.partition(", ")[2].partition(" of ")[0]) for part in parts]
    assert 0 < counts[0] < sum(counts)
    assert f"{sum(counts)} decisions" in parts[0]
    newest = json.loads(said("regret", "--limit", 20, "--json", folder=data_folder))
    told = said("regret", "--limit", 20, folder=data_folder)
    option = f"--until-ms {newest['from_ms'] + 1}"
    assert f"40 older ones aren't among them: see them with {option}\n" in told
    whole, older = [
        json.loads(said("regret", *more, "--json", folder=data_folder))
        for more in ((), ("--limit", 60, *option.split()))
    ]
    assert older["older"] == 0
    assert older["selected"] + newest["selected"] >= whole["selected"] > older["selected"]
    told = said("ope", "--policy", "fixed:none", "--policy", "exp3", folder=data_folder)
    assert [line.split()[0] for line in told.splitlines()[4:6]] == ["fixed:none", "exp3"]
    assert "fixed:none: the log tells as much as" in told
    told = said("explain", decisions[0], folder=data_folder)
    assert f"decision    {decisions[0]}" in told
    assert sum(" *" in line for line in told.splitlines()) == 1
    assert "bias +0." in told


def test_a_log_goes_out_and_in(data_folder: Path, tmp_path: Path, decisions: list[str]) -> None:
    """Through files and through standard streams; taken in by name, and repeated without effect."""
    assert decisions
    file = tmp_path / "log.jsonl"
    assert said("export", file, folder=data_folder) == ""
    text = said("export", "--policy-digest", KEY.digest(), folder=data_folder)
    assert text == file.read_text("utf-8")
    assert len(text.splitlines()) == 62
    other = tmp_path / "other"
    done = json.loads(said("import", file, "--into", OTHER.digest(), "--json", folder=data_folder))
    assert (done["digest"], done["rows"]) == (OTHER.digest(), 60)
    told = said("import", "-", "--into", OTHER.digest(), folder=data_folder, given=text.encode())
    assert "60 decisions read" in told
    assert "learned 0 rewards" in told
    assert "had their reward already" in told
    with pytest.raises(InvalidInput, match="features_version"):
        said("import", file, folder=other)


def test_what_an_import_did_is_told(data_folder: Path, tmp_path: Path, decisions: list[str]) -> None:
    """Also what it corrected, what was given up here, and that a file is cut off."""
    assert decisions
    header, *rows, end = said("export", folder=data_folder).splitlines()
    taken = [json.loads(row) for row in rows[:3]]
    void = taken[0] | {"state": "void", "reward": None, "order": 0}
    for changed in ([void, *taken[1:]], [taken[0], taken[1] | {"reward": 0.125}]):
        lines = [header, *map(json.dumps, changed), end]
        done = CliRunner().invoke(
            app,
            ["bandit", "import", "-", "--into", OTHER.digest(), "--data-folder", str(data_folder)],
            input="\n".join(lines),
        )
    assert done.stdout.splitlines() == [
        f"2 decisions read: policy {OTHER.digest()} learned 0 rewards",
        "1 rewards took the place of those of an earlier import",
        "1 rewards left out: their decisions were given up here",
    ]
    assert "file -: it is cut off" in done.stderr


def test_an_export_takes_the_place_of_a_file_when_it_is_whole(
    data_folder: Path, tmp_path: Path, decisions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that fails leaves what stood there, and nothing beside it; a link and the file's mode stay."""
    assert decisions
    folder = tmp_path / "out"
    folder.mkdir()
    file, link = folder / "log.jsonl", folder / "link"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)

    async def failing(*_: object) -> AsyncIterator[str]:
        yield "a header"
        raise LogReplaced("gone")

    with monkeypatch.context() as patch:
        patch.setattr(watched, "exported", failing)
        with pytest.raises(LogReplaced):
            said("export", file, folder=data_folder)
    assert file.read_text() == "old"
    assert {each.name for each in folder.iterdir()} == {"log.jsonl", "link"}
    said("export", link, folder=data_folder)
    assert link.is_symlink()
    assert len(file.read_text().splitlines()) == 62
    assert file.stat().st_mode & 0o777 == 0o600
    assert said("export", "/dev/null", folder=data_folder) == ""


def test_wrong_use_is_told_in_a_line(data_folder: Path, tmp_path: Path, decisions: list[str]) -> None:
    """A policy or decision that isn't there, and a file that can't be read or written."""
    assert decisions
    with pytest.raises(UnknownPolicy):
        said("status", "--policy-digest", "00000000", folder=data_folder)
    with pytest.raises(InvalidInput, match="policy: expected one of"):
        said("ope", "--policy", "none", folder=data_folder)
    with pytest.raises(InvalidInput, match="lacking: expected a feature"):
        said("regret", "--lacking", folder=data_folder)
    with pytest.raises(UnknownDecision):
        said("explain", "d0", folder=data_folder)
    with pytest.raises(InvalidInput, match="No such file"):
        said("import", tmp_path / "nowhere", "--into", KEY.digest(), folder=data_folder)
    with pytest.raises(InvalidInput, match="Is a directory"):
        said("export", tmp_path, folder=data_folder)


async def test_what_is_rare_is_shown(data_folder: Path, decisions: list[str]) -> None:
    """Alarms, a failed call, nothing learned, older decisions, and what can't be had."""
    async with Riffler(read_settings(data_folder=data_folder, rewriting=False)) as riffler:
        policies: Policies = riffler.policies
        status, arms = [await each(riffler.tenant) for each in (policies.status, policies.arms)]
        regret, draw = await policies.regret(riffler.tenant), await policies.explain(riffler.tenant, decisions[0])
    no_reward = replace(status.health, calibration=Unavailable("no reward"), alarms=(DriftAlarm("d2", 1, "d1", 0),))
    bare = replace(status, health=no_reward, reward=None, cost=None, looked_at=1, older=59)
    out = Console(width=110, markup=False, highlight=False)
    with out.capture() as captured:
        show_policies([status.policy], out)
        show_status(bare, out)
        show_arms(replace(arms, overall=(), effects=()), 3, out)
        show_arms(replace(arms, effects=tuple(replace(each, clear=True) for each in arms.effects)), 1, out)
        show_regret(replace(regret, estimated=Unavailable("no reward")), out)
        measured = RegretMeasured(
            9,
            {"a": 6, "b": 3},
            "none",
            Interval(0.1, -0.2, 0.3),
            {"none": Interval(0.1, -0.25, 0.5)},
            Interval(0.4, 0.1, 0.6),
            0.95,
            course((0.1,)),
        )
        show_regret(replace(regret, audited=measured), out)
        known = RegretKnown(9, 12, {"a": 9}, "none", 2.5, {"none": 2.5}, 4.25, course((2.5,)))
        show_regret(replace(regret, true=known, selected=19), out)
        show_draw(replace(draw, reward=None, state="void", tokens=None, unexecuted="it doesn't fit"), out)
        show_draw(replace(draw, reward=None, state="open"), out)
        show_arms(
            replace(arms, effects=tuple(replace(each, clear=True) for each in arms.effects), expected_wrong=2.2), 1, out
        )
        show_draw(replace(draw, learned=1.0), out)
        show_draw(replace(draw, reward=0.5, state="rewarded", parts={}, source="feedback"), out)
    told = captured.get()
    for text in (
        "(the newest; 59 older ones)",
        "calibration unavailable: no reward",
        "rewards changed between d1 and d2",
        "before two arms are rewarded",
        "effects of features are clear; the chance that any of them has the wrong sign is at most ",
        "effects of features are clear; some 2 of them may have the wrong sign.",
        "learned from 1 reward, as of now",
        "judged by a (6), b (3): scores of several judges don't compare",
        "estimated  unavailable: no reward",
        "none: its call failed",
        f"measured on 9 of {regret.selected} that were run on all arms: the audits that succeeded",
        "the best fixed arm (none)          +0.100 (-0.20 to +0.30)",
        "true       2.50 against the best fixed arm (none), 4.25 against the best of each: 9 of 12 rewarded decisions, "
        "each run on all its arms",
        ", 19 of ",
        "it waits for one",
        "not executed: it doesn't fit",
        "0.500 (feedback)",
    ):
        assert text in told


def test_the_regret_a_decision_is_drawn() -> None:
    """A regret of 1 a decision that ends after half of them is a step, which its sum would hide."""
    policy = ListedPolicy("d", "e", "m", "1", "2", "p 1", 48, 48, 0, None)
    sums = tuple(float(min(number, 24)) for number in range(1, 49))
    upper = Interval(30.0, 24.0, 36.0)
    curve = RegretCurve(31, 24.0, 24.0, 24.0, 0.95, "none", upper, course(sums))
    out = Console(width=110, markup=False, highlight=False)
    with out.capture() as captured:
        show_regret(RegretReport(policy, 48, 0, 0, 1, 48, (), Unavailable("none"), Unavailable("none"), curve), out)
    told = captured.get()
    assert f" {'█' * 12}{'▁' * 12} a decision, over time: 0 to 1.0000" in told
    assert "24.00 (24.00 to 24.00, 95%), 0.5000 a decision, against the best fixed arm (none)" in told
    assert "30.00 (24.00 to 36.00) against the best of each (biased upwards)" in told
    assert "learned from 31 rewards" in told
    assert "older" not in told
