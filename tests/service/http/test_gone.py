"""Clients that go: the reports that they asked for are stopped, and make room for others."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from tests.service.agent.watch.logs import KEY, seeded
from tests.service.http.served import NO_ROOTS

from riffler.service.agent.offload import with_log
from riffler.service.app import Riffler

POLICY = f"/api/v1/policies/{KEY.digest()}"
REPORTS = [POLICY, f"{POLICY}/arms", f"{POLICY}/regret", f"{POLICY}/ope?policy=fixed:none", "/api/v1/costs"]


@asynccontextmanager
async def held() -> AsyncIterator[None]:
    """Keep the thread that works on logs busy until the block ends, so that no report comes to its end."""
    loop, begun = asyncio.get_running_loop(), asyncio.Event()
    gate: asyncio.Future[None] = loop.create_future()

    async def opened() -> None:
        await gate

    def long() -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(opened(), loop).result(60)

    holding = asyncio.create_task(with_log(long))
    await begun.wait()
    try:
        yield
    finally:
        gate.set_result(None)
        await holding


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    for _ in range(600):
        if await true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError


def of_length(path: str, limit: int) -> httpx.URL:
    """Ask for a report of its own: of another length than the others."""
    return httpx.URL(path).copy_merge_params({"limit": limit})


@pytest.mark.parametrize("path", REPORTS)
async def test_reports_that_nobody_waits_for_make_room(client: httpx.AsyncClient, riffler: Riffler, path: str) -> None:
    """While no report can end, four of six are waited for; their clients go, and there is room for the next one.

    Their requests count as neither failed nor refused: to leave a page is no error.
    """
    await seeded(riffler.decisions, riffler.tenant, 10)
    tasks, asking = list[asyncio.Task[httpx.Response]](), list[asyncio.Task[httpx.Response]]()

    async def two_refused() -> bool:
        return [task.result().status_code for task in tasks if task.done()] == [503] * 2

    async def all_gone() -> bool:
        text = (await client.get("/metrics")).text
        counts = re.findall(r'^riffler_http_requests_total{.*"499"} (\S+)$', text, re.MULTILINE)
        return sum(map(float, counts)) == len(asking) == 4

    async with held():
        async with httpx.AsyncClient(base_url=client.base_url, timeout=60, verify=NO_ROOTS) as lost:
            tasks = [asyncio.create_task(lost.get(of_length(path, 100 + number))) for number in range(6)]
            await until(two_refused)
            asking = [task for task in tasks if not task.done()]
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        await until(all_gone)  # while still none can end
    assert (await client.get(of_length(path, 99))).status_code == 200
    requests = (await client.get("/api/v1/health")).json()["requests"]
    assert (requests["refused"], requests["failed"]) == (0, 2)


async def test_one_who_goes_takes_nothing_from_another(client: httpx.AsyncClient, riffler: Riffler) -> None:
    """Of two who wait for the same report, one goes, and the other gets it as it is."""
    await seeded(riffler.decisions, riffler.tenant, 10)

    async def one_gone() -> bool:
        return '"499"}' in (await client.get("/metrics")).text

    async with held():
        staying = asyncio.create_task(client.get(f"{POLICY}/regret"))
        async with httpx.AsyncClient(base_url=client.base_url, timeout=60, verify=NO_ROOTS) as lost:
            with pytest.raises(httpx.ReadTimeout):
                await lost.get(f"{POLICY}/regret", timeout=0.5)
        await until(one_gone)
        assert not staying.done()
    assert (await staying).json() == (await client.get(f"{POLICY}/regret")).json()


async def test_a_body_that_is_too_large_is_told_while_a_report_is_made(
    client: httpx.AsyncClient, riffler: Riffler
) -> None:
    """A read takes no body, but one without a length that goes over the limit is still a 413, not a silence."""
    await seeded(riffler.decisions, riffler.tenant, 10)

    async def large() -> AsyncIterator[bytes]:
        for _ in range(13):
            yield b" " * 1_000_000

    async with held():
        headers = {"content-type": "application/json"}
        refused = await client.request("GET", f"{POLICY}/regret", content=large(), headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (413, "Body too large")
