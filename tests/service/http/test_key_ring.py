"""What a process knows of keys: for how long, and at what cost. The clock is the test's own, the store is real."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from tests.service.http.own_redis import OwnRedis

from riffler.errors import KeyRefused, MemoryFailed, UnknownKey
from riffler.service.access.making import MadeKey, digest_of, id_in, make_key
from riffler.service.access.ring import KNOWN_S, KeyRing
from riffler.service.access.store import RedisKeyStore
from riffler.service.memory.connection import RedisConnection
from riffler.service.ports.access import SCOPES, Found, KeyRecord
from riffler.service.ports.keys import access_keys


@dataclass
class Counted(RedisKeyStore):
    """The store, with what was asked of it."""

    connection: RedisConnection
    found: list[str] = field(default_factory=list)
    looks: int = 0

    def __post_init__(self) -> None:
        super().__init__(self.connection)

    async def find(self, digest: str) -> Found | None:
        """Note it, and look."""
        self.found.append(digest)
        return await super().find(digest)

    async def locked(self) -> bool:
        """Count it, and look."""
        self.looks += 1
        return await super().locked()


@pytest.fixture
async def store(redis: OwnRedis) -> AsyncIterator[Counted]:
    """An empty store."""
    connection = RedisConnection(redis.url, timeout_s=1.0)
    yield Counted(connection)
    await connection.aclose()


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """Tell it."""
        return self.now


async def kept(store: Counted, tenant: str = "t", lifetime_s: float | None = None) -> MadeKey:
    """Make a key."""
    made = make_key()
    await store.add(made.digest, KeyRecord(made.id, tenant, ("read", "text"), "app"), lifetime_s)
    return made


async def test_a_known_key_is_looked_up_once_in_two_seconds(store: Counted) -> None:
    """Asked twenty times at once and again just before, it costs one look; just after, one more."""
    clock, made = Clock(), await kept(store)
    ring = KeyRing(store, "local", may_be_open=False, clock=clock)
    callers = await asyncio.gather(*(ring.caller(made.text) for _ in range(20)))
    assert {(each.tenant, each.key, each.scopes) for each in callers} == {("t", made.id, frozenset({"read", "text"}))}
    clock.now += KNOWN_S - 0.001
    await ring.caller(made.text)
    assert store.found == [made.digest]
    clock.now += 0.002
    await ring.caller(made.text)
    assert store.found == [made.digest] * 2


async def test_a_key_that_ends_is_known_no_longer_than_it_lasts(store: Counted) -> None:
    """One with half a second left is looked up again after that, and refused then."""
    clock, made = Clock(), await kept(store, lifetime_s=0.5)
    ring = KeyRing(store, "local", may_be_open=False, clock=clock)
    await ring.caller(made.text)
    await asyncio.sleep(0.55)  # the store's own clock
    await ring.caller(made.text)  # by this process' clock no time has passed
    clock.now += 0.5
    with pytest.raises(KeyRefused):
        await ring.caller(made.text)


async def test_what_is_not_found_is_not_known(store: Counted) -> None:
    """A key that was refused is taken as soon as it is made; a flood of wrong ones leaves nothing here."""
    ring, made = KeyRing(store, "local", may_be_open=False), make_key()
    for wrong in (made.text, *(f"wrong {number}" for number in range(20))):
        with pytest.raises(KeyRefused):
            await ring.caller(wrong)
    assert ring._known == {}
    await store.add(made.digest, KeyRecord(made.id, "t", SCOPES), None)
    assert (await ring.caller(made.text)).key == made.id


async def test_one_who_leaves_takes_nobody_with_him(store: Counted, redis: OwnRedis) -> None:
    """Two wait for one look; one is cancelled, and the other is told who asks."""
    ring, made = KeyRing(store, "local", may_be_open=False), await kept(store)
    redis.hang()
    first, second = (asyncio.create_task(ring.caller(made.text)) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    redis.go_on()
    assert (await second).key == made.id
    assert store.found == [made.digest]


async def test_an_open_service_looks_now_and_then(store: Counted, redis: OwnRedis) -> None:
    """Once in two seconds whether there is a key; a store that hangs holds no request up for long meanwhile."""
    clock = Clock()
    ring = KeyRing(store, "local", clock=clock)
    for _ in range(5):
        assert (await ring.caller("any")).tenant == "local"
    assert store.looks == 1
    clock.now += KNOWN_S
    redis.hang()
    async with asyncio.timeout(0.9):  # the store's own limit is a second
        assert (await ring.caller(None)).tenant == "local"
    redis.go_on()
    made = await kept(store)
    clock.now += KNOWN_S
    await asyncio.gather(*ring._asked.values())
    clock.now += KNOWN_S
    with pytest.raises(KeyRefused):
        await ring.caller(None)
    assert (await ring.caller(made.text)).tenant == "t"


async def test_who_does_not_know_yet_lets_nobody_in(store: Counted, redis: OwnRedis) -> None:
    """A store that is away at the first request is an error, not an open door."""
    redis.kill()
    with pytest.raises(MemoryFailed):
        await KeyRing(store, "local").caller(None)


async def test_the_store_has_no_key(store: Counted, redis: OwnRedis) -> None:
    """Neither its text nor the secret in it is anywhere in Redis, or in what Riffler shows of it."""
    made = await kept(store)
    assert id_in(made.text) == made.id
    assert made.digest == digest_of(made.text)
    client = store.connection._client
    values = [str(await client.hgetall(name)) for name in access_keys("t")[:2]]
    assert made.digest in values[0]
    for shown in (*values, repr(made), repr(await store.find(made.digest)), repr(KeyRing(store, "t"))):
        assert made.text not in shown
        assert made.text.rpartition("-")[2] not in shown
    assert redis.url


async def test_a_key_is_put_in_the_place_of_another(store: Counted) -> None:
    """The new one is good for the same and for as long; the old one ends at once, or after its grace."""
    old = await kept(store, lifetime_s=1000)
    for grace_s in (30.0, 0.0):
        new = make_key()
        record = await store.rotate("t", old.id, (new.digest, new.id), grace_s)
        again = await store.rotate("t", old.id, (new.digest, new.id), grace_s)  # its answer was lost
        assert again == record
        assert (record.id, record.scopes, record.label) == (new.id, ("read", "text"), "app")
        assert record.expires_ms is not None
        assert record.expires_ms - record.created_ms == 1_000_000
        left = await store.find(old.digest)
        assert (left is not None and left.left_s is not None and 20 < left.left_s <= 30) == (grace_s == 30)
    with pytest.raises(UnknownKey):
        await store.rotate("t", old.id, (make_key().digest, make_key().id), 0)


async def test_keys_are_a_tenant_s(store: Counted) -> None:
    """Another tenant can't list, replace or end them, and is told the same as of none."""
    made = await kept(store, "a")
    await kept(store, "b")
    assert [each.id for each in await store.listed("a")] == [made.id]
    said = set()
    for id_ in (made.id, "0" * 12):
        with pytest.raises(UnknownKey) as unknown:
            await store.revoke("b", id_)
        said.add(str(unknown.value).replace(id_, "ID"))
        with pytest.raises(UnknownKey) as unknown:
            await store.rotate("b", id_, (make_key().digest, make_key().id), 0)
        said.add(str(unknown.value).replace(id_, "ID"))
    assert said == {"no key 'ID'"}
    assert await store.find(made.digest) is not None


async def test_a_list_shows_what_has_expired(store: Counted) -> None:
    """So that its maker sees why it is refused; the newest comes first."""
    short = await kept(store, lifetime_s=0.01)
    await asyncio.sleep(0.02)
    lasting = await kept(store)
    assert [(each.id, each.expired) for each in await store.listed("t")] == [(lasting.id, False), (short.id, True)]


async def test_a_service_that_came_up_goes_on_while_the_store_is_away(store: Counted, redis: OwnRedis) -> None:
    """It knows from its beginning that there is no key; one that begins without a store answers nobody."""
    ring = KeyRing(store, "t", clock=Clock())
    await ring.begin()
    redis.kill()
    assert (await ring.caller(None)).tenant == "t"
    late = KeyRing(store, "t", clock=Clock())
    await late.begin()
    with pytest.raises(MemoryFailed):
        await late.caller(None)
