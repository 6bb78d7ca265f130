"""The client and the API's description say the same: operations, what is sent, and what comes back."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.service.client.every_call import CALLS, LEFT_OUT, MESSAGES
from tests.service.http.served import served

from riffler import AsyncClient, Client
from riffler.service.app import Riffler
from riffler.service.client import models
from riffler.service.client.call import JSON, Reply
from riffler.service.client.events import EventReader, progress_of
from riffler.service.client.io_async.pages import AsyncPages
from riffler.service.client.models import answers, decisions, explanations, past, policies, problems, service, sessions
from riffler.service.client.models.answers import AnswerFields
from riffler.service.client.models.base import Out, Page, Tagged
from riffler.service.client.refusing import Refused
from riffler.service.client.twin import HERE, make
from riffler.service.http.app import create_app
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.serving import core_of
from riffler.service.settings import read_settings

_MODULES = (answers, decisions, explanations, past, policies, problems, service, sessions)
SHAPES = sorted(
    {
        each
        for module in _MODULES
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, Out) and each.__module__ == module.__name__ and "[" not in each.__name__
    },
    key=lambda each: each.described,
)
LATER = "of another version"
NAMES = {each.__name__: each.described for each in SHAPES}


@pytest.fixture(scope="module")
def description(server_folder: Path) -> dict[str, Any]:
    """The description, as a service gives it; it takes seconds to make."""

    async def made() -> dict[str, Any]:
        engine = ScriptedEngine(lambda _: "It is in the harbour.")
        async with Riffler(read_settings(data_folder=server_folder), engine=engine) as riffler:
            return create_app(core_of(riffler), max_body_bytes=1000, shutdown_s=1.0).openapi()

    return json.loads(json.dumps(asyncio.run(made())))  # as it comes over the wire: lists in the place of tuples


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each operation with its path and its method."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def bare(schema: Any) -> Any:
    """Take out of a schema what is words, and name the client's shapes as the description does."""
    if isinstance(schema, dict):
        kept = {name: value for name, value in schema.items() if name not in {"title", "description", "examples"}}
        if "$ref" in kept:
            name = kept["$ref"].rpartition("/")[2]
            kept["$ref"] = NAMES.get(name, name)
        if kept.get("additionalProperties") is True:
            del kept["additionalProperties"]  # the same as saying nothing
        return {name: bare(value) for name, value in kept.items()} or {"type": "any"}
    return [bare(each) for each in schema] if isinstance(schema, list) else schema


