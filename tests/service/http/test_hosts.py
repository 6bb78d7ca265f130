"""The name in `Host`: what keeps a web page of another name from a service on the loopback."""

import httpx
import pytest
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.settings import read_settings

OURS = ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]", "[::1]:8000"]
OTHERS = ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "", "::1", "[::1"]


async def test_a_service_on_the_loopback_goes_by_its_names(riffler: Riffler) -> None:
    """A request for another host is refused before anything is done; one for this host isn't, whatever the port."""
    async with served(riffler, hosts=read_settings().host_names) as client:
        for name in OURS:
            assert (await client.get("/livez", headers={"host": name})).status_code == 200, name
        for name in OTHERS:
            refused = await client.post("/api/v1/sessions", json={}, headers={"host": name})
            assert (refused.status_code, refused.json()["type"]) == (421, "urn:riffler:problem:misdirected-request")
        assert (await client.get("/api/v1/sessions")).json()["items"] == []


async def test_without_names_any_goes(client: httpx.AsyncClient) -> None:
    """Behind a proxy, or in a container, the service can't know what it is called."""
    for name in (*OURS, *OTHERS):
        assert (await client.get("/livez", headers={"host": name})).status_code == 200, name


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"host": "127.0.0.1"}, {"localhost", "127.0.0.1", "[::1]"}),
        ({"host": "192.0.2.7"}, set()),
        ({"host": "192.0.2.7", "allowed_hosts": "a.example, b.example,"}, {"a.example", "b.example"}),
        ({"host": "::1", "allowed_hosts": "a.example"}, {"a.example"}),
    ],
)
def test_the_names_go_by_the_address(given: dict[str, str], names: set[str]) -> None:
    """On the loopback they are its own; elsewhere any; and what the operator names goes before both."""
    assert read_settings(**given).host_names == names
