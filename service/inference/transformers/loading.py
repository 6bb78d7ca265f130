"""Finds and loads a model and its tokenizer, and says in our words what can't be loaded."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from riffler.errors import EngineOutOfMemory, InvalidSetting
from riffler.service.inference.chat.constraint import CallTokens, call_tokens_of
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.marks import marks_of
from riffler.service.inference.chat.tokenizer import ChatTokenizer
from riffler.service.inference.transformers.counting import PromptTokens
from riffler.service.inference.transformers.settings import LocalSettings
from riffler.service.logs import get_logger

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PretrainedConfig, PreTrainedModel

_LOG = get_logger("transformers")
_WINDOW_NAMES = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length")


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that is loaded.

    Attributes:
        model: It, on its device, ready to infer.
        tokenizer: Its tokenizer, which has a chat template.
        device: Where it runs.
        window_tokens: How many tokens a request and its completion may have together.
        plain: Whether rows of its cache can be cut, moved and joined (`layers.is_plain`).
        chunked: Whether a prompt can be computed in chunks (`layers.is_chunked`, and what `warming.py` found).
        stretch_at: After how many tokens a text has to be computed anew (`layers.stretch_of`), or None.
        form: How it writes tool calls, or None.
        ends: Ids that end a reply.
        hidden: Ids that are no text of a reply.
        marks: Ids that open or close a call or reasoning, and how each is written.
        call_tokens: What its calls are constrained with, or None.
        takes: What its forward pass takes, of what only some models do.
    """

    model: PreTrainedModel
    tokenizer: ChatTokenizer
    device: torch.device
    window_tokens: int
    plain: bool
    chunked: bool
    stretch_at: int | None
    form: ToolForm | None
    ends: frozenset[int]
    hidden: frozenset[int]
    marks: Mapping[int, str]
    call_tokens: CallTokens | None
    takes: frozenset[str] = field(default=frozenset())

    @property
    def vocabulary(self) -> int:
        """How many tokens the model can read: ids from this on have no embedding."""
        rows: int = self.model.get_input_embeddings().num_embeddings  # type: ignore[assignment]
        return rows

    def forward(
        self, ids: list[list[int]], starts: list[int], cache: DynamicCache, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Run the model over new tokens.

        Args:
            ids: New tokens, as many in each row.
            starts: The position of each row's first new token.
            cache: What was computed before; the new tokens' keys and values are added.
            mask: Which columns of the cache and the new tokens count, bool, [rows, columns]; None is all.

        Returns:
            Logits of what follows the last token, [rows, vocabulary].
        """
        import torch  # noqa: PLC0415 - heavy

        tokens = torch.tensor(ids, dtype=torch.long, device=self.device)
        first = torch.tensor(starts, dtype=torch.long, device=self.device)[:, None]
        also: dict[str, Any] = {}
        if "position_ids" in self.takes:
            also["position_ids"] = first + torch.arange(tokens.shape[1], device=self.device)
        if "logits_to_keep" in self.takes:
            also["logits_to_keep"] = 1
        out = self.model(input_ids=tokens, past_key_values=cache, attention_mask=mask, use_cache=True, **also)
        logits: torch.Tensor = out.logits[:, -1]
        return logits


def read_config(settings: LocalSettings) -> PretrainedConfig:
    """Read a model's config alone, which is quick.

    Args:
        settings: Which model.

    Returns:
        The config.
    """
    with _translated(settings, "model"):
        from transformers import AutoConfig  # noqa: PLC0415 - heavy, and an extra

        config: PretrainedConfig = AutoConfig.from_pretrained(
            settings.model, revision=settings.revision, local_files_only=settings.local_only, trust_remote_code=False
        )
    return config


def window_of(settings: LocalSettings, config: PretrainedConfig) -> int:
    """Find the window.

    Args:
        settings: What may name one.
        config: The model's.

    Returns:
        Tokens of a request and its completion together.

    Raises:
        InvalidSetting: The model doesn't say, and no setting does; or the setting is more than the model has.
    """
    text = config.get_text_config(decoder=True)
    found = (getattr(text, name, None) for name in _WINDOW_NAMES)
    own = next((value for value in found if isinstance(value, int)), None)
    asked = settings.window_tokens
    if own is None and asked is None:
        raise InvalidSetting(f"{settings.where}: window_tokens: the model's config has no window, so it must be set")
    if own is not None and asked is not None and asked > own:
        raise InvalidSetting(f"{settings.where}: window_tokens: expected at most the model's own {own}, got {asked}")
    return asked if asked is not None else own or 0


def load_model(settings: LocalSettings, counter: PromptTokens) -> LocalModel:
    """Load a model with all that goes with it. Takes seconds to minutes, and downloads what isn't there.

    Args:
        settings: Which model, and where to.
        counter: Counts with the same tokenizer, so that it is loaded once.

    Returns:
        The model.

    Raises:
        InvalidSetting: The extra isn't installed, or the model can't be loaded or used as the settings say.
    """
    config = read_config(settings)
    window = window_of(settings, config)
    with _translated(settings, "model"):
        from transformers import AutoModelForCausalLM  # noqa: PLC0415

        from riffler.service.inference.transformers.layers import (  # noqa: PLC0415 - needs torch
            is_chunked,
            is_plain,
            stretch_of,
        )

        device = _device(settings)
        at: dict[str, Any] = {"revision": settings.revision, "local_files_only": settings.local_only}
        writer = counter.load()
        tokenizer, form = writer.tokenizer, writer.form
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            settings.model, trust_remote_code=False, dtype=_dtype(settings, device), **at
        )
        model = model.to(device).eval()  # type: ignore[arg-type]  # the overload is hidden by a decorator
        takes = frozenset(inspect.signature(model.forward).parameters)
        if "past_key_values" not in takes:
            raise InvalidSetting(
                f"{settings.where}: model: {type(model).__name__} keeps what it read in a way of its own, "
                "not as keys and values, so it can't run here"
            )
        plain = is_plain(model.config) and "position_ids" in takes
    if not plain:
        _LOG.warning("reuse_off", model=settings.model, reason="its cache can't be cut: each request runs by itself")
    marks = marks_of(tokenizer, form)
    local = LocalModel(
        model=model,
        tokenizer=tokenizer,
        device=device,
        window_tokens=window,
        plain=plain,
        chunked=is_chunked(model.config),
        stretch_at=stretch_of(model.config),
        form=form,
        ends=_ends(model, tokenizer, writer.end()),
        hidden=frozenset(n for n, token in tokenizer.added_tokens_decoder.items() if token.special and n not in marks),
        marks=marks,
        call_tokens=call_tokens_of(tokenizer, form) if settings.constrained else None,
        takes=takes,
    )
    if settings.constrained and local.call_tokens is None:
        _LOG.warning("constraint_off", model=settings.model, reason="another form of calls, or no bytes")
    if len(tokenizer) > local.vocabulary:  # some have a few for pictures, which no text of ours becomes
        _LOG.warning("tokens_without_embedding", model=settings.model, tokens=len(tokenizer) - local.vocabulary)
    return local


def free_memory(*, quietly: bool = False) -> None:
    """Give back what nobody uses any more, to the device as well.

    Args:
        quietly: Whether a device that is broken is no matter.
    """
    import torch  # noqa: PLC0415 - heavy

    gc.collect()
    if torch.cuda.is_available():
        with suppress(RuntimeError) if quietly else nullcontext():
            torch.cuda.empty_cache()


def _device(settings: LocalSettings) -> torch.device:
    import torch  # noqa: PLC0415 - heavy

    name = settings.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    number = int(name.partition(":")[2] or 0)
    if name != "cpu" and number >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise InvalidSetting(f"{settings.where}: device: expected one of {count} CUDA devices or cpu, got {name!r}")
    return torch.device(name)


def _dtype(settings: LocalSettings, device: torch.device) -> Any:  # noqa: ANN401 - a torch.dtype or "auto"
    import torch  # noqa: PLC0415 - heavy

    if settings.dtype == "auto":
        return torch.float32 if device.type == "cpu" else "auto"
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[settings.dtype]


def _ends(model: PreTrainedModel, tokenizer: ChatTokenizer, turn: int | None) -> frozenset[int]:
    """Name the tokens that end a reply: what model and tokenizer say, and what ends a turn in the chat template."""
    config = getattr(model.generation_config, "eos_token_id", None)
    named = config if isinstance(config, list) else [config]
    return frozenset(number for number in (*named, tokenizer.eos_token_id, turn) if isinstance(number, int))


def _wrong() -> tuple[type[Exception], ...]:
    """Name what the libraries raise for names, folders and files that hold no model. Evaluated only when they do."""
    named = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError)
    try:
        from safetensors import SafetensorError  # noqa: PLC0415 - comes with transformers
    except ImportError:
        return named
    return (*named, SafetensorError)


@contextmanager
def _translated(settings: LocalSettings, name: str) -> Iterator[None]:
    """Say in our words what the libraries raise while they load."""
    try:
        yield
    except ModuleNotFoundError as exc:
        raise InvalidSetting(f"engine transformers needs {exc.name}: pip install 'riffler[local]'") from exc
    except MemoryError as exc:
        raise EngineOutOfMemory(f"{settings.where}: out of memory while it was loaded: use a smaller model") from exc
    except _wrong() as exc:
        why = " ".join(str(exc).split())[:300]
        if "out of memory" in why or "allocate memory" in why:
            raise EngineOutOfMemory(
                f"{settings.where}: out of memory while it was loaded ({why}): use a smaller model or dtype"
            ) from exc
        raise InvalidSetting(f"{settings.where}: {name}: can't be loaded ({type(exc).__name__}: {why})") from exc
