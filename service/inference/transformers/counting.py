"""`PromptTokens`: counts a local model's tokens, and knows how to write its prompts. Needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from riffler.errors import InvalidSetting
from riffler.service.inference.chat.forms import FORMS, detect_form
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.chat.template import shows_tools, template_text
from riffler.service.inference.tokenizer import ModelTokens
from riffler.service.inference.transformers.settings import LocalSettings
from riffler.service.logs import get_logger

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_LOG = get_logger("transformers")


class PromptTokens:
    """Counts a text as a prompt that holds it is encoded, so that what fits by the count fits.

    A text that spells a control token is told from it letter by letter, which takes ten tokens in place of one. The
    tokenizer is loaded by the first count, or by `load`.

    Args:
        settings: Which model.
    """

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings
        self._tokens = ModelTokens(settings.model, local_only=settings.local_only, revision=settings.revision)
        self._writer: PromptWriter | None = None

    def __repr__(self) -> str:
        return f"PromptTokens({self._settings.model!r})"

    def load(self) -> PromptWriter:
        """Load the tokenizer now, and find out how its model is spoken to.

        Returns:
            What writes prompts; the same one when it is loaded already.

        Raises:
            InvalidSetting: The tokenizer can't be loaded, or has no chat template.
        """
        if self._writer is None:
            tokenizer, where = self._tokens.load(), self._settings.where
            if not tokenizer.chat_template:
                raise InvalidSetting(
                    f"{where}: model: its tokenizer has no chat template; take an instruct or chat version of it"
                )
            self._writer = PromptWriter(tokenizer, _form(self._settings, tokenizer), where)
        return self._writer

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


def _form(settings: LocalSettings, tokenizer: PreTrainedTokenizerBase) -> ToolForm | None:
    """Find out how the model calls tools. One that isn't shown any is told how Hermes does, unless a setting says."""
    template = template_text(tokenizer, settings.where)
    form = None if settings.tool_form == "auto" else FORMS[settings.tool_form]
    if not shows_tools(tokenizer):
        form = form or FORMS["hermes"]
        _LOG.warning("tools_told_as_text", model=settings.model, reason="its template shows none", form=form.name)
        return form
    form = form or detect_form(template, tokenizer.get_added_vocab())
    if form is None:
        _LOG.warning("tool_form_unknown", model=settings.model, expected=sorted(FORMS))
    return form
