"""The session of a conversation: recognised, forked, named."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
from tests.service.integrations.openai_proxy.bench import Bench, benched

from riffler.errors import UnknownSession
from riffler.service.inference.local_faults import Fault
from riffler.service.ports.engine import EngineRequest

FIRST: dict[str, Any] = {"role": "user", "content": "When does the harbour open?"}
SECOND: dict[str, Any] = {"role": "user", "content": "And when does it close?"}


def counting(request: EngineRequest) -> str:
    """Answer with what was asked, so that each question has an answer of its own."""
    return f"You asked: {request.messages[-1].text} That was message {len(request.messages)}."


@pytest.fixture
async def bench(server_folder: Path) -> AsyncIterator[Bench]:
    """A bench without rewriting: what the model gets is what was said."""
    async with benched(server_folder, counting, rewriting=False, tools="none") as made:
        yield made


def session_of(response: Any) -> str:
    """Give the session that a response names."""
    name: str = response.headers["x-riffler-session"]
    return name


async def test_a_history_that_is_sent_again_is_one_session(bench: Bench) -> None:
    """Three requests, each with all that was said, are one session, which holds what the client sends, as it sends it.

    The client's form of an answer is kept, with fields that the model's server never sent.
    """
    said: list[Any] = [{"role": "system", "content": "Be brief."}, FIRST]
    first = await bench.ask(said)
    said += [first.parse().choices[0].message.model_dump(), SECOND]
    second = await bench.ask(said)
    said += [{"role": "assistant", "content": [{"type": "text", "text": second.parse().choices[0].message.content}]}]
    said += [{"role": "user", "content": "Thanks. Is it far?"}]
    third = await bench.ask(said)
    assert session_of(first) == session_of(second) == session_of(third)
    assert await bench.messages(session_of(first)) == said
    assert bench.bodies[-1]["messages"] == said
    assert third.parse().choices[0].message.content.endswith("That was message 6.")


async def asked_twice(bench: Bench, **fields: Any) -> tuple[list[Any], str]:
    """Have a conversation of two questions, and give what was said with the answers, and its session."""
    said: list[Any] = [FIRST]
    first = await bench.ask(said, **fields)
    said += [{"role": "assistant", "content": first.parse().choices[0].message.content}, SECOND]
    second = await bench.ask(said, **fields)
    said += [{"role": "assistant", "content": second.parse().choices[0].message.content}]
    return said, session_of(second)


async def test_a_history_that_was_edited_is_a_fork(bench: Bench) -> None:
    """Whatever message is edited, the conversation goes on in another session; the first one keeps what it has."""
    said, session = await asked_twice(bench)
    kept = await bench.messages(session)
    edited = [said[0], {"role": "assistant", "content": "It never opens."}, {"role": "user", "content": "Why?"}]
    fork = session_of(await bench.ask(edited))
    branch = [*said[:2], {"role": "user", "content": "Who is the master?"}]
    other = session_of(await bench.ask(branch))
    assert len({session, fork, other}) == 3
    assert await bench.messages(fork) == edited
    assert await bench.messages(other) == branch
    assert await bench.messages(session) == kept == said[:3]
    forked = (await bench.riffler.memory(other)).forked
    assert forked is not None
    assert forked.session == session


async def test_a_branch_goes_on_by_itself(bench: Bench) -> None:
    """Both branches of a conversation are recognised afterwards, each in the session that it went on in."""
    said, session = await asked_twice(bench)
    branch = [*said[:2], {"role": "user", "content": "Who is the master?"}]
    answer = await bench.ask(branch)
    branch += [answer.parse().choices[0].message.model_dump(), {"role": "user", "content": "Since when?"}]
    assert session_of(await bench.ask(branch)) == session_of(answer)
    said += [{"role": "user", "content": "Thank you."}]
    assert session_of(await bench.ask(said)) == session


async def test_the_same_request_again_asks_for_another_answer(bench: Bench) -> None:
    """A question asked anew from the same history is a branch: neither session has it twice."""
    said, session = await asked_twice(bench)
    again = session_of(await bench.ask(said[:3]))
    assert again != session
    assert await bench.messages(again) == said[:3]


async def test_conversations_that_begin_alike_stay_apart(server_folder: Path) -> None:
    """Two clients that ask the same first question and get different answers have a session each from then on."""
    answers = iter(["At six.", "At seven.", "Yes.", "No."])
    async with benched(server_folder, lambda _: next(answers), rewriting=False, tools="none") as bench:
        one, two = await bench.ask([FIRST]), await bench.ask([FIRST])
        onward = {
            session_of(each): await bench.ask([FIRST, each.parse().choices[0].message.model_dump(), SECOND])
            for each in (two, one)
        }
    assert len(onward) == 2
    assert all(session_of(response) == session for session, response in onward.items())


async def test_clients_that_hear_the_same_answer_stay_apart(server_folder: Path) -> None:
    """Equal openings, equal answers: in whatever order they go on, none speaks in a session that another was given."""
    clients = 3
    forks: list[str] = []
    async with benched(server_folder, lambda _: "Hello.", rewriting=False, tools="none") as bench:
        given = [session_of(await bench.ask([FIRST])) for _ in range(clients)]
        for number in range(clients):
            said = [FIRST, {"role": "assistant", "content": "Hello."}]
            for text in ("I am", "and I say"):
                said = [*said, {"role": "user", "content": f"{text} {number}"}]
                session = session_of(await bench.ask(said))
                forks.append(session)
                assert await bench.messages(session) == said
                said = [*said, {"role": "assistant", "content": "Hello."}]
        for name in given:
            assert await bench.messages(name) == [FIRST]
    assert len(set(given)) == clients
    assert len(set(forks)) == clients  # recognised again once they differ


@pytest.mark.parametrize("field", ["user", "safety_identifier", "prompt_cache_key"])
async def test_clients_that_tell_their_users_apart_keep_their_sessions(server_folder: Path, field: str) -> None:
    """Where a request says whose it is, equal words of two users are two conversations, each in its own session."""
    async with benched(server_folder, lambda _: "Hello.", rewriting=False, tools="none") as bench:
        given = {who: session_of(await bench.ask([FIRST], extra_body={field: who})) for who in ("ada", "bo")}
        said = [FIRST, {"role": "assistant", "content": "Hello."}, SECOND]
        onward = {who: session_of(await bench.ask(said, extra_body={field: who})) for who in given}
    assert onward == given
    assert len(set(given.values())) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"extra_headers": {"X-Riffler-Session": "pier"}},
        {"metadata": {"riffler_session": "pier"}},
        {"metadata": {"session_id": "pier"}},
    ],
    ids=["header", "metadata", "session_id"],
)
async def test_a_client_may_name_its_session(bench: Bench, fields: dict[str, Any]) -> None:
    """A named conversation is the session of that name; a branch of it is another one. The field goes on as it came."""
    said, session = await asked_twice(bench, **fields)
    assert session == "pier"
    assert await bench.messages("pier") == said[:3]
    assert ("metadata" in bench.bodies[-1]) == ("metadata" in fields)
    anew = await bench.ask([{"role": "user", "content": "Something else."}], **fields)
    assert session_of(anew) != "pier"
    assert await bench.messages("pier") == said[:3]


async def test_a_session_that_holds_something_is_asked(bench: Bench) -> None:
    """What a session held before stands before what a client says under its name, which needn't send it."""
    held = [{"role": "user", "content": "The harbour opens at six."}]
    await bench.http.post("/api/v1/sessions", json={"session": "quay", "messages": held})
    said, session = await asked_twice(bench, extra_headers={"X-Riffler-Session": "quay"})
    assert session == "quay"
    assert await bench.messages("quay") == held + said[:3]
    assert bench.bodies[-1]["messages"] == held + said[:3]


