"""How models write tool calls. To add a form: write its file, and its line in `FORMS`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from riffler.service.inference.transformers.forms.form import ToolForm
from riffler.service.inference.transformers.forms.hermes import Hermes
from riffler.service.inference.transformers.forms.llama import Llama
from riffler.service.inference.transformers.forms.mistral import Mistral

FORMS: Mapping[str, ToolForm] = MappingProxyType({form.name: form for form in (Mistral(), Llama(), Hermes())})


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
    return next(found, None) or next((form for form in FORMS.values() if form.opener in tokens), None)
