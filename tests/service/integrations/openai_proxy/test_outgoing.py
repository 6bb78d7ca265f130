"""What a client hears of a turn."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.service.agent.progress import Answer, AnswerDelta, Calling, Progress, Rewriting, Said
from riffler.service.inference.local_wire import write_answer, write_stream
from riffler.service.integrations.openai_proxy.asked import Asked
from riffler.service.integrations.openai_proxy.outgoing import REMARK, Outgoing
from riffler.service.integrations.openai_proxy.usage import added
from riffler.service.ports.engine import Completion, Usage
from riffler.tools.messages import Message, ToolCall

OURS = ToolCall("call_o", "find_in_context", '{"queries": ["harbour"]}')
THEIRS = ToolCall("call_t", "weather", '{"place": "Oslo"}')
TEXTS = st.text(st.characters(codec="utf-8"), max_size=400)
REMARKS = st.text(st.characters(codec="utf-8"), max_size=REMARK)
USED = Usage(100, 7, 64)


def completion(text: str, *calls: ToolCall) -> Completion:
    """Make a reply."""
    message = Message.assistant(text if text or not calls else None, calls)
    return Completion(message, "tool_calls" if calls else "stop", USED, "local")


def told(replies: list[Completion], *, stream: bool, raw: bool = True) -> list[Progress]:
    """Tell of a turn with these replies, as the agent does."""
    items: list[Progress] = []
    for number, reply in enumerate(replies, 1):
        items.append(Calling(50, 40))
        if stream:
            events = write_stream(reply, number, with_usage=True, fault=None)[:-1]
            for event in events if raw else ():
                chunk = json.loads(event.removeprefix(b"data: "))
                delta = (chunk["choices"] or [{"delta": {}}])[0]["delta"]
                items.append(AnswerDelta(delta.get("content") or "", chunk))
            if not raw:
                items += [AnswerDelta(piece) for piece in (reply.message.text[:5], reply.message.text[5:]) if piece]
        whole = b"".join(write_answer(reply, number, None)) if raw and not stream else b"null"
        calls = reply.message.tool_calls
        said = Completion(reply.message, reply.finish_reason, reply.usage, reply.model, raw=json.loads(whole))
        ours, theirs = ([call for call in calls if (call == OURS) is own] for own in (True, False))
        items.append(Said(said, tuple(ours), tuple(theirs)))
    total = Usage(0, 0)
    for reply in replies:
        total += reply.usage
    rewriting = Rewriting("", "none", {"none": 1.0}, "none", "", "")
    items.append(Answer("s", "", "", rewriting, (), False, "stop", 0, 0, total))
    return items


def asked(*, stream: bool, usage: bool = True) -> Asked:
    """Make a request."""
    return Asked({"model": "local", "messages": [], "stream": stream, "stream_options": {"include_usage": usage}})


def heard(items: list[Progress], asked: Asked, *, inside: bool = True) -> tuple[list[dict[str, Any]], Outgoing]:
    """Give the chunks of a turn, and what made them."""
    outgoing = Outgoing(asked, "local", inside=inside)
    for item in items:
        outgoing.hear(item)
    return outgoing.take(), outgoing


def joined(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Put chunks together as clients do."""
    text, calls, roles, finish = "", dict[int, dict[str, Any]](), [], []
    for choice in (choice for chunk in chunks for choice in chunk["choices"]):
        delta = choice["delta"]
        text += delta.get("content") or ""
        roles += [delta["role"]] if "role" in delta else []
        finish += [choice["finish_reason"]] if choice["finish_reason"] else []
        for piece in delta.get("tool_calls") or ():
            call = calls.setdefault(piece["index"], {"id": "", "name": "", "arguments": ""})
            call["id"] += piece.get("id") or ""
            call["name"] += piece["function"].get("name") or ""
            call["arguments"] += piece["function"].get("arguments") or ""
    return {"text": text, "calls": [calls[index] for index in sorted(calls)], "roles": roles, "finish": finish}


def as_calls(*calls: ToolCall) -> list[dict[str, str]]:
    """Write calls as `joined` does."""
    return [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in calls]


@given(st.lists(REMARKS, max_size=2), TEXTS, st.lists(st.sampled_from([OURS, THEIRS]), max_size=1), st.booleans())
def test_nothing_of_the_inside_is_heard(remarks: list[str], text: str, more: list[ToolCall], raw: bool) -> None:
    """Whatever remarks came before inner calls, a client hears the last reply with its calls alone; usage adds up."""
    last = completion(text, THEIRS, *(call for call in more if call == OURS))
    replies = [*(completion(remark, OURS) for remark in remarks), last]
    chunks, outgoing = heard(told(replies, stream=True, raw=raw), asked(stream=True))
    found = joined(chunks)
    assert found == {"text": text, "calls": as_calls(THEIRS), "roles": ["assistant"], "finish": ["tool_calls"]}
    assert outgoing.said.get("content", "") == text
    usage = chunks[-1]["usage"]
    assert (usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"]) == (
        100 * len(replies),
        64 * len(replies),
    )
    _, whole = heard(told(replies, stream=False, raw=raw), asked(stream=False))
    message = whole.whole()["choices"][0]["message"]
    assert [call["id"] for call in message["tool_calls"]] == ["call_t"]
    assert (message["content"] or "") == text
    assert whole.whole()["usage"]["completion_tokens"] == 7 * len(replies)


