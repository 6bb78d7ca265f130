"""The labelled queries and the pairs for the guard: whole, and as their README says."""

import json
import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any

FOLDER = files("riffler.service.evaluation").joinpath("labelled")
DEFINITIONS = tomllib.loads(files("riffler.bandits.features").joinpath("definitions.toml").read_text("utf-8"))
BINARY = [name for name, each in DEFINITIONS.items() if each["group"] not in {"reading", "session"}]


def rows(name: str) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line."""
    return [json.loads(line) for line in FOLDER.joinpath(name).read_text("utf-8").splitlines()]


def test_each_feature_is_defined() -> None:
    """Seventeen have a test that decides, and three examples of each side; three are numbers, with highs and lows."""
    assert len(BINARY) == 17
    for each in DEFINITIONS.values():
        sides = ("high", "low") if each["group"] == "reading" else ("positive", "negative")
        assert each.keys() == {"group", "definition", "test", *sides}
        assert [len(set(each[side])) for side in sides] == [3, 3]


def test_queries_are_labelled_once() -> None:
    """640 different queries, the last third for the final figures, with labels that are defined, in their order."""
    queries = rows("queries.jsonl")
    assert [row["id"] for row in queries] == [f"q{number:03}" for number in range(1, 641)]
    assert len({row["query"] for row in queries}) == 640
    assert Counter(row["part"] for row in queries) == {"dev": 427, "final": 213}
    for row in (*queries, *rows("again.jsonl")):
        assert row["present"] == [name for name in BINARY if name in row["present"]]
    present = Counter(name for row in queries for name in row["present"])
    assert min(present[name] for name in BINARY) >= 45
    final = {row["id"] for row in queries if row["part"] == "final"}
    assert len({row["id"] for row in rows("again.jsonl")} & final) == 107


def test_pairs_are_faithful_or_damaged_in_one_way() -> None:
    """At least 300 of each, all different; what is damaged is of the kinds that the guard promises to catch."""
    pairs = rows("rewrites.jsonl")
    assert len({(row["query"], row["rewrite"]) for row in pairs}) == len(pairs) == 660
    assert Counter(row["faithful"] for row in pairs) == {True: 330, False: 330}
    assert all((row["damage"] is None) == row["faithful"] for row in pairs)
    assert Counter(row["damage"] for row in pairs if not row["faithful"]) == dict.fromkeys(
        "number date name negation quote unit constraint type language length".split(), 33
    )
