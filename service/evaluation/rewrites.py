"""What the rules of the arms make of the labelled queries: `python -m riffler.service.evaluation.rewrites`.

Counts are of all queries of a part. Quality is judged by hand: `--sheet FILE` writes rewrites to judge, a line each;
with `faithful` (it asks the same) and `fluent` (a person would write it so) added, true or false, a line is a judgement
in `labelled/rewrite_judgements.jsonl`. A judgement counts as long as the arm still makes that very rewrite.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from riffler.bandits.arms import ARMS, offered
from riffler.bandits.facts import WORD
from riffler.bandits.guard import Verdict, check
from riffler.bandits.pipeline import load_pipeline, parse, parse_all
from riffler.service.evaluation.features import Part, labelled_queries

JUDGEMENTS = "labelled/rewrite_judgements.jsonl"
REWORDING = tuple(name for name in ARMS if name not in {"none", "reread"})
"""The arms whose rewrites are worth looking at."""


@dataclass(frozen=True, slots=True)
class Made:
    """A rewrite of a labelled query.

    Attributes:
        id: The query's name.
        arm: The arm's.
        query: The query.
        rewrite: Its rewrite.
        verdict: What the guard says.
    """

    id: str
    arm: str
    query: str
    rewrite: str
    verdict: Verdict

    @property
    def hash(self) -> str:
        """Names the rewrite's text, so that a judgement doesn't outlive it."""
        return hashlib.sha256(self.rewrite.encode()).hexdigest()[:12]

    @property
    def dropped(self) -> float:
        """How many of the query's words the rewrite lacks, as a share of the query's words."""
        return _missing(self.query, self.rewrite) / max(1, len(WORD.findall(self.query)))

    @property
    def added(self) -> float:
        """How many words the rewrite has that the query lacks, as a share of the query's words."""
        return _missing(self.rewrite, self.query) / max(1, len(WORD.findall(self.query)))

    @property
    def changed(self) -> float:
        """How many words only one of both has, as a share of the words of both."""
        both = len(WORD.findall(self.query)) + len(WORD.findall(self.rewrite))
        return (_missing(self.query, self.rewrite) + _missing(self.rewrite, self.query)) / max(1, both)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody says of a rewrite.

    Attributes:
        faithful: Whether it asks the same as its query.
        fluent: Whether a person would write it so.
    """

    faithful: bool
    fluent: bool


Judgements = dict[tuple[str, str, str], Judgement]
"""By the query's name, the arm's, and the rewrite's hash."""


def rewrites(part: Part) -> tuple[Made, ...]:
    """Make all rewrites of the labelled queries, by rule and without a session.

    Args:
        part: Which queries.

    Returns:
        Them, query by query, of the arms in `REWORDING` that are offered.
    """
    rows = labelled_queries(part)
    pipeline = load_pipeline(None)
    queries = parse_all(pipeline, (row["query"] for row in rows))
    return tuple(
        Made(
            row["id"],
            arm,
            query.text,
            made.text,
            check(query.text, made.text, known=made.drawn_on, parse=lambda text: parse(pipeline, text).doc),
        )
        for row, query in zip(rows, queries, strict=True)
        for arm in offered(query, "rule")
        if arm in REWORDING and (made := ARMS[arm].by_rule(query)) is not None
    )


def read_judgements(text: str) -> Judgements:
    """Read judgements.

    Args:
        text: JSON lines with `id`, `arm`, `hash`, `faithful` and `fluent`; other keys don't count.

    Returns:
        Them; the last of several of one rewrite.
    """
    rows = map(json.loads, text.splitlines())
    return {(row["id"], row["arm"], row["hash"]): Judgement(row["faithful"], row["fluent"]) for row in rows}


def own_judgements() -> Judgements:
    """Read the judgements that this package holds; none before somebody has judged."""
    file = files(__package__).joinpath(JUDGEMENTS)
    return read_judgements(file.read_text("utf-8")) if file.is_file() else {}


