"""What chains are worded with: sentences in which two people are related, questions, wishes, and frames of a document.

Half of the sentences have the two names and the relation's word among words in no order: what leads on is that another
name stands there, however it is said.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riffler.service.training.nano.phrases import LITTLE, clause, noun, salad, thing, where
from riffler.service.training.nano.wordings import wordings

_JOINTS = (" ", " ", " ", ", ", ", ", ": ", "; ", " - ", " (", ' "')
_CLOSED = {" (": ")", ' "': '"'}
_PLACES = (
    "{}",
    "'{}'",
    '"{}"',
    "<answer>{}</answer>",
    "**{}**",
    "[{}]",
    "({})",
    "<name>{}</name>",
    "Answer: {}",
    "#{}#",
)
_SIGNS = ("NAME", "name", "the name", "...", "N", "your answer", "who it is", "X")
_ASKS = (
    *("Answer", "Reply", "Respond", "Give the name", "Write it", "Say who it is", "Put the name", "Finish", "End"),
    *("Please answer", "State it", "Close", "Conclude", "Write the last name that you reach", "Output the result"),
)
_AS = (" as", " in the form", " like this:", " with", " so:", " as follows:", " exactly as", " in the shape", ":")
_INTO = (
    *("Put the name into", "Write the name in", "Your answer goes into", "Give the last name inside", "Box the name:"),
    *("Enclose the name in", "Let the name stand within", "Say it in", "Set what you find in", "Mark the answer with"),
)
_BEFORE = (
    "Read the following text.\n\n",
    "Read what follows with care; a question comes behind it.\n\n",
    "Below is a long text.\n",
    "<text>\n",
    "<context>\n",
    "Document:\n\n",
    "Text:\n",
    '"""\n',
    "This is an exercise in careful reading.\n\n",
    "=== begin ===\n",
)
_AFTER_MUCH = ("\n\n", "\n</text>\n\n", "\n\n---\n\n", "\n=== end ===\n\n", "\n\nQuestion: ", "\n</context>\n\n")
"""Of a long message the last paragraph is the question: Riffler takes it so."""
_AFTER = (
    "\n\n",
    "\n\n",
    "\n",
    "\n</text>\n\n",
    "\n</context>\n",
    "\n\n---\n",
    '\n"""\n',
    "\n=== end ===\n\n",
    "\n\nQuestion: ",
)
_EXAMPLES = (
    "For example, if {b}'s {t} is {a}, and no more is said, the answer for {b} is {f}.",
    "Example: {a} is named as the {t} of {b}, and nobody above {a}: {f}",
    "If the text told that {b} has {a} for a {t} and stopped there, you would say {f}.",
    "Say that {a} is the {t} of {b}. Then {b} leads to {f}.",
)
_RULES = (
    "Names of men and women may be mixed up; never mind.",
    "Go on until nobody further is named.",
    "Not all people in the text belong to it.",
    "The links may stand anywhere, in any order.",
    "Each step leads to one person only.",
    "Nothing is to be guessed.",
)


@dataclass(frozen=True, slots=True)
class NameForm:
    """How the name is to be said.

    Attributes:
        wish: What the question says of it; empty where the name alone is the answer.
        form: The answer, with the slot `{n}`.
    """

    wish: str
    form: str


def link(rng: random.Random, below: str, above: str, term: str) -> str:
    """Word a sentence in which two people are related.

    Args:
        rng: Source of the draws.
        below: Who is further down.
        above: Who is further up.
        term: What the second is to the first.

    Returns:
        The sentence. It has both names, one of them perhaps twice.
    """
    if rng.random() < 0.45:
        return str(rng.choice(wordings("chains")["links"])).format(a=above, b=below, t=term)
    said = _natural(rng, below, above, term) if rng.random() < 0.4 else _among_words(rng, below, above, term)
    return said[0].upper() + said[1:] + rng.choice((".", ".", ".", "!", ";"))


def question(rng: random.Random, kind: Mapping[str, Any], name: str) -> str:
    """Ask who is at the end.

    Args:
        rng: Source of the draws.
        kind: One of `wordings("chains")["kinds"]`.
        name: From whom to go.

    Returns:
        The question.
    """
    mark = rng.choice(("{}", "{}", "{}", "'{}'", '"{}"', "*{}*", "<{}>"))
    forms = [*kind["questions"], *wordings("chains")["questions"]]
    said = str(rng.choice(forms)).format(name=mark.format(name), t=rng.choice(kind["terms"]))
    opener = rng.choice(
        ("", "", "", "", "Now: ", "Question: ", "Please tell me: ", "So: ", f"{clause(rng)}. ".capitalize())
    )
    return opener + said


