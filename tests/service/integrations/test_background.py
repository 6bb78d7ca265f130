"""Handing things over to an event loop from other threads."""

import asyncio
import threading

from riffler.service.integrations.background import tell


async def test_what_is_told_comes_in_its_order() -> None:
    """A loop hears what another thread tells it."""
    heard: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=lambda: [tell(loop, heard.put_nowait, number) for number in range(3)]).start()
    assert [await heard.get() for _ in range(3)] == [0, 1, 2]


def test_a_closed_loop_hears_nothing() -> None:
    """Who tells something to an agent's loop that has ended (a turn that ends late) raises nothing."""
    loop, heard = asyncio.new_event_loop(), list[int]()
    loop.close()
    tell(loop, heard.append, 1)
    assert not heard
