"""`riffler keys`: a service that runs takes what it makes and refuses what it ends, and a key is told once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.service.http.keyed import bearer
from tests.service.http.own_redis import OwnRedis, service_on
from typer.testing import CliRunner

from riffler.errors import InvalidInput, RifflerError, UnknownKey
from riffler.service.access.making import digest_of, id_in
from riffler.service.cli.main import app
from riffler.service.inference.scripted import ScriptedEngine

READ, SESSIONS = "/api/v1/tools", "/api/v1/sessions"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    """A server of these tests alone, as one key locks all that stand on it."""
    with OwnRedis(tmp_path_factory.mktemp("keys")) as own:
        yield own


@dataclass
class Shell:
    """Where an operator types, beside a service that runs on the same store.

    Attributes:
        client: Of the service; it has no key.
        url: The store's.
    """

    client: httpx.AsyncClient
    url: str

    async def run(self, *arguments: object) -> tuple[str, str]:
        """Run `riffler keys`.

        Args:
            *arguments: What stands behind it.

        Returns:
            What it writes to standard output, and to standard error.

        Raises:
            RifflerError: The command's own.
        """
        command, told = ["keys", *map(str, arguments)], {"RIFFLER_REDIS_URL": self.url}
        done = await asyncio.to_thread(CliRunner().invoke, app, command, env=told)
        if isinstance(done.exception, RifflerError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout, done.stderr

    async def make(self, *options: object) -> dict[str, Any]:
        """Make a key, and give what is told of it."""
        made: dict[str, Any] = json.loads((await self.run("create", "--json", *options))[0])
        return made

    async def status(self, key: str | None, path: str = READ, **sent: Any) -> int:
        """Give how the service answers a key, or a request without one."""
        method, headers = "POST" if sent else "GET", {} if key is None else bearer(key)
        return (await self.client.request(method, path, headers=headers, **sent)).status_code

    async def refuses(self, key: str | None) -> bool:
        """Wait until a key is refused: a service goes by what it knew for two seconds."""
        before = time.monotonic()
        while await self.status(key) != 401:
            assert time.monotonic() - before < 20
            await asyncio.sleep(0.2)
        return True


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shell(redis: OwnRedis) -> AsyncIterator[Shell]:
    """A service that runs, and its operator, who made a key by which all who have none are locked out."""
    async with service_on(redis.url, ScriptedEngine(lambda _: "Here."), rewriting=False) as (client, _):
        made = Shell(client, redis.url)
        assert await made.status(None) == 200
        await made.make("--tenant", "first")
        assert await made.refuses(None)
        yield made


async def test_a_key_is_taken_and_told_once(shell: Shell) -> None:
    """Standard output is the key alone, for `$(...)`; the service takes it, and no list has it."""
    out, err = await shell.run("create", "--label", "the app")
    key = out.strip()
    assert id_in(key) in err
    assert key not in err
    assert "tenant local, for read, write, text, until revoked" in err
    assert await shell.status(key) == 200
    assert await shell.status(None) == 401
    for shown in (await shell.run("list"), await shell.run("list", "--json")):
        assert str(id_in(key)) in shown[0]
        assert "the app" in shown[0]
        assert key not in shown[0]
        assert key[-48:] not in shown[0]


async def test_it_may_do_what_it_was_made_for(shell: Shell) -> None:
    """Scopes are those that were asked for, in one order: what isn't among them is forbidden."""
    made = await shell.make("--scope", "text", "--scope", "read")
    assert made["scopes"] == ["read", "text"]
    assert await shell.status(made["key"]) == 200
    assert await shell.status(made["key"], SESSIONS, json={"session": "s"}) == 403
    assert await shell.status(made["key"], "/api/v1/keys") == 403
    assert await shell.status((await shell.make("--scope", "admin"))["key"], "/api/v1/keys") == 200


async def test_it_is_its_tenants(shell: Shell) -> None:
    """A key reaches what is its tenant's; lists, and ends of keys, are a tenant's too."""
    mole, quay = await shell.make("--tenant", "mole"), await shell.make("--tenant", "quay")
    assert await shell.status(mole["key"], SESSIONS, json={"session": "s"}) == 201
    assert await shell.status(mole["key"], f"{SESSIONS}/s") == 200
    assert await shell.status(quay["key"], f"{SESSIONS}/s") == 404
    listed = json.loads((await shell.run("list", "--tenant", "mole", "--json"))[0])
    assert listed == [{name: value for name, value in mole.items() if name != "key"}]
    with pytest.raises(UnknownKey):
        await shell.run("revoke", mole["id"], "--tenant", "quay")
    assert await shell.status(mole["key"]) == 200
    assert (await shell.run("list", "--tenant", "nobody"))[0] == "tenant nobody has no keys\n"


