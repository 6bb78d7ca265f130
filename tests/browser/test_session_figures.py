"""The figures of a session's page, each worked out anew from what Redis holds, past the service and its API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.looking import Looked
from tests.browser.session_raw import Raw, carved
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

from riffler.service.agent.room import Room
from riffler.service.app import Riffler
from riffler.service.settings import read_settings
from riffler.tools.tokens import TokenCounter, count_message
from riffler.tools.view import view

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAME = "counted"
ACTORS = {"app": "app", "model": "model", "riffler": "Riffler"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> AsyncIterator[Served]:
    """A service with a session whose question was rewritten."""
    folder = tmp_path_factory.mktemp("figures")
    async with serving(folder, redis_url=redis.url, policy="fixed:reread") as served:
        await carved(served.client, NAME)
        asked = await served.client.post(f"/api/v1/sessions/{NAME}/ask", json={"question": "What does Entry 100 say?"})
        assert asked.json()["rewriting"]["executed"] == "reread", asked.text
        yield served


def moment(ms: int) -> str:
    """Write a moment as the pages do."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%d %H:%M:%S}"


@asynccontextmanager
async def counting(redis: OwnRedis) -> AsyncIterator[tuple[Room, TokenCounter]]:
    """Give what a service with these settings counts with."""
    async with Riffler(read_settings(redis_url=redis.url)) as riffler:
        yield riffler.room, riffler.engine.counter


def words(kind: str, events: list[dict[str, Any]], tokens: dict[str, int]) -> str:
    """Say in words what events of one kind did; their fragments follow each other."""
    if kind == "appended":
        [origin] = {each["origin"] for each in events}
        many = sum(each["count"] for each in events)
        what = f"{many} message{'' if many == 1 else 's'}"
        return f"{what} came" if origin == "app" else f"{what} of a step"
    if kind == "searched":
        texts = f"{len(events)} text{'' if len(events) == 1 else 's'}"
        return f"searched for {texts} ({sum(len(each['hits']) for each in events)} found)"
    if kind == "rewritten":
        return "left the question as it came" if events[-1]["text"] is None else "rewrote the question"
    ids = [id_ for each in events for id_ in each.get("ids") or [each.get("id")] if id_]
    ids += [fragment["id"] for each in events for fragment in each.get("fragments", [])]
    run = ids[0] if len(ids) == 1 else f"{ids[0]}-{ids[-1]}"
    return f"cut {run}" if kind == "cut" else f"{kind} {run} ({sum(tokens[id_] for id_ in ids)} tokens)"


async def test_each_step_tells_what_its_events_did(looked: Looked, redis: OwnRedis) -> None:
    """Its number, its words and who made it are those of its raw events; the moment is that of Redis' own clock."""
    raw = Raw(redis.url, NAME)
    tokens = {id_: each["tokens"] for id_, each in raw.fragments().items()}
    await looked.open("session", NAME)
    shown = [await row.inner_text() for row in await looked.page.locator(".versions li").all()]
    expected = [
        f"{step.version} "
        + "; ".join(words(kind, [*alike], tokens) for kind, alike in groupby(step.events, lambda each: each["kind"]))
        + f" {ACTORS[step.actor]} · {moment(step.at_ms)}"
        for step in raw.steps()
    ]
    assert [" ".join(each.split()) for each in reversed(shown)] == expected


async def test_what_changed_is_what_the_two_views_differ_by(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """Tokens before and after, and the rewrite, of each version beside the one before it: page, API and replay."""
    memories = Raw(redis.url, NAME).memories()
    async with counting(redis) as (room, counter):
        seen = [view(memory, room.sight(counter)).tokens(counter) for memory in memories]
    rewrites = [memory.rewrite.text if memory.rewrite else None for memory in memories]
    assert rewrites[-1], "or there would be nothing to see"
    for version in range(1, len(memories)):
        before, after = seen[version - 1], seen[version]
        was, is_ = rewrites[version - 1], rewrites[version]
        query = {"from": version - 1, "to": version}
        found = (await served.client.get(f"/api/v1/sessions/{NAME}/diff", params=query)).json()
        assert (found["seen_tokens_before"], found["seen_tokens_after"]) == (before, after)
        assert (found["rewrite_before"], found["rewrite_after"]) == (was, is_)
        await looked.open("session", NAME, str(version))
        rows = looked.page.locator(".differs > div")
        sign = "+" if after > before else "−" if after < before else "±"
        tokens = f"{before:,} → {after:,} ({sign}{abs(after - before):,})"
        await expect(rows.filter(has_text="tokens of the view").locator("dd")).to_have_text(tokens)
        rewrite = rows.filter(has_text="rewrite").locator("dd")
        if was == is_:
            await expect(rewrite).to_have_count(0)
        else:
            assert await rewrite.text_content() == f"{was or 'as it came'} → {is_ or 'as it came'}"


async def test_what_the_model_sees_is_counted_over(looked: Looked, redis: OwnRedis) -> None:
    """Of how much, in which room, each part's share of it, and for how many hidden fragments what is shown stands."""
    raw = Raw(redis.url, NAME)
    memory = raw.memories()[-1]
    async with counting(redis) as (room, counter):
        seen = view(memory, room.sight(counter)).tokens(counter)
        whole = sum(count_message(message, counter) for message in memory.messages)
        budget = room.budget_tokens(counter)
    await looked.open("session", NAME)
    lead = looked.page.locator("p.lead").filter(has_text="The model sees")
    await expect(lead).to_contain_text(f"The model sees {seen:,} of {whole:,} tokens; a view may take {budget:,}.")
    rows = await looked.figures("Tokens by part")
    for _, size, share, _ in rows:
        assert abs(float(share.removesuffix(" %")) - 100 * int(size.replace(",", "")) / budget) <= 0.0501
    stands = {part: more for part, _, _, more in rows}
    for part, state in (("markers of folded text", "folded"), ("summaries", "summarised")):
        hidden = [each["tokens"] for each in raw.fragments().values() if each["state"] == state]
        assert hidden
        assert stands[part] == f"for {sum(hidden):,} of {len(hidden)} fragment{'' if len(hidden) == 1 else 's'}"


async def test_the_list_tells_when_each_was_made(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """By the clock of who looks; API and page have the moment that Redis' list has."""
    created = Raw(redis.url, NAME).created_ms()
    [item] = (await served.client.get("/api/v1/sessions")).json()["items"]
    assert item["created_ms"] == created
    await looked.open("session")
    assert [row[3] for row in await looked.figures("Sessions, the newest first")] == [moment(created)]
