"""Trains a pipeline: from the corpus to a folder that `spacy.load` takes."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from riffler.service.training.english.corpus import read, training_docs

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Recipe = Literal["english", "plain"]
"""`english` ships; `plain` is the baseline that it has to beat, without generated sentences."""

META = {
    "name": "riffler",
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
    """Train a pipeline; progress is printed.

    Args:
        data: The corpus' folder.
        out: Where to put everything.
        recipe: Which configuration.
        steps: How many steps in place of those of the configuration, to try something out.

    Returns:
        The folder of the best pipeline by the dev part.
    """
    from spacy.training.initialize import init_nlp  # noqa: PLC0415 - takes a second to import
    from spacy.training.loop import train as loop  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    vocab = _blank().vocab
    _store(training_docs(data, vocab, generated=recipe == "english"), out / "train.spacy")
    _store(read(data, "dev", vocab), out / "dev.spacy")
    changes: dict[str, object] = {f"paths.{part}": str(out / f"{part}.spacy") for part in ("train", "dev")}
    if steps is not None:
        changes |= {"training.max_steps": steps, "training.eval_frequency": steps}
    pipeline = init_nlp(_config(recipe, changes))
    pipeline.meta |= META
    loop(pipeline, out, stdout=sys.stdout, stderr=sys.stderr)
    return out / "model-best"


def _config(recipe: Recipe, changes: dict[str, object]) -> Any:  # noqa: ANN401 - spaCy's own
    from thinc.api import Config  # noqa: PLC0415

    text = files(__package__).joinpath(f"{recipe}.cfg").read_text("utf-8")
    return _blank().from_config(Config().from_str(text, overrides=changes), auto_fill=True).config


def _blank() -> Language:
    import spacy  # noqa: PLC0415

    blank: Language = spacy.blank("en")
    return blank


def _store(docs: list[Doc], path: Path) -> None:
    from spacy.tokens import DocBin  # noqa: PLC0415

    DocBin(docs=docs, store_user_data=True).to_disk(path)