def sheet(made: Sequence[Made], most: int, rng: random.Random) -> Iterator[str]:
    """Write rewrites to judge, in an order that tells nothing.

    Args:
        made: All rewrites.
        most: How many of an arm, drawn at random.
        rng: Draws them.

    Yields:
        JSON lines with `id`, `arm`, `hash`, `query` and `rewrite`.
    """
    drawn: list[Made] = []
    for arm in REWORDING:
        own = [each for each in made if each.arm == arm]
        drawn += rng.sample(own, min(most, len(own)))
    rng.shuffle(drawn)
    for each in drawn:
        row = {"id": each.id, "arm": each.arm, "hash": each.hash, "query": each.query, "rewrite": each.rewrite}
        yield json.dumps(row, ensure_ascii=False)


def table(made: Sequence[Made], queries: int, judgements: Judgements) -> str:
    """Write the figures of each arm.

    Args:
        made: All rewrites.
        queries: How many queries there are.
        judgements: Those that there are.

    Returns:
        Lines of Markdown.
    """
    lines = [
        "| arm | offered | kept by the guard | words changed | dropped | added | judged faithful | fluent | unjudged |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for arm in REWORDING:
        own = [each for each in made if each.arm == arm]
        judged = [found for each in own if (found := judgements.get((each.id, arm, each.hash))) is not None]
        cells = (
            f"{len(own)} {_share(len(own), queries)}",
            _share(sum(each.verdict.kept for each in own), len(own)),
            *(_median([getattr(each, name) for each in own]) for name in ("changed", "dropped", "added")),
            _share(sum(each.faithful for each in judged), len(judged)),
            _share(sum(each.fluent for each in judged), len(judged)),
            str(len(own) - len(judged)),
        )
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    return "\n".join(lines)


def offers(made: Sequence[Made], queries: int) -> str:
    """Tell for how many queries how many of the arms in `REWORDING` are offered.

    Args:
        made: All rewrites.
        queries: How many queries there are.

    Returns:
        One line.
    """
    each = Counter(Counter(one.id for one in made).values())
    each[0] = queries - sum(each.values())
    return "arms offered: " + ", ".join(f"{arms}: {_share(each[arms], queries)}" for arms in sorted(each))


def _missing(text: str, other: str) -> int:
    """Count the words of a text that another lacks."""
    words, others = (Counter(map(str.lower, WORD.findall(each))) for each in (text, other))
    return (words - others).total()


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _median(shares: Sequence[float]) -> str:
    return f"{median(shares):.0%}" if shares else "-"


def main(
    part: Annotated[Part, typer.Option(help="`final` is for the final figures only.")] = "dev",
    show: Annotated[str, typer.Option(help="An arm: show its rewrites instead.")] = "",
    sheet_file: Annotated[Path | None, typer.Option("--sheet", help="Write rewrites to judge there instead.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many rewrites of an arm the sheet has at most.")] = 50,
    seed: Annotated[int, typer.Option(help="Draws the sheet's rewrites.")] = 0,
) -> None:
    """Print what each arm makes by rule of the labelled queries, medians over its rewrites."""
    if show and show not in REWORDING:
        raise typer.BadParameter(f"one of {', '.join(REWORDING)}", param_hint="--show")
    made = rewrites(part)
    if sheet_file is not None:
        lines = list(sheet(made, most, random.Random(seed)))  # noqa: S311 - no secret
        sheet_file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        typer.echo(f"{len(lines)} rewrites to judge")
    elif show:
        for each in made:
            if each.arm == show:
                typer.echo(f"{each.id} {each.verdict.reason or 'kept'}\n  {each.query}\n  {each.rewrite}")
    else:
        queries = len(labelled_queries(part))
        typer.echo(f"{table(made, queries, own_judgements())}\n\n{offers(made, queries)}")


if __name__ == "__main__":
    typer.run(main)
