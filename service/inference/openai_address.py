"""A server's address: what of it may be read by anybody, and what may not."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from riffler.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Signed:
    """An address whose user and password stand beside it.

    Attributes:
        url: The address without them: httpx2 writes it into its log with each request.
        authorization: The header's value that carries them, as RFC 7617 writes it; None where there are none.
        secrets: What mustn't be repeated: the password, and what the header has in its place.
    """

    url: str
    authorization: SecretStr | None = None
    secrets: tuple[SecretStr, ...] = ()


def signed(url: str) -> Signed:
    """Take user and password out of an address.

    Args:
        url: An address that `shown_address` takes.

    Returns:
        What stood in it.
    """
    parts = urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    if not userinfo:
        return Signed(url)
    user, _, password = userinfo.partition(":")
    token = b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode("ascii")
    secrets = {token, password, unquote(password)} - {""}
    return Signed(
        parts._replace(netloc=host).geturl(), SecretStr(f"Basic {token}"), tuple(map(SecretStr, sorted(secrets)))
    )


def shown_address(url: str) -> str:
    """Give an address without credentials and query, for texts and files.

    Args:
        url: A server's address.

    Returns:
        Scheme, host, port and path.

    Raises:
        InvalidSetting: It is no address of HTTP.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # without its cause and words: they may quote a part of a password
        raise InvalidSetting("engine openai: base_url: can't be read as an address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSetting(
            "engine openai: base_url: needs http:// or https:// and a host, as http://127.0.0.1:8000/v1"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}{parts.path.rstrip('/')}"