def opened(schema: Any) -> Any:
    """Allow any text where a schema names some: that is how what is read is declared, since a later server has more."""
    if isinstance(schema, list):
        return [opened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "string" and ("enum" in schema or "const" in schema):
        return {"anyOf": [schema, {"type": "string"}]}
    found = {name: opened(value) for name, value in schema.items() if name != "propertyNames"}
    if "anyOf" in found:
        found["anyOf"] = [inner for each in found["anyOf"] for inner in each.get("anyOf", [each])]
    return found


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of a shape, each with what it may be, and whether it has to be there."""
    needed = set(schema.get("required", ()))
    return {
        name: (name in needed, bare({key: value for key, value in each.items() if key != "default"}))
        for name, each in schema["properties"].items()
    }


def test_each_shape_is_looked_at() -> None:
    """No module of shapes is forgotten, and none of them is there twice."""
    there = {path.stem for path in (HERE / "models").glob("*.py")} - {"__init__", "base"}
    assert {module.__name__.rpartition(".")[2] for module in _MODULES} == there
    assert len({each.described for each in SHAPES}) == len(SHAPES) > 50
    assert models.__doc__


def test_its_shapes_are_those_of_the_description(description: dict[str, Any]) -> None:
    """Each has the same fields of the same types; what has to be there for one has to be there for the other.

    Where the description names values the shape names the same, and takes others.
    """
    schemas = description["components"]["schemas"]
    for shape in SHAPES:
        assert fields(shape.model_json_schema()) == fields(opened(schemas[shape.described])), shape.described


def test_each_operation_is_covered(description: dict[str, Any]) -> None:
    """The client has each operation, or it is left out with a reason; it has no other."""
    described = {operation["operationId"] for _, _, operation in operations(description)}
    have = {call.operation for call in CALLS}
    assert have | LEFT_OUT.keys() == described
    assert not have & LEFT_OUT.keys()


def test_it_sends_what_is_described(description: dict[str, Any]) -> None:
    """Path and method are the operation's; query, headers and body have each field that it has, and no other."""
    for path, method, operation in operations(description):
        calls = [call for call in CALLS if call.operation == operation["operationId"]]
        if not calls:
            continue
        assert {(unquote(call.path), call.method) for call in calls} == {(path, method)}
        sent = {(each["in"], each["name"]) for each in operation["parameters"]} - {("header", "x-request-id")}
        headers = {name.lower() for call in calls for name in call.headers} - {"accept"}
        assert headers == {name for place, name in sent if place == "header"} - {"if-none-match"}, path
        assert {name for call in calls for name in call.query} == {name for place, name in sent if place == "query"}
        content = operation.get("requestBody", {}).get("content", {})
        assert bool(content) == any(call.body is not None for call in calls), path
        if content:
            shape = content[JSON]["schema"]["$ref"].rpartition("/")[2]
            body = {name for call in calls for name in json.loads(call.body or b"")}
            assert body == description["components"]["schemas"][shape]["properties"].keys(), path
        assert calls[0].changes == (method != "GET" and not operation["operationId"].startswith("explain")), path


def dumped(found: object) -> Any:
    """Write what was read as JSON would have it, without nulls: examples have none."""
    if isinstance(found, tuple):
        return [dumped(each) for each in found]
    return found.model_dump(mode="json", exclude_none=True) if isinstance(found, Out) else found


def test_it_reads_each_example(description: dict[str, Any]) -> None:
    """Each example of a success is read, with nothing left over; each of a problem is raised with its status."""
    read = set()
    for _, _, operation in operations(description):
        for call in (call for call in CALLS if call.operation == operation["operationId"]):
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    if kind == "text/event-stream":
                        continue
                    reply = Reply(int(status), {"content-type": kind}, json.dumps(content["example"]).encode())
                    if kind == JSON:
                        assert dumped(call.read(reply)) == content["example"], call.operation
                        read.add(call.operation)
                    else:
                        with pytest.raises(Refused) as refused:
                            call.read(reply)
                        assert refused.value.status == int(status)
    assert read == {call.operation for call in CALLS} - {"delete_session"}


def of_another_version(schema: dict[str, Any], value: Any, schemas: dict[str, Any]) -> Any:
    """Put another value in the place of each of which the description names the values."""
    if "$ref" in schema:
        return of_another_version(schemas[schema["$ref"].rpartition("/")[2]], value, schemas)
    if isinstance(value, str) and ("enum" in schema or "const" in schema):
        return LATER
    changed = (of_another_version(each, value, schemas) for each in schema.get("anyOf", ()))
    found = next((each for each in changed if each != value), value)
    if isinstance(found, list):
        return [of_another_version(schema.get("items", {}), each, schemas) for each in found]
    if not isinstance(found, dict):
        return found
    named, others = schema.get("properties", {}), schema.get("additionalProperties")
    others = others if isinstance(others, dict) else {}
    names = {name: LATER if "propertyNames" in schema else name for name in found}
    return {names[key]: of_another_version(named.get(key, others), each, schemas) for key, each in found.items()}


def test_it_reads_values_of_another_version(description: dict[str, Any]) -> None:
    """An example in which each value of a known few is one that this version doesn't know is read, value and all."""
    replaced = set()
    for _, _, operation in operations(description):
        for call in (call for call in CALLS if call.operation == operation["operationId"]):
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get(JSON)
                if content is None or int(status) >= 300:
                    continue
                said = of_another_version(content["schema"], content["example"], description["components"]["schemas"])
                assert dumped(call.read(Reply(int(status), {"content-type": JSON}, json.dumps(said).encode()))) == said
                if said != content["example"]:
                    replaced.add(call.operation)
    assert {"reward_decision", "ask", "list_decisions", "read_token_parts", "read_history"} <= replaced


def test_it_knows_each_event(description: dict[str, Any]) -> None:
    """Each event that a streamed answer may have is read from the example, or by its name."""
    shown = description["paths"]["/api/v1/ask"]["post"]["responses"]["200"]["content"]["text/event-stream"]["example"]
    names = {
        each["properties"]["event"]["const"] for each in description["components"]["schemas"]["AnswerEvent"]["oneOf"]
    }
    events = list(EventReader().feed(shown.encode()))
    for name, data in events:
        happened = progress_of("ask", name, data, AnswerFields)
        assert dumped(happened) == {k: v for k, v in json.loads(data).items() if v is not None}
    problem = description["paths"]["/api/v1/ask"]["post"]["responses"]["503"]["content"]["application/problem+json"]
    with pytest.raises(Refused):
        progress_of("ask", "problem", json.dumps(problem["example"]), AnswerFields)
    assert {name for name, _ in events} | {"problem"} == names
    assert progress_of("ask", "of another version", "{}", AnswerFields) is None


class Reached:
    """Middleware that notes which operations were reached, and answered well."""

    def __init__(self, app: ASGIApp, names: set[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see ASGI."""

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                self._names.add(scope["route"].name)
            await send(message)

        await self._app(scope, receive, noted if scope["type"] == "http" else send)


async def _all(pages: AsyncPages[Any, Any]) -> list[Any]:
    return [item async for item in pages]


async def _use(client: AsyncClient) -> AsyncIterator[object]:
    """Do once all that a client can."""
    made = await client.create_session("pier", [{"role": "user", "content": "The boat is blue. " * 30}])
    assert made.etag is not None
    yield await client.append("pier", MESSAGES, if_match=made.etag)
    yield await client.call("pier", "cut_context", {"by": "size", "tokens": 40, "messages": "1"})
    ids = [fragment.id for fragment in await _all(client.fragments("pier"))]
    yield await client.fold("pier", ids[:2]), await client.restore("pier", ids[:1])
    yield await client.undo("pier"), await client.undo("pier", to_version=2)
    fork = await client.fork("pier", 1)
    yield await client.delete_session(fork.session, if_match=fork.etag)
    answer = await client.ask("Which boat?", session="pier")
    alone = await client.ask("Which boat?", ["The boat is blue."])
    assert answer.rewriting.decision is not None
    decision, digest = answer.rewriting.decision, (await client.policies())[0].digest
    yield await answer.reward(0.5), await client.reward(decision, 0.25, correct=True)
    yield await client.reward_many([{"decision": alone.rewriting.decision, "feedback": "good"}])
    for session in (None, "pier"):
        yield await client.rewrite("Which boat?", session=session), await client.explain("Which boat?", session=session)
    for listed in (
        client.sessions(),
        client.messages("pier"),
        client.view("pier"),
        client.events("pier"),
        client.history("pier"),
        client.diff("pier", 1),
        client.search("pier", "blue"),
        client.decisions(),
        client.policy_decisions(digest),
    ):
        items = await _all(listed)
        assert items
        yield items
    yield await client.original("pier", 0), await client.tokens("pier"), await client.tools(), await client.engines()
    yield await client.session("pier"), await client.decision(decision), await client.decision_rewrite(decision)
    yield await client.explain_decision(decision), await client.policy(digest, since_ms=1, feature="negation")
    yield await client.alive(), await client.ready()


async def test_each_operation_is_done_at_a_service(riffler: Riffler) -> None:
    """Its methods reach all operations that it covers at a real service, whose answers are all read."""
    names: set[str] = set()

    def beside(app: FastAPI) -> None:
        app.add_middleware(Reached, names=names)

    async with served(riffler, beside=beside) as client, AsyncClient(str(client.base_url)) as ours:
        done = [each async for each in _use(ours)]
    assert len(done) > 10
    assert names == {call.operation for call in CALLS}


@pytest.mark.parametrize("page_size", [1, 2, 100])
async def test_pages_join_to_the_whole(ours: AsyncClient, page_size: int) -> None:
    """Whatever the size of a page, all items come once and in order; a view stays that of its first page."""
    texts = [f"Boat {number} is blue." for number in range(5)]
    await ours.create_session("pier", [{"role": "user", "content": text} for text in texts])
    assert [message["content"] async for message in ours.messages("pier", page_size)] == texts
    seen = []
    async for page in ours.view("pier", page_size=page_size).pages():
        seen += [(page.version, each.index) for each in page.items]
        await ours.append("pier", MESSAGES)
    assert seen == [(1, number) for number in range(5)]
    assert [each.words async for each in ours.history("pier", page_size)][-1].startswith("5 messages")


def test_one_face_is_made_of_the_other(tmp_path: Path) -> None:
    """The synchronous files are what the asynchronous ones make, so the two clients can't differ."""
    make(tmp_path)
    made, kept = (
        {path.name: path.read_text("utf-8") for path in folder.glob("*.py")} for folder in (tmp_path, HERE / "io_sync")
    )
    assert made == kept, "run `python -m riffler.service.client.twin`"
    assert "await" not in "".join(kept.values())


def test_both_have_the_same_methods() -> None:
    """All that one client can, the other can, with the same arguments."""

    def methods(kind: type) -> dict[str, list[tuple[str, object]]]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {
            name.replace("aclose", "close"): [
                (each.name, each.default) for each in inspect.signature(of).parameters.values()
            ]
            for name, of in found
            if not name.startswith("_")
        }

    assert methods(AsyncClient) == methods(Client)
    assert len(methods(Client)) > 30


def test_a_shape_without_a_version_has_no_tag() -> None:
    """What belongs to a version of a session can carry its tag; a list of sessions can't."""
    assert not issubclass(sessions.SessionPage, Tagged)
    assert issubclass(sessions.ViewPage, Tagged)
    assert issubclass(sessions.ViewPage, Page)
