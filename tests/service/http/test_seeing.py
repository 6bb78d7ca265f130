"""A session seen closely over HTTP: its view in pieces, tokens by part, original text, and a search."""

import json
from typing import Any

import httpx
import pytest
from tests.service.http.conftest import Model

from riffler.service.app import Riffler
from riffler.service.http.paging import write_cursor
from riffler.service.inference.scripted import Reply
from riffler.service.ports.engine import EngineRequest
from riffler.service.ports.memory import SessionKey
from riffler.tools.events import QueryRewritten
from riffler.tools.messages import ToolCall
from riffler.tools.token_parts import token_parts
from riffler.tools.view import view

TEXT = "".join(f"Entry {number} says {number * number}. " for number in range(400))
PIECES = "/api/v1/sessions/s/view/pieces"


class Searching(Model):
    """Searches once, then answers."""

    def __call__(self, request: EngineRequest) -> Reply:
        """Answer a request."""
        if any(message.role == "tool" for message in request.messages):
            return "It says 10000."
        return ToolCall("c1", "find_in_context", '{"queries": ["Entry 100"]}')


@pytest.fixture
def model() -> Model:
    """The model of these tests."""
    return Searching()


@pytest.fixture
async def session(client: httpx.AsyncClient, riffler: Riffler) -> str:
    """A session that was asked, with steps, folds, a summary and a rewrite."""
    said = [("user", TEXT), ("assistant", "Read."), ("user", "Well?"), ("assistant", "Yes.")]
    messages = [{"role": role, "content": content} for role, content in said]
    await client.post("/api/v1/sessions", json={"session": "s", "messages": messages})
    path = "/api/v1/sessions/s"
    cut = {"start_marker": "Entry 10 ", "end_marker": "Entry 390 ", "num_fragments": 8}
    for tool, arguments, summary in (
        ("fragment_context", cut, ""),
        ("fold_fragments", {"fragments": ["f00002-f00004"]}, ""),
        ("summarize_fragment", {"fragment_id": "f00006", "focus": "squares"}, "Squares of some numbers."),
    ):
        called = await client.post(f"{path}/tools/{tool}", json={"arguments": arguments, "summary": summary})
        assert called.status_code == 200, called.text
    asked = await client.post(f"{path}/ask", json={"question": "What does entry 100 say?"})
    assert asked.status_code == 200, asked.text
    memory = await riffler.memory("s")
    assert memory.asking is not None
    key = SessionKey(riffler.tenant, "s")
    rewrite = QueryRewritten(memory.asking.span, "Again: what does entry 100 say?", "d")
    await riffler.sessions.commit(key, memory, [rewrite], "riffler")
    return path


@pytest.fixture
async def plain(client: httpx.AsyncClient) -> str:
    """A session of version 2 that nobody asked."""
    body = {"messages": [{"role": "user", "content": TEXT}]}
    await client.post("/api/v1/sessions", json={"session": "s"} | body)
    await client.post("/api/v1/sessions/s/messages", json=body)
    return "/api/v1/sessions/s"


