"""The picture of a training: an SVG of both losses, whatever the stages are called."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from riffler.errors import InvalidSetting
from riffler.service.training.nano.curve import curve

SVG = "{http://www.w3.org/2000/svg}"


def step(number: int, stage: str, loss: float) -> str:
    """Write a step as training does."""
    return json.dumps({"number": number, "stage": stage, "said_loss": loss, "read_loss": 2 * loss}) + "\n"


def places(picture: ET.Element) -> list[list[tuple[float, float]]]:
    """Read the points of each line, to the right and down."""
    lines = [line.attrib["points"].split(" ") for line in picture.iter(f"{SVG}polyline")]
    return [[(float(point.split(",")[0]), float(point.split(",")[1])) for point in line] for line in lines]


def test_losses_are_drawn_over_steps(tmp_path: Path) -> None:
    """Both fall from left to right, the lower one below; a step that was made again counts as it was made last."""
    path = tmp_path / "losses.jsonl"
    losses = [step(1, "a", 8), step(2, "a", 100), step(2, "a", 4), step(3, "a<b>&", 0.5)]
    path.write_text("".join(losses), "utf-8")
    picture = ET.fromstring(curve(path))  # noqa: S314 - our own
    said, read = places(picture)
    for line in (said, read):
        assert len(line) == 3
        assert line == sorted(line), "to the right, and down"
    assert all(one[1] > other[1] for one, other in zip(said, read, strict=True))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"a", "a<b>&", "said 0.500", "read 1.000", "100"} <= {*texts}


@pytest.mark.parametrize("text", [None, "", "{"])
def test_without_losses_there_is_no_picture(tmp_path: Path, text: str | None) -> None:
    """No file, an empty one or one of something else is told by its name."""
    path = tmp_path / "losses.jsonl"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(InvalidSetting, match=r"losses\.jsonl: .*train the model first"):
        curve(path)
