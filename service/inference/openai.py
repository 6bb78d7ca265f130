"""`OpenAIEngine`: any server that speaks OpenAI's chat API, through the official client.

vLLM, SGLang, llama.cpp, Ollama and OpenAI itself differ in small things; `openai_reading` says which are understood,
and `openai_errors` how failures are told.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, Awaitable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import SecretStr

from riffler.errors import EngineFailed, EngineGarbled, EngineRejected, EngineTimeout, EngineUnavailable, InvalidSetting
from riffler.service.inference.charging import charged, prompt_tokens
from riffler.service.inference.openai_address import shown_address, signed
from riffler.service.inference.openai_errors import foreign_errors, translate
from riffler.service.inference.openai_reading import AnswerReader
from riffler.service.inference.openai_usage import asks_no_usage, with_usage, without_usage
from riffler.service.inference.tokenizer import ModelTokens
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta
from riffler.service.ports.spending import is_paid
from riffler.tools.price import CachePrices
from riffler.tools.tokens import EstimatedTokens, TokenCounter

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

OPENAI_URL = "https://api.openai.com/v1"
MaxTokensField = Literal["max_tokens", "max_completion_tokens"]
_T = TypeVar("_T")
_PRICES = CachePrices(read=0.1, write=1.0)
"""As several providers bill a cached prompt. Anthropic bills 1.25 for what it puts into the cache: see the settings."""


class OpenAIEngine:
    """Runs a model behind OpenAI's chat API.

    Nothing is read from the environment but what httpx2 reads (proxies, certificates) and `OPENAI_CUSTOM_HEADERS`; the
    variables with OpenAI's key, organisation and project are for another server than a local one, so they are ignored.
    The library is imported, and the connection pool made, by the first call.

    Args:
        model: The model's name, as the server knows it.
        base_url: The server's address, up to and without `/chat/completions`. A user and password in it go into the
            `Authorization` header, in the key's place.
        api_key: The key. None sends no `Authorization` header, as most local servers need none.
        window_tokens: How many tokens a request and its completion may have together. Servers don't tell this in one
            agreed way, so it is a setting.
        counter: Counts as the model does (`ModelTokens`); None estimates.
        timeout_s: Longest time of one call, its retries included. The time that the caller takes between two deltas
            isn't counted.
        silence_s: Longest time without a byte from the server. A long prompt on a slow machine is a long silence.
        connect_s: Longest time to get a connection.
        max_retries: How often the library tries again, before any answer has begun, after a lost connection, a timeout
            or status 408, 409, 429 and 5xx. It waits half a second, then twice as long each time, or what the server
            asks.
        max_tokens_field: The name under which `Sampling.max_tokens` is sent. `max_tokens` is what local servers take,
            some of them nothing else; OpenAI calls it deprecated, and its reasoning models refuse it and want
            `max_completion_tokens`.
        ask_usage: Whether to ask for usage in streams (`stream_options`). A few servers refuse the field.
        http_client: Sends the requests in place of the library's own; it is closed with the engine.

    Raises:
        InvalidSetting: A setting has a value that isn't possible.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str = OPENAI_URL,
        api_key: SecretStr | None = None,
        window_tokens: int = 32_768,
        counter: TokenCounter | None = None,
        timeout_s: float = 600.0,
        silence_s: float = 120.0,
        connect_s: float = 5.0,
        max_retries: int = 2,
        max_tokens_field: MaxTokensField = "max_tokens",
        ask_usage: bool = True,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        if not model.strip():
            raise InvalidSetting("engine openai: model: needs the name of a model that the server has")
        for name, value in (("timeout_s", timeout_s), ("silence_s", silence_s), ("connect_s", connect_s)):
            if not 0 < value < math.inf:
                raise InvalidSetting(f"engine openai: {name}: needs a time above 0 s, got {value}")
        if max_retries < 0 or window_tokens < 1:
            raise InvalidSetting("engine openai: needs max_retries of at least 0 and window_tokens of at least 1")
        self._at, self._where = shown_address(base_url), "engine openai"
        address, key = signed(base_url), _checked_key(api_key)
        self._base_url = address.url
        bearer = SecretStr(f"Bearer {key.get_secret_value()}") if key is not None else None
        self._authorization = address.authorization or bearer
        self._secrets = (*address.secrets, *((key,) if key is not None else ()))
        self._info = EngineInfo("openai", model, window_tokens, counts_estimated=counter is None, prices=_PRICES)
        self._counter = counter if counter is not None else EstimatedTokens()
        self._timeout_s, self._silence_s, self._connect_s = timeout_s, silence_s, connect_s
        self._max_retries = max_retries
        self._max_tokens_field = max_tokens_field
        self._ask_usage = ask_usage
        self._http_client = http_client
        self._made: AsyncOpenAI | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"OpenAIEngine({self._info.model!r}, base_url={self._at!r})"

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        return self._info

    @property
    def counter(self) -> TokenCounter:
        """Counts tokens as the model does, or estimates them."""
        return self._counter

    async def ready(self) -> None:
        """Load the tokenizer, if there is one, and ask the server for its models: it is there, and takes the key.

        A server without a list of models counts as ready: not all have one.
        """
        if isinstance(self._counter, ModelTokens):
            await self._counter.get_ready()
        await self.models()

    async def models(self) -> Mapping[str, int | None] | None:
        """Ask the server for its models, once and without a retry.

        Returns:
            Their names, each with its window in tokens where the server tells it as vLLM does (`max_model_len`); or
            None when the server has no list that can be read.

        Raises:
            EngineRejected: It doesn't take the key.
        """
        return _read_models(await self.listed())

    async def listed(self) -> Mapping[str, Any] | None:
        """Ask the server for its list of models, once and without a retry; see `Relay`.

        Returns:
            The list as it came, or None when the server has none.

        Raises:
            EngineRejected: It doesn't take the key.
        """
        sent = self._client().get("/models", cast_to=object, options={"headers": self._headers(), "max_retries": 0})
        try:
            answer = await self._guard(sent, _Allowance(self._connect_s), answering=False)
        except EngineRejected as exc:
            if exc.refusal is None or exc.refusal.status not in {404, 405, 501}:
                raise
            return None
        return answer if isinstance(answer, dict) else None

    async def relay(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any]]:
        """Pass a chat request on; see `Relay`.

        Where somebody pays for it, a stream's usage is asked for, and left out again where the client didn't ask.

        Args:
            body: The request, as it came.

        Yields:
            The decoded chunks, or the one decoded answer.

        Raises:
            EngineGarbled: What came is no object.
        """
        stream, asks = bool(body.get("stream")), self._ask_usage and is_paid() and asks_no_usage(body)
        sent = self._written(with_usage(body) if asks else body)
        with charged(lambda: prompt_tokens(body)) as bill:
            async with aclosing(self._answers(sent, stream, retry=False)) as answers:
                async for value in answers:
                    if not isinstance(value, dict):
                        raise EngineGarbled(f"{self._where} gave an answer that can't be read (no object)")
                    bill.heard(value, stream=stream)
                    shown = without_usage(value) if asks else value
                    if shown is not None and shown.get("error"):  # told with status 200
                        shown = self._without_secrets_in(shown)
                    if shown is not None:
                        yield shown

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """Run the model once; see the port.

        A refusal comes as text, with `content_filter` as the reason. Nothing is retried once an answer has begun.

        Args:
            request: What to run.

        Yields:
            Deltas when `request.stream` is set, then the completion.
        """
        reader = AnswerReader(request, self._where)
        raw: Mapping[str, Any] | None = None
        retry = request.client is None or request.client.retry
        async with aclosing(self._answers(self._body(request), request.stream, retry=retry)) as answers:
            async for value in answers:
                with self._without_secrets():
                    text = reader.add(value)
                if request.client is not None and isinstance(value, dict):
                    raw = value
                if request.stream and (text or reader.thought or raw is not None):
                    yield TextDelta(text, raw, reader.thought)
        with self._without_secrets():
            completion = reader.completion(self._info.model, self._counter)
        yield completion if request.stream or raw is None else replace(completion, raw=raw)

    async def aclose(self) -> None:
        """Close the connections. Calls after this raise EngineUnavailable."""
        self._closed = True
        client, self._made = self._made, None
        if client is not None:
            await client.close()

    def _body(self, request: EngineRequest) -> bytes:
        """Write the request: the messages untouched, and of all else only what is set."""
        sampling = request.sampling
        body: dict[str, Any] = {
            "model": self._info.model,
            "messages": [message.to_dict() for message in request.messages],
        }
        if request.tools:
            body["tools"] = list(request.tools)
            if request.client is None or request.tool_choice != "auto":  # which is what a server takes without it
                body["tool_choice"] = request.tool_choice
        named = (
            ("temperature", sampling.temperature),
            ("top_p", sampling.top_p),
            (self._max_tokens_field, sampling.max_tokens),
            ("seed", sampling.seed),
            ("stop", list(sampling.stop) or None),
        )
        if request.client is None:
            body |= {name: value for name, value in named if value is not None}
        else:
            body |= request.client.fields
        if request.stream:
            body["stream"] = True
            if self._ask_usage:
                body = with_usage(body)
        return self._written(body)

    def _written(self, body: Mapping[str, Any]) -> bytes:
        try:
            return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (TypeError, ValueError) as exc:
            raise EngineRejected(f"{self._where}: the request can't be written as JSON ({exc})") from exc

    async def _answers(self, body: bytes, stream: bool, *, retry: bool) -> AsyncGenerator[object]:
        """Send the request and give the decoded chunks, or the one decoded answer."""
        client = self._client()
        clock = _Allowance(self._timeout_s)
        from openai import AsyncStream  # noqa: PLC0415 - heavy

        sent = client.post(
            "/chat/completions",
            content=body,
            cast_to=object,
            stream=stream,
            stream_cls=AsyncStream[object],
            options={"headers": self._headers(), "max_retries": self._max_retries if retry else 0},
        )
        answer = await self._guard(sent, clock, answering=False)
        if not isinstance(answer, AsyncStream):
            yield answer
            return
        try:
            while True:
                try:
                    value = await self._guard(anext(answer), clock, answering=True)
                except StopAsyncIteration:
                    return
                yield value
        finally:
            await answer.close()

    def _headers(self) -> dict[str, Any]:
        """Give the key, and keep out what the library would take from the environment."""
        from openai import Omit  # noqa: PLC0415 - heavy

        said = self._authorization
        return {
            "Authorization": said.get_secret_value() if said is not None else Omit(),
            "OpenAI-Organization": Omit(),
            "OpenAI-Project": Omit(),
        }

    async def _guard(self, work: Awaitable[_T], clock: _Allowance, *, answering: bool) -> _T:
        """Wait for the library within the time that is left, and say its failures in our words."""
        with self._without_secrets():
            try:
                return await clock.spend(work)
            except TimeoutError as exc:
                raise EngineTimeout(f"{self._where} took longer than {self._timeout_s:g} s") from exc
            except foreign_errors() as exc:
                raise translate(exc, self._where, answering) from exc

    @contextmanager
    def _without_secrets(self) -> Iterator[None]:
        """Keep key and password out of errors: a server may repeat them. Then the cause isn't shown either.

        The address goes beside the error's text.

        Raises:
            EngineFailed: What was raised, or the same without them.
        """
        try:
            yield
        except EngineFailed as exc:
            exc.at = self._at
            known, quoted, said = exc.loggable, exc.quoted, exc.refusal
            cause, words = exc.__cause__, (said.body, said.headers) if said else ()
            shown = (exc, cause, getattr(cause, "body", ""), *words)
            secrets = [secret.get_secret_value() for secret in self._secrets]
            repeated = [secret for secret in secrets if any(secret in str(each) for each in shown)]
            if not repeated:
                raise
            for secret in repeated:
                known, quoted = known.replace(secret, "***"), quoted.replace(secret, "***")
                said = said and said.without(secret)
            clean = type(exc)(known, quoted)
            clean.refusal, clean.at = said, self._at
            raise clean from None

    def _without_secrets_in(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        text = json.dumps(value, ensure_ascii=False)
        for secret in self._secrets:
            text = text.replace(json.dumps(secret.get_secret_value(), ensure_ascii=False)[1:-1], "***")
        cleaned: Mapping[str, Any] = json.loads(text)
        return cleaned

    def _client(self) -> AsyncOpenAI:
        if self._closed:
            raise EngineUnavailable(f"{self._where} is closed")
        if self._made is None:
            import httpx2  # noqa: PLC0415 - heavy
            import openai  # noqa: PLC0415 - heavy

            self._made = openai.AsyncOpenAI(
                api_key="none",  # the library wants one; each request brings its own header
                base_url=self._base_url,
                timeout=httpx2.Timeout(self._silence_s, connect=self._connect_s),
                max_retries=self._max_retries,
                http_client=self._http_client,
            )
        return self._made


class _Allowance:
    """The time that one call may still take."""

    def __init__(self, seconds: float) -> None:
        self._left_s = seconds

    async def spend(self, work: Awaitable[_T]) -> _T:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._left_s):
                return await work
        finally:
            self._left_s = max(0.0, self._left_s - (loop.time() - began))


def _read_models(answer: object) -> dict[str, int | None] | None:
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        return None
    found: dict[str, int | None] = {}
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            window = row.get("max_model_len")
            found[row["id"]] = window if isinstance(window, int) and window > 0 else None
    return found


def _checked_key(key: SecretStr | None) -> SecretStr | None:
    """Check a key before any library can put an impossible one into an error's text."""
    text = key.get_secret_value() if key is not None else ""
    if not all("!" <= character <= "~" for character in text):
        raise InvalidSetting("engine openai: api_key: has a space, a line feed or a character that is no ASCII")
    return key if text else None
