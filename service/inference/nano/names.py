"""Names of files, and of what goes into and comes out of the graph: what `service/training/nano/export.py` writes."""

from __future__ import annotations

GRAPH = "model.onnx"
WEIGHTS = "model.safetensors"
IDS = "ids"
POSITIONS = "positions"
WANTED = "wanted"
LOGITS = "logits"
FIXED = (IDS, POSITIONS, WANTED)
"""What goes into each graph; beside it, what is kept of past tokens: by layer `key_`, `value_` or `mixed_`."""
NEW = "new_"
"""What is kept of new tokens comes out under this and the name of what goes in."""
