"""Renders a model's chat template, and helps where it doesn't take all that a conversation has.

Templates differ in what they take. Some refuse what they don't know, others leave it out in silence, so what one shows
is found out once, by trying:

- Neighbours of one role are joined where it wants turns that alternate.
- System messages but the first become the user's where it takes one at the beginning only; all of them where it takes
  none (Gemma), so that the first is the beginning of the user's text.
- Tools are told in the system's text where it doesn't show them (Llama 3.0, Gemma 2, Phi-3).
- Calls and their results are written as text where it shows none: what was called by the model, what came by the user.
"""

from __future__ import annotations

from typing import Any

from riffler.errors import EngineRejected, InvalidSetting
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.telling import Messages, joined, told_calls, told_tools, unsystematic
from riffler.service.inference.chat.tokenizer import ChatTokenizer

_PROBE = "probe7probe"
"""A text that no template has of its own."""
_USER: dict[str, Any] = {"role": "user", "content": "a"}
_CALLED = "probe8probe"
"""Another."""
_CALL: dict[str, Any] = {"id": "a1b2c3d4e", "type": "function", "function": {"name": _CALLED, "arguments": {}}}


class ChatTemplate:
    """The chat template of one model.

    Args:
        tokenizer: The model's, which has one.
        form: How the model calls tools; None where that isn't known, and then no tool can be told.
        where: Who refuses, to start an error's text with.

    Attributes:
        text: See `template_text`.
    """

    def __init__(self, tokenizer: ChatTokenizer, form: ToolForm | None, where: str) -> None:
        self._tokenizer = tokenizer
        self._where = where
        self.text = template_text(tokenizer, where)
        self._form = form
        self._takes_system = self._shows([{"role": "system", "content": _PROBE}, _USER], _PROBE)
        result = {"role": "tool", "content": _PROBE, "tool_call_id": _CALL["id"], "name": "f"}
        called = [_USER, {"role": "assistant", "content": "", "tool_calls": [_CALL]}, result]
        self._shows_tools = form is None or shows_tools(tokenizer)
        called = form.adapt(called) if form is not None else called
        self._takes_calls = self._shows_tools and self._shows(called, _PROBE, _CALLED)

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
        if not self._takes_calls:
            messages = told_calls(messages, self._form)
        if tools and not self._shows_tools and self._form is not None:
            messages, tools = told_tools(messages, tools, self._form), None
        if not self._takes_system:
            messages = unsystematic(messages)
        failed: Exception | None = None
        for conversation in (
            messages,
            joined(messages),
            unsystematic(messages, but_first=True),
            unsystematic(messages),
        ):
            try:
                return self._try(conversation, tools)
            except _refusals() as exc:
                failed = failed or exc
        why = " ".join(str(failed).split())[:300]
        raise EngineRejected(f"{self._where}: its chat template refuses the conversation", f": {why}") from failed

    def after_turn(self) -> str:
        """Give what comes after the model's words in a turn of its own; empty when nothing does."""
        said = [_USER, {"role": "assistant", "content": _PROBE}]
        return _tried(self._tokenizer, said, None, begin=False).rpartition(_PROBE)[2].strip()

    def _try(self, messages: Messages, tools: list[dict[str, Any]] | None) -> str:
        return _rendered(self._tokenizer, messages, tools)

    def _shows(self, messages: Messages, *probes: str) -> bool:
        """Tell whether the probes are in what a template makes of a conversation, with or without a tool on offer."""
        texts = [_tried(self._tokenizer, messages, tools) for tools in (None, [_tool("f")])]
        return any(all(probe in text for probe in probes) for text in texts)


def shows_tools(tokenizer: ChatTokenizer) -> bool:
    """Tell whether a chat template shows the model which tools there are.

    Args:
        tokenizer: Has the template.

    Returns:
        False where it leaves them out in silence, or refuses them, with or without a system message before.
    """
    system = {"role": "system", "content": "a"}
    made = [_tried(tokenizer, messages, [_tool(_PROBE)]) for messages in ([_USER], [system, _USER])]
    return any(made) and all(_PROBE in text for text in made if text)


def _tool(name: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {}}
    return {"type": "function", "function": {"name": name, "description": "f", "parameters": parameters}}


def _rendered(
    tokenizer: ChatTokenizer, messages: Messages, tools: list[dict[str, Any]] | None, *, begin: bool = True
) -> str:
    text = tokenizer.apply_chat_template(
        messages,
        tools=tools,
        tokenize=False,
        add_generation_prompt=begin,
    )
    assert isinstance(text, str)  # noqa: S101 - one conversation, not tokenised
    return text


def _tried(
    tokenizer: ChatTokenizer, messages: Messages, tools: list[dict[str, Any]] | None, *, begin: bool = True
) -> str:
    """Render what may be refused; empty when it is."""
    try:
        return _rendered(tokenizer, messages, tools, begin=begin)
    except _refusals():
        return ""


def template_text(tokenizer: ChatTokenizer, where: str) -> str:
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
        return tokenizer.get_chat_template() + tokenizer.get_chat_template(tools=[_tool("f")])
    except ValueError as exc:
        names = ", ".join(sorted(tokenizer.chat_template or ()))
        raise InvalidSetting(
            f"{where}: model: expected a chat template named default, its tokenizer's are: {names or 'none'}"
        ) from exc


def _refusals() -> tuple[type[Exception], ...]:
    """Name what a template raises for a conversation that it doesn't take."""
    from jinja2 import TemplateError  # noqa: PLC0415 - comes with torch

    return (TemplateError, TypeError, ValueError, KeyError, AttributeError, RecursionError)
