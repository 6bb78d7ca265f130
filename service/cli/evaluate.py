"""`riffler eval`: evaluations with known answers. Heavy parts are imported where they are used."""

from __future__ import annotations

import math
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riffler.errors import InvalidInput
from riffler.service.cli.options import BaseUrl, Seed, command_settings
from riffler.service.cli.stopping import run_until_stopped

if TYPE_CHECKING:
    from riffler.service.cli.evaluating import Plan
    from riffler.service.evaluation.benchmark import Benchmark
    from riffler.service.settings import Settings

evaluations = typer.Typer(
    no_args_is_help=True,
    help="Measure answers, tokens and prices on texts with known answers, with and without the context tools.",
)

_LARGEST = 10_000_000
_HOTTEST = 2.0
"""What OpenAI's API takes as a temperature; at 2 most models already write noise."""

Profiles = Annotated[
    str, typer.Option("--profile", help="Which tools the model is offered: none, paper, riffler; several with commas.")
]
Engine = Annotated[str | None, typer.Option(help="Which engine answers.", envvar="RIFFLER_ENGINE")]
Model = Annotated[str | None, typer.Option(help="The model's name, as its server knows it.", envvar="RIFFLER_MODEL")]
Json = Annotated[
    Path | None, typer.Option("--json", help="Keep results here; the same command goes on where it stopped.")
]
Wish = Annotated[bool, typer.Option(help="Whether a question says how it is to be answered: word for word.")]
CacheRead = Annotated[float, typer.Option(help="Price of a token that a prompt cache has, of one without a cache.")]
CacheWrite = Annotated[float, typer.Option(help="Price of a token that it takes in.")]
Temperature = Annotated[float, typer.Option(help="Of the model, at most 2; below 0 leaves the engine's own.")]


@evaluations.command("pi-llm")
def pi_llm(  # noqa: PLR0917 - typer calls it by name
    updates: Annotated[str, typer.Option(help="Updates of each key, with commas.")] = "2,4,16,64,256,400",
    keys: Annotated[str, typer.Option(help="How many keys, with commas.")] = "46",
    sessions: Annotated[int, typer.Option(help="Cases of each number of keys and updates.")] = 5,
    dictionary: Annotated[
        Path | None, typer.Option(help="Keys and values in the published form: a JSON object of 46 lists.")
    ] = None,
    profile: Profiles = "none,paper,riffler",
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    json: Json = None,
    seed: Seed = 1,
    cache_read: CacheRead = 0.1,
    cache_write: CacheWrite = 1.25,
    temperature: Temperature = 0.0,
) -> None:
    """Current values in streams of updates (PI-LLM)."""
    from riffler.service.evaluation.dictionary import own_dictionary, read_dictionary  # noqa: PLC0415
    from riffler.service.evaluation.pi_llm import PiLlm  # noqa: PLC0415

    each, of = numbers("updates", updates, 1), numbers("keys", keys, 2, 46)
    sessions = number("sessions", sessions, 1)
    words = own_dictionary() if dictionary is None else read_dictionary(dictionary)
    benchmark = PiLlm(words, each, sessions, seed, of)
    prices = (cache_read, cache_write)
    _evaluate(benchmark, profile, json, prices, temperature, engine=engine, model=model, base_url=base_url)


@evaluations.command()
def kinship(  # noqa: PLR0917 - typer calls it by name
    needles: Annotated[str, typer.Option(help="Sentences of kinship, with commas.")] = "2,3,4,5",
    tokens: Annotated[str, typer.Option(help="Lengths of the document, with commas.")] = "1000,16000,64000,128000",
    depth: Annotated[int, typer.Option(help="Where the first sentence goes, in percent.")] = 40,
    sessions: Annotated[int, typer.Option(help="Cases of each cell.")] = 10,
    profile: Profiles = "none,paper,riffler",
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    json: Json = None,
    seed: Seed = 1,
    cache_read: CacheRead = 0.1,
    cache_write: CacheWrite = 1.25,
    temperature: Temperature = 0.0,
) -> None:
    """Chains of kinship in long documents (NeedleBench M-RS)."""
    from riffler.service.evaluation.needles import Needles  # noqa: PLC0415

    benchmark = Needles(
        numbers("needles", needles, 1, 50),
        numbers("tokens", tokens, 1),
        number("depth", depth, 0, 100),
        number("sessions", sessions, 1),
        seed,
    )
    prices = (cache_read, cache_write)
    _evaluate(benchmark, profile, json, prices, temperature, engine=engine, model=model, base_url=base_url)


