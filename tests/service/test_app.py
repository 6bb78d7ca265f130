"""Riffler as a library: what can be looked at without an engine, and with what it is counted."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidSetting
from riffler.service.app import Riffler
from riffler.service.settings import read_settings
from riffler.tools.messages import Message
from riffler.tools.view import view

TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(100))
SERVER = {"engine": "openai", "model": "m", "base_url": "http://127.0.0.1:9/v1"}


@pytest.fixture
async def tenant(server_folder: Path) -> str:
    """A tenant with a session `s` of version 3: two messages, cut, and folded."""
    tenant = f"tenant-{secrets.token_hex(8)}"
    async with Riffler(read_settings(data_folder=server_folder), tenant) as riffler:
        await riffler.edits.create(tenant, "s", [Message.user(TEXT), Message.user("And?")])
        await riffler.call("s", "fragment_context", '{"start_marker": "Entry 10 ", "end_marker": "Entry 90 "}')
        await riffler.call("s", "fold_fragment", '{"fragment_id": "f00001"}')
    return tenant


@pytest.mark.parametrize(
    "settings",
    [
        {"engine": "transformers", "model": "/nonexistent", "local_only": True},
        {"engine": "abacus"},
        {"engine": "openai"},
        {**SERVER, "tokenizer": "/nonexistent", "tools": "none"},
        {**SERVER, "tokenizer": "/nonexistent"},
    ],
)
async def test_the_past_can_be_seen_without_the_engine(
    server_folder: Path, tenant: str, settings: dict[str, Any]
) -> None:
    """Where the engine can't be had, the past is read and forked all the same, and estimates say that they are some."""
    async with Riffler(read_settings(data_folder=server_folder), tenant) as able:
        counted = await able.diff("s", 1)
        assert able.measure().note == ""
    async with Riffler(read_settings(data_folder=server_folder, **settings), tenant) as riffler:
        assert await riffler.fork("s", 2, "fork") == "fork"
        assert (await riffler.history("s")).oldest == 0
        assert "engine" not in riffler.__dict__, "neither of these needs one"
        measure = riffler.measure()
        assert measure.note.startswith("tokens are estimated")
        assert measure.sight is None
        found = await riffler.diff("s", 1)
        assert (found.fragments, found.messages) == (counted.fragments, counted.messages)
        assert abs(found.tokens_before - counted.tokens_before) < 0.3 * counted.tokens_before
        assert found == await riffler.diff("s", 1, measure=measure)
        assert "folded" in str(view(await riffler.memory("s"), measure.sight).messages[0].json)
        if "base_url" not in settings:
            with pytest.raises(InvalidSetting):
                await riffler.ask("And?")


async def test_a_server_that_is_away_changes_no_count(server_folder: Path, tenant: str) -> None:
    """An engine that can be built counts as it always does: whether it answers is no matter for who looks back."""
    async with Riffler(read_settings(data_folder=server_folder, **SERVER), tenant) as riffler:
        measure = riffler.measure()
        assert (measure.counter, measure.note) == (riffler.engine.counter, "")
        assert measure.sight is not None
