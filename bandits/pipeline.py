"""The spaCy pipeline that turns a query's text into a document.

This is the only place that imports spaCy at run time, and it does so when it is called: the import takes over a second.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache, partial
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from riffler.bandits.query import Query
from riffler.bandits.remembered import Remembered
from riffler.bandits.tree import CLEARNLP, ROOT, Tree
from riffler.errors import InvalidSetting, RewriteFailed

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

BLANK = "blank"
"""The name of the pipeline that has no model."""

MOST_WORDS = 2000
"""A longer text isn't tagged and parsed: what reads a parse says unknown. It would take a second for each 13,000."""

BATCH = 64
"""Queries that are parsed together."""

PASSAGES = 128
"""So many parses of what was said in sessions are kept in a process: some 10 MB."""

_OVERLONG = re.compile(r"\S{50,}")
_PIECE = re.compile(r"\w+|[^\w\s]+")


def load_pipeline(name: str | None) -> Language:
    """Load an English pipeline that finds sentences.

    Args:
        name: An installed spaCy package, or a folder of one. None gives the one that ships with Riffler; `blank` gives
            a tokenizer and a rule for the ends of sentences, without any model.

    Returns:
        The pipeline. One that marks no sentences gets the rule added. The one that ships is loaded once in a process,
        and shared: it is only read.

    Raises:
        InvalidSetting: The pipeline can't be loaded, or is for another language.
    """
    return _loaded(name) if name is not None else _shipped()


@cache
def _shipped() -> Language:
    return _loaded(str(shipped()))


@contextmanager
def without_torch() -> Iterator[None]:
    """Hide torch from the imports within: spaCy's thinc imports it wherever it is installed.

    That takes two seconds and 200 MB, for layers that our pipeline hasn't. Torch isn't hidden where it is imported
    already, or where other threads run, which might import it meanwhile.

    Yields:
        Once.
    """
    if "torch" in sys.modules or threading.active_count() > 1:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # what import takes for a missing module
    try:
        yield
    finally:
        del sys.modules["torch"]


def _loaded(name: str) -> Language:
    with without_torch() if name in {BLANK, str(shipped())} else nullcontext():
        import spacy  # noqa: PLC0415 - slow to import, and not needed for `riffler --help`

    if name == BLANK:
        pipeline: Language = spacy.blank("en")
        pipeline.meta["name"] = BLANK
    else:
        try:
            pipeline = spacy.load(name)
        except (OSError, ImportError, ValueError, KeyError) as exc:
            reason = " ".join(str(exc).split())[:200]
            raise InvalidSetting(f"spaCy pipeline {name!r}: can't be loaded ({reason})") from exc
    if pipeline.lang != "en":
        raise InvalidSetting(f"spaCy pipeline {name!r}: features read English, but this one is for {pipeline.lang!r}")
    if not pipeline("One. Two.").has_annotation("SENT_START"):
        pipeline.add_pipe("sentencizer")
    return pipeline


LICENCE = "CC-BY-SA-4.0.txt"
"""The full text of the licence of the pipeline that ships, a file in its folder."""


def shipped() -> Path:
    """Say where the pipeline is that ships with Riffler; `service/training/english` trains it.

    Returns:
        Its folder, with its licence in it.
    """
    return Path(str(files("riffler.bandits"))) / "english"


def pipeline_label(pipeline: Language) -> str:
    """Name a pipeline and its version, for the version of features in a policy's key.

    Args:
        pipeline: What `load_pipeline` gave.

    Returns:
        For example `en_core_web_sm-3.8.0`, or `en_blank-0.0.0`.
    """
    return f"{pipeline.lang}_{pipeline.meta['name']}-{pipeline.meta['version']}"


