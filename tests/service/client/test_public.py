"""What an app can name: `riffler.client` has all that methods give, and all that they raise."""

import inspect
import typing
from collections.abc import Iterator

import pytest

import riffler.client as public
from riffler.errors import RifflerError
from riffler.service.client import errors, refusing

FACES = [public.Client, public.AsyncClient, public.AnswerStream, public.AsyncAnswerStream, public.Answer]


def named_in(hint: object) -> Iterator[type]:
    """Give the client's own classes that a type is made of."""
    parts = typing.get_args(hint)
    for part in (typing.get_origin(hint), hint):
        if inspect.isclass(part) and part.__module__.startswith("riffler.service.client"):
            yield part
    for part in parts:
        yield from named_in(part)


def given_by(face: type) -> set[type]:
    """Give the classes of what the methods that return a reply give."""
    found: set[type] = set()
    for name, method in inspect.getmembers(face, inspect.isfunction):
        inside = name.startswith("_") or name in {"send", "opened", "tries", "from_client", "tag"}
        if inside or not method.__module__.startswith("riffler."):
            continue
        module = vars(inspect.getmodule(method))
        found |= set(named_in(typing.get_type_hints(method, module).get("return")))
    return found


@pytest.mark.parametrize("face", FACES)
def test_what_methods_give_is_public(face: type) -> None:
    """A new operation brings the class of its reply there."""
    given = given_by(face)
    assert given
    assert {each.__name__ for each in given} <= set(public.__all__)


def test_what_is_raised_is_public() -> None:
    """Each kind of error that the client has can be caught by its name."""
    kinds = {
        name
        for module in (errors, refusing)
        for name, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, RifflerError) and each is not RifflerError
    }
    assert "Refused" in kinds
    assert kinds <= set(public.__all__)
    assert all(hasattr(public, name) for name in public.__all__)
