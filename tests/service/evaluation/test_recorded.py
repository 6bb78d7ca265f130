"""The final figures: they are of the features as they stand, and the README tells them."""

import re
from importlib.resources import files
from pathlib import Path

from riffler.bandits.features import FEATURES_VERSION
from riffler.bandits.pipeline import load_pipeline, pipeline_label
from riffler.service.evaluation.features import NAMES, agreement, between_labellers, labelled_queries, table
from riffler.service.evaluation.recorded import COMMAND, FILE, record, recorded


def test_the_figures_belong_to_the_features_that_ship() -> None:
    """A new version of the features, or another pipeline, needs new figures."""
    kept = recorded()
    assert (kept.features_version, kept.pipeline) == (FEATURES_VERSION, pipeline_label(load_pipeline(None)))
    assert kept.command == COMMAND


def test_the_figures_are_of_the_final_labels() -> None:
    """Each query of the final part counts once for each feature, and under its label."""
    labels = [row["present"] for row in labelled_queries("final")]
    kept = recorded().agreements
    assert tuple(kept) == NAMES
    for name, each in kept.items():
        assert each.both + each.labelled_only == sum(name in present for present in labels), name
        assert each.both + each.labelled_only + each.found_only + each.neither == len(labels), name


def test_the_readme_has_the_final_figures() -> None:
    """The table of the features' README is that of the figures, and it says when they were taken and of what."""
    told = files("riffler.bandits.features").joinpath("README.md").read_text("utf-8")
    kept = recorded()
    assert table(kept.agreements, between_labellers()) in told
    assert f"`{kept.command}`, {kept.date}, version {kept.features_version} of the features" in " ".join(told.split())


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    """What is recorded comes back, in a file of one line a feature."""
    made = record({"negation": agreement([True, False], [True, True])}, tmp_path / "figures.json")
    assert recorded(tmp_path / "figures.json") == made
    assert len(re.findall(r"both", (tmp_path / "figures.json").read_text("utf-8"))) == 1
    assert FILE.parent.name == "labelled"
