"""What workers counted stays when they die, and neither their files nor their gauges do."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.service.http.test_lists_and_metrics import samples

from riffler.service.agent.health.request_figures import OF_REQUESTS, requests_of
from riffler.service.http.metrics import Metrics
from riffler.service.http.worker_files import together

WORKER = """
import sys
from riffler.service.http.metrics import Metrics
from riffler.bandits.given import Given

metrics = Metrics([])
metrics.rewarded("counted", "number", Given(0.5))
metrics.checked(float(sys.argv[1]), True)
metrics.answered("GET", "/api/v1/turns", 503, 0.3, "memory-unavailable")
metrics.unrecorded(2, 1)
with metrics.turn():
    print("counted", flush=True)
    sys.stdin.read()
"""


@contextmanager
def worker(folder: Path, ping_s: float) -> Iterator[subprocess.Popen[str]]:
    """Run a process that counts a reward, notes a ping and is in the middle of a turn; kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(ping_s)],
        env={"PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": ":".join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_dead_are_folded_into_one(tmp_path: Path) -> None:
    """Counters and histograms keep what killed workers counted, each once, however many scrape at once and again."""
    with worker(tmp_path, 0.25) as alive:
        for deaths in (3, 1):
            with ExitStack() as stack:
                for _ in range(deaths):
                    stack.enter_context(worker(tmp_path, 0.5))
            with ThreadPoolExecutor(4) as pool:
                scraped = [samples(text.decode()) for text in pool.map(together, [tmp_path] * 8)]
            assert all(each == scraped[0] for each in scraped)
            assert {file.stem.rpartition("_")[2] for file in tmp_path.glob("*.db")} == {str(alive.pid), "dead"}
            assert scraped[0]["riffler_turns_running"] == 1
            assert scraped[0]["riffler_turns_unrecorded"] == 2, "nothing of the dead waits any more"
            assert scraped[0]["riffler_redis_ping_seconds"] == 0.5, "the newest, though who noted it is dead"
    last = samples(together(tmp_path).decode())
    assert last['riffler_rewards_total{outcome="counted",source="number"}'] == 5
    assert (last["riffler_reward_count"], last["riffler_reward_sum"]) == (5, 2.5)
    assert last['riffler_reward_bucket{le="0.5"}'] == 5
    assert last.get("riffler_turns_running", 0) == 0
    assert {file.stem.rpartition("_")[2] for file in tmp_path.glob("*.db")} == {"dead"}


def test_health_tells_of_the_requests_of_all_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that lives and two that are dead: each request and its error once, its time within its bounds."""
    metrics = Metrics([])
    with worker(tmp_path, 0.25):
        for _ in range(2):
            with worker(tmp_path, 0.5):
                pass
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        for _ in range(2):
            found = requests_of(metrics.samples(OF_REQUESTS))
            (route,) = found.routes
            assert (route.route, route.statuses, route.problems) == (
                "/api/v1/turns",
                {"503": 3},
                {"memory-unavailable": 3},
            )
            assert (route.mean_s, route.p50_s, route.slowest_s) == (0.3, 0.5, 0.5)
            assert (found.requests, found.failed, found.problems[0].count) == (3, 3, 3)
