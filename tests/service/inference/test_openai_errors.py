"""Every error class of openai and httpx2 has a place in our tree, and a refusal is told by its status and its words."""

import inspect
from collections.abc import Iterator
from types import ModuleType

import httpx2
import openai
import openai._exceptions
import openai._response
import pytest
from httpx2 import _exceptions as httpx2_exceptions
from hypothesis import given
from hypothesis import strategies as st

from riffler.errors import EngineBusy, EngineFailed, EngineGarbled, EngineRejected, EngineTimeout, EngineUnavailable
from riffler.service.inference.openai_errors import (
    LEAVES,
    UNREACHABLE,
    foreign_errors,
    from_error_object,
    translate,
)

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def error_classes(module: ModuleType) -> Iterator[type[Exception]]:
    """Give the error classes that a module shows or defines; private ones and warnings are left out."""
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if issubclass(cls, Exception) and not issubclass(cls, Warning) and not cls.__name__.startswith("_"):
            yield cls


CLASSES = sorted(
    {
        cls
        for module in (openai, openai._exceptions, openai._response, httpx2, httpx2_exceptions)
        for cls in error_classes(module)
        if cls.__module__.split(".")[0] in {"openai", "httpx2"}
    },
    key=lambda cls: (cls.__module__, cls.__name__),
)


def refusal(status: int, body: object) -> openai.APIStatusError:
    """Make what the library raises for a status."""
    return openai.APIStatusError("refused", response=httpx2.Response(status, request=REQUEST), body=body)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_class_is_named(cls: type[Exception]) -> None:
    """A class that a new version of a library brings has to be given its place here."""
    assert cls.__name__ in LEAVES or cls.__name__ in UNREACHABLE


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if cls.__name__ in LEAVES], ids=lambda cls: cls.__name__)
def test_every_named_class_is_caught(cls: type[Exception]) -> None:
    """What has a place in the table is also what the engine's `except` clause names."""
    assert issubclass(cls, foreign_errors())


def test_the_libraries_were_found() -> None:
    """The enumeration sees both libraries: a rename of a module can't empty it."""
    names = {cls.__name__ for cls in CLASSES}
    assert {"RateLimitError", "APITimeoutError", "ReadTimeout", "RemoteProtocolError", "InvalidURL"} <= names
    assert names >= UNREACHABLE


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (304, EngineGarbled),
        (400, EngineRejected),
        (401, EngineRejected),
        (402, EngineRejected),
        (403, EngineRejected),
        (404, EngineRejected),
        (408, EngineTimeout),
        (409, EngineBusy),
        (413, EngineRejected),
        (422, EngineRejected),
        (429, EngineBusy),
        (500, EngineUnavailable),
        (502, EngineUnavailable),
        (503, EngineBusy),
        (504, EngineUnavailable),
        (529, EngineBusy),
    ],
)
def test_a_refusal_goes_by_its_status(status: int, leaf: type[EngineFailed]) -> None:
    """Each status has one leaf, and the text has the status and the server's words."""
    failed = translate(refusal(status, {"message": "no such thing"}), "engine", answering=False)
    assert type(failed) is leaf
    assert str(failed).endswith(f"(status {status}): no such thing")


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "wait a while", "type": "overloaded_error"}},
        {"message": "wait a while", "code": "rate_limit_exceeded"},
    ],
)
def test_an_overloaded_server_is_busy_whatever_its_status(body: object) -> None:
    """A 5xx that says overloaded is a reason to wait, not an outage."""
    assert type(translate(refusal(500, body), "engine", answering=False)) is EngineBusy


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "wrong   size\nof it"}},
        {"message": "wrong size of it"},
        {"detail": "wrong size of it"},
        {"error": "wrong size of it"},
        "wrong size of it",
    ],
)
def test_the_servers_words_are_found_in_many_shapes(body: object) -> None:
    """OpenAI's shape, FastAPI's, a bare text: the words come in one line."""
    assert "wrong size of it" in str(translate(refusal(400, body), "engine", answering=False))


def test_a_long_page_is_cut() -> None:
    """A proxy's error page doesn't fill the screen."""
    assert len(str(translate(refusal(502, "<p>bad</p>" * 10_000), "engine", answering=False))) < 700


@pytest.mark.parametrize(
    ("cause", "before", "after"),
    [
        (httpx2.ConnectError("refused"), EngineUnavailable, EngineGarbled),
        (httpx2.ReadError("reset"), EngineUnavailable, EngineGarbled),
        (httpx2.RemoteProtocolError("cut"), EngineGarbled, EngineGarbled),
        (httpx2.DecodingError("no gzip"), EngineGarbled, EngineGarbled),
        (httpx2.LocalProtocolError("bad header"), EngineRejected, EngineRejected),
    ],
)
def test_a_lost_connection_goes_by_its_cause_and_by_when(
    cause: Exception, before: type[EngineFailed], after: type[EngineFailed]
) -> None:
    """A connection lost before the answer is an outage; after it began, an answer cut off."""
    exc = openai.APIConnectionError(request=REQUEST)
    exc.__cause__ = cause
    assert type(translate(exc, "engine", answering=False)) is before
    assert type(translate(exc, "engine", answering=True)) is after


@pytest.mark.parametrize("answering", [False, True])
def test_a_timeout_stays_one(answering: bool) -> None:
    """A silence is a timeout before and during the answer."""
    exc = openai.APITimeoutError(request=REQUEST)
    exc.__cause__ = httpx2.ReadTimeout("")
    assert type(translate(exc, "engine", answering)) is EngineTimeout


@pytest.mark.parametrize(
    ("error", "leaf"),
    [
        ({"message": "too long", "code": 400}, EngineRejected),
        ({"message": "later", "code": "429"}, EngineBusy),
        ({"message": "later", "type": "overloaded_error"}, EngineBusy),
        ({"message": "broken", "code": None}, EngineUnavailable),
        ({}, EngineUnavailable),
        ("broken", EngineUnavailable),
    ],
)
def test_an_error_object_goes_by_its_code(error: object, leaf: type[EngineFailed]) -> None:
    """An error in the place of an answer is told as one with a status would be."""
    assert type(from_error_object(error, "engine")) is leaf


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["error", "code", "message"]), inner),
    max_leaves=8,
)


@given(JSON, st.integers(100, 999))
def test_any_body_is_told_in_one_short_line(body: object, status: int) -> None:
    """No body that a server can send breaks the translation."""
    for failed in (translate(refusal(status, body), "engine", answering=False), from_error_object(body, "engine")):
        assert isinstance(failed, EngineFailed)
        assert str(failed).splitlines() == [str(failed)]
        assert len(str(failed)) < 700


@pytest.mark.parametrize(
    "body", [{"error": {"message": "the secret text"}}, "the secret text", {"detail": "the secret text"}]
)
def test_the_servers_words_are_for_who_asked(body: object) -> None:
    """A server that repeats the request is quoted to the caller; what is logged and kept has our words alone."""
    for said in (translate(refusal(400, body), "the engine", False), from_error_object(body, "the engine")):
        assert "the secret text" in str(said)
        assert "secret" not in said.loggable
        assert "the engine" in said.loggable
