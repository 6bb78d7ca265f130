"""`riffler export` and `riffler import`: who can read what they write, and what they leave behind."""

import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riffler.errors import InvalidInput, SessionExists, UnknownSession
from riffler.service.app import Riffler
from riffler.service.cli.main import app
from riffler.service.settings import read_settings
from riffler.tools.messages import read_messages


def said(*arguments: object, folder: Path, given: str = "") -> str:
    """Run the command."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--data-folder", str(folder)], input=given)
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.fixture
async def pier(data_folder: Path) -> Path:
    """A folder of data with one session of this name."""
    async with Riffler(read_settings(data_folder=data_folder, rewriting=False)) as riffler:
        await riffler.edits.create(riffler.tenant, "pier", read_messages([{"role": "user", "content": "Ahoy"}]))
    return data_folder


def test_an_export_is_its_owners_alone(pier: Path, tmp_path: Path) -> None:
    """Nobody else can read the file, whatever the umask, and one that is there already stays as it is."""
    file = tmp_path / "pier.jsonl"
    before = os.umask(0)
    try:
        said("export", "pier", "--to", file, folder=pier)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    assert text == said("export", "pier", folder=pier)
    with pytest.raises(InvalidInput, match="exists"):
        said("export", "pier", "--to", file, folder=pier)
    assert file.read_text("utf-8") == text


def test_an_export_that_fails_leaves_no_file(pier: Path, tmp_path: Path) -> None:
    """After a failure nothing stands in the way of a second try with the same file."""
    file = tmp_path / "pier.jsonl"
    with pytest.raises(UnknownSession):
        said("export", "quay", "--to", file, folder=pier)
    assert not file.exists()
    said("export", "pier", "--to", file, folder=pier)
    assert file.stat().st_size


@pytest.mark.parametrize("tenant", ["no such/tenant", "", "\x1b[2J"], ids=ascii)
def test_an_import_is_for_a_tenant_that_a_key_can_have(pier: Path, tmp_path: Path, tenant: str) -> None:
    """Another tenant's sessions nobody could reach: it is refused, and a proper one gets them."""
    file = tmp_path / "pier.jsonl"
    said("export", "pier", "--to", file, folder=pier)
    with pytest.raises(InvalidInput, match="tenant: expected"):
        said("import", file, "--tenant", tenant, folder=pier)
    assert not said("export", "--tenant", tenant, folder=pier)
    assert said("import", file, "--tenant", "mole", folder=pier) == "pier\n"


def test_what_was_made_is_told_though_a_later_one_fails(pier: Path, tmp_path: Path) -> None:
    """Each session is named as it is made, so that whoever meets an error knows what is there by now."""
    said("import", "-", "--tenant", "mole", "--name", "quay", folder=pier, given=said("export", "pier", folder=pier))
    file = tmp_path / "both.jsonl"
    both = said("export", "quay", "--tenant", "mole", folder=pier) + said("export", "pier", folder=pier)
    file.write_text(both, "utf-8")
    done = CliRunner().invoke(app, ["import", str(file), "--data-folder", str(pier)])
    assert isinstance(done.exception, SessionExists)
    assert done.stdout == "quay\n"
    with pytest.raises(InvalidInput, match="expected a session, got an empty file"):
        said("import", "-", folder=pier)
    file.write_bytes(b"\xff\n")
    with pytest.raises(InvalidInput, match="UTF-8"):
        said("import", file, folder=pier)
