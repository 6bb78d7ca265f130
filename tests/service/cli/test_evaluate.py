"""`riffler eval`: options, and each evaluation from end to end on a real store."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console
from typer.testing import CliRunner

from riffler.errors import (
    EngineBusy,
    EngineFailed,
    EngineGarbled,
    EngineOutOfMemory,
    EngineRejected,
    EngineUnavailable,
    InvalidInput,
)
from riffler.service.cli.evaluate import numbers, profiles_asked
from riffler.service.cli.evaluating import Plan, evaluate, options_of
from riffler.service.cli.main import app
from riffler.service.evaluation.benchmark import Benchmark, source_of
from riffler.service.evaluation.dictionary import own_dictionary
from riffler.service.evaluation.entities import Entities
from riffler.service.evaluation.find import Find, make_inquiry
from riffler.service.evaluation.find_facts import KINDS, SAME_WORDS
from riffler.service.evaluation.needles import Needles
from riffler.service.evaluation.pi_llm import PiLlm
from riffler.service.evaluation.recover import ERRORS, MARKER, NO_ERROR, NOTHING_FOUND, UNKNOWN_ID, Recover
from riffler.service.evaluation.results import Results
from riffler.service.inference.registry import build_engine
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import Settings, read_settings
from riffler.tools.messages import ToolCall
from riffler.tools.price import CachePrices

FIELDS = {
    *("profile", "sessions", "accuracy", "interval", "tool_steps", "refused_steps", "model_calls", "tokens_seen"),
    *("tokens_last_view", "tokens_billed", "completion_tokens", "wall_s", "guard_spoke", "capped", "over_budget"),
    "failed",
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's, and the tests' engine."""
    for name in ("REDIS_URL", "RIFFLER_REDIS_URL", "RIFFLER_MODEL", "RIFFLER_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def settings(**values: Any) -> Settings:
    """What an evaluation runs on."""
    return read_settings(rewriting=False, **values)


def plan(benchmark: Benchmark, path: Path | None = None, profiles: tuple[str, ...] = ("none", "paper")) -> Plan:
    """A plan with the prices that are the default."""
    return Plan(benchmark, profiles, CachePrices(0.1, 1.25), path=path)


@pytest.mark.parametrize(
    ("arguments", "cell", "rows"),
    [
        (["pi-llm", "--updates", "2,3", "--keys", "2,46", "--sessions", "1"], {"keys", "updates"}, 4),
        (["kinship", "--needles", "2", "--tokens", "500,600", "--sessions", "1"], {"needles", "tokens"}, 2),
        (["entities", "--entities", "5", "--positions", "0,50,100", "--sessions", "1"], {"entities", "position"}, 3),
        (["find", "--tokens", "600", "--sessions", "1"], {"tokens", "question"}, 4),
    ],
)
def test_each_command_gives_rows(tmp_path: Path, arguments: list[str], cell: set[str], rows: int) -> None:
    """The file has a row a cell for each profile and both baselines, with all fields; run again, nothing is asked."""
    path = tmp_path / "out.json"
    command = ["eval", *arguments, "--engine", "reader", "--profile", "none,riffler", "--json", str(path)]
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert done.exit_code == 0
    assert "accuracy" in done.stdout
    value = json.loads(path.read_text())
    profiles = ["none", "riffler", "regex", "reader"]
    assert [row["profile"] for row in value["rows"]] == profiles * rows
    assert all(set(row) == FIELDS | cell for row in value["rows"])
    right = [row["accuracy"] for row in value["rows"] if row["profile"] == "regex"]
    assert set(right) == {1} if arguments[0] != "find" else right[-1] == 0  # it never says that there is no answer
    assert value["options"]["engine"] == "reader"
    before = path.read_bytes()
    again = CliRunner().invoke(app, command, catch_exceptions=False)
    assert path.read_bytes() == before
    assert f"{4 * rows} of {4 * rows} cases were done before" in re.sub(r"\s+", " ", again.stderr)


def test_without_a_terminal_each_finished_cell_is_a_line(tmp_path: Path) -> None:
    """Standard error says what is done as it goes, on lines that aren't broken; of cells that were done, nothing."""
    path = tmp_path / ("long" * 20 + "[1].json")
    command = ["eval", "entities", "--entities", "3,4", "--positions", "0,50", "--sessions", "2", "--profile", "none"]
    first = CliRunner().invoke(app, [*command, "--json", str(path)], catch_exceptions=False)
    cells = [(3, 0), (3, 50), (4, 0), (4, 50)]
    said = [
        f"entities: entities {entities}, position {position}: done; {6 * (at + 1)} of 24 cases"
        for at, (entities, position) in enumerate(cells)
    ]
    assert first.stderr.splitlines() == said
    stored = json.loads(path.read_text())
    path.write_text(json.dumps(stored | {"cases": stored["cases"][:11]}))
    again = CliRunner().invoke(app, [*command, "--json", str(path)], catch_exceptions=False)
    assert again.stderr.splitlines() == [f"{path}: 11 of 24 cases were done before", *said[1:]]


async def test_a_model_with_tools_is_counted(tmp_path: Path) -> None:
    """A scripted model that searches, then answers: steps, calls, tokens and bill stand in the rows, in its order."""

    def model(request: EngineRequest) -> Reply:
        owner = re.findall(r"Which thing does (\w+) keep", request.messages[0].text)[0]
        if request.tools and request.messages[-1].role == "user":
            return [ToolCall("call_1", "search_context", json.dumps({"query": f"{owner} keeps"}))]
        return re.findall(rf"{owner} keeps the (\w+)", request.messages[0].text)[0]

    engine, out = ScriptedEngine(model), StringIO()
    done = await evaluate(
        plan(Entities((5,), (50,), sessions=2), tmp_path / "out.json"), settings(), engine, Console(file=out, width=130)
    )
    rows = {row["profile"]: row for row in done.rows}
    assert {name: row["accuracy"] for name, row in rows.items()} == dict.fromkeys(
        ["none", "paper", "regex", "reader"], 1
    )
    assert (rows["none"]["model_calls"], rows["none"]["tool_steps"]) == (1, 0)
    assert (rows["paper"]["model_calls"], rows["paper"]["tool_steps"], rows["paper"]["refused_steps"]) == (2, 1, 0)
    none, paper = rows["none"], rows["paper"]
    assert none["tokens_billed"] == pytest.approx(1.25 * none["tokens_seen"], abs=0.1)  # kept with one digit
    first = paper["tokens_seen"] / 2  # the second call has the first one's tokens again, and a few more
    assert 1.35 * first * 0.8 < paper["tokens_billed"] < 1.35 * first * 1.3
    assert all(request.sampling.temperature == 0.0 for request in engine.requests)
    assert "none" in out.getvalue()


@pytest.mark.parametrize(
    "benchmark",
    [PiLlm(own_dictionary(), (2,), sessions=1), Needles((2,), (400,), sessions=1), Entities((4,), (0,), sessions=1)],
)
async def test_a_wrong_answer_scores_nothing(benchmark: Benchmark) -> None:
    """A model that says nothing of use is wrong in each evaluation, with an interval that says how little that is."""
    engine = ScriptedEngine(lambda _request: "I can't tell.")
    done = await evaluate(plan(benchmark), settings(), engine, Console(file=StringIO()))
    rows = {row["profile"]: row for row in done.rows}
    assert rows["none"]["accuracy"] == rows["paper"]["accuracy"] == 0
    assert rows["none"]["interval"][1] > 0.5
    assert rows["regex"]["accuracy"] == 1


async def test_what_is_asked_of_a_document_is_asked_of_a_context() -> None:
    """The document is a message before the question; saying always that nothing is there is right in a quarter."""
    engine = ScriptedEngine(lambda _request: "That isn't there.")
    done = await evaluate(
        plan(Find((700,), sessions=1), profiles=("none",)), settings(), engine, Console(file=StringIO())
    )
    assert [row["accuracy"] for row in done.rows if row["profile"] == "none"] == [0, 0, 0, 1]
    assert all(len(request.messages) == 2 for request in engine.requests)
    assert all(request.messages[0].text.count("\n\n") > 3 for request in engine.requests)


ERROR_TEXTS = {
    UNKNOWN_ID: "error: no (match s|fragment f)[ef][0-9a-f]{4}",
    MARKER: r"error: start_marker occurs (?!0 )(?:\d+|more than 20) times",
    NOTHING_FOUND: "^(0|no) match|: no match",
}


@pytest.mark.parametrize("profile", ["paper", "riffler"])
async def test_a_model_goes_on_from_a_real_error(profile: str) -> None:
    """In each cell with an error the model reads the tools' own words on it first; the wrong call is no call of its."""
    engine = ScriptedEngine(lambda _request: "I give up.")
    benchmark = Recover((700, 9000), sessions=3)
    done = await evaluate(plan(benchmark, profiles=(profile,)), settings(), engine, Console(file=StringIO()))
    read = [[message.text for message in one.messages if message.role == "tool"] for one in engine.requests]
    asked = [str(cell["error"]) for cell in benchmark.cells for _ in range(3)]
    assert len(read) == len(asked)
    for error, texts in zip(asked, read, strict=True):
        assert len(texts) == (error in ERROR_TEXTS)
        assert all(re.search(ERROR_TEXTS[error], text, re.MULTILINE) for text in texts), (error, texts)
    for row in done.rows:
        if row["profile"] == profile:
            wrong = row["error"] != NO_ERROR
            assert (row["tool_steps"], row["model_calls"]) == (wrong, 1)
            assert row["refused_steps"] == (row["error"] in {UNKNOWN_ID, MARKER})


async def test_who_tries_again_recovers() -> None:
    """A model that searches for the thing after any reply, and quotes what it finds, is right in all cells."""

    def model(request: EngineRequest) -> Reply:
        thing = re.findall(rf"[A-Z][a-z]+ (?:{'|'.join(KINDS)})", request.messages[1].text)[0]
        found = [message.text for message in request.messages if message.role == "tool" and thing in message.text]
        if not found:
            return [ToolCall("call_9", "find_in_context", json.dumps({"queries": [thing], "context_size": 60}))]
        return answers[thing]

    answers = {}
    benchmark = Recover((700,), sessions=2)
    for session in range(2):
        one = make_inquiry(source_of(1, "recover", 700, session), 700, SAME_WORDS)
        answers[one.thing] = one.sentence
    done = await evaluate(
        plan(benchmark, profiles=("riffler",)), settings(), ScriptedEngine(model), Console(file=StringIO())
    )
    rows = {row["error"]: row for row in done.rows if row["profile"] == "riffler"}
    assert {error: row["accuracy"] for error, row in rows.items()} == dict.fromkeys(ERRORS, 1)
    assert {error: row["tool_steps"] for error, row in rows.items()} == {
        error: 1 if error == NO_ERROR else 2 for error in ERRORS
    }


async def test_a_text_that_cannot_fit_is_told_apart() -> None:
    """A text that asks as a whole can't be folded: in a window that is too small it is over budget, and wrong."""
    engine = ScriptedEngine(lambda request: request.messages[0].text, window_tokens=1024)
    done = await evaluate(
        plan(Entities((65,), (100,), sessions=2), profiles=("none",)), settings(), engine, Console(file=StringIO())
    )
    rows = {row["profile"]: row for row in done.rows}
    assert {name: row["over_budget"] for name, row in rows.items()} == {"none": 2, "regex": 0, "reader": 0}
    assert {name: row["accuracy"] for name, row in rows.items()} == {"none": 0, "regex": 1, "reader": 1}
    assert engine.requests == []


@pytest.mark.parametrize(
    "failure",
    [
        EngineRejected("engine scripted: refused (status 400)", ": too long"),
        EngineGarbled("engine scripted: cut off"),
        EngineOutOfMemory("engine scripted: too large"),
    ],
)
async def test_a_case_that_the_engine_refuses_is_wrong(tmp_path: Path, failure: EngineFailed) -> None:
    """It scores 0, is counted and says why, with the steps before it; the others are asked, and none is asked again."""

    def model(request: EngineRequest) -> Reply:
        if not request.tools:
            return "no"
        if request.messages[-1].role == "user":
            return [ToolCall("call_1", "search_context", '{"query": "keeps"}')]
        return failure

    path, out = tmp_path / "out.json", Console(file=StringIO(), width=160)
    engine = ScriptedEngine(model)
    done = await evaluate(plan(Entities((3,), (0,), sessions=2), path), settings(), engine, out)
    rows = {row["profile"]: row for row in done.rows}
    assert {name: row["failed"] for name, row in rows.items()} == {"none": 0, "paper": 2, "regex": 0, "reader": 0}
    assert (rows["paper"]["accuracy"], rows["paper"]["tool_steps"], rows["paper"]["model_calls"]) == (0, 1, 1)
    cases = json.loads(path.read_text())["cases"]
    assert [case.get("failure") for case in cases if case["profile"] == "paper"] == [failure.loggable] * 2
    asked = len(engine.requests)
    await evaluate(plan(Entities((3,), (0,), sessions=2), path), settings(), engine, out)
    assert len(engine.requests) == asked


class StatusError(Exception):
    """As the openai library's errors: with the status of the answer."""

    def __init__(self, status_code: int) -> None:
        super().__init__(status_code)
        self.status_code = status_code


@pytest.mark.parametrize(
    "failure",
    [
        EngineUnavailable("engine scripted: gone"),
        EngineBusy("engine scripted: busy"),
        EngineRejected("engine scripted: refused (status 401)"),
    ],
)
async def test_a_failed_engine_ends_the_run(tmp_path: Path, failure: EngineFailed) -> None:
    """Its error is the run's, as is a refusal of the key or the model; the file has no case of it."""
    path = tmp_path / "out.json"
    failure.__cause__ = StatusError(401) if isinstance(failure, EngineRejected) else None
    engine = ScriptedEngine(lambda _request: failure)
    with pytest.raises(type(failure)):
        await evaluate(plan(Entities((2,), (0,)), path), settings(), engine)
    assert json.loads(path.read_text())["cases"] == []


async def test_no_session_is_left(server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Redis that stays, the sessions of the cases are deleted."""
    from riffler.service.app import Riffler  # noqa: PLC0415 - beside what it checks
    from riffler.service.memory.embedded import EmbeddedServer  # noqa: PLC0415

    values = settings(redis_url=f"unix://{EmbeddedServer(server_folder).socket}")
    engine = ScriptedEngine(lambda _request: "no")
    await evaluate(plan(Entities((2,), (0,), sessions=1)), values, engine, Console(file=StringIO()))
    async with Riffler(values) as riffler:
        assert (await riffler.sessions.sessions("evaluation")).sessions == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pi-llm", "--updates", "2,x"], "updates: expected whole numbers with commas between them, got '2,x'"),
        (["pi-llm", "--updates", ""], "updates: expected whole numbers"),
        (["pi-llm", "--updates", "0"], "updates: expected a whole number from 1 to 10000000, got 0"),
        (["pi-llm", "--updates", "2,2"], "updates: expected each number once"),
        (["pi-llm", "--updates", "500"], "updates: expected at most 400, got 500"),
        (["pi-llm", "--keys", "1"], "keys: expected a whole number from 2 to 46, got 1"),
        (["pi-llm", "--sessions", "0"], "sessions: expected a whole number from 1"),
        (["pi-llm", "--profile", "all"], "profile: expected one of none, paper, riffler, got 'all'"),
        (["pi-llm", "--profile", "none,none"], "profile: expected each name once"),
        (["pi-llm", "--cache-read", "0"], "cache-read: expected a price above 0"),
        (["pi-llm", "--cache-write", "nan"], "cache-write: expected a price above 0"),
        (["entities", "--temperature", "nan"], "temperature: expected at most 2, or a number below 0, got nan"),
        (["entities", "--temperature", "inf"], "temperature: expected at most 2, or a number below 0, got inf"),
        (["entities", "--temperature", "-inf"], "temperature: expected at most 2, or a number below 0, got -inf"),
        (["entities", "--temperature", "2.1"], "temperature: expected at most 2, or a number below 0, got 2.1"),
        (["pi-llm", "--dictionary", "nowhere.json"], "dictionary nowhere.json: No such file"),
        (["kinship", "--depth", "101"], "depth: expected a whole number from 0 to 100, got 101"),
        (["kinship", "--needles", "51"], "needles: expected a whole number from 1 to 50"),
        (["rewriting", "--profile", "paper,none"], "profile: expected one of them, got 'paper,none'"),
        (["rewriting", "--profile", "all"], "profile: expected one of none, paper, riffler, got 'all'"),
        (["rewriting", "--replays", "0"], "replays: expected a whole number from 1 to 1000, got 0"),
        (["rewriting", "--policy", "luck"], "policy: expected one of"),
        (["recover", "--profile", "paper,none"], "profile: expected paper or riffler, got none"),
        (["entities", "--positions", "-1"], "positions: expected a whole number from 0 to 100, got -1"),
        (["entities", "--engine", "abacus"], "engine: one of nano, openai, reader, transformers, got 'abacus'"),
    ],
)
def test_wrong_options_are_refused_by_name(arguments: list[str], words: str) -> None:
    """The error names the option, what came and what was expected; nothing is asked."""
    done = CliRunner().invoke(app, ["eval", *arguments])
    assert words in str(done.exception)
    assert done.stdout == ""


@pytest.mark.parametrize(
    "change",
    [
        *({"base_url": "http://10.0.0.2:8000/v1"}, {"tokenizer": "one/other"}, {"revision": "v2"}, {"device": "cpu"}),
        *({"dtype": "float16"}, {"tool_form": "hermes"}, {"model": "other"}, {"step_cap": 3}, {"fitting": False}),
    ],
    ids=lambda change: next(iter(change)),
)
def test_results_of_another_model_or_server_are_not_gone_on_with(tmp_path: Path, change: dict[str, Any]) -> None:
    """All that tells another model from this one is an option of the file, so that a run with it is refused."""
    base = {"engine": "openai", "model": "same", "base_url": "http://10.0.0.1:8000/v1"}

    def results(**values: Any) -> Results:
        asked = plan(Entities((2,), (0,)))
        with_settings = settings(**values)
        engine = build_engine("openai", model=values["model"], base_url=values["base_url"])
        options = options_of(asked, with_settings, engine)
        return Results("entities", options, ["entities", "position"], lambda _: [], tmp_path / "out.json")

    results(**base)
    results(**base)
    with pytest.raises(InvalidInput, match=f"was made with {next(iter(change))} "):
        results(**base | change)


def test_two_servers_with_one_model_s_name_are_told_apart(tmp_path: Path) -> None:
    """On the command line as well, before the other server is asked; who asks, and with which key, is in no file."""
    path = tmp_path / "out.json"

    def run(base_url: str) -> BaseException | None:
        command = ["eval", "entities", "--engine", "openai", "--model", "same", "--base-url", base_url]
        return CliRunner().invoke(app, [*command, "--json", str(path)]).exception

    for base_url in ("http://127.0.0.1:9/v1?key=Secret", "http://me:Secret@127.0.0.1:9/v1/", "http://127.0.0.1:9/v1"):
        assert isinstance(run(base_url), EngineUnavailable)  # nobody listens there
        assert json.loads(path.read_text())["options"]["base_url"] == "http://127.0.0.1:9/v1"
        assert "Secret" not in path.read_text()
    other = run("http://you:Secret@127.0.0.1:10/v1")
    assert 'was made with base_url "http://127.0.0.1:9/v1", this run has "http://127.0.0.1:10/v1"' in str(other)


@pytest.mark.parametrize(("given", "kept"), [("2", 2.0), ("0", 0.0), ("-1", None), ("-0.5", None)])
def test_a_temperature_below_0_is_the_engine_s_own(tmp_path: Path, given: str, kept: float | None) -> None:
    """From 0 to 2 it is the model's; below 0 none is asked for, and the file says so."""
    path = tmp_path / "out.json"
    command = ["eval", "entities", "--entities", "3", "--positions", "0", "--sessions", "1", "--profile", "none"]
    command += ["--temperature", given, "--json", str(path)]
    assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    assert json.loads(path.read_text())["options"]["temperature"] == kept


def test_lists_keep_their_order() -> None:
    """Numbers and names with commas are read in the order given."""
    assert numbers("updates", "16, 2", 1) == (16, 2)
    assert profiles_asked("riffler, none") == ("riffler", "none")
    with pytest.raises(InvalidInput):
        numbers("updates", "1e3", 1)
    assert cast("Any", numbers)("n", "7", 0) == (7,)