@given(TEXTS, st.booleans())
def test_without_inner_calls_chunks_are_as_they_came(text: str, inside: bool) -> None:
    """Each chunk goes out once, in order, unchanged, whether something might have run inside or not."""
    reply = completion(text, THEIRS) if len(text) % 2 else completion(text)
    items = told([reply], stream=True)
    chunks, outgoing = heard(items, asked(stream=True), inside=inside)
    assert chunks == [item.raw for item in items if isinstance(item, AnswerDelta)]
    assert outgoing.saved_tokens == 10


@given(TEXTS, st.permutations([OURS, THEIRS]), st.sampled_from(["one", "calls", "first"]), st.booleans())
def test_calls_of_both_kinds_in_whole_chunks(text: str, calls: list[ToolCall], grain: str, usage: bool) -> None:
    """However much a server puts in a chunk, a client has role, text and its own call, then the end, each once."""
    reply = completion(text, *calls)
    deltas: list[dict[str, Any]] = [{"tool_calls": [{"index": at, **call.to_dict()}]} for at, call in enumerate(calls)]
    begin: dict[str, Any] = {"role": "assistant", "content": text or None}
    if grain == "one":
        deltas = [{**begin, "tool_calls": [each["tool_calls"][0] for each in deltas]}]
    elif grain == "calls":
        deltas = [begin, *deltas]
    else:
        deltas[0] = {**begin, **deltas[0]}
    items: list[Progress] = [Calling(50, 40)]
    for delta in deltas:
        last = delta is deltas[-1]
        choice = {"index": 0, "delta": delta, "finish_reason": "tool_calls" if last else None}
        chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}
        if usage and last:
            chunk["usage"] = {"prompt_tokens": 100, "completion_tokens": 7}
        items.append(AnswerDelta(delta.get("content") or "", chunk))
    items += told([reply], stream=True, raw=False)[-2:]
    chunks, outgoing = heard(items, asked(stream=True))
    expected = {"text": text, "calls": as_calls(THEIRS), "roles": ["assistant"], "finish": ["tool_calls"]}
    assert joined(chunks) == expected
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"]][-1] == "tool_calls"
    assert outgoing.said == {
        "role": "assistant",
        "tool_calls": [THEIRS.to_dict()],
        **({"content": text} if text else {}),
    }
    assert sum(bool(chunk.get("usage")) for chunk in chunks) == usage


def test_a_long_text_goes_out_before_the_reply_is_whole() -> None:
    """Held back are a reply's first words only: then each piece goes out as it comes."""
    outgoing, sent = Outgoing(asked(stream=True), "local", inside=True), []
    for item in told([completion("word " * 200)], stream=True):
        outgoing.hear(item)
        sent.append(joined(outgoing.take())["text"])
        if isinstance(item, Said):
            break
    assert sent[REMARK // 5 - 5] == ""
    assert sum(map(bool, sent)) > 100
    assert max(map(len, sent)) <= REMARK + 10


def test_a_long_text_before_an_inner_call_stays_heard() -> None:
    """What went out can't be taken back: the answer goes on behind it, with one role, and is known as one text."""
    long = "word " * 100
    chunks, outgoing = heard(told([completion(long, OURS), completion("At six.")], stream=True), asked(stream=True))
    found = joined(chunks)
    assert found["text"] == long + "At six." == outgoing.said["content"]
    assert (found["roles"], found["calls"], found["finish"]) == (["assistant"], [], ["stop"])


@pytest.mark.parametrize("raw", [True, False])
def test_usage_comes_only_where_it_was_asked_for(raw: bool) -> None:
    """Without `include_usage` no chunk has a usage, not even an empty one."""
    chunks, _ = heard(told([completion("At six.")], stream=True, raw=raw), asked(stream=True, usage=False))
    assert not any("usage" in chunk for chunk in chunks)
    assert all(chunk["choices"] for chunk in chunks)


def test_usages_add_up_field_by_field() -> None:
    """Numbers add up wherever they stand; what is no number is kept; one alone stays as it came."""
    one = {"prompt_tokens": 3, "details": {"cached": 1, "tier": "a"}, "cost": None}
    other = {"prompt_tokens": 4, "details": {"cached": 2}, "queue_s": 0.5}
    assert added([one]) == one
    assert added([one, other]) == {
        "prompt_tokens": 7,
        "details": {"cached": 3, "tier": "a"},
        "cost": None,
        "queue_s": 0.5,
    }


@given(TEXTS, st.booleans(), st.booleans(), st.booleans())
def test_an_answer_ends_with_its_turn(text: str, calls: bool, inside: bool, raw: bool) -> None:
    """Before the turn's own end a client has all of the answer but its end; then it has that, once."""
    outgoing = Outgoing(asked(stream=True), "local", inside=inside)
    *before, answer = told([completion(text, *[THEIRS] * calls)], stream=True, raw=raw)
    for item in before:
        outgoing.hear(item)
    found = joined(outgoing.take())
    assert (found["text"], found["calls"], found["finish"]) == (text, as_calls(*[THEIRS] * calls), [])
    outgoing.hear(answer)
    assert joined(outgoing.take())["finish"] == ["tool_calls" if calls else "stop"]
