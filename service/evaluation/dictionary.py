"""Keys with their values for update streams: our own, or a file in the form that PI-LLM publishes.

That form is a JSON object of 46 keys, each with a list of values of one or two words, none of them under two keys.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from riffler.errors import InvalidInput
from riffler.service.evaluation.words import draw_word

KEYS = 46
"""How many keys a case tracks."""
_VALUES = 400
"""Of each of our own keys: as many as the published evaluation's longest stream has updates."""

_NAMES = """
harbour, lantern, orchard, saddle, kettle, parade, chapel, lagoon, quarry, meadow, anvil, beacon, cradle,
dialect, ember, falcon, glacier, hammock, inlet, jigsaw, kiosk, ledger, magnet, nursery, outpost, pulley, quilt,
rampart, sextant, tavern, uniform, valley, walnut, yeast, zipper, ferry, night shift, stone wall, winter coat,
river mouth, garden gate, paper mill, copper wire, signal tower, market day, harvest moon
"""
_SCORABLE = re.compile(r"\w+(?:\s+\w+)?")
"""What the source's parser can read as a key or a value: one word, or two."""

Dictionary = Mapping[str, tuple[str, ...]]


@cache
def own_dictionary() -> Dictionary:
    """Make our own dictionary. It is always the same: the seed of an evaluation draws from it, and doesn't change it.

    Returns:
        46 keys with 400 values each; about six in ten are one word, the others two. No value stands twice.
    """
    names = [name.strip() for name in _NAMES.split(",")]
    rng = random.Random(46_400)  # noqa: S311 - no secret
    taken = {word for name in names for word in name.split()}
    values: list[str] = []
    while len(values) < KEYS * _VALUES:
        value = draw_word(rng, rng.choice((2, 2, 3)))
        if rng.random() > 0.6:
            value += " " + draw_word(rng, rng.choice((1, 2)))
        if value not in taken:
            taken.add(value)
            values.append(value)
    return {name: tuple(values[at * _VALUES : (at + 1) * _VALUES]) for at, name in enumerate(names)}


def read_dictionary(path: Path) -> Dictionary:
    """Read a dictionary in the published form.

    Args:
        path: The file.

    Returns:
        The keys with their values, as they stand there.

    Raises:
        InvalidInput: It can't be read, or isn't in that form; the text says which key it is, and what came.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as exc:
        raise InvalidInput(f"dictionary {path}: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(
            f"dictionary {path}: expected a JSON object of keys with lists of values, got {exc}"
        ) from exc
    if not isinstance(value, dict):
        came = type(value).__name__
        raise InvalidInput(f"dictionary {path}: expected an object of keys with lists of values, got a {came}")
    if len(value) < KEYS:
        raise InvalidInput(f"dictionary {path}: expected {KEYS} keys, got {len(value)}")
    owners: dict[str, str] = {}
    for key, values in value.items():
        _check_key(path, key, values, owners)
    return {key: tuple(values) for key, values in value.items()}


def check_updates(dictionary: Dictionary, updates: int) -> None:
    """Refuse more updates than a key has values: a value never comes twice.

    Args:
        dictionary: The keys with their values.
        updates: Of each key.

    Raises:
        InvalidInput: A key has fewer values; the text names it.
    """
    short = min(dictionary, key=lambda key: len(dictionary[key]))
    if len(dictionary[short]) < updates:
        raise InvalidInput(
            f"updates: expected at most {len(dictionary[short])}, got {updates}: key {short!r} of the dictionary has no"
            " more values"
        )


def digest(dictionary: Dictionary) -> str:
    """Name a dictionary by its content.

    Args:
        dictionary: The keys with their values.

    Returns:
        16 hex digits.
    """
    text = json.dumps({key: list(values) for key, values in dictionary.items()}, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _check_key(path: Path, key: str, values: Any, owners: dict[str, str]) -> None:  # noqa: ANN401 - of a file
    """Check one key, and note whose its values are."""
    where = f"dictionary {path}: key {key!r}"
    if not _SCORABLE.fullmatch(key):
        raise InvalidInput(f"{where}: expected one or two words: the score can't read another key in an answer")
    if not isinstance(values, list):
        raise InvalidInput(f"{where}: expected a list of values, got {values!r:.60}")
    if not values:
        raise InvalidInput(f"{where}: expected values, got an empty list")
    for at, value in enumerate(values):
        if not isinstance(value, str) or not _SCORABLE.fullmatch(value.strip()):
            raise InvalidInput(f"{where}: value {at}: expected a text of one or two words, got {value!r:.60}")
        owner = owners.setdefault(value.strip().lower(), key)
        if owner != key:
            raise InvalidInput(f"{where}: value {at}: {value!r} is a value of key {owner!r} already")
