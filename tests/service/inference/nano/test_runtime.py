"""Token ids in, logits out."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from riffler.errors import InvalidSetting
from riffler.service.inference.nano.runtime import CHUNK_TOKENS, NanoModel

IDS = [(7 * at + at // 3) % 300 for at in range(700)]


@pytest.fixture(scope="module")
def model(folder: Path) -> NanoModel:
    """The model, on one thread."""
    return NanoModel(folder, threads=1)


def test_pieces_of_any_length_give_the_same_logits(model: NanoModel) -> None:
    """What follows a text doesn't depend on how it was cut, but for rounding; room that isn't used counts nothing."""
    whole = model.run(IDS, model.new_cache(), every=True)
    cache = model.new_cache()
    cuts = [0, 1, 2, 100, 255, 256, 257, 500, 700]
    pieces = [model.run(IDS[start:end], cache, every=True) for start, end in pairwise(cuts)]
    assert np.abs(np.concatenate(pieces) - whole).max() < 1e-4 * np.abs(whole).max()
    assert cache.length == len(IDS)


def test_a_prompt_gives_the_logits_of_its_last_token(model: NanoModel) -> None:
    """Chunk by chunk, and only what follows the last token."""
    logits = model.prefill(IDS, model.new_cache())
    assert logits is not None
    assert logits.shape == (1, model.vocabulary)
    whole = model.run(IDS, model.new_cache(), every=True)
    assert np.abs(logits[0] - whole[-1]).max() < 1e-4 * np.abs(whole).max()


def test_a_prompt_can_be_given_up_between_chunks(model: NanoModel) -> None:
    """Nothing is computed after the chunk in which it was given up."""
    cache, asked = model.new_cache(), iter([True, True, False])
    assert model.prefill(IDS, cache, lambda: next(asked)) is None
    assert cache.length == 2 * CHUNK_TOKENS


def test_a_copy_of_a_beginning_goes_on_to_the_same_bits(model: NanoModel) -> None:
    """Of whole chunks, which were computed in the same shapes. The first one isn't changed."""
    first = model.new_cache()
    whole = model.prefill(IDS, first)
    kept = first.beginning(3 * CHUNK_TOKENS)
    model.run([1] * 300, first)
    copy = kept.copy(2 * CHUNK_TOKENS)
    again = model.prefill(IDS[2 * CHUNK_TOKENS :], copy)
    assert whole is not None
    assert again is not None
    assert np.array_equal(whole, again)
    assert np.array_equal(kept.arrays[0][:, : 3 * CHUNK_TOKENS], copy.arrays[0][:, : 3 * CHUNK_TOKENS])


@pytest.mark.parametrize("name", ["model.onnx", "model.safetensors"])
def test_a_folder_without_a_file_is_refused_by_its_name(folder: Path, tmp_path: Path, name: str) -> None:
    """Graph and weights are both needed."""
    for each in ("model.onnx", "model.safetensors"):
        if each != name:
            (tmp_path / each).write_bytes((folder / each).read_bytes())
    with pytest.raises(InvalidSetting, match=f"expected {name}"):
        NanoModel(tmp_path)


def test_a_graph_that_is_none_is_refused(folder: Path, tmp_path: Path) -> None:
    """A broken file is a setting that isn't possible, not a failure of the library."""
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    with pytest.raises(InvalidSetting, match="can't be loaded"):
        NanoModel(tmp_path)
