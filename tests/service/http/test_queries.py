"""Query parameters: those that an operation doesn't have are told, wherever they come."""

import httpx
import pytest

from riffler.service.app import Riffler
from riffler.service.http.problems import MEDIA_TYPE

BODY = {"question": "Who?", "messages": [], "query": "Who?", "reward": 1}


async def test_each_operation_refuses_what_it_does_not_have(client: httpx.AsyncClient, riffler: Riffler) -> None:
    """Each one of the description names the parameter that came and those that it has, and changes nothing.

    But for OpenAI's API, whose servers pass over what they don't know.
    """
    await riffler.edits.create(riffler.tenant, "s")
    paths = (await client.get("/openapi.json")).json()["paths"]
    seen = 0
    for path, operations in paths.items():
        if path.startswith("/v1/"):
            continue
        address = path.format(session="s", tool="show_history", decision="d0", digest="0" * 8, key="0" * 12)
        for method, operation in operations.items():
            if "health" in operation["tags"]:
                continue
            assert "422" in operation["responses"], f"{method} {path}"
            known = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
            lines = {"content": "", "headers": {"content-type": "application/jsonl"}}
            body = {} if method != "post" else lines if path.endswith(("/log", "/import")) else {"json": BODY}
            response = await client.request(method, address, params={"too": "2"}, **body)  # type: ignore[arg-type]
            problem = response.json()
            assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE), f"{method} {path}"
            expected = f"expected one of {', '.join(known)}" if known else "expected no query parameter"
            assert problem["errors"] == [{"field": "query.too", "expected": expected, "got": "'too'"}]
            assert problem["detail"] == f"query.too: {expected}, got 'too'"
            seen += 1
    assert seen > 20
    assert (await riffler.memory("s")).version == 0


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("from=0&too=1", ["query.too"]),
        ("form=0", ["query.form"]),
        ("From=0", ["query.From"]),
        ("from=0&earlier=0&a=1&a=2", ["query.earlier", "query.a"]),
        ("from=0&too", ["query.too"]),
        ("from=0&=1", ["query."]),
        ("from=0&" + "x" * 300 + "=1", ["query." + "x" * 77 + "..."]),
        ("from=0&to=0&limit=1", []),
        ("from=0&", []),
    ],
)
async def test_a_misspelt_parameter_is_named(
    client: httpx.AsyncClient, riffler: Riffler, query: str, fields: list[str]
) -> None:
    """By its name as it came, each once, before what else is wrong."""
    await riffler.edits.create(riffler.tenant, "s")
    response = await client.get(f"/api/v1/sessions/s/diff?{query}")
    assert response.status_code == (422 if fields else 200), response.text
    assert [each["field"] for each in response.json().get("errors", [])] == fields
    assert (await client.head(f"/api/v1/sessions/s/diff?{query}")).status_code == response.status_code


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json"])
async def test_probes_may_add_what_they_like(client: httpx.AsyncClient, path: str) -> None:
    """What asks for health or metrics is often made by others, and must not fail by a parameter of theirs."""
    assert (await client.get(f"{path}?name[]=up&now=1")).status_code == 200
