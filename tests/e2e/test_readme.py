"""What the README says is run: its code, its arithmetic, its tree."""

import asyncio
import json
import math
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest
from tests.e2e import simulated

import riffler
from riffler.bandits.cost import Cost, Prices
from riffler.bandits.guard import check
from riffler.bandits.policies.base import Rewarded, learned
from riffler.bandits.policies.thompson import LinearThompson
from riffler.bandits.reward import reward
from riffler.service.agent.rewarding import Against, Feedback, Number
from riffler.service.http.reward_schemas import read_rows
from riffler.service.inference.local_api import LocalApi

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_ways_in_come_first() -> None:
    """Before all else each way into an app stands in one row: names that exist, and where more of it is told."""
    head, _, rest = README.partition("\n## Into your app\n")
    assert head.count("\n") < 15
    assert "\n## " not in head
    rows = [line.split(" | ") for line in rest.partition("\n\n")[0].split("\n")[2:]]
    assert len(rows) == 5
    shown = " ".join(code for _, code, _ in rows)
    named = re.findall(r"riffler\.(\w+)", shown)
    assert named == ["wrap", "RifflerMiddleware", "Client"]
    assert set(named) <= set(riffler.__all__)
    assert "`riffler mcp`" in shown
    titles = re.findall(r"^## (.*)$", README, re.MULTILINE)
    headings = {re.sub(r"[^\w ]", "", title.lower()).replace(" ", "-") for title in titles}
    links = re.findall(r"\]\(#([\w-]+)\)", README)
    assert set(links) <= headings
    assert {"openai-clients", "langchain-and-langgraph", "mcp-hosts", "from-python"} <= set(links)


def test_what_is_installed_is_to_be_had() -> None:
    """Riffler is on no index: it comes from a clone, with extras that it has; bare commands follow the activation."""
    places = re.findall(r"pip install (?:-c constraints\.txt )?(?:-e )?'?([^\s`']+)", README)
    assert {place.partition("[")[0] for place in places} == {".", "PATH/TO/riffler"}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert {extra for place in places for extra in re.findall(r"\[(\w+)\]", place)} <= set(extras)
    activation = README.index("source .venv/bin/activate")
    assert activation < min(found.start() for found in re.finditer(r"^(?:\w+=\S+ )*riffler ", README, re.MULTILINE))
    (host,) = (json.loads(line) for line in re.findall(r'^\{"mcpServers".*$', README, re.MULTILINE))
    assert "/" in host["mcpServers"]["riffler"]["command"]


