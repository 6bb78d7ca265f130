"""What reading a query costs: the parse, the features beside it, each arm by rule, the guard.

    python benchmarks/queries.py --peer .peer/bin/python

The queries are the 427 labelled ones of the dev part, of 1 to 100 words. Each figure is over all of them, so its p95
tells of the long ones. Aim: features under 5 ms at the median beside the parse, which is the floor, in the same run.
The peer is textdescriptives, which measures readability, dependency distances and part-of-speech shares with the same
pipeline; without `--peer` it is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from measure import Figure, figure, parse, show

from riffler.bandits.arms import ARMS
from riffler.bandits.features import extract
from riffler.bandits.guard import check
from riffler.bandits.pipeline import forget, load_pipeline, parse_all, shipped
from riffler.bandits.pipeline import parse as read
from riffler.bandits.query import Query
from riffler.bandits.remembered import Remembered
from riffler.service.evaluation.features import labelled_queries

LABELLED = files("riffler.service.evaluation").joinpath("labelled")
PRONOUN = "When did she win it?"
SAID = (
    "Marie Curie was born in Warsaw and moved to Paris as a student.",
    *(f"In {year} the laboratory was moved to another street, which took some weeks." for year in range(1900, 1906)),
)
"""What was said before it: nobody of whom it could speak in the newest messages."""
T = TypeVar("T")


def each_ms(run: Callable[[T], object], items: Iterable[T]) -> list[float]:
    """Time a function on each of some items."""
    spent = []
    for item in items:
        start = time.perf_counter()
        run(item)
        spent.append((time.perf_counter() - start) * 1000)
    return spent


def main() -> None:
    """Measure, and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, help="a Python that has textdescriptives")
    options = parse(parser, repeats=1)
    pipeline = load_pipeline(None)
    texts = [row["query"] for row in labelled_queries("dev")]
    queries = [read(pipeline, text) for text in texts]  # also warms up: what is read once isn't measured
    for query in queries[:20]:
        extract(query.doc)
        for arm in ARMS.values():
            arm.by_rule(query)
    pairs = [
        json.loads(line)
        for line in files("riffler.service.evaluation")
        .joinpath("labelled/rewrites.jsonl")
        .read_text("utf-8")
        .splitlines()
    ]
    figures: list[Figure] = []
    for _ in range(options.repeats):
        parsing = each_ms(lambda text: read(pipeline, text), texts)
        figures = [
            figure("parse", parsing),
            figure("features", each_ms(lambda query: extract(query.doc), queries), "the parse", parsing),
        ]
        start = time.perf_counter()
        parsed = list(parse_all(pipeline, texts))
        batch = [(time.perf_counter() - start) * 1000 / len(parsed)]
        figures.append(figure("parse in batches, a query", batch, "the parse", parsing))
        figures += [figure(f"{name}, by rule", each_ms(arm.by_rule, queries)) for name, arm in ARMS.items()]
        figures.append(figure("guard", each_ms(lambda pair: check(pair["query"], pair["rewrite"]), pairs)))
        pronouns = [read(pipeline, PRONOUN, SAID) for _ in range(50)]
        for name, first in (("features of a pronoun in a new session", True), ("in one read before", False)):
            figures.append(figure(name, each_ms(partial(_resolved, first=first), pronouns)))
        if options.peer:
            figures.append(_peer(options.peer, texts, parsing))
    show(figures, options.json)


def _resolved(query: Query, *, first: bool) -> None:
    """Read the features of a query in its session; of a first one what was said has to be parsed."""
    if first:
        forget()
    extract(query.doc, query.remembered and Remembered(query.remembered.texts, query.remembered.parse))


def _peer(python: Path, texts: list[str], parsing: list[float]) -> Figure:
    command = [python, Path(__file__).parent / "peers" / "textdescriptives_features.py", shipped()]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    return figure(said["name"], said["ms"], "the parse", parsing)


if __name__ == "__main__":
    main()
