"""What is expected of a model's tokenizer: what transformers' tokenizers have, and the light one of `nano` too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from riffler.errors import EngineRejected


class AddedToken(Protocol):
    """A token that is never split."""

    @property
    def content(self) -> str:
        """How it is written."""
        ...

    @property
    def special(self) -> bool:
        """Whether it is no text."""
        ...


class ChatTokenizer(Protocol):
    """A tokenizer with a chat template. Names and meanings are those of transformers' `PreTrainedTokenizerBase`."""

    @property
    def chat_template(self) -> Any:  # noqa: ANN401 - one text, or several by name
        """The template's text, several by their names, or None."""
        ...

    @property
    def eos_token_id(self) -> Any:  # noqa: ANN401 - an int or None
        """The token that ends a text."""
        ...

    @property
    def unk_token_id(self) -> Any:  # noqa: ANN401 - an int or None
        """The token of what can't be encoded."""
        ...

    @property
    def added_tokens_decoder(self) -> Mapping[int, AddedToken]:
        """The tokens that are never split, by their ids."""
        ...

    def __len__(self) -> int:
        """How many tokens there are."""
        ...

    def get_added_vocab(self) -> Mapping[str, int]:
        """Give the ids of the tokens that are never split, by how they are written."""
        ...

    def convert_ids_to_tokens(self, ids: int, /) -> Any:  # noqa: ANN401 - a text
        """Give a token as the vocabulary has it."""
        ...

    def encode(self, text: str, /, *, add_special_tokens: bool, verbose: bool) -> list[int]:
        """Give a text's ids."""
        ...

    def decode(self, ids: list[int], /, *, skip_special_tokens: bool, clean_up_tokenization_spaces: bool) -> Any:  # noqa: ANN401 - a text
        """Give the text of ids."""
        ...

    def get_chat_template(self, *, tools: Any = None) -> str:  # noqa: ANN401 - schemas
        """Give the template for a conversation with or without tools; ValueError when there is none."""
        ...

    def apply_chat_template(
        self,
        messages: list[dict[str, Any]],
        /,
        *,
        tools: Any,  # noqa: ANN401 - schemas
        tokenize: bool,
        add_generation_prompt: bool,
    ) -> Any:  # noqa: ANN401 - a text, as it isn't tokenised
        """Render a conversation. Raises what the template raises, for one that it doesn't take."""
        ...


def check_tokens(ids: list[int], vocabulary: int, tokenizer: ChatTokenizer, where: str) -> None:
    """Refuse tokens that the tokenizer has and the model hasn't: on a GPU they would end the process's device.

    Args:
        ids: The prompt.
        vocabulary: How many tokens the model can read: ids from this on have no embedding.
        tokenizer: The model's.
        where: Who refuses, to start the error's text with.

    Raises:
        EngineRejected: There is such a token.
    """
    strange = max(ids, default=0)
    if strange >= vocabulary:
        token = tokenizer.convert_ids_to_tokens(strange)
        raise EngineRejected(f"{where}: the prompt has the token {token!r}, which the model has no embedding for")
