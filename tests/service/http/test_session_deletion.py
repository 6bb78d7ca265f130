"""A session that is deleted leaves nothing: looked for in all of Redis, in names and in what stands under them."""

import asyncio
from typing import Any

from tests.service.http.keyed import Keyed, keyed
from tests.service.http.own_redis import OwnRedis
from tests.service.http.test_tenant_deletion import everything

from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest

SECRET = "anchor-under-the-plank"
NAME = "quay-seven"
PATH = f"/api/v1/sessions/{NAME}"
CHAT = {"model": "riffler", "messages": [{"role": "user", "content": f"Where is {SECRET}, by the proxy?"}]}


def named(headers: dict[str, str], name: str) -> dict[str, str]:
    """Give headers of a request that may be made again."""
    return {**headers, "Idempotency-Key": name}


def is_note(place: str) -> bool:
    """Tell whether a key is there so that what comes late, or comes again, finds that the session is gone."""
    return place.endswith(":gone") or ":forgotten:" in place


async def fill(service: Keyed, headers: dict[str, str]) -> None:
    """Give a session something of all that it can have."""

    async def post(path: str, body: Any, **more: str) -> Any:
        return (await service.client.post(path, json=body, headers={**headers, **more})).raise_for_status().json()

    said = [{"role": "user", "content": f"{SECRET} lies here. It does."}]
    await post("/api/v1/sessions", {"session": NAME, "messages": said}, **named({}, "made"))
    await post(f"{PATH}/tools/find_in_context", {"arguments": {"queries": [SECRET]}}, **named({}, "looked"))
    answer = await post(f"{PATH}/ask", {"question": f"Where is {SECRET}?"}, **named({}, "asked"))
    await post(f"/api/v1/decisions/{answer['rewriting']['decision']}/reward", {"reward": 1}, **named({}, "given"))
    for number in range(2):
        query = {"query": f"Where is {SECRET}, {number}?", "contexts": [SECRET]}
        made = await post(f"{PATH}/rewrites", query, **named({}, f"rewritten-{number}"))
        await post(f"/api/v1/decisions/{made['rewriting']['decision']}/reward", {"reward": 0})
    await post("/v1/chat/completions", CHAT, **{"X-Riffler-Session": NAME})


async def test_nothing_of_it_is_left(redis: OwnRedis) -> None:
    """No text of it anywhere, and its name only where it is noted that it was deleted; what others have stays."""
    async with keyed(redis, f"It is {SECRET}.", key_requests_per_minute=1000) as service:
        headers = await service.headers()
        elsewhere = {"query": "Where is the lantern?"}
        for path in ("/api/v1/rewrites", "/api/v1/sessions/other/rewrites"):
            if "other" in path:
                await service.client.post("/api/v1/sessions", json={"session": "other"}, headers=headers)
            kept = await service.client.post(path, json=elsewhere, headers=named(headers, "rewritten-0"))
            kept.raise_for_status()
        others = await everything(service)
        await fill(service, headers)
        before = await everything(service)
        assert sum(SECRET in text for text in before.values()) >= 4
        (await service.client.delete(PATH, headers=headers)).raise_for_status()
        after = await everything(service)
    for place, text in after.items():
        assert SECRET not in text, place
        assert NAME not in place + text or is_note(place), (place, text)
    assert others.keys() <= after.keys()


async def test_a_rewrite_that_ends_later_leaves_nothing(redis: OwnRedis) -> None:
    """A session is deleted while a model rewrites a query in it: the request says so, and nothing is left of it."""
    begun, gone = asyncio.Event(), asyncio.Event()

    async def rewriting(_: EngineRequest) -> Reply:
        begun.set()
        await gone.wait()
        return f"Where does {SECRET} lie?"

    async with keyed(redis, rewriting, policy="fixed:paraphrase", rewrites_by="engine") as service:
        headers = await service.headers()
        (await service.client.post("/api/v1/sessions", json={"session": NAME}, headers=headers)).raise_for_status()
        query = {"query": f"Where is {SECRET}, which was lost in the storm?"}
        asked = service.client.post(f"{PATH}/rewrites", json=query, headers=named(headers, "rewritten"))
        waiting = asyncio.create_task(asked)
        await asyncio.wait_for(begun.wait(), 60)
        (await service.client.delete(PATH, headers=headers)).raise_for_status()
        gone.set()
        answer = await waiting
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:riffler:problem:unknown-session")
        after = await everything(service)
    assert not [place for place, text in after.items() if SECRET in text]
    assert not [place for place, text in after.items() if NAME in place + text and not is_note(place)]
