"""What a prompt begins with, whatever is said in it: the tools on offer, as the chat template writes them."""

from __future__ import annotations

import json

from riffler.service.inference.chat.prompt import Prompt, PromptWriter
from riffler.service.inference.prefixes import common_length
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message

_MOST = 16
"""Sets of tools to remember; an app has a few."""


class Preambles:
    """Tells how much of a prompt comes before its conversation. For several threads at a time.

    That much can be shared by all sessions: it is the beginning of a conversation that nobody had, so that it holds
    nothing that anybody said, a system message included.

    Args:
        writer: Writes the prompts.
    """

    def __init__(self, writer: PromptWriter) -> None:
        self._writer = writer
        self._known: dict[str, list[int]] = {}

    def length(self, request: EngineRequest, prompt: Prompt) -> int:
        """Count the tokens before the conversation.

        Args:
            request: What was asked.
            prompt: The same as the model reads it.

        Returns:
            How many of the prompt's first tokens all prompts with its tools have; 0 without tools.
        """
        if not request.tools:
            return 0
        key = json.dumps(list(request.tools))
        ids = self._known.get(key)
        if ids is None:
            # of two that differ from their first letter on: one alone has in common whatever else begins as it does
            one, other = (self._writer.write(EngineRequest((Message.user(said),), request.tools)).ids for said in "a0")
            ids = one[: common_length(one, other)]
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = ids
        return common_length(prompt.ids, ids)