async def test_what_a_person_folds_stays_folded(bench: Bench) -> None:
    """A session that was carved by hand between two requests goes on as it is, carved."""
    long = {"role": "user", "content": "The log says: " + " ".join(f"entry {n} is fine." for n in range(200))}
    said: list[Any] = [long, {"role": "assistant", "content": "I see."}, FIRST]
    first = await bench.ask(said)
    path = f"/api/v1/sessions/{session_of(first)}/tools"
    cut = await bench.http.post(f"{path}/cut_context", json={"arguments": {"tokens": 200}})
    assert cut.status_code == 200, cut.text
    folded = await bench.http.post(f"{path}/fold_fragments", json={"arguments": {"fragments": ["f00001"]}})
    assert folded.status_code == 200, folded.text
    said += [first.parse().choices[0].message.model_dump(), SECOND]
    second = await bench.ask(said)
    assert session_of(second) == session_of(first)
    assert int(second.headers["x-riffler-saved-tokens"]) > 100
    assert "f00001" in bench.bodies[-1]["messages"][0]["content"]
    assert await bench.messages(session_of(first)) == said


async def test_two_at_once_are_two_branches(server_folder: Path) -> None:
    """Two requests that go on with one conversation at once both have their answers, in two sessions."""
    gate = asyncio.Event()
    waiting = 0

    async def reply(request: EngineRequest) -> str:
        nonlocal waiting
        if len(request.messages) > 1:
            waiting += 1
            if waiting == 2:
                gate.set()
            await gate.wait()
        return f"Answer to {request.messages[-1].text}"

    async with benched(server_folder, reply, rewriting=False, tools="none") as bench:
        first = await bench.ask([FIRST])
        said = [FIRST, first.parse().choices[0].message.model_dump()]
        questions = [{"role": "user", "content": f"Question {number}"} for number in range(2)]
        both = await asyncio.gather(*(bench.ask([*said, question]) for question in questions))
        assert [each.parse().choices[0].message.content for each in both] == [
            "Answer to Question 0",
            "Answer to Question 1",
        ]
        held = [await bench.messages(session_of(each)) for each in both]
    assert held == [[*said, question] for question in questions]
    assert session_of(first) in {session_of(each) for each in both}


