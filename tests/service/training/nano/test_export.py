"""The graph that runs without torch."""

from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidSetting


@pytest.fixture(scope="session")
def exporting() -> Any:
    """The module that writes graphs."""
    return pytest.importorskip(
        "riffler.service.training.nano.export", reason="the extra `train` isn't installed", exc_type=ImportError
    )


COMMON = {
    "vocab_size": 100,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.3,
}
FAMILIES = {
    "Llama": {"num_hidden_layers": 1, "head_dim": 24, "tie_word_embeddings": True},
    "Lfm2": {
        "num_hidden_layers": 4,
        "layer_types": ["conv", "full_attention", "conv", "conv"],
        "conv_L_cache": 4,
        "block_auto_adjust_ff_dim": False,
    },
}


def saved(torch: Any, folder: Path, family: str) -> Any:
    """Save a model with random weights in half precision; give it back in float32."""
    import transformers  # noqa: PLC0415 - an extra

    config = getattr(transformers, f"{family}Config")(**COMMON, **FAMILIES[family])
    kind = getattr(transformers, f"{family}ForCausalLM")
    torch.manual_seed(0)
    kind(config).to(torch.bfloat16).save_pretrained(folder)
    return kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_ship_once_in_their_own_precision_and_compute_the_same(
    exporting: Any, tmp_path: Path, family: str
) -> None:
    """Grouped heads, an embedding that is the last layer too, half precision: the graph is small and agrees to 1e-5."""
    torch = pytest.importorskip("torch")
    model = saved(torch, tmp_path, family)
    before = (tmp_path / "model.safetensors").read_bytes()
    path = exporting.export(tmp_path)
    assert path == tmp_path / "model.onnx"
    assert path.stat().st_size < 64 * 1024
    assert (tmp_path / "model.safetensors").read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} >= {"model.onnx", "model.safetensors", "config.json"}
    assert exporting.difference(model, tmp_path) < 1e-5


def test_a_graph_that_computes_something_else_takes_nobodys_place(
    exporting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds a graph can rely on it: the one before stays, and no other is left behind."""
    saved(pytest.importorskip("torch"), tmp_path, "Llama")
    (tmp_path / "model.onnx").write_bytes(b"checked")
    monkeypatch.setattr(exporting, "_MOST_DIFFERENCE", 0.0)  # nothing agrees to the last bit
    with pytest.raises(InvalidSetting, match="differ"):
        exporting.export(tmp_path)
    assert {each.name for each in tmp_path.glob("*.onnx*")} == {"model.onnx"}
    assert (tmp_path / "model.onnx").read_bytes() == b"checked"


def test_another_model_is_refused_by_its_name(exporting: Any, tmp_path: Path) -> None:
    """Its layers would be others."""
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(vocab_size=50, n_embd=16, n_layer=1, n_head=2)
    transformers.GPT2LMHeadModel(config).save_pretrained(tmp_path)
    with pytest.raises(InvalidSetting, match="GPT2LMHeadModel"):
        exporting.export(tmp_path)


def test_a_folder_without_weights_is_refused(exporting: Any, tmp_path: Path) -> None:
    """In one file, as the graph names it."""
    with pytest.raises(InvalidSetting, match="model.safetensors"):
        exporting.export(tmp_path)


@pytest.mark.parametrize(
    ("folders", "files", "why"),
    [(0, [], "one argument"), (1, [], "model.safetensors"), (1, ["model.safetensors"], "config.json")],
)
def test_its_command_refuses_in_one_line(
    exporting: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], folders: int, files: list[str], why: str
) -> None:
    """Without a folder, or with one where a file of a model is missing: exit code 2 and no traceback."""
    for name in files:
        (tmp_path / name).write_bytes(b"")
    assert exporting.main([str(tmp_path)] * folders) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert why in line
