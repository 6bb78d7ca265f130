"""How much memory there is to take: by setting, or a share of what is free, within what a container may have."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from riffler.service.inference.transformers import TransformersEngine
from riffler.service.inference.transformers.settings import GIB

memory = pytest.importorskip(
    "riffler.service.inference.transformers.memory", reason="the extra `local` isn't installed"
)
layers = pytest.importorskip(
    "riffler.service.inference.transformers.layers", reason="the extra `local` isn't installed"
)


@pytest.mark.parametrize(
    ("settings", "limit_gib", "kept_gib"),
    [({}, 6, 2), ({"memory_gib": 3.0}, 3, 1), ({"reuse_gib": 5.0}, 6, 5), ({"reuse_gib": 0.0}, 6, 0)],
)
async def test_shares_are_of_what_is_free(
    random_folder: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], limit_gib: float, kept_gib: float
) -> None:
    """Of 12 GiB that are free, half is the limit on the CPU; a third of what may be used is kept, at most 2 GiB."""
    engine = TransformersEngine(str(random_folder), device="cpu")
    await engine.ready()
    assert engine._loaded is not None
    monkeypatch.setattr(memory, "free_bytes", lambda _device: 12 * GIB)
    sizes = memory.sizes_of(engine._loaded.local, replace(engine._settings, **settings), 512)
    assert (sizes.limit / GIB, sizes.kept / GIB, sizes.token) == (limit_gib, kept_gib, 512)
    await engine.aclose()


def test_the_tokens_that_fit_are_those_whose_room_fits() -> None:
    """What is said to fit fits with its room, and hardly more would."""
    for columns in range(3000):
        tokens = layers.tokens_within(columns)
        assert tokens == 0 or layers.room_for(tokens) <= columns
        assert layers.room_for(tokens + 2) > columns


def test_what_is_free_is_a_plausible_number() -> None:
    """The figure of this machine itself is above nothing and below a petabyte."""
    torch = pytest.importorskip("torch")
    assert 0 < memory.free_bytes(torch.device("cpu")) < 1 << 50


def test_each_control_group_counts(tmp_path: Path) -> None:
    """Each group around the process may have a limit; memory that files only borrow doesn't count as used."""
    own = tmp_path / "cgroup"
    own.write_text("1:name=old:/\n0::/service/worker\n")
    groups = {"": ("max", 9, 0), "service": (800, 500, 100), "service/worker": (900, 300, 50)}
    for folder, (most, used, borrowed) in groups.items():
        here = tmp_path / folder
        here.mkdir(exist_ok=True)
        (here / "memory.max").write_text(f"{most}\n")
        (here / "memory.current").write_text(f"{used}\n")
        (here / "memory.stat").write_text(f"anon 7\ninactive_file {borrowed}\n")
    assert list(memory._left_in_groups(tmp_path, own)) == [650, 400]


def test_without_control_groups_nothing_is_limited(tmp_path: Path) -> None:
    """Where there are none, or only old ones, the machine's own figure counts."""
    (tmp_path / "cgroup").write_text("4:memory:/here\n")
    assert not list(memory._left_in_groups(tmp_path, tmp_path / "cgroup"))
    assert not list(memory._left_in_groups(tmp_path, tmp_path / "nowhere"))