@evaluations.command()
def entities(  # noqa: PLR0917 - typer calls it by name
    entities: Annotated[str, typer.Option(help="How many owners with a thing and a place, with commas.")] = "100,1000",
    positions: Annotated[str, typer.Option(help="Where the one stands that is asked for, in percent.")] = (
        "0,25,50,75,100"
    ),
    sessions: Annotated[int, typer.Option(help="Cases of each cell.")] = 10,
    profile: Profiles = "none,paper,riffler",
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    json: Json = None,
    seed: Seed = 1,
    cache_read: CacheRead = 0.1,
    cache_write: CacheWrite = 1.25,
    temperature: Temperature = 0.0,
) -> None:
    """Which thing belongs to whom, by position in the text."""
    from riffler.service.evaluation.entities import Entities  # noqa: PLC0415

    benchmark = Entities(
        numbers("entities", entities, 1, 100_000),
        numbers("positions", positions, 0, 100),
        number("sessions", sessions, 1),
        seed,
    )
    prices = (cache_read, cache_write)
    _evaluate(benchmark, profile, json, prices, temperature, engine=engine, model=model, base_url=base_url)


@evaluations.command()
def find(  # noqa: PLR0917 - typer calls it by name
    tokens: Annotated[str, typer.Option(help="Lengths of the document, with commas.")] = "1000,16000,64000,128000",
    sessions: Annotated[
        int, typer.Option(help="Cases of each cell: of each length, and of each of the four kinds of question.")
    ] = 10,
    profile: Profiles = "none,paper,riffler",
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    json: Json = None,
    wish: Wish = True,
    seed: Seed = 1,
    cache_read: CacheRead = 0.1,
    cache_write: CacheWrite = 1.25,
    temperature: Temperature = 0.0,
) -> None:
    """The sentence of a document that answers, or that none does."""
    from riffler.service.evaluation.find import Find  # noqa: PLC0415

    benchmark = Find(numbers("tokens", tokens, 1), number("sessions", sessions, 1), seed, wish)
    prices = (cache_read, cache_write)
    _evaluate(benchmark, profile, json, prices, temperature, engine=engine, model=model, base_url=base_url)


@evaluations.command()
def recover(  # noqa: PLR0917 - typer calls it by name
    tokens: Annotated[str, typer.Option(help="Lengths of the document, with commas.")] = "1000,16000",
    sessions: Annotated[int, typer.Option(help="Cases of each cell: of each length, and of each kind of error.")] = 25,
    profile: Annotated[
        str, typer.Option("--profile", help="Which tools the model is offered: paper, riffler; several with commas.")
    ] = "paper,riffler",
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    json: Json = None,
    wish: Wish = True,
    seed: Seed = 1,
    cache_read: CacheRead = 0.1,
    cache_write: CacheWrite = 1.25,
    temperature: Temperature = 0.0,
) -> None:
    """Right answers after a tool call that went wrong."""
    from riffler.service.evaluation.recover import Recover  # noqa: PLC0415

    if "none" in profiles_asked(profile):
        raise InvalidInput("profile: expected paper or riffler, got none: without tools no call goes wrong")
    benchmark = Recover(numbers("tokens", tokens, 1), number("sessions", sessions, 1), seed, wish)
    prices = (cache_read, cache_write)
    _evaluate(benchmark, profile, json, prices, temperature, engine=engine, model=model, base_url=base_url)


@evaluations.command()
def rewriting(  # noqa: PLR0917 - typer calls it by name
    tokens: Annotated[int, typer.Option(help="Length of each document.")] = 1000,
    sessions: Annotated[int, typer.Option(help="Documents; each question is asked in six wordings.")] = 350,
    replays: Annotated[int, typer.Option(help="How often the policy is replayed on what was measured.")] = 20,
    policy: Annotated[
        str, typer.Option(help="Which policy: its name, or `fixed:` and an arm.", envvar="RIFFLER_POLICY")
    ] = "adaptive-thompson",
    profile: Annotated[
        str, typer.Option("--profile", help="Which tools the model is offered: none, paper or riffler.")
    ] = "riffler",
    engine: Engine = None,
    model: Model = None,
    base_url: BaseUrl = None,
    json: Json = None,
    seed: Annotated[int, typer.Option(help="For the generated texts, and for the replays.")] = 1,
    cache_read: CacheRead = 0.1,
    cache_write: CacheWrite = 1.25,
    temperature: Temperature = 0.0,
) -> None:
    """What rewriting gains: every arm on every question, and the policy beside them."""
    from riffler.service.cli.rewriting import Replays, evaluate_rewriting  # noqa: PLC0415
    from riffler.service.evaluation.reworded import Reworded  # noqa: PLC0415

    if "," in profile:
        raise InvalidInput(f"profile: expected one of them, got {profile!r:.60}")
    tokens, sessions = number("tokens", tokens, 1), number("sessions", sessions, 2)
    often, prices = Replays(number("replays", replays, 1, 1000), number("seed", seed, 0)), (cache_read, cache_write)
    overrides = {"engine": engine, "model": model, "base_url": base_url, "policy": policy}
    plan, settings = _planned(Reworded(tokens, sessions, seed), profile, json, prices, temperature, **overrides)
    plan = replace(plan, benchmark=Reworded(tokens, sessions, seed, settings.reward_weights))
    _run(evaluate_rewriting(plan, often, settings), json)


