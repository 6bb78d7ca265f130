"""`riffler.wrap`: an OpenAI client whose chat requests go through Riffler in this process, with no server at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from riffler.errors import EngineFailed, InvalidInput, RifflerError
from riffler.service.app import Riffler
from riffler.service.http.chat_errors import error_response, event_of, refused
from riffler.service.http.problems import problem_of
from riffler.service.inference.openai import OPENAI_URL, OpenAIEngine
from riffler.service.inference.tokenizer import tokens_of
from riffler.service.integrations.openai_client.clients import AsyncRoutes, Routes
from riffler.service.integrations.openai_client.door import Door, Worded, Wording
from riffler.service.integrations.openai_client.doors import Doors
from riffler.service.integrations.openai_client.upstream import AsyncSender, Sender, ThreadSender, Upstream
from riffler.service.proxied import proxy_of
from riffler.service.settings import Settings, read_settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

    Client = TypeVar("Client", OpenAI, AsyncOpenAI)

_FOREVER_S = 7 * 86_400.0
"""The client's own time limits hold for the engine's calls, too: this one is none."""


def wrap(client: Client, settings: Settings | None = None, *, tenant: str = "local") -> Client:
    """Put Riffler between an OpenAI client and its model.

    What `client.chat.completions` asks goes through Riffler: its tools run inside, and the question may be asked in
    other words. All else is the client's own. The model's server is the client's, with its address, key and HTTP
    client. A request of which Riffler has nothing to do goes there as it is.

    Args:
        client: An `openai.OpenAI` or `openai.AsyncOpenAI`. It is left as it is, and stays its owner's to close.
        settings: What to run on; None reads them from the environment. The engine that they name isn't used.
        tenant: Whose sessions and decisions.

    Returns:
        A client of the same class. Closing it closes what Riffler started.

    Raises:
        InvalidInput: It is no such client.
    """
    import httpx2  # noqa: PLC0415 - heavy, and here for whoever wraps
    import openai  # noqa: PLC0415 - heavy

    network: Any = getattr(client, "_client", None)  # the library has no public name for it
    made = settings or read_settings()
    if isinstance(network, httpx2.Client) and isinstance(client, openai.OpenAI):
        sender: Sender = ThreadSender(network)
        return client.copy(http_client=Routes(network, _doors(client, sender, made, tenant)))
    if isinstance(network, httpx2.AsyncClient) and isinstance(client, openai.AsyncOpenAI):
        sender = AsyncSender(network)
        return client.copy(http_client=AsyncRoutes(network, _doors(client, sender, made, tenant)))
    raise InvalidInput(
        f"client: expected an openai.OpenAI or openai.AsyncOpenAI on httpx2, got {type(client).__name__}"
    )


def _doors(client: OpenAI | AsyncOpenAI, sender: Sender, settings: Settings, tenant: str) -> Callable[[], Doors]:
    address = str(client.base_url)

    def door(model: str) -> Door:
        riffler = Riffler(settings, tenant, _engine(model, address, sender, settings))
        return Door(proxy_of(riffler), tenant, _WORDING, riffler.aclose)

    return lambda: Doors(door, _WORDING)


def _engine(model: str, address: str, sender: Sender, settings: Settings) -> OpenAIEngine:
    import httpx2  # noqa: PLC0415 - as above

    own = address.rstrip("/") == OPENAI_URL
    return OpenAIEngine(
        model,
        base_url=address,
        window_tokens=settings.window_tokens or 32_768,
        counter=tokens_of(settings.tokenizer, settings.local_only, settings.revision),
        timeout_s=_FOREVER_S,
        max_tokens_field="max_completion_tokens" if own else "max_tokens",
        http_client=httpx2.AsyncClient(transport=Upstream(sender), trust_env=False),
    )


def _refusal(exc: RifflerError) -> Worded:
    problem, headers = problem_of(exc, changing=True)
    said = refused(exc) if isinstance(exc, EngineFailed) else None
    response = said or error_response(problem, headers)
    return Worded(response.status_code, dict(response.headers), bytes(response.body))


def _broken(exc: RifflerError) -> str:
    problem, _ = problem_of(exc, changing=True)
    return event_of(exc if isinstance(exc, EngineFailed) else None, problem)


_WORDING = Wording(_refusal, _broken)
