"""`riffler tenants delete`: a name that nothing has is no deletion."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from riffler.errors import InvalidInput
from riffler.service.app import Riffler
from riffler.service.cli.main import app
from riffler.service.settings import read_settings
from riffler.tools.messages import read_messages


@pytest.fixture
async def folder(data_folder: Path) -> Path:
    """A folder of data where a tenant has a session."""
    async with Riffler(read_settings(data_folder=data_folder, rewriting=False), "mole") as riffler:
        await riffler.edits.create("mole", "pier", read_messages([{"role": "user", "content": "Ahoy"}]))
    return data_folder


def test_a_tenant_that_has_nothing_is_told_so(folder: Path) -> None:
    """A misspelt name is an error that says so, and so is a second deletion; the one that is there is deleted."""
    for tenant, there in [("mol", False), ("\x1b[2J", False), ("mole", True), ("mole", False)]:
        done = CliRunner().invoke(app, ["tenants", "delete", tenant, "--yes", "--data-folder", str(folder)])
        assert (done.exit_code == 0) == there, done.output
        assert there or isinstance(done.exception, InvalidInput)
        assert there or ("has nothing here" in str(done.exception) and str(done.exception).isprintable())
