"""The local server is used as any client uses OpenAI: with the official client, and with plain HTTP."""

import asyncio
import signal
import socket
import subprocess
import sys
from typing import Any

import httpx2
import openai
import pytest

from riffler.errors import EngineBusy, EngineRejected, EngineUnavailable, InvalidSetting
from riffler.service.inference.local_api import LocalApi, echo
from riffler.service.inference.local_faults import Fault
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.tools.messages import Message, ToolCall

PATIENCE_S = 10.0
BODY = {"model": "m", "messages": [{"role": "user", "content": "two words"}]}
MODULE = "riffler.service.inference.local_api"


async def post(api: LocalApi, **request: Any) -> httpx2.Response:
    """Post to the chat path."""
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{api.base_url}/chat/completions", **request)


async def test_the_official_client_gets_an_answer() -> None:
    """An answer has the fields that the official client shows."""
    call = ToolCall("a", "f", "{}")
    async with (
        LocalApi([Message.assistant("Hm.", [call])]) as api,
        openai.AsyncOpenAI(api_key="any", base_url=api.base_url) as client,
    ):
        answer = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    choice = answer.choices[0]
    assert (choice.message.content, choice.finish_reason, answer.model) == ("Hm.", "tool_calls", "local")
    assert choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].to_dict() == call.to_dict()
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_the_official_clients_stream_adds_up() -> None:
    """The official client's own merging of a stream gives the text and both calls."""
    calls = [ToolCall("a", "f", '{"query":"harbour"}'), ToolCall("b", "g", "{}")]
    async with (
        LocalApi([Message.assistant("Let me look.", calls)]) as api,
        openai.AsyncOpenAI(api_key="any", base_url=api.base_url) as client,
        client.chat.completions.stream(
            model="m", messages=[{"role": "user", "content": "x"}], stream_options={"include_usage": True}
        ) as stream,
    ):
        answer = await stream.get_final_completion()
    message = answer.choices[0].message
    assert message.content == "Let me look."
    assert message.tool_calls is not None
    assert [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls] == [
        (call.id, call.name, call.arguments) for call in calls
    ]
    assert answer.usage is not None
    assert answer.usage.completion_tokens > 0


async def test_the_same_request_gives_the_same_bytes() -> None:
    """Nothing depends on the clock or on chance."""
    pages = []
    async with LocalApi(echo) as one, LocalApi(echo) as other:
        for api in (one, other):
            page = await post(api, json=BODY | {"stream": True})
            pages.append(page.content)
    assert pages[0] == pages[1]
    assert pages[0].endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("options", [None, {"include_usage": False}])
async def test_a_stream_reports_usage_only_when_asked(options: Any) -> None:
    """As with OpenAI, usage in a stream is asked for."""
    async with LocalApi(echo) as api:
        body = BODY | {"stream": True} | ({"stream_options": options} if options else {})
        assert b"usage" not in (await post(api, json=body)).content


async def test_models_are_listed() -> None:
    """A client can ask what there is."""
    async with LocalApi(echo, model="tiny") as api, openai.AsyncOpenAI(api_key="any", base_url=api.base_url) as client:
        assert [model.id async for model in client.models.list()] == ["tiny"]


@pytest.mark.parametrize(
    "request_",
    [
        {"content": b"{"},
        {"content": b"\xff"},
        {"json": []},
        {"json": {"model": "m"}},
        {"json": {"model": "m", "messages": []}},
        {"json": {"messages": [{"role": "user", "content": "x"}]}},
        {"json": {"model": "m", "messages": [{"role": "wizard", "content": "x"}]}},
        {"json": BODY | {"tool_choice": "perhaps"}},
    ],
)
async def test_a_request_out_of_shape_is_refused_as_openai_does(request_: dict[str, Any]) -> None:
    """Status 400 with an error object, and the server goes on."""
    async with LocalApi(echo) as api:
        refused = await post(api, **request_)
        assert refused.status_code == 400
        assert refused.json()["error"]["type"] == "invalid_request_error"
        assert (await post(api, json=BODY)).json()["choices"][0]["message"]["content"] == "two words"