async def test_a_deleted_session_leaves_nothing_behind(bench: Bench) -> None:
    """No key of the store names a deleted session or leads to it, and its conversation begins anew."""
    said, session = await asked_twice(bench)
    assert (await bench.http.delete(f"/api/v1/sessions/{session}")).status_code == 204
    tenant = bench.riffler.tenant
    keys: Any = await bench.riffler._connection.run(lambda client: client.keys(f"riffler:{{{tenant}/c}}*"))
    assert keys == []
    anew = await bench.ask([*said, {"role": "user", "content": "Are you there?"}])
    assert session_of(anew) != session
    assert len(await bench.messages(session_of(anew))) == 5


async def test_a_name_that_none_may_have_is_refused(bench: Bench) -> None:
    """A wrong name is 400 in OpenAI's shape, wherever it stands."""
    for fields in ({"extra_headers": {"X-Riffler-Session": "a/b"}}, {"metadata": {"riffler_session": "a/b"}}):
        with pytest.raises(openai.BadRequestError) as caught:
            await bench.ask([FIRST], **fields)
        assert caught.value.type == "invalid_request_error"
    assert not bench.bodies


async def test_a_request_that_fails_leaves_no_session(server_folder: Path) -> None:
    """Neither a new session, nor one of a client's name, nor a fork is left by a request that failed."""
    faults = [None, Fault("status"), Fault("status"), Fault("status")]
    async with benched(server_folder, counting, faults=faults, rewriting=False, tools="none") as bench:
        first = await bench.ask([FIRST])
        edited = [FIRST, {"role": "assistant", "content": "Never."}, SECOND]
        for messages, headers in (([SECOND], {}), ([SECOND], {"X-Riffler-Session": "pier"}), (edited, {})):
            with pytest.raises(openai.InternalServerError):
                await bench.ask(messages, extra_headers=headers)
        listed = (await bench.http.get("/api/v1/sessions")).json()["items"]
    assert [each["session"] for each in listed] == [session_of(first)]


