"""Trains nano's weights: stage by stage, resumable, with the loss of each step in a file. Needs the extra `local`.

The loss of a step is the mean over its tokens that are said, and `read_weight` times the mean over those that are read.
Logits are worked out only where a loss is: most of an example is read.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from riffler.errors import InvalidSetting
from riffler.service.training.nano.examples import Example, ExampleWriter, batches
from riffler.service.training.nano.samples_file import read_samples
from riffler.service.training.nano.settings import Folders, ModelSize, NanoSettings, Stage
from riffler.service.training.nano.tokenizer import END, PAD

_READ_OF = 8
"""Of what is read, the loss is taken at each eighth token, from a place drawn at random: the rest says little more."""


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


def make_model(size: ModelSize, tokenizer: PreTrainedTokenizerFast, seed: int) -> LlamaForCausalLM:
    """Make the model, untrained; embeddings and head share their weights.

    Args:
        size: Its shape.
        tokenizer: Its tokenizer.
        seed: Of its weights.

    Returns:
        The model, in float32.
    """
    tokens = tokenizer.get_added_vocab()
    config = LlamaConfig(
        vocab_size=size.vocabulary,
        hidden_size=size.width,
        intermediate_size=size.inner,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.key_heads,
        max_position_embeddings=size.window,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokens[END],
        pad_token_id=tokens[PAD],
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


class Trainer:
    """Trains a model over the stages of its settings.

    Args:
        settings: All that makes it.
        folders: Where samples, tokenizer and checkpoints are.
        device: Where it is trained.

    Attributes:
        model: The model.
        done: Steps that are done.
    """

    def __init__(self, settings: NanoSettings, folders: Folders, device: str = "cpu") -> None:
        self._settings, self._folders, self._device = settings, folders, device
        self._tokenizer = PreTrainedTokenizerFast.from_pretrained(folders.tokenizer)
        self.model = make_model(settings.model, self._tokenizer, settings.training.seed).to(device)  # type: ignore[arg-type]
        decayed = [each for each in self.model.parameters() if each.dim() > 1]
        others = [each for each in self.model.parameters() if each.dim() < 2]
        groups = [{"params": decayed, "weight_decay": settings.training.weight_decay}]
        groups.append({"params": others, "weight_decay": 0.0})
        self._optimizer = torch.optim.AdamW(groups, lr=settings.training.rate, betas=(0.9, 0.98))
        self.done = 0
        if folders.checkpoint.exists():
            self._load()

    def run(self, tell: Callable[[Step], None]) -> None:
        """Train until all stages are done, from where the newest checkpoint is.

        Args:
            tell: Is told of each step.
        """
        first, saved = 0, time.monotonic()
        for stage in self._settings.stages:
            last = first + stage.steps
            if self.done < last:
                for batch in self._steps(stage, self.done - first):
                    step = self._step(batch, stage)
                    self._note(step)
                    tell(step)
                    if time.monotonic() - saved > self._settings.training.save_every_s:
                        self.save()
                        saved = time.monotonic()
                    if self.done == last:
                        break
                self.save()
            first = last

    def save(self) -> None:
        """Keep the state, whole or not at all."""
        part = self._folders.checkpoint.with_suffix(".part")
        torch.save(
            {"model": self.model.state_dict(), "optimizer": self._optimizer.state_dict(), "done": self.done}, part
        )
        part.replace(self._folders.checkpoint)

    def save_model(self, folder: Path) -> None:
        """Save the model and its tokenizer as transformers reads them, the weights in half precision.

        Args:
            folder: Where to; it is made when it is missing.
        """
        self.model.half().save_pretrained(folder)
        self.model.float()
        self._tokenizer.save_pretrained(folder)

    def _load(self) -> None:
        state = torch.load(self._folders.checkpoint, map_location=self._device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.done = state["done"]

    def _steps(self, stage: Stage, skipped: int) -> Iterator[list[Example]]:
        """Give the examples of each step, again and again in another order, without those of the steps done before."""
        writer, training = ExampleWriter(self._tokenizer), self._settings.training
        examples = [writer.write(sample) for sample in read_samples(self._folders.samples(stage))]
        if not examples:
            where = self._folders.samples(stage)
            raise InvalidSetting(f"stage {stage.name}: expected samples in {where}, found none: play them first")
        step: list[Example] = []  # what an epoch leaves goes into the next one's first step
        for epoch in count():
            rng = random.Random(f"{training.seed} {stage.name} {epoch}")  # noqa: S311 - no secret
            for batch in batches(examples, training.tokens_at_once, rng):
                step += batch
                if sum(len(each.ids) for each in step) >= training.tokens_a_step:
                    if skipped:
                        skipped -= 1
                    else:
                        yield step
                    step = []

    def _step(self, examples: Sequence[Example], stage: Stage) -> Step:
        began, training = time.monotonic(), self._settings.training
        self.done += 1
        rate = training.rate * self._share()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        rng = random.Random(f"{training.seed} {self.done}")  # noqa: S311 - no secret
        read_from = rng.randrange(_READ_OF)
        said_all = sum(len(each.ids) - each.said_from for each in examples)
        read_all = sum(len(range(read_from, each.said_from - 1, _READ_OF)) for each in examples)
        sums = [0.0, 0.0]
        for batch in batches(examples, training.tokens_at_once, rng):
            said, read = self._losses(batch, read_from)
            loss = said / said_all + training.read_weight * read / max(1, read_all)
            loss.backward()  # type: ignore[no-untyped-call]
            sums = [sums[0] + said.item(), sums[1] + read.item()]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        tokens = sum(len(each.ids) for each in examples)
        total = sum(each.steps for each in self._settings.stages)
        spent = time.monotonic() - began
        return Step(self.done, total, stage.name, sums[0] / said_all, sums[1] / max(1, read_all), tokens, rate, spent)

    def _losses(self, batch: Sequence[Example], read_from: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the sum of the loss over what is said, and over some of what is read."""
        longest = max(len(each.ids) for each in batch)
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        for row, each in enumerate(batch):
            # What pads stands behind, where nothing looks at it.
            ids[row, : len(each.ids)] = torch.from_numpy(each.ids.astype(np.int64))
        ids = ids.to(self._device)
        hidden = self.model.model(input_ids=ids).last_hidden_state
        said = [(row, at - 1) for row, each in enumerate(batch) for at in range(each.said_from, len(each.ids))]
        read = [(row, at) for row, each in enumerate(batch) for at in range(read_from, each.said_from - 1, _READ_OF)]
        found = []
        for places in (said, read):
            rows, columns = torch.tensor(places, device=self._device, dtype=torch.long).reshape(-1, 2).T
            logits = self.model.lm_head(hidden[rows, columns])
            found.append(cross_entropy(logits.float(), ids[rows, columns + 1], reduction="sum"))
        return found[0], found[1]

    def _share(self) -> float:
        """Give how much of the highest rate this step has."""
        warm = self._settings.training.warmup_steps
        if self.done < warm:
            return self.done / warm
        total = max(warm + 1, sum(each.steps for each in self._settings.stages))
        return 0.1 + 0.45 * (1 + math.cos(math.pi * (self.done - warm) / (total - warm)))

    def _note(self, step: Step) -> None:
        with self._folders.losses.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: getattr(step, name) for name in Step.__slots__}) + "\n")
