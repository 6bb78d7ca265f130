"""`ModelTokens`: counts tokens with the served model's own tokenizer. Needs the extra `local`, but no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.errors import InvalidSetting

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class ModelTokens:
    """Counts as the model `name` does. Special tokens that the model adds around a text aren't counted.

    The tokenizer is loaded by the first count, or by `load`: from a folder at once, from the hub by a download.

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

    def __repr__(self) -> str:
        return f"ModelTokens({self._name!r})"

    def load(self) -> PreTrainedTokenizerBase:
        """Load the tokenizer now, so that a wrong name shows at the start.

        Returns:
            The tokenizer; the same one when it is loaded already.
        """
        if self._tokenizer is None:
            self._tokenizer = _load(self._name, self._local_only, self._revision)
        return self._tokenizer

    def count(self, text: str) -> int:
        """Count the tokens of a text.

        Args:
            text: Any text. What looks like a special token is counted as one.

        Returns:
            The number of tokens: at least 1 unless the text is empty, as some tokenizers drop white space.
        """
        if not text:
            return 0
        return max(1, len(self.load().encode(text, add_special_tokens=False, verbose=False)))


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
