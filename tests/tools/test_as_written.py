"""Arguments as models write them are taken where they can mean only one thing, else refused in plain words."""

import json
from typing import Any

import pytest

from riffler.errors import ToolRefused
from riffler.tools.as_written import MOST_CHOICES
from riffler.tools.carve.cut_context import CutContext
from riffler.tools.carve.find_in_context import FindInContext
from riffler.tools.carve.fold_fragments import FoldFragments
from riffler.tools.memory import WorkingMemory
from riffler.tools.registry import EVERY_TOOL, Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs

REGISTRY = Registry(EVERY_TOOL)


def refusal(tool: str, **arguments: Any) -> str:
    """Call a tool on an empty session, and give the refusal."""
    with pytest.raises(ToolRefused) as caught:
        REGISTRY.call(WorkingMemory(), tool, json.dumps(arguments), Inputs(EstimatedTokens()))
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("f00001", ("f00001",)),
        ("all", ("all",)),
        (" F0000A , f00003 - f00019", ("f0000a", "f00003-f00019")),
        (["f00001,f00002", "F00003–F00004"], ("f00001", "f00002", "f00003-f00004")),
        ('["f00001", "f00002"]', ("f00001", "f00002")),
        ("[f00001, f00002]", ("f00001", "f00002")),
    ],
)
def test_ids_are_taken(written: Any, meant: tuple[str, ...]) -> None:
    """One text for a list, commas, blanks, capitals, dashes, and a list that was written as a text."""
    assert FoldFragments.model_validate({"fragments": written, "but": written}).fragments == meant
    assert FoldFragments.model_validate({"fragments": written, "but": written}).but == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [(3, "3"), ([3, "5-6"], "3,5-6"), ("2-9", "2-9"), ("All", ""), ([], "")],
)
def test_positions_are_taken(written: Any, meant: str) -> None:
    """A number, or a list, stands for what a text would say."""
    assert CutContext.model_validate({"messages": written}).messages == meant


def test_other_lists_are_taken() -> None:
    """One role or one query stands for a list of it; a query is never parted."""
    assert CutContext.model_validate({"roles": "User", "fragment": " F00001 "}).roles == ("user",)
    assert CutContext.model_validate({"fragment": " F00001 "}).fragment == "f00001"
    assert FindInContext.model_validate({"queries": "one, two", "roles": "user, tool"}).roles == ["user", "tool"]
    assert FindInContext.model_validate({"queries": "one, two"}).queries == ["one, two"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('["one, two", "three"]', ["one, two", "three"]),
        ("[one]", ["[one]"]),
        ("[1, 2]", ["[1, 2]"]),
        ("[]", ["[]"]),
        ('"one"', ['"one"']),
    ],
)
def test_a_list_of_queries_may_be_written_as_a_text(written: str, meant: list[str]) -> None:
    """JSON of a list of texts is that list; any other text is looked for as it is."""
    assert FindInContext.model_validate({"queries": written}).queries == meant


def test_null_is_left_out() -> None:
    """Null stands for an argument that isn't given, as many models write it."""
    assert "no fragment f00001" in refusal("fold_fragments", fragments=["f00001"], but=None, strict=None)
    assert refusal("fold_fragments", fragments=None) == "fold_fragments: fragments: is missing, and needed"
    assert "surprise: there is no such argument" in refusal("fold_fragments", fragments=["f00001"], surprise=None)


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("fold_fragments", {"fragments": 3}, 'fragments: expected a list such as ["f00001", "f00003-f00019"], got 3'),
        ("fold_fragments", {"fragments": [3]}, "fragments.0: expected a list such as"),
        ("fold_fragments", {"fragments": "f1"}, "or [\"all\"], got 'f1'"),
        ("fold_fragments", {"fragments": ["all"] * (MOST_CHOICES + 1)}, "at most 1000 ids or ranges, and 1001 came"),
        ("fold_fragments", {"fragments": "all", "strict": 7}, "strict: expected true or false, got 7"),
        ("fold_fragments", {"all": True}, "fragments: is missing, and needed"),
        ("cut_context", {"messages": True}, 'messages: expected a text such as "3", "2-9" or "5-", got True'),
        ("cut_context", {"messages": {"from": 3}}, "messages: expected a text such as"),
        ("cut_context", {"roles": 3}, 'roles: expected a list such as ["user", "tool"], got 3'),
        ("cut_context", {"roles": [3]}, "roles.0: expected 'user', 'assistant' or 'tool', got 3"),
        ("cut_context", {"fragment": 3}, 'fragment: expected one id such as "f0001a", got 3'),
        ("cut_context", {"fragment": "f1"}, "fragment: expected one id"),
        ("cut_context", {"tokens": "many"}, "tokens: expected a whole number, got 'many'"),
        ("cut_context", {"tokens": 20.5}, "tokens: expected a whole number, got 20.5"),
        ("cut_context", {"start_marker": 3}, "start_marker: expected a text, got 3"),
        ("find_in_context", {"queries": 3}, "queries: expected a list, got 3"),
        ("find_in_context", {"queries": []}, "queries: expected a list of at least 1, got []"),
        ("find_in_context", {"queries": [""]}, "queries.0: expected at least 1 character, got ''"),
        ("fold_fragment", {"fragment_id": "f1"}, "fragment_id: expected an id such as \"f0001a\", got 'f1'"),
        ("get_search_detail", {"search_id": "f00001"}, 'search_id: expected an id such as "s0001a"'),
    ],
)
def test_refusals_say_what_was_expected(tool: str, arguments: dict[str, Any], words: str) -> None:
    """The field, what was expected in words that a model knows, and what came."""
    said = refusal(tool, **arguments)
    assert said.startswith(f"{tool}: ")
    assert words in said
    assert "valid tuple" not in said


@pytest.mark.parametrize("tool", EVERY_TOOL, ids=lambda tool: tool.name)
def test_no_refusal_speaks_of_python(tool: Any) -> None:
    """Whatever comes for any argument, no refusal has the checker's own words."""
    said: list[str] = []
    for name in tool.arguments.model_fields:
        for value in (3, -1, 10**9, 1.5, "", "x" * 3000, [], {}, [{}], True, ["x"] * 2000):
            try:
                REGISTRY.call(WorkingMemory(), tool.name, json.dumps({name: value}), Inputs(EstimatedTokens()))
            except ToolRefused as refused:
                said.append(str(refused))
    assert said
    assert [words for words in said if "should" in words or "Input" in words] == []
