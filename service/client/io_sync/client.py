"""The client of a service, for an app that is synchronous."""

# Made of io_async/client.py by `python -m riffler.service.client.twin`.

from __future__ import annotations

from riffler.service.client.io_sync.asking import Asking
from riffler.service.client.io_sync.deciding import Deciding
from riffler.service.client.io_sync.editing import Editing
from riffler.service.client.io_sync.sessions import Sessions


class Client(Asking, Sessions, Editing, Deciding):
    """Asks a Riffler that runs elsewhere. Threads can share it; close it in the end, or use it in a `with`.

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
