"""Errors on the wire: one table, one shape, nothing of the inside."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from tests.service.http.conftest import Model

from riffler import errors
from riffler.service.http.problems import MEDIA_TYPE, STATUSES, problem_of

EVERY = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.RifflerError)]


EXCEPTIONS: Mapping[type[errors.RifflerError], tuple[int, str]] = {
    errors.InvalidInput: (422, "the client can mend it"),
    errors.InvalidSetting: (500, "the operator's, not the client's"),
    errors.ToolRefused: (422, "the call can't be done as it is"),
    errors.UnknownTool: (404, "it is named in the path"),
    errors.UnknownFragment: (404, "there is nothing of this name"),
    errors.UnknownSearchHit: (404, "there is nothing of this name"),
    errors.InvalidState: (409, "another state would allow it"),
    errors.Pinned: (409, "another question would allow it"),
    errors.Guarded: (409, "another batch, or one that isn't strict, would do"),
    errors.NothingToUndo: (409, "an edit before it would allow it"),
    errors.TooFarBack: (409, "a session with a longer history would allow it"),
    errors.SummaryFailed: (502, "the engine's failure"),
    errors.KeyRefused: (401, "a key would do"),
    errors.ScopeMissing: (403, "another key would do"),
    errors.LimitReached: (429, "it has used what it may"),
    errors.NotFound: (404, "there is nothing of this name"),
    errors.Conflict: (409, "somebody else was first"),
    errors.VersionConflict: (412, "the client named a version, in `If-Match`"),
    errors.OverBudget: (422, "a shorter text would do"),
    errors.MemoryFailed: (503, "Redis's, and it may pass"),
    errors.MemoryFull: (507, "there is no room"),
    errors.MemoryCorrupt: (500, "trying again doesn't help"),
    errors.EngineFailed: (502, "the engine's"),
    errors.EngineUnavailable: (503, "it may pass"),
    errors.EngineTimeout: (504, "the engine took too long"),
    errors.EngineBusy: (503, "it may pass"),
    errors.EngineOutOfMemory: (507, "there is no room"),
    errors.JudgeFailed: (502, "the failure of the engine that judges"),
    errors.ReportsBusy: (503, "it may pass"),
    errors.TooManyListeners: (503, "it may pass"),
    errors.ServiceStopping: (503, "another process, or this one after its restart, answers"),
}
"""The errors that have another status than their parent, each with the reason."""


def test_the_table_is_complete() -> None:
    """Each error has its status, and the table has no other."""
    assert set(STATUSES) == set(EVERY)


@pytest.mark.parametrize("kind", EVERY)
def test_a_status_is_that_of_the_parent_unless_there_is_a_reason(kind: type[errors.RifflerError]) -> None:
    """A new error that is put below another one, with a status of its own, has to say here why."""
    parent = STATUSES[kind.__base__] if issubclass(kind.__base__, errors.RifflerError) else 500
    expected, why = EXCEPTIONS.get(kind, (parent, ""))
    assert STATUSES[kind] == expected, f"{kind.__name__}: {why or 'as its parent'}"
    assert not why or expected != parent, f"{kind.__name__} is no exception any more"


@pytest.mark.parametrize(
    ("branch", "statuses", "but"),
    [
        (errors.InvalidInput, {422}, {errors.InvalidSetting}),
        (errors.ToolRefused, {404, 409, 422}, {errors.SummaryFailed}),
        (errors.NotFound, {404}, set()),
        (errors.Conflict, {409, 412}, set()),
        (errors.MemoryFailed, {500, 503, 507}, set()),
        (errors.EngineFailed, {502, 503, 504, 507}, set()),
    ],
)
def test_a_branch_says_whose_fault_it_is(
    branch: type[errors.RifflerError], statuses: set[int], but: set[type[errors.RifflerError]]
) -> None:
    """What a client can mend is 4xx, and what is the store's or the engine's is 5xx, on every leaf."""
    leaves = [kind for kind in EVERY if issubclass(kind, branch) and kind not in but]
    assert len(leaves) > 1
    assert {STATUSES[kind] for kind in leaves} <= statuses
    assert all(STATUSES[kind] >= 500 for kind in but)


@pytest.mark.parametrize("kind", EVERY)
def test_an_inner_failure_keeps_its_words(kind: type[errors.RifflerError]) -> None:
    """What a client did wrong is told in the error's words; what went wrong inside is not, with status 500."""
    problem, _ = problem_of(kind("the secret words"))
    assert (problem["detail"] == "the secret words") == (problem["status"] != 500)
    assert problem["type"].removeprefix("urn:riffler:problem:").replace("-", "") == kind.__name__.lower()


