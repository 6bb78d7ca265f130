"""Dictionaries: our own, and files in the published form."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from riffler.errors import InvalidInput
from riffler.service.evaluation.dictionary import digest, own_dictionary, read_dictionary
from riffler.service.evaluation.pi_llm import PiLlm

GOOD: dict[str, Any] = {f"name {number}": [f"v{number}", f"v{number} b", f"c{number}"] for number in range(46)}


def test_our_own_has_the_published_shape() -> None:
    """46 keys with 400 values of one or two words each, none of them twice."""
    own = own_dictionary()
    values = [value for values in own.values() for value in values]
    assert len(own) == 46
    assert {len(values) for values in own.values()} == {400}
    assert len(set(values)) == len(values)
    assert all(re.fullmatch(r"\w+( \w+)?", term) for term in [*own, *values])
    assert 0.5 < sum(" " not in value for value in values) / len(values) < 0.7


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    """A file in the published form gives its own keys and values, and another digest than ours."""
    path = tmp_path / "words.json"
    path.write_text(json.dumps(GOOD))
    read = read_dictionary(path)
    assert read == {key: tuple(values) for key, values in GOOD.items()}
    assert digest(read) != digest(own_dictionary())
    case = PiLlm(read, (3,)).case({"keys": 46, "updates": 3}, 0)
    assert "name 7: v7 b; " in case.text
    assert case.score(case.newest_match()) == 1.0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "expected a JSON object of keys with lists of values"),
        (b"\xff\xfe\xff", "expected a JSON object"),
        (b"[1]", "expected an object of keys with lists of values, got a list"),
        ({"a": ["b"]}, "expected 46 keys, got 1"),
        (GOOD | {"name 3": "v"}, "key 'name 3': expected a list of values, got 'v'"),
        (GOOD | {"name 3": []}, "key 'name 3': expected values, got an empty list"),
        (GOOD | {"name 3": ["v3", 4]}, "key 'name 3': value 1: expected a text of one or two words, got 4"),
        (GOOD | {"name 3": ["one two three"]}, "key 'name 3': value 0: expected a text of one or two words"),
        (GOOD | {"name 3": ["V4"]}, "key 'name 4': value 0: 'v4' is a value of key 'name 3' already"),
        (GOOD | {"a: b": ["x"]}, "key 'a: b': expected one or two words"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, content: Any, words: str) -> None:
    """The error says which key it is, what came and what was expected."""
    path = tmp_path / "words.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(InvalidInput, match=f"^dictionary {re.escape(str(path))}: {re.escape(words)}"):
        read_dictionary(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The error names the file and why."""
    with pytest.raises(InvalidInput, match="none.json: No such file"):
        read_dictionary(tmp_path / "none.json")
