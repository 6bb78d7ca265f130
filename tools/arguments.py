"""Arguments of a tool, read from what a model or a client wrote; what is wrong is told so that they can act on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from riffler.errors import InvalidArguments
from riffler.tools.fragments import FRAGMENT_ID, SEARCH_ID

A = TypeVar("A", bound=BaseModel)

_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "expected a text",
        "string_too_short": "expected at least {min_length} character",
        "string_too_long": "expected a text of at most {max_length} characters",
        "list_type": "expected a list",
        "tuple_type": "expected a list",
        "too_short": "expected a list of at least {min_length}",
        "too_long": "expected a list of at most {max_length}",
        "bool_type": "expected true or false",
        "bool_parsing": "expected true or false",
        "int_type": "expected a whole number",
        "int_parsing": "expected a whole number",
        "int_from_float": "expected a whole number",
        "greater_than_equal": "expected at least {ge}",
        "less_than_equal": "expected at most {le}",
        "literal_error": "expected {expected}",
    }
)
"""What was expected, by the kind of pydantic's error. Its own words speak of Python's types."""

_PATTERNS: Mapping[str, str] = MappingProxyType(
    {FRAGMENT_ID: 'expected an id such as "f0001a"', SEARCH_ID: 'expected an id such as "s0001a"'}
)

_OURS = "Value error, "
"""What pydantic puts before the words of a check of our own."""


def read_arguments(name: str, shape: type[A], text: str) -> A:
    """Read a tool's arguments.

    Args:
        name: The tool, for complaints.
        shape: The class of its arguments.
        text: JSON text of them; empty is none.

    Returns:
        The arguments, checked. What is null is left out.

    Raises:
        InvalidArguments: They aren't valid JSON, or don't fit.
    """
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError) as exc:
        raise InvalidArguments(f"{name}: the arguments aren't valid JSON ({exc})") from exc
    if not isinstance(values, dict):
        raise InvalidArguments(f"{name}: expected a JSON object of arguments, got {type(values).__name__}")
    try:
        return shape.model_validate(_without_nulls(values, shape))
    except ValidationError as exc:
        raise InvalidArguments(f"{name}: {_words(exc, shape)}") from exc


def _words(error: ValidationError, shape: type[BaseModel]) -> str:
    """Say what is wrong with arguments, in words that a model can act on."""
    complaint = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in complaint["loc"])
    kind = complaint["type"]
    if kind == "missing":
        return f"{where}: is missing, and needed"
    if kind == "extra_forbidden":
        return f"{where}: there is no such argument: there are {', '.join(shape.model_fields)}"
    expected = _EXPECTED.get(kind)
    if kind == "string_pattern_mismatch":
        expected = _PATTERNS.get(complaint["ctx"]["pattern"])
    words = expected.format_map(complaint.get("ctx", {})) if expected else complaint["msg"].removeprefix(_OURS)
    if not where:  # of all arguments together, which needn't be repeated
        return words
    return f"{where}: {words}, got {complaint['input']!r:.80}"


def _without_nulls(values: dict[str, Any], shape: type[BaseModel]) -> dict[str, Any]:
    """Leave out what is null: that is how many models leave an argument out."""
    return {name: value for name, value in values.items() if value is not None or name not in shape.model_fields}