async def test_a_client_that_leaves_at_the_answers_end_keeps_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes to note the answer: who hears its end and leaves then goes on in the session."""
    note = bench.riffler.conversations.note

    async def slowly(*args: Any) -> None:
        await asyncio.sleep(0.3)
        await note(*args)

    monkeypatch.setattr(bench.riffler.conversations, "note", slowly)
    said: list[Any] = [FIRST]
    sessions: list[str] = []
    for _ in range(2):
        body = {"model": "local", "messages": said, "stream": True}
        text = ""
        async with bench.http.stream("POST", "/v1/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                choice = json.loads(line.removeprefix("data: "))["choices"][0] if line.startswith("data: ") else {}
                text += (choice.get("delta") or {}).get("content") or ""
                if choice.get("finish_reason"):
                    break
        sessions.append(session_of(response))
        said = [*said, {"role": "assistant", "content": text}, SECOND]
    assert sessions[0] == sessions[1]
    assert await bench.messages(sessions[0]) == said[:3]


async def test_what_nobody_named_ends_by_itself(server_folder: Path) -> None:
    """Recognised conversations and branches end with all their keys when unused; a named conversation stays."""
    named = {"X-Riffler-Session": "pier"}
    edited = [FIRST, {"role": "assistant", "content": "Never."}, SECOND]
    async with benched(server_folder, counting, rewriting=False, tools="none", unnamed_ttl_s=2.0) as bench:
        asked = [await bench.ask([FIRST]), await bench.ask([FIRST])]
        asked += [await bench.ask(messages, extra_headers=named) for messages in ([FIRST, SECOND], edited)]
        names = [session_of(each) for each in asked]
        assert len(set(names)) == 4
        assert names[2] == "pier"
        pattern = f"riffler:{{{bench.riffler.tenant}/*"

        async def keys() -> set[str]:
            found = await bench.riffler.sessions._connection.run(lambda client: client.keys(pattern))
            return {str(key) for key in found}

        before = await keys()
        ours = {key for key in before if "/c}:place:" in key or any(name in key for name in names)}
        lasting = {key for key in ours if "pier" in key}
        assert len(ours) > len(lasting) > 0
        await asyncio.sleep(2.2)
        left = ours & await keys()
        assert left - lasting == {key for key in left if "/c}:place:" in key}
        places = [
            json.loads(await bench.riffler.sessions._connection.run(lambda c, k=key: c.get(k)))
            for key in left - lasting
        ]  # type: ignore[misc]
        assert {place["session"] for place in places} == {"pier"}
        assert lasting <= left
        with pytest.raises(UnknownSession):
            await bench.riffler.memory(names[0])
        assert await bench.messages("pier") == [FIRST, SECOND]


@pytest.mark.parametrize("name", ["users/7", "a b", "ä" * 300])
async def test_an_apps_own_session_id_may_be_anything(bench: Bench, name: str) -> None:
    """`session_id` isn't Riffler's field: whatever an app has in it is taken, and is the same session each time."""
    fields = {"metadata": {"session_id": name}}
    said, session = await asked_twice(bench, **fields)
    assert await bench.messages(session) == said[:3]
    other = await bench.ask(said[:1], metadata={"session_id": f"{name}!"})
    assert session_of(other) != session
    assert bench.bodies[-1]["metadata"] == {"session_id": f"{name}!"}


async def test_who_wants_nothing_of_riffler_names_nothing(bench: Bench) -> None:
    """With `X-Riffler-Features: off` what stands in `metadata` is the server's business alone."""
    response = await bench.ask(
        [FIRST], metadata={"riffler_session": "a/b"}, extra_headers={"X-Riffler-Features": "off"}
    )
    assert response.headers["x-riffler-off"] == "client"
