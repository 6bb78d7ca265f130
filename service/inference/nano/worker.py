"""The one thread that computes. Requests take turns: a chunk of a prompt, or one token, and the next one's turn comes.

So a long prompt holds nobody up for longer than a chunk, and whoever gives up is gone by the next turn. Requests aren't
computed together: on a CPU that gains a small model little.

What is kept of a session is whole chunks of prompts only, as `../prefixes.py` says why: reuse changes no number. What
comes before a conversation, the tools on offer, is kept for all sessions: where a chat template tells their schemas,
our own take 2,000 tokens, and a new session has nothing else to share.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from riffler.errors import EngineFailed, EngineOutOfMemory, EngineUnavailable
from riffler.service.inference.chat.reply import Reply
from riffler.service.inference.chat.thread import ReplyThread
from riffler.service.inference.nano.loading import Loaded
from riffler.service.inference.nano.runtime import CHUNK_TOKENS, TokenCache
from riffler.service.inference.nano.sampling import Sampler
from riffler.service.inference.prefixes import PrefixStore
from riffler.service.logs import get_logger

_LOG = get_logger("nano")
_TOOLS = "\0tools"
"""Keeps what comes before conversations: the name of no session."""


@dataclass(eq=False, slots=True, kw_only=True)
class Turn(Reply):
    """A reply that takes turns with others.

    Attributes:
        sampler: Draws tokens.
        preamble: How many of the prompt's first tokens come before the conversation.
        cache: What was computed of `ids`; None until the first turn.
    """

    sampler: Sampler
    preamble: int = 0
    cache: TokenCache | None = None


class Worker(ReplyThread[Turn]):
    """Computes replies in a thread of its own, from `start` to `stop`.

    Args:
        loaded: The model.
        kept: Bytes for computed beginnings of sessions.
        at_once: Most requests that take turns; others wait, and take no memory yet.
        where: Who speaks, to start an error's text with.
    """

    def __init__(self, loaded: Loaded, kept: int, at_once: int, where: str) -> None:
        super().__init__("riffler-nano", where)
        self.store: PrefixStore[TokenCache] = PrefixStore(kept)
        self._loaded = loaded
        self._at_once = at_once
        self._waiting: deque[Turn] = deque()
        self._running: deque[Turn] = deque()

    def _run(self) -> None:
        while self._receive(self._waiting, idle=not (self._running or self._waiting)):
            self._expire()
            while self._waiting and len(self._running) < self._at_once:
                self._running.append(self._waiting.popleft())
            if self._running:
                turn = self._running.popleft()
                self._guarded(turn)
                if not turn.over:
                    self._running.append(turn)
        for turn in (*self._running, *self._waiting):
            if not turn.over:
                turn.fail(EngineUnavailable(self.closed))

    def _expire(self) -> None:
        """Let go of replies that nobody waits for, or whose time is up."""
        now = time.monotonic()
        for turns in (self._running, self._waiting):
            for turn in turns:
                if not turn.over and turn.deadline <= now:
                    turn.fail_late()
            if any(turn.over for turn in turns):
                left = [turn for turn in turns if not turn.over]
                turns.clear()
                turns.extend(left)

    def _guarded(self, turn: Turn) -> None:
        """Do a step; what fails in it fails this reply alone."""
        try:
            self._step(turn)
        except EngineFailed as exc:
            turn.fail(exc)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the caller waits for an answer
            _LOG.error("step_failed", where=self.where, exc_info=exc)
            turn.fail(_translated(exc, self.where))

    def _step(self, turn: Turn) -> None:
        """Compute the next chunk of what isn't computed yet; behind the last token, draw one."""
        cache = turn.cache or self._begin(turn)
        piece = turn.ids[cache.length : cache.length + CHUNK_TOKENS]
        more = cache.length + len(piece) < len(turn.ids)
        logits = self._loaded.model.run(piece, cache, quiet=more)
        if cache.length == _whole(turn.preamble):
            self._keep(_TOOLS, turn, cache)
        if more:
            return
        if turn.drawn == 0:
            self._keep(turn.request.reuse, turn, cache)
        turn.take(turn.sampler.draw(logits[0], turn.constraint), self._loaded.ends)

    def _begin(self, turn: Turn) -> TokenCache:
        """Take over chunks that the session has computed already, but the last token, which has to answer."""
        shared, kept = 0, None
        for name in (turn.request.reuse, _TOOLS) if turn.request.reuse else ():
            found = self.store.longest(name, turn.ids)
            whole = _whole(min(found[1], found[0].length, len(turn.ids) - 1)) if found is not None else 0
            if found is not None and whole > shared:
                shared, kept = whole, found[0]
        turn.cache, turn.cached = kept.copy(shared) if kept else self._loaded.model.new_cache(), shared
        return turn.cache

    def _keep(self, name: str, turn: Turn, cache: TokenCache) -> None:
        """Keep the whole chunks of a prompt that are computed, for whoever asks by a name."""
        whole = _whole(min(cache.length, len(turn.prompt.ids)))
        if turn.request.reuse and whole:
            self.store.put(name, turn.ids[:whole], cache.beginning(whole), cache.nbytes)


def _whole(tokens: int) -> int:
    return tokens // CHUNK_TOKENS * CHUNK_TOKENS


def _translated(exc: Exception, where: str) -> EngineFailed:
    """Say in our words what was raised while the model ran."""
    why = " ".join(str(exc).split())[:300]
    if isinstance(exc, MemoryError) or "allocate memory" in why or "bad_alloc" in why:
        return EngineOutOfMemory(f"{where}: out of memory ({why}): shorten the request, or lower reuse_gib")
    return EngineUnavailable(f"{where}: failed ({type(exc).__name__}: {why})")