@pytest.mark.parametrize(
    ("kind", "status", "retry"),
    [
        (errors.EngineUnavailable, 503, True),
        (errors.EngineBusy, 503, True),
        (errors.EngineTimeout, 504, False),
        (errors.EngineRejected, 502, False),
        (errors.EngineGarbled, 502, False),
        (errors.EngineOutOfMemory, 507, False),
    ],
)
async def test_an_engine_that_fails_is_a_problem(
    client: httpx.AsyncClient, model: Model, kind: type[errors.EngineFailed], status: int, retry: bool
) -> None:
    """The engine's failure has its status and words, names the request, and leaves no session behind."""
    model.says = kind("the engine says no")
    response = await client.post("/api/v1/ask", json={"question": "Where is it?"}, headers={"X-Request-Id": "mine-1"})
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE)
    assert ("retry-after" in response.headers) == retry
    problem = response.json()
    assert problem.keys() == {"type", "title", "status", "detail", "instance"}
    assert (problem["status"], problem["detail"]) == (status, "the engine says no")
    assert problem["instance"] == "urn:riffler:request:mine-1"
    assert response.headers["x-request-id"] == "mine-1"
    assert (await client.get("/api/v1/sessions")).json()["items"] == []


async def test_what_nobody_foresaw_says_nothing(client: httpx.AsyncClient, model: Model) -> None:
    """A bug inside is a 500 without a word of it."""
    model.says = ZeroDivisionError("the secret words")
    response = await client.post("/api/v1/ask", json={"question": "Where is it?"})
    assert (response.status_code, response.headers["content-type"]) == (500, MEDIA_TYPE)
    assert "secret" not in response.text
    assert response.headers["x-request-id"] == json.loads(response.text)["instance"].rpartition(":")[2]
    assert len(response.headers["x-request-id"]) == 16
    named = await client.post("/api/v1/ask", json={"question": "Where is it?"}, headers={"X-Request-Id": "mine-1"})
    assert (named.headers["x-request-id"], named.json()["instance"]) == ("mine-1", "urn:riffler:request:mine-1")


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "a\\nb", "é"])
async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    """Only what can stand in a log line is taken over."""
    response = await client.get("/livez", headers={"X-Request-Id": given.encode()})
    assert response.status_code == 200
    assert len(response.headers["x-request-id"]) == 16


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nowhere", 404, None),
        ("GET", "/api/v1/sessions/", 404, None),
        ("POST", "/api/v1/ask/", 404, None),
        ("PUT", "/openapi.json", 405, "GET, HEAD"),
        ("PUT", "/api/v1/sessions", 405, "GET, HEAD, POST"),
        ("OPTIONS", "/api/v1/sessions/s", 405, "DELETE, GET, HEAD"),
        ("GET", "/api/v1/ask", 405, "POST"),
    ],
)
async def test_a_wrong_address_is_a_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int, allow: str | None
) -> None:
    """A path that isn't served, and a method that isn't taken, are told in the same shape."""
    response = await client.request(method, path, headers={"host": "evil.example"})
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE)
    assert response.headers.get("allow") == allow
    assert "evil.example" not in str(response.headers)
    assert "evil.example" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "arguments", "kind"),
    [
        ("POST", "/api/v1/ask", {"content": b"{", "headers": {"content-type": "application/json"}}, "unreadable-body"),
        ("POST", "/api/v1/ask", {"json": {}}, "invalid-request"),
        ("POST", "/api/v1/ask", {"content": b"{}"}, "unsupported-media-type"),
        ("POST", "/api/v1/ask", {"json": ["x" * 12_000_000]}, "body-too-large"),
        ("GET", "/nowhere", {}, "unknown-path"),
        ("PATCH", "/livez", {}, "method-not-allowed"),
    ],
)
async def test_kinds_of_http_have_names_of_their_own(
    client: httpx.AsyncClient, method: str, path: str, arguments: dict[str, Any], kind: str
) -> None:
    """A client can tell problems by type: the names are ours, not phrases that change from one Python to the next."""
    problem = (await client.request(method, path, **arguments)).json()
    assert problem["type"] == f"urn:riffler:problem:{kind}"


@pytest.mark.parametrize(
    ("path", "arguments", "words"),
    [
        ("/api/v1/ask", {"json": {"question": " "}}, "body.question: expected a text that isn't blank, got ' '"),
        ("/api/v1/sessions", {"json": {"session": "a/b"}}, "body.session: expected 1 to 200 of the characters"),
        ("/api/v1/sessions", {"json": {}, "headers": {"idempotency-key": "a b"}}, "expected 1 to 255 visible ASCII"),
        (
            "/api/v1/sessions/s/ask",
            {"json": {"question": "Who?"}, "headers": {"if-match": "7"}},
            'such as "7-1b2c3d4e" in its',
        ),
    ],
)
async def test_patterns_are_told_in_words(
    client: httpx.AsyncClient, path: str, arguments: dict[str, Any], words: str
) -> None:
    """Who sends what doesn't match a pattern reads what would, not the pattern."""
    response = await client.post(path, **arguments)
    assert response.status_code == 422
    assert words in response.json()["detail"]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/api/v1/sessions", "/nowhere"])
async def test_head_is_get_without_a_body(client: httpx.AsyncClient, path: str) -> None:
    """Probes may ask with HEAD wherever there is a GET."""
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
