"""`TransformersEngine`: a model on this machine, off the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from riffler.errors import EngineRejected
from riffler.service.inference.chat.asked import may_call, offered_tools, suppressed_tokens
from riffler.service.inference.chat.constraint import Constraint, constrain_calls
from riffler.service.inference.chat.decoding import TextDecoder
from riffler.service.inference.chat.loading import LoadingEngine
from riffler.service.inference.chat.prompt import Prompt
from riffler.service.inference.chat.reading import ReplyReader
from riffler.service.inference.chat.reply import Outbox
from riffler.service.inference.chat.tokenizer import check_tokens
from riffler.service.inference.transformers.counting import PromptTokens
from riffler.service.inference.transformers.loading import free_memory, load_model, read_config, window_of
from riffler.service.inference.transformers.settings import Dtype, LocalSettings
from riffler.service.logs import get_logger
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta
from riffler.tools.price import CachePrices
from riffler.tools.tokens import TokenCounter

if TYPE_CHECKING:
    from transformers import GenerationConfig

    from riffler.service.inference.transformers.row import Row
    from riffler.service.inference.transformers.sampling import Sampler
    from riffler.service.inference.transformers.worker import Worker

_LOG = get_logger("transformers")
_PRICES = CachePrices(read=0.1, write=1.0)
"""Of time, not of money: what it computed of a session's beginning is kept, and read again for a small part of that."""


