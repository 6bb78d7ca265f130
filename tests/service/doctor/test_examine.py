"""How checks are run: each to its deadline, none in another's way; and what can be said of settings and pipeline."""

import asyncio
import inspect
import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import riffler.errors
from riffler.errors import InvalidSetting, MemoryFull, RifflerError
from riffler.service.agent.health.finding import Finding, Result, worst
from riffler.service.agent.health.mending import MENDS, mend
from riffler.service.cli.doctor import run_doctor
from riffler.service.doctor.check import Check, apart
from riffler.service.doctor.checks import pipeline, settings
from riffler.service.doctor.examine import CHECKS, examine, unreadable
from riffler.service.doctor.subject import Subject
from riffler.service.settings import read_settings

Examined = Callable[..., Awaitable[dict[str, Result]]]


def subject(environment: dict[str, str] | None = None, **given: Any) -> Subject:
    """Make a subject of settings, with the engine `reader` unless another one is given."""
    return Subject(read_settings(**{"engine": "reader", **given}), environment or {})


async def run(checks: list[Check], looked_at: Subject | None = None) -> dict[str, Result]:
    """Run checks, and give the results by name."""
    return {result.check: result async for result in examine(looked_at or subject(), checks)}


def levels(results: dict[str, Result]) -> dict[str, list[str]]:
    """Give the levels of each check."""
    return {name: [finding.level for finding in result.findings] for name, result in results.items()}


async def fine(_: Subject) -> list[Finding]:
    """Find nothing wrong."""
    return [Finding("ok", "fine")]


async def hanging(_: Subject) -> list[Finding]:
    """Never end."""
    await asyncio.Event().wait()
    return []


async def hanging_apart(_: Subject) -> list[Finding]:
    """Never end, in a thread that nobody can stop."""
    return await apart(lambda: [Finding("ok", str(threading.Event().wait(5)))])


async def failing(_: Subject) -> list[Finding]:
    """Fail."""
    raise MemoryFull("the disk is full")


@pytest.mark.parametrize("hangs", [hanging, hanging_apart])
async def test_a_check_that_hangs_is_given_up(hangs: Callable[[Subject], Awaitable[list[Finding]]]) -> None:
    """At its deadline a check is a failure, and the next one is run."""
    began = time.perf_counter()
    results = await run([Check("slow", hangs, deadline_s=0.05), Check("next", fine)])
    assert levels(results) == {"slow": ["fail"], "next": ["ok"]}
    assert "within 0.05 s" in results["slow"].findings[0].found
    assert time.perf_counter() - began < 3


async def test_a_failure_skips_only_what_needs_it() -> None:
    """What needs a check that failed is skipped, and what needs that too; the others are run."""
    chain = [Check("a", failing), Check("b", fine, needs="a"), Check("c", fine, needs="b"), Check("d", fine)]
    results = await run(chain)
    assert levels(results) == {"a": ["fail"], "b": ["skip"], "c": ["skip"], "d": ["ok"]}
    assert (results["a"].findings[0].found, results["a"].findings[0].mend) == ("the disk is full", MENDS[MemoryFull])


def test_what_a_check_needs_comes_before_it() -> None:
    """The order of the checks is possible, and no two have one name."""
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(not check.needs or check.needs in names[:at] for at, check in enumerate(CHECKS))


ERRORS = [kind for _, kind in inspect.getmembers(riffler.errors, inspect.isclass) if issubclass(kind, RifflerError)]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_has_a_way_to_mend_it(kind: type[RifflerError]) -> None:
    """Whatever a check raises, there is one line that says what to do."""
    assert mend(kind("words")).endswith(".")
    if issubclass(kind, riffler.errors.EngineFailed):
        assert kind in MENDS


@pytest.mark.parametrize(
    ("found", "level"),
    [
        (["ok", "skip"], "ok"),
        (["ok", "warn"], "warn"),
        (["warn", "fail", "ok"], "fail"),
        ([], "ok"),
    ],
)
def test_the_worst_level_counts(found: list[Any], level: str) -> None:
    """A failure outweighs a warning, and what nobody looked at weighs nothing."""
    assert worst([Result("c", tuple(Finding(one, "") for one in found))]) == level


