"""The command line, in processes of its own, on a data folder of its own: each command once as a user calls it."""

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from tests.e2e.commands import environment, forked, fresh


def test_ask_reward_view_and_call(tmp_path: Path) -> None:
    """A question is answered from standard input, rewarded once, and its session can be looked at and carved."""
    text = "".join(f"The code of gate {number} is {number * 31}.\n" for number in range(3000))
    asked = fresh(tmp_path, "ask", "--context", "-", "--json", "What is the code of gate 1234?", stdin=text.encode())
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert "38254" in answer["text"]
    decision, session = answer["rewriting"]["decision"], answer["session"]
    assert "rewarded with 0.8" in fresh(tmp_path, "reward", decision, "0.8").stdout
    assert "nothing changed" in forked(tmp_path, "reward", decision, "0.1").stdout
    compared = ["--answer", f"@{tmp_path}/said.txt", "--reference", "38254", "--reference", "the code 38254"]
    (tmp_path / "said.txt").write_text("The code: 38254")
    refused = forked(tmp_path, "reward", decision, *compared).stdout
    assert refused == f"{decision}: has its reward, 0.8; nothing changed (--correct takes its place)\n"
    corrected = forked(tmp_path, "reward", decision, "--correct", *compared).stdout
    assert corrected == f"{decision}: rewarded with 1 (judge 1, fuzzy 1, bleu 1)\n"
    rows = [
        {"decision": decision, "feedback": 2, "correct": True},
        {"decision": "d123", "reward": 0.5},
        {"decision": decision, "reward": "much"},
    ]
    lines = [*map(json.dumps, rows), "", "no JSON", json.dumps({"decision": decision, "reward": 0.5})]
    batch = fresh(tmp_path, "reward", "--batch", "-", stdin="\n".join(lines).encode())
    assert batch.stdout.splitlines() == [
        "line 2: unknown: no decision 'd123'",
        "line 3: invalid: reward: expected a number from 0 to 1, got 'much'",
        "line 5: invalid: expected a JSON object",
        "5 rewards: 1 corrected, 1 unknown, 2 invalid, 1 refused",
    ]
    assert (batch.returncode, batch.stderr) == (1, "riffler: 3 of 5 rewards weren't taken\n")
    assert "[[f00001" in fresh(tmp_path, "view", session).stdout
    assert json.loads(forked(tmp_path, "view", session, "--original").stdout.splitlines()[0])["content"] == text
    then = forked(tmp_path, "view", session, "--version", "1").stdout
    assert json.loads(then.splitlines()[0])["content"] == text
    restored = fresh(tmp_path, "call", session, "restore_fragment", '{"fragment_id": "f00001"}')
    assert "restored f00001" in restored.stdout


def test_history_diff_and_fork(tmp_path: Path) -> None:
    """What happened is listed, two versions are compared, and a session begins as another one was."""
    text = "".join(f"The code of gate {number} is {number * 31}.\n" for number in range(3000))
    asked = forked(tmp_path, "ask", "--context", "-", "--json", "What is the code of gate 1?", stdin=text.encode())
    answer = json.loads(asked.stdout)
    session, version = answer["session"], answer["version"]
    lines = fresh(tmp_path, "history", session).stdout.splitlines()
    assert [line.partition(",")[0] for line in lines[:-1]] == [f"version {n}" for n in range(version, 0, -1)]
    assert any("riffler" in line and "folded f00001-" in line for line in lines)
    assert lines[-1] == "the history goes back to version 0"
    short = forked(tmp_path, "history", session, "--limit", "1").stdout.splitlines()
    assert short == [lines[0], f"older ones: riffler history {session} --limit 10"]
    differs = fresh(tmp_path, "diff", session, "1").stdout
    assert differs.startswith(f"version 1 to {version}\ntokens ")
    assert "fragments cut, folded: f00001-" in differs
    assert " came, from index 2\n" in differs
    assert fresh(tmp_path, "fork", session, "--version", "1", "--name", "begin").stdout == "begin\n"
    seen = forked(tmp_path, "view", "begin").stdout.splitlines()
    assert json.loads(seen[0])["content"] == text
    whence = f"it was forked from session '{session}' at version 1"
    assert forked(tmp_path, "history", "begin").stdout == f"the history goes back to version 1; {whence}\n"
    assert forked(tmp_path, "fork", session).stdout.startswith("s-")


