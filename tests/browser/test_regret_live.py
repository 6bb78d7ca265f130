"""The pages of policies while decisions come, and where an address names another policy, or none.

Counts are those of Redis' raw log.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser, Page, Route, expect
from tests.browser.looking import looking
from tests.service.agent.watch.logs import KEY, OTHER, Seeded, seeded
from tests.service.http.own_redis import OwnRedis
from tests.service.http.served import served

from riffler.bandits.decision import decision_id
from riffler.service.app import Riffler
from riffler.service.dashboard import pages
from riffler.service.ports.keys import policy_keys
from riffler.service.settings import read_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNT = 60
PATIENCE_MS = 15_000
OLD = replace(OTHER, model="old", features_version="0 old")
"""Of a version of features whose names aren't known any more."""
OFF = re.compile("u-off")
COUNTED = "p.note[role=status]"
"""What says of how many decisions the page is."""


@dataclass
class Learning:
    """A service with three logs, and what writes into them."""

    riffler: Riffler
    redis: OwnRedis
    address: str
    log: Seeded

    async def decide(self) -> None:
        """Log one more decision of the first policy."""
        last = self.log.decisions[-1]
        id_ = decision_id(KEY.digest(), len(self.log.decisions).to_bytes(8, "big"))
        self.log.decisions.append(await self.riffler.decisions.record(self.log.name, replace(last, id=id_)))

    def states(self) -> Counter[str]:
        """Count the first policy's decisions by their state, as Redis has them."""
        with redis.Redis.from_url(self.redis.url, decode_responses=True) as client:
            decisions, states, *_ = policy_keys("local", KEY.digest())
            kept = client.hgetall(states)
            assert {json.loads(text)["id"] for text in client.hvals(decisions)} == kept.keys()
        return Counter(state.split()[0] for state in kept.values())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def learning(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Learning]:
    """A service with a log in which calls failed, and with two others' in which they didn't."""
    with OwnRedis(tmp_path_factory.mktemp("regret")) as store:
        async with Riffler(read_settings(redis_url=store.url), seed=5) as riffler:
            tenant, log = riffler.tenant, riffler.decisions
            await seeded(log, tenant, COUNT, key=OLD, rewarded=1.0, dimension=3)
            await seeded(log, tenant, COUNT, key=OTHER, rewarded=1.0)
            made = await seeded(log, tenant, COUNT)
            async with served(riffler, beside=pages.install) as client:
                yield Learning(riffler, store, str(client.base_url), made)


async def holding(page: Page, addresses: str) -> asyncio.Event:
    """Hold requests back until the event is set."""
    may = asyncio.Event()

    async def late(route: Route) -> None:
        await may.wait()
        await route.continue_()

    await page.route(addresses, late)
    return may


async def test_how_many_failed_is_of_the_same_reading(browser: Browser, learning: Learning) -> None:
    """The report says how many it left out; a decision that comes while it is read isn't said to have failed."""
    states = learning.states()
    left = sum(states.values()) - states["void"]
    assert states["void"] > 0
    said = f"Of {left} decisions, without {states['void']} whose call failed."
    async with looking(browser, learning.address) as looked:
        page = looked.page
        await looked.open("regret", OTHER.digest())
        await expect(page.locator(COUNTED)).to_have_text(f"Of {COUNT} decisions.", timeout=PATIENCE_MS)
        await looked.open("regret", KEY.digest())
        await expect(page.locator(COUNTED)).to_have_text(said, timeout=PATIENCE_MS)
        may = await holding(page, "**/regret")
        async with page.expect_response("**/api/v1/policies") as listed, page.expect_request("**/regret"):
            await learning.decide()
        counts = {each["digest"]: each["decisions"] for each in await (await listed.value).json()}
        assert counts[KEY.digest()] == sum(states.values()) + 1
        await expect(page.locator(COUNTED)).to_have_text(said)
        may.set()
        await expect(page.locator(COUNTED)).to_have_text(said.replace(str(left), str(left + 1)), timeout=PATIENCE_MS)


async def test_a_line_that_was_switched_off_stays_off(browser: Browser, learning: Learning) -> None:
    """The next decision draws the charts anew, with the same lines shown as before."""
    async with looking(browser, learning.address) as looked:
        page = looked.page
        await looked.open("regret", KEY.digest())
        lines = page.locator("figure[aria-label='Shares of arms over time'] .u-series")
        none, reread = lines.filter(has_text="none"), lines.filter(has_text="reread")
        await none.locator("th").click()
        await expect(none).to_have_class(OFF)
        for showing in (False, True):
            await none.evaluate("(line) => line.classList.add('before')")
            await learning.decide()
            total = len(learning.log.decisions)
            await expect(page.get_by_text(f"Draws of {total} decisions")).to_be_visible(timeout=PATIENCE_MS)
            await expect(page.locator(".before")).to_have_count(0)
            if showing:
                await expect(none).not_to_have_class(OFF)
            else:
                await expect(none).to_have_class(OFF)
                await none.locator("th").click()
            await expect(reread).not_to_have_class(OFF)


@pytest.mark.parametrize("name", ["regret", "learned"])
async def test_a_policy_that_is_not_there_is_not_kept(browser: Browser, learning: Learning, name: str) -> None:
    """It is said once, with what to do; the links to pages lead to a policy that is there, the last one looked at."""
    async with looking(browser, learning.address) as looked:
        page = looked.page
        links = page.get_by_role("navigation", name="Pages").get_by_role("link")
        await looked.open(name, "dead%2Fbeef")
        await expect(page.get_by_role("alert")).to_have_count(1)
        await expect(page.get_by_role("alert")).to_contain_text("There is no policy dead/beef")
        await expect(page.get_by_role("combobox", name="Policy")).to_have_value("")
        assert [await links.nth(at).get_attribute("href") for at in (0, 1)] == ["#/regret", "#/learned"]
        await looked.nothing_serious()
        await page.get_by_role("link", name="the one that decided last").click()
        await expect(page.get_by_role("alert")).to_have_count(0)
        await expect(page.get_by_role("combobox", name="Policy")).to_have_value(KEY.digest())
        await looked.open(name, OTHER.digest())
        await looked.open(name, "deadbeef")
        await expect(page.get_by_role("alert")).to_have_count(1)
        await links.filter(has_text="Regret").click()
        await expect(page).to_have_url(re.compile(f"#/regret/{OTHER.digest()}$"))
        await expect(page.get_by_role("combobox", name="Policy")).to_have_value(OTHER.digest())
    assert not [url for url in looked.requests if "beef" in url]


async def test_features_are_those_of_the_policy_shown(browser: Browser, learning: Learning) -> None:
    """While the report of another policy is read, none of the one before can be chosen."""
    async with looking(browser, learning.address) as looked:
        page = looked.page
        await looked.open("regret", KEY.digest())
        features = page.get_by_role("combobox", name="Feature").locator("option")
        await expect(features).not_to_have_count(1, timeout=PATIENCE_MS)
        may = await holding(page, f"**/{OLD.digest()}/regret")
        await page.get_by_role("combobox", name="Policy").select_option(OLD.digest())
        await expect(page.get_by_text("Loading …").first).to_be_visible()
        await expect(features).to_have_text(["any query"])
        may.set()
        await expect(features).to_have_count(3, timeout=PATIENCE_MS)
