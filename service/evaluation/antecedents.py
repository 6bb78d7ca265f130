"""How well pronouns are resolved from what was said before: `python -m riffler.service.evaluation.antecedents`.

The sessions are written by a language model that hadn't seen the code. `dev` was read while the rules were built;
`final` is for the final figures only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from riffler.bandits.antecedents import resolve
from riffler.bandits.pipeline import load_pipeline, parse
from riffler.service.evaluation.rows import wilson

Part = Literal["dev", "final"]
_OPENING = re.compile(r"(?:(?:an?|the|his|her|their|its)|[\w ]+['’]s)\s+")


@dataclass(frozen=True, slots=True)
class Session:
    """A query in its session, with what its pronoun stands for.

    Attributes:
        id: Its name.
        before: What was said before, oldest first.
        query: The query.
        pronoun: The words in the query that point back.
        antecedents: All wordings that are right; none where a careful reader can't tell, or nothing is meant.
        note: What the writer says of it.
    """

    id: str
    before: tuple[str, ...]
    query: str
    pronoun: str
    antecedents: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A session with what the rules say.

    Attributes:
        session: The session.
        answer: What the pronoun stands for by the rules; empty when they say nothing.
    """

    session: Session
    answer: str

    @property
    def right(self) -> bool:
        """Whether it is one of the right wordings, or nothing where nothing is right.

        An article or an owner before it doesn't count.
        """
        if not self.answer or not self.session.antecedents:
            return bool(self.answer) == bool(self.session.antecedents)
        return _bare(self.answer) in map(_bare, self.session.antecedents)


def sessions(part: Part) -> tuple[Session, ...]:
    """Read the labelled sessions of a part, in the order of the file."""
    lines = files(__package__).joinpath("labelled/antecedents.jsonl").read_text("utf-8").splitlines()
    return tuple(
        Session(
            row["id"],
            tuple(row["before"]),
            row["query"],
            row["pronoun"],
            tuple(row["antecedents"]),
            row["note"],
        )
        for row in map(json.loads, lines)
        if row["part"] == part
    )


def answered(those: Sequence[Session], pipeline: str | None = None) -> tuple[Answered, ...]:
    """Let the rules say what pronouns stand for.

    Args:
        those: The sessions.
        pipeline: The spaCy pipeline; None is the one that ships.

    Returns:
        Them, in order. Where a word stands in the query more than once, it is the first that has an answer.
    """
    nlp = load_pipeline(pipeline)
    found = []
    for session in those:
        resolved = resolve(parse(nlp, session.query, session.before))
        said = (each.antecedent for each in resolved if _is_of(session, each.start, each.end))
        found.append(Answered(session, next(said, "")))
    return tuple(found)


def precision(those: Sequence[Answered]) -> tuple[int, int]:
    """Count the right answers, of all answers."""
    said = [each for each in those if each.answer]
    return sum(each.right for each in said), len(said)


def recall(those: Sequence[Answered]) -> tuple[int, int]:
    """Count the antecedents that are found, of those that there are."""
    meant = [each for each in those if each.session.antecedents]
    return sum(each.right for each in meant), len(meant)


def left_alone(those: Sequence[Answered]) -> tuple[int, int]:
    """Count the pronouns that are left alone, of those without an antecedent."""
    none = [each for each in those if not each.session.antecedents]
    return sum(each.right for each in none), len(none)


def show(those: Sequence[Answered], console: Console) -> None:
    """Print a table of the figures.

    Args:
        those: The sessions.
        console: Where to.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("of")
    table.add_column("right", justify="right")
    for name, (right, total) in (
        ("the answers (precision)", precision(those)),
        ("the antecedents (recall)", recall(those)),
        ("those without an antecedent", left_alone(those)),
    ):
        low, high = wilson(right, max(total, 1))
        table.add_row(name, f"{right}/{total} {right / max(total, 1):.1%} ({low:.1%} to {high:.1%})")
    console.print(table)


def show_misses(those: Sequence[Answered], console: Console) -> None:
    """Print the sessions where the rules are wrong, or say nothing where they should.

    Args:
        those: The sessions.
        console: Where to.
    """
    for each in those:
        if not each.right:
            session = each.session
            console.print(f"\n{session.id} {session.pronoun}: {each.answer or 'nothing'}", markup=False)
            console.print(f"  instead of {' | '.join(session.antecedents) or 'nothing'} ({session.note})", markup=False)
            for text in (*session.before, session.query):
                console.print(f"  - {text}", markup=False)


def _bare(words: str) -> str:
    return _OPENING.sub("", words.lower(), count=1)


def _is_of(session: Session, start: int, end: int) -> bool:
    """Tell whether a stretch of the query is the words that point back, or ends as they do."""
    words, asked = session.query[start:end].lower(), session.pronoun.lower()
    return words == asked or asked.endswith(f" {words}") or words.endswith(f" {asked}")


def main(
    part: Annotated[Part, typer.Option(help="`final` is for the final figures only.")] = "dev",
    pipeline: Annotated[str | None, typer.Option(help="A spaCy pipeline; else the one that ships.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Show what goes wrong, too; of dev only.")] = False,
) -> None:
    """Resolve the pronouns of all sessions of a part; print the shares with Wilson's intervals (95 %)."""
    if misses and part != "dev":
        raise typer.BadParameter("the final part is for figures: its misses aren't shown", param_hint="--misses")
    console = Console(highlight=False)
    those = answered(sessions(part), pipeline)
    show(those, console)
    if misses:
        show_misses(those, console)


if __name__ == "__main__":
    typer.run(main)
