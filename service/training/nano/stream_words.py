"""What streams are worded with: the form of an update, introductions, and questions, made of parts by procedure."""

from __future__ import annotations

import random
from collections.abc import Sequence

from riffler.service.training.nano.noise import sentences
from riffler.service.training.nano.phrases import salad
from riffler.service.training.nano.wordings import wordings

_SEPARATORS = (
    ": ",
    ": ",
    ": ",
    " = ",
    "=",
    " -> ",
    " => ",
    " := ",
    ":",
    " | ",
    " ~ ",
    " >> ",
    " :: ",
    "->",
    " - ",
    "\t",
)
_ENDS = ("; ", "; ", "\n", "\n", "\n", ", ", " ;; ", ".\n", " / ", ";\n", "\n\n", " || ", ". ", ";")
_FRAMES = (
    *(
        ("", ""),
        ("", ""),
        ("", ""),
        ("", ""),
        ("- ", ""),
        ("* ", ""),
        ("> ", ""),
        ("[", "]"),
        ("(", ")"),
        ("[{n}] ", ""),
    ),
    *(
        ("{n}. ", ""),
        ("{n}: ", ""),
        ("t={n} ", ""),
        ("#{n} ", ""),
        ("<", ">"),
        ("+ ", " +"),
        ("at {n} ", ""),
        ("| ", " |"),
    ),
)
_CHANGES = ("is", "is now", "became", "changed to", "goes to", "was set to", "has become", "moves to", "reads", "got")
_ADJECTIVES = ("latest", "newest", "last", "most recent", "final", "present", "closing", "last known", "freshest")
_NOUNS = ("value", "entry", "state", "reading", "setting", "content", "figure", "record", "update", "status")
_OPENERS = ("", "", "", "", "Please: ", "Now ", "Question: ", "Task: ", "So, ", "Right. ", "And ", "Hello! ", "Q: ")
_ENDINGS = ("", "", "", " at the end", " after all updates", " by now", " in the text", " above", " in what was said")
_ASKED = (
    "what is the {a} {n} of {keys}{e}?",
    "what are the {a} {n}s of {keys}{e}?",
    "give the {a} {n} for {keys}{e}.",
    "tell me the {a} {n} of each of these{e}: {keys}.",
    "{keys}: which {n} is the {a}{e}?",
    "for {keys} I need the {a} {n}{e}.",
    "{keys}\nWhat is the {a} {n} of each{e}?",
    "what do {keys} stand at{e}?",
    "find the {a} {n} for these{e}:\n{keys}\n",
    "look up {keys} and say the {a} {n}{e}.",
    "which {a} {n} do {keys} have{e}?",
    "I wonder about {keys}. What {n} was the {a}{e}?",
    "of {keys}, the {a} {n}{e}, please.",
    "{a} {n} of {keys}{e}",
    "the {a} {n} ({keys}){e}?",
    "here is what I want to know: {keys}. State the {a} {n} of every one{e}.",
)
_ALL = (
    "what is the {a} {n} of each key{e}?",
    "give me the {a} {n} of all of them{e}.",
    "for every one of these, what is the {a} {n}{e}?",
    "and the {a} {n} of each{e}?",
    "list all of them with their {a} {n}{e}.",
    "say the {a} {n} of every one of the keys{e}.",
)
_TWICE = (" That is: {keys}.", " (Again: {keys})", " I repeat: {keys}.", " Don't leave out any of {keys}.")
_NAMING = (
    "The keys are {keys}.",
    "There are {count} of them: {keys}.",
    "Watch {keys}.",
    "It is about {keys}, {count} in all.",
    "What is followed here: {keys}.",
    "Names that occur: {keys}.",
    "Each of {keys} is set again and again.",
    "Of interest are the {count} names {keys}.",
)
_EXPLAINING = (
    "In the text below things are set to new values many times.",
    "Only what came last counts.",
    "I shall ask about them at the end.",
    "Read it with care and remember what changes.",
    "An entry replaces all those before it that have the same name.",
    "You help me to keep an overview.",
    "Nothing in it is sorted.",
    "It goes on over many entries, so be patient.",
    "The record begins below.",
    "Somebody wrote this down while it happened.",
    "A question follows behind it.",
    "Older entries are of no use any more.",
)
_GAPS_AFTER_MUCH = ("\n\n", "\n\n", "\n\n\n", "\n\n---\n\n", "\n***\n\n", "\n\n## ")
"""Of a long message the last paragraph is the question: Riffler takes it so."""
_GAPS = ("\n\n", "\n\n", "\n", "\n\n---\n", "\n\n\n", " ", "\n***\n\n", "\n\n## ")


