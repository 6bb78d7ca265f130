"""With all features off a wrapped client hears what the client itself hears; and so does its sync twin."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
import pytest_asyncio
from tests.service.integrations.openai_client.wrapped import MODEL, Wrapped, wrapped
from tests.service.integrations.openai_proxy.test_transcripts import CASES, OFF, Opening, heard, model, request_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=OFF, ids=OFF)
async def off(server_folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Wrapped]:
    """Wrapped clients for all tests here, with all features off: with sessions, and without anything to do at all."""
    async with wrapped(server_folder, model, **OFF[request.param]) as made:
        yield made


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", CASES)
async def test_the_same_is_heard(off: Wrapped, case: str, stream: bool) -> None:
    """Content and order of all that comes are the same, and the model's server gets the same request."""
    request = request_of(case, stream=stream)
    straight = await heard(off.straight, request)
    assert await heard(off.through, request) == straight
    own, passed = off.bodies[-2:]
    if stream:  # Riffler counts tokens whether the client does or not
        own, passed = ({**body, "stream_options": None} for body in (own, passed))
    assert passed == own


async def test_the_sync_client_hears_the_same(off: Wrapped) -> None:
    """All cases, whole and streamed, in one synchronous client."""
    requests = [request_of(case, stream=stream) for case in CASES for stream in (False, True)]

    def ask(client: openai.OpenAI) -> list[Any]:
        answers = [client.chat.completions.create(**request) for request in requests]
        items = [list(answer) if isinstance(answer, openai.Stream) else [answer] for answer in answers]
        return [[{**item.model_dump(exclude_unset=True), "id": ""} for item in each] for each in items]

    assert await off.synchronous(ask) == [await heard(off.straight, request) for request in requests]


async def test_helpers_of_the_client_work(off: Wrapped) -> None:
    """`parse` and `stream` are the client's own, and come to the same."""
    asked: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "structured"}]}
    parsed = await off.through.chat.completions.parse(**asked, response_format=Opening)
    assert parsed.choices[0].message.parsed == Opening(place="harbour", hour=6)
    async with off.through.chat.completions.stream(**asked, response_format=Opening) as stream:
        kinds = {event.type async for event in stream}
        assert (await stream.get_final_completion()).choices[0].message.parsed == Opening(place="harbour", hour=6)
    assert "content.done" in kinds


async def test_all_else_is_the_clients_own(off: Wrapped) -> None:
    """The list of models comes from the model's server, and so does a refusal of what it hasn't got."""
    through = [each.model_dump() async for each in off.through.models.list()]
    assert through == [each.model_dump() async for each in off.straight.models.list()]
    with pytest.raises(openai.NotFoundError):
        await off.through.embeddings.create(model=MODEL, input="harbour")


async def test_it_is_the_client_s_own_class(off: Wrapped) -> None:
    """Type, address, key and time limits are those of the wrapped client, also of a copy with other options."""
    assert type(off.through) is openai.AsyncOpenAI
    copied = off.through.with_options(timeout=3.0)
    for client in (off.through, copied):
        assert (client.base_url, client.api_key) == (off.straight.base_url, off.straight.api_key)
    assert off.through.timeout == off.straight.timeout
    answer = await copied.chat.completions.create(**request_of("text", stream=False))
    assert isinstance(answer, openai.types.chat.ChatCompletion)
    await asyncio.sleep(0)
