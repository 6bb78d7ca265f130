"""`python -m riffler.service.training.nano`: the commands that make nano, one after the other, in a folder of a run.

    tokenizer   plays some episodes and trains the tokenizer on them
    begin       takes a saved model's tokenizer and weights instead, to train it further
    episodes    plays the episodes of each stage, counted with that tokenizer
    train       trains the weights
    check       counts the moves that are exact on other episodes; may be run while it is trained
    curve       draws the losses as a picture
    save        saves the model as transformers reads it; `...nano.export` writes its graph

Each goes on where it was ended, with what it was begun with: what was made with other settings, another tokenizer or
other code is refused. All is set in one file: `settings.toml`, or another with `--settings`.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from riffler.errors import InvalidSetting, RifflerError
from riffler.service.cores import own_cores
from riffler.service.inference.nano.loading import NanoTokens
from riffler.service.inference.nano.names import WEIGHTS
from riffler.service.training.nano.counting import PieceCounts
from riffler.service.training.nano.families import Kin
from riffler.service.training.nano.made_of import RECORD, samples_made_of, tie, tokenizer_version
from riffler.service.training.nano.samples_file import Counts, read_counts, read_expected, write_drills, write_samples
from riffler.service.training.nano.settings import Folders, Stage, read_nano_settings
from riffler.tools.tokens import EstimatedTokens, TokenCounter

_FOR_TOKENIZER = 400
"""Episodes that the tokenizer is trained on."""
_FOR_CHECK = 1_000
"""The seed of episodes that nothing is trained on; those of the stages are 1, 2 and so on, the tokenizer's is 0."""

_OF_A_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
_OF_A_MODEL = (*_OF_A_TOKENIZER, "config.json", WEIGHTS)
_ALONE = Kin()

command = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Make nano, the model that works its context.",
)
Run = Annotated[Path, typer.Argument(help="The run's folder; it is made when it is missing.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Other settings than those that ship.")]
_CONSOLE = Console()