def test_the_code_runs(tmp_path: Path) -> None:
    """The example is twelve lines of code or fewer, runs as it stands, and prints an answer from the README itself."""
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    assert sum(bool(line.strip()) for line in code.split("\n")) <= 12
    (tmp_path / "README.md").write_text(README, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "3.11" in done.stdout


def test_the_carving_is_as_told(tmp_path: Path) -> None:
    """The worked calls give the replies that stand below them, and the sums are those of the replies."""
    section = re.findall(r"## Carving, worked through\n(.*?)\n## ", README, re.DOTALL)[0]
    code, told = re.findall(r"```(?:python)?\n(.*?)```", section, re.DOTALL)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (told, "")
    freed, anew = (int(re.findall(pattern, told)[0]) for pattern in (r"(\d+) tokens freed", r"(\d+) tokens leave"))
    now, each = 1.25 * anew - 0.1 * (freed + anew), 0.1 * freed
    assert f"costs {round(now)} tokens more, paid back after {math.ceil(now / each)} further calls" in told
    assert f"{anew} tokens are written at 1.25 where {freed + anew:,} would have been read at 0.1" in section
    assert f"{1.25 * anew:.2f} - {0.1 * (freed + anew):.1f} = {now:.2f} more" in section
    assert f"reads {freed:,} tokens fewer, which is {int(each)} less" in section


def test_the_explanation_is_as_told(tmp_path: Path) -> None:
    """The command of the section on asking prints what stands below it."""
    section = re.findall(r"## Asking, worked through\n(.*?)\n## ", README, re.DOTALL)[0]
    (said,) = re.findall(r"`tower.txt` that says `(.*?)`", section)
    (query,) = re.findall(r'^riffler explain --context tower.txt "(.*)"$', section, re.MULTILINE)
    (told,) = re.findall(r"```\n\n```\n(.*?)\n```", section, re.DOTALL)
    (tmp_path / "tower.txt").write_text(f"{said}\n", "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    command = [str(Path(sys.executable).with_name("riffler")), "explain", "--context", "tower.txt", query]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "\n".join(line.rstrip() for line in done.stdout.splitlines()) == told


_SAMPLED = re.compile(r"[-+]?\d+\.\d+%?|\d+(?= of \d+ effects)")


def _alike(shown: str, told: str) -> None:
    """Compare figures that are sampled: the last digit of a product, which processors differ in, changes the draws.

    Words and counts are the same, figures as far apart as other draws may be; of bars the place isn't compared.
    """
    words, figures = [], []
    for text in (shown, told):
        plain = re.sub(r"[─●│┼]+", "", text)
        figures.append([float(each.strip("%")) / (100 if "%" in each else 1) for each in _SAMPLED.findall(plain)])
        words.append(_SAMPLED.sub("#", plain).split())
    assert words[0] == words[1]
    for here, there in zip(*figures, strict=True):
        assert abs(here - there) <= (0.05 if abs(there) < 1 else 3), f"{here} for {there}"


def test_the_policy_is_watched_as_told(tmp_path: Path) -> None:
    """The commands on a simulated log print what stands below them, but for the policy's digest and luck of draws."""
    section = re.findall(r"## Watch the policy\n(.*?)\n## ", README, re.DOTALL)[0]
    calls, told = re.findall(r"```(?:sh)?\n(.*?)\n```", section, re.DOTALL)
    (tmp_path / "simulated.jsonl").write_text("".join(f"{line}\n" for line in simulated.lines()), "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    environment |= {"RIFFLER_DATA_FOLDER": str(tmp_path / "data")}
    printed = list[str]()
    for call in re.findall(r"^riffler (.*)$", calls, re.MULTILINE):
        command = [str(Path(sys.executable).with_name("riffler")), *call.split()]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append("\n".join(line.rstrip() for line in done.stdout.splitlines()))
    digest = re.findall(r"policy ([0-9a-f]{8}) learned", printed[0])[0]
    taken, arms, values = (each.replace(digest, "6b3c1f0a") for each in printed)
    assert told.startswith(f"{taken}\n")
    assert told.endswith(f"\n{values}")
    _alike(arms, told.removeprefix(taken).removesuffix(values))


def test_the_arithmetic_is_right() -> None:
    """The worked decision has the means, deviations and propensity that the policy computes."""
    x = np.array([1.0, 0.0])
    policy = LinearThompson()
    state = learned(policy, 2, [Rewarded("none", x, reward) for reward in (1.0, 1.0, 0.0)])
    choice = policy.choose(state, x, ("none", "reread"), np.random.default_rng(1))
    assert choice.scores["none"] == pytest.approx((0.625, 0.175))
    assert choice.scores["reread"] == pytest.approx((0.5, 0.35))
    assert f"{choice.propensities['none']:.3f}" == "0.625"
    assert "propensity 0.625" in README
    question = "Which Python is needed?"
    assert check(question, f"{question}\nRead the question again: {question}").kept
    assert "number" in check(question, "Which Python 2 is needed?").reason


def test_rewards_are_as_told() -> None:
    """The section's sums are those of the code, its rows are taken, and the command has the options named."""
    section = re.findall(r"## Rewards, worked through\n(.*?)\n## ", README, re.DOTALL)[0]
    (lines,) = re.findall(r"```json\n(.*?)\n```", section, re.DOTALL)
    rows = read_rows([json.loads(line) for line in lines.split("\n")])
    assert [type(row.form) for row in rows] == [Feedback, Number, Against]
    compared = rows[2].form
    assert isinstance(compared, Against)
    found = reward(compared.answer, compared.references)
    assert f"fuzzy is {found.fuzzy:.3f}" in section
    assert f"BLEU-1 is {found.bleu:.1f}" in section
    assert f"0.6 + {0.3 * found.fuzzy:.3f} + {0.1 * found.bleu:.2f} = {found.total:.3f}" in section
    token_price, second_price = (float(price) for price in re.findall(r"_PRICE=([\d.]+)", section))
    net = Prices(token_price, second_price).net(found.total, Cost(1200, 2000.0))
    assert f"and {net:.3f} is learned" in section
    told = subprocess.run(
        [str(Path(sys.executable).with_name("riffler")), "reward", "--help"], capture_output=True, text=True, check=True
    )
    for option in set(re.findall(r"^riffler reward.*?(--\w+)", section, re.MULTILINE)):
        assert option in told.stdout


def test_the_tree_is_there() -> None:
    """Every file and folder that the README names exists."""
    tree = re.findall(r"## The tree\n```\n(.*?)```", README, re.DOTALL)[0]
    missing = []
    folder = Path()
    for line in tree.strip().split("\n"):
        names, indented = re.split(r"\s{2,}", line.strip())[0], line.startswith(" ")
        for name in re.split(r",\s*", names):
            path = (folder if indented else Path()) / name
            if name != "..." and not (path.exists() or (ROOT / path).exists() or (ROOT / f"{path}.py").exists()):
                missing.append(str(path))
        folder = folder if indented else ROOT / names
    assert missing == []


def test_the_commands_are_those_of_the_makefile() -> None:
    """The two commands that the README tells are targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"\n{target}:" in makefile


def test_the_service_answers_as_told(tmp_path: Path) -> None:
    """The README's requests, sent to the service that its command starts, give the answer and count the reward."""
    section = re.findall(r"## As a service\n(.*?)\n## ", README, re.DOTALL)[0]
    asked, rewarded = (json.loads(body) for body in re.findall(r"-d '(.*?)'", section))
    paths = re.findall(r"curl -s http://127.0.0.1:8000(\S+)", section)
    with _serving(tmp_path, {}) as client:
        answer = client.post(paths[0], json=asked).json()
        assert "six" in answer["text"]
        done = client.post(paths[1].replace("DECISION", answer["rewriting"]["decision"]), json=rewarded)
        assert done.json()["counted"] is True


async def test_openai_clients_are_served_as_told(tmp_path: Path) -> None:
    """The section's command, with another address behind it, serves OpenAI's client by the model and window named."""
    section = re.findall(r"## OpenAI clients\n(.*?)\n## ", README, re.DOTALL)[0]
    (line,) = re.findall(r"```sh\n(.*?)\n```", section)
    *variables, program, command = shlex.split(line)
    assert (program, command) == ("riffler", "serve")
    told = dict(variable.split("=", 1) for variable in variables)
    message = {"role": "user", "content": "When does the harbour open?"}

    def ask(address: str) -> tuple[str | None, int]:
        with (
            _serving(tmp_path, told | {"RIFFLER_BASE_URL": address}) as http,
            openai.OpenAI(base_url=str(http.base_url.join("/v1")), api_key="none") as client,
        ):
            answer = client.chat.completions.create(model="riffler", messages=[message])  # type: ignore[list-item]
            return answer.choices[0].message.content, http.get("/api/v1/engines").json()[0]["window_tokens"]

    async with LocalApi(lambda _: "It opens at six.", model=told["RIFFLER_MODEL"]) as upstream:
        got = await asyncio.to_thread(ask, upstream.base_url)
    assert got == ("It opens at six.", int(told["RIFFLER_WINDOW_TOKENS"]))
    assert {received.body["model"] for received in upstream.received} == {told["RIFFLER_MODEL"]}


@contextmanager
def _serving(folder: Path, told: Mapping[str, str]) -> Iterator[httpx.Client]:
    """Run `riffler serve` with variables as they are told, on a free port, until the test is done with it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIFFLER_", "REDIS_"))}
    command = [str(Path(sys.executable).with_name("riffler")), "serve", "--port", str(port), "--data-folder", "data"]
    server = subprocess.Popen(command, cwd=folder, env=environment | told, stderr=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=10)) as client:
            deadline = time.monotonic() + 120
            while not _is_ready(client):
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield client
    finally:
        server.terminate()
        server.communicate(timeout=60)
    assert server.returncode == 0


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
