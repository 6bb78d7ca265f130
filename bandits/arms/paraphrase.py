"""`paraphrase`: the engine says the question in other words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from riffler.bandits.arms.base import Ask
from riffler.bandits.query import Query
from riffler.errors import RewriteFailed

_LABEL = re.compile(r"^\s*(?:new question|question|paraphrase|rewritten(?: question)?)\s*:\s*", re.IGNORECASE)


@cache
def prompt() -> str:
    """Give the prompt, which is data: its text is part of the arms' version."""
    return files(__package__).joinpath("prompts/paraphrase.txt").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Asks the engine for another wording."""

    name: str = "paraphrase"
    version: str = "1"
    needs_model: bool = True

    def offered(self, query: Query) -> bool:
        """Tell whether there is something to say in other words."""
        return bool(query.text.strip())

    async def rewrite(self, query: Query, ask: Ask | None) -> str:
        """Ask for another wording; labels and quotes around the whole of the reply are dropped.

        Args:
            query: The query.
            ask: Asks the engine.

        Returns:
            The engine's wording.

        Raises:
            RewriteFailed: There is nobody to ask, or the reply is empty.
        """
        if ask is None:
            raise RewriteFailed("paraphrase: the engine can't be asked")
        reply = _LABEL.sub("", (await ask(prompt().replace("{query}", query.text))).strip())
        if len(reply) > 1 and reply[0] + reply[-1] in {'""', "“”"} and reply[0] != query.text.strip()[:1]:
            reply = reply[1:-1].strip()
        if not reply:
            raise RewriteFailed("paraphrase: the engine's reply is empty")
        return reply
