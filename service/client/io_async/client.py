"""The client of a service, for an app that is asynchronous."""

from __future__ import annotations

from riffler.service.client.io_async.asking import AsyncAsking
from riffler.service.client.io_async.deciding import AsyncDeciding
from riffler.service.client.io_async.editing import AsyncEditing
from riffler.service.client.io_async.sessions import AsyncSessions


class AsyncClient(AsyncAsking, AsyncSessions, AsyncEditing, AsyncDeciding):
    """Asks a Riffler that runs elsewhere. It can be used by many at once; close it in the end, or use it in a `with`.

    Each event loop that uses it has connections of its own, so that it serves one after another.

    Whose data it reaches is told by its key alone. Changes have a name (`Idempotency-Key`), so that they are made again
    safely: after a connection that didn't come about or broke, and when the service is overloaded or stops and says
    after what time it is worth it. All errors are `riffler.errors.RifflerError`: see `riffler.client`.

    Args:
        base_url: Where the service is; a path in it stands before each of the API's.
        api_key: The key that says who asks. It is sent as a bearer token, and shown nowhere.
        timeout_s: What a call may take in all, with every try and the pauses between them. A synchronous client waits
            longer only for the system to look up a host's name.
        connect_s: What one connection may take to come about.
        retries: How often a call is made again at most, where that is safe.
        verify: What certificates are checked with, where the system's roots don't do.

    Raises:
        InvalidInput: An argument can't be what it is.
    """
