"""Sessions for the browser's tests: made over HTTP, and read back from Redis' raw records, past the service."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import httpx
import redis
from playwright.async_api import Page

from riffler.service.ports.keys import session_index, session_keys
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import event_from_dict
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.view import View, bare_view

ENTRIES = "".join(f"Entry {number} says {number * number}. " for number in range(400))


class Step(NamedTuple):
    """A version as it is stored: its number, who made it, when by Redis' clock, and its events."""

    version: int
    actor: str
    at_ms: int
    events: list[dict[str, Any]]


@dataclass(frozen=True)
class Raw:
    """What Redis holds of a session, as its own commands give it."""

    url: str
    session: str

    def memories(self) -> list[WorkingMemory]:
        """Replay its event stream over its messages: the working memory of each version, the empty one first."""
        client = redis.Redis.from_url(self.url, decode_responses=True)
        keys = session_keys(SessionKey("local", self.session))
        stored: Any = client.lrange(keys[1], 0, -1)
        rows: Any = client.xrange(keys[4])
        client.close()
        messages = [Message(text[1:]) for text in stored]  # a letter before each says where it is from
        memories = [WorkingMemory()]
        for _, commit in groupby(rows, key=lambda row: row[0].partition("-")[0]):
            events = [event_from_dict(json.loads(fields["event"]), messages) for _, fields in commit]
            memories.append(memories[-1].commit(events))
        return memories

    def steps(self) -> list[Step]:
        """Give what the stored events say of each version, the oldest first."""
        client = redis.Redis.from_url(self.url, decode_responses=True)
        rows: Any = client.xrange(session_keys(SessionKey("local", self.session))[4])
        client.close()
        found: list[Step] = []
        for version, commit in groupby(rows, key=lambda row: row[0].partition("-")[0]):
            fields = [each for _, each in commit]
            events = [json.loads(each["event"]) for each in fields]
            found.append(Step(int(version), fields[0]["actor"], int(fields[0]["at_ms"]), events))
        return found

    def created_ms(self) -> int:
        """Give when it was made, as the tenant's list has it."""
        client = redis.Redis.from_url(self.url, decode_responses=True)
        score: Any = client.zscore(session_index("local"), self.session)
        client.close()
        return int(score) // 1000

    def fragments(self) -> dict[str, dict[str, Any]]:
        """Give the stored fragments by id."""
        client = redis.Redis.from_url(self.url, decode_responses=True)
        stored: Any = client.hgetall(session_keys(SessionKey("local", self.session))[2])
        client.close()
        return {id_: json.loads(text) for id_, text in stored.items()}


def texts_of(view: View) -> dict[str, str]:
    """Give all texts of a view that aren't empty, by message and slot."""
    return {
        f"{index}.{slot}": text
        for index, message in enumerate(view.messages)
        for slot, text in enumerate(message.texts)
        if text
    }


def without_status(memory: WorkingMemory) -> dict[str, str]:
    """Give the texts of a memory's view, but for the status, which needs the engine's budget."""
    return texts_of(bare_view(memory))


async def shown_texts(page: Page) -> dict[str, str]:
    """Put together what a page shows as seen by the model: by message and slot, the status as `status`."""
    seen: list[list[str]] = await page.evaluate(
        "() => [...document.querySelectorAll('.seen')].map("
        "({ dataset, textContent }) => [dataset.message, dataset.slot, dataset.kind, textContent])"
    )
    found: dict[str, str] = {}
    for message, slot, kind, text in seen:
        if kind not in {"call", "other"}:
            key = "status" if kind == "status" else f"{message}.{slot}"
            found[key] = found.get(key, "") + text
    return found


async def tool(client: httpx.AsyncClient, session: str, name: str, summary: str = "", **arguments: object) -> None:
    """Call a tool by hand."""
    body = {"arguments": arguments, "summary": summary}
    done = await client.post(f"/api/v1/sessions/{session}/tools/{name}", json=body)
    assert done.status_code == 200, done.text


async def made(client: httpx.AsyncClient, session: str, texts: list[tuple[str, str]]) -> None:
    """Make a session with messages."""
    messages = [{"role": role, "content": text} for role, text in texts]
    done = await client.post("/api/v1/sessions", json={"session": session, "messages": messages})
    assert done.status_code == 201, done.text


async def carved(client: httpx.AsyncClient, session: str) -> None:
    """Make a session with eight fragments of a long message, three of them folded and one summarised."""
    said = [
        ("system", "Be brief."),
        ("user", ENTRIES),
        ("assistant", "Read."),
        ("user", "Well?"),
        ("assistant", "Yes."),
    ]
    await made(client, session, said)
    ends = {"start_marker": "Entry 10 ", "end_marker": "Entry 390 "}
    await tool(client, session, "fragment_context", **ends, num_fragments=8)
    await tool(client, session, "fold_fragments", fragments=["f00002-f00004"])
    await tool(client, session, "summarize_fragment", "Some squares.", fragment_id="f00006", focus="squares")
