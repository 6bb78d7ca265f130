"""A state machine over random conversations and random tool calls, valid and not."""

import json
import re

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from riffler.errors import OverBudget, ToolRefused
from riffler.tools.arrival import append, fit
from riffler.tools.events import (
    Event,
    FragmentsRestored,
    MessagesAppended,
    QueryRewritten,
    event_from_dict,
    event_to_dict,
)
from riffler.tools.markers import taken_fences
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall
from riffler.tools.pairing import check_complete
from riffler.tools.registry import EVERY_TOOL, Registry
from riffler.tools.sight import Sight
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs
from riffler.tools.view import view

COUNTER = EstimatedTokens()
REGISTRY = Registry(EVERY_TOOL)
PIECES = st.sampled_from(
    [
        "red: 1; blue: 2; ",
        "A sentence. ",
        "[[f00001 folded 3 tokens]] ",
        "[[1:f00002",
        "[[status f00001 visible]]",
        "\n\n",
        "\n",
        "e\u0301\u0301 ",
        "日本語。",
        "why? ",
        "\x00",
        "word" * 40,
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)
IDS = st.integers(0, 12).map(lambda number: f"f{number:05x}")
KINDS = ["size", "message", "headings", "paragraphs", "lines", "sentences", "code", "json", "markers"]
HOWS = ["exact", "any_case", "pattern", "ranked", "fuzzy"]


class Sessions(RuleBasedStateMachine):
    """One session; its events are kept, so that they can be replayed."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = WorkingMemory()
        self.log: list[list[Event]] = []
        self.originals: list[str] = []

    def commit(self, events: list[Event]) -> None:
        """Apply events, and keep them."""
        for event in events:
            if isinstance(event, MessagesAppended):
                self.originals += [message.json for message in event.messages]
        self.memory = self.memory.commit(events)
        self.log.append(events)

    @rule(text=TEXTS, role=st.sampled_from(["user", "assistant", "system"]))
    def say(self, text: str, role: str) -> None:
        """A message arrives."""
        self.commit([append(self.memory, [Message.of({"role": role, "content": text})], COUNTER)])

    @rule(texts=st.lists(TEXTS, max_size=3))
    def say_in_parts(self, texts: list[str]) -> None:
        """A message of several parts arrives, with one that is no text."""
        parts = [{"type": "text", "text": text} for text in texts] + [{"type": "image_url", "image_url": {"url": "x"}}]
        self.commit([append(self.memory, [Message.of({"role": "user", "content": parts, "x": 1.0})], COUNTER)])

    @rule(ids=st.lists(st.sampled_from(["a", "", "b"]), min_size=1, max_size=3), text=TEXTS)
    def use_tools(self, ids: list[str], text: str) -> None:
        """An inner step arrives, with parallel calls of empty and equal ids."""
        said = Message.assistant(None, [ToolCall(id_, "look", "{}") for id_ in ids])
        results = [Message.tool(id_, text) for id_ in ids]
        self.commit([append(self.memory, [said, *results], COUNTER, "step")])

    @rule(tool=st.sampled_from(["fold_fragment", "restore_fragment", "no_such_tool"]), data=st.data())
    def change(self, tool: str, data: st.DataObject) -> None:
        """A fragment is folded or restored, if there is one."""
        self.call(tool, json.dumps({"fragment_id": data.draw(self.some_id())}))

    @rule(data=st.data(), summary=st.sampled_from(["", "short", "[[f00001 folded 1 tokens]]", "long " * 2000]))
    def summarise(self, data: st.DataObject, summary: str) -> None:
        """A fragment is summarised, if there is one."""
        self.call(
            "summarize_fragment", json.dumps({"fragment_id": data.draw(self.some_id()), "focus": "colours"}), summary
        )

    def some_id(self) -> st.SearchStrategy[str]:
        """Give ids, known ones as a rule."""
        return st.one_of(st.sampled_from([*self.memory.fragments, "f00001"]), IDS)

    @rule(lines=st.integers(2, 40), first=st.integers(0, 39), count=st.integers(0, 39), number=st.integers(1, 9))
    def say_and_cut(self, lines: int, first: int, count: int, number: int) -> None:
        """A message of lines that occur only once arrives, and a stretch of them is cut."""
        text = "".join(f"line {len(self.originals)}.{line}; all of it is new. " for line in range(lines))
        self.commit([append(self.memory, [Message.user(text)], COUNTER)])
        start, end = f"line {len(self.originals) - 1}.{first};", f"line {len(self.originals) - 1}.{first + count};"
        self.call("fragment_context", json.dumps({"start_marker": start, "end_marker": end, "num_fragments": number}))

    @rule(start=PIECES, end=PIECES, number=st.integers(0, 7), role=st.sampled_from(["user", "assistant", "all", "me"]))
    def cut(self, start: str, end: str, number: int, role: str) -> None:
        """Text is cut between markers that may be absent, repeated or in different messages."""
        arguments = {"start_marker": start, "end_marker": end, "num_fragments": number, "role": role}
        self.call("fragment_context", json.dumps(arguments))

    @precondition(lambda self: self.memory.entries)
    @rule(data=st.data(), number=st.integers(1, 6))
    def cut_exactly(self, data: st.DataObject, number: int) -> None:
        """A stretch of some message is cut, quoted whole so that its markers are often unique."""
        message = data.draw(st.sampled_from(self.memory.messages))
        if message.texts and message.texts[0]:
            start = data.draw(st.integers(0, len(message.texts[0]) - 1))
            stop = data.draw(st.integers(start + 1, len(message.texts[0])))
            text = message.texts[0][start:stop]
            arguments = {"start_marker": text, "end_marker": text, "num_fragments": number, "role": "all"}
            self.call("fragment_context", json.dumps(arguments))

    @rule(query=PIECES, role=st.sampled_from(["user", "all"]), number=st.integers(1, 50))
    def search(self, query: str, role: str, number: int) -> None:
        """Text is searched, and a match looked at."""
        self.call("search_context", json.dumps({"query": query, "role": role, "max_results": number}))
        self.call("get_search_detail", json.dumps({"search_id": "s00001"}))

    @rule(
        tool=st.sampled_from(["fold_fragments", "keep_only", "restore_fragments"]),
        data=st.data(),
        strict=st.booleans(),
    )
    def change_many(self, tool: str, data: st.DataObject, strict: bool) -> None:
        """Fragments are folded, kept or restored in a batch of ids and ranges, but for some."""
        ranges = st.tuples(self.some_id(), self.some_id()).map("-".join)
        choices = st.lists(st.one_of(self.some_id(), ranges, st.just("all")), min_size=1, max_size=3)
        arguments: dict[str, object] = {"fragments": data.draw(choices)}
        if tool != "keep_only":
            arguments["but"] = data.draw(st.one_of(st.just([]), choices))
        if tool != "restore_fragments":
            arguments["strict"] = strict
        self.call(tool, json.dumps(arguments))

    @rule(by=st.sampled_from(KINDS), messages=st.sampled_from(["", "1", "1-3", "2-", "9"]), data=st.data())
    def cut_by_structure(self, by: str, messages: str, data: st.DataObject) -> None:
        """Text is cut by structure or size: of messages, in a fragment, or between markers."""
        where = data.draw(st.sampled_from(["messages", "fragment", "markers"]))
        arguments: dict[str, object] = {"by": by}
        if where == "messages":
            arguments["messages"] = messages
        elif where == "fragment":
            arguments["fragment"] = data.draw(self.some_id())
        if where == "markers" or by == "markers":
            arguments |= {"start_marker": data.draw(PIECES), "end_marker": data.draw(PIECES)}
        if by not in {"markers", "message"} and data.draw(st.booleans()):
            arguments["tokens"] = data.draw(st.integers(20, 100))
        self.call("cut_context", json.dumps(arguments))

    @rule(queries=st.lists(PIECES, min_size=1, max_size=3), how=st.sampled_from(HOWS), data=st.data())
    def find(self, queries: list[str], how: str, data: st.DataObject) -> None:
        """Several texts are searched at once, in some places and some order."""
        order = data.draw(st.sampled_from(["auto", "newest", "oldest", "best"]))
        where = data.draw(st.sampled_from([{}, {"messages": "1-"}, {"roles": ["user"]}, {"fragments": ["f00001"]}]))
        self.call("find_in_context", json.dumps({"queries": queries, "how": how, "order": order, **where}))

    @rule(tokens=st.integers(1, 500))
    def ask_what_to_fold(self, tokens: int) -> None:
        """Suggestions are asked for; they change nothing."""
        before = self.memory
        self.call("suggest_folds", json.dumps({"tokens": tokens}))
        assert self.memory == before

    @rule(arguments=st.sampled_from(["", "[]", "{", "null", '{"fragment_id": 3}', "[" * 100_000]))
    def call_wrongly(self, arguments: str) -> None:
        """Arguments come that are none."""
        self.call("fold_fragment", arguments)

    @rule(budget=st.integers(1, 3000), sighted=st.booleans())
    def fit(self, budget: int, sighted: bool) -> None:
        """The view is made to fit a budget, if that can be, with the status block or without."""
        try:
            events = fit(self.memory, budget, COUNTER, sighted=sighted)
        except OverBudget:
            return
        if events:
            self.commit(list(events))
        assert view(self.memory, Sight(budget, COUNTER) if sighted else None).tokens(COUNTER) <= budget

    @precondition(lambda self: self.memory.asking is not None)
    @rule(text=TEXTS)
    def rewrite(self, text: str) -> None:
        """The asking part gets a rewrite."""
        assert self.memory.asking is not None
        self.commit([QueryRewritten(self.memory.asking.span, text, "d1")])

    def call(self, tool: str, arguments: str, summary: str = "") -> None:
        """Call a tool; refused, it changes nothing."""
        before = self.memory
        try:
            outcome = REGISTRY.call(self.memory, tool, arguments, Inputs(COUNTER, summary))
        except ToolRefused:
            assert self.memory == before
            return
        if outcome.events:
            self.commit(list(outcome.events))

    @invariant()
    def originals_never_change(self) -> None:
        """Every message is byte for byte what arrived."""
        assert [message.json for message in self.memory.messages] == self.originals

    @invariant()
    def the_view_keeps_messages_and_pairs(self) -> None:
        """The view has the conversation's messages in number and order, and its calls keep their results."""
        seen = view(self.memory).messages
        shape = [(m.role, m.tool_calls, m.tool_call_id, len(m.texts)) for m in self.memory.messages]
        assert [(m.role, m.tool_calls, m.tool_call_id, len(m.texts)) for m in seen] == shape
        check_complete(seen)

    @invariant()
    def nothing_hidden_means_unchanged(self) -> None:
        """Without hidden text and rewrite the view is the conversation."""
        if not any(self.memory.hidden_slots.values()) and self.memory.rewrite is None:
            assert view(self.memory).messages == self.memory.messages

    @invariant()
    def restoring_all_gives_the_original(self) -> None:
        """With every fragment restored the view is the conversation, the rewrite aside."""
        hidden = tuple(id_ for id_, fragment in self.memory.fragments.items() if fragment.hidden)
        restored = view(self.memory.commit([FragmentsRestored(hidden)])).messages
        for index, (shown, original) in enumerate(zip(restored, self.memory.messages, strict=True)):
            rewritten = self.memory.rewrite is not None and self.memory.rewrite.span.message == index
            assert rewritten or shown.json == original.json

    @invariant()
    def pinned_text_is_visible(self) -> None:
        """System messages and the asking part, or its rewrite, stand in the view whole."""
        seen = view(self.memory).messages
        for index, message in enumerate(self.memory.messages):
            if message.role == "system":
                assert seen[index].text.startswith(message.text)
        if self.memory.asking is not None:
            span = self.memory.asking.span
            rewrite = self.memory.rewrite
            shown = rewrite.text if rewrite is not None else self.memory.text(span)
            assert shown in seen[span.message].texts[span.slot]

    @invariant()
    def no_text_looks_like_a_true_marker(self) -> None:
        """No original, summary or rewrite has a marker of the session's fence."""
        texts = [text for message in self.memory.messages for text in (message.json, *message.texts)]
        texts += [fragment.summary for fragment in self.memory.fragments.values()]
        assert self.memory.fence not in taken_fences(texts)

    @invariant()
    def true_markers_carry_the_fence(self) -> None:
        """What has the fence in the view is a marker of hidden text, or the one status line; without those, nothing."""
        opening = f"[[{self.memory.fence}:" if self.memory.fence else "[["
        texts = [text for message in view(self.memory).messages for text in message.texts]
        found = [match for text in texts for match in re.findall(re.escape(opening) + "(status|f[0-9a-f]{5})", text)]
        hidden = {id_ for id_, fragment in self.memory.fragments.items() if fragment.hidden}
        assert found.count("status") == bool(hidden)
        assert {id_ for id_ in found if id_ != "status"} <= hidden
        assert bool(hidden) == bool(set(found) - {"status"})

    @invariant()
    def the_status_block_is_small_and_alone(self) -> None:
        """It takes 2% of the budget, or 64 tokens, and changes nothing but the tail of the view."""
        sight = Sight(6000, COUNTER)
        plain, seen = view(self.memory).messages, view(self.memory, sight).messages
        if not self.memory.fragments:
            assert seen == plain
            return
        (differs,) = [index for index, (a, b) in enumerate(zip(plain, seen, strict=True)) if a != b]
        opening = f"\n\n[[{self.memory.fence}:status" if self.memory.fence else "\n\n[[status"
        before = plain[differs].texts[-1]
        before = before.rpartition(opening)[0] if opening in before else before
        said, _, block = seen[differs].texts[-1].rpartition(opening)
        assert said == before
        assert COUNTER.count(opening.strip() + block) <= 120

    @invariant()
    def fragments_are_laminar(self) -> None:
        """Two fragments are apart, or one lies inside the other."""
        spans = [fragment.span for fragment in self.memory.fragments.values()]
        for number, span in enumerate(spans):
            for other in spans[:number]:
                assert not span.overlaps(other) or span.contains(other) or other.contains(span)

    @invariant()
    def events_replay(self) -> None:
        """The events, through JSON and back, give the same working memory."""
        replayed = WorkingMemory()
        for events in self.log:
            records = json.loads(json.dumps([event_to_dict(event) for event in events]))
            replayed = replayed.commit([event_from_dict(record, self.memory.messages) for record in records])
        assert replayed == self.memory


Sessions.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestSessions = pytest.mark.timeout(120)(Sessions.TestCase)
