"""A search that takes its time holds up nobody else, however short the session is."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

SESSION = {"session": "s", "messages": [{"role": "user", "content": "a" * 190_000}]}
SLOW = "(a|aa)+c"


def by_reader(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
    """Search as the dashboard does."""
    return client.get("/api/v1/sessions/s/search", params={"query": SLOW, "how": "pattern"}, timeout=120)


def by_tool(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
    """Search as a model does."""
    arguments = {"queries": [SLOW], "how": "pattern"}
    return client.post("/api/v1/sessions/s/tools/find_in_context", json={"arguments": arguments}, timeout=120)


@pytest.mark.parametrize("search", [by_reader, by_tool])
async def test_others_are_answered_meanwhile(
    client: httpx.AsyncClient, search: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
) -> None:
    """While a pattern goes back and forth until its time is up, `/livez` is answered again and again.

    A search in the event loop lets one or two probes through: those that came before it began.
    """
    assert (await client.post("/api/v1/sessions", json=SESSION)).status_code == 201
    searching, answered = asyncio.ensure_future(search(client)), 0
    while not searching.done():
        assert (await client.get("/livez", timeout=120)).status_code == 200
        answered += not searching.done()
        await asyncio.wait({searching}, timeout=0.02)
    assert "took longer than 2 s" in searching.result().text
    assert answered >= 10
