"""Documents with a parse for tests, from `parses.txt`: no trained pipeline is needed, and none can change them.

A document there is a line with `# ` and its text as JSON, and then a line for each token: word, lemma, class, tag,
dependency, distance to its head, features and white space after it, between tabs. They are in the labels of Universal
Dependencies, but for those with `ClearNLP` in the line.
"""

import json
from functools import cache
from pathlib import Path

from spacy.tokens import Doc

from riffler.bandits.pipeline import load_pipeline, universal
from riffler.bandits.query import Query
from riffler.bandits.remembered import Remembered
from riffler.errors import RewriteFailed

_FILE = Path(__file__).parent / "parses.txt"
_VOCAB = load_pipeline("blank").vocab


def doc(text: str) -> Doc:
    """Give a document that the file has."""
    return universal(_made(_blocks()[text]))


def query(text: str, *before: str) -> Query:
    """Give a query with what went before it; what the file hasn't got can't be parsed."""
    return Query(text, doc(text), Remembered(before, _parse) if before else None)


def _parse(text: str) -> Doc:
    try:
        return doc(text)
    except KeyError as exc:
        raise RewriteFailed("no parse") from exc


def _made(lines: list[str]) -> Doc:
    rows = [line.split("\t") for line in lines]
    return Doc(
        _VOCAB,
        words=[row[0].replace("\\n", "\n") for row in rows],
        lemmas=[row[1] for row in rows],
        pos=[row[2] for row in rows],
        tags=[row[3] for row in rows],
        deps=[row[4] for row in rows],
        heads=[number + int(row[5]) for number, row in enumerate(rows)],
        morphs=[row[6] for row in rows],
        spaces=[row[7] == "+" for row in rows],
    )


@cache
def _blocks() -> dict[str, list[str]]:
    blocks: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("# "):
            lines = blocks[json.loads(line.removeprefix("# ").removesuffix(" ClearNLP"))] = []
        elif line:
            lines.append(line)
    return blocks
