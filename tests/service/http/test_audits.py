"""Audits in a service: counted for who scrapes it, and ended with it."""

import asyncio
from pathlib import Path
from secrets import token_hex

import pytest
from tests.service.http.served import served

from riffler.service.agent.audits import audited
from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings


def plays(request: EngineRequest) -> Reply:
    """Answer, choose and judge."""
    text = request.messages[-1].text
    return {"An answer": "clarity", "Judge one": "3"}.get(text[:9], "In the harbour.")


@pytest.mark.parametrize("asked", [1, 3])
async def test_a_service_that_stops_ends_its_audits(server_folder: Path, asked: int) -> None:
    """What was asked before the stop is audited, and no task is left; the answers came first."""
    settings = read_settings(data_folder=server_folder, audit_share=1.0, rewrites_by="rule")
    engine = ScriptedEngine(plays)
    async with Riffler(settings, f"tenant-{token_hex(8)}", engine=engine, seed=1) as riffler:
        async with served(riffler) as client:
            for _ in range(asked):
                answer = (await client.post("/api/v1/ask", json={"question": "Where is the boat?"})).json()
                assert answer["text"] == "In the harbour."
            assert "riffler_audits_total" in (await client.get("/metrics")).text
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "riffler-audits"]
        assert riffler.rewriter is not None
        audits = await audited(riffler.decisions, riffler.rewriter.policy_name(riffler.tenant))
        assert len(audits) == asked
        assert all(set(audit.rewards.values()) == {0.75} for audit in audits)