def name_form(rng: random.Random) -> NameForm:
    """Draw how the name is to be said.

    Args:
        rng: Source of the draws.

    Returns:
        The form.
    """
    kind = rng.random()
    if kind < 0.3:
        return NameForm("", "{n}")
    if kind < 0.55:
        return NameForm(f" {rng.choice(_INTO)} \\boxed{{}}.", "\\boxed{{{n}}}")
    form = rng.choice(_PLACES)
    if kind > 0.8 or form == "{}":
        before, after = salad(rng, rng.randint(0, 4)), salad(rng, rng.randint(0, 3))
        form = " ".join(filter(None, (before.capitalize(), form, after))) + rng.choice((".", "", "!"))
    shown = form.format(rng.choice(_SIGNS)) if form != "{}" else rng.choice(_SIGNS)
    quote = rng.choice(("{}", '"{}"', "`{}`", "\n{}"))
    wish = f" {rng.choice(_ASKS)}{rng.choice(_AS)} {quote.format(shown)}"
    return NameForm(wish, form.format("{n}"))


def framed(rng: random.Random, document: str, asked: str) -> str:
    """Put a document and the question into one message.

    Args:
        rng: Source of the draws.
        document: The document.
        asked: The question.

    Returns:
        The message.
    """
    after = _AFTER if len(document) < LITTLE else _AFTER_MUCH
    return f"{rng.choice(_BEFORE) if rng.random() < 0.6 else ''}{document}{rng.choice(after)}{asked}"


def explained(rng: random.Random, kind: Mapping[str, Any], form: str, others: list[str]) -> str:
    """Explain the task with examples and rules.

    Args:
        rng: Source of the draws.
        kind: One of `wordings("chains")["kinds"]`.
        form: The answer's, with the slot `{n}`.
        others: Names that stand nowhere else, two an example.

    Returns:
        Some lines.
    """
    lines = rng.sample(_RULES, rng.randint(0, 3))
    for below, above in zip(others[::2], others[1::2], strict=True):
        term = rng.choice(kind["terms"])
        lines.append(rng.choice(_EXAMPLES).format(a=above, b=below, t=term, f=form.format(n=above)))
    return rng.choice(("\n", " ")).join(lines)


def _among_words(rng: random.Random, below: str, above: str, term: str) -> str:
    """Put both names and the relation's word anywhere among others."""
    parts = [above, below, rng.choice((term, f"the {term}", f"a {term}", f"{term} of"))]
    if rng.random() < 0.25:
        parts.append(rng.choice((above, below)))
    rng.shuffle(parts)
    at = rng.randrange(len(parts))
    if rng.random() < 0.3 and parts[at] in {above, below}:
        parts[at] += "'s"
    said = salad(rng, rng.randint(0, 5))
    for part in parts:
        joint = rng.choice(_JOINTS) if said else ""
        said += f"{joint}{part}{_CLOSED.get(joint, '')}"
        if words := salad(rng, rng.choice((0, 1, 2, 4, 6))):
            said += f" {words}"
    return said


def _natural(rng: random.Random, below: str, above: str, term: str) -> str:
    one, other = (above, below) if rng.random() < 0.5 else (below, above)
    are = f"{above} is {rng.choice(('the', 'a', 'no other than the'))} {term} of {below}"
    ways = (
        f"{where(rng)}, {are}",
        f"{clause(rng)}, and {are}",
        f"{above}, who {rng.choice(('had', 'knew', 'sold', 'kept'))} {thing(rng)}, was {below}'s {term}",
        f"{below}, whose {term} {above} was, lived {where(rng)}",
        f"{one} and {other} met {where(rng)}: {term} at that time was {above}",
        f"among those {where(rng)} were {below} and the {term}, {above}",
        f"{below} got {thing(rng)} from {above}, the {term}",
        f"{above} told {below}, as a {term} does, of {thing(rng)}",
        f"to {below} the word {term} means {above}",
        f"{noun(rng)}: {below}; {term}: {above}",
        f'"{are}," {rng.choice(("wrote", "said", "thought"))} {thing(rng)}',
        f"{below} has called {above} {term} since {thing(rng)} {where(rng)}",
    )
    return rng.choice(ways)
