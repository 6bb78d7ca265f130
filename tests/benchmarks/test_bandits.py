"""The side-by-side of policies: that its settings are what they say, and that its comparisons are right."""

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from benchmarks.bandits import charts
from benchmarks.bandits.games import Game, Kept, Worker, games, jobs, start
from benchmarks.bandits.ours import players
from benchmarks.bandits.play import Played, play
from benchmarks.bandits.settings import DIMENSION, ROUNDS, SETTINGS, Table
from benchmarks.bandits.summary import Policy, best_peer, by_setting, excess, geometric_means, t_quantile


def policy(name: str, *regrets: float, group: str = "ours") -> Policy:
    """Make a policy's games."""
    return Policy(name, group, dict(enumerate(regrets)), 1.0, 1.0, [1.0, 2.0])


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_and_a_seed_are_one_table(setting: str) -> None:
    """The same seed gives the same contexts and rewards bit for bit, another seed others."""
    make = SETTINGS[setting]
    assert make(3).digest == make(3).digest
    assert make(3).digest != make(4).digest


@pytest.mark.parametrize("setting", SETTINGS)
def test_rewards_are_around_what_is_expected(setting: str) -> None:
    """Rewards are in [0, 1], and their mean error is within 4 standard errors of none. The seed is fixed."""
    table = SETTINGS[setting](0)
    errors = table.rewards - table.expected
    assert table.contexts.shape == (ROUNDS, DIMENSION)
    assert table.rewards.shape == (ROUNDS, 20 if setting == "many" else 6)
    assert ((table.rewards >= 0) & (table.rewards <= 1)).all()
    assert abs(errors.mean()) < 4 * errors.std() / math.sqrt(errors.size)


@pytest.mark.parametrize(
    ("setting", "noise"), [("linear_1", 0.1), ("linear_2", 0.2), ("linear_3", 0.3), ("paper", 0.4)]
)
def test_noise_is_what_the_setting_says(setting: str, noise: float) -> None:
    """The deviation of rewards around what is expected is the one named, to 2%. The seed is fixed."""
    table = SETTINGS[setting](0)
    assert (table.rewards - table.expected).std() == pytest.approx(noise, rel=0.02)


class Witness:
    """Always chooses arm 1, and remembers when it was told of what."""

    def __init__(self) -> None:
        self.rounds = 0
        self.told: list[tuple[int, float]] = []

    def choose(self, x: np.ndarray) -> int:
        """Count a round."""
        self.rounds += 1
        return 1

    def learn(self, x: np.ndarray, arm: int, reward: float) -> None:
        """Remember the round and the reward."""
        assert arm == 1
        self.told.append((self.rounds - 1, reward))


@pytest.mark.parametrize("setting", ["linear_2", "delay"])
def test_rewards_come_as_late_as_the_table_says(setting: str) -> None:
    """A reward comes in the round of its choice, or so many rounds later; regret is against each round's best arm."""
    table, witness = SETTINGS[setting](0), Witness()
    played = play(table, witness)
    expected = [(now, table.rewards[now - table.delay, 1]) for now in range(table.delay, ROUNDS)]
    assert witness.told == expected
    assert played.regret == pytest.approx((table.expected.max(axis=1) - table.expected[:, 1]).sum())
    assert played.curve[-1] == pytest.approx(played.regret, abs=1e-3)
    assert played.curve == sorted(played.curve)


def test_a_policy_of_ours_plays_as_the_port_says() -> None:
    """A fixed arm has the regret of that arm, and a policy that draws the same twice plays the same game twice."""
    table = SETTINGS["linear_2"](0)
    short = Table(table.contexts[:60], table.expected[:60], table.rewards[:60], delay=7)
    made = players(short.arms)
    fixed = play(short, made["fixed:arm-2"](6, DIMENSION, 0))
    assert fixed.regret == pytest.approx((short.expected.max(axis=1) - short.expected[:, 2]).sum())
    again = [play(short, made["linear-thompson"](6, DIMENSION, 0)).regret for _ in range(2)]
    assert again[0] == again[1]


