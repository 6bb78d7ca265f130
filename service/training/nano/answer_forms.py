"""Forms of an answer that a question wishes for, made of parts by procedure: what is to be learned is to copy them.

A form has a place for a key and one for its value, shown as `<key>`, `[name]`, `VALUE` and the like.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from riffler.service.training.nano.phrases import salad

_KEY_NOUNS = ("key", "name", "item", "thing", "k", "field", "entry", "what", "label", "id")
_VALUE_NOUNS = ("value", "state", "reading", "v", "content", "figure", "setting", "number", "result")
_BRACKETS = ("<{}>", "<{}>", "<{}>", "[{}]", "{{{}}}", "({})", "*{}*", "${}", "<the {}>", "%{}%")
_BETWEEN = (
    ": ",
    ": ",
    " = ",
    "=",
    " -> ",
    " => ",
    " - ",
    " is ",
    " | ",
    ":",
    " := ",
    ", ",
    " / ",
    " ~ ",
    " was ",
    " ... ",
)
_AROUND = (
    *(("", ""), ("", ""), ("", ""), ("", "."), ("- ", ""), ("* ", ""), ("> ", ""), ("[", "]"), ("(", ")"), ("", ";")),
    *(("{", "}"), ("| ", " |"), ("# ", ""), ("~", "~"), ("/ ", ""), ("+ ", " +")),
)
_FIRST = ("The", "As of now the", "In the end the", "By now the", "At last the", "Now the", "So the", "Here the", "My")
_SORTS = ("newest", "last", "final", "latest", "present", "most recent", "closing", "actual")
_NOUNS = ("entry", "state", "reading", "setting", "figure", "content", "word", "record", "status")
_OF = ("of", "for", "under", "with", "at", "on")
_IS = ("is", "was", "stands at", "reads", "has become", "remains", "comes to", "equals", "shows")
_VERBS = (
    *("Answer", "Reply", "Respond", "Write", "Finish", "End", "Conclude", "Close", "Print", "Say it", "Put it"),
    *("Give it", "Report", "State it", "Please answer", "Please reply", "List them", "I want it", "Word it", "Output"),
)
_OBJECTS = (
    "",
    "",
    "",
    " each",
    " every one",
    " your answer",
    " the reply",
    " all of it",
    " what you find",
    " the result",
)
_AS = (
    *(" as", " like this:", " in the form", " as follows:", " in this way:", " with", " with:", " in this shape:", ":"),
    *(" by the pattern", " in the words", " exactly as", " using", " so:", " in the style of", " after the model"),
)
_SEPARATORS = {
    "\n": ("one line each", "a line for each", "each on a line of its own", "one below the other", "one a line"),
    "; ": ("separated by semicolons", "parted by semicolons", "with ; between them", "semicolons between"),
    ", ": ("separated by commas", "with commas between them", "parted by commas"),
    " ": ("all on one line", "one after the other on one line", "with blanks between them", "in one line"),
}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """A form of an answer.

    Attributes:
        wish: What the question says of it; empty where it wishes for none.
        line: The form of one key's part, with the slots `{k}` and `{v}`.
        between: What stands between two parts.
    """

    wish: str
    line: str
    between: str


def answer_form(rng: random.Random, longest: int = 200) -> AnswerForm:
    """Draw a form.

    Args:
        rng: Source of the draws.
        longest: Characters of a key's part at most: where many keys are asked for, long ones don't fit a window.

    Returns:
        The form; where nothing is wished for, `key: value` and a line each.
    """
    if rng.random() < 0.2:
        return AnswerForm("", "{k}: {v}", "\n")
    make = rng.choice((_symbols, _natural, _words))
    line = next(made for made in iter(lambda: make(rng), "") if len(made) <= longest)
    between = rng.choice(("\n", "\n", "\n", "; ", ", ", " "))
    told = between != "\n" or rng.random() < 0.3
    how = rng.choice(_SEPARATORS[between]) if told else ""
    return AnswerForm(_wish(rng, shown(rng, line), how), line, between)


def shown(rng: random.Random, line: str) -> str:
    """Show a form with signs in the places of key and value.

    Args:
        rng: Source of the draws.
        line: The form.

    Returns:
        What a question shows.
    """
    key, value = rng.choice(_KEY_NOUNS), rng.choice(_VALUE_NOUNS)
    if rng.random() < 0.2:
        return line.format(k=key.upper(), v=value.upper())
    bracket = rng.choice(_BRACKETS)
    return line.format(k=bracket.format(key), v=bracket.format(value))


def _symbols(rng: random.Random) -> str:
    before, after = rng.choice(_AROUND)
    first, last = ("{k}", "{v}") if rng.random() < 0.85 else ("{v}", "{k}")
    mark = rng.choice(("", "", "", '"', "`"))
    return _escaped(before) + mark + first + mark + rng.choice(_BETWEEN) + mark + last + mark + _escaped(after)


def _natural(rng: random.Random) -> str:
    sort, noun = rng.choice(_SORTS), rng.choice(_NOUNS)
    end = rng.choice((".", ".", ".", "", "!", ";"))
    ways = (
        f"{rng.choice(_FIRST)} {sort} {noun} {rng.choice(_OF)} {{k}} {rng.choice(_IS)} {{v}}{end}",
        f"{rng.choice(_FIRST)} {noun} {rng.choice(_OF)} {{k}} {rng.choice(_IS)} {{v}}{end}",
        f"{{k}} {rng.choice(_IS)} {{v}}{end}",
        f"{{k}} has the {noun} {{v}}{end}",
        f"{{k}} {rng.choice(('ended', 'stopped', 'arrived', 'stayed'))} at {{v}}{end}",
        f"{{v}} {rng.choice(('is', 'was'))} the {sort} {noun} {rng.choice(_OF)} {{k}}{end}",
        f"For {{k}} the {sort} {noun} {rng.choice(_IS)} {{v}}{end}",
        f"{sort.capitalize()} {noun} {rng.choice(_OF)} {{k}}: {{v}}{end}",
        f"With {{k}} it {rng.choice(_IS)} {{v}}{end}",
    )
    return rng.choice(ways)


def _words(rng: random.Random) -> str:
    """Put key and value among words in no order."""
    most = rng.choice((2, 4))
    before, between, after = (salad(rng, rng.randint(low, most)) for low in (0, 1, 0))
    first, last = ("{k}", "{v}") if rng.random() < 0.75 else ("{v}", "{k}")
    said = " ".join(filter(None, (before.capitalize(), first, between, last, after)))
    return said + rng.choice((".", ".", "", "!", " |", ";"))


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _wish(rng: random.Random, form: str, how: str) -> str:
    quote = rng.choice(("'{}'", "'{}'", '"{}"', "`{}`", "\n{}\n", "{}"))
    lead = rng.choice(_VERBS) + rng.choice(_OBJECTS)
    if quote in {"\n{}\n", "{}"}:
        return (
            f"{f' {how.capitalize()}, please.' if how else ''} {lead}{rng.choice(_AS).rstrip(':')}:{_gap(quote)}{form}"
        )
    place = rng.random() if how else 1.0
    if place < 0.4:
        return f" {lead}, {how},{rng.choice(_AS)} {quote.format(form)}{rng.choice(('.', ''))}"
    said = f" {lead}{rng.choice(_AS)} {quote.format(form)}"
    if how:
        return f"{said}, {how}{rng.choice(('.', ''))}"
    return said + rng.choice(("", ".", " for each.", " for each of them.", " for every one of them", ", please."))


def _gap(quote: str) -> str:
    return "\n" if quote == "\n{}\n" else " "
