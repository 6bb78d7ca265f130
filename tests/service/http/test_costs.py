"""Costs over HTTP: what is refused, and whose turns are told."""

import secrets
from pathlib import Path

import httpx
import pytest

from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.settings import read_settings


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since_ms=5&until_ms=3", "query.until_ms"),
        ("since_ms=-1", "query.since_ms"),
        ("until_ms=soon", "query.until_ms"),
        ("session=", "query.session"),
        ("engine=", "query.engine"),
        ("model=", "query.model"),
        ("limit=0", "query.limit"),
        ("limit=20001", "query.limit"),
    ],
)
async def test_what_cannot_be_asked_is_named(client: httpx.AsyncClient, query: str, field: str) -> None:
    """The problem names the parameter."""
    answer = await client.get(f"/api/v1/costs?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{field}: ")


async def test_nobody_is_told_of_others_turns(client: httpx.AsyncClient, server_folder: Path) -> None:
    """A tenant's report is of its own turns alone; without any it is of nothing, which is no error."""
    settings = read_settings(data_folder=server_folder, rewriting=False)  # an arm would take its one reply
    other = Riffler(settings, f"tenant-{secrets.token_hex(8)}", ScriptedEngine(["At six."]))
    async with other:
        await other.ask("When does it open?")
        theirs = await other.costs.report(other.tenant)
    ours = (await client.get("/api/v1/costs")).json()
    assert (theirs.looked_at, ours["looked_at"], ours["whole"], ours["from_ms"]) == (1, 0, True, None)
    assert ours["total"]["turns"] == ours["edits"]["total"]["edits"] == len(ours["stretches"]) == 0
