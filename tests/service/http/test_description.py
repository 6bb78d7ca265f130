"""The API's description, and requests of all kinds that are made from it."""

import subprocess
import sys
from pathlib import Path

import httpx
import jsonschema_rs
import pytest
from tests.e2e.served import serving

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.timeout(300)
async def test_requests_of_all_kinds_find_no_fault(tmp_path: Path) -> None:
    """Schemathesis, on a real socket: no 5xx, no answer that isn't described, nothing wrong taken or right refused.

    It is seeded, so that it fails again where it failed; what is left out, and why, stands in `schemathesis.toml`.
    """
    async with serving(tmp_path) as served:
        address = f"{str(served.client.base_url).rstrip('/')}/openapi.json"
        command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run", address]
        done = subprocess.run(  # noqa: ASYNC221 - nothing else runs here meanwhile
            [*command, "--no-color"], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=240
        )
        assert done.returncode == 0, done.stdout[-6000:]
        assert "Traceback" not in served.errors.read_text("utf-8")


async def test_it_is_worth_reading(client: httpx.AsyncClient) -> None:
    """Each operation has a summary, a description, a tag and described answers; each field says what it is."""
    description = (await client.get("/openapi.json")).json()
    tags = {tag["name"] for tag in description["tags"]}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["description"].endswith("."), where
            assert len(operation["summary"]) >= 3, where
            assert set(operation["tags"]) <= tags, where
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), f"{where} {parameter['name']}"
            problems = [status for status in operation["responses"] if status >= "4"]
            assert problems or path in {"/livez", "/metrics"}, where
    for name, schema in description["components"]["schemas"].items():
        assert schema.get("description"), name
    assert not {"HTTPValidationError", "ValidationError"} & description["components"]["schemas"].keys()


async def test_its_examples_work(client: httpx.AsyncClient) -> None:
    """The examples of the description, sent in the order of a first hour with the API, are taken as they stand."""
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]

    def example(name: str) -> dict[str, object]:
        given: dict[str, object] = schemas[name]["examples"][0]
        return given

    made = await client.post("/api/v1/sessions", json=example("NewSession"))
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    steps = [
        (f"{path}/messages", "NewMessages"),
        (f"{path}/ask", "Question"),
        ("/api/v1/ask", "Question"),
        (f"{path}/tools/search_context", "ToolArguments"),
        ("/api/v1/rewrites", "NewRewrite"),
    ]
    for address, name in steps:
        done = await client.post(address, json=example(name))
        assert done.status_code == 200, done.text
    decision = done.json()["rewriting"]["decision"]
    rewarded = await client.post(f"/api/v1/decisions/{decision}/reward", json=example("NewReward"))
    assert rewarded.json() == {"counted": True}
    assert (await client.get(f"/api/v1/decisions/{decision}")).json()["reward"] == example("NewReward")["reward"]


async def test_its_answers_have_the_shape_that_it_says(client: httpx.AsyncClient) -> None:
    """Each documented example of an answer fits the schema beside it, with no field too many; so do real answers."""
    description = (await client.get("/openapi.json")).json()
    document = {"components": description["components"]}
    shown = 0
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json", {})
                if "example" in content:
                    jsonschema_rs.validate(content["schema"] | document, content["example"])
                    shape = description["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
                    assert content["example"].keys() == shape["properties"].keys(), f"{method} {path} {status}"
                    shown += 1
    assert shown >= 9
    made = await client.post("/api/v1/sessions", json={"messages": [{"role": "user", "content": "It opens at six."}]})
    path = made.headers["location"]
    answer = await client.post(f"{path}/ask", json={"question": "When does it open?"})
    for real, at, method, status in [
        (made, "/api/v1/sessions", "post", "201"),
        (answer, "/api/v1/sessions/{session}/ask", "post", "200"),
        (await client.get(path), "/api/v1/sessions/{session}", "get", "200"),
        (await client.get(f"{path}/view"), "/api/v1/sessions/{session}/view", "get", "200"),
        (await client.get(f"{path}/events"), "/api/v1/sessions/{session}/events", "get", "200"),
        (await client.get("/api/v1/decisions"), "/api/v1/decisions", "get", "200"),
        (await client.get(f"{path}x"), "/api/v1/sessions/{session}", "get", "404"),
    ]:
        kind = real.headers["content-type"]
        schema = description["paths"][at][method]["responses"][status]["content"][kind]["schema"]
        jsonschema_rs.validate(schema | document, real.json())


async def test_a_header_is_there_or_it_is_not(client: httpx.AsyncClient) -> None:
    """No header, query or path is described as null: it can't be sent so."""
    for operations in (await client.get("/openapi.json")).json()["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert "null" not in str(parameter["schema"]), parameter
                assert "type" in parameter["schema"], parameter
