"""Pages of others change nothing here; clients that are no browser aren't asked where they come from."""

import httpx
import pytest
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.http.problems import MEDIA_TYPE

WRITES = [("POST", "/api/v1/ask"), ("PUT", "/api/v1/decisions/d1/reward"), ("DELETE", "/api/v1/sessions/s")]


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://{host}@evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://{host}"},
        {"sec-fetch-site": "Same-Origin"},
        {"sec-fetch-site": "cross-site", "origin": "http://{host}"},
    ],
)
async def test_a_page_of_another_origin_changes_nothing(
    client: httpx.AsyncClient, riffler: Riffler, method: str, path: str, said: dict[str, str]
) -> None:
    """Whatever tells of a foreign page, its change is refused in words before anything is read or made."""
    host = client.base_url.netloc.decode()
    headers = {name: value.format(host=host) for name, value in said.items()}
    answer = await client.request(method, path, json={"question": "Where?"}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, MEDIA_TYPE), answer.text
    assert answer.json()["type"] == "urn:riffler:problem:foreign-page"
    assert answer.json()["detail"].startswith("origin: ")
    assert not (await riffler.sessions.sessions(riffler.tenant)).sessions


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"origin": "http://{host}"},
        {"origin": "HTTP://{host}", "sec-fetch-site": "same-origin"},
        {"origin": "https://riffler.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
async def test_own_pages_and_programs_go_on(client: httpx.AsyncClient, said: dict[str, str]) -> None:
    """The service's own page, also one behind a proxy with a name of its own, and what says nothing of pages."""
    host = client.base_url.netloc.decode()
    headers = {name: value.format(host=host) for name, value in said.items()}
    assert (await client.post("/api/v1/ask", json={"question": "Where?"}, headers=headers)).status_code == 200


async def test_reading_is_left_to_the_browser(client: httpx.AsyncClient) -> None:
    """A foreign page may ask to read; it isn't told that it may see the answer, nor that it may ask for a change."""
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    for answer in (
        await client.get("/api/v1/sessions", headers=foreign),
        await client.options("/api/v1/ask", headers=foreign | asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.status_code == 405


async def test_an_unknown_host_is_told_before_its_pages_are(riffler: Riffler) -> None:
    """A name that was pointed here makes a page look like one's own: the name itself is refused."""
    async with served(riffler, hosts=["127.0.0.1"]) as client:
        rebound = {"host": "evil.example", "origin": "http://evil.example", "sec-fetch-site": "same-origin"}
        assert (await client.post("/api/v1/ask", json={"question": "Where?"}, headers=rebound)).status_code == 421
