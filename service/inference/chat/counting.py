"""`ChatTokens`: counts tokens as a model's prompts are encoded, and knows how to write them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from riffler.service.inference.chat.prompt import PromptWriter


class ChatTokens(ABC):
    """Counts a text as a prompt that holds it is encoded, so that what fits by the count fits.

    A text that spells a control token is told from it letter by letter, which takes ten tokens in place of one. The
    tokenizer is loaded by the first count, or by `load`.
    """

    def __init__(self) -> None:
        self._writer: PromptWriter | None = None

    def load(self) -> PromptWriter:
        """Load the tokenizer now, and find out how its model is spoken to.

        Returns:
            What writes prompts; the same one when it is loaded already.

        Raises:
            InvalidSetting: The tokenizer can't be loaded, or has no chat template.
        """
        if self._writer is None:
            self._writer = self._load()
        return self._writer

    @abstractmethod
    def _load(self) -> PromptWriter:
        """Do the work of `load`, once."""

    def count(self, text: str) -> int:
        """Count the tokens of a text.

        Args:
            text: Any text.

        Returns:
            The number of tokens: at least 1 unless the text is empty, as some tokenizers drop white space.
        """
        return max(1, self.load().count(text)) if text else 0

    def count_tools(self, schemas: Sequence[dict[str, object]]) -> int:
        """Count the tokens that tools take in a prompt, as the chat template tells them.

        Args:
            schemas: The tools' schemas in OpenAI's shape.

        Returns:
            How many.

        Raises:
            EngineRejected: The template refuses the tools.
        """
        return self.load().count_tools(schemas)
