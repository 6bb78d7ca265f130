"""Reads a folder with a small model: what the engine needs beside the graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riffler.errors import InvalidSetting
from riffler.service.inference.chat.constraint import CallTokens, call_tokens_of
from riffler.service.inference.chat.counting import ChatTokens
from riffler.service.inference.chat.forms import FORMS, detect_form
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.marks import marks_of
from riffler.service.inference.chat.preamble import Preambles
from riffler.service.inference.chat.prompt import PromptWriter
from riffler.service.inference.chat.template import shows_tools
from riffler.service.inference.nano.runtime import NanoModel
from riffler.service.inference.nano.sampling import Defaults
from riffler.service.inference.nano.tokenizer import NanoTokenizer


class NanoTokens(ChatTokens):
    """Counts with the tokenizer in a model's folder.

    Args:
        folder: Where the model is.
        where: Who speaks, to start an error's text with.
    """

    def __init__(self, folder: Path, where: str) -> None:
        super().__init__()
        self._folder = folder
        self._where = where

    def __repr__(self) -> str:
        return f"NanoTokens({str(self._folder)!r})"

    def _load(self) -> PromptWriter:
        tokenizer = NanoTokenizer(self._folder)
        if tokenizer.chat_template is None:
            raise InvalidSetting(f"{self._where}: model: its tokenizer has no chat template, or several")
        form = detect_form(tokenizer.chat_template, tokenizer.get_added_vocab())
        if form is None or not shows_tools(tokenizer):
            form = FORMS["hermes"]
        return PromptWriter(tokenizer, form, self._where)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with all that goes with it.

    Attributes:
        model: It.
        writer: Writes its prompts.
        preambles: Tells what of a prompt comes before its conversation.
        form: How it writes tool calls.
        ends: Ids that end a reply.
        hidden: Ids that are no text of a reply.
        marks: Ids that open or close a call or reasoning, and how each is written.
        defaults: How it wants its tokens drawn.
        call_tokens: What its calls can be constrained with; None where they can't be.
    """

    model: NanoModel
    writer: PromptWriter
    preambles: Preambles
    form: ToolForm | None
    ends: frozenset[int]
    hidden: frozenset[int]
    marks: Mapping[int, str]
    defaults: Defaults
    call_tokens: CallTokens | None


def load(folder: Path, counter: NanoTokens, threads: int | None) -> Loaded:
    """Load a model. Takes a tenth of a second, and no network.

    Args:
        folder: Where it is.
        counter: Counts with the same tokenizer, so that it is loaded once.
        threads: See `NanoModel`.

    Returns:
        The model.

    Raises:
        InvalidSetting: There is none that can be used.
    """
    writer = counter.load()
    tokenizer = writer.tokenizer
    config = _generation(folder)
    marks = marks_of(tokenizer, writer.form)
    named = config.get("eos_token_id")
    named = named if isinstance(named, list) else [named]
    return Loaded(
        model=NanoModel(folder, threads),
        writer=writer,
        preambles=Preambles(writer),
        form=writer.form,
        ends=frozenset(each for each in (*named, tokenizer.eos_token_id, writer.end()) if isinstance(each, int)),
        hidden=frozenset(n for n, token in tokenizer.added_tokens_decoder.items() if token.special and n not in marks),
        marks=marks,
        defaults=_defaults(config),
        call_tokens=call_tokens_of(tokenizer, writer.form),
    )


def window_of(folder: Path, asked: int | None, where: str) -> int:
    """Find the window.

    Args:
        folder: Where the model is.
        asked: What a setting says; None is the model's own.
        where: Who speaks, to start an error's text with.

    Returns:
        Tokens of a request and its completion together.

    Raises:
        InvalidSetting: The model doesn't say, or the setting is less than 1, or more than the model has.
    """
    own = _read(folder / "config.json", where).get("max_position_embeddings")
    if not isinstance(own, int):
        raise InvalidSetting(f"{where}: model: its config.json has no max_position_embeddings")
    if asked is not None and not 1 <= asked <= own:
        raise InvalidSetting(f"{where}: window_tokens: expected 1 to the model's own {own}, got {asked}")
    return own if asked is None else asked


def _generation(folder: Path) -> dict[str, Any]:
    path = folder / "generation_config.json"
    return _read(path, "engine nano") if path.is_file() else {}


def _defaults(config: Mapping[str, Any]) -> Defaults:
    """Read how the model samples; one that says nothing is greedy."""
    if not config.get("do_sample"):
        return Defaults()
    found = {name: config.get(name) for name in ("temperature", "top_p", "top_k")}
    return Defaults(
        temperature=1.0 if found["temperature"] is None else float(found["temperature"]),
        top_p=1.0 if found["top_p"] is None else float(found["top_p"]),
        top_k=int(found["top_k"] or 0),
    )


def _read(path: Path, where: str) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        why = " ".join(str(exc).split())[:300]
        raise InvalidSetting(f"{where}: model: {path.name}: can't be read ({type(exc).__name__}: {why})") from exc
    if not isinstance(value, dict):
        raise InvalidSetting(f"{where}: model: {path.name}: expected a JSON object")
    return value
