"""The API's description, and requests of all kinds that are made from it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from tests.e2e.served import serving
from tests.service.http.conftest import Model

from riffler.bandits.decision import digest_of
from riffler.errors import EngineUnavailable
from riffler.service.access.making import make_key
from riffler.service.http.problems import MEDIA_TYPE, STATUSES, http_problem, problem_of
from riffler.tools.messages import ToolCall

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.timeout(300)
async def test_requests_of_all_kinds_find_no_fault(tmp_path: Path) -> None:
    """Schemathesis, on a real socket: no 5xx, no answer that isn't described, nothing wrong taken or right refused.

    It is seeded, so that it fails again where it failed; what is left out, and why, stands in `schemathesis.toml`.
    """
    made = make_key()  # so that keys can be made and ended without locking the others out
    async with serving(tmp_path, admin_keys=made.digest) as served:
        address = f"{str(served.client.base_url).rstrip('/')}/openapi.json"
        (await served.client.get(address)).raise_for_status()  # it takes seconds to make: more than is waited for it
        command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run", address]
        done = subprocess.run(  # noqa: ASYNC221 - nothing else runs here meanwhile
            [*command, "--no-color", "--header", f"Authorization: Bearer {made.text}"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            timeout=240,
            env=os.environ | {"SCHEMATHESIS_HOOKS": str(CONFIG.with_name("schemathesis_hooks.py"))},
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
        ("/api/v1/explanations", "NewExplanation"),
        ("/api/v1/rewrites", "NewRewrite"),
    ]
    for address, name in steps:
        done = await client.post(address, json=example(name))
        assert done.status_code == 200, done.text
    decision = done.json()["rewriting"]["decision"]
    forked = await client.post(f"{path}/fork", json=example("NewFork"))
    assert forked.status_code == 201, forked.text
    rewarded = await client.post(f"/api/v1/decisions/{decision}/reward", json=example("NewReward"))
    assert rewarded.json()["counted"] is True
    assert (await client.get(f"/api/v1/decisions/{decision}")).json()["reward"] == example("NewReward")["reward"]


def described_answers(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each answer of a description: its operation, its status, what is said of it."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                yield f"{method} {path}", status, answer


def fields_of(schema: dict[str, Any], description: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of a shape, or of a list's items."""
    named = schema.get("items", schema)["$ref"].rpartition("/")[2]
    fields: dict[str, Any] = description["components"]["schemas"][named]["properties"]
    return fields


async def test_each_answer_has_an_example(client: httpx.AsyncClient) -> None:
    """Each success and each problem is described in words of its own, with an example that fits the schema beside it.

    No field is left out of an example, and none is too many. A problem's example is one that can come with this status.
    """
    description = (await client.get("/openapi.json")).json()
    document = {"components": description["components"]}
    kinds = {problem_of(kind("x"))[0]["type"]: status for kind, status in STATUSES.items()}
    kinds |= {http_problem(status, "x")["type"]: status for status in (400, 413, 415, 422, 500)}
    for where, status, answer in described_answers(description):
        assert answer["description"] != "Successful Response", where
        assert "X-Request-Id" in answer["headers"], where
        for kind, content in answer.get("content", {}).items():
            assert "example" in content, f"{where} {status} {kind}"
            if kind == "application/json":
                example, schema = content["example"], content["schema"]
                jsonschema_rs.validate(schema | document, example)
                items = example if isinstance(example, list) else [example]
                assert all(item.keys() == fields_of(schema, description).keys() for item in items), where
            if kind == MEDIA_TYPE:
                jsonschema_rs.validate(content["schema"] | document, content["example"])
                assert content["example"]["status"] == kinds[content["example"]["type"]] == int(status), where
        if status in {"409", "503"} and MEDIA_TYPE in answer["content"]:
            assert "Retry-After" in answer["headers"], where
        if status[0] == "2" and status != "204":
            assert answer["content"], where


async def test_examples_of_decisions_are_ids(client: httpx.AsyncClient) -> None:
    """Wherever an example names a decision, it is an id as Riffler makes them."""

    def named(value: Any, field: str = "") -> Iterator[str]:
        if isinstance(value, str):
            if field == "decision" or value.startswith(("d6b3", "/api/v1/decisions/")):
                yield value.rpartition("/")[2]
        elif isinstance(value, dict):
            for name, each in value.items():
                yield from named(each, name)
        elif isinstance(value, list):
            for each in value:
                yield from named(each, field)

    description = (await client.get("/openapi.json")).json()
    examples = [
        content["example"]
        for _, _, answer in described_answers(description)
        for content in answer.get("content", {}).values()
        if "example" in content
    ]
    examples += [schema.get("examples") for schema in description["components"]["schemas"].values()]
    ids = list(named(examples))
    assert len(ids) > 5
    assert {digest_of(id_) for id_ in ids} == {"6b3c1f0a"}


