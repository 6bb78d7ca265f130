"""The tools' schemas against the paper's table, and a registry of one's own."""

import json
from typing import Any

import pytest

from riffler.errors import InvalidArguments, UnknownTool
from riffler.tools.memory import WorkingMemory
from riffler.tools.registry import PAPER, Registry
from riffler.tools.tokens import EstimatedTokens
from riffler.tools.tool import Inputs

ROLE = {"default": "user", "enum": ["user", "assistant", "all"], "type": "string"}


def number(default: int, least: int, most: int) -> dict[str, Any]:
    """Give the schema of a whole number."""
    return {"default": default, "minimum": least, "maximum": most, "type": "integer"}


ID = {"pattern": r"^f[0-9a-f]{5}$", "type": "string"}
TEXT = {"minLength": 1, "type": "string"}
TABLE: dict[str, tuple[list[str], dict[str, Any]]] = {
    "fragment_context": (
        ["start_marker", "end_marker"],
        {"start_marker": TEXT, "end_marker": TEXT, "num_fragments": number(5, 1, 20), "role": ROLE},
    ),
    "fold_fragment": (["fragment_id"], {"fragment_id": ID}),
    "restore_fragment": (["fragment_id"], {"fragment_id": ID}),
    "summarize_fragment": (["fragment_id", "focus"], {"fragment_id": ID, "focus": {**TEXT, "maxLength": 500}}),
    "search_context": (
        ["query"],
        {"query": TEXT, "role": ROLE, "max_results": number(10, 1, 50), "context_size": number(200, 50, 1000)},
    ),
    "get_search_detail": (
        ["search_id"],
        {"search_id": {**ID, "pattern": r"^s[0-9a-f]{5}$"}, "extended_context": number(500, 100, 2000)},
    ),
}


def test_the_six_tools_are_the_papers() -> None:
    """Names, order, required arguments, defaults and ranges are the paper's, and other arguments are forbidden."""
    found = {}
    for schema in Registry().schemas():
        assert schema["type"] == "function"
        function = schema["function"]
        assert function["description"]
        assert function["parameters"].pop("additionalProperties") is False
        assert all(field.pop("description") for field in function["parameters"]["properties"].values())
        found[function["name"]] = (function["parameters"]["required"], function["parameters"]["properties"])
    assert found == TABLE
    assert list(found) == list(TABLE)


def test_schemas_are_made_once_a_registry() -> None:
    """A registry gives the same schemas each time, another one its own, and no title wastes tokens."""
    registry = Registry()
    assert registry.schemas() is registry.schemas()
    registry.schemas()[0]["function"]["parameters"].clear()
    assert Registry().schemas()[0]["function"]["parameters"]["properties"]
    assert '"title"' not in json.dumps(Registry().schemas())


@pytest.mark.parametrize("tool", PAPER, ids=lambda tool: tool.name)
@pytest.mark.parametrize("arguments", ["{", "[" * 100_000, "null", '"a"', '{"surprise": 1}'])
def test_every_tool_refuses_arguments_that_are_none(tool: Any, arguments: str) -> None:
    """The error begins with the tool's name."""
    with pytest.raises(InvalidArguments, match=f"^{tool.name}: "):
        Registry().call(WorkingMemory(), tool.name, arguments, Inputs(EstimatedTokens()))


def test_a_registry_has_only_its_tools() -> None:
    """A tool that isn't offered can't be called."""
    registry = Registry(PAPER[:1])
    with pytest.raises(UnknownTool, match="no tool 'fold_fragment': there are fragment_context$"):
        registry.order(WorkingMemory(), "fold_fragment", "{}")


def test_tools_are_given_in_their_order() -> None:
    """Those that it was made with, once each."""
    assert Registry(PAPER).tools == PAPER
