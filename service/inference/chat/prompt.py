"""Messages and tools as token ids, through the model's own chat template."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from riffler.errors import EngineRejected
from riffler.service.inference.chat.control import ControlTokens, PieceEncoder
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.marks import THINKING, marks_of
from riffler.service.inference.chat.template import ChatTemplate
from riffler.service.inference.chat.tokenizer import ChatTokenizer
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import DEEPEST, Message, deeper


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads.

    Attributes:
        ids: Token ids, the beginning of the model's turn included.
        forced: What of that beginning is ours, to make it call a tool; it belongs to the reply.
        thinking: What ends the reasoning that the template opened; empty when it opened none.
    """

    ids: list[int]
    forced: str = ""
    thinking: str = ""


class PromptWriter:
    """Writes prompts for one model.

    Args:
        tokenizer: The model's, with a chat template.
        form: How the model calls tools; None where that isn't known.
        where: Who refuses, to start an error's text with.

    Attributes:
        tokenizer: The model's.
        form: How the model calls tools; None where that isn't known.

    Raises:
        InvalidSetting: There are templates, but none for chats.
    """

    def __init__(self, tokenizer: ChatTokenizer, form: ToolForm | None, where: str) -> None:
        self.tokenizer = tokenizer
        self.form = form
        self._encoder = PieceEncoder(tokenizer)
        self._where = where
        self._template = ChatTemplate(tokenizer, form, where)
        self._tools_counted = lru_cache(maxsize=8)(self._count_tools)
        template, marks = self._template.text, marks_of(tokenizer, form)
        self._controls = ControlTokens(
            content
            for number, token in tokenizer.added_tokens_decoder.items()
            if (content := token.content).strip() and (token.special or content in template or number in marks)
        )

    def write(self, request: EngineRequest) -> Prompt:
        """Write a request as the model expects it.

        The tools stay in the prompt when `tool_choice` is `none`, so that the prompt's beginning stays the same over
        a session and is computed once.

        Args:
            request: The request.

        Returns:
            The prompt.

        Raises:
            EngineRejected: A message has a part that is no text, a schema is nested too deep, the template refuses the
                conversation, or a call is required of a model whose form of calls isn't known.
        """
        if deeper(request.tools, DEEPEST):
            raise EngineRejected(
                f"{self._where}: tools: expected at most {DEEPEST} lists and objects inside each other, got more"
            )
        messages = [self._translate(message, at) for at, message in enumerate(request.messages)]
        if self.form is not None:
            messages = self.form.adapt(messages)
        (messages, tools), mark = self._controls.mark((messages, list(request.tools)))
        text = self._template.render(messages, tools or None)
        thinking = next((closer for opener, closer in THINKING if text.rstrip().endswith(opener)), "")
        forced = ""
        if request.tools and request.tool_choice == "required":
            if self.form is None:
                raise EngineRejected(
                    f"{self._where}: tool_choice required: the model's chat template shows no form of tool calls that "
                    f"is known here; set tool_form, or use another model"
                )
            forced = self.form.forced
            if thinking:
                text, thinking = f"{text.rstrip()}\n\n{thinking}\n\n", ""
        return Prompt(self._encoder.encode(text + forced, mark), forced, thinking)

    def count(self, text: str) -> int:
        """Count the tokens that a text takes in a prompt.

        Args:
            text: The text of a message.

        Returns:
            How many; by the joints with its neighbours it may be one or two more or less.
        """
        return len(self._encoder.encode(*self._controls.mark(text)))

    def count_tools(self, schemas: Sequence[dict[str, Any]]) -> int:
        """Count the tokens that tools take in a prompt: templates tell them in full, or little of them.

        Args:
            schemas: The tools' schemas in OpenAI's shape.

        Returns:
            How many.

        Raises:
            EngineRejected: The template refuses the tools.
        """
        return self._tools_counted(json.dumps(schemas)) if schemas else 0

    def _count_tools(self, schemas: str) -> int:
        asked = Message.user("a")
        told = self.write(EngineRequest((asked,), json.loads(schemas))).ids
        return len(told) - len(self.write(EngineRequest((asked,))).ids)

    def end(self) -> int | None:
        """Find the token that ends the model's turn in the template, which a config may not name.

        Returns:
            Its id; None where no token of its own comes right after the model's words.
        """
        after, marks = self._template.after_turn(), marks_of(self.tokenizer, self.form)
        added = {token.content: number for number, token in self.tokenizer.added_tokens_decoder.items()}
        found = [content for content in added if content and after.startswith(content) and added[content] not in marks]
        return added[max(found, key=len)] if found else None

    def _translate(self, message: Message, at: int) -> dict[str, Any]:
        """Give a message in the shape that templates expect: text as one string, arguments as objects."""
        value = message.to_dict()
        parts = value.get("content")
        if isinstance(parts, list):
            other = next((part["type"] for part in parts if part["type"] != "text"), None)
            if other is not None:
                raise EngineRejected(
                    f"{self._where}: messages[{at}].content: expected text, got a part of type {other!r}"
                )
        role = "system" if message.role == "developer" else message.role
        made: dict[str, Any] = {"role": role, "content": message.text}
        if message.tool_calls:
            made["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": _object(call.arguments)},
                }
                for call in message.tool_calls
            ]
        if message.tool_call_id is not None:
            made["tool_call_id"] = message.tool_call_id
        if isinstance(value.get("name"), str):
            made["name"] = value["name"]
        return made


def _object(arguments: str) -> dict[str, Any]:
    """Read arguments for a template, which writes them out again; what it can't write is shown as text, by one key."""
    try:
        value = json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        value = arguments
    if deeper(value, DEEPEST):
        value = arguments
    return value if isinstance(value, dict) else {"arguments": value}
