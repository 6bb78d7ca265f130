"""Where a demo keeps its run: replaced by the next one, and nothing else ever is."""

import sys
from pathlib import Path

import pytest

from riffler.errors import InvalidInput
from riffler.service.cli.demo_folder import make_room
from riffler.service.cli.demo_page import show_page
from riffler.service.memory.embedded import EmbeddedServer


def test_the_next_demo_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """A folder is made with all that lead to it; what a demo left in it is gone afterwards."""
    folder = tmp_path / "a" / "demo"
    make_room(folder)
    (folder / "appendonlydir").mkdir()
    (folder / "appendonlydir" / "log").write_text("x")
    make_room(folder)
    assert [each.name for each in folder.iterdir()] == ["riffler-demo.txt"]
    (tmp_path / "empty").mkdir()
    make_room(tmp_path / "empty")


def test_what_is_of_no_demo_stays(tmp_path: Path) -> None:
    """A folder with other things, a file, and a link to a demo's folder are refused, and nothing of them is removed."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis").write_text("years")
    demo = tmp_path / "demo"
    make_room(demo)
    (tmp_path / "link").symlink_to(demo)
    for name, words in (("mine", "is of no demo"), ("mine/thesis", "got a file"), ("link", "symbolic link")):
        with pytest.raises(InvalidInput, match=f"^folder .*{name}: .*{words}"):
            make_room(tmp_path / name)
    with pytest.raises(InvalidInput, match="Not a directory"):
        make_room(tmp_path / "mine" / "thesis" / "below")
    assert (tmp_path / "mine" / "thesis").read_text() == "years"
    assert [each.name for each in demo.iterdir()] == ["riffler-demo.txt"]


async def test_a_run_that_is_served_is_not_taken_away(tmp_path: Path) -> None:
    """While a server runs on the folder the next demo says so; once it has ended the folder is free."""
    make_room(tmp_path / "demo")
    server = EmbeddedServer(tmp_path / "demo")
    assert not EmbeddedServer(tmp_path / "demo").running()
    await server.ensure()
    try:
        assert EmbeddedServer(tmp_path / "demo").running()
        with pytest.raises(InvalidInput, match="it is served just now"):
            make_room(tmp_path / "demo")
    finally:
        await server.stop()
    make_room(tmp_path / "demo")
    assert not EmbeddedServer(tmp_path / "nowhere").running()


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:"), ("::1", "http://[::1]:")],  # noqa: S104 - shown only
)
def test_the_address_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str, address: str
) -> None:
    """It is one that a browser takes, whatever is listened on; the command holds for a folder with a space in it.

    A Redis of the settings has nothing of the run, so the command leaves it out.
    """
    monkeypatch.setenv("RIFFLER_HOST", host)
    monkeypatch.setenv("RIFFLER_PORT", "0")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9")
    show_page(tmp_path / "my demo", "0badcafe")
    told = capsys.readouterr().out
    port = told.partition(address)[2].partition("/")[0]
    assert f"the learning run: {address}{port}/dashboard/#/regret/0badcafe/against=all\n" in told
    assert told.endswith(f"env -u REDIS_URL riffler serve --data-folder '{tmp_path}/my demo' --port {port}\n")


def test_the_command_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the path doesn't lead to the command that runs, its folder is told, relative to this one below it."""
    here = tmp_path / "here"
    script = here / ".venv" / "bin" / "riffler"
    other = tmp_path / "other" / "riffler"
    for each in (script, other):
        each.parent.mkdir(parents=True)
        each.write_text("#!/bin/sh\n")
        each.chmod(0o755)
    monkeypatch.chdir(here)

    def told(ran: str, path: Path) -> str:
        monkeypatch.setattr("sys.argv", [ran, "demo"])
        monkeypatch.setenv("PATH", str(path))
        show_page(here, "0badcafe")
        return capsys.readouterr().out.rpartition("it is served by:  ")[2].partition(" serve ")[0]

    assert told(".venv/bin/riffler", tmp_path) == ".venv/bin/riffler"
    assert told(str(script), other.parent) == ".venv/bin/riffler", "another one is on the path"
    assert told(str(script), script.parent) == "riffler"
    assert told(str(other), script.parent) == str(other)
    assert told("pytest", tmp_path) == str(Path(sys.executable).with_name("riffler"))
