"""`NanoTokenizer`: a tokenizer and its chat template from the files that transformers saves, without transformers.

The template is rendered as transformers does it (`utils/chat_template_utils.py`): in jinja2's sandbox, with blocks
trimmed, `break` and `continue`, JSON written without escapes for HTML, and the same few functions. A test compares.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenizers
from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from riffler.errors import InvalidSetting

if TYPE_CHECKING:
    from jinja2 import Template

_SPECIAL = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")


class NanoTokenizer:
    """A tokenizer with a chat template; see `chat/tokenizer.py` for what its methods are.

    Args:
        folder: Holds `tokenizer.json`, `tokenizer_config.json`, and `chat_template.jinja` unless the config has it.

    Attributes:
        chat_template: The template's text, or None.

    Raises:
        InvalidSetting: There are no such files, or they can't be read.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._inner = tokenizers.Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
            config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
            own = folder / "chat_template.jinja"
            template = own.read_text("utf-8") if own.is_file() else config.get("chat_template")
        except Exception as exc:  # the library raises Exception itself
            why = " ".join(str(exc).split())[:300]
            raise InvalidSetting(f"tokenizer in {folder}: can't be loaded ({type(exc).__name__}: {why})") from exc
        self._inner.no_truncation()
        self._inner.no_padding()
        self.chat_template: str | None = template if isinstance(template, str) else None
        self._special = {name: _content(config[name]) for name in _SPECIAL if config.get(name)}

    def __len__(self) -> int:
        return int(self._inner.get_vocab_size(with_added_tokens=True))

    @property
    def eos_token_id(self) -> int | None:
        """The token that ends a text."""
        return self._id("eos_token")

    @property
    def unk_token_id(self) -> int | None:
        """The token of what can't be encoded; None where all can."""
        return self._id("unk_token")

    @cached_property
    def added_tokens_decoder(self) -> Mapping[int, Any]:
        """The tokens that are never split, by their ids."""
        found: Mapping[int, Any] = self._inner.get_added_tokens_decoder()
        return found

    def get_added_vocab(self) -> dict[str, int]:
        """Give the ids of the tokens that are never split."""
        return {token.content: number for number, token in self.added_tokens_decoder.items()}

    def convert_ids_to_tokens(self, ids: int, /) -> str | None:
        """Give a token as the vocabulary has it."""
        token: str | None = self._inner.id_to_token(ids)
        return token

    def encode(self, text: str, /, *, add_special_tokens: bool = False, verbose: bool = False) -> list[int]:
        """Give a text's ids. There is nothing that `verbose` could say."""
        ids: list[int] = self._inner.encode(text, add_special_tokens=add_special_tokens).ids
        return ids

    def decode(
        self, ids: list[int], /, *, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool = False
    ) -> str:
        """Give the text of ids. Spaces are never cleaned up."""
        text: str = self._inner.decode(ids, skip_special_tokens=skip_special_tokens)
        return text

    def get_chat_template(self, *, tools: Any = None) -> str:  # noqa: ANN401 - schemas
        """Give the template, which is one for all conversations.

        Args:
            tools: Change nothing.

        Returns:
            Its text.

        Raises:
            ValueError: There is none.
        """
        if self.chat_template is None:
            raise ValueError("the tokenizer has no chat template, or several")
        return self.chat_template

    def apply_chat_template(
        self,
        messages: list[dict[str, Any]],
        /,
        *,
        tools: Any = None,  # noqa: ANN401 - schemas
        tokenize: bool = False,
        add_generation_prompt: bool = False,
    ) -> str:
        """Render a conversation.

        Args:
            messages: In OpenAI's shape, with arguments as objects.
            tools: Schemas; None for none.
            tokenize: Is False: a caller encodes what it gets.
            add_generation_prompt: Whether the beginning of the model's turn follows.

        Returns:
            The text.

        Raises:
            NotImplementedError: It is to be tokenised.
        """
        if tokenize:
            raise NotImplementedError("encode what this gives")
        return self._template.render(
            messages=messages,
            tools=tools,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            **self._special,
        )

    @cached_property
    def _template(self) -> Template:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.filters["tojson"] = _tojson
        environment.globals["raise_exception"] = _raise_exception
        environment.globals["strftime_now"] = _strftime_now
        return environment.from_string(self.get_chat_template())

    def _id(self, name: str) -> int | None:
        token = self._special.get(name)
        number: int | None = None if token is None else self._inner.token_to_id(token)
        return number


def _content(token: str | dict[str, Any]) -> str:
    """Read a special token, which is a text, or an object with one."""
    return token if isinstance(token, str) else str(token["content"])


def _tojson(
    value: Any,  # noqa: ANN401 - JSON of any type
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _strftime_now(form: str) -> str:
    return datetime.now().strftime(form)
