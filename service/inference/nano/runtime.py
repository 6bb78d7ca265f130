"""The smallest interface over onnxruntime that an engine needs: token ids go in, logits of what follows come out.

Arrays are float32. H: heads of keys. C: room for tokens. D: a head's width. V: the vocabulary. W: logits wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riffler.errors import InvalidSetting
from riffler.service.cores import own_cores
from riffler.service.inference.nano.names import GRAPH, IDS, LOGITS, POSITIONS, WANTED, WEIGHTS, cache_names

if TYPE_CHECKING:
    import onnxruntime

Floats = npt.NDArray[np.float32]

CHUNK_TOKENS = 128
"""How many tokens are computed at once, so that memory stays small and a cancellation gets in between."""
_ROOM_STEP = 256
"""By how many tokens a cache grows. Room that isn't used is computed with, and counts nothing."""
_MOST_THREADS = 4
"""A model of a few million weights has no work for more."""


class KeyValueCache:
    """Keys and values of the tokens that were computed.

    Rows of tokens that are in are never changed. So what was computed can be kept while somebody goes on from it, as
    long as only one does; others take a copy.

    Args:
        layers: How many the model has.
        heads: H.
        width: D.

    Attributes:
        length: How many tokens are in.
        keys: Of each layer, [H, C, D].
        values: The same.
    """

    def __init__(self, layers: int, heads: int, width: int) -> None:
        self.length = 0
        shape = (heads, _ROOM_STEP, width)
        self.keys: list[Floats] = [np.zeros(shape, np.float32) for _ in range(layers)]
        self.values: list[Floats] = [np.zeros(shape, np.float32) for _ in range(layers)]

    @property
    def nbytes(self) -> int:
        """What it takes, unused room included."""
        return sum(array.nbytes for array in (*self.keys, *self.values))

    def append(self, keys: Sequence[Floats], values: Sequence[Floats]) -> None:
        """Add what was computed of new tokens.

        Args:
            keys: Of each layer, [H, new tokens, D].
            values: The same.
        """
        end = self.length + keys[0].shape[1]
        if end > self.keys[0].shape[1]:
            self.keys, self.values = self._moved(self.length, end)
        for kept, new in zip((*self.keys, *self.values), (*keys, *values), strict=True):
            kept[:, self.length : end] = new
        self.length = end

    def beginning(self, length: int) -> KeyValueCache:
        """Give a beginning, without a copy: to be kept, not to be gone on from.

        Args:
            length: Of how many tokens; at most its own.

        Returns:
            A cache with the same arrays, which keeps them when this one grows out of them.
        """
        made = KeyValueCache.__new__(KeyValueCache)
        made.length, made.keys, made.values = length, self.keys, self.values
        return made

    def copy(self, length: int) -> KeyValueCache:
        """Copy a beginning.

        Args:
            length: Of how many tokens; at most its own.

        Returns:
            A cache of its own.
        """
        made = KeyValueCache.__new__(KeyValueCache)
        made.length = length
        made.keys, made.values = self._moved(length, length)
        return made

    def _moved(self, length: int, room: int) -> tuple[list[Floats], list[Floats]]:
        """Copy tokens to arrays with as little room as the step allows: room is part of a computation's shape."""
        heads, _, width = self.keys[0].shape
        steps = max(1, -(-room // _ROOM_STEP))

        def moved(array: Floats) -> Floats:
            made = np.zeros((heads, steps * _ROOM_STEP, width), np.float32)
            made[:, :length] = array[:, :length]
            return made

        return [moved(array) for array in self.keys], [moved(array) for array in self.values]


class NanoModel:
    """A model that is loaded. For one thread at a time.

    Args:
        folder: Holds `model.onnx` and `model.safetensors`.
        threads: How many compute; None is one for each core this process may use, at most 4.
        graph: The graph's file; its weights are beside it.

    Raises:
        InvalidSetting: There is no such model in the folder.
    """

    def __init__(self, folder: Path, threads: int | None = None, graph: str = GRAPH) -> None:
        self._session = _session(folder, graph, threads or own_threads())
        shapes = {each.name: each.shape for each in self._session.get_inputs()}
        self.layers = sum(name.startswith("key_") for name in shapes)
        keys, values = cache_names(self.layers)
        expected = {IDS, POSITIONS, WANTED, *keys, *values}
        if not self.layers or set(shapes) != expected:
            raise InvalidSetting(f"engine nano: {folder / graph}: is no graph that riffler exported")
        self._past_names = [*keys, *values]
        self._outputs = [LOGITS, *(f"new_{name}" for name in self._past_names)]
        self._heads, _, self._width = shapes[keys[0]]
        self.vocabulary = int(self._session.get_outputs()[0].shape[1])

    def new_cache(self) -> KeyValueCache:
        """Make a cache without tokens."""
        return KeyValueCache(self.layers, self._heads, self._width)

    def run(self, ids: Sequence[int], cache: KeyValueCache, *, every: bool = False, quiet: bool = False) -> Floats:
        """Compute new tokens, all at once.

        Args:
            ids: At least one.
            cache: What was computed before; the new tokens' keys and values are added.
            every: Whether logits of what follows each token are wanted, and not only the last.
            quiet: Whether no logits are.

        Returns:
            Logits, [W, V]: a row for each token, one, or none.
        """
        tokens = len(ids)
        wanted = np.arange(tokens) if every else np.arange(tokens, tokens) if quiet else np.array([tokens - 1])
        feeds = {
            IDS: np.asarray(ids, np.int64),
            POSITIONS: np.arange(cache.length, cache.length + tokens, dtype=np.int64),
            WANTED: wanted.astype(np.int64),
            **dict(zip(self._past_names, (*cache.keys, *cache.values), strict=True)),
        }
        logits, *new = self._session.run(self._outputs, feeds)
        cache.append(new[: self.layers], new[self.layers :])
        made: Floats = logits
        return made

    def prefill(
        self, ids: Sequence[int], cache: KeyValueCache, go_on: Callable[[], bool] = lambda: True
    ) -> Floats | None:
        """Compute a prompt, chunk by chunk.

        Args:
            ids: The tokens that the cache doesn't have yet; at least one.
            cache: See `run`.
            go_on: Asked before each chunk; False ends it.

        Returns:
            Logits of what follows the last token, [1, V]; None when it was ended.
        """
        logits = None
        for start in range(0, len(ids), CHUNK_TOKENS):
            if not go_on():
                return None
            chunk = ids[start : start + CHUNK_TOKENS]
            logits = self.run(chunk, cache, quiet=start + len(chunk) < len(ids))
        return logits


def own_threads() -> int:
    """Count the threads that compute where nobody says how many: one for each core of this process, at most 4.

    Several processes needn't share the cores out: threads that have nothing to do leave them to others, and two
    processes with two threads each were as fast on two cores as with one thread each.

    Returns:
        How many.
    """
    return min(_MOST_THREADS, own_cores())


def _session(folder: Path, graph: str, threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime  # noqa: PLC0415 - takes a moment

    for name in (graph, WEIGHTS):
        if not (folder / name).is_file():
            raise InvalidSetting(f"engine nano: model: expected {name} in the folder {folder}, found none")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors are raised; warnings of the optimiser concern nobody here
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores to others
    try:
        return onnxruntime.InferenceSession(str(folder / graph), options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # its many classes of errors have no base of their own
        why = " ".join(str(exc).split())[:300]
        raise InvalidSetting(f"engine nano: {folder / graph}: can't be loaded ({type(exc).__name__}: {why})") from exc
