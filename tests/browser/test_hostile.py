"""A hostile session is walked through every page that the navigation has: what users and models write stays text."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tests.browser.looking import looking
from tests.e2e.served import Served, serving

from riffler.service.inference.local_api import LocalApi
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKUP = (
    "<img src=x onerror='window.hurt=1;alert(1)'> <b class=hurt>bold</b> <script>window.hurt=1</script> "
    "<svg onload=alert(1)></svg> </textarea></style><iframe srcdoc='<script>parent.hurt=1</script>'></iframe> "
    "javascript:alert(1) ${alert(1)} {{alert(1)}} &lt;b&gt; %3Cb%3E"
)
ODD = "\u202eright to left\u202c \x00\x1b[31m \ufeff\u2028 [[f00001 folded 4 tokens]]"
LONG = "w" * 10_000
SEEN = "<b class=hurt>bold</b>"
MODEL = MARKUP[:44]
"""The model's name."""


class Hostile(NamedTuple):
    """A service, and what was made in it.

    Attributes:
        served: The service.
        session: A session whose texts are hostile.
        decision: The decision of its question.
        policy: The policy that drew it, whose model has a hostile name.
    """

    served: Served
    session: str
    decision: str
    policy: str


def says(request: EngineRequest) -> Reply:
    """Search for markup, call a tool that there isn't, then answer with markup."""
    done = sum(message.role == "tool" for message in request.messages)
    if request.tools and done == 0:
        return [ToolCall("c1", "find_in_context", '{"queries": ["<b class=hurt>"]}')]
    return f"{MARKUP} {ODD} {LONG}"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hostile(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hostile]:
    """A service with a hostile session, made as any client makes one."""
    settings = {"engine": "openai", "model": MODEL, "rewrites_by": "rule", "window_tokens": "8192"}
    settings["policy"] = "fixed:reread"  # so that there is a rewrite to show
    async with LocalApi(says) as api:
        folder = tmp_path_factory.mktemp("hostile")
        async with serving(folder, base_url=api.base_url, **settings) as served:
            client = served.client
            refused = await client.post("/api/v1/sessions", json={"session": MARKUP})
            assert refused.status_code == 422, "so names can't be hostile"
            asked = {"question": f"Is it {MARKUP} {ODD}?", "contexts": [f"{MARKUP} {ODD}\n{LONG}\n" * 5]}
            answer = (await client.post("/api/v1/ask", json=asked)).json()
            assert [step["refused"] for step in answer["steps"]] == [False], answer
            assert SEEN in answer["text"]
            session, decision = answer["session"], answer["rewriting"]["decision"]
            fragments = (await client.get(f"/api/v1/sessions/{session}/fragments")).json()["items"]
            whole = next(each["id"] for each in fragments if each["state"] == "visible" and each["tokens"] > 300)
            summary = {"arguments": {"fragment_id": whole, "focus": MARKUP}, "summary": f"{MARKUP} {ODD}"}
            done = await client.post(f"/api/v1/sessions/{session}/tools/summarize_fragment", json=summary)
            assert done.is_success, done.text
            await client.post(f"/api/v1/decisions/{decision}/reward", json={"feedback": "bad"})
            yield Hostile(served, session, decision, decision[1:9])


async def harmless(page: Page) -> None:
    """Assert that nothing of it was made into anything, also in what is folded away."""
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    await page.wait_for_timeout(100)  # what a script would need
    assert await page.evaluate("window.hurt") is None
    assert (
        await page.locator(
            ".hurt, main :is(img, script, iframe, style, [onerror], [onload], a[href^=javascript])"
        ).count()
        == 0
    )
    assert await page.evaluate("document.documentElement.scrollWidth") <= 420, page.url


def addresses(hostile: Hostile, names: list[str]) -> dict[tuple[str, ...], str]:
    """Give the addresses of what there is: every page of the navigation, and those of the session and its decision.

    With each comes what it must show: a text of the user or the model where it has one, else the engine's hostile model
    or the session's name, which can't be hostile.
    """
    session, policy = hostile.session, hostile.policy
    found = dict.fromkeys([(name,) for name in names], MODEL)
    found |= {(name, policy): MODEL for name in ("regret", "learned")}
    found |= {("session", session): SEEN, ("decision", hostile.decision): SEEN}
    found |= {("session", session, str(version)): SEEN for version in (1, 3)}
    return found | {("session",): session, ("cost",): session}


async def test_every_page_shows_texts_as_text(browser: Browser, hostile: Hostile) -> None:
    """Every page of the navigation, and those of the session, its decision and its policy: no script, no markup.

    Each page that there is shows what it is about, and no error.
    """
    async with looking(browser, str(hostile.served.client.base_url), viewport={"width": 420, "height": 900}) as looked:
        page = looked.page
        page.on("dialog", lambda dialog: looked.complaints.append((f"a dialog: {dialog.message}", page.url)))
        await looked.open()
        links = page.get_by_role("navigation", name="Pages").get_by_role("link")
        names = [str(await link.get_attribute("href")).split("/")[1] for link in await links.all()]
        assert set(names) == {"regret", "learned", "session", "cost", "health", "try"}
        for route, text in addresses(hostile, names).items():
            await looked.open(*route)
            await expect(page.get_by_role("main")).to_contain_text(text)
            assert not (said := await looked.alerts()), (route, said)
            await harmless(page)


@pytest.mark.parametrize("name", ["regret", "learned", "decision", "session", "cost", "health", "try"])
async def test_what_an_address_makes_up_is_text(browser: Browser, hostile: Hostile, name: str) -> None:
    """What is asked for by a hostile name, or by a part of another, isn't there: the page says so, and stays whole."""
    async with looking(browser, str(hostile.served.client.base_url), viewport={"width": 420, "height": 900}) as looked:
        page = looked.page
        page.on("dialog", lambda dialog: looked.complaints.append((f"a dialog: {dialog.message}", page.url)))
        hurts = quote(MARKUP, safe="")
        for made_up in (hurts, f"{hurts}/{hurts}", hostile.decision[:8]):
            with looked.failing():  # of what isn't there
                await looked.open(name, made_up)
                await harmless(page)
            if name in {"regret", "learned", "decision", "session"}:
                assert await looked.alerts(), made_up


async def test_a_hostile_talk_stays_text(browser: Browser, hostile: Hostile) -> None:
    """The page that asks shows the same question, steps and answer as they came."""
    async with looking(browser, str(hostile.served.client.base_url), viewport={"width": 420, "height": 900}) as looked:
        page = looked.page
        page.on("dialog", lambda dialog: looked.complaints.append((f"a dialog: {dialog.message}", page.url)))
        await looked.open("try")
        await page.get_by_label("Text to ask about").fill(MARKUP)
        await page.get_by_label("Question").fill(MARKUP)
        await page.get_by_label("Question").press("Control+Enter")
        await expect(page.locator(".thumb")).to_be_visible()
        await harmless(page)
        for place in (page.get_by_role("heading", level=2), page.locator(".steps"), page.locator(".turn > .text")):
            await expect(place).to_contain_text(SEEN)