async def test_a_list_has_the_newest_first_and_when_they_end(shell: Shell) -> None:
    """A key of some days says when it ends, in text and in numbers."""
    made = [await shell.make("--tenant", "ends", "--days", days) for days in (1, 2)]
    assert [(each["expires_ms"] - each["created_ms"]) / 86_400_000 for each in made] == [1, 2]
    assert [each["expired"] for each in made] == [False, False]
    rows = (await shell.run("list", "--tenant", "ends"))[0].splitlines()
    assert [row.split()[0] for row in rows] == [made[1]["id"], made[0]["id"]]
    assert all(" until 2" in row for row in rows)


@pytest.mark.parametrize("grace_s", [0, 3600])
async def test_another_takes_its_place(shell: Shell, grace_s: int) -> None:
    """The new key is good for the same, at once; the old one for as long as was asked for."""
    old = await shell.make("--scope", "read", "--label", "app")
    assert await shell.status(old["key"]) == 200
    new = json.loads((await shell.run("rotate", old["id"], "--grace-s", grace_s, "--json"))[0])
    assert (new["scopes"], new["label"]) == (old["scopes"], old["label"])
    assert new["id"] != old["id"]
    assert await shell.status(new["key"]) == 200
    if grace_s:
        await asyncio.sleep(2.1)  # the service looks again
        assert await shell.status(old["key"]) == 200
    else:
        assert await shell.refuses(old["key"])


async def test_a_key_ends(shell: Shell) -> None:
    """What is revoked the service refuses, no list has it, and it isn't there to be revoked again or replaced."""
    made = await shell.make()
    assert await shell.status(made["key"]) == 200
    assert (await shell.run("revoke", made["id"]))[0] == f"{made['id']} is revoked\n"
    assert await shell.refuses(made["key"])
    assert made["id"] not in (await shell.run("list"))[0]
    for command in ("revoke", "rotate"):
        with pytest.raises(UnknownKey):
            await shell.run(command, made["id"])


@pytest.mark.parametrize("cut", [None, 30, 60])
async def test_a_key_given_as_its_id_is_not_repeated(shell: Shell, cut: int | None) -> None:
    """Who gives a key's text, or a part of it, reads the id and nothing of the secret, and the key goes on."""
    made = await shell.make()
    secret = made["key"].rpartition("-")[2]
    for command in ("revoke", "rotate"):
        with pytest.raises(UnknownKey) as told:
            await shell.run(command, made["key"][:cut])
        assert made["id"] in str(told.value)
        assert secret[:2] not in str(told.value).replace(made["id"], "")
    assert await shell.status(made["key"]) == 200


async def test_a_key_for_the_settings(shell: Shell) -> None:
    """`make` keeps nothing; a service that is given what it says takes the key, for everything."""
    before = await shell.run("list")
    out, err = await shell.run("make")
    key = out.strip()
    assert key not in err
    name, digest = err.splitlines()[-1].split("=")
    assert (name, digest) == ("RIFFLER_ADMIN_KEYS", digest_of(key))
    assert await shell.run("list") == before
    assert await shell.status(key) == 401
    model = ScriptedEngine(lambda _: "Here.")
    async with service_on(shell.url, model, admin_keys=digest, rewriting=False) as (client, _):
        assert (await client.get("/api/v1/keys", headers=bearer(key))).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["create", "--scope", "everything"], InvalidInput),
        (["create", "--label", "\x1b[2J"], InvalidInput),
        (["create", "--label", "x" * 101], InvalidInput),
        (["create", "--tenant", "a b"], InvalidInput),
        (["list", "--tenant", "a/b"], InvalidInput),
        (["revoke", "\x1b[2J"], UnknownKey),
        (["rotate", "0" * 12], UnknownKey),
    ],
    ids=lambda value: ascii(value[-1])[:20] if isinstance(value, list) else "",
)
async def test_what_is_wrong_is_said(shell: Shell, arguments: list[str], error: type[RifflerError]) -> None:
    """It is an error of one line that can be printed, and nothing is made."""
    before = await shell.run("list")
    with pytest.raises(error) as told:
        await shell.run(*arguments)
    assert str(told.value).isprintable()
    assert await shell.run("list") == before


@pytest.mark.parametrize("arguments", [["create", "--days", "0"], ["rotate", "0" * 12, "--grace-s", "-1"], ["revoke"]])
async def test_a_wrong_call_is_a_wrong_call(arguments: list[str]) -> None:
    """Numbers out of range and a missing id are refused before anything is looked up."""
    assert CliRunner().invoke(app, ["keys", *arguments]).exit_code == 2
