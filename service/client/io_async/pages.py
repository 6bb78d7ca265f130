"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, TypeVar

from riffler.service.client.call import Call
from riffler.service.client.errors import InvalidReply
from riffler.service.client.io_async.core import AsyncCore
from riffler.service.client.models.base import Page

P = TypeVar("P", bound=Page[Any])
T = TypeVar("T")


class AsyncPages(Generic[P, T]):
    """A list: iterate over it for its items, over `pages()` for the pages that they come in. Each is read when needed.

    Args:
        client: Who reads.
        following: Makes the call for the page after one, of which it gets the cursor, too; after None, for the first.
    """

    def __init__(self, client: AsyncCore, following: Callable[[P | None, str | None], Call[P]]) -> None:
        self._client, self._following = client, following

    async def __aiter__(self) -> AsyncIterator[T]:
        """Give the items of all pages."""
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[P]:
        """Give the pages.

        Yields:
            Each with what belongs to it, such as its `next` and its `etag`.

        Raises:
            InvalidReply: A page leads back to itself.
        """
        page = await self.first()
        yield page
        while page.next is not None:
            call = self._following(page, page.next)
            after = await self._client.send(call)
            if after.next == page.next:
                raise InvalidReply(call.operation, "the next page leads to itself")
            page = after
            yield page

    async def first(self) -> P:
        """Give the first page alone."""
        return await self._client.send(self._following(None, None))