async def pieces_of(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """Read all pages, each a small one."""
    found: list[dict[str, Any]] = []
    query["limit_characters"] = 1500
    while True:
        page = await client.get(PIECES, params=query)
        assert page.status_code == 200, page.text
        assert len(page.content) < 10_000
        found += page.json()["items"]
        if page.json()["next"] is None:
            return found
        query["cursor"] = page.json()["next"]


def texts_of(pieces: list[dict[str, Any]]) -> dict[tuple[int, int], str]:
    """Put the texts of slots together; the status ends the text before it."""
    found: dict[tuple[int, int], str] = {}
    last = (0, 0)
    for piece in pieces:
        if piece["kind"] == "status" or piece["slot"] is not None:
            last = last if piece["kind"] == "status" else (piece["message"], piece["slot"])
            found[last] = found.get(last, "") + piece["text"]
    return found


async def test_the_pieces_of_each_version_are_its_view(
    client: httpx.AsyncClient, riffler: Riffler, session: str
) -> None:
    """What all pages say together is what `view` says and what the model got, with calls beside it."""
    now = (await client.get(session)).json()["version"]
    kinds: set[str] = set()
    for version in range(1, now + 1):
        pieces = await pieces_of(client, version=version)
        kinds |= {piece["kind"] for piece in pieces}
        seen = (await client.get(f"{session}/view", params={"version": version, "limit": 1000})).json()["items"]
        shown = {(each["index"], 0): each["message"]["content"] for each in seen if each["message"].get("content")}
        assert texts_of(pieces) == shown
        calls = [(piece["call"], piece["name"], piece["text"]) for piece in pieces if piece["kind"] == "call"]
        assert calls == [
            (call["id"], call["function"]["name"], call["function"]["arguments"])
            for each in seen
            for call in each["message"].get("tool_calls") or ()
        ]
    assert kinds == {"text", "folded", "summary", "rewrite", "status", "call"}
    present = await pieces_of(client)
    folded = [piece for piece in present if piece["kind"] == "folded"]
    assert [(piece["fragments"], piece["count"]) for piece in folded] == [(["f00002", "f00004"], 3)]
    memory = await riffler.memory("s")
    asked = {piece["message"] for piece in present if piece["asked"]}
    assert asked == {max(piece["message"] for piece in present if piece["role"] == "user")}
    assert folded[0]["original_tokens"] == sum(memory.fragments[f"f0000{n}"].tokens for n in (2, 3, 4))
    result = next(piece for piece in present if piece["role"] == "tool")
    assert (result["call"], result["name"], result["origin"]) == ("c1", "find_in_context", "step")


async def test_pages_lead_forth_and_back(client: httpx.AsyncClient, session: str) -> None:
    """From the end and from any character, to both ends; and a page is of the version that the first one was of."""
    whole = await pieces_of(client)
    page = (await client.get(PIECES, params={"last": True, "limit_characters": 1000})).json()
    assert page["next"] is None
    back = page["items"]
    await client.post(f"{session}/messages", json={"messages": [{"role": "user", "content": "And?"}]})
    while page["previous"] is not None:
        page = (await client.get(PIECES, params={"cursor": page["previous"], "limit_characters": 1000})).json()
        back = page["items"] + back
    assert texts_of(back) == texts_of(whole)
    at = TEXT.index("Entry 395")
    page = (await client.get(PIECES, params={"message": 0, "slot": 0, "character": at})).json()
    assert page["items"][0]["text"].startswith("Entry 395")
    assert (page["items"][0]["start"], page["items"][0]["slot"]) == (at, 0)
    hidden = TEXT.index("Entry 150")
    page = (await client.get(PIECES, params={"message": 0, "slot": 0, "character": hidden})).json()
    assert page["items"][0]["kind"] == "folded"
    assert page["items"][0]["start"] <= hidden < page["items"][0]["end"]


async def test_a_step_is_told_of_the_pieces(client: httpx.AsyncClient, session: str) -> None:
    """`since` says of each piece what happened, as `diff` does of fragments."""
    history = (await client.get(f"{session}/history")).json()["items"]
    for version in history:
        number = version["version"]
        diff = (await client.get(f"{session}/diff", params={"from": number - 1, "to": number})).json()
        pieces = await pieces_of(client, version=number, since=number - 1)
        assert pieces == await pieces_of(client, version=number, step=True)
        told = {piece["change"] for piece in pieces} - {""}
        expected = {
            "visible": "cut", "folded": "folded", "summarised": "summarised"
        }  # fmt: skip
        changes = {expected[each["after"]] for each in diff["items"]}
        changes |= {"came"} if diff["messages"] else set()
        changes |= {"rewritten"} if diff["rewrite_after"] != diff["rewrite_before"] and diff["rewrite_after"] else set()
        assert told == changes, version


async def test_tokens_by_part(client: httpx.AsyncClient, riffler: Riffler, session: str) -> None:
    """As the pure count has them, of a past version too; they add up to the view's."""
    for version in (None, 3):
        memory = await riffler.memory("s", version)
        found = (await client.get(f"{session}/view/tokens", params={} if version is None else {"version": 3})).json()
        counter = riffler.engine.counter
        sight = riffler.room.sight(counter)
        parts = token_parts(memory, counter, sight)
        assert found["text"] == parts.text
        assert found["seen"] == view(memory, sight).tokens(counter)
        shown = sum(found["text"].values()) + sum(found[name]["shown_tokens"] for name in ("folded", "summarised"))
        assert shown + found["rewrite"] + found["status"] == found["seen"]
        assert (found["tools"], found["budget"]) == (
            riffler.room.tools_tokens(counter), riffler.room.budget_tokens(counter)
        )  # fmt: skip
        assert (found["version"], found["estimated"]) == (memory.version, True)


async def test_original_text_is_read_in_parts(client: httpx.AsyncClient, session: str) -> None:
    """What is folded is there, to the character."""
    memory_text = (await client.get(f"{session}/original", params={"message": 0, "start": 5, "end": 1200})).json()
    assert memory_text == {
        "message": 0, "slot": 0, "start": 5, "end": 1200, "characters": len(TEXT), "text": TEXT[5:1200]
    }  # fmt: skip
    rest = (await client.get(f"{session}/original", params={"message": 0, "start": 1200, "end": 10**9})).json()
    assert (rest["text"], rest["end"]) == (TEXT[1200:], len(TEXT))
    for start in (7, len(TEXT)):
        none = (await client.get(f"{session}/original", params={"message": 0, "start": start, "end": start})).json()
        assert (none["start"], none["end"], none["text"]) == (start, start, ""), "nothing was asked for"


async def found_by(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """Read all pages of a search; the last says how many there are, as each does."""
    hits: list[dict[str, Any]] = []
    while True:
        page = (await client.get(f"{path}/search", params=query)).json()
        hits += page["items"]
        if page["next"] is None:
            assert page["total"] == len(hits)
            return hits
        query["cursor"] = page["next"]


def places(text: str, query: str) -> list[int]:
    """Give where a text has another."""
    return [at for at in range(len(text)) if text.startswith(query, at)]


async def test_a_search_finds_what_is_hidden_and_changes_nothing(client: httpx.AsyncClient, session: str) -> None:
    """In folded, summarised and rewritten text, and in steps; page by page; and no version is made of it."""
    before = (await client.get(session)).json()
    hits = await found_by(client, session, query="ntry ", limit=150, found_in="original")
    messages = (await client.get(f"{session}/messages")).json()["items"]
    texts = [message.get("content") or "" for message in messages]
    there = [(index, at) for index, text in enumerate(texts) for at in places(text, "ntry ")]
    assert [(hit["message"], hit["start"]) for hit in hits] == there
    assert [hit["character"] for hit in hits] == [hit["start"] for hit in hits]
    assert {hit["shown"] for hit in hits} == {"visible", "folded", "summarised", "rewritten"}
    assert {hit["origin"] for hit in hits} == {"app", "step"}
    for hit in hits:
        around = f"{hit['before']}{hit['match']}{hit['after']}"
        assert texts[hit["message"]][hit["start"] - len(hit["before"]) :].startswith(around)
    for how, asked in (("any_case", "ENTRY 399"), ("pattern", r"Entry \d{3} says 159201"), ("fuzzy", "Entri 399")):
        found = (await client.get(f"{session}/search", params={"query": asked, "how": how})).json()
        assert found["items"][0]["start"] <= TEXT.index("Entry 399") + 1 < found["items"][0]["end"], how
    ranked = (
        await client.get(f"{session}/search", params={"query": "says 159201", "how": "ranked", "limit": 1})
    ).json()
    assert "159201" in json.dumps(ranked["items"])
    assert (await client.get(session)).json() == before


async def test_a_search_finds_calls_summaries_and_rewrites(client: httpx.AsyncClient, session: str) -> None:
    """Each with what it was found in, the version to look at, and a place at which the pieces show it."""
    messages = (await client.get(f"{session}/messages")).json()["items"]
    fragments = (await client.get(f"{session}/fragments")).json()["items"]
    [summed] = [each for each in fragments if each["state"] == "summarised"]
    called = await client.post(
        f"{session}/tools/restore_fragments", json={"arguments": {"fragments": [summed["id"]]}}
    )  # fmt: skip
    assert called.status_code == 200, called.text
    now = called.json()["version"]
    hits = await found_by(client, session, query="ntry ", found_in="call")
    [call] = [call for message in messages for call in message.get("tool_calls") or ()]
    arguments = call["function"]["arguments"]
    assert [(hit["call"], hit["start"]) for hit in hits] == [("c1", at) for at in places(arguments, "ntry ")]
    assert {(hit["slot"], hit["character"], hit["version"]) for hit in hits} == {(None, None, now)}
    [summary] = await found_by(client, session, query="Squares")
    assert (summary["found_in"], summary["shown"], summary["fragment"]) == ("summary", "gone", summed["id"])
    assert (summary["start"], summary["after"]) == (0, " of some numbers.")
    [rewrite] = await found_by(client, session, query="Again: ")
    assert (rewrite["found_in"], rewrite["shown"], rewrite["version"]) == ("rewrite", "visible", now)
    everywhere = await found_by(client, session, query="ntry ", limit=200)
    kinds = [hit["found_in"] for hit in everywhere]
    assert (kinds.count("call"), kinds.count("rewrite"), kinds.count("summary")) == (len(hits), 1, 0)
    for hit in (hits[0], summary, rewrite):
        place = {"slot": hit["slot"], "character": hit["character"]} if hit["call"] == "" else {"call": hit["call"]}
        query = {"message": hit["message"], "version": hit["version"], **place}
        page = (await client.get(PIECES, params=query)).json()
        shown = page["items"][0]
        assert (page["version"], shown["kind"]) == (hit["version"], hit["found_in"])
        assert hit["match"] + hit["after"] in shown["text"]
    assert summary["version"] < now
    before = await client.get(f"{session}/search", params={"query": "Squares", "version": summary["version"]})
    assert [(hit["shown"], hit["found_in"]) for hit in before.json()["items"]] == [("visible", "summary")]


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("view/pieces", {"message": 99}, 422, "message: expected the index of one of"),
        ("view/pieces", {"message": 0, "slot": 1}, 422, "slot: expected one of the 1 texts"),
        ("view/pieces", {"message": 0, "slot": 0, "character": 10**6}, 422, "character: text 0 of message 0 has"),
        ("view/pieces", {"message": 0, "last": True}, 422, "query.cursor, query.message, query.last"),
        ("view/pieces", {"message": 0, "call": "c"}, 422, "call: message 0 has no call of the id 'c'"),
        ("view/pieces", {"message": 0, "slot": 0, "call": "c"}, 422, "query.call: expected"),
        ("view/pieces", {"call": "c"}, 422, "query.call: expected"),
        ("view/pieces", {"cursor": "x"}, 422, "query.cursor"),
        ("view/pieces", {"cursor": write_cursor(1, 9, 0, 0, 0)}, 422, "cursor: this view has no piece"),
        ("view/pieces", {"cursor": write_cursor(1, 0, 0, 10**9, 1)}, 422, "cursor: this view has no piece"),
        ("view/pieces", {"cursor": write_cursor(1, 0, 0, 0, 0), "version": 2}, 422, "query.cursor: expected"),
        ("view/pieces", {"since": 3, "version": 2}, 422, "query.since"),
        ("view/pieces", {"since": 1, "step": True}, 422, "query.since"),
        ("view/pieces", {"version": 999}, 404, "no version 999"),
        ("view/pieces", {"limit_characters": 10}, 422, "query.limit_characters"),
        ("view/tokens", {"version": 999}, 404, "no version 999"),
        ("original", {"message": 99}, 422, "message: expected"),
        ("original", {}, 422, "query.message"),
        ("original", {"message": 0, "slot": 9}, 422, "slot: expected"),
        ("original", {"message": 0, "start": 10, "end": 5}, 422, "query.end: expected at least start, 10, got 5"),
        ("original", {"message": 0, "start": 10**6}, 422, "query.start: expected at most"),
        ("search", {}, 422, "query.query"),
        ("search", {"query": ""}, 422, "query.query"),
        ("search", {"query": "(", "how": "pattern"}, 422, "query.query: the pattern"),
        ("search", {"query": "x" * 300, "how": "fuzzy"}, 422, "query.query: a fuzzy query"),
        ("search", {"query": "a", "found_in": "dreams"}, 422, "query.found_in"),
        ("search", {"query": "a", "how": "magic"}, 422, "query.how"),
        ("search", {"query": "a", "cursor": write_cursor(1, 7, 0, 0, 0)}, 422, "query.cursor: expected"),
        ("search", {"query": "a", "version": 999}, 404, "no version 999"),
    ],
)
async def test_what_is_wrong_is_told_by_its_name(
    client: httpx.AsyncClient, plain: str, path: str, query: dict[str, Any], status: int, words: str
) -> None:
    """Each complaint names the parameter."""
    answer = await client.get(f"{plain}/{path}", params=query)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text


@pytest.mark.parametrize("path", ["view/pieces", "view/tokens", "original?message=0", "search?query=Entry"])
async def test_who_has_it_is_not_sent_it_again(client: httpx.AsyncClient, plain: str, path: str) -> None:
    """As of all reads of a session: its tag is on each, and 304 answers it; without the session it is 404."""
    first = await client.get(f"{plain}/{path}")
    assert first.headers["etag"] == (await client.get(plain)).headers["etag"]
    again = await client.get(f"{plain}/{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(f"{plain}x/{path}")).status_code == 404