async def test_an_operation_documents_what_it_can_give(client: httpx.AsyncClient) -> None:
    """What is wrong with a body is documented where there is one, and a tag where a session is named."""
    description = (await client.get("/openapi.json")).json()
    names = set()
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            statuses = set(operation["responses"])
            assert {"400", "413", "415"} <= statuses if "requestBody" in operation else True, where
            assert not {"400", "413", "415"} & statuses or "requestBody" in operation, where
            assert "{" in path or not {"404", "412"} & statuses, where
            sent = {parameter["name"] for parameter in operation["parameters"]}
            assert ("412" in statuses) == ("if-match" in sent), where
            assert ("304" in statuses) == ("if-none-match" in sent), where
            assert "x-request-id" in sent, where
            names.add(operation["operationId"])
    assert names >= {"ask", "ask_in_session", "call_tool", "read_view", "list_decisions", "metrics"}
    assert list(description["paths"]["/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]
    assert "Allow" in description["components"]["responses"]["MethodNotAllowed"]["headers"]


def events_in(text: str) -> list[dict[str, str]]:
    """Read server-sent events, each as its fields."""
    blocks = (block.splitlines() for block in text.split("\n\n") if block)
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


async def test_events_have_the_shape_that_it_says(client: httpx.AsyncClient, model: Model) -> None:
    """Each event of a streamed answer, of the example and of a turn that fails, fits the schema of its name."""
    description = (await client.get("/openapi.json")).json()
    schemas = description["components"]["schemas"]
    told = description["paths"]["/api/v1/ask"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    assert told["itemSchema"] == {"$ref": "#/components/schemas/AnswerEvent"}
    shapes = {each["properties"]["event"]["const"]: each["properties"] for each in schemas["AnswerEvent"]["oneOf"]}
    question, headers = {"question": "Where is the boat?"}, {"accept": "text/event-stream"}

    streams = [told["example"]]
    streams.append((await client.post("/api/v1/ask", json=question, headers=headers)).text)
    model.says = [ToolCall("call_1", "search_context", '{"query": "boat"}')]
    streams.append((await client.post("/api/v1/ask", json=question, headers=headers)).text)
    model.says = EngineUnavailable("the engine is away")
    streams.append((await client.post("/api/v1/ask", json=question, headers=headers)).text)
    seen = set()
    for event in (event for stream in streams for event in events_in(stream)):
        data, shape = json.loads(event["data"]), shapes[event["event"]]["data"]["contentSchema"]
        jsonschema_rs.validate(shape | {"components": description["components"]}, data)
        assert data.keys() <= schemas[shape["$ref"].rpartition("/")[2]]["properties"].keys(), event
        seen.add(event["event"])
    assert seen == shapes.keys()


async def test_its_answers_have_the_shape_that_it_says(client: httpx.AsyncClient) -> None:
    """Real answers fit the schemas, too."""
    description = (await client.get("/openapi.json")).json()
    document = {"components": description["components"]}
    made = await client.post("/api/v1/sessions", json={"messages": [{"role": "user", "content": "It opens at six."}]})
    path = made.headers["location"]
    answer = await client.post(f"{path}/ask", json={"question": "When does it open?"})
    for real, at, method, status in [
        (made, "/api/v1/sessions", "post", "201"),
        (answer, "/api/v1/sessions/{session}/ask", "post", "200"),
        (await client.get(path), "/api/v1/sessions/{session}", "get", "200"),
        (await client.get(f"{path}/view"), "/api/v1/sessions/{session}/view", "get", "200"),
        (await client.get(f"{path}/view?version=1"), "/api/v1/sessions/{session}/view", "get", "200"),
        (await client.get(f"{path}/history"), "/api/v1/sessions/{session}/history", "get", "200"),
        (await client.get(f"{path}/diff?from=1"), "/api/v1/sessions/{session}/diff", "get", "200"),
        (await client.get(f"{path}/diff?from=99"), "/api/v1/sessions/{session}/diff", "get", "404"),
        (await client.post(f"{path}/fork", json={}), "/api/v1/sessions/{session}/fork", "post", "201"),
        (await client.get(f"{path}/events"), "/api/v1/sessions/{session}/events", "get", "200"),
        (await client.get(f"{path}/messages"), "/api/v1/sessions/{session}/messages", "get", "200"),
        (await client.get(f"{path}/fragments"), "/api/v1/sessions/{session}/fragments", "get", "200"),
        (await client.get("/api/v1/tools"), "/api/v1/tools", "get", "200"),
        (await client.get("/api/v1/engines"), "/api/v1/engines", "get", "200"),
        (await client.get("/readyz"), "/readyz", "get", "200"),
        (await client.get("/livez"), "/livez", "get", "200"),
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
