"""The smallest interface over onnxruntime that an engine needs: token ids go in, logits of what follows come out.

Arrays are float32. C: room for tokens. V: the vocabulary. W: logits wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from riffler.errors import InvalidSetting
from riffler.service.cores import own_cores
from riffler.service.inference.nano.names import FIXED, GRAPH, IDS, LOGITS, NEW, POSITIONS, WANTED, WEIGHTS

if TYPE_CHECKING:
    import onnxruntime

Floats = npt.NDArray[np.float32]

CHUNK_TOKENS = 128
"""How many tokens are computed at once, so that memory stays small and a cancellation gets in between."""
_ROOM_STEP = 256
"""By how many tokens a cache grows. Room that isn't used is computed with, and counts nothing."""
_MOST_THREADS = 4
"""A model of a few million weights has no work for more."""


class TokenCache:
    """What was computed of tokens: keys and values of layers that attend, what is mixed in those that convolve.

    Rows of tokens that are in are never changed. So what was computed can be kept while somebody goes on from it, as
    long as only one does; others take a copy. A layer that convolves reads the last few tokens alone; all are kept, so
    that any beginning can be gone on from.

    Args:
        shapes: Of what is kept of one token, each (rows, width).

    Attributes:
        length: How many tokens are in.
        arrays: Each of shape (rows, C, width).
    """

    def __init__(self, shapes: Sequence[tuple[int, int]]) -> None:
        self.length = 0
        self.arrays: list[Floats] = [np.zeros((rows, _ROOM_STEP, width), np.float32) for rows, width in shapes]

    @property
    def nbytes(self) -> int:
        """What it takes, unused room included."""
        return sum(array.nbytes for array in self.arrays)

    def append(self, new: Sequence[Floats]) -> None:
        """Add what was computed of new tokens.

        Args:
            new: As `arrays`, each of shape (rows, new tokens, width).
        """
        end = self.length + new[0].shape[1]
        if end > self.arrays[0].shape[1]:
            self.arrays = self._moved(self.length, end)
        for kept, added in zip(self.arrays, new, strict=True):
            kept[:, self.length : end] = added
        self.length = end

    def beginning(self, length: int) -> TokenCache:
        """Give a beginning, without a copy: to be kept, not to be gone on from.

        Args:
            length: Of how many tokens; at most its own.

        Returns:
            A cache with the same arrays, which keeps them when this one grows out of them.
        """
        made = TokenCache.__new__(TokenCache)
        made.length, made.arrays = length, self.arrays
        return made

    def copy(self, length: int) -> TokenCache:
        """Copy a beginning.

        Args:
            length: Of how many tokens; at most its own.

        Returns:
            A cache of its own.
        """
        made = TokenCache.__new__(TokenCache)
        made.length, made.arrays = length, self._moved(length, length)
        return made

    def _moved(self, length: int, room: int) -> list[Floats]:
        """Copy tokens to arrays with as little room as the step allows: room is part of a computation's shape."""
        steps = max(1, -(-room // _ROOM_STEP))

        def moved(array: Floats) -> Floats:
            made = np.zeros((array.shape[0], steps * _ROOM_STEP, array.shape[2]), np.float32)
            made[:, :length] = array[:, :length]
            return made

        return [moved(array) for array in self.arrays]


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
        self._past_names = [name for name in shapes if name not in FIXED]
        self._outputs = [LOGITS, *(f"{NEW}{name}" for name in self._past_names)]
        given = {each.name for each in self._session.get_outputs()}
        if not self._past_names or not shapes.keys() >= {*FIXED} or given != {*self._outputs}:
            raise InvalidSetting(f"engine nano: {folder / graph}: is no graph that riffler exported")
        self._kept = [(shapes[name][0], shapes[name][2]) for name in self._past_names]
        self.vocabulary = int(self._session.get_outputs()[0].shape[1])

    def new_cache(self) -> TokenCache:
        """Make a cache without tokens."""
        return TokenCache(self._kept)

    def run(self, ids: Sequence[int], cache: TokenCache, *, every: bool = False, quiet: bool = False) -> Floats:
        """Compute new tokens, all at once.

        Args:
            ids: At least one.
            cache: What was computed before; that of the new tokens is added.
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
            **dict(zip(self._past_names, cache.arrays, strict=True)),
        }
        logits, *new = self._session.run(self._outputs, feeds)
        cache.append(new)
        made: Floats = logits
        return made

    def prefill(self, ids: Sequence[int], cache: TokenCache, go_on: Callable[[], bool] = lambda: True) -> Floats | None:
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