def test_the_past_needs_no_model(tmp_path: Path) -> None:
    """With an engine that can't be had an operator still looks at sessions and forks them; estimates are called so."""
    plainly = {"RIFFLER_REWRITING": "false"}
    answer = json.loads(forked(tmp_path, "ask", "--json", "When does it open?", settings=plainly).stdout)
    session, broken = answer["session"], {"RIFFLER_ENGINE": "openai"}
    assert "needs the name of a model" in forked(tmp_path, "ask", "Why?", settings=broken).stderr
    copied = forked(tmp_path, "fork", session, "--name", "x", settings=broken)
    assert (copied.stdout, copied.stderr) == ("x\n", "")
    differs = forked(tmp_path, "diff", session, "0", settings=broken)
    assert differs.stdout.startswith(f"version 0 to {answer['version']}\ntokens    0 seen before, ")
    seen = forked(tmp_path, "view", "x", settings=broken)
    assert json.loads(seen.stdout.splitlines()[0])["content"] == "When does it open?"
    for done in (differs, seen):
        assert done.stderr.startswith("riffler: tokens are estimated, ")
        assert ("needs the name of a model" in done.stderr, done.stderr.count("\n")) == (True, 1)
    original = forked(tmp_path, "view", "x", "--original", settings=broken)
    assert (original.stdout, original.stderr) == (seen.stdout, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "--context", "{}/missing", "why?"], "missing: No such file"),
        (["ask", "--context", "{}", "why?"], "Is a directory"),
        (["ask", "--context", "{}/binary", "why?"], "binary data"),
        (["ask", "--context", "{}/latin", "why?"], "expected UTF-8, got byte 0xe9"),
        (["ask", "--context", "{}/empty", "why?"], "got an empty one"),
        (["ask", " "], "question: expected a text"),
        (["ask", "--session", "nobody", "why?"], "no session 'nobody'"),
        (["ask", "--without", "none", "why?"], "`none` can't be forbidden"),
        (["ask", "--engine", "abacus", "why?"], "abacus"),
        (["ask", "--engine", "openai", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "why?"], "openai"),
        (["reward", "d123", "0.5"], "no decision 'd123'"),
        (["reward", "d0123456789abcdef0123", "1.5"], "from 0 to 1"),
        (["reward"], "expected DECISION with one of VALUE"),
        (["reward", "d123", "0.5", "--feedback", "good"], "expected DECISION with one of VALUE"),
        (["reward", "d123", "--batch", "-"], "expected DECISION with one of VALUE"),
        (["reward", "d123", "--feedback", "6"], "good, bad, or 1 to 5 stars"),
        (["reward", "d123", "--answer", "@{}/latin", "--reference", "x"], "expected UTF-8"),
        (["reward", "--batch", "{}/missing"], "missing: No such file"),
        (["view", "nobody", "--version", "1"], "no session 'nobody'"),
        (["history", "nobody"], "no session 'nobody'"),
        (["diff", "nobody", "1", "2"], "no session 'nobody'"),
        (["fork", "nobody", "--version", "1"], "no session 'nobody'"),
        (["fork", "nobody", "--name", "bad name/.."], "the first a letter or a digit, got 'bad name/..'"),
        (["ask", "--session", "bad name/..", "why?"], "no session 'bad name/..'"),
        (["call", "nobody", "fold_fragment", "{{}}"], "no session 'nobody'"),
    ],
)
def test_bad_input_gives_one_clear_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    """A failure is one line on standard error and exit code 1, and nothing on standard output claims success."""
    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "latin").write_bytes("café".encode("latin-1"))
    (tmp_path / "empty").write_bytes(b" \n")
    done = forked(tmp_path, *(argument.format(tmp_path) for argument in arguments))
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "--session", "nobody", "why?"], "no session 'nobody'"),
        (["ask", "--context", "missing", "why?"], "missing: No such file"),
        (["reward", "d0123456789abcdef0123", "1.5"], "from 0 to 1"),
        (["call", "nobody", "fold_fragment"], "no session 'nobody'"),
    ],
)
def test_bad_input_gives_one_clear_line_as_a_user_calls_it(tmp_path: Path, arguments: list[str], words: str) -> None:
    """What imports come late, and what they say, changes nothing of that line."""
    done = fresh(tmp_path, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert words in done.stderr


def test_the_data_folder_must_be_one(tmp_path: Path) -> None:
    """A data folder that can't be made is one clear line."""
    (tmp_path / "data").write_text("a file")
    done = forked(tmp_path, "ask", "why?")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "data folder" in done.stderr


def test_the_demo_answers_right_and_serves_its_learning_run(tmp_path: Path) -> None:
    """Every scene is answered right, on another seed than the README's too; in a terminal the run's page is served.

    The page's address is the last thing told; the regret behind it is the one printed; Ctrl-C ends it without failure.
    Its port is a free one, as the port of the settings is taken.
    """
    terminal, inside = pty.openpty()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = subprocess.Popen(
            [Path(sys.executable).with_name("riffler"), "demo", "--seed", "7", "--questions", "20"],
            stdin=inside,
            stdout=inside,
            stderr=subprocess.DEVNULL,
            env=environment(tmp_path, {"RIFFLER_PORT": port, "TERM": "dumb", "COLUMNS": "110"}),
        )
        os.close(inside)
        try:
            told = _until(terminal, "Ctrl-C")
            assert "right     5 of 5" in told
            host, digest = re.findall(
                r"the learning run: (http://127.0.0.1:\d+)/dashboard/#/regret/([0-9a-f]{8})", told
            )[0]
            assert f"port {port} is taken" in told
            assert not host.endswith(f":{port}")
            with httpx.Client(base_url=host) as client:
                deadline = time.monotonic() + 60
                while not _is_there(client, process):
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                assert "<title>Riffler</title>" in client.get("/dashboard/").text
                found = client.get(f"/api/v1/policies/{digest}/regret").json()["true"]
            printed = float(re.findall(r"the policy .* (-?\d+\.\d\d) ", told)[0])
            assert (found["rounds"], found["against_best_of_each"]) == (20, pytest.approx(printed, abs=0.005))
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()
            os.close(terminal)


def _until(terminal: int, end: str) -> str:
    """Read what a terminal shows, until a text comes."""
    shown = ""
    while end not in shown:
        shown += os.read(terminal, 4096).decode(errors="replace")  # it fails where the process ends before
    return shown


def _is_there(client: httpx.Client, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_the_demo_gives_the_readme_s_figures(tmp_path: Path) -> None:
    """On the README's seed the table is the README's, and what it says of the table is so."""
    done = fresh(tmp_path, "demo", "--seed", "1")
    assert done.returncode == 0, done.stdout
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    told = re.findall(r"From `riffler demo --seed 1`:\n\n```\n(.*?)```\n", readme, re.DOTALL)[0]
    shown = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    assert told in shown
    command, arguments = re.findall(r"^it is served by:  (\S*riffler) serve (.*)$", shown, re.MULTILINE)[0]
    assert arguments.startswith(f"--data-folder {tmp_path}/data/demo")
    assert shutil.which(command), "it can be run from here"
    assert (tmp_path / "data" / "demo" / "appendonlydir").is_dir()
    lost, chance = (re.findall(rf"^{name} .* (\d+\.\d\d) ", told, re.M)[0] for name in ("the policy", "at random"))
    reread = re.findall(r"^91 to 120 +\d+ +(\d+) ", shown, re.MULTILINE)[0]
    prose = " ".join(readme.split())
    assert f"it loses {lost} where chance loses {chance}" in prose
    assert f"of the last 30 it still asks {reread} with `reread`" in prose