@pytest.fixture(scope="module")
def worker() -> Worker:
    """Start the process that plays with our policies."""
    return start(["ours"], Path("none"))[0]


def test_games_are_played_once_and_have_the_rows_promised(worker: Worker, tmp_path: Path) -> None:
    """A worker plays a game; a second run takes it from the file, though a killed run left half a line there."""
    file = tmp_path / "kept" / "games.jsonl"
    todo = [job for job in jobs([worker], ["paper"], 1) if job[1]["policy"] in {"uniform", "fixed:none"}]
    first = list(games(todo, Kept(file)))
    file.write_text(file.read_text("utf-8") + '{"key": ["half', encoding="utf-8")
    worker.close()  # whatever is played now fails
    assert list(games(todo, Kept(file))) == first
    assert set(first[0].row) == {"setting", "policy", "seed", "regret", "us_per_step"}
    assert {game.row["policy"] for game in first} == {"uniform", "fixed:none"}


def test_a_worker_that_drew_other_rewards_is_refused() -> None:
    """Nothing would be paired: the job's table has another digest than the worker's own."""
    other = start(["ours"], Path("none"))[0]
    with pytest.raises(RuntimeError, match="draws other rewards"):
        other.play({"setting": "paper", "policy": "uniform", "seed": 0, "table": "none"})
    other.close()


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (19, 2.093), (1000, 1.962)])
def test_quantiles_of_t(freedom: int, quantile: float) -> None:
    """They are those of the tables, to 1%."""
    assert t_quantile(freedom) == pytest.approx(quantile, rel=0.01)


def test_excess_of_a_policy_always_a_tenth_worse_is_certain() -> None:
    """The interval is paired: seeds that are hard for both make it no wider."""
    over = excess(policy("default", 11, 110, 55), policy("peer", 10, 100, 50, group="mabwiser"))
    assert (over.share, over.low, over.high) == pytest.approx((0.1, 0.1, 0.1))


def test_excess_by_hand() -> None:
    """Regrets 1 and 3 against 1 and 1: twice as much, e = -1, 1, so 1 +- 12.706 * sqrt(2) / sqrt(2)."""
    over = excess(policy("default", 1, 3), policy("peer", 1, 1))
    assert (over.share, over.low, over.high) == pytest.approx((1.0, 1 - 12.706, 1 + 12.706), rel=1e-6)


def test_one_seed_has_no_interval() -> None:
    """Nothing is known of the spread."""
    over = excess(policy("default", 2), policy("peer", 1))
    assert (over.share, over.low, over.high) == (1.0, -math.inf, math.inf)


def test_geometric_means_count_learning_policies_and_each_peer_at_its_best() -> None:
    """Which of a peer's policies is best differs from setting to setting; chance and fixed arms have no mean."""
    settings = {
        "a": [policy("p:1", 1, group="p"), policy("default", 2), policy("p:2", 4, group="p"), policy("fixed:none", 9)],
        "b": [policy("p:2", 1, group="p"), policy("default", 8), policy("p:1", 9, group="p"), policy("uniform", 9)],
    }
    assert best_peer(settings["b"]) is settings["b"][0]
    assert geometric_means(settings) == pytest.approx({"p, its best in each": 1, "p:2": 2, "p:1": 3, "default": 4})


def test_pictures_are_xml_and_name_each_policy() -> None:
    """A parser of XML reads them, though names have characters of XML."""
    played = Played(2.0, 1.0, 1.0, [1.0, 2.0])
    settings = by_setting([Game("p", "a", "p:<1>", 0, played), Game("ours", "a", "default", 0, played)])
    for picture in (charts.curves("a", settings["a"]), charts.bars(settings)):
        texts = [each.text for each in ElementTree.fromstring(picture).iter() if each.text]  # noqa: S314 - our own
        assert {"p:<1>", "default"} <= set(texts)
