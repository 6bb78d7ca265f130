"""How many cores this process has, on systems that can tell and on those that can't."""

import os

import pytest

from riffler.service.cores import own_cores


def test_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a set of them, as on macOS, all of the machine count."""
    assert 1 <= own_cores() <= (os.cpu_count() or 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 7}, raising=False)
    assert own_cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    assert own_cores() == (os.cpu_count() or 1)
