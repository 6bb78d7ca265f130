"""How models write tool calls. To add a form: write its file, and its line in `FORMS`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.forms.hermes import Hermes
from riffler.service.inference.chat.forms.llama import Llama
from riffler.service.inference.chat.forms.mistral import Mistral
from riffler.service.inference.chat.forms.qwen_xml import QwenXml

FORMS: Mapping[str, ToolForm] = MappingProxyType(
    {form.name: form for form in (Mistral(), Llama(), QwenXml(), Hermes())}
)
"""By name. Where templates have signs of several forms, the first counts; where forms share a token, the last."""


def detect_form(template: str, added_tokens: Iterable[str]) -> ToolForm | None:
    """Find the form that a model was trained on.

    The template comes first, because vocabularies hold tokens that their model never writes.

    Args:
        template: The model's chat template.
        added_tokens: The tokens that its tokenizer never splits.

    Returns:
        The form, or None where neither the template nor the tokens show one.
    """
    tokens = frozenset(added_tokens)
    found = (form for form in FORMS.values() if any(sign in template for sign in form.signs))
    by_opener = {form.opener: form for form in FORMS.values()}
    return next(found, None) or next((form for opener, form in by_opener.items() if opener in tokens), None)
