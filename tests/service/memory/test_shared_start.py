"""One start of the embedded server serves all of a process who ask for it, whoever of them goes."""

import asyncio
from pathlib import Path

import pytest

from riffler.errors import MemoryUnavailable
from riffler.service.memory.embedded import EmbeddedServer


async def test_a_start_goes_on_when_who_asked_for_it_has_gone(data_folder: Path) -> None:
    """A probe that has no more patience doesn't stop the start that others wait for."""
    server = EmbeddedServer(data_folder)
    gone, staying, *more = [asyncio.create_task(server.ensure()) for _ in range(10)]
    while server._child is None:
        assert not gone.done()
        await asyncio.sleep(0)
    child = server._child
    for each in (gone, *more):
        each.cancel()
    await staying
    assert gone.cancelled()
    assert server._child is child
    await server.stop()
    assert child.poll() is not None


async def test_who_joins_a_start_that_fails_has_another(data_folder: Path) -> None:
    """A server that dies before its start is over fails who began it; who came meanwhile gets one that runs."""
    server = EmbeddedServer(data_folder)
    beginning = asyncio.create_task(server.ensure())
    while server._child is None:
        assert not beginning.done()
        await asyncio.sleep(0)
    coming = [asyncio.create_task(server.ensure()) for _ in range(5)]
    await asyncio.sleep(0)
    server._child.kill()
    with pytest.raises(MemoryUnavailable, match="stopped at its start"):
        await beginning
    await asyncio.gather(*coming)
    assert server._child is not None
    assert server._child.poll() is None
    await server.stop()


async def test_a_stop_in_the_middle_of_a_start_leaves_no_server(data_folder: Path) -> None:
    """What nobody waits for any more ends in order."""
    server = EmbeddedServer(data_folder)
    gone = asyncio.create_task(server.ensure())
    while server._child is None:
        assert not gone.done()
        await asyncio.sleep(0)
    child = server._child
    gone.cancel()
    await server.stop()
    assert child.poll() is not None


def test_a_server_outlives_the_loop_that_started_it(data_folder: Path) -> None:
    """It is started in one event loop and stopped in another, as the parent of several workers does."""
    server = EmbeddedServer(data_folder)
    asyncio.run(server.ensure())
    assert server._child is not None
    child = server._child
    asyncio.run(server.ensure())
    assert server._child is child
    asyncio.run(server.stop())
    assert child.poll() is not None
