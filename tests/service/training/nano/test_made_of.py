"""What files were made of: the code of episodes is told by its text, and what doesn't make any is named truly."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from riffler.errors import InvalidSetting
from riffler.service.training.nano import made_of
from riffler.service.training.nano.made_of import NOT_SOURCES, episodes_version, expect, kept_in, samples_made_of, tie


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources."""
    root, copied = Path(str(files("riffler"))), tmp_path_factory.mktemp("package")
    for name in made_of._SOURCES:
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, copied / name)
    return copied


def test_a_version_is_of_the_sources_and_not_of_their_place(package: Path) -> None:
    """A copy has the same."""
    assert episodes_version(package) == episodes_version()


@pytest.mark.parametrize(
    "name",
    ["service/training/nano/record.py", "service/training/nano/wordings.toml", "service/evaluation/words.py"],
)
def test_what_makes_episodes_changes_their_version(package: Path, name: str) -> None:
    """Code and words alike; it is another one with each change."""
    path, before = package / name, episodes_version(package)
    text = path.read_bytes()
    path.write_bytes(text + b"# a word")
    assert episodes_version(package) != before
    path.write_bytes(text)
    assert episodes_version(package) == before


@pytest.mark.parametrize("name", sorted(NOT_SOURCES))
def test_what_only_uses_episodes_does_not(package: Path, name: str) -> None:
    """Each name is a file's, so that none is left over when one is renamed; training can be mended while it waits."""
    path, before = package / "service/training/nano" / name, episodes_version(package)
    path.write_bytes(path.read_bytes() + b"# a word")
    assert episodes_version(package) == before


def test_samples_of_no_families_are_kept_as_before(tmp_path: Path) -> None:
    """Nothing is told of questions where there is one; what was made when nothing could be told goes on so alone."""
    alone = samples_made_of(1, 2560, "t", questions=1, most_text=None)
    assert alone == samples_made_of(1, 2560, "t")
    assert set(alone) == {"seed", "window", "tokenizer", "drill", "episodes"}
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    families = samples_made_of(1, 2560, "t", questions=4, most_text=None)
    tie(old, alone, begun=False)
    tie(new, families, begun=False)
    tie(old, alone, begun=True)
    expect(new, families)
    assert kept_in(new)["questions"] == 4
    with pytest.raises(InvalidSetting, match=r"old\.json: questions: made with 1, but now it is 4"):
        expect(old, families)
    with pytest.raises(InvalidSetting, match=r"new\.json: questions: made with 4, but now it is 1"):
        expect(new, {"seed": 1})