class TransformersEngine(LoadingEngine["_Loaded"]):
    """Runs a model with transformers and PyTorch. No code that a model brings is ever run.

    The first call, or `ready`, loads the model. `info` reads the model's config when it is asked for before; after, its
    window is smaller than the model's where there is no memory for keys and values of so many tokens.

    Calls that can't be read stay text of the answer. A call that breaks off at `max_tokens` does too, and the reason
    is then `length`. Where a call is required, the model's turn is begun with what opens a call; if even so none comes,
    that is EngineGarbled. With `none` the token that opens a call never comes, and whatever looks like a call is text.

    A call that the model only quotes is text, as long as its vocabulary has tokens for what opens a call (Hermes, Qwen
    and Mistral have, as a rule). A Llama calls with bare JSON: whatever it begins its reply with, in that shape and
    with the name of a tool on offer, is a call, also when a document told it to write so.

    Where a chat template takes no system message, or shows no results of tools, they are told to the model as text of
    the user. Where it shows no tools, they are told in the system's text, to be called in the form of Hermes, or in the
    one that `tool_form` names.

    Calls can be constrained (`chat/constraint.py`) where they are in the form of Hermes between tokens of their own,
    and the vocabulary is byte-level, as of Qwen; else the log says that they aren't.

    Args:
        model: A name on the hub, or a folder.
        revision: See `LocalSettings`, as for all that follow.
        local_only: Never use the network.
        device: Where it runs.
        dtype: Of weights and cache.
        window_tokens: The window.
        tool_form: How the model writes tool calls.
        batch_size: Most requests at a time.
        reuse_gib: Memory for computed beginnings.
        memory_gib: Most memory for keys and values.
        constrained: Whether a call can be nothing but a whole call of a tool on offer.
        timeout_s: Longest time of one call.
    """

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        local_only: bool = False,
        device: str = "auto",
        dtype: Dtype = "auto",
        window_tokens: int | None = None,
        tool_form: str = "auto",
        batch_size: int = 8,
        reuse_gib: float | None = None,
        memory_gib: float | None = None,
        constrained: bool = False,
        timeout_s: float = 600.0,
    ) -> None:
        self._settings = LocalSettings(
            model=model,
            revision=revision,
            local_only=local_only,
            device=device,
            dtype=dtype,
            window_tokens=window_tokens,
            tool_form=tool_form,
            batch_size=batch_size,
            reuse_gib=reuse_gib,
            memory_gib=memory_gib,
            constrained=constrained,
            timeout_s=timeout_s,
        )
        super().__init__(self._settings.where)
        self._counter = PromptTokens(self._settings)
        self._window: int | None = None
        self._loaded_once = False

    def __repr__(self) -> str:
        return f"TransformersEngine({self._settings.model!r}, device={self._settings.device!r})"

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        if self._window is None:
            self._window = window_of(self._settings, read_config(self._settings))
        return EngineInfo("transformers", self._settings.model, self._window, settled=self._loaded_once, prices=_PRICES)

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
        loaded = await self._load()
        deadline = time.monotonic() + self._settings.timeout_s
        prepared = await asyncio.to_thread(self._prepare, loaded, request)
        check_tokens(prepared.prompt.ids, loaded.local.vocabulary, loaded.local.tokenizer, self._where)
        row = self._row(loaded, request, prepared, deadline)
        loaded.worker.submit(row)
        async with aclosing(row.items()) as items:
            async for item in items:
                yield item

    def _make(self) -> _Loaded:
        loaded = _Loaded(self._settings, self._counter)
        self._window, self._loaded_once = loaded.window_tokens, True
        return loaded

    def _free(self) -> None:
        free_memory(quietly=True)

    def _prepare(self, loaded: _Loaded, request: EngineRequest) -> _Prepared:
        """Do what isn't for the event loop: a long prompt takes a moment, as does a tensor on a busy device."""
        from riffler.service.inference.transformers.sampling import Sampler  # noqa: PLC0415 - needs torch

        local = loaded.local
        suppressed = suppressed_tokens(local.tokenizer, local.form, request)
        sampler = Sampler(request.sampling, loaded.defaults, suppressed, local.device, self._where)
        prompt = loaded.writer.write(request)
        return _Prepared(prompt, sampler, constrain_calls(request, prompt, local.call_tokens))

    def _row(self, loaded: _Loaded, request: EngineRequest, prepared: _Prepared, deadline: float) -> Row:
        """Check a request and make it ready for the worker."""
        from riffler.service.inference.transformers.row import Row  # noqa: PLC0415 - needs torch

        local, prompt = loaded.local, prepared.prompt
        form = local.form if may_call(request) else None
        return Row(
            request=request,
            prompt=prompt,
            max_tokens=self._max_tokens(loaded, request, len(prompt.ids)),
            deadline=deadline,
            outbox=Outbox(),
            sampler=prepared.sampler,
            decoder=TextDecoder(local.tokenizer, local.hidden, local.marks),
            reader=ReplyReader(
                form, request.sampling.stop, prompt.thinking, offered_tools(request), local.marks.values()
            ),
            model=self._settings.model,
            where=self._where,
            constraint=prepared.constraint,
        )

    def _max_tokens(self, loaded: _Loaded, request: EngineRequest, prompt_tokens: int) -> int:
        """Give the most tokens of a completion: what is asked for, or fewer where window or memory leave no more."""
        window, own = loaded.window_tokens, loaded.local.window_tokens
        if prompt_tokens >= own:
            raise EngineRejected(
                f"{self._where}: the prompt has {prompt_tokens} tokens, which leaves none for a completion in the "
                f"window of {own}"
            )
        most = (window if prompt_tokens < window else own) - prompt_tokens  # the worker says what memory is missing
        return min(most, request.sampling.max_tokens or most)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is made of a request off the event loop."""

    prompt: Prompt
    sampler: Sampler
    constraint: Constraint | None


class _Loaded:
    """What loading makes: the model, and a worker that runs it. Made in a thread.

    Its `window_tokens` are the model's, or fewer where memory has no room for so many.
    """

    def __init__(self, settings: LocalSettings, counter: PromptTokens) -> None:
        self.local = load_model(settings, counter)
        from riffler.service.inference.transformers.memory import sizes_of  # noqa: PLC0415 - needs torch
        from riffler.service.inference.transformers.warming import warm_up  # noqa: PLC0415 - needs torch
        from riffler.service.inference.transformers.worker import Worker  # noqa: PLC0415 - needs torch

        self.writer = counter.load()
        warmed = warm_up(self.local, settings.where)
        if self.local.chunked and not warmed.chunked:
            _LOG.warning("chunks_off", model=settings.model, reason="its layers don't go on from chunk to chunk")
        self.local = replace(self.local, chunked=warmed.chunked)
        sizes = sizes_of(self.local, settings, warmed.token_bytes)
        own = self.local.window_tokens
        self.window_tokens = own if sizes.window_tokens is None else max(1, min(own, sizes.window_tokens))
        if self.window_tokens < own:
            _LOG.warning("window_narrowed", model=settings.model, window_tokens=self.window_tokens, own_tokens=own)
        self.worker: Worker = Worker(self.local, settings, sizes)
        self.worker.start()

    @property
    def defaults(self) -> GenerationConfig:
        """How the model itself wants its tokens drawn."""
        config: GenerationConfig = self.local.model.generation_config
        return config
