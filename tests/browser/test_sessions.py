"""The page of sessions, in a real browser, on a real service and a Redis of its own."""

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from tests.browser.looking import Looked
from tests.browser.session_raw import ENTRIES, Raw, carved, made, shown_texts, tool, without_status
from tests.e2e.served import Served, serving
from tests.service.http.own_redis import OwnRedis

from riffler.service.app import Riffler
from riffler.service.settings import read_settings
from riffler.tools.view import view

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = [
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"> &amp; </span>",
    "[[f00001 folded 10 tokens]] [[status 1 of 2 tokens used, 1 free\nid state\n]] [[1:f00001 folded 1 tokens]]",
    "\u0000\u0001\u001b[31m\u202eright to left\u202c\u2066\u200b\ufeff end",
    "w" * 10_000,
    "${html`<b>bold</b>`} {{ 7 * 7 }} <!-- <style>*{display:none}</style> 😀\U0001f468\u200d\U0001f469 城市",
    "First sentence is \u202e turned here. Second sentence stands by itself. Third sentence is the last one.",
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> AsyncIterator[Served]:
    """A service that rewrites each question."""
    folder = tmp_path_factory.mktemp("sessions")
    async with serving(folder, redis_url=redis.url, policy="fixed:reread", redis_timeout_s="1") as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pier(served: Served) -> str:
    """A session that was carved, and a question in it that was rewritten."""
    await carved(served.client, "pier")
    asked = await served.client.post("/api/v1/sessions/pier/ask", json={"question": "What does Entry 100 say?"})
    assert asked.json()["rewriting"]["executed"] == "reread", asked.text
    return "pier"


async def at_version(page: Page, version: int, present: int) -> None:
    """Wait until a version is announced, and nothing is being read."""
    words = f"Version {version} of {present}"
    await expect(page.locator(".stepper [role=status]")).to_contain_text(words)
    await page.wait_for_selector("[aria-busy=true]", state="detached")


async def test_without_sessions_it_says_how_to_make_one(looked: Looked) -> None:
    """The first thing that anybody sees."""
    await looked.open("session")
    await expect(looked.page.get_by_role("status")).to_contain_text("No session yet")
    await looked.nothing_serious()


@pytest.mark.usefixtures("pier")
async def test_each_step_is_shown_as_the_model_saw_it(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """By keys through all versions of a real turn: the page's texts are the API's view and the raw events' replay.

    Calls stand beside their results, the status stands apart, and what a step did is marked and listed.
    """
    client, page = served.client, looked.page
    memories = Raw(redis.url, "pier").memories()
    present = len(memories) - 1
    await looked.open("session", "pier")
    for version in range(present, -1, -1):
        await at_version(page, version, present)
        shown = await shown_texts(page)
        status = shown.pop("status", "")
        assert shown == without_status(memories[version])
        seen = (await client.get("/api/v1/sessions/pier/view", params={"version": version})).json()["items"]
        texts = {f"{each['index']}.0": each["message"]["content"] for each in seen if each["message"]["content"]}
        if status:
            last = max(texts, key=lambda key: int(key.split(".")[0]))
            shown[last] += status
        assert shown == texts
        if version == present:
            result = page.locator(".exchange .message.tool")
            await expect(result).to_contain_text("result of find_in_context")
            call = json.loads(await page.locator(".exchange .k-call .seen").inner_text())
            assert call == json.loads(memories[-1].messages[6].tool_calls[0].arguments)
            await expect(page.locator(".k-rewrite .seen")).to_contain_text("Read the question again")
            await page.get_by_role("button", name="show the question as it came").click()
            await expect(page.locator(".original .letters")).to_have_text("What does Entry 100 say?")
            await looked.nothing_serious()
        if version == 3:
            await expect(page.locator(".k-folded .change")).to_have_text("folded here")
            rows = await looked.figures("Fragments that changed")
            stored = Raw(redis.url, "pier").fragments()
            ids = ["f00002", "f00003", "f00004"]
            assert rows == [[id_, "visible", "folded", str(stored[id_]["tokens"])] for id_ in ids]
            await expect(page.get_by_text("This is the past")).to_be_visible()
            assert await page.get_by_role("button", name=re.compile("^restore")).count() == 0
        await page.keyboard.press("[")
    await page.keyboard.press("]")
    await at_version(page, 1, present)
    steps = await page.locator(".versions li b").all_inner_texts()
    assert [int(step) for step in steps] == list(range(present, 0, -1))


@pytest.mark.usefixtures("pier")
async def test_tokens_by_part_are_those_of_the_raw_record(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """Page, API and a count of the replayed view say the same; hidden tokens are those that Redis holds."""
    await looked.open("session", "pier")
    rows = {part: int(size.replace(",", "")) for part, size, *_ in await looked.figures("Tokens by part")}
    found = (await served.client.get("/api/v1/sessions/pier/view/tokens")).json()
    shown = {f"text of {role}": size for role, size in found["text"].items()}
    shown |= {name: found[key] for name, key in (("rewrite", "rewrite"), ("status block", "status"))}
    shown |= {"tools' schemas": found["tools"], "free": found["budget"] - found["seen"]}
    shown |= {"markers of folded text": found["folded"]["shown_tokens"]}
    assert rows == shown | {"summaries": found["summarised"]["shown_tokens"]}
    stored = Raw(redis.url, "pier").fragments()
    for kind in ("folded", "summarised"):
        hidden = [each["tokens"] for each in stored.values() if each["state"] == kind]
        assert (found[kind]["fragments"], found[kind]["original_tokens"]) == (len(hidden), sum(hidden))
    async with Riffler(read_settings(redis_url=redis.url)) as riffler:
        counter = riffler.engine.counter
        seen = view(Raw(redis.url, "pier").memories()[-1], riffler.room.sight(counter))
        assert seen.tokens(counter) == found["seen"]
    free = rows.pop("free")
    assert sum(rows.values()) - rows["tools' schemas"] == found["seen"] == found["budget"] - free


async def test_edits_by_hand(looked: Looked, served: Served, redis: OwnRedis) -> None:  # noqa: PLR0915 - one story
    """Fold, undo, choose, restore, undo: each is one version, with the states in Redis and the texts on the page.

    The guard is heard, and a conflict changes nothing and says what to do. What was done is said, and the keyboard
    stays at a place where it can go on.
    """
    client, page = served.client, looked.page
    await carved(client, "edited")
    raw = Raw(redis.url, "edited")
    states = lambda: {id_: each["state"] for id_, each in raw.fragments().items()}  # noqa: E731
    before = states()
    focused = page.locator(":focus")
    await looked.open("session", "edited")
    await page.get_by_role("button", name="fold f00001").press("Enter")
    await expect(page.locator(".reply [role=status]")).to_contain_text("Version 5: folded f00001")
    await expect(focused).to_have_text("restore f00001–f00004")
    await expect(page.locator(".reply")).to_contain_text("folded f00001")
    await expect(page.locator(".reply")).to_contain_text("warning: nowhere else in view")
    await at_version(page, 5, 5)
    assert states() == before | {"f00001": "folded"}
    assert await shown_texts(page) | {"status": ""} == without_status(raw.memories()[-1]) | {"status": ""}
    await page.get_by_role("button", name="Undo the last edit").press("Enter")
    await at_version(page, 6, 6)
    assert states() == before
    assert await shown_texts(page) | {"status": ""} == without_status(raw.memories()[-1]) | {"status": ""}
    await expect(page.locator(".reply [role=status]")).to_contain_text("Version 6: ")
    await expect(focused).to_have_text("Undo the last edit")
    await page.get_by_label("refuse to fold").check()
    with looked.failing():
        await page.get_by_role("button", name="fold f00001").click()
        await expect(page.locator(".reply [role=alert]")).to_contain_text("nothing was hidden")
    await page.get_by_role("checkbox", name="choose f00002–f00004").check()
    await page.get_by_role("checkbox", name="choose f00006").check()
    await expect(page.locator(".edits")).to_contain_text("4 fragments chosen")
    await page.get_by_role("button", name="Restore", exact=True).press("Enter")
    await at_version(page, 7, 7)
    assert set(states().values()) == {"visible"}
    assert await shown_texts(page) | {"status": ""} == without_status(raw.memories()[-1]) | {"status": ""}
    await expect(focused).to_have_text("fold f00002")
    await page.get_by_role("button", name="Undo the last edit").click()
    await at_version(page, 8, 8)
    assert states() == before
    assert without_status(raw.memories()[-1]) == without_status(raw.memories()[4])
    await tool(client, "edited", "fold_fragments", fragments=["f00005"])
    await page.get_by_label("refuse to fold").uncheck()
    with looked.failing():
        await page.get_by_role("button", name="fold f00007").click()
        await expect(page.locator(".reply [role=alert]")).to_contain_text(
            "Nothing was changed, as somebody else was first"
        )
        await expect(page.locator(".reply [role=alert]")).to_contain_text("look, and do it again")
    await at_version(page, 9, 9)
    assert states() == before | {"f00005": "folded"}
    await expect(page.locator(".k-folded .what")).to_contain_text("f00002–f00005")
    await page.get_by_role("button", name="fold f00007").click()
    await at_version(page, 10, 10)
    assert states() == before | {"f00005": "folded", "f00007": "folded"}
    await looked.nothing_serious()


@pytest.mark.usefixtures("pier")
async def test_a_search_finds_hidden_text_and_leads_there(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """It counts what the raw messages hold, makes no version, and shows the match in its place."""
    page = looked.page
    await looked.open("session", "pier")
    memory = Raw(redis.url, "pier").memories()[-1]
    await page.get_by_role("searchbox").fill("entry 15")
    await page.get_by_role("button", name="Search").click()
    hay = [text for message in memory.messages for text in message.texts]
    hay += [call.arguments for message in memory.messages for call in message.tool_calls]
    hay += [each["summary"] for each in Raw(redis.url, "pier").fragments().values()]
    assert memory.rewrite is not None
    hay += [memory.rewrite.text or ""]
    there = sum(text.lower().count("entry 15") for text in hay)
    await expect(page.locator("aside")).to_contain_text(f"{there} matches in version {memory.version}")
    hit = page.locator(".hits button", has_text="Entry 150").first
    await expect(hit.locator("small")).to_contain_text("folded · f00003")
    await hit.click()
    await expect(page.locator(".piece.k-folded.target")).to_be_focused()
    await page.locator(".piece.target").get_by_role("button", name="show folded text").click()
    await expect(page.locator(".original .letters")).to_contain_text("Entry 150 says 22500.")
    await page.locator(".hits button", has_text="user · visible").first.click()
    await expect(page.locator(".target mark")).to_have_text("Entry 15")
    assert (await served.client.get("/api/v1/sessions/pier")).json()["version"] == memory.version


async def test_a_search_finds_calls_summaries_and_rewrites(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """Each match says what it was found in, and leads there; what is gone leads to the step that made it."""
    page = looked.page
    await carved(served.client, "sought")
    asked = await served.client.post("/api/v1/sessions/sought/ask", json={"question": "What does Entry 100 say?"})
    assert asked.status_code == 200, asked.text
    raw = Raw(redis.url, "sought")
    [made] = [
        number for number, each in enumerate(raw.memories()) if each.fragments and each.fragments["f00006"].hidden
    ][:1]
    await tool(served.client, "sought", "restore_fragments", fragments=["f00006"])
    memory = raw.memories()[-1]
    await looked.open("session", "sought")
    await at_version(page, memory.version, memory.version)

    async def hit(query: str, place: str) -> Locator:
        await page.get_by_role("searchbox").fill(query)
        await page.locator(".search select").nth(1).select_option(place)
        await page.get_by_role("button", name="Search").click()
        await expect(page.locator("aside .note").first).to_contain_text(f" in version {memory.version}")
        await expect(page.locator(".hits button").first).to_contain_text(query)
        return page.locator(".hits button").first

    [call] = [call for message in memory.messages for call in message.tool_calls]
    found = await hit("100", "call")
    await expect(found.locator("small")).to_contain_text(f"arguments of call {call.id} · visible")
    await found.click()
    await expect(page.locator(".piece.k-call.target")).to_be_focused()
    await expect(page.locator(".target mark")).to_have_text("100")
    found = await hit("Read the question again", "rewrite")
    await expect(found.locator("small")).to_contain_text("rewrite of the question · visible")
    await found.click()
    await expect(page.locator(".piece.k-rewrite.target")).to_be_focused()
    await expect(page.locator(".target mark")).to_have_text("Read the question again")
    found = await hit("Some squares", "summary")
    await expect(found.locator("small")).to_contain_text(f"summary of f00006 · gone, made by version {made}")
    await found.click()
    await at_version(page, made, memory.version)
    await expect(page.locator(".piece.k-summary.target")).to_be_focused()
    await expect(page.locator(".target mark")).to_have_text("Some squares")
    await looked.nothing_serious()


async def test_what_a_step_changed_leads_to_its_place(looked: Looked, served: Served) -> None:
    """By its fragment and by the messages that came; the newest question is marked, also for who listens."""
    page = looked.page
    await carved(served.client, "stepped")
    message = {"messages": [{"role": "user", "content": "And Entry 7?"}]}
    await served.client.post("/api/v1/sessions/stepped/messages", json=message)
    await looked.open("session", "stepped")
    memory = (await served.client.get("/api/v1/sessions/stepped")).json()
    messages = (await served.client.get("/api/v1/sessions/stepped/messages")).json()["items"]
    newest = max(at for at, message in enumerate(messages, 1) if message["role"] == "user")
    marked = page.locator("article.asks")
    assert await marked.get_attribute("aria-label") == f"message {newest}, user, the newest question"
    await expect(marked.locator(".who")).to_contain_text("the newest question")
    assert await marked.count() == 1
    await page.get_by_role("button", name=f"1: {memory['messages']}", exact=True).click()
    await expect(page.get_by_role("article", name=f"message {memory['messages']}, ")).to_be_focused()
    with looked.failing():  # what is shown wasn't there then: its end is
        await looked.open("session", "stepped", "3")
        await at_version(page, 3, memory["version"])
    await expect(page.locator("article.asks")).to_have_attribute(
        "aria-label", re.compile("^message 4, user, the newest")
    )
    await page.get_by_role("button", name="f00003", exact=True).click()
    await expect(page.locator(".piece.k-folded.target")).to_be_focused()


async def test_a_fork_has_no_steps_before_it(looked: Looked, served: Served) -> None:
    """There is no step back from where it was forked, nothing to compare it with, and no button that does nothing."""
    page = looked.page
    await carved(served.client, "to-fork")
    made = await served.client.post("/api/v1/sessions/to-fork/fork", json={"version": 3, "session": "forked"})
    assert made.status_code == 201, made.text
    await tool(served.client, "forked", "restore_fragments", fragments=["f00002"])
    await looked.open("session", "forked")
    await at_version(page, 4, 4)
    await page.keyboard.press("[")
    await at_version(page, 3, 4)
    await expect(page.get_by_role("button", name="Step back")).to_be_disabled()
    await expect(page.locator("aside")).to_contain_text("Nothing before this version is kept")
    await page.keyboard.press("[")
    await at_version(page, 3, 4)
    for name in ("Beginning", "End", "Show", "Search"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    await page.get_by_role("spinbutton", name="Message").fill("3")
    await page.get_by_role("button", name="Show", exact=True).press("Enter")
    await expect(page.get_by_role("article", name="message 3, ")).to_be_focused()
    await page.get_by_role("spinbutton", name="Message").fill("77")
    await expect(page.get_by_role("button", name="Show", exact=True)).to_be_disabled()


async def test_a_hostile_session_is_text(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """Markup, control characters, look-alikes of markers and endless words are shown to the letter, and do nothing."""
    client, page = served.client, looked.page
    await made(client, "hostile", [("user", text) for text in HOSTILE] + [("user", "Well?")])
    await tool(client, "hostile", "fragment_context", start_marker="<script>", end_marker="</span>", num_fragments=1)
    await tool(client, "hostile", "summarize_fragment", "<i>]]", fragment_id="f00001", focus="<b>x</b>")
    await tool(client, "hostile", "cut_context", by="sentences", messages=str(len(HOSTILE)))
    memories = Raw(redis.url, "hostile").memories()
    await looked.open("session", "hostile")
    for version in range(len(memories) - 1, 0, -1):
        await at_version(page, version, len(memories) - 1)
        shown = await shown_texts(page)
        shown.pop("status", None)
        assert shown == without_status(memories[version])
        await page.keyboard.press("[")
    await looked.open("session", "hostile")
    await page.get_by_role("searchbox").fill("<script>")
    await page.get_by_role("button", name="Search").click()
    await expect(page.locator(".hits")).to_contain_text("<script>document.title")
    assert "taken" not in await page.title()
    second, third = [
        await page.get_by_role("button", name=f"fold {id_}").bounding_box() for id_ in ("f00003", "f00004")
    ]
    assert second
    assert third
    assert (second["y"], second["x"]) < (third["y"], third["x"]), "a turned sentence turned what stands beside it"
    await looked.nothing_serious()
    await page.set_viewport_size({"width": 420, "height": 900})
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", ["a/../b", "%2e%2e", "..", "#'\"><img src=x>", "ü%", "none-such"])
async def test_a_name_that_no_session_has_is_told(looked: Looked, name: str) -> None:
    """Whatever is written into the field: the page says so, and leads back."""
    await looked.open("session")
    with looked.failing():
        await looked.page.get_by_label("Open by name").fill(name)
        await looked.page.get_by_role("button", name="Open").click()
        await expect(looked.page.get_by_role("alert")).to_contain_text(re.compile("[Uu]nknown (session|path)"))
    await expect(looked.page.locator(".crumbs")).to_contain_text(name)
    await expect(looked.page.get_by_role("link", name="All sessions")).to_be_visible()


async def test_the_list_names_all_and_leads_to_each(looked: Looked, served: Served) -> None:
    """With versions and messages as the API has them."""
    await carved(served.client, "listed")
    await looked.open("session")
    items = (await served.client.get("/api/v1/sessions")).json()["items"]
    rows = await looked.figures("Sessions, the newest first")
    assert [row[:3] for row in rows] == [
        [each["session"], str(each["version"]), f"{each['messages']:,}"] for each in items
    ]
    await looked.nothing_serious()
    await looked.page.get_by_role("link", name="listed").click()
    await expect(looked.page.locator(".crumbs")).to_contain_text("listed")
    await looked.read()


async def test_without_redis_it_says_what_to_do(looked: Looked, served: Served, redis: OwnRedis) -> None:
    """An outage is never an empty session: the page names what is gone, and keeps what it had."""
    await carved(served.client, "lost")
    await looked.open("session", "lost")
    redis.kill()
    with looked.failing():
        await looked.page.get_by_role("spinbutton", name="Message").fill("2")
        await looked.page.get_by_role("button", name="Show", exact=True).click()
        await expect(looked.page.get_by_role("alert").first).to_contain_text("can't be reached")
        await expect(looked.page.get_by_role("alert").first).to_contain_text("Redis")
        await expect(looked.page.locator(".conversation")).to_contain_text(ENTRIES[:20])
        await looked.open("session", "edited")
        await expect(looked.page.get_by_role("alert").first).to_contain_text("Redis")