def numbers(name: str, text: str, least: int, most: int = _LARGEST) -> tuple[int, ...]:
    """Read whole numbers with commas between them.

    Args:
        name: The option's name.
        text: What was given.
        least: The smallest number that is possible.
        most: The largest.

    Returns:
        The numbers, in order.

    Raises:
        InvalidInput: Something isn't such a number, or stands there twice.
    """
    try:
        values = tuple(number(name, int(part), least, most) for part in text.split(","))
    except ValueError as exc:
        raise InvalidInput(f"{name}: expected whole numbers with commas between them, got {text!r:.60}") from exc
    if len(set(values)) < len(values):
        raise InvalidInput(f"{name}: expected each number once, got {text!r:.60}")
    return values


def number(name: str, value: int, least: int, most: int = _LARGEST) -> int:
    """Check a number.

    Args:
        name: The option's name.
        value: What was given.
        least: The smallest number that is possible.
        most: The largest.

    Returns:
        The number.

    Raises:
        InvalidInput: It is smaller or larger.
    """
    if not least <= value <= most:
        raise InvalidInput(f"{name}: expected a whole number from {least} to {most}, got {value}")
    return value


def profiles_asked(text: str) -> tuple[str, ...]:
    """Read names of profiles with commas between them.

    Args:
        text: What was given.

    Returns:
        The names, in order.

    Raises:
        InvalidInput: There is no such profile, or it stands there twice.
    """
    from riffler.tools.registry import PROFILES  # noqa: PLC0415 - pydantic takes 0.2 s

    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if name not in PROFILES:
            raise InvalidInput(f"profile: expected one of {', '.join(PROFILES)}, got {name!r:.60}")
    if len(set(names)) < len(names):
        raise InvalidInput(f"profile: expected each name once, got {text!r:.60}")
    return names


def _evaluate(
    benchmark: Benchmark,
    profile: str,
    json: Path | None,
    prices: tuple[float, float],
    temperature: float,
    **overrides: Any,  # noqa: ANN401 - settings, each checked
) -> None:
    from riffler.service.cli.evaluating import evaluate  # noqa: PLC0415 - takes a second

    plan, settings = _planned(benchmark, profile, json, prices, temperature, **overrides, rewriting=False)
    _run(evaluate(plan, settings), json)


def _planned(
    benchmark: Benchmark,
    profile: str,
    json: Path | None,
    prices: tuple[float, float],
    temperature: float,
    **overrides: Any,  # noqa: ANN401 - settings, each checked
) -> tuple[Plan, Settings]:
    """Check what was asked for, read the settings, and set up logs."""
    from riffler.service.cli.evaluating import Plan  # noqa: PLC0415 - takes a second
    from riffler.tools.price import CachePrices  # noqa: PLC0415

    for name, price in zip(("cache-read", "cache-write"), prices, strict=True):
        if not 0 < price <= 1000:
            raise InvalidInput(f"{name}: expected a price above 0, as a multiple of a token's, got {price}")
    if not -math.inf < temperature <= _HOTTEST:  # NaN, too, which no JSON has
        raise InvalidInput(f"temperature: expected at most {_HOTTEST:g}, or a number below 0, got {temperature}")
    profiles = profiles_asked(profile)
    settings = command_settings(**overrides)
    return Plan(benchmark, profiles, CachePrices(*prices), None if temperature < 0 else temperature, json), settings


def _run(work: Coroutine[Any, Any, object], json: Path | None) -> None:
    code = run_until_stopped(work)
    if code:
        kept = f"{json} has what was done; the same command goes on" if json else "nothing was kept, without --json"
        with suppress(OSError):  # a terminal that hung up takes no words
            typer.echo(f"riffler: stopped: {kept}", err=True)
        raise typer.Exit(code)
