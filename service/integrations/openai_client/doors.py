"""The doors of an event loop: one for each model that is asked for, and so many of them at most.

A door has an engine, its tokenizer's counts and connections of its own. The names of models come with requests, which
an app may hand on from whoever asks it: who makes names up would else fill the memory.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from typing import Final

import httpx2

from riffler.errors import RifflerError
from riffler.service.integrations.openai_client.door import CLOSED, Door, Reply, Wording, refused
from riffler.service.integrations.openai_proxy.asked import Asked
from riffler.service.integrations.openai_proxy.proxy import Proxied

MOST_DOORS: Final = 16
"""More models than an app asks by turns. One that was dropped is made again, and has to learn its tokens anew."""


class Doors:
    """The doors of one event loop. The one that wasn't used for longest is closed for a new one, but none in use.

    Args:
        make: Makes the door for a model. It may take seconds, and runs beside the loop.
        wording: Says errors.
    """

    def __init__(self, make: Callable[[str], Door], wording: Wording) -> None:
        self._make, self._wording = make, wording
        self._made: OrderedDict[str, Door] = OrderedDict()
        self._making = asyncio.Lock()
        self._leaving: set[Door] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    async def take(self, asked: Asked, size: int) -> Proxied | None:
        """Look whether Riffler has anything to do with a request; see `Door.take`."""
        return await (await self.of(asked.model)).take(asked, size)

    async def answer(self, proxied: Proxied, context: Context) -> Reply:
        """Answer a request; see `Door.answer`. Its door is looked for again: it may be gone since `take`."""
        door = await self.of(proxied.asked.model)  # from here on no other task comes between, and then it is busy
        return await door.answer(proxied, context)

    async def of(self, model: str) -> Door:
        """Give the door for a model.

        Args:
            model: Its name.

        Returns:
            The door; where there is none, it is made. It stays until something else runs, and while it is busy.
        """
        if model not in self._made:  # who has a door needn't wait while another one is made
            async with self._making:
                if model not in self._made:
                    await self._add(model)
        self._made.move_to_end(model)
        return self._made[model]

    def refuse(self, exc: RifflerError) -> Reply:
        """Answer a request that can't be read.

        Args:
            exc: What is wrong with it.

        Returns:
            The reply.
        """
        return refused(self._wording.refusal(exc), _nothing)

    async def aclose(self) -> None:
        """Close all, also those that are being closed. From now on there are no doors."""
        self._closed = True
        await asyncio.gather(*self._closing, return_exceptions=True)
        left = [*self._leaving, *self._made.values()]  # a loop that ends cancels who closes
        self._leaving.clear()
        self._made.clear()
        for door in left:
            await door.aclose()

    async def _add(self, model: str) -> None:
        if self._closed:
            raise httpx2.ReadError(CLOSED)
        door = await asyncio.to_thread(self._make, model)
        if self._closed:
            await door.aclose()
            raise httpx2.ReadError(CLOSED)
        door.when_free(self._drop)
        self._made[model] = door
        self._drop(but=model)

    def _drop(self, but: str = "") -> None:
        """Close doors until there are no more than may be, or all are in use: then it goes on when one isn't."""
        too_many = len(self._made) - MOST_DOORS
        if too_many <= 0:
            return
        idle = [model for model, door in self._made.items() if not door.busy and model != but]
        for model in idle[:too_many]:
            door = self._made.pop(model)
            self._leaving.add(door)
            closing = asyncio.get_running_loop().create_task(self._close(door))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _close(self, door: Door) -> None:
        with suppress(RifflerError):  # nobody waits for this who could be told
            await door.aclose()
        self._leaving.discard(door)


async def _nothing() -> None:
    """Stop what doesn't run."""
