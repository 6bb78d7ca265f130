"""`PromptTokens`: counts a local model's tokens, and knows how to write its prompts. Needs no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riffler.errors import InvalidSetting
from riffler.service.inference.chat.counting import ChatTokens
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


class PromptTokens(ChatTokens):
    """Counts with the tokenizer that transformers loads.

    Args:
        settings: Which model.
    """

    def __init__(self, settings: LocalSettings) -> None:
        super().__init__()
        self._settings = settings
        self._tokens = ModelTokens(settings.model, local_only=settings.local_only, revision=settings.revision)

    def __repr__(self) -> str:
        return f"PromptTokens({self._settings.model!r})"

    def _load(self) -> PromptWriter:
        tokenizer, where = self._tokens.load(), self._settings.where
        if not tokenizer.chat_template:
            raise InvalidSetting(
                f"{where}: model: its tokenizer has no chat template; take an instruct or chat version of it"
            )
        return PromptWriter(tokenizer, _form(self._settings, tokenizer), where)


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
