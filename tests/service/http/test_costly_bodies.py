"""A body that costs much holds up nobody else: a probe of the same process is answered meanwhile."""

import asyncio
from pathlib import Path

import httpx
import pytest
from tests.e2e.served import serving

from riffler.service.http.bodies import MOST_VALUES
from riffler.service.http.incoming import MOST_ITEMS, ToolArguments

BYTES = 14_000_000
JSON = {"content-type": "application/json"}
MESSAGES = '{"messages": [%s]}'
TINY = '{"role":"user","content":"x"}'


def many(item: str, count: int | None = None) -> str:
    """Repeat an item of a list, to fill a body when no number is given."""
    return ",".join([item] * (count or BYTES // (len(item) + 1)))


def fields(count: int) -> str:
    """Name so many fields."""
    return ",".join(f'"k{number:07d}":0' for number in range(count))


def spoken(text: str) -> str:
    """Write a user's message."""
    return f'{{"role":"user","content":"{text}"}}'


CASES = {
    "unknown fields": ("/api/v1/rewrites", f"{{{fields(1_000_000)}}}", 413),
    "fewer unknown fields": ("/api/v1/rewrites", f"{{{fields(90_000)}}}", 422),
    "tiny messages": ("{session}/messages", MESSAGES % many(TINY), 413),
    "more messages than may come": ("{session}/messages", MESSAGES % many(TINY, 30_000), 422),
    "as many messages as may come": ("{session}/messages", MESSAGES % many(spoken("word " * 270), MOST_ITEMS), 200),
    "a question and messages": (
        "/api/v1/ask",
        f'{{"question":"x","messages":[{many(spoken("x" * 200), 60_000)}]}}',
        413,
    ),
    "a question and fewer": ("/api/v1/ask", f'{{"question":"x","messages":[{many(spoken("x" * 800), 9_999)}]}}', 422),
    "look-alikes": ("{session}/messages", MESSAGES % spoken("[[f00001" * (BYTES // 8)), 200),
    "wrong messages": ("{session}/messages", MESSAGES % many("0"), 413),
    "fewer wrong messages": ("{session}/messages", MESSAGES % many("0", 190_000), 422),
    "wrong contexts": ("/api/v1/ask", f'{{"question":"x","contexts":[{many("0", 190_000)}]}}', 422),
    "wrong parts": ("{session}/messages", MESSAGES % f'{{"role":"user","content":[{many("0", 190_000)}]}}', 422),
    "wrong calls": (
        "{session}/messages",
        MESSAGES % f'{{"role":"assistant","tool_calls":[{many("0", 190_000)}]}}',
        422,
    ),
    "fields of a message": ("{session}/messages", MESSAGES % f'{{"role":"user","content":"x",{fields(90_000)}}}', 200),
    "arguments": ("{session}/tools/search_context", f'{{"arguments":{{{fields(90_000)}}}}}', 422),
    "a wrong argument": ("{session}/tools/search_context", f'{{"arguments":{{"query":[{many("0", 190_000)}]}}}}', 422),
    "brackets": ("/api/v1/rewrites", f'{{"query":[{many("[]")}]}}', 413),
    "a string without an end": ("/api/v1/rewrites", '{"query":"' + '\\"' * (BYTES // 2), 400),
    "a long query": ("/api/v1/rewrites", '{"query":"' + "word " * (BYTES // 5) + '"}', 200),
}


async def test_nobody_waits_for_a_costly_body(tmp_path: Path) -> None:
    """While each of them is answered as it should be, `/livez` is answered within seconds of the service's own work.

    The clock is the processor time of the service, which other work on the machine doesn't hurry. No speed is tested:
    it takes a second at most; what this finds took up to 20.
    """
    async with serving(tmp_path) as served:
        for name, (path, body, status) in CASES.items():
            session = (await served.client.post("/api/v1/sessions", json={})).headers["location"]
            sent = served.client.post(path.format(session=session), content=body.encode(), headers=JSON)
            asking, worst_s = asyncio.create_task(sent), 0.0
            while not asking.done():
                began = served.cpu_s()
                assert (await served.client.get("/livez")).status_code == 200
                worst_s = max(worst_s, served.cpu_s() - began)
                await asyncio.wait({asking}, timeout=0.02)
            response = await asking
            assert response.status_code == status, f"{name}: {response.text[:300]}"
            assert len(response.content) < 2000 or status == 200, name
            assert worst_s < 4.0, f"{name}: /livez took {worst_s:.2f} s of work"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/api/v1/rewrites", {"query": "x", "one": 1, "two": 2}, "body.one: Extra inputs are not permitted"),
        ("/api/v1/rewrites", {"query": "x", "y" * 1000: 1}, "y..."),
        (
            "/api/v1/sessions",
            {"messages": [{}] * (MOST_ITEMS + 1)},
            f"body.messages: List should have at most {MOST_ITEMS}",
        ),
        (
            "/api/v1/ask",
            {"question": "x", "contexts": ["x"] * (MOST_ITEMS + 1)},
            f"body.contexts: List should have at most {MOST_ITEMS}",
        ),
        ("/api/v1/sessions", {"messages": [0] * (MOST_VALUES + 1)}, f"body: expected at most {MOST_VALUES} texts"),
    ],
)
async def test_what_is_too_much_is_told_in_one_line(
    client: httpx.AsyncClient, path: str, body: dict[str, object], words: str
) -> None:
    """A million faults are one complaint, with the number that may come; and no list names itself."""
    response = await client.post(path, json=body)
    assert words in response.json()["detail"], response.text[:500]
    assert len(response.json().get("errors", [1])) == 1
    assert len(response.content) < 1000


async def test_a_long_text_of_quotes_is_no_crowd_of_values(client: httpx.AsyncClient) -> None:
    """What stands inside a text isn't counted, whatever it looks like."""
    text = '{"a": [1, 2, 3]},\\' * 100_000
    response = await client.post("/api/v1/sessions", json={"messages": [{"role": "user", "content": text}]})
    assert response.status_code == 201, response.text[:500]
    kept = await client.get(f"{response.headers['location']}/messages")
    assert kept.json()["items"] == [{"role": "user", "content": text}]


async def test_as_many_values_as_may_come_do(client: httpx.AsyncClient) -> None:
    """The limits are those that are written: what has just as many goes in."""
    mood = {f"k{number}": number for number in range(MOST_VALUES // 2 - 10)}
    body = {"messages": [{"role": "user", "content": "x", "mood": mood}]}
    assert (await client.post("/api/v1/sessions", json=body)).status_code == 201
    body = {"messages": [{"role": "user", "content": "x"}] * MOST_ITEMS}
    assert (await client.post("/api/v1/sessions", json=body)).status_code == 201


def test_arguments_of_a_tool_are_few() -> None:
    """The description names a number far above what any tool takes."""
    assert ToolArguments.model_json_schema()["properties"]["arguments"]["maxProperties"] == 100
