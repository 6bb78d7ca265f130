"""Settings are checked before anything is started."""

import pytest

from riffler.errors import InvalidSetting
from riffler.service.settings import read_settings


def test_a_local_model_is_served_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several would each load it and take half of the machine for themselves: the error says what to do instead."""
    monkeypatch.setenv("RIFFLER_WORKERS", "2")
    assert read_settings(engine="reader").workers == 2
    assert read_settings(engine="nano").workers == 2  # a few megabytes each
    assert read_settings(engine="transformers", workers=1).workers == 1
    with pytest.raises(InvalidSetting, match="workers: expected 1 with engine transformers, got 2.*vLLM"):
        read_settings(engine="transformers")
