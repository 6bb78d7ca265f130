"""The dashboard's files over HTTP, in an app of their own."""

import os
from pathlib import Path, PurePosixPath

import httpx
import pytest
from fastapi import FastAPI

from riffler.service.dashboard.pages import STATIC, install

FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())


@pytest.fixture
def client() -> httpx.AsyncClient:
    """A client of an app that has the pages alone."""
    app = FastAPI(redirect_slashes=False)
    install(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize("name", ["", *FILES])
async def test_each_file_is_served_under_the_policy(client: httpx.AsyncClient, name: str) -> None:
    """Each file comes byte for byte; what it may load is what is served here, and no inline script runs."""
    answer = await client.get(f"/dashboard/{name}")
    assert answer.status_code == 200
    assert answer.content == (STATIC / (name or "index.html")).read_bytes()
    rules = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_changed_file_is_seen_at_once_and_an_unchanged_one_not_sent_again(client: httpx.AsyncClient) -> None:
    """Browsers ask each time, and are told by the tag that they have it."""
    first = await client.get("/dashboard/js/app.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = await client.get("/dashboard/js/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    """Files are held in memory, and an upgrade is seen all the same; its tag is another one."""
    (tmp_path / "a.js").write_text("1;")
    app = FastAPI()
    install(app, tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        first = await client.get("/dashboard/a.js")
        (tmp_path / "a.js").write_text("2;")
        os.utime(tmp_path / "a.js", ns=(1, 1))
        then = await client.get("/dashboard/a.js", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.text, then.text, then.status_code) == ("1;", "2;", 200)
        assert first.headers["ETag"] != then.headers["ETag"]
        assert first.headers["Content-Type"].startswith("text/javascript")
        assert (await client.head("/dashboard/a.js")).headers["ETag"] == then.headers["ETag"]


@pytest.mark.parametrize("path", ["../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "js/../../pages.py", "nothing.js"])
async def test_nothing_but_the_files_is_served(client: httpx.AsyncClient, path: str) -> None:
    """No way of writing an address leads out of the folder."""
    assert (await client.get(f"/dashboard/{path}")).status_code == 404


async def test_the_address_without_its_slash_leads_on(client: httpx.AsyncClient) -> None:
    """The redirection is relative, so it holds under any name of this host."""
    answer = await client.get("/dashboard")
    assert (answer.status_code, answer.headers["Location"]) == (308, "dashboard/")


def test_nothing_of_the_pages_lies_elsewhere() -> None:
    """No file of ours names another host, but for comments in what is vendored and the icon's name space."""
    for name in FILES:
        if PurePosixPath(name).parts[0] != "vendor":
            text = (STATIC / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "://" not in text, name
