"""Headers that others read: which answer a client would rather have, and what may be kept of it."""

import httpx
import pytest
from tests.service.http.conftest import Model

from riffler.service.http.accept import wants_events

ANSWER = {"question": "Where is the boat?"}


@pytest.mark.parametrize(
    ("accept", "events"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", False),
        ("text/event-stream", True),
        ("TEXT/EVENT-STREAM", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", True),
        ("text/event-stream; charset=utf-8", True),
        ("*/*, text/event-stream", True),
        ("text/*", True),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=0, application/json", False),
        ("text/event-stream ; Q=0.000, */*", False),
        ("text/event-stream;q=0.5, application/json", False),
        ("text/event-stream;q=0.5, application/json;q=0.4", True),
        ("text/event-stream;q=0.9, */*", False),
        ("application/json;q=0", False),
        ("text/event-stream;q=high", True),
        ("x-text/event-stream", False),
        (",;q=1,", False),
    ],
)
async def test_weights_decide(client: httpx.AsyncClient, model: Model, accept: str, events: bool) -> None:
    """A type is taken by its weight, in any case of its letters; what is refused doesn't come."""
    assert wants_events(accept) == events
    response = await client.post("/api/v1/ask", json=ANSWER, headers={"accept": accept})
    assert response.status_code == 200
    kind = "text/event-stream" if events else "application/json"
    assert response.headers["content-type"].startswith(kind)
    assert response.headers["vary"] == "Accept"


async def test_no_cache_keeps_a_session(client: httpx.AsyncClient, model: Model) -> None:
    """Each read of a session may hold texts: none is kept, not by a 304 either, and who has a tag is still told."""
    asked = await client.post("/api/v1/ask", json=ANSWER)
    path, decision = f"/api/v1/sessions/{asked.json()['session']}", asked.json()["rewriting"]["decision"]
    assert asked.headers["cache-control"] == "no-store"
    assert (await client.get(f"/api/v1/decisions/{decision}/rewrite")).headers["cache-control"] == "no-store"
    reads = [
        template.removeprefix("/api/v1/sessions/{session}")
        for template, methods in (await client.get("/openapi.json")).json()["paths"].items()
        if template.startswith("/api/v1/sessions/{session}") and "get" in methods
    ]
    assert {"", "/messages", "/view/pieces", "/original", "/search", "/history", "/diff"} <= set(reads)
    query = {"/original": "?message=0", "/search": "?query=boat", "/diff": "?from=0"}
    for part in reads:
        for status, headers in ((200, {}), (304, {"if-none-match": asked.headers["etag"]})):
            response = await client.get(path + part + query.get(part, ""), headers=headers)
            assert (response.status_code, response.headers["cache-control"]) == (status, "no-store"), part
            assert response.headers["etag"] == asked.headers["etag"]


ANSWERS: list[tuple[str, str, dict[str, object]]] = [
    ("GET", "/nowhere", {}),
    ("GET", "/api/v1/sessions/nobody", {}),
    ("PUT", "/livez", {}),
    ("POST", "/api/v1/ask", {"json": {}}),
    ("POST", "/api/v1/ask", {"content": b"x"}),
    ("POST", "/api/v1/ask", {"json": ANSWER}),
    ("GET", "/api/v1/sessions", {}),
    ("GET", "/api/v1/decisions", {}),
    ("GET", "/readyz", {}),
    ("GET", "/metrics", {}),
]


@pytest.mark.parametrize(("method", "path", "arguments"), ANSWERS)
async def test_what_has_no_tag_is_kept_by_nobody(
    client: httpx.AsyncClient, model: Model, method: str, path: str, arguments: dict[str, object]
) -> None:
    """Problems, also those that nobody foresaw, lists and states are asked for anew each time."""
    model.says = ZeroDivisionError("the secret words")
    response = await client.request(method, path, **arguments)  # type: ignore[arg-type]
    assert response.headers["cache-control"] == "no-store", response.text


@pytest.mark.parametrize(("method", "path", "arguments"), [*ANSWERS, ("HEAD", "/api/v1/live", {}), ("GET", "/", {})])
async def test_no_page_of_another_origin_takes_an_answer_in(
    client: httpx.AsyncClient, model: Model, method: str, path: str, arguments: dict[str, object]
) -> None:
    """Browsers are told so with each answer, also with those that nobody foresaw."""
    model.says = ZeroDivisionError("the secret words")
    response = await client.request(method, path, **arguments)  # type: ignore[arg-type]
    assert response.headers.get_list("cross-origin-resource-policy") == ["same-origin"]
