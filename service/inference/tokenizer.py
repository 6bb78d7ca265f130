"""`ModelTokens`: counts tokens with the served model's own tokenizer. Needs the extra `local`, but no torch."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final

from riffler.errors import EngineTimeout, InvalidSetting

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_LIMIT_S: Final = 120.0
"""A tokenizer has some megabytes. The hub's library limits each of its reads, and nothing limits how many it makes."""


class ModelTokens:
    """Counts as the model `name` does. Special tokens that the model adds around a text aren't counted.

    The tokenizer is loaded by the first count, by `load` or by `get_ready`: from a folder at once, from the hub by a
    download. Only `get_ready` leaves the event loop to others meanwhile.

    Args:
        name: A name on the hub, or a folder that holds a tokenizer.
        local_only: Whether to use the hub's local cache only, and never the network.
        revision: A branch, tag or commit on the hub; None is its main branch.
    """

    def __init__(self, name: str, *, local_only: bool = False, revision: str | None = None) -> None:
        self._name = name
        self._revision = revision
        self._local_only = local_only
        self._tokenizer: PreTrainedTokenizerBase | None = None
        self._gate = threading.Lock()  # held while it is loaded, by whichever thread is first
        self._loading: asyncio.Task[object] | None = None

    def __repr__(self) -> str:
        return f"ModelTokens({self._name!r}, local_only={self._local_only}, revision={self._revision!r})"

    def load(self) -> PreTrainedTokenizerBase:
        """Load the tokenizer now, so that a wrong name shows at the start.

        Returns:
            The tokenizer; the same one when it is loaded already.
        """
        with self._gate:
            if self._tokenizer is None:
                self._tokenizer = _load(self._name, self._local_only, self._revision)
            return self._tokenizer

    async def get_ready(self, limit_s: float = _LIMIT_S) -> None:
        """Load the tokenizer off the event loop. Callers at the same time share one load.

        Args:
            limit_s: Longest time that this call waits. The load goes on after it, for the next one who asks.

        Raises:
            EngineTimeout: It takes longer.
        """
        if self._tokenizer is not None:
            return
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(asyncio.to_thread(self.load))
            self._loading.add_done_callback(_seen)  # its callers may all be gone when it fails
        done, _ = await asyncio.wait({self._loading}, timeout=limit_s)
        if not done:
            raise EngineTimeout(f"tokenizer {self._name!r}: isn't loaded after {limit_s:g} s, and goes on loading")
        self._loading.result()

    def count(self, text: str) -> int:
        """Count the tokens of a text.

        Args:
            text: Any text. What looks like a special token is counted as one.

        Returns:
            The number of tokens: at least 1 unless the text is empty, as some tokenizers drop white space.
        """
        if not text:
            return 0
        tokenizer = self._tokenizer or self.load()  # a lock for each count would cost more than many a count
        return max(1, len(tokenizer.encode(text, add_special_tokens=False, verbose=False)))


def _seen(task: asyncio.Task[object]) -> None:
    if not task.cancelled():
        task.exception()


def tokens_of(name: str | None, local_only: bool, revision: str | None) -> ModelTokens | None:
    """Make the counter that settings name.

    Args:
        name: The tokenizer; None where the settings name none.
        local_only: See `ModelTokens`.
        revision: See `ModelTokens`.

    Returns:
        The counter, not loaded yet; None where tokens are to be estimated.
    """
    return None if name is None else ModelTokens(name, local_only=local_only, revision=revision)


def _load(name: str, local_only: bool, revision: str | None) -> PreTrainedTokenizerBase:
    try:
        from transformers import AutoTokenizer  # noqa: PLC0415 - heavy, and an extra
    except ModuleNotFoundError as exc:
        raise InvalidSetting(f"tokenizer {name!r} needs {exc.name}: pip install 'riffler[local]'") from exc
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            name, revision=revision, local_files_only=local_only, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as exc:
        why = " ".join(str(exc).split())[:300]
        raise InvalidSetting(f"tokenizer {name!r}: can't be loaded ({type(exc).__name__}: {why})") from exc
    return tokenizer
