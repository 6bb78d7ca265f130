"""How well the features are found, against the labelled queries: precision, recall, F1 and Cohen's kappa of each.

Run it with `python -m riffler.service.evaluation.features`; `--misses NAME` shows where a feature errs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Any, Literal

import typer

from riffler.bandits.features import extract
from riffler.bandits.features.definitions import definitions
from riffler.bandits.pipeline import load_pipeline, parse, parse_all

Part = Literal["dev", "final"]
NAMES = tuple(name for name, each in definitions().items() if each.group not in {"reading", "session"})
"""The yes-or-no features of a query alone: those that are labelled."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two sets of yes-or-no answers agree.

    Attributes:
        both: Yes and yes.
        found_only: Yes by the extractor, no by the label.
        labelled_only: No by the extractor, yes by the label.
        neither: No and no.
    """

    both: int
    found_only: int
    labelled_only: int
    neither: int

    @property
    def precision(self) -> float:
        """Of what was found, how much is labelled; 1 when nothing was found."""
        return _share(self.both, self.both + self.found_only)

    @property
    def recall(self) -> float:
        """Of what is labelled, how much was found; 1 when nothing is labelled."""
        return _share(self.both, self.both + self.labelled_only)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.both, 2 * self.both + self.found_only + self.labelled_only)

    @property
    def kappa(self) -> float:
        """Agreement beyond chance (Cohen 1960, https://doi.org/10.1177/001316446002000104): (p_o - p_e) / (1 - p_e)."""
        count = self.both + self.found_only + self.labelled_only + self.neither
        found, labelled = self.both + self.found_only, self.both + self.labelled_only
        observed = (self.both + self.neither) / count
        chance = (found * labelled + (count - found) * (count - labelled)) / count**2
        return _share(observed - chance, 1 - chance)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def agreement(found: Sequence[bool], labelled: Sequence[bool]) -> Agreement:
    """Count how answers agree.

    Args:
        found: Answers, one a query.
        labelled: The answers of someone else to the same queries.

    Returns:
        The counts.
    """
    pairs = list(zip(found, labelled, strict=True))
    return Agreement(*(pairs.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))))


def labelled_queries(part: Part | None = None, name: str = "queries") -> list[dict[str, Any]]:
    """Read labelled queries.

    Args:
        part: Which part; None is all.
        name: `queries`, or `again` for the second labels of a sample.

    Returns:
        Rows as `service/evaluation/labelled/README.md` has them.
    """
    text = files("riffler.service.evaluation").joinpath(f"labelled/{name}.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return [row for row in rows if part is None or row.get("part", part) == part]


def measure(rows: Sequence[dict[str, Any]], pipeline: str | None = None) -> dict[str, Agreement]:
    """Measure all yes-or-no features.

    Args:
        rows: Labelled queries.
        pipeline: The spaCy pipeline; None is the one that ships.

    Returns:
        For each feature how the extractor agrees with the labels. Unknown counts as absent, as for a policy.
    """
    nlp = load_pipeline(pipeline)
    found = [extract(query.doc).fired for query in parse_all(nlp, (row["query"] for row in rows))]
    return {
        name: agreement([name in fired for fired in found], [name in row["present"] for row in rows]) for name in NAMES
    }


def table(agreements: Mapping[str, Agreement], labellers: Mapping[str, Agreement] | None = None) -> str:
    """Write figures as a table, with their mean.

    Args:
        agreements: Of the extractor with the labels.
        labellers: Of the two labellers with each other.

    Returns:
        Lines of Markdown.
    """
    lines = [
        "| feature | labelled | precision | recall | F1 | kappa | kappa of two labellers |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, each in agreements.items():
        own = f"{labellers[name].kappa:.2f}" if labellers and name in labellers else "-"
        lines.append(
            f"| {name} | {each.both + each.labelled_only} | {each.precision:.2f} | {each.recall:.2f} | {each.f1:.2f} "
            f"| {each.kappa:.2f} | {own} |"
        )
    means = (
        sum(getattr(each, value) for each in agreements.values()) / len(agreements)
        for value in ("precision", "recall", "f1", "kappa")
    )
    return "\n".join([*lines, f"| macro mean | | {' | '.join(f'{mean:.2f}' for mean in means)} | |"])


def between_labellers() -> dict[str, Agreement]:
    """Tell how two labellers agree on the sample that was labelled twice."""
    first = {row["id"]: row["present"] for row in labelled_queries("final")}
    again = labelled_queries(name="again")
    return {
        name: agreement([name in row["present"] for row in again], [name in first[row["id"]] for row in again])
        for name in NAMES
    }


def main(
    part: Annotated[Part, typer.Option(help="`final` is for the final figures only.")] = "dev",
    pipeline: Annotated[str | None, typer.Option(help="A spaCy pipeline; else the one that ships.")] = None,
    misses: Annotated[str, typer.Option(help="A feature: show where it errs instead.")] = "",
) -> None:
    """Measure the features on the labelled queries."""
    rows = labelled_queries(part)
    if not misses:
        typer.echo(table(measure(rows, pipeline), between_labellers()))
        return
    nlp = load_pipeline(pipeline)
    for row in rows:
        evidence = extract(parse(nlp, row["query"]).doc).evidence[misses]
        found, labelled = evidence is not None and evidence.present, misses in row["present"]
        if found != labelled:
            spans = [row["query"][start:end] for start, end in evidence.spans] if evidence else "unknown"
            typer.echo(f"{row['id']} {'found' if found else 'missed'} {row['query']!r} {spans if found else ''}")


if __name__ == "__main__":
    typer.run(main)
