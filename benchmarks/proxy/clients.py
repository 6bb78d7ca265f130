"""Clients that talk to a proxy at once, each by OpenAI's own library, and check all that they hear.

A client has conversations of a few turns and sends all that was said each time, as such clients do, so Riffler has to
recognise each by what was said. Its answers must be whole and its own; the session must be the same through a
conversation and nobody else's, and in the end hold this conversation alone.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai
from benchmarks.proxy.marks import pieces, question
from benchmarks.proxy.upstream import MODEL

_MOST_SHOWN = 20


@dataclass
class Tally:
    """What came of all requests.

    Attributes:
        streaming: Answers that are being heard now.
        most: The most that there were at once.
        answers: Answers that came whole.
        conversations: Conversations that ended, and whose session held just what was said.
        wrong: How many answers failed, by what was wrong: `mixed up`, `lost`, or an error's name.
        shown: The first of them, in words.
    """

    streaming: int = 0
    most: int = 0
    answers: int = 0
    conversations: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def failed(self, kind: str, words: str) -> None:
        """Count what went wrong."""
        self.wrong[kind] += 1
        if len(self.shown) < _MOST_SHOWN:
            self.shown.append(f"{kind}: {words[:300]}")


class Clients:
    """Clients of one address.

    Args:
        address: The proxy's, without `/v1`.
        count: Pieces of each answer, as the upstream has it.
        turns: Questions of a conversation.

    Attributes:
        tally: What came of it so far.
    """

    def __init__(self, address: str, count: int, turns: int = 3) -> None:
        self._address, self._count, self._turns = address, count, turns
        self._owners: dict[str, str] = {}
        self.tally = Tally()

    async def run(self, clients: int, goes_on: Callable[[], bool], spread_s: float = 0.0) -> Tally:
        """Let clients talk.

        Args:
            clients: How many.
            goes_on: Whether another conversation is to begin.
            spread_s: Time over which they begin, so that they don't keep step.

        Returns:
            What came of it.
        """
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)  # a kept one may just be closing
        async with (
            httpx2.AsyncClient(timeout=300.0, limits=limits) as http,
            openai.AsyncOpenAI(
                base_url=f"{self._address}/v1", api_key="none", max_retries=0, http_client=http
            ) as client,
        ):
            talking = (self._talk(client, http, f"c{at:03}", goes_on, spread_s * at / clients) for at in range(clients))
            await asyncio.gather(*talking)
        return self.tally

    async def _talk(
        self,
        client: openai.AsyncOpenAI,
        http: httpx2.AsyncClient,
        name: str,
        goes_on: Callable[[], bool],
        wait_s: float,
    ) -> None:
        await asyncio.sleep(wait_s)
        conversation = 0
        while True:
            conversation += 1
            try:
                await self._converse(client, http, f"{name}x{conversation}x{secrets.token_hex(3)}")
            except (openai.APIError, httpx2.HTTPError) as exc:
                self.tally.failed(type(exc).__name__, f"{name}: {exc}")
                await asyncio.sleep(1.0)  # a service that is gone isn't asked in a loop
            if not goes_on():
                return

    async def _converse(self, client: openai.AsyncOpenAI, http: httpx2.AsyncClient, name: str) -> None:
        messages: list[dict[str, Any]] = [{"role": "system", "content": f"You keep the log of {name}."}]
        session = ""
        for turn in range(1, self._turns + 1):
            mark = f"{name}t{turn}"
            messages.append({"role": "user", "content": question(mark)})
            found, text, ending = await self._ask(client, messages)
            whole = "".join(pieces(mark, self._count))
            if text != whole or ending != "stop":
                kind = "lost" if whole.startswith(text) else "mixed up"
                self.tally.failed(kind, f"{mark} heard {text!r}, which ended with {ending!r}")
                return
            session = session or found
            owner = self._owners.setdefault(found, name)
            if found != session or owner != name:
                self.tally.failed("mixed up", f"{mark} was answered in session {found} of {owner}, not in {session}")
                return
            self.tally.answers += 1
            messages.append({"role": "assistant", "content": text})
        await self._check(http, session, messages)

    async def _ask(self, client: openai.AsyncOpenAI, messages: list[Any]) -> tuple[str, str, str | None]:
        """Ask, and hear the answer to its end: give the session, the text, and how it ended."""
        self.tally.streaming += 1
        self.tally.most = max(self.tally.most, self.tally.streaming)
        try:
            raw = await client.chat.completions.with_raw_response.create(model=MODEL, messages=messages, stream=True)
            text, ending = "", None
            async for chunk in raw.parse():
                for choice in chunk.choices:
                    text += choice.delta.content or ""
                    ending = choice.finish_reason or ending
            return raw.headers.get("x-riffler-session", ""), text, ending
        finally:
            self.tally.streaming -= 1

    async def _check(self, http: httpx2.AsyncClient, session: str, messages: list[dict[str, Any]]) -> None:
        """See that a session holds its conversation alone; then delete it, so that sessions stay few.

        The last answer isn't in it: it comes with the client's next message.
        """
        said = [(each["role"], each["content"]) for each in messages[:-1]]
        path = f"{self._address}/api/v1/sessions/{session}"
        read = (await http.get(f"{path}/messages", params={"limit": 100})).raise_for_status()
        held = read.json().get("items", [])
        if [(each["role"], each["content"]) for each in held] != said:
            self.tally.failed("mixed up", f"session {session} holds {held}")
            return
        (await http.delete(path)).raise_for_status()
        del self._owners[session]
        self.tally.conversations += 1
