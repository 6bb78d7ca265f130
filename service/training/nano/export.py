"""Writes `model.onnx` beside a Llama of Hugging Face's form, so that it runs without torch (`service/inference/nano`).

    python -m riffler.service.training.nano.export FOLDER

The graph computes one piece of a text on top of what was computed before. Past keys and values come in as they lie in
memory, room that isn't used yet included, and are read where they are; only those of the new tokens come out. So a
token costs no copy of the cache, which would soon take longer than the model itself.

The weights stay in `model.safetensors`: ONNX keeps large tensors as a file's name, a place and a length, and a
safetensors file is one after another of them behind a header. So weights ship once, and transformers and onnxruntime
run the same bytes. Weights that are stored in half precision stay so in the file, and are widened as they load.

T: new tokens. C: room for past tokens. W: tokens whose logits are wanted. H: heads of keys. D: a head's width. V: the
vocabulary. Needs the extra `train`.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from torch import nn
from transformers import AutoModelForCausalLM, LlamaForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from riffler.errors import InvalidSetting
from riffler.service.inference.nano.names import GRAPH, IDS, LOGITS, POSITIONS, WANTED, WEIGHTS, cache_names
from riffler.service.inference.nano.runtime import NanoModel

_OPSET = 20
_MOST_DIFFERENCE = 1e-4
"""Of logits, as a part of the largest. Float32 rounds to about 1e-6; what is wrong differs by far more."""
_DTYPES = {"F32": onnx.TensorProto.FLOAT, "F16": onnx.TensorProto.FLOAT16, "BF16": onnx.TensorProto.BFLOAT16}
_LEAST_SHARED = 1024
"""In bytes: smaller tensors stay in the graph."""


def export(folder: Path) -> Path:
    """Write the graph of a model, once it is seen to compute what PyTorch computes. Else one that was there stays.

    Args:
        folder: Holds `config.json` and `model.safetensors` of a Llama.

    Returns:
        The graph's file, `model.onnx` in that folder.

    Raises:
        InvalidSetting: It is no Llama, has no such file, or the graph's logits differ from PyTorch's.
    """
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise InvalidSetting(f"export of {folder}: expected {WEIGHTS} in one piece, found none")
    if not (folder / "config.json").is_file():
        raise InvalidSetting(f"export of {folder}: expected config.json, found none")
    model = AutoModelForCausalLM.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False, dtype=torch.float32, attn_implementation="eager"
    )
    if not isinstance(model, LlamaForCausalLM):
        raise InvalidSetting(f"export of {folder}: expected a Llama, got {type(model).__name__}")
    model.train(False)
    proto = _traced(model)
    _share_weights(proto, weights)
    unchecked = folder / f"{GRAPH}.unchecked"  # in the same folder, where it finds its weights
    try:
        unchecked.write_bytes(proto.SerializeToString(deterministic=True))
        differs = difference(model, folder, unchecked.name)
        if not differs <= _MOST_DIFFERENCE:
            raise InvalidSetting(
                f"export of {folder}: its logits differ from PyTorch's by {differs:.2g} of the largest"
            )
        return unchecked.replace(folder / GRAPH)
    finally:
        unchecked.unlink(missing_ok=True)


def difference(model: LlamaForCausalLM, folder: Path, graph: str = GRAPH) -> float:
    """Tell how far the exported graph is from the model, over a text that is computed in pieces.

    Args:
        model: The model, in float32.
        folder: Where the graph is.
        graph: Its file.

    Returns:
        The largest difference of a logit, as a part of the largest logit.
    """
    length = min(300, model.config.max_position_embeddings)
    ids = np.random.default_rng(0).integers(0, model.config.vocab_size, length).tolist()
    with torch.no_grad():
        expected = model(input_ids=torch.tensor([ids])).logits[0].numpy()
    runtime = NanoModel(folder, graph=graph)
    cache = runtime.new_cache()
    cuts = [0, length // 2, length - 2, length - 1, length]
    got = [runtime.run(ids[start:end], cache, every=True) for start, end in pairwise(cuts)]
    return float(np.abs(np.concatenate(got) - expected).max() / np.abs(expected).max())


class _Step(nn.Module):
    """A Llama's forward pass, with the cache as plain tensors. All but the attention is the model's own modules."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        super().__init__()
        self.model = model
        config = model.config
        self.kv_heads = config.num_key_value_heads or config.num_attention_heads
        self.group = config.num_attention_heads // self.kv_heads
        self.width = config.head_dim or config.hidden_size // config.num_attention_heads

    def forward(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        wanted: torch.Tensor,
        keys: tuple[torch.Tensor, ...],
        values: tuple[torch.Tensor, ...],
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...], tuple[torch.Tensor, ...]]:
        """Compute new tokens.

        Args:
            ids: int64, [T].
            positions: int64, [T]; the first is how many past tokens there are, the others count on.
            wanted: Which of the new tokens' logits are wanted, int64, [W].
            keys: Of each layer, [H, C, D]; columns from the first position on are read, but count nothing.
            values: The same.

        Returns:
            Logits [W, V], and keys and values of the new tokens, of each layer [H, T, D].
        """
        inner = self.model.model
        hidden = inner.embed_tokens(ids)[None]
        cos_sin = inner.rotary_emb(hidden, position_ids=positions[None])
        columns = torch.arange(keys[0].shape[1], device=ids.device)
        before = (columns < positions[0])[None].expand(ids.shape[0], -1)
        hides = torch.cat([before, positions[None] <= positions[:, None]], dim=-1).logical_not()
        mask = hides.to(hidden.dtype) * torch.finfo(torch.float32).min
        new_keys, new_values = [], []
        for layer, past_keys, past_values in zip(inner.layers, keys, values, strict=True):
            normed = layer.input_layernorm(hidden)
            mixed, new_key, new_value = self._attend(layer.self_attn, normed, cos_sin, mask, past_keys, past_values)
            hidden = hidden + mixed
            hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
            new_keys.append(new_key)
            new_values.append(new_value)
        logits = self.model.lm_head(inner.norm(hidden[0].index_select(0, wanted)))
        return logits, tuple(new_keys), tuple(new_values)

    def _attend(  # noqa: PLR0917 - one call, above
        self,
        attention: Any,  # noqa: ANN401 - a LlamaAttention, whose parts torch types as tensors or modules
        normed: torch.Tensor,
        cos_sin: tuple[torch.Tensor, torch.Tensor],
        mask: torch.Tensor,
        past_keys: torch.Tensor,
        past_values: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Attend to past and new tokens. Scores are joined, not keys: so no past key or value is copied."""
        query = attention.q_proj(normed).view(1, -1, self.kv_heads * self.group, self.width).transpose(1, 2)
        key = attention.k_proj(normed).view(1, -1, self.kv_heads, self.width).transpose(1, 2)
        value = attention.v_proj(normed).view(1, -1, self.kv_heads, self.width).transpose(1, 2)[0]
        query, key = apply_rotary_pos_emb(query, key, *cos_sin)
        key = key[0]
        # query heads of one key head side by side, as more rows of one product: [H, group * T, D]
        query = (query[0] * attention.scaling).reshape(self.kv_heads, -1, self.width)
        past = query @ past_keys.transpose(1, 2)
        new = query @ key.transpose(1, 2)
        scores = torch.cat([past, new], dim=-1).view(self.kv_heads, self.group, mask.shape[0], mask.shape[1])
        chances = torch.softmax(scores + mask, dim=-1).view(self.kv_heads, -1, mask.shape[1])
        room = past_keys.shape[1]
        mixed = chances[:, :, :room] @ past_values + chances[:, :, room:] @ value
        mixed = mixed.view(self.kv_heads * self.group, -1, self.width).transpose(0, 1)
        return attention.o_proj(mixed.reshape(1, mask.shape[0], -1)), key, value


def _traced(model: LlamaForCausalLM) -> onnx.ModelProto:
    """Trace the forward pass to a graph with lengths of any size."""
    config = model.config
    step = _Step(model)
    tokens, room = 5, 7  # no two lengths alike, so that none is taken for the other
    # each a tensor of its own: one that is given twice becomes one input
    shape, layers = (step.kv_heads, room, step.width), range(config.num_hidden_layers)
    past = tuple(torch.zeros(shape) for _ in layers), tuple(torch.zeros(shape) for _ in layers)
    positions = torch.arange(3, 3 + tokens)
    example = (torch.zeros(tokens, dtype=torch.long), positions, torch.tensor([1, 4]), *past)
    dynamic = torch.export.Dim.DYNAMIC
    room_shapes = tuple({1: dynamic} for _ in layers)
    keys, values = cache_names(config.num_hidden_layers)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch's own parts, which are deprecated one by another
        program = torch.onnx.export(
            step,
            example,
            dynamo=True,
            verbose=False,
            opset_version=_OPSET,
            input_names=[IDS, POSITIONS, WANTED, *keys, *values],
            output_names=[LOGITS, *(f"new_{name}" for name in (*keys, *values))],
            dynamic_shapes=({0: dynamic}, {0: dynamic}, {0: dynamic}, room_shapes, room_shapes),
        )
    assert program is not None  # noqa: S101 - so with dynamo=True
    proto = program.model_proto
    for node in (*proto.graph.node, *(node for function in proto.functions for node in function.node)):
        del node.metadata_props[:]  # where in the source each came from: five times what the graph itself takes
        node.doc_string = ""
    for value in (*proto.graph.value_info, *proto.graph.input, *proto.graph.output, *proto.graph.initializer):
        del value.metadata_props[:]
    del proto.graph.metadata_props[:]
    return proto


@dataclass(frozen=True, slots=True)
class _Stored:
    """Where a tensor lies in the file of weights."""

    name: str
    dtype: int
    shape: tuple[int, ...]
    offset: int
    length: int


def _share_weights(proto: onnx.ModelProto, weights: Path) -> None:
    """Let the graph's large tensors be those of the file of weights. They are told by their bytes: names differ.

    The tracer turns most of them, and half precision is to be widened. Both is said in the graph, and onnxruntime does
    it once, as it loads.

    Args:
        proto: The graph, which is changed.
        weights: The file.

    Raises:
        InvalidSetting: A large tensor isn't in the file.
    """
    stored = _stored(weights)
    kept: dict[str, onnx.TensorProto] = {}
    made = []
    for tensor in list(proto.graph.initializer):
        array = onnx.numpy_helper.to_array(tensor)
        if array.nbytes < _LEAST_SHARED:
            kept[tensor.name] = tensor
            continue
        straight = stored.get((array.shape, array.tobytes()))
        found = straight or stored.get((array.T.shape, array.T.tobytes()))
        if found is None:
            raise InvalidSetting(f"export of {weights.parent}: {tensor.name} of the graph isn't in {weights.name}")
        name = found.name
        kept[name] = _external(found)
        if found.dtype != onnx.TensorProto.FLOAT:
            wide = f"{tensor.name}_wide"
            made.append(onnx.helper.make_node("Cast", [name], [wide], to=onnx.TensorProto.FLOAT))
            name = wide
        step = "Identity" if straight else "Transpose"
        made.append(onnx.helper.make_node(step, [name], [tensor.name]))
    nodes = [*made, *proto.graph.node]
    del proto.graph.initializer[:], proto.graph.node[:]
    proto.graph.initializer.extend(kept.values())
    proto.graph.node.extend(nodes)


def _external(stored: _Stored) -> onnx.TensorProto:
    tensor = onnx.TensorProto(name=stored.name, data_type=stored.dtype, dims=stored.shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", stored.offset), ("length", stored.length)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def _stored(weights: Path) -> dict[tuple[tuple[int, ...], bytes], _Stored]:
    """Read where each tensor lies, by its shape and its numbers in float32.

    The format is a length (8 bytes, little endian), a header in JSON, and the tensors:
    https://github.com/huggingface/safetensors#format

    Args:
        weights: The file.

    Returns:
        Where each lies.

    Raises:
        InvalidSetting: One is of a type that the graph can't widen.
    """
    data = weights.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    found = {}
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        begin, end = (start + place for place in entry["data_offsets"])
        shape = tuple(entry["shape"])
        if entry["dtype"] not in _DTYPES:
            raise InvalidSetting(f"export of {weights.parent}: {name}: expected one of {', '.join(_DTYPES)}")
        dtype = _DTYPES[entry["dtype"]]
        raw = np.frombuffer(data[begin:end], onnx.helper.tensor_dtype_to_np_dtype(dtype))
        numbers = raw.astype(np.float32).reshape(shape)
        found[shape, numbers.tobytes()] = _Stored(name, dtype, shape, begin, end - begin)
    return found


def main(arguments: Sequence[str]) -> int:
    """Export, and tell of it in one line: on standard error where it is refused.

    Args:
        arguments: Those of the command line.

    Returns:
        The exit code.
    """
    if len(arguments) != 1:
        print(f"export: expected one argument, the model's folder, got {len(arguments)}", file=sys.stderr)
        return 2
    try:
        print(export(Path(arguments[0])))
    except InvalidSetting as exc:
        print(exc, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
