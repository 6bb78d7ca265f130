"""Trains nano's weights: stage by stage, resumable, with the loss of each step in a file. Needs the extra `local`.

The loss of a step is the mean over its tokens that are said, and `read_weight` times the mean over those that are read.
Examples are computed one by one, so that nothing is padded; on a CPU several at once, a core each, where the cores then
end at about the same time, else each by all cores. A GPU computes them one by one, and in each attention way by way:
whether that is quicker there than on a CPU's cores was not measured. Matrices are stepped by Muon, the rest by AdamW.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from safetensors import SafetensorError  # comes with transformers
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy
from transformers import Lfm2Config, Lfm2ForCausalLM, PreTrainedTokenizerFast

from riffler.errors import InvalidSetting
from riffler.service.inference.nano.names import WEIGHTS
from riffler.service.training.nano.examples import Example, write_file_examples
from riffler.service.training.nano.made_of import RECORD, expect, kept_in, tie, tokenizer_version
from riffler.service.training.nano.muon import Muon
from riffler.service.training.nano.samples_file import expected_files
from riffler.service.training.nano.settings import Folders, ModelSize, NanoSettings, Stage, Training
from riffler.service.training.nano.skips import with_skips
from riffler.service.training.nano.tokenizer import END, PAD
from riffler.service.training.nano.tree_attention import TREE
from riffler.service.training.nano.tree_convolution import take_trees
from riffler.service.training.nano.trees import tree_of

_SHARED = 0.85
"""How much of two cores an example gets that is computed by both: 0.75 (700 tokens) to 0.93 (7,000)."""
_MANY = 8
"""Files of samples that are worth a process a core: each takes some seconds to begin."""
_CONVOLUTION_STD = 0.5
"""So that what is mixed is about as large as what comes in."""
_Gradients: TypeAlias = tuple[tuple[torch.Tensor, ...], float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the optimizer.

    Attributes:
        number: From 1, over all stages.
        of: How many there are.
        stage: The stage's name.
        said_loss: Mean over what is said, in nats a token.
        read_loss: Mean over what is read.
        tokens: How many it took.
        rate: The learning rate.
        s: Seconds that it took.
    """

    number: int
    of: int
    stage: str
    said_loss: float
    read_loss: float
    tokens: int
    rate: float
    s: float