@pytest.mark.parametrize(
    ("failure", "status"),
    [(EngineRejected("no"), 400), (EngineBusy("no"), 429), (EngineUnavailable("no"), 500)],
)
async def test_a_failure_in_the_script_is_a_status(failure: Reply, status: int) -> None:
    """A script can fail, and so does one that is used up."""
    async with LocalApi([failure]) as api:
        assert (await post(api, json=BODY)).status_code == status
        used_up = await post(api, json=BODY)
    assert used_up.status_code == 400
    assert "used up" in used_up.json()["error"]["message"]


async def test_faults_come_in_turn_and_end() -> None:
    """Each answer takes the next fault; None is no fault; headers of a fault are sent."""
    faults = [Fault("status", status=503, headers={"retry-after": "1"}), None, Fault("status", status=401)]
    async with LocalApi(echo, faults=faults) as api:
        answers = [await post(api, json=BODY) for _ in range(4)]
        assert len(api.received) == 4
    assert [answer.status_code for answer in answers] == [503, 200, 401, 200]
    assert answers[0].headers["retry-after"] == "1"


@pytest.mark.parametrize("kind", ["slow", "stall"])
async def test_a_delay_ends(kind: Any) -> None:
    """After its time a delayed answer is whole."""
    async with LocalApi(echo, faults=[Fault(kind, seconds=0.05)]) as api:
        answer = await post(api, json=BODY)
        assert answer.json()["choices"][0]["message"]["content"] == "two words"
        assert api.disconnects == 0


async def test_a_client_that_goes_is_counted() -> None:
    """A disconnect before the end of an answer can be waited for; a complete answer isn't one."""
    async with LocalApi(echo, faults=[None, Fault("stall")]) as api:
        await post(api, json=BODY)
        assert api.disconnects == 0
        async with (
            httpx2.AsyncClient() as client,
            client.stream("POST", f"{api.base_url}/chat/completions", json=BODY) as answer,
        ):
            assert answer.status_code == 200
        await asyncio.wait_for(api.disconnected(), PATIENCE_S)
        assert api.disconnects == 1


async def test_the_server_stops_while_an_answer_waits() -> None:
    """Leaving the block ends a stalled answer at once, and the client sees it cut."""
    asked = asyncio.Event()

    def reply(request: EngineRequest) -> str:
        asked.set()
        return echo(request)

    async with LocalApi(reply, faults=[Fault("stall")]) as api:
        task = asyncio.create_task(post(api, json=BODY))
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
    with pytest.raises(httpx2.RemoteProtocolError):
        await asyncio.wait_for(task, PATIENCE_S)


async def test_the_server_stops_while_a_reply_never_comes() -> None:
    """A script that waits for ever is given up, so that a failing test doesn't hang."""
    asked = asyncio.Event()

    async def reply(_request: EngineRequest) -> str:
        asked.set()
        await asyncio.Event().wait()
        return "never"

    async with asyncio.timeout(PATIENCE_S):
        async with LocalApi(reply) as api:
            task = asyncio.create_task(post(api, json=BODY))
            await asked.wait()
        assert (await task).status_code == 500


async def test_the_port_is_free_again() -> None:
    """A server can be started again on the port that it had; a port that is taken is a clear error."""
    async with LocalApi(echo) as api:
        port = int(api.base_url.split(":")[2].split("/")[0])
        with pytest.raises(InvalidSetting, match=str(port)):
            await LocalApi(echo, port=port).__aenter__()
    async with LocalApi(echo, port=port) as again:
        assert (await post(again, json=BODY)).status_code == 200


async def test_signals_are_left_to_the_program() -> None:
    """A server inside a test or an app doesn't take over Ctrl+C."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with LocalApi(echo) as api:
        await post(api, json=BODY)
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def heed_interrupts() -> None:
    """Undo what a shell does to a job in the background: there Ctrl+C is ignored, and a child inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_it_runs_from_the_command_line() -> None:
    """It prints its address, repeats what it is asked, and ends quietly on Ctrl+C."""
    command = [sys.executable, "-W", "error", "-m", MODULE, "--port", "0", "--model", "tiny"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - sets one signal, and takes no lock
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            answer = httpx2.post(f"{url}/chat/completions", json=BODY, timeout=PATIENCE_S).json()
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_S)
    assert (answer["choices"][0]["message"]["content"], answer["model"]) == ("two words", "tiny")
    assert (process.returncode, errors) == (0, "")


def test_a_port_that_is_taken_ends_the_command_with_a_line() -> None:
    """No traceback for a user."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", MODULE, "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
