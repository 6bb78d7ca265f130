"""Trains a pipeline: from the corpus to a folder that `spacy.load` takes."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from riffler.bandits.pipeline import LICENCE, shipped
from riffler.service.training.english.corpus import read, training_docs

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Recipe = Literal["english", "plain"]
"""`english` ships; `plain` is the baseline that it has to beat, without generated sentences."""

_PARTS: dict[Recipe, tuple[str, ...]] = {"english": ("tags", "parser"), "plain": ("plain",)}
"""Configurations of a recipe, each trained by itself, so that each has a core.

The parser has an encoder of its own: what helps to tag a word isn't what helps to attach it."""

META = {
    "name": "riffler",
    "version": "1.0.0",
    "description": "Tags, morphology, lemmas, dependencies and sentences for questions and orders.",
    "author": "The Riffler developers",
    "license": "CC BY-SA 4.0",
    "sources": [
        {
            "name": "UD English EWT",
            "url": "https://github.com/UniversalDependencies/UD_English-EWT",
            "license": "CC BY-SA 4.0",
            "author": "Silveira, Dozat, de Marneffe, Bowman, Connor, Bauer and Manning, and many others",
        },
    ],
}


def train(data: Path, out: Path, recipe: Recipe = "english", *, steps: int | None = None) -> Path:
    """Train a pipeline, its parts at once; progress is printed.

    Args:
        data: The corpus' folder.
        out: Where to put everything.
        recipe: Which configuration.
        steps: How many steps in place of those of the configuration, to try something out.

    Returns:
        The folder of the pipeline, with its licence and where it is from. It ships as `bandits/english`.
    """
    out.mkdir(parents=True, exist_ok=True)
    vocab = _blank().vocab
    _store(training_docs(data, vocab, generated=recipe == "english"), out / "train.spacy")
    _store(read(data, "dev", vocab), out / "dev.spacy")
    parts = _PARTS[recipe]
    with ProcessPoolExecutor(len(parts), multiprocessing.get_context("spawn")) as processes:
        list(processes.map(_train_part, parts, repeat(out), repeat(steps)))
    pipeline = assembled([out / part / "model-best" for part in parts])
    pipeline.to_disk(out / "pipeline")
    (out / "pipeline" / "README.md").write_bytes(files(__package__).joinpath("card.md").read_bytes())
    (out / "pipeline" / LICENCE).write_bytes(shipped().joinpath(LICENCE).read_bytes())
    return out / "pipeline"


def assembled(folders: Sequence[Path]) -> Language:
    """Put a pipeline together.

    Args:
        folders: Pipelines of which the first has what the others lack, and these a component each.

    Returns:
        The pipeline. Sentences end where the senter says, and the parser keeps to that.
    """
    import spacy  # noqa: PLC0415 - takes a second to import

    pipeline, *others = (spacy.load(folder) for folder in folders)
    for other in others:
        for name in other.pipe_names:
            pipeline.add_pipe(name, source=other)
    pipeline.meta |= META
    return pipeline


def _train_part(part: str, out: Path, steps: int | None) -> None:
    from spacy.training.initialize import init_nlp  # noqa: PLC0415
    from spacy.training.loop import train as loop  # noqa: PLC0415

    changes: dict[str, object] = {f"paths.{name}": str(out / f"{name}.spacy") for name in ("train", "dev")}
    if steps is not None:
        changes |= {"training.max_steps": steps, "training.eval_frequency": steps}
    (out / part).mkdir(exist_ok=True)
    loop(init_nlp(_config(part, changes)), out / part, stdout=sys.stdout, stderr=sys.stderr)


def _config(part: str, changes: dict[str, object]) -> Any:  # noqa: ANN401 - spaCy's own
    from thinc.api import Config  # noqa: PLC0415

    text = files(__package__).joinpath(f"{part}.cfg").read_text("utf-8")
    return _blank().from_config(Config().from_str(text, overrides=changes), auto_fill=True).config


def _blank() -> Language:
    import spacy  # noqa: PLC0415

    blank: Language = spacy.blank("en")
    return blank


def _store(docs: list[Doc], path: Path) -> None:
    from spacy.tokens import DocBin  # noqa: PLC0415

    DocBin(docs=docs, store_user_data=True).to_disk(path)
