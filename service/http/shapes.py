"""Shapes on the wire that are made of the dataclasses which are served: each field is described where it is defined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, create_model

_ATTRIBUTE = re.compile(r"^    (\w+): (.+(?:\n {5,}.+)*)", re.MULTILINE)


@cache
def shape_of(kind: type) -> type[BaseModel]:
    """Make the shape of a dataclass.

    Args:
        kind: The dataclass, whose docstring describes its attributes; so do those of others that it is made of.

    Returns:
        A model of the same fields, whose name ends with `Out`.
    """
    summary, _, attributes = (kind.__doc__ or "").partition("Attributes:\n")
    described = {name: _sentence(text) for name, text in _ATTRIBUTE.findall(_dedented(attributes))}
    hints = get_type_hints(kind)
    shaped: dict[str, Any] = {
        each.name: (_shaped(hints[each.name]), Field(description=described[each.name])) for each in fields(kind)
    }
    return create_model(f"{kind.__name__}Out", __doc__=_sentence(summary.partition("\n\n")[0]), **shaped)


def _shaped(kind: Any) -> Any:  # noqa: ANN401 - types of all sorts
    """Put shapes in the places of dataclasses in a type."""
    if is_dataclass(kind) and isinstance(kind, type):
        return shape_of(kind)
    origin = get_origin(kind)
    if origin is None or origin is Literal:
        return kind
    inner: Any = tuple(map(_shaped, get_args(kind)))
    made: Any = {UnionType: Union, Mapping: dict}.get(origin, origin)
    return made[inner]


def _dedented(text: str) -> str:
    return re.sub(r"^    ", "", text, flags=re.MULTILINE)


def _sentence(text: str) -> str:
    return " ".join(text.split()).replace("None", "null")  # as JSON calls it
