"""Clients in processes of their own reward and correct the same decisions, through two workers."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from tests.e2e.reward_client import send
from tests.e2e.served import serving

from riffler.bandits.policies.adaptive import AdaptiveThompson
from riffler.bandits.policies.base import Rewarded, learned
from riffler.service.agent.learning import Learner
from riffler.service.app import Riffler
from riffler.service.settings import read_settings

PROCESSES = 3
DECISIONS = 8


async def test_concurrent_rewards_give_the_posterior_of_the_log(tmp_path: Path) -> None:
    """However they race, each decision counts once, its reward is one that was acknowledged, and the state is the fold.

    The fold is over the log's final rewards, in the order in which decisions were first rewarded, bit for bit.
    """
    async with serving(tmp_path, "--workers", "2", alone=True) as served:
        queries = [f"What does harbour {number} look like?" for number in range(DECISIONS)]
        chosen = [(await served.client.post("/api/v1/rewrites", json={"query": each})).json() for each in queries]
        decisions = [each["rewriting"]["decision"] for each in chosen]
        calls = [(str(served.client.base_url), decisions, seed) for seed in range(PROCESSES)]
        with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
            told = [each for sent in pool.map(send, *zip(*calls, strict=True)) for each in sent]
        assert await served.stop() == 0
    assert "Traceback" not in served.errors.read_text("utf-8")
    assert {outcome for _, outcome, _ in told} == {"counted", "corrected", "refused"}
    assert sorted(decision for decision, outcome, _ in told if outcome == "counted") == sorted(decisions)
    async with Riffler(read_settings(data_folder=tmp_path / "data")) as riffler:
        assert riffler.rewriter is not None
        name = riffler.rewriter.policy_name(riffler.tenant)
        log = sorted(await riffler.decisions.log(name), key=lambda logged: logged.order)
        for logged in log:
            taken = {reward for id_, outcome, reward in told if id_ == logged.decision.id and outcome != "refused"}
            assert logged.reward in taken
        rows = [
            Rewarded(it.arm, np.array(it.x), each.reward or 0.0, it.propensities[it.arm])
            for each in log
            for it in [each.decision]
        ]
        policy = AdaptiveThompson()
        state, expected = await Learner(policy, riffler.decisions).state(name), learned(policy, name.dimension, rows)
    assert [logged.order for logged in log] == list(range(1, DECISIONS + 1))
    assert dict(state.arms) == dict(expected.arms)
    assert np.array_equal(state.covariance, expected.covariance)
    assert np.array_equal(state.fit.coefficients, expected.fit.coefficients)
