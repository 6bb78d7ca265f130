"""Where the server is, and who asks: both are checked before anything is sent, and the key is never shown."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from urllib.parse import urlsplit

import httpx2

from riffler.errors import InvalidInput


def address_of(base_url: str) -> str:
    """Check an address.

    Args:
        base_url: Where the service is, such as `http://127.0.0.1:8000`; a path in it stands before each of the API's.

    Returns:
        It, without a slash at its end.

    Raises:
        InvalidInput: It is none, or has credentials in it, which would be shown with it.
    """
    try:
        url = httpx2.URL(base_url)
        urlsplit(base_url)  # finds brackets that don't close
    except (httpx2.InvalidURL, TypeError, ValueError):
        raise InvalidInput("base_url: expected an address such as http://127.0.0.1:8000, got none") from None
    if url.userinfo:
        raise InvalidInput("base_url: expected an address without credentials; give a key as `api_key`")
    if url.scheme not in {"http", "https"} or not url.host or url.query or url.fragment:
        raise InvalidInput("base_url: expected http:// or https://, a host and at most a port and a path")
    return str(url).rstrip("/")


def context_for(address: str, verify: ssl.SSLContext | None) -> ssl.SSLContext | bool:
    """Give what certificates are checked with.

    Args:
        address: The server's.
        verify: The caller's own, if any.

    Returns:
        What httpx2 takes. Over plain HTTP no certificate is looked at, and reading all roots takes 20 ms or more.
    """
    if verify is not None:
        return verify
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if address.startswith("http:") else True


class Bearer(httpx2.Auth):
    """Sends a key. It lives here alone, and nothing shows it.

    Args:
        key: The key; None sends nothing.
    """

    def __init__(self, key: str | None) -> None:
        # Checked here: the HTTP library would quote what can't be sent in its error.
        if key is not None and not (key and key.isascii() and key.isprintable() and " " not in key):
            raise InvalidInput("api_key: expected visible ASCII characters, got others")
        self._key = key

    def __repr__(self) -> str:
        """Say that there is a key, or none."""
        return f"Bearer({'***' if self._key else None})"

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the header; see httpx2."""
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key}"
        yield request