def test_settings_that_cannot_be_read() -> None:
    """Then there is one failure, and every other check says why it wasn't run."""
    results = unreadable(InvalidSetting("setting window_tokens: too small"))
    assert [result.check for result in results] == [check.name for check in CHECKS]
    assert [result.findings[0].level for result in results] == ["fail", *["skip"] * (len(CHECKS) - 1)]


@pytest.mark.parametrize(
    ("environment", "given", "said"),
    [
        (
            {"RIFFLER_BASEURL": "x"},
            {},
            "RIFFLER_BASEURL is set, but no setting has this name Did you mean RIFFLER_BASE_URL?",
        ),
        ({"RIFFLER_ZZZZ": "x"}, {}, "RIFFLER_ZZZZ is set, but no setting has this name Unset it."),
        ({"REDIS_URL": "a", "RIFFLER_REDIS_URL": "b"}, {}, "REDIS_URL and RIFFLER_REDIS_URL differ"),
        ({}, {"base_url": "http://h/v1"}, "base_url is set, but has no effect"),
        ({}, {"api_key": "k"}, "api_key is set, but has no effect"),
        ({}, {"model": "m"}, "model is set, but has no effect"),
        ({}, {"engine": "nano", "device": "cuda"}, "device is set, but has no effect"),
        ({}, {"engine": "transformers", "tokenizer": "t"}, "tokenizer is set, but has no effect"),
        ({}, {"rewriting": False, "pipeline": "p"}, "pipeline is set, but has no effect"),
        ({}, {"engine": "openai", "api_key": "k", "base_url": "http://models.example.org/v1"}, "readable on the way"),
        ({}, {"redis_url": "redis://:p@redis.example.org"}, "unencrypted"),
    ],
)
async def test_settings_that_contradict(environment: dict[str, str], given: dict[str, Any], said: str) -> None:
    """A setting that is misspelt, has no effect or sends a secret in clear text is a warning."""
    results = await run([settings.CHECK], subject(environment, **given))
    assert levels(results) == {"settings": ["ok", "warn"]}
    assert said in f"{results['settings'].findings[1].found} {results['settings'].findings[1].mend}"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"engine": "openai", "api_key": "k", "base_url": "http://127.0.0.1:8000/v1", "model": "m"},
        {"engine": "openai", "api_key": "k", "base_url": "http://vllm:8000/v1", "model": "m"},
        {"engine": "openai", "api_key": "k", "base_url": "https://models.example.org/v1", "model": "m"},
        {"engine": "nano", "model": "m", "batch_size": 4, "reuse_gib": 0.1, "device": "auto"},
        {"redis_url": "redis://:p@10.0.0.7"},
        {"redis_url": "redis://valkey:6379/0", "data_folder": Path("d")},
    ],
)
async def test_settings_that_are_right(given: dict[str, Any]) -> None:
    """What makes sense gets no warning."""
    assert levels(await run([settings.CHECK], subject({"PATH": "x", "RIFFLER_ENGINE": "reader"}, **given))) == {
        "settings": ["ok"]
    }


@pytest.mark.parametrize(("name", "level", "told"), [(None, "ok", "every feature"), ("blank", "warn", "can't tell")])
async def test_a_pipeline(examined: Examined, name: str | None, level: str, told: str) -> None:
    """The pipeline that ships tells every feature of a query; a blank one is timed, too, and says which it can't."""
    (finding,) = (await examined(pipeline.CHECK, pipeline=name))["pipeline"].findings
    assert finding.level == level
    assert (name or "riffler") in finding.found
    assert told in finding.found
    assert float(finding.measured["parse_ms"]) > 0


async def test_a_missing_pipeline(examined: Examined) -> None:
    """A pipeline that isn't installed is a failure that names it."""
    (finding,) = (await examined(pipeline.CHECK, pipeline="en_nowhere"))["pipeline"].findings
    assert finding.level == "fail"
    assert "en_nowhere" in finding.found


