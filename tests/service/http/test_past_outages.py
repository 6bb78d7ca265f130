"""Redis away while a session's past is read or forked, before each operation that this takes; and then back."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.service.http.own_redis import OwnRedis, service_on

from riffler.service.app import Riffler
from riffler.service.inference.scripted import ScriptedEngine
from riffler.service.ports.observer import AuditOutcome, Outcome

TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(100))
CUT = {"arguments": {"start_marker": "Entry 10 ", "end_marker": "Entry 90 "}}
READS = {
    "view?version=1": ["load", "past"],
    "history": ["load", "past"],
    "diff?from=1": ["load", "past"],
    "diff?from=1&to=2": ["load", "past", "past"],
}
"""What is read of a session, and the operations that it takes."""
FORK = ["command", "load", "past", "list", "commit", "list"]
"""The operations of a fork with a name and a request's name."""
DEADLINE_S = 1.0


@dataclass
class Outage:
    """Takes a server away, dead or hanging, once Riffler has done so many operations on it; gives it back.

    It is an observer of these operations.
    """

    redis: OwnRedis
    way: str
    after: int = -1
    seen: list[str] = field(default_factory=list)

    def operated(self, operation: str, _seconds: float, _error: str) -> None:
        """Note an operation."""
        self.seen.append(operation)
        self._come()

    def generated(self, _outcome: Outcome, _seconds: float, _error: str) -> None:
        """Let the model be."""

    def unrecorded(self, _waiting: int, _lost: int) -> None:
        """See the port."""

    def unreadable(self, _count: int) -> None:
        """See the port."""

    def audited(self, _outcome: AuditOutcome, _tokens: int) -> None:
        """Let audits be: there are none."""

    def begin(self, after: int) -> None:
        """Take the server away after so many operations from now."""
        self.after, self.seen = after, []
        self._come()

    def end(self) -> None:
        """Give it back."""
        self.after = -1
        if self.way == "dead":
            self.redis.start()
        else:
            self.redis.go_on()

    def _come(self) -> None:
        if len(self.seen) == self.after:
            if self.way == "dead":
                self.redis.kill()
            else:
                self.redis.hang()


@dataclass(frozen=True)
class Lived:
    """A session of three versions, on a server that goes away."""

    client: httpx.AsyncClient
    riffler: Riffler
    path: str
    outage: Outage

    async def read(self, what: str) -> Any:
        """Read of it what is there."""
        response = await self.client.get(f"{self.path}/{what}")
        assert response.status_code == 200, response.text
        return response.json()

    async def fails(self, after: int, method: str, what: str, **request: Any) -> None:
        """Ask for what fails, because the server goes away after so many operations: as said, and in time."""
        self.outage.begin(after)
        began = time.monotonic()
        response = await self.client.request(method, f"{self.path}/{what}", **request)
        assert time.monotonic() - began < DEADLINE_S + 2
        self.outage.end()
        assert len(self.outage.seen) == after + 1, "the one that failed is the last"
        assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
        assert response.json()["type"] == "urn:riffler:problem:memory-unavailable"
        assert response.headers["retry-after"]

    async def listed(self) -> list[str]:
        """Name the sessions on the list."""
        return [each["session"] for each in (await self.client.get("/api/v1/sessions")).json()["items"]]

    async def kept(self) -> int:
        """Count the sessions in Redis, listed or not."""
        return len(await self.riffler.sessions._connection.run(lambda client: client.keys("*/s/*:state")))


@asynccontextmanager
async def lived(redis: OwnRedis, way: str) -> AsyncIterator[Lived]:
    """Serve a session that has a past."""
    engine = ScriptedEngine(lambda _: "So.")
    async with service_on(redis.url, engine, redis_timeout_s=DEADLINE_S) as (client, riffler):
        messages = [{"role": "user", "content": text} for text in (TEXT, "And?")]
        made = await client.post("/api/v1/sessions", json={"session": "s", "messages": messages})
        path = made.headers["location"]
        for tool, call in (("fragment_context", CUT), ("fold_fragment", {"arguments": {"fragment_id": "f00001"}})):
            assert (await client.post(f"{path}/tools/{tool}", json=call)).status_code == 200
        outage = Outage(redis, way)
        riffler.observers.add(outage)
        yield Lived(client, riffler, path, outage)


@pytest.mark.parametrize(("what", "after"), [(what, each) for what in READS for each in range(len(READS[what]))])
@pytest.mark.parametrize("way", ["dead", "hangs"])
async def test_a_past_is_read_whole_or_not(redis: OwnRedis, way: str, what: str, after: int) -> None:
    """Wherever the server goes away, the answer is a problem and no part of a past; back, it is read as before."""
    async with lived(redis, way) as session:
        whole = await session.read(what)
        assert session.outage.seen == READS[what]
        await session.fails(after, "GET", what)
        assert await session.read(what) == whole


@pytest.mark.parametrize("after", range(len(FORK)))
@pytest.mark.parametrize("way", ["dead", "hangs"])
async def test_a_fork_is_made_whole_or_not(redis: OwnRedis, way: str, after: int) -> None:
    """Wherever the server goes away, the fork is there as it was to be, and on the list, or isn't; repeated, it is."""
    fork = {"json": {"version": 2, "session": "quay"}, "headers": {"idempotency-key": "mine"}}
    async with lived(redis, way) as session:
        was = (await session.read("view?version=2"))["items"]
        await session.fails(after, "POST", "fork", **fork)
        assert session.outage.seen == FORK[: after + 1]
        left = await session.client.get("/api/v1/sessions/quay/view")
        assert left.status_code == 404 or left.json()["items"] == was
        assert len(await session.listed()) == await session.kept() == 1 + (left.status_code == 200)
        made = await session.client.post(f"{session.path}/fork", **fork)
        assert (made.status_code, made.json()["version"]) == (201, 2)
        assert made.json()["forked_from"] == {"session": "s", "version": 2}
        assert (await session.client.get("/api/v1/sessions/quay/view")).json()["items"] == was
        assert sorted(await session.listed()) == ["quay", "s"]
        assert len((await session.read("history"))["items"]) == 3