def pair_form(rng: random.Random) -> str:
    """Draw the form of an update.

    Args:
        rng: Source of the draws.

    Returns:
        The form, with the slots `{k}`, `{v}` and perhaps `{n}`: what stands behind a key tells it from other mentions.
    """
    kind = rng.random()
    if kind < 0.25:
        return str(rng.choice(wordings("streams")["pairs"]))
    before, after = rng.choice(_FRAMES)
    if kind < 0.4:
        lead = rng.choice(("", "", "the ", "then ", f"{salad(rng, rng.randint(1, 3))} "))
        return f"{lead}{{k}} {rng.choice(_CHANGES)} {{v}}{rng.choice(('. ', '; ', chr(10), '.' + chr(10)))}"
    mark = rng.choice(("", "", "", "", '"', "'"))
    return f"{before}{mark}{{k}}{mark}{rng.choice(_SEPARATORS)}{mark}{{v}}{mark}{after}{rng.choice(_ENDS)}"


def introduction(rng: random.Random, keys: Sequence[str], *, naming: bool) -> str:
    """Word what stands before a stream: nothing, a line, or some sentences that explain.

    Args:
        rng: Source of the draws.
        keys: The keys.
        naming: Whether the keys must be named there, in their order.

    Returns:
        The text, up to where the stream begins.
    """
    kind = rng.random()
    if not naming and kind < 0.2:
        return ""
    if not naming and kind < 0.45:
        said = str(rng.choice(wordings("streams")["introductions"]))
        return said.format(keys=listed(rng, keys), count=len(keys))
    told = rng.sample(_EXPLAINING, rng.randint(0, 4)) + sentences(rng, rng.choice((0, 0, 0, 1, 2)))
    rng.shuffle(told)
    if naming or rng.random() < 0.6:
        told.insert(rng.randint(0, len(told)), named(rng, keys))
    return " ".join(told) + rng.choice(("\n", "\n\n", " ", ":\n", "\n\n---\n")) if told else ""


def named(rng: random.Random, keys: Sequence[str]) -> str:
    """Word a sentence that names all keys.

    Args:
        rng: Source of the draws.
        keys: The keys.

    Returns:
        The sentence.
    """
    return rng.choice(_NAMING).format(keys=listed(rng, keys), count=len(keys))


def gap(rng: random.Random, *, much: bool) -> str:
    """Draw what stands between a stream and the question.

    Args:
        rng: Source of the draws.
        much: Whether the stream is long.

    Returns:
        White space, and perhaps a line.
    """
    return rng.choice(_GAPS_AFTER_MUCH if much else _GAPS)


def question(rng: random.Random, keys: Sequence[str]) -> str:
    """Ask for keys by their names.

    Args:
        rng: Source of the draws.
        keys: The keys, in the order in which the answer has them.

    Returns:
        The question.
    """
    if rng.random() < 0.25:
        return str(rng.choice(wordings("streams")["questions"])).format(keys=listed(rng, keys))
    said = _worded(rng, rng.choice(_ASKED), listed(rng, keys))
    if rng.random() < 0.12:
        said += rng.choice(_TWICE).format(keys=listed(rng, keys))
    return said


def question_for_all(rng: random.Random) -> str:
    """Ask for all keys without their names.

    Args:
        rng: Source of the draws.

    Returns:
        The question.
    """
    return _worded(rng, rng.choice(_ALL), "")


def listed(rng: random.Random, keys: Sequence[str]) -> str:
    """List keys, in their order.

    Args:
        rng: Source of the draws.
        keys: The keys.

    Returns:
        The list: with commas, in quotes, in brackets, as lines with bullets or numbers.
    """
    kind = rng.random()
    if kind < 0.25 and len(keys) > 1:
        return f"{', '.join(keys[:-1])} and {keys[-1]}"
    if kind < 0.55:
        return ", ".join(keys)
    if kind < 0.75:
        mark = rng.choice(('"{}"', "'{}'", "<{}>", "`{}`", "*{}*", "({})", "[{}]"))
        return rng.choice((", ", " ", "; ")).join(mark.format(key) for key in keys)
    if kind < 0.85:
        first, last = rng.choice(("()", "[]", "{}", "<>"))
        return f"{first}{', '.join(keys)}{last}"
    if kind < 0.92:
        mark = rng.choice(("- ", "* ", "", "+ "))
        return "".join(f"\n{mark}{key}" for key in keys)
    if kind < 0.96:
        return "".join(f"\n{number}. {key}" for number, key in enumerate(keys, 1))
    return rng.choice(("; ", " / ", " + ", ",")).join(keys)


def _worded(rng: random.Random, form: str, keys: str) -> str:
    said = form.format(a=rng.choice(_ADJECTIVES), n=rng.choice(_NOUNS), e=rng.choice(_ENDINGS), keys="{keys}")
    opener = rng.choice(_OPENERS)
    if not said.startswith("{keys}") and (not opener or opener.endswith((". ", "! ", ": "))):
        said = said[0].upper() + said[1:]
    said = (opener + said).replace("{keys}", keys)
    return said if rng.random() < 0.9 else said.rstrip("?.")
