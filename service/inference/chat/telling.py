"""Changes a conversation for chat templates that don't take all of it: what they leave out is told as text.

Nothing here encodes or renders. What comes from a user or a client has its marks already (`control.py`), so that a
call's opener, which is written here, is the only one that can become a token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from riffler.service.inference.chat.forms.form import ToolForm

Messages = list[dict[str, Any]]


def joined(messages: Messages) -> Messages:
    """Join neighbours of one role with an empty line between: users, systems, and assistants that call nothing.

    Args:
        messages: In OpenAI's shape, as for all that follow.

    Returns:
        New messages, as for all that follow.
    """
    made: Messages = []
    for message in messages:
        if made and made[-1]["role"] == message["role"] and _is_text(message) and _is_text(made[-1]):
            made[-1] = {**made[-1], "content": f"{made[-1]['content']}\n\n{message['content']}"}
        else:
            made.append(message)
    return made


def unsystematic(messages: Messages, *, but_first: bool = False) -> Messages:
    """Let the user say what the system says; joined, what came first is the beginning of the user's first text.

    Args:
        messages: The conversation.
        but_first: Whether a system message at the very beginning stays one.

    Returns:
        The conversation, joined.
    """
    return joined(
        [
            {"role": "user", "content": each["content"]}
            if each["role"] == "system" and not (but_first and at == 0)
            else each
            for at, each in enumerate(joined(messages))
        ]
    )


def told_calls(messages: Messages, form: ToolForm | None) -> Messages:
    """Tell calls, by the model, and results, by the user, as text.

    Args:
        messages: The conversation.
        form: How calls are written; None where that isn't known.

    Returns:
        The conversation.
    """
    told: Messages = []
    names: dict[str, str] = {}
    for message in messages:
        if message["role"] == "tool":
            name = names.get(message.get("tool_call_id", ""), message.get("name", "the tool"))
            told.append({"role": "user", "content": f"Result of {name}:\n{message['content']}"})
        elif calls := message.get("tool_calls"):
            names |= {call["id"]: call["function"]["name"] for call in calls}
            text = "\n".join(filter(None, (message["content"], *_written(calls, form))))
            told.append({"role": "assistant", "content": text})
        else:
            told.append(message)
    return told


def told_tools(messages: Messages, tools: Sequence[dict[str, Any]], form: ToolForm) -> Messages:
    """Tell what the model may call, and how, at the end of the first system message; of a new one if there is none.

    Args:
        messages: The conversation.
        tools: Schemas.
        form: How calls are written.

    Returns:
        The conversation.
    """
    schemas = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    words = files(__package__).joinpath("prompts/tools.txt").read_text("utf-8").strip()
    example = form.write("function-name", {"argument-name": "argument-value"})
    text = words.replace("{call}", example).replace("{tools}", schemas)
    if messages and messages[0]["role"] == "system":
        first = messages[0]
        return [{**first, "content": "\n\n".join(filter(None, (first["content"], text)))}, *messages[1:]]
    return [{"role": "system", "content": text}, *messages]


def _is_text(message: dict[str, Any]) -> bool:
    return message["role"] in {"user", "system"} or (message["role"] == "assistant" and not message.get("tool_calls"))


def _written(calls: Iterable[dict[str, Any]], form: ToolForm | None) -> Iterable[str]:
    for call in calls:
        function = call["function"]
        if form is not None:
            yield form.write(function["name"], function["arguments"])
        else:
            yield f"Call of {function['name']}: {json.dumps(function['arguments'], ensure_ascii=False)}"
