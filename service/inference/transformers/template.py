"""Renders a model's chat template, and helps where it doesn't take all that a conversation has.

Templates differ in what they take. Some refuse what they don't know, others leave it out in silence, so what one shows
is found out once, by trying:

- Neighbours of one role are joined where it wants turns that alternate.
- The system's text is put at the beginning of the user's where it takes no system message (Gemma).
- Calls and their results are written as text where it shows none: what was called by the model, what came by the user.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from riffler.errors import EngineRejected, InvalidSetting
from riffler.service.inference.transformers.forms.form import ToolForm

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Messages = list[dict[str, Any]]

_PROBE = "probe7probe"
"""A text that no template has of its own."""
_USER: dict[str, Any] = {"role": "user", "content": "a"}
_CALL: dict[str, Any] = {"id": "a1b2c3d4e", "type": "function", "function": {"name": "f", "arguments": {}}}
_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "f", "description": "f", "parameters": {"type": "object", "properties": {}}},
}


class ChatTemplate:
    """The chat template of one model.

    Args:
        tokenizer: The model's, which has one.
        form: How the model calls tools; None where that isn't known.
        where: Who refuses, to start an error's text with.

    Attributes:
        text: See `template_text`.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, form: ToolForm | None, where: str) -> None:
        self._tokenizer = tokenizer
        self._where = where
        self.text = template_text(tokenizer, where)
        self._takes_system = self._shows([{"role": "system", "content": _PROBE}, _USER])
        result = {"role": "tool", "content": _PROBE, "tool_call_id": _CALL["id"], "name": "f"}
        called = [_USER, {"role": "assistant", "content": "", "tool_calls": [_CALL]}, result]
        self._takes_results = self._shows(form.adapt(called) if form is not None else called)

    def render(self, messages: Messages, tools: list[dict[str, Any]] | None) -> str:
        """Render a conversation, with the beginning of the model's turn.

        Args:
            messages: In OpenAI's shape, with arguments as objects.
            tools: What the model may call.

        Returns:
            The prompt.

        Raises:
            EngineRejected: The template refuses it, in its own words.
        """
        if not self._takes_results:
            messages = _told(messages)
        if not self._takes_system:
            messages = _unsystematic(messages)
        failed: Exception | None = None
        for conversation in (messages, _joined(messages), _joined(_unsystematic(messages))):
            try:
                return self._try(conversation, tools)
            except _refusals() as exc:
                failed = failed or exc
        why = " ".join(str(failed).split())[:300]
        raise EngineRejected(f"{self._where}: its chat template refuses the conversation ({why})") from failed

    def _try(self, messages: Messages, tools: list[dict[str, Any]] | None) -> str:
        text = self._tokenizer.apply_chat_template(
            messages,
            tools=tools,  # type: ignore[arg-type]  # declared without its item's types
            tokenize=False,
            add_generation_prompt=True,
        )
        assert isinstance(text, str)  # noqa: S101 - one conversation, not tokenised
        return text

    def _shows(self, messages: Messages) -> bool:
        """Tell whether the probe is in what the template makes of a conversation, with or without a tool on offer."""
        for tools in (None, [_TOOL]):
            try:
                if _PROBE in self._try(messages, tools):
                    return True
            except _refusals():
                continue
        return False


def template_text(tokenizer: PreTrainedTokenizerBase, where: str) -> str:
    """Give the chat templates' own text: that without tools, and that with.

    Args:
        tokenizer: Has them.
        where: Who refuses, to start an error's text with.

    Returns:
        Both, joined.

    Raises:
        InvalidSetting: The tokenizer has several templates, and none for what is asked here.
    """
    try:
        return tokenizer.get_chat_template() + tokenizer.get_chat_template(tools=[_TOOL])
    except ValueError as exc:
        names = ", ".join(sorted(tokenizer.chat_template or ()))
        raise InvalidSetting(
            f"{where}: model: expected a chat template named default, its tokenizer's are: {names or 'none'}"
        ) from exc


def _refusals() -> tuple[type[Exception], ...]:
    """Name what a template raises for a conversation that it doesn't take."""
    from jinja2 import TemplateError  # noqa: PLC0415 - comes with torch

    return (TemplateError, TypeError, ValueError, KeyError, AttributeError, RecursionError)


def _joined(messages: Messages) -> Messages:
    """Join neighbouring messages of the user, or of the system, with an empty line between."""
    joined: Messages = []
    for message in messages:
        if joined and message["role"] in {"user", "system"} and joined[-1]["role"] == message["role"]:
            joined[-1] = {**joined[-1], "content": f"{joined[-1]['content']}\n\n{message['content']}"}
        else:
            joined.append(message)
    return joined


def _unsystematic(messages: Messages) -> Messages:
    """Let the user say what the system says; joined, it is the beginning of the user's first text."""
    return _joined(
        [{"role": "user", "content": each["content"]} if each["role"] == "system" else each for each in messages]
    )


def _told(messages: Messages) -> Messages:
    """Tell calls and results as text."""
    told: Messages = []
    names: dict[str, str] = {}
    for message in messages:
        if message["role"] == "tool":
            name = names.get(message.get("tool_call_id", ""), message.get("name", "the tool"))
            told.append({"role": "user", "content": f"Result of {name}:\n{message['content']}"})
        elif calls := message.get("tool_calls"):
            names |= {call["id"]: call["function"]["name"] for call in calls}
            text = "\n".join(filter(None, (message["content"], *_written(calls))))
            told.append({"role": "assistant", "content": text})
        else:
            told.append(message)
    return told


def _written(calls: Iterable[dict[str, Any]]) -> Iterable[str]:
    for call in calls:
        function = call["function"]
        yield f"Call of {function['name']}: {json.dumps(function['arguments'], ensure_ascii=False)}"
