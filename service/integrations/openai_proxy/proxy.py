"""The proxy: a chat request becomes a turn on a session, or goes straight to the model's server."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from riffler.errors import MemoryFailed, SessionBusy, UnpairedToolCall, VersionConflict
from riffler.service.agent.beside import Beside
from riffler.service.agent.offload import offload
from riffler.service.agent.progress import Answer, Progress
from riffler.service.agent.turns import Turns
from riffler.service.integrations.openai_proxy.asked import ALIAS, Asked, beside_of, ignored, messages_of, straight
from riffler.service.integrations.openai_proxy.chain import links
from riffler.service.integrations.openai_proxy.model_list import listed_models, model_of
from riffler.service.integrations.openai_proxy.outgoing import Outgoing
from riffler.service.integrations.openai_proxy.recognising import Opened, Sessions
from riffler.service.integrations.openai_proxy.relaying import EngineRelay
from riffler.service.logs import get_logger
from riffler.service.ports.engine import Engine, Relay
from riffler.tools.messages import Message
from riffler.tools.pairing import check_complete

_LOG = get_logger("proxy")
_PEOPLE: Final = ("safety_identifier", "user", "prompt_cache_key")
"""Fields in which a client tells its own users apart; each stays the same through a conversation."""


@dataclass(frozen=True)
class Proxied:
    """A request that becomes a turn.

    Attributes:
        asked: The request.
        messages: Its messages.
        beside: What it brings beside them.
        outgoing: What goes out of it; filled as `Proxy.turn` runs.
        ignored: Fields that the engine can do nothing with.
    """

    asked: Asked
    messages: tuple[Message, ...]
    beside: Beside
    outgoing: Outgoing
    ignored: tuple[str, ...] = ()


class Proxy:
    """Answers chat requests.

    Args:
        turns: Questions.
        sessions: Finds sessions.
        engine: Runs the model.
        tools: Names of the tools on offer to it.
        relay: Passes requests on to its server; None where the model runs in this process.
        idle: Whether the settings leave Riffler nothing to do.
    """

    def __init__(
        self,
        turns: Turns,
        sessions: Sessions,
        engine: Engine,
        tools: frozenset[str],
        relay: Relay | None,
        *,
        idle: bool,
    ) -> None:
        self._relay, self._served = relay or EngineRelay(engine), relay is not None
        self._turns, self._sessions, self._engine, self._tools, self._idle = turns, sessions, engine, tools, idle

    def off(self, asked: Asked) -> str:
        """Tell why Riffler does nothing with a request, so that it is to go straight to the model's server.

        Args:
            asked: The request.

        Returns:
            `client`, `settings`, or the field of the request that is the reason; empty when there is none.
        """
        if asked.off:
            return "client"
        if self._idle:
            return "settings"
        return straight(asked, self._engine.info.model)

    async def read(self, asked: Asked, size: int) -> Proxied | None:
        """Read a request that isn't to go straight.

        Args:
            asked: The request.
            size: Bytes of its body.

        Returns:
            The request; None when its messages are none that a session can keep.
        """
        messages = await offload(size, lambda: messages_of(asked))
        if messages is None:
            return None
        try:
            check_complete(messages)
        except UnpairedToolCall:
            return None
        beside = beside_of(asked, self._tools)
        outgoing = Outgoing(asked, self._engine.info.model, inside=beside.offers)
        return Proxied(asked, messages, beside, outgoing, self.ignored(asked))

    def ignored(self, asked: Asked) -> tuple[str, ...]:
        """Name the fields of a request that the engine can do nothing with.

        Args:
            asked: The request.

        Returns:
            Their names; none where the engine is a server, which decides that itself.
        """
        return () if self._served else tuple(ignored(asked))

    def straight(self, asked: Asked) -> AsyncGenerator[Mapping[str, Any]]:
        """Pass a request on to the model's server as it came.

        Args:
            asked: The request.

        Returns:
            See `Relay.relay`.
        """
        body = asked.body
        return self._relay.relay({**body, "model": self._engine.info.model} if asked.model == ALIAS else body)

    async def models(self) -> Mapping[str, Any]:
        """List the models that can be asked for.

        Returns:
            The list of the model's server as it came, else one of the one model; and `riffler` at its end.
        """
        return listed_models(await self._relay.listed(), self._engine.info.model)

    async def model(self, name: str) -> Mapping[str, Any]:
        """Look up one of the models that can be asked for.

        Args:
            name: Its name. An unknown one is `EngineRejected`, with OpenAI's words in its refusal.

        Returns:
            Its row of the list.
        """
        return model_of(await self.models(), name, self._engine.info.name)

    async def turn(self, tenant: str, proxied: Proxied) -> AsyncGenerator[Progress]:
        """Run a turn.

        Args:
            tenant: Whose; from the credential.
            proxied: What `read` gave.

        Yields:
            Progress; the last item is the `Answer`.

        Raises:
            SessionBusy: Another turn runs in the fork, too; as `VersionConflict`, that takes more than one other turn.
            VersionConflict: See there.
        """
        asked, chain = proxied.asked, await offload(_size(proxied), lambda: links(_values(proxied), _seed(proxied)))
        async with self._turns.agent.gate.slot():
            opened = await self._sessions.open(tenant, chain, asked.named)
        try:
            async with aclosing(self._run(opened, chain, proxied)) as progress:
                async for item in progress:
                    yield item
            return
        except (SessionBusy, VersionConflict):
            if proxied.outgoing.answered:
                raise
        # Another request goes on with the session just now: two at once are two branches, as with a server that
        # keeps nothing.
        opened = await self._sessions.open(tenant, chain, asked.named, aside=True)
        async with aclosing(self._run(opened, chain, proxied)) as progress:
            async for item in progress:
                yield item

    async def _run(self, opened: Opened, chain: list[str], proxied: Proxied) -> AsyncGenerator[Progress]:
        """Run a turn in a session; its answer is told when all is kept and the session is free for what comes next."""
        asked, answer = proxied.asked, None
        turn = self._turns.stream(
            opened.key.tenant,
            proxied.messages[opened.first :],
            opened.key.session,
            deltas=asked.stream,
            seen=opened.memory.stamp,
            beside=proxied.beside,
        )
        proxied.outgoing.session = opened.key.session
        try:
            async with aclosing(turn) as progress:
                async for item in progress:
                    if isinstance(item, Answer):
                        answer = item
                        await self._note(opened, chain, proxied, item)
                        continue
                    proxied.outgoing.hear(item)
                    yield item
        finally:
            if answer is None:
                await self._sessions.undo(opened)
        if answer is not None:
            proxied.outgoing.hear(answer)
            yield answer

    async def _note(self, opened: Opened, chain: list[str], proxied: Proxied, answer: Answer) -> None:
        """Note where the conversation has come to; one that isn't noted begins a session anew next time."""
        try:
            said, named = proxied.outgoing.said, proxied.asked.named
            await self._sessions.note(opened, chain, said, answer, named=named)
        except MemoryFailed as exc:
            _LOG.warning("conversation not noted", session=opened.key.session, why=exc.loggable)


def _size(proxied: Proxied) -> int:
    return sum(len(message.json) for message in proxied.messages)


def _values(proxied: Proxied) -> list[Mapping[str, Any]]:
    values: list[Mapping[str, Any]] = proxied.asked.body["messages"]
    return values


def _seed(proxied: Proxied) -> str:
    """Tell apart conversations that say the same, by their name, or by who has them where the client tells that."""
    asked = proxied.asked
    people = {name: asked.body[name] for name in _PEOPLE if isinstance(asked.body.get(name), str)}
    return asked.named or (json.dumps(people) if people else "")