async def test_without_rewriting_no_pipeline_is_loaded(examined: Examined) -> None:
    """Nothing reads queries then."""
    (finding,) = (await examined(pipeline.CHECK, rewriting=False))["pipeline"].findings
    assert finding.level == "skip"


SECRET = secrets.token_hex(12)


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    "given",
    [
        {"REDIS_URL": f"redis://user:{SECRET}@127.0.0.1:9/0"},
        {"REDIS_URL": f"rediss://:{SECRET}@127.0.0.1:9/0"},
        {"REDIS_URL": f"unix://:{SECRET}@/nowhere/server.sock"},
        {"REDIS_URL": f"http://:{SECRET}@127.0.0.1"},
        {"REDIS_URL": f"redis://:{SECRET}@127.0.0.1:{SECRET}"},
        {"RIFFLER_API_KEY": SECRET},
        {"RIFFLER_API_KEY": SECRET, "RIFFLER_ENGINE": "openai", "RIFFLER_MODEL": "m"},
        {"RIFFLER_API_KEY": f"{SECRET} \n", "RIFFLER_ENGINE": "openai", "RIFFLER_MODEL": "m"},
        {
            "RIFFLER_API_KEY": SECRET,
            "RIFFLER_ENGINE": "openai",
            "RIFFLER_MODEL": "m",
            "RIFFLER_BASE_URL": f"http://u:{SECRET}@127.0.0.1:9/v1?key={SECRET}",
        },
        {
            "RIFFLER_BASE_URL": f"http://u:{SECRET}@127.0.0.1:{SECRET}/v1",
            "RIFFLER_ENGINE": "openai",
            "RIFFLER_MODEL": "m",
        },
        {"RIFFLER_API_KEY": SECRET, "RIFFLER_WINDOW_TOKENS": "few"},
        {"RIFFLER_APIKEY": SECRET},
    ],
)
async def test_no_secret_is_shown(
    given: dict[str, str],
    as_json: bool,
    data_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wherever a secret stands, and whatever fails because of it, it is in nothing that is printed."""
    for name, value in ({"RIFFLER_BASE_URL": "http://127.0.0.1:9/v1"} | given).items():
        monkeypatch.setenv(name, value)
    overrides = {} if "RIFFLER_WINDOW_TOKENS" in given else {"data_folder": data_folder}
    await run_doctor(overrides, quick=True, as_json=as_json)
    printed = capsys.readouterr()
    assert printed.out
    assert SECRET not in printed.out + printed.err


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-c", "from riffler.service.cli import main; main()", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


@pytest.mark.parametrize(
    ("environment", "code", "level"),
    [
        ({}, 0, "ok"),
        ({"RIFFLER_MODEL": "m"}, 0, "warn"),
        ({"RIFFLER_WINDOW_TOKENS": "few"}, 1, "fail"),
    ],
)
def test_the_command(
    environment: dict[str, str], code: int, level: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1 on a failure only; `--json` prints one object that names every check."""
    import os  # noqa: PLC0415 - for the path alone

    base = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    base["RIFFLER_ENGINE"] = "reader"
    done = doctor("--json", "--data-folder", str(data_folder), **base, **environment)
    assert (done.returncode, done.stderr) == (code, "")
    said = json.loads(done.stdout)
    assert said["level"] == level
    assert [check["check"] for check in said["checks"]] == [check.name for check in CHECKS]


async def test_the_table_says_levels_in_words(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A level is a sign and a word, so that it can be read without colours; a way to mend follows what was found."""
    monkeypatch.setenv("RIFFLER_ENGINE", "abacus[red]\x1b[31m")
    assert not await run_doctor({"data_folder": data_folder}, quick=True)
    out = capsys.readouterr().out
    assert "x FAIL" in out
    assert "+ ok" in out
    assert "- skip" in out
    assert "-> Change the setting" in out
    assert "abacus[red]" in out
    assert "\x1b" not in out