def parse(pipeline: Language, text: str, before: tuple[str, ...] = ()) -> Query:
    """Read a query.

    spaCy's tokenizer strips one mark at a time from both ends of a run without spaces, in quadratic time: 4,000 opening
    brackets take 1.6 s. So a run of 50 characters or more (a link, a hash, an attack) is cut here, into stretches of
    word characters and of others. A text of more than `MOST_WORDS` is cut into words only.

    Args:
        pipeline: What `load_pipeline` gave.
        text: The query. Any text, the empty one too.
        before: What went before it in its session, oldest first. Nothing of it is parsed before somebody asks for it.

    Returns:
        The query with its document.

    Raises:
        RewriteFailed: The pipeline refused the text: it is longer than the pipeline's `max_length` (a million
            characters as a rule), or can't be encoded as UTF-8.
    """
    remembered = Remembered(before, partial(_passage, pipeline)) if before else None
    return Query(text, _doc(pipeline, text), remembered)


def parse_all(pipeline: Language, texts: Iterable[str]) -> Iterator[Query]:
    """Read many queries in batches, which takes about half the time of one after the other.

    Args:
        pipeline: What `load_pipeline` gave.
        texts: The queries, as for `parse`.

    Yields:
        Each with its document, in order.

    Raises:
        RewriteFailed: The pipeline refused a text. Those before it in its batch aren't given either.
    """
    waiting = iter(texts)
    while batch := list(islice(waiting, BATCH)):
        tokens = [_tokens(pipeline, text) for text in batch]
        parsed = pipeline.pipe([doc for doc in tokens if len(doc) <= MOST_WORDS], batch_size=BATCH)
        for text, doc in zip(batch, tokens, strict=True):
            yield Query(text, doc if len(doc) > MOST_WORDS else universal(next(parsed)))


def universal(doc: Doc) -> Doc:
    """Bring a parse into the labels of Universal Dependencies, in place, so that all who read it know one scheme.

    Args:
        doc: A document; one without a parse, or in these labels already, stays as it is.

    Returns:
        The same document. White space hangs on what stands before it, at the beginning on what follows, and its
        sentences are those of its new trees.
    """
    if not any(token.dep_ in CLEARNLP for token in doc):
        return doc
    tokens = [token for token in doc if not token.is_space]
    tree = Tree.of(tokens)
    first = tokens[0].i if tokens else 0
    heads = np.where(np.arange(len(doc)) < first, 1, -1 if tokens else 0)
    deps = np.full(len(doc), doc.vocab.strings.add("dep"), dtype=np.uint64)
    for token, head, dep in zip(tokens, tree.heads, tree.deps, strict=True):
        heads[token.i] = tokens[head].i - token.i
        deps[token.i] = doc.vocab.strings.add("ROOT" if dep == ROOT else dep)
    values = np.stack([heads.astype(np.uint64), deps], axis=1)
    return doc.from_array(["HEAD", "DEP"], values)  # type: ignore[arg-type] # thinc's name for numpy's array


def forget() -> None:
    """Throw away the parses of what was said in sessions."""
    _passage.cache_clear()


@lru_cache(maxsize=PASSAGES)
def _passage(pipeline: Language, text: str) -> Doc:
    """Parse a passage of a session once for all its queries: messages don't change. A document is only read."""
    return _doc(pipeline, text)


def _doc(pipeline: Language, text: str) -> Doc:
    tokens = _tokens(pipeline, text)
    return tokens if len(tokens) > MOST_WORDS else universal(pipeline(tokens))


def _tokens(pipeline: Language, text: str) -> Doc:
    try:
        return _cut(pipeline, text) if _OVERLONG.search(text) else pipeline.make_doc(text)
    except ValueError as exc:  # spaCy's E088, UnicodeEncodeError
        raise RewriteFailed(f"the pipeline can't read the query ({len(text)} characters): {exc}") from exc


def _cut(pipeline: Language, text: str) -> Doc:
    from spacy.tokens import Doc  # noqa: PLC0415 - see load_pipeline

    if len(text) > pipeline.max_length:
        raise ValueError(f"at most {pipeline.max_length} characters")
    words: list[str] = []
    spaces: list[bool] = []
    end = 0
    for run in [*_OVERLONG.finditer(text), None]:
        for token in pipeline.tokenizer(text[end : run.start() if run else len(text)]):
            words.append(token.text)
            spaces.append(bool(token.whitespace_))
        if run:
            pieces = _PIECE.findall(run[0])
            words += pieces
            spaces += [False] * len(pieces)
            end = run.end()
    return Doc(pipeline.vocab, words=words, spaces=spaces)
