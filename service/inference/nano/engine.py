"""`NanoEngine`: a small model on the CPU, off the event loop."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from riffler.errors import EngineRejected, InvalidSetting
from riffler.service.inference.chat.asked import may_call, offered_tools, suppressed_tokens
from riffler.service.inference.chat.constraint import CallConstraint, constrain_calls
from riffler.service.inference.chat.decoding import TextDecoder
from riffler.service.inference.chat.loading import LoadingEngine
from riffler.service.inference.chat.prompt import Prompt
from riffler.service.inference.chat.reading import ReplyReader
from riffler.service.inference.chat.reply import Outbox
from riffler.service.inference.chat.tokenizer import check_tokens
from riffler.service.inference.nano.loading import Loaded, NanoTokens, load, window_of
from riffler.service.inference.nano.sampling import Sampler
from riffler.service.inference.nano.worker import Turn, Worker
from riffler.service.logs import get_logger
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta
from riffler.tools.price import CachePrices
from riffler.tools.tokens import TokenCounter

_LOG = get_logger("nano")
_GIB = 1 << 30
PRICES = CachePrices(read=0.1, write=1.0)
"""Of time, not of money: what it computed of a session's beginning is kept, and read again for a small part of that.
What an edit says has them, so training's engine has the same."""


class NanoEngine(LoadingEngine["_Running"]):
    """Runs a small model with onnxruntime, from a folder that `riffler.service.training.nano.export` has seen.

    The first call, or `ready`, loads the model. What tools take at a prompt's beginning is computed once for all
    sessions. Calls, required calls and forbidden ones are as the engine `transformers` has them, and for the same
    prompt both give the same greedy tokens. Of the model's own way to sample its generation config's temperature,
    `top_p` and `top_k` are heeded, and nothing else.

    It isn't asked to word a text anew: a model of this size works with the words that it sees. So rewrites are made by
    rule, `summarize_fragment` isn't on offer, and nothing is judged.

    A call is constrained, where the model calls in the form of Hermes and its vocabulary is byte-level: it is JSON that
    the schema of a tool on offer allows, and in our own tools ids are those of the view, and text that is to be copied
    is. Else the log says that none is.

    Args:
        folder: The model's.
        name: What the model is called; None is the folder's name.
        window_tokens: How many tokens a request and its completion may have together; None is the model's own.
        reuse_gib: Most memory for computed beginnings of sessions; 0 keeps none.
        at_once: Most requests that take turns.
        threads: How many compute; None is one a core, at most 4.
        timeout_s: Longest time of one call, waiting included, loading excluded.
        constrained: Whether calls are.

    Raises:
        InvalidSetting: A value isn't possible.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        name: str | None = None,
        window_tokens: int | None = None,
        reuse_gib: float = 0.25,
        at_once: int = 8,
        threads: int | None = None,
        timeout_s: float = 600.0,
        constrained: bool = True,
    ) -> None:
        self._folder = Path(folder)
        self._name = self._folder.name if name is None else name
        super().__init__(f"engine nano with {self._name}")
        _expect(window_tokens is None or window_tokens >= 1, "window_tokens", window_tokens, "at least 1")
        _expect(0 <= reuse_gib < math.inf, "reuse_gib", reuse_gib, "a number of GiB, at least 0")
        _expect(at_once >= 1, "at_once", at_once, "at least 1")
        _expect(threads is None or threads >= 1, "threads", threads, "at least 1")
        _expect(0 < timeout_s < math.inf, "timeout_s", timeout_s, "a number of seconds above 0")
        self._asked_window = window_tokens
        self._kept = int(reuse_gib * _GIB)
        self._at_once = at_once
        self._threads = threads
        self._timeout_s = timeout_s
        self._constrained = constrained
        self._counter = NanoTokens(self._folder, self._where)
        self._info: EngineInfo | None = None

    def __repr__(self) -> str:
        return f"NanoEngine({self._name!r})"

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        if self._info is None:
            window = window_of(self._folder, self._asked_window, self._where)
            self._info = EngineInfo("nano", self._name, window, can_rewrite=False, prices=PRICES)
        return self._info

    @property
    def counter(self) -> TokenCounter:
        """Counts with the model's own tokenizer, as its prompts are encoded."""
        return self._counter

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """Run the model once; see the port.

        Args:
            request: What to run.

        Yields:
            Deltas when `request.stream` is set, then the completion.
        """
        running = await self._load()
        loaded = running.loaded
        deadline = time.monotonic() + self._timeout_s
        read = await asyncio.to_thread(self._read, loaded, request)
        check_tokens(read.prompt.ids, loaded.model.vocabulary, loaded.writer.tokenizer, self._where)
        turn = self._turn(loaded, request, read, deadline)
        running.worker.submit(turn)
        async with aclosing(turn.items()) as items:
            async for item in items:
                yield item

    def _make(self) -> _Running:
        assert self.info.settled  # noqa: S101 - so that a wrong window shows now
        loaded = load(self._folder, self._counter, self._threads)
        if self._constrained and loaded.call_tokens is None:
            _LOG.warning("constraint_off", model=self._name, reason="another form of calls, or no bytes")
        worker = Worker(loaded, self._kept, self._at_once, self._where)
        worker.start()
        return _Running(loaded, worker)

    def _read(self, loaded: Loaded, request: EngineRequest) -> _Read:
        """Do what isn't for the event loop, as prompts may be long and schemas of any kind."""
        prompt = loaded.writer.write(request)
        tokens = loaded.call_tokens if self._constrained else None
        return _Read(prompt, loaded.preambles.length(request, prompt), constrain_calls(request, prompt, tokens))

    def _turn(self, loaded: Loaded, request: EngineRequest, read: _Read, deadline: float) -> Turn:
        """Check a request and make it ready for the worker."""
        tokenizer, marks, prompt = loaded.writer.tokenizer, loaded.marks, read.prompt
        form = loaded.form if may_call(request) else None
        suppressed = suppressed_tokens(tokenizer, loaded.form, request)
        return Turn(
            request=request,
            prompt=prompt,
            preamble=read.preamble,
            max_tokens=self._max_tokens(request, len(prompt.ids)),
            deadline=deadline,
            outbox=Outbox(),
            sampler=Sampler(request.sampling, loaded.defaults, suppressed, self._where),
            decoder=TextDecoder(tokenizer, loaded.hidden, marks),
            reader=ReplyReader(form, request.sampling.stop, prompt.thinking, offered_tools(request), marks.values()),
            model=self._name,
            where=self._where,
            constraint=read.constraint,
        )

    def _max_tokens(self, request: EngineRequest, prompt_tokens: int) -> int:
        """Give the most tokens of a completion: what is asked for, or fewer where the window leaves no more."""
        most = self.info.window_tokens - prompt_tokens
        if most < 1:
            raise EngineRejected(
                f"{self._where}: the prompt has {prompt_tokens} tokens, which leaves none for a completion in the "
                f"window of {self.info.window_tokens}"
            )
        return min(most, request.sampling.max_tokens or most)


@dataclass(frozen=True, slots=True)
class _Running:
    """A model with what runs it."""

    loaded: Loaded
    worker: Worker


@dataclass(frozen=True, slots=True)
class _Read:
    """A request as the model reads it.

    Attributes:
        prompt: It.
        preamble: How many of its first tokens come before the conversation.
        constraint: What may come next; None is anything.
    """

    prompt: Prompt
    preamble: int
    constraint: CallConstraint | None


def _expect(holds: bool, name: str, got: object, expected: str) -> None:
    if not holds:
        raise InvalidSetting(f"engine nano: {name}: expected {expected}, got {got!r}")