@contextmanager
def _bar(name: str, total: int) -> Iterator[Callable[[int, str], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[more]}"), console=_CONSOLE) as bar:
        task = bar.add_task(name, total=total, more="")
        yield lambda done, more: bar.update(task, completed=done, more=more)


def _play(
    folder: Path, seed: int, count: int, tokenizer: Path | None, *, window_tokens: int, kin: Kin = _ALONE
) -> None:
    """Play what isn't there yet, counted with a tokenizer or estimated, and show all that is there then."""
    version = tokenizer_version(tokenizer) if tokenizer else "estimated"
    counter: TokenCounter = PieceCounts(NanoTokens(tokenizer, "nano")) if tokenizer else EstimatedTokens()
    tie(
        folder / RECORD,
        samples_made_of(seed, window_tokens, version, **asdict(kin)),
        begun=any(folder.glob("*.jsonl.gz")),
    )
    with _bar(folder.name, count) as tell:
        playing = write_samples(
            folder, seed, count, counter, tell=lambda done: tell(done, ""), window_tokens=window_tokens, kin=kin
        )
        asyncio.run(playing)
    counts = read_counts(folder, seed, count)
    _CONSOLE.print(table(counts))
    for fault, times in counts.faults.most_common(5):
        _CONSOLE.print(f"left out, {times} times: {fault}")


def _drill(folders: Folders, stage: Stage, seed: int) -> None:
    """Write what isn't there yet of a stage's drills, and show all that is there then."""
    folder, version = folders.samples(stage), tokenizer_version(folders.tokenizer)
    made_of = samples_made_of(seed, stage.window, version, stage.drill, kinds=[*stage.kinds] or None)
    tie(folder / RECORD, made_of, begun=any(folder.glob("*.jsonl.gz")))
    with _bar(stage.name, stage.episodes) as tell:
        write_drills(folder, seed, stage.episodes, stage.drill or 1, stage.kinds, tell=lambda done: tell(done, ""))
    _CONSOLE.print(table(read_counts(folder, seed, stage.episodes)))


@command.command()
def tokenizer(run: Run, settings: SettingsFile = None) -> None:
    """Train the tokenizer. What was made with one doesn't fit another: where there is such, it is left as it is."""
    read, folders = read_nano_settings(settings), Folders(run)
    _expect_nothing_made(folders)
    from riffler.service.training.nano.tokenizer import train_tokenizer  # noqa: PLC0415 - takes seconds

    samples, size = folders.tokenizer_samples, read.model.vocabulary
    _play(samples, 0, _FOR_TOKENIZER, None, window_tokens=read.model.window)
    made = train_tokenizer(read_expected(samples, 0, _FOR_TOKENIZER), size)
    if len(made) != size:
        raise InvalidSetting(f"model.vocabulary: expected at most the {len(made):,} tokens found, got {size:,}")
    made.save_pretrained(folders.tokenizer)
    _CONSOLE.print(f"{len(made)} tokens, in {folders.tokenizer}")


@command.command()
def begin(run: Run, model: Annotated[Path, typer.Argument(help="The model's folder, as `save` wrote it.")]) -> None:
    """Begin a run with the weights and the tokenizer of a saved model, in place of drawn ones and one of its own."""
    folders = Folders(run)
    _expect_nothing_made(folders)
    missing = [name for name in _OF_A_MODEL if not (model / name).is_file()]
    if missing:
        raise InvalidSetting(f"{model}: expected a saved model with its {missing[0]}, found none")
    for folder in (folders.begun_with, folders.tokenizer):
        folder.mkdir(parents=True, exist_ok=True)
        for name in _OF_A_MODEL if folder == folders.begun_with else _OF_A_TOKENIZER:
            shutil.copy(model / name, folder / name)
    _CONSOLE.print(f"{run} begins with the model in {model}")


def _expect_nothing_made(folders: Folders) -> None:
    made_with = [path for path in folders.samples_of_stages() if any(path.glob("*.jsonl.gz"))]
    made_with += [folders.checkpoint] if folders.checkpoint.exists() else []
    if made_with:
        raise InvalidSetting(f"{made_with[0]}: made with the tokenizer that was there: delete it, or take another run")


@command.command()
def episodes(
    run: Run,
    settings: SettingsFile = None,
    stage: Annotated[str | None, typer.Option(help="Only this one, so that stages can be played side by side.")] = None,
) -> None:
    """Play the episodes of each stage on a real Riffler, and write down each move with what a model would see."""
    stages, folders = read_nano_settings(settings).stages, Folders(run)
    if stage is not None and stage not in (names := [each.name for each in stages]):
        raise InvalidSetting(f"stage: expected one of {', '.join(names)}, got {stage!r}")
    for number, each in enumerate(stages, 1):
        if stage not in (None, each.name):
            continue
        if each.drill is not None:
            _drill(folders, each, number)
        else:
            _play(
                folders.samples(each), number, each.episodes, folders.tokenizer, window_tokens=each.window, kin=each.kin
            )


@command.command()
def train(run: Run, settings: SettingsFile = None, device: str = "cpu") -> None:
    """Train the weights. Ctrl-C keeps what was done."""
    import torch  # noqa: PLC0415 - takes seconds

    from riffler.service.training.nano.train import Step, Trainer  # noqa: PLC0415 - takes seconds

    read = read_nano_settings(settings)
    cores = own_cores() if device == "cpu" else 1
    torch.set_num_threads(1)
    trainer = Trainer(read, Folders(run), device, cores)
    with _bar("steps", sum(stage.steps for stage in read.stages)) as bar:

        def tell(step: Step) -> None:
            speed = step.tokens / step.s
            bar(step.number, f"said {step.said_loss:.3f}, read {step.read_loss:.3f}, {speed:,.0f} tokens/s")

        trainer.run(tell)


@command.command()
def save(run: Run, out: Path, settings: SettingsFile = None) -> None:
    """Save the model with its tokenizer, in half precision, as transformers reads it."""
    from riffler.service.training.nano.train import Trainer  # noqa: PLC0415 - takes seconds

    Trainer(read_nano_settings(settings), Folders(run)).save_model(out)


@command.command()
def check(run: Run, settings: SettingsFile = None, window: int = 2048, episodes: int = 200) -> None:
    """Play episodes that the model wasn't trained on, and count the moves that it makes exactly as the oracle."""
    import torch  # noqa: PLC0415 - takes seconds

    from riffler.service.training.nano.checking import check as count  # noqa: PLC0415 - takes seconds
    from riffler.service.training.nano.examples import ExampleWriter  # noqa: PLC0415 - takes seconds
    from riffler.service.training.nano.train import Trainer  # noqa: PLC0415 - takes seconds

    torch.set_num_threads(1)
    trainer = Trainer(read_nano_settings(settings), Folders(run))
    model, folder = trainer.trained(), run / "check" / str(window)
    _play(folder, _FOR_CHECK, episodes, Folders(run).tokenizer, window_tokens=window)
    found = count(model, ExampleWriter(trainer.tokenizer), read_expected(folder, _FOR_CHECK, episodes))
    made = Table("move", "how many", "exact", "of its tokens", title=f"after {trainer.done:,} steps, window {window:,}")
    for kind, each in found.items():
        made.add_row(
            kind, f"{each.moves:,}", f"{each.exact_moves / each.moves:.1%}", f"{each.exact_tokens / each.tokens:.2%}"
        )
    _CONSOLE.print(made)


@command.command()
def curve(run: Run, out: Annotated[Path, typer.Argument(help="The picture, an SVG.")]) -> None:
    """Draw the losses of a run so far."""
    from riffler.service.training.nano.curve import curve as draw  # noqa: PLC0415 - as the other commands

    out.write_text(draw(Folders(run).losses), "utf-8")
    _CONSOLE.print(f"drawn in {out}")


def table(counts: Counts) -> Table:
    """Lay out what was written.

    Args:
        counts: What a run wrote.

    Returns:
        A row a skill. Of drills nothing counts how long they are.
    """
    made = Table("skill", "episodes", "samples", "longest, in tokens")
    for skill, number in sorted(counts.episodes.items()):
        longest = counts.longest_tokens[skill]
        made.add_row(skill, f"{number:,}", f"{counts.samples[skill]:,}", f"{longest:,}" if longest else "")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. What it refuses is one line on standard error and exit code 2.

    Args:
        arguments: Of the command line; None takes those of the process.

    Raises:
        SystemExit: At the end, as typer does.
    """
    try:
        command(arguments)
    except (RifflerError, OSError) as exc:
        typer.echo(f"nano: {exc}", err=True)
        raise SystemExit(2) from exc


if __name__ == "__main__":
    main()
