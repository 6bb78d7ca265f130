"""What strings may be in calls of our own tools, and that an app's are left alone."""

import json
from typing import Any

import pytest

from riffler.service.inference.chat.grammar import call_of
from riffler.service.inference.chat.nodes import advance, is_whole
from riffler.service.inference.chat.own_strings import strings_from
from riffler.tools.registry import EVERY_TOOL, Registry

TOOLS = Registry(EVERY_TOOL).schemas()
VIEW = ['f00001 The harbour is "nine" metres deep.\n', "s0001a in f0001b: größer", "f0000c"]


def may(name: str, arguments: Any, view: list[str], tools: Any = TOOLS) -> bool:
    """Tell whether a call may be written in a view."""
    written = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False).encode()
    return is_whole(advance(call_of(tools, strings_from(view)), written))


@pytest.mark.parametrize(
    ("name", "arguments", "holds"),
    [
        ("fold_fragment", {"fragment_id": "f0001b"}, True),
        ("fold_fragment", {"fragment_id": "f0001c"}, False),
        ("get_search_detail", {"search_id": "s0001a"}, True),
        ("get_search_detail", {"search_id": "s0001b"}, False),
        ("fold_fragments", {"fragments": ["f00001", "f0000c-f0001b"], "but": ["f0001b"]}, True),
        ("fold_fragments", {"fragments": ["all"]}, True),
        ("fold_fragments", {"fragments": ["f00001-f0000d"]}, False),
        ("fold_fragments", {"fragments": ["f00001-all"]}, False),
        ("fold_fragments", {"fragments": []}, False),
        ("cut_context", {"fragment": "f0000c", "by": "lines"}, True),
        ("cut_context", {"fragment": "all"}, False),
        ("fragment_context", {"start_marker": 'The harbour is "nine"', "end_marker": "deep.\n"}, True),
        ("fragment_context", {"start_marker": "The harbor", "end_marker": "deep"}, False),
        ("fragment_context", {"start_marker": "", "end_marker": "deep"}, False),
        ("fragment_context", {"start_marker": "deep.\ns0001a", "end_marker": "deep"}, False),
        ("find_in_context", {"queries": ["depth", "größer"], "how": "ranked"}, True),
        ("find_in_everything", {"queries": ["depth"]}, False),
    ],
)
def test_ids_exist_and_quotes_are_copied(name: str, arguments: dict[str, Any], holds: bool) -> None:
    """An id is one of the view; a marker stands in one of its texts; a tool is one on offer; a query is free."""
    assert may(name, arguments, VIEW) is holds


def test_a_quote_ends_between_characters_only() -> None:
    """Not within an escape, nor within the bytes of a letter."""
    head = b'{"name": "fragment_context", "arguments": {"start_marker": "'
    begun = advance(call_of(TOOLS, strings_from(VIEW)), head)
    assert advance(begun, 'größer"'.encode())
    assert not advance(begun, 'grö"'.encode()[:-2] + b'"')
    assert not advance(begun, b'is \\", "end')
    assert not advance(begun, "ö".encode()[1:])
    other = advance(call_of(TOOLS, strings_from(["a\nb"])), head)
    assert not advance(other, b"n")  # of the line's end, which is no n
    assert advance(other, b'\\nb"')


def test_nothing_to_copy_is_no_dead_end() -> None:
    """Where a view has no text, a marker may be any."""
    head = b'{"name": "fragment_context", "arguments": {"start_marker": "'
    assert advance(call_of(TOOLS, strings_from([""])), head + b"a")


RANGE = ["[[f0000e-f00013 folded 6 fragments 900 tokens]]\n[[status f00001-f0000d visible; f00021-f00020 folded]]"]


@pytest.mark.parametrize(
    ("id_", "holds"),
    [
        ("f00001", True),
        ("f00005", True),
        ("f0000d", True),
        ("f00010", True),
        ("f00013", True),
        ("f00014", False),
        ("f00000", False),
        ("f00020", True),
        ("f0001f", False),
        ("f0000D", False),
        ("f0000", False),
    ],
)
def test_a_range_in_view_tells_of_all_ids_within(id_: str, holds: bool) -> None:
    """Neighbours share one marker and one place in the status line; a range that runs backwards is its two ends."""
    assert may("fold_fragment", {"fragment_id": id_}, RANGE) is holds
    assert may("fold_fragments", {"fragments": [id_]}, RANGE) is holds


@pytest.mark.parametrize(("id_", "holds"), [("f00007", True), ("the harbour", False), ("s00007", False)])
def test_where_a_view_has_no_id_any_of_its_form_may_come(id_: str, holds: bool) -> None:
    """So that a call that is begun can be ended; the tool then says that there are none."""
    assert may("fold_fragment", {"fragment_id": id_}, ["The harbour s00001"]) is holds


def app_tool(name: str = "book", **properties: Any) -> list[dict[str, Any]]:
    """Give an app's own tool."""
    return [{"type": "function", "function": {"name": name, "parameters": {"properties": properties}}}]


@pytest.mark.parametrize(
    "pattern", [r"^\d{4}-\d{2}-\d{2}$", r"^f[0-9a-f]{5}$", r"^(\w+)+!$", r"\p{L}", "(", 7], ids=str
)
def test_an_apps_pattern_is_never_looked_for_in_the_view(pattern: Any) -> None:
    """A value needn't stand there; nor can a pattern that backtracks for ever, or none, do harm."""
    tool = app_tool(day={"type": "string", "pattern": pattern})
    assert may("book", {"day": "tomorrow"}, ["2026-11-27 f00001 " + "a" * 60], tool)


@pytest.mark.parametrize("name", ["start_marker", "fragment", "fragments", "but"])
@pytest.mark.parametrize("tool", ["book", "fold_fragments"])
def test_an_apps_properties_are_free_whatever_they_are_called(tool: str, name: str) -> None:
    """Also where its tool is called as one of ours."""
    assert may(tool, {name: "anything"}, VIEW, app_tool(tool, **{name: {"type": "string"}}))
