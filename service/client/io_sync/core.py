"""How calls are sent: over one pool of connections, again where that is safe, and within a time limit."""

# Made of io_async/core.py by `python -m riffler.service.client.twin`.

from __future__ import annotations

import math
import ssl
import time
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from riffler.errors import InvalidInput
from riffler.service.client.address import Bearer, address_of, context_for
from riffler.service.client.call import JSON, Call, Reply
from riffler.service.client.deadline import bounded
from riffler.service.client.errors import ClientError, InvalidReply
from riffler.service.client.events import require_events
from riffler.service.client.faults import translated
from riffler.service.client.limits import Within
from riffler.service.client.pools import Pools
from riffler.service.client.tries import Patience, Tries

T = TypeVar("T")

# The server closes a connection that was quiet for 5 s; one that is taken up at that moment would be lost.
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=4.0)


class Core:
    """Sends calls. See `Client` for the arguments."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        api_key: str | None = None,
        *,
        timeout_s: float = 300.0,
        connect_s: float = 5.0,
        retries: int = 2,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self.address = address_of(base_url)
        if not (0 < timeout_s < math.inf and 0 < connect_s < math.inf) or retries < 0:
            raise InvalidInput("timeout_s, connect_s, retries: expected more than 0 s, and 0 retries or more")
        self._patience = Patience(timeout_s, connect_s, retries)
        bearer, context = Bearer(api_key), context_for(self.address, verify)
        self._pools = Pools(lambda: _pool(bearer, context))

    def __repr__(self) -> str:
        """Name the server; never the key."""
        return f"{type(self).__name__}({self.address!r})"

    def __deepcopy__(self, _memo: object) -> Self:
        """Stay one: connections can't be copied, and an answer that is leads back here."""
        return self

    def __enter__(self) -> Self:
        """Give the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close all connections. The client can't be used any more."""
        self._pools.close()

    def send(self, call: Call[T], timeout_s: float | None = None) -> T:
        """Send a call, and again where that is safe and worth it.

        Args:
            call: What is asked for.
            timeout_s: How long it may take, with all repetitions; None takes the client's own limit.

        Returns:
            What was asked for.
        """
        tries = self.tries(call, timeout_s)
        while True:
            try:
                with Within(tries):
                    return call.read(self._replied(call, tries))
            except ClientError as exc:
                pause_s = tries.pause_s(exc)
            time.sleep(pause_s)

    def opened(self, call: Call[T], tries: Tries) -> httpx2.Response:
        """Send a call that is answered by events, and wait for the head of the reply.

        Args:
            call: What is asked for.
            tries: How often, and how long.

        Returns:
            The reply, to be read and closed.
        """
        while True:
            try:
                with Within(tries):
                    return self._head(call, tries)
            except ClientError as exc:
                pause_s = tries.pause_s(exc)
            time.sleep(pause_s)

    def tries(self, call: Call[T], timeout_s: float | None = None) -> Tries:
        """Begin to count the tries of a call.

        Args:
            call: The call.
            timeout_s: See `send`.

        Returns:
            The rules of when it may be made again.

        Raises:
            InvalidInput: There is no time.
        """
        if timeout_s is not None and not 0 < timeout_s < math.inf:
            raise InvalidInput(f"timeout_s: expected more than 0 s, got {timeout_s:g}")
        patience = self._patience if timeout_s is None else replace(self._patience, total_s=timeout_s)
        return Tries(call, patience)

    def _head(self, call: Call[T], tries: Tries) -> httpx2.Response:
        response = self._begun(call, tries)
        try:
            if response.status_code == 200:
                require_events(call.operation, _head_of(response))
                return response
            call.read(self._whole(call, response, tries))
            raise InvalidReply(call.operation, "expected events, got another success", status=response.status_code)
        except BaseException:  # a cancelled caller, too: the connection would stay taken
            response.close()
            raise

    def _replied(self, call: Call[T], tries: Tries) -> Reply:
        response = self._begun(call, tries)
        try:
            return self._whole(call, response, tries)
        finally:
            response.close()

    def _begun(self, call: Call[T], tries: Tries) -> httpx2.Response:
        if self._pools.closed:
            raise InvalidInput("the client is closed: make another one")
        http = self._pools.get()
        left_s = tries.left_s()  # of one read: httpx2 has no limit over several, but `Within` has
        request = http.build_request(
            call.method,
            self.address + call.path,
            params=dict(call.query) or None,
            content=call.body,
            headers={"Accept": JSON} | ({"Content-Type": JSON} if call.body is not None else {}) | dict(call.headers),
            timeout=httpx2.Timeout(left_s, connect=min(left_s, self._patience.connect_s)),
        )
        with translated(call.operation, self.address):
            return http.send(request, stream=True)

    def _whole(self, call: Call[T], response: httpx2.Response, tries: Tries) -> Reply:
        content = bytearray()
        with translated(call.operation, self.address):
            for part in response.iter_bytes():
                content += part
                tries.left_s()  # a reply that trickles has no more time than one that doesn't come
        return replace(_head_of(response), content=bytes(content))


def _pool(bearer: Bearer, context: ssl.SSLContext | bool) -> httpx2.Client:
    http = httpx2.Client(auth=bearer, limits=_LIMITS, verify=context, follow_redirects=False)
    bounded(http)
    return http


def _head_of(response: httpx2.Response) -> Reply:
    return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, b"")