def make_model(size: ModelSize, tokenizer: PreTrainedTokenizerFast, seed: int) -> Lfm2ForCausalLM:
    """Make the model, untrained; embeddings and head share their weights.

    Args:
        size: Its shape.
        tokenizer: Its tokenizer.
        seed: Of its weights.

    Returns:
        The model, in float32.
    """
    tokens = tokenizer.get_added_vocab()
    config = Lfm2Config(
        vocab_size=size.vocabulary,
        hidden_size=size.width,
        intermediate_size=size.inner,
        block_auto_adjust_ff_dim=False,
        num_hidden_layers=len(size.layers),
        layer_types=[*size.layers],
        conv_L_cache=size.kernel,
        num_attention_heads=size.heads,
        num_key_value_heads=size.key_heads,
        max_position_embeddings=size.window,
        rope_parameters={"rope_type": "default", "rope_theta": size.rope_base},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokens[END],
        pad_token_id=tokens[PAD],
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Lfm2ForCausalLM(config)
        for layer in model.model.layers:
            if (
                not layer.is_attention_layer
            ):  # transformers' own 0.02 suits matrices: of three weights nothing would be left
                torch.nn.init.normal_(layer.conv.conv.weight, std=_CONVOLUTION_STD)
    take_trees(model)
    return model


class Trainer:
    """Trains a model over the stages of its settings.

    Args:
        settings: All that makes it.
        folders: Where samples, tokenizer and checkpoints are.
        device: Where it is trained.
        workers: How many cores compute.

    Raises:
        InvalidSetting: There is no such device or no tokenizer; or tokenizer or checkpoint aren't of these settings.

    Attributes:
        model: The model.
        tokenizer: Its tokenizer.
        done: Steps that are done.
    """

    def __init__(self, settings: NanoSettings, folders: Folders, device: str = "cpu", workers: int = 1) -> None:
        self._settings, self._folders, self._device = settings, folders, _checked(device)
        self._workers, self._pool = workers, ThreadPoolExecutor(workers)
        self._tokenizer_version = tokenizer_version(folders.tokenizer)
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folders.tokenizer)
        if len(self.tokenizer) != settings.model.vocabulary:
            raise InvalidSetting(
                f"model.vocabulary: expected the {len(self.tokenizer):,} tokens of the tokenizer in "
                f"{folders.tokenizer}, got {settings.model.vocabulary:,}"
            )
        self.model = make_model(settings.model, self.tokenizer, settings.training.seed).to(device)  # type: ignore[arg-type]
        self.model.set_attn_implementation(TREE)
        self._parameters = [*self.model.parameters()]
        self._optimizers = _optimizers(self.model, settings.training)
        self.done = self._saved = 0
        self._whole = True  # no optimizer is in the midst of a step
        if folders.checkpoint.exists():
            self._load()
        elif folders.begun_with.exists():
            self._begin()

    def run(self, tell: Callable[[Step], None]) -> None:
        """Train until all stages are done, from where the newest checkpoint is.

        However it ends, what was done is kept; but where it is ended while the weights themselves are changed, a
        hundredth of the time or so, the newest checkpoint stays.

        Args:
            tell: Is told of each step.

        Raises:
            InvalidSetting: What is there was made with other settings, or samples are missing.
        """
        made_of = self._settings.model_dump(mode="json", exclude={"training": {"save_every_s"}})
        made_of |= {"tokenizer": self._tokenizer_version, "begun_with": _weights_in(self._folders.begun_with)}
        tie(self._folders.training, made_of, begun=self.done > 0)
        first = 0
        try:
            for number, stage in enumerate(self._settings.stages, 1):
                last = first + stage.steps
                if self.done < last:
                    self._train(stage, number, self.done - first, tell)
                    self.save()
                first = last
        finally:
            if self._whole and self.done > self._saved:
                self.save()

    def save(self) -> None:
        """Keep the state, whole or not at all."""
        part = self._folders.checkpoint.with_suffix(".part")
        optimizers = [each.state_dict() for each in self._optimizers]
        torch.save({"model": self.model.state_dict(), "optimizers": optimizers, "done": self.done}, part)
        part.replace(self._folders.checkpoint)
        self._saved = self.done

    def save_model(self, folder: Path) -> None:
        """Save the model and its tokenizer as transformers reads them, the weights in half precision.

        Args:
            folder: Where to; it is made when it is missing.
        """
        copied = copy.deepcopy(self.trained())  # as what is halved loses half of its digits for good
        copied.half().save_pretrained(folder)  # type: ignore[no-untyped-call]
        self.tokenizer.save_pretrained(folder)

    def trained(self) -> Lfm2ForCausalLM:
        """Give the model.

        Returns:
            The model.

        Raises:
            InvalidSetting: It isn't trained at all.
        """
        if not self.done:
            raise InvalidSetting(f"expected a checkpoint in {self._folders.root}, found none: train the model first")
        model: Lfm2ForCausalLM = self.model
        return model

    def _load(self) -> None:
        model = self._settings.model.model_dump(mode="json")
        expect(self._folders.training, {"model": model, "tokenizer": self._tokenizer_version})
        state = torch.load(self._folders.checkpoint, map_location=self._device, weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimizer, kept in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)
        self.done = self._saved = state["done"]

    def _begin(self) -> None:
        """Take the weights of another model in place of drawn ones."""
        folder = self._folders.begun_with
        expected, kept = tokenizer_version(folder), self._tokenizer_version
        if expected != kept:
            raise InvalidSetting(f"{folder}: expected its own tokenizer in {self._folders.tokenizer}, got {kept}")
        shape = f"model: expected the shape of the model in {folder}"
        try:
            found = self.model.load_state_dict(load_file(folder / WEIGHTS), strict=False)
        except (OSError, SafetensorError, RuntimeError) as exc:  # the last is torch's, for other shapes
            raise InvalidSetting(f"{shape}: {exc}") from exc
        strange = {*found.missing_keys, *found.unexpected_keys} - {"lm_head.weight"}  # it is the embeddings', kept once
        if strange:
            raise InvalidSetting(f"{shape}, which lacks or has {min(strange)}")

    def _train(self, stage: Stage, number: int, done: int, tell: Callable[[Step], None]) -> None:
        """Train on a stage what is left of it."""
        saved = time.monotonic()
        for examples in islice(self._steps(stage, number, done), stage.steps - done):
            step = self._step(examples, stage)
            self._note(step)
            tell(step)
            if time.monotonic() - saved > self._settings.training.save_every_s:
                self.save()
                saved = time.monotonic()

    def _examples(self, stage: Stage, number: int, *, begun: bool) -> list[Example]:
        """Read a stage's examples. A stage that was begun goes on with what it was begun with."""
        folder = self._folders.samples(stage)
        try:
            files = expected_files(folder, number, stage.episodes)
        except InvalidSetting as exc:
            raise InvalidSetting(f"stage {stage.name}: {exc}") from exc
        made_of = {"seed": number, "window": stage.window, "tokenizer": self._tokenizer_version, "drill": stage.drill}
        expect(folder / RECORD, {**made_of, **asdict(stage.kin), "kinds": [*stage.kinds] or None})
        tie(self._folders.trained_on(stage), kept_in(folder / RECORD), begun=begun)
        write = partial(write_file_examples, tokenizer=self._folders.tokenizer, enough=stage.enough_tokens)
        if len(files) < _MANY:
            examples = [each for path in files for each in write(path)]
        else:
            with ProcessPoolExecutor(self._workers, get_context("spawn")) as pool:
                examples = [each for found in pool.map(write, files) for each in found]
        if not examples:
            raise InvalidSetting(f"stage {stage.name}: all episodes in {folder} teach nothing: play others")
        return examples

    def _steps(self, stage: Stage, number: int, skipped: int) -> Iterator[list[Example]]:
        """Give the examples of each step, without those of the steps done before."""
        training = self._settings.training
        enough = stage.tokens_a_step or training.tokens_a_step
        pools = [self._again_and_again(stage, self._examples(stage, number, begun=skipped > 0))]
        parts = [1 - sum(stage.also.values())]
        for at, other in enumerate(self._settings.stages, 1):
            if other.name in stage.also:
                parts.append(stage.also[other.name])
                pools.append(self._again_and_again(stage, self._examples(other, at, begun=True), other.name))
        rng = random.Random(f"{training.seed} {stage.name} mixed")  # noqa: S311 - no secret
        step: list[Example] = []
        while True:
            [pool] = rng.choices(pools, parts)
            step.append(next(pool))
            if sum(len(each.ids) for each in step) >= enough:
                if skipped:
                    skipped -= 1
                else:
                    yield step
                step = []

    def _again_and_again(self, stage: Stage, examples: Sequence[Example], of: str = "") -> Iterator[Example]:
        """Give examples without an end, each epoch in another order and with other skips."""
        training, window = self._settings.training, self._settings.model.window
        for epoch in count():
            name = " ".join(filter(None, (str(training.seed), stage.name, of, str(epoch))))
            rng = random.Random(name)  # noqa: S311 - no secret
            for example in rng.sample(examples, len(examples)):
                yield with_skips(rng, example, window)

    def _step(self, examples: Sequence[Example], stage: Stage) -> Step:
        began, training = time.monotonic(), self._settings.training
        number = self.done + 1
        share = self._share(number)
        for group in (group for optimizer in self._optimizers for group in optimizer.param_groups):
            group["lr"] = training.rate * share
        said_all = sum(int(each.said.sum()) for each in examples)
        read_all = max(1, sum(len(each.said) for each in examples) - said_all)
        weights = (1 / said_all, training.read_weight / read_all)
        sums = [0.0, 0.0]
        for parameter in self._parameters:
            parameter.grad = torch.zeros_like(parameter)
        for gradients, *losses in self._on_all_cores(examples, weights):
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.grad += gradient
            sums = [sums[0] + losses[0], sums[1] + losses[1]]
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._whole = False
        for optimizer in self._optimizers:
            optimizer.step()
        self.done, self._whole = number, True
        tokens = sum(len(each.ids) for each in examples)
        total = sum(each.steps for each in self._settings.stages)
        rate, spent = training.rate * share, time.monotonic() - began
        return Step(number, total, stage.name, sums[0] / said_all, sums[1] / read_all, tokens, rate, spent)

    def _on_all_cores(self, examples: Sequence[Example], weights: tuple[float, float]) -> Iterator[_Gradients]:
        """Work out each example's gradients, the longest first, so that no core waits long for the last one."""
        longest_first = sorted(examples, key=lambda each: -len(each.ids))
        work = partial(self._gradients, weights=weights)
        if self._workers == 1:
            return map(work, longest_first)
        loads = [0] * self._workers
        for example in longest_first:
            loads[loads.index(min(loads))] += len(example.ids)
        a_core_each = sum(loads) > _SHARED * self._workers * max(loads)
        torch.set_num_threads(1 if a_core_each else self._workers)
        return self._pool.map(work, longest_first) if a_core_each else map(work, longest_first)

    def _gradients(self, example: Example, weights: tuple[float, float]) -> _Gradients:
        """Work out an example's gradients, and the sums of the loss over what is said and what is read."""
        ids, positions, places, targets = (
            torch.from_numpy(each.astype(np.int64)).to(self._device)
            for each in (example.ids, example.positions, example.places, example.targets)
        )
        tree = tree_of(example.branches, len(example.ids), self._settings.model.kernel - 1, self._device)
        hidden = self.model.model(input_ids=ids[None], position_ids=positions[None], use_cache=False, tree=tree)
        logits = self.model.lm_head(hidden.last_hidden_state[0, places])
        losses = cross_entropy(logits.float(), targets, reduction="none")
        is_said = torch.from_numpy(example.said).to(self._device)
        said, read = losses[is_said].sum(), losses[~is_said].sum()
        gradients = torch.autograd.grad(said * weights[0] + read * weights[1], self._parameters)
        return gradients, said.item(), read.item()

    def _share(self, number: int) -> float:
        """Give how much of the highest rate a step has."""
        training = self._settings.training
        left = sum(each.steps for each in self._settings.stages) - number + 1
        return min(1.0, number / training.warmup_steps, left / training.cooldown_steps)

    def _note(self, step: Step) -> None:
        with self._folders.losses.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: getattr(step, name) for name in Step.__slots__}) + "\n")


def _weights_in(folder: Path) -> str | None:
    """Name the weights of a model; None where there is none."""
    weights = folder / WEIGHTS
    return hashlib.sha256(weights.read_bytes()).hexdigest()[:16] if weights.exists() else None


def _checked(device: str) -> str:
    """Refuse a device that isn't there, before anything takes long."""
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as exc:  # of a torch without CUDA it is an assertion
        raise InvalidSetting(f"device {device}: {str(exc).splitlines()[0]}") from exc
    return device


def _optimizers(model: Lfm2ForCausalLM, training: Training) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside, AdamW for the embeddings, the convolutions and the norms' scales."""
    inner = [each for name, each in model.named_parameters() if each.dim() == 2 and "embed" not in name]
    ids = {id(each) for each in inner}
    others = [each for each in model.parameters() if id(each) not in ids]
    return [
        Muon(inner, training.rate, weight_decay=training.weight_decay),
        torch.optim.AdamW(others, lr=training.rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]
