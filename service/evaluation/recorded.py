"""The final figures of the features, kept beside the labels: taken once a version of the features, not at each test.

Run it with `python -m riffler.service.evaluation.recorded` when a version of the features is done. It measures the
final part, writes `labelled/final_figures.json`, and prints the table for the features' README. Only the dev part is
there to be looked at while features are made; tests judge that one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import typer

from riffler.bandits.features import FEATURES_VERSION
from riffler.bandits.pipeline import load_pipeline, pipeline_label
from riffler.service.evaluation.features import Agreement, between_labellers, labelled_queries, measure, table

FILE = Path(__file__).with_name("labelled") / "final_figures.json"
COMMAND = "python -m riffler.service.evaluation.recorded"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Figures of the final part.

    Attributes:
        command: What took them.
        date: When, in UTC.
        features_version: Of which version of the features.
        pipeline: With which pipeline, and its version.
        spacy: The version of spaCy.
        agreements: How extractor and labels agree, by feature.
    """

    command: str
    date: date
    features_version: str
    pipeline: str
    spacy: str
    agreements: Mapping[str, Agreement]


def recorded(file: Path = FILE) -> Recorded:
    """Read the figures.

    Args:
        file: Where they are.

    Returns:
        The figures as they were taken.
    """
    kept = json.loads(file.read_text("utf-8"))
    agreements = {name: Agreement(**counts) for name, counts in kept.pop("agreements").items()}
    return Recorded(**{**kept, "date": date.fromisoformat(kept["date"])}, agreements=agreements)


def record(agreements: Mapping[str, Agreement], file: Path = FILE) -> Recorded:
    """Keep figures.

    Args:
        agreements: How extractor and labels agree, by feature; with the pipeline that ships.
        file: Where to write them.

    Returns:
        What was written.
    """
    made = Recorded(
        COMMAND,
        datetime.now(UTC).date(),
        FEATURES_VERSION,
        pipeline_label(load_pipeline(None)),
        version("spacy"),
        agreements,
    )
    rows = ",\n".join(f'    "{name}": {json.dumps(asdict(each))}' for name, each in agreements.items())
    head = {name: str(getattr(made, name)) for name in ("command", "date", "features_version", "pipeline", "spacy")}
    lines = "".join(f'  "{name}": {json.dumps(value)},\n' for name, value in head.items())
    file.write_text(f'{{\n{lines}  "agreements": {{\n{rows}\n  }}\n}}\n', "utf-8")
    return made


def main() -> None:
    """Measure the features on the final part, and keep the figures."""
    typer.echo(table(record(measure(labelled_queries("final"))).agreements, between_labellers()))


if __name__ == "__main__":
    typer.run(main)
