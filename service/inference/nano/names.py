"""Names of files, and of what goes into and comes out of the graph: what `service/training/nano/export.py` writes."""

from __future__ import annotations

GRAPH = "model.onnx"
WEIGHTS = "model.safetensors"
IDS = "ids"
POSITIONS = "positions"
WANTED = "wanted"
LOGITS = "logits"


def cache_names(layers: int) -> tuple[list[str], list[str]]:
    """Name the inputs for past keys and values. Those of new tokens come out as `new_` and the same name.

    Args:
        layers: How many the model has.

    Returns:
        Names for keys, and for values, by layer.
    """
    return [f"key_{layer}" for layer in range(layers)], [f"value_{layer}" for layer in range(layers)]
