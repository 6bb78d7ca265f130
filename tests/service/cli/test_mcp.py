"""`riffler mcp`: what it refuses. What it serves is tested with the server."""

import pytest
from typer.testing import CliRunner

from riffler.errors import InvalidInput
from riffler.service.cli.main import app


@pytest.mark.parametrize(("option", "value"), [("--host", "127.0.0.2"), ("--port", "8123")])
def test_an_address_is_for_http(option: str, value: str) -> None:
    """Who names an address without `--http` is told, and isn't served over stdio in silence."""
    done = CliRunner().invoke(app, ["mcp", option, value], input="")
    assert isinstance(done.exception, InvalidInput)
    assert str(done.exception).startswith(f"{option}: expected --http")
