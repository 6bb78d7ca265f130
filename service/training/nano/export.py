"""Writes `model.onnx` beside an LFM2 or a Llama of Hugging Face's form, so that it runs without torch.

    python -m riffler.service.training.nano.export FOLDER

The graph computes one piece of a text on top of what was computed before (`service/inference/nano` runs it). What is
kept of past tokens comes in as it lies in memory, room that isn't used yet included, and is read where it is; only that
of the new tokens comes out. So a token costs no copy of the cache, which would soon take longer than the model itself.

The weights stay in `model.safetensors`: ONNX keeps large tensors as a file's name, a place and a length, and a
safetensors file is one after another of them behind a header. So weights ship once, and transformers and onnxruntime
run the same bytes. Weights that are stored in half precision stay so in the file, and are widened as they load.

T: new tokens. C: room for past tokens. W: tokens whose logits are wanted. H: heads of keys. D: a head's width. N: the
hidden states' width. V: the vocabulary. Needs the extra `train`.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
import torch
from torch import nn
from transformers import AutoModelForCausalLM, Lfm2ForCausalLM, LlamaForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from riffler.errors import InvalidSetting
from riffler.service.inference.nano.names import FIXED, GRAPH, LOGITS, NEW, WEIGHTS
from riffler.service.inference.nano.runtime import NanoModel

Model: TypeAlias = LlamaForCausalLM | Lfm2ForCausalLM
"""What can be exported."""
_OPSET = 20
_MOST_DIFFERENCE = 1e-4
"""Of logits, as a part of the largest. Float32 rounds to about 1e-6; what is wrong differs by far more."""
_DTYPES = {"F32": onnx.TensorProto.FLOAT, "F16": onnx.TensorProto.FLOAT16, "BF16": onnx.TensorProto.BFLOAT16}
_LEAST_SHARED = 1024
"""In bytes: smaller tensors stay in the graph."""


def export(folder: Path) -> Path:
    """Write the graph of a model, once it is seen to compute what PyTorch computes. Else one that was there stays.

    Args:
        folder: Holds `config.json` and `model.safetensors` of such a model.

    Returns:
        The graph's file, `model.onnx` in that folder.

    Raises:
        InvalidSetting: It is none of these, has no such file, or the graph's logits differ from PyTorch's.
    """
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise InvalidSetting(f"export of {folder}: expected {WEIGHTS} in one piece, found none")
    if not (folder / "config.json").is_file():
        raise InvalidSetting(f"export of {folder}: expected config.json, found none")
    model = AutoModelForCausalLM.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False, dtype=torch.float32, attn_implementation="eager"
    )
    if not isinstance(model, LlamaForCausalLM | Lfm2ForCausalLM):
        known = " or ".join(each.__name__ for each in _FAMILIES)
        raise InvalidSetting(f"export of {folder}: expected {known}, got {type(model).__name__}")
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


def difference(model: Model, folder: Path, graph: str = GRAPH) -> float:
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


@dataclass(frozen=True, slots=True)
class _Names:
    """What a family of models calls the parts of a layer, and the last norm."""

    mixing_norm: str
    feeding_norm: str
    feeding: str
    out: str
    last_norm: str


_FAMILIES: Mapping[type, _Names] = {
    LlamaForCausalLM: _Names("input_layernorm", "post_attention_layernorm", "mlp", "o_proj", "norm"),
    Lfm2ForCausalLM: _Names("operator_norm", "ffn_norm", "feed_forward", "out_proj", "embedding_norm"),
}


class _Step(nn.Module):
    """A forward pass with the cache as plain tensors. All but what reads the cache is the model's own modules."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        config = model.config
        self.names = _FAMILIES[type(model)]
        self.kv_heads = config.num_key_value_heads or config.num_attention_heads
        self.group = config.num_attention_heads // self.kv_heads
        self.width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads

    def kept(self) -> list[dict[str, tuple[int, int]]]:
        """Name what is kept of each token in each layer, and how it is shaped: rows, and their width."""
        attention = {"key": (self.kv_heads, self.width), "value": (self.kv_heads, self.width)}
        convolution = {"mixed": (1, self.model.config.hidden_size)}
        return [attention if hasattr(layer, "self_attn") else convolution for layer in self.model.model.layers]

    def forward(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        wanted: torch.Tensor,
        past: tuple[tuple[torch.Tensor, ...], ...],
    ) -> tuple[torch.Tensor, tuple[tuple[torch.Tensor, ...], ...]]:
        """Compute new tokens.

        Args:
            ids: int64, [T].
            positions: int64, [T]; the first is how many past tokens there are, the others count on.
            wanted: Which of the new tokens' logits are wanted, int64, [W].
            past: Of each layer what `kept` says: keys and values, each [H, C, D], or what is mixed, [1, C, N]; columns
                from the first position on are read, but count nothing.

        Returns:
            Logits [W, V], and the same of the new tokens, with T columns.
        """
        inner = self.model.model
        hidden = inner.embed_tokens(ids)[None]
        cos_sin = inner.rotary_emb(hidden, position_ids=positions[None])
        columns = torch.arange(past[0][0].shape[1], device=ids.device)
        before = (columns < positions[0])[None].expand(ids.shape[0], -1)
        hides = torch.cat([before, positions[None] <= positions[:, None]], dim=-1).logical_not()
        mask = hides.to(hidden.dtype) * torch.finfo(torch.float32).min
        new = []
        for layer, kept in zip(inner.layers, past, strict=True):
            normed = getattr(layer, self.names.mixing_norm)(hidden)
            if len(kept) > 1:
                mixed, *made = self._attend(layer.self_attn, normed, cos_sin, mask, *kept)
            else:
                mixed, *made = self._convolve(layer.conv, normed, positions[0], *kept)
            hidden = hidden + mixed
            hidden = hidden + getattr(layer, self.names.feeding)(getattr(layer, self.names.feeding_norm)(hidden))
            new.append(tuple(made))
        last = getattr(inner, self.names.last_norm)(hidden[0].index_select(0, wanted))
        return self.model.lm_head(last), tuple(new)

    def _attend(  # noqa: PLR0917 - one call, above
        self,
        attention: Any,  # noqa: ANN401 - a module, whose parts torch types as tensors or modules
        normed: torch.Tensor,
        cos_sin: tuple[torch.Tensor, torch.Tensor],
        mask: torch.Tensor,
        past_keys: torch.Tensor,
        past_values: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Attend to past and new tokens. Scores are joined, not keys: so no past key or value is copied."""
        query = attention.q_proj(normed).view(1, -1, self.kv_heads * self.group, self.width)
        key = attention.k_proj(normed).view(1, -1, self.kv_heads, self.width)
        if hasattr(attention, "q_layernorm"):
            query, key = attention.q_layernorm(query), attention.k_layernorm(key)
        value = attention.v_proj(normed).view(1, -1, self.kv_heads, self.width).transpose(1, 2)[0]
        query, key = apply_rotary_pos_emb(query.transpose(1, 2), key.transpose(1, 2), *cos_sin)
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
        out = getattr(attention, self.names.out)
        return out(mixed.reshape(1, mask.shape[0], -1)), key, value

    def _convolve(
        self,
        convolution: Any,  # noqa: ANN401 - a module, as above
        normed: torch.Tensor,
        length: torch.Tensor,
        past: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Mix each new token with the few before it. Of past ones, only the last few are read."""
        gate_in, gate_out, inner = convolution.in_proj(normed).chunk(3, dim=-1)
        new = (gate_in * inner)[0]
        weights = convolution.conv.weight[:, 0]
        reach = weights.shape[1] - 1
        columns = length + torch.arange(-reach, 0, device=past.device)
        last = past[0].index_select(0, columns.clamp(min=0)) * (columns >= 0)[:, None]
        joined = torch.cat([last, new])
        mixed = sum(joined[back : back + new.shape[0]] * weights[:, back] for back in range(reach + 1))
        return convolution.out_proj(gate_out * mixed), new[None]


def _traced(model: Model) -> onnx.ModelProto:
    """Trace the forward pass to a graph with lengths of any size."""
    step = _Step(model)
    tokens, room = 5, 7  # no two lengths alike, so that none is taken for the other
    kept = step.kept()
    # each a tensor of its own: one that is given twice becomes one input
    past = tuple(tuple(torch.zeros(rows, room, width) for rows, width in each.values()) for each in kept)
    positions = torch.arange(3, 3 + tokens)
    example = (torch.zeros(tokens, dtype=torch.long), positions, torch.tensor([1, 4]), past)
    dynamic = torch.export.Dim.DYNAMIC
    room_shapes = tuple(tuple({1: dynamic} for _ in each) for each in kept)
    names = [f"{name}_{layer}" for layer, each in enumerate(kept) for name in each]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch's own parts, which are deprecated one by another
        program = torch.onnx.export(
            step,
            example,
            dynamo=True,
            verbose=False,
            opset_version=_OPSET,
            input_names=[*FIXED, *names],
            output_names=[LOGITS, *(f"{NEW}{name}" for name in names)],
            dynamic_shapes=({0: dynamic}, {0: dynamic}, {0: dynamic}, room_shapes),
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
