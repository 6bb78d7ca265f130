"""`cut_context`: cut text into fragments with ids, at markers, messages, structure, or by size in tokens.

What is in fragments already, pinned, an instruction or an inner step of the agent stays as it is. A cut inside a
visible fragment nests. Tool calls aren't text, so no cut can reach them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from riffler.errors import InvalidArguments, NothingToCut, NotJson
from riffler.tools.as_written import fragment_id, position_text, word_list
from riffler.tools.cutting import cut_at
from riffler.tools.fragments import Fragment, Span, cut_points
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words
from riffler.tools.structure.kinds import structure_of
from riffler.tools.structure.places import solid
from riffler.tools.structure.size import pieces_of
from riffler.tools.structure.weigher import Weigher
from riffler.tools.tokens import TokenCounter
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool
from riffler.tools.uncut import Uncut, refuse_both, uncut_between, uncut_of_fragment, uncut_of_messages

MOST_FRAGMENTS = 5000
"""Of one call: more than a model can act on, and what a commit still writes at once."""

_DEFAULT_TOKENS = 500
_DEFAULT_PIECES = 5
_SHOWN_MESSAGES = 10
_SHOWN_FRAGMENTS = 16
_QUOTED_CHARACTERS = 80

By = Literal["size", "markers", "message", "headings", "paragraphs", "lines", "sentences", "code", "json"]


class CutContext(Arguments):
    """Arguments of `cut_context`."""

    by: Annotated[By, Field(description="Where to cut.")] = "size"
    messages: Annotated[
        str, BeforeValidator(position_text), Field(description='Positions: "3", "2-9", "5-". All if left out.')
    ] = ""
    fragment: Annotated[str, BeforeValidator(fragment_id), Field(description="Id of a fragment to cut further.")] = ""
    start_marker: Annotated[str, Field(description="Cut only from this text on, copied exactly.")] = ""
    end_marker: Annotated[str, Field(description="Cut only up to the end of this text.")] = ""
    tokens: Annotated[
        int | None,
        Field(ge=20, le=20_000, description="Size of a piece (500); small units are joined up to it."),
        WithJsonSchema({"type": "integer", "minimum": 20, "maximum": 20_000}),
    ] = None
    pieces: Annotated[
        int | None,
        Field(ge=1, le=100, description="How many, by markers (5)."),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
    ] = None
    roles: Annotated[
        tuple[Literal["user", "assistant", "tool"], ...],
        BeforeValidator(word_list),
        Field(min_length=1, description="Whose messages."),
    ] = ("user", "assistant", "tool")


def _run(memory: WorkingMemory, arguments: CutContext, inputs: Inputs) -> Outcome:
    _check(arguments)
    uncut = _uncut(memory, arguments)
    plan = _plan(memory, arguments, uncut, inputs.counter)
    if not plan:
        raise NothingToCut(_nothing(memory, arguments, uncut))
    event = cut_at(memory, plan, inputs.counter)
    return Outcome((event,), _reply(memory.commit([event]), event.fragments, uncut.left))


def _check(arguments: CutContext) -> None:
    """Refuse arguments that don't go together."""
    refuse_both(arguments.messages, arguments.fragment)
    by = arguments.by
    if by == "markers" and not (arguments.start_marker and arguments.end_marker):
        name = "end_marker" if arguments.start_marker else "start_marker"
        raise InvalidArguments(f"{name}: expected text to cut at, as by is markers, got none")
    if by in {"markers", "message"} and arguments.tokens is not None:
        raise InvalidArguments(f"tokens: means nothing when by is {by}: take by=size, or leave tokens out")
    if by != "markers" and arguments.pieces is not None:
        raise InvalidArguments(f"pieces: means nothing when by is {by}: take by=markers, or leave pieces out")


def _uncut(memory: WorkingMemory, arguments: CutContext) -> Uncut:
    if arguments.start_marker or arguments.end_marker:
        return uncut_between(
            memory,
            arguments.start_marker,
            arguments.end_marker,
            messages=arguments.messages,
            roles=arguments.roles,
            fragment=arguments.fragment,
        )
    if arguments.fragment:
        return uncut_of_fragment(memory, arguments.fragment)
    return uncut_of_messages(memory, arguments.messages, arguments.roles)


def _plan(
    memory: WorkingMemory, arguments: CutContext, uncut: Uncut, counter: TokenCounter
) -> list[tuple[Span, list[int]]]:
    """Choose the cuts of each stretch; those in which there is nothing of the kind are left out, and told."""
    plan: list[tuple[Span, list[int]]] = []
    total = 0
    whole = sum(span.end - span.start for span in uncut.spans)
    without: list[int] = []
    for span in uncut.spans:
        try:
            cuts = _cuts(memory, arguments, span, whole, counter)
        except NotJson as exc:
            if uncut.named:
                raise NotJson(f"message {span.message + 1}: {exc}") from exc
            cuts = []
        if not cuts and (arguments.by in {"headings", "code", "json"} or _is_fragment(memory, span)):
            without.append(span.message + 1)
            continue
        plan.append((span, cuts))
        total += len(cuts) + 1
        if total > MOST_FRAGMENTS:
            raise InvalidArguments(_too_many(memory, arguments, uncut, counter))
    if without and plan:
        numbers = list(dict.fromkeys(without))
        shown = ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
        uncut.left.append(f"left whole, as there is nothing to part by {arguments.by}: message {shown}")
    return plan


def _cuts(memory: WorkingMemory, arguments: CutContext, span: Span, whole: int, counter: TokenCounter) -> list[int]:
    text = memory.messages[span.message].texts[span.slot]
    match arguments.by:
        case "message":
            return []
        case "markers":
            wanted = (arguments.pieces or _DEFAULT_PIECES) * (span.end - span.start) / whole
            places = cut_points(text, span.start, span.end, max(1, round(wanted)))
            return list(solid(text, span.start, span.end, places))
        case "size":
            return pieces_of(text, span.start, span.end, arguments.tokens or _DEFAULT_TOKENS, counter)
        case kind:
            found = structure_of(text, span.start, span.end, kind, target_tokens=arguments.tokens, counter=counter)
            return list(islice(found, MOST_FRAGMENTS + 1))


def _is_fragment(memory: WorkingMemory, span: Span) -> bool:
    """Tell whether a fragment of this very span is there, which a piece may not repeat."""
    return any(fragment.span == span for fragment in memory.around(span))


def _too_many(memory: WorkingMemory, arguments: CutContext, uncut: Uncut, counter: TokenCounter) -> str:
    if arguments.by == "message":
        return f"messages: at most {MOST_FRAGMENTS} fragments are made in a call: name fewer messages"
    weight = 0.0
    for span in uncut.spans:
        text = memory.messages[span.message].texts[span.slot]
        weight += Weigher(text, span.start, span.end, counter).tokens(span.start, span.end)
    enough = min(20_000, max(50, -(-int(weight) // (MOST_FRAGMENTS // 2) // 50) * 50))
    return (
        f"tokens: this would make more than {MOST_FRAGMENTS} fragments: set tokens to {enough} or so, which joins "
        f"neighbours, or name fewer messages"
    )


def _nothing(memory: WorkingMemory, arguments: CutContext, uncut: Uncut) -> str:
    if not uncut.spans:
        why = "; ".join(uncut.left) or "no message of these roles has text outside of instructions and inner steps"
        return f"nothing is left to cut: {why}" + (". Cut inside one with fragment=<id>" if memory.fragments else "")
    if arguments.by in {"headings", "code", "json"}:
        return f"no {arguments.by} to cut at in that text: take by=paragraphs, by=lines or by=size"
    return f"that text is one piece already by {arguments.by}: take another kind, or by=size with fewer tokens"


def _reply(memory: WorkingMemory, fragments: Sequence[Fragment], left: Sequence[str]) -> str:
    tokens = sum(fragment.tokens for fragment in fragments)
    by_message = [(index, list(group)) for index, group in groupby(fragments, lambda piece: piece.span.message)]
    many = "s, all visible" if len(fragments) > 1 else ", visible"
    lines = [f"cut {ids_words(memory, fragments)}: {len(fragments)} fragment{many}, {tokens} tokens"]
    lines += [_message_line(memory, index, group) for index, group in by_message[:_SHOWN_MESSAGES]]
    if len(by_message) > _SHOWN_MESSAGES:
        rest = by_message[_SHOWN_MESSAGES:]
        lines.append(
            f"{len(rest)} more messages, {rest[0][0] + 1} to {rest[-1][0] + 1}: "
            f"{ids_words(memory, [fragment for _, group in rest for fragment in group])}"
        )
    if len(fragments) <= _SHOWN_FRAGMENTS:
        lines += [_line(memory, fragment) for fragment in fragments]
    else:
        lines += [_line(memory, fragment) for fragment in fragments[: _SHOWN_FRAGMENTS // 2]]
        lines += ["...", *(_line(memory, fragment) for fragment in fragments[-2:])]
    return "\n".join([*lines, *left])


def _message_line(memory: WorkingMemory, index: int, group: Sequence[Fragment]) -> str:
    tokens = sum(fragment.tokens for fragment in group)
    return f"message {index + 1} ({memory.messages[index].role}): {ids_words(memory, group)}, {tokens} tokens"


def _line(memory: WorkingMemory, fragment: Fragment) -> str:
    span = fragment.span
    text = memory.messages[span.message].texts[span.slot]
    words = " ".join(text[span.start : min(span.end, span.start + 4 * _QUOTED_CHARACTERS)].split())
    more = " ..." if len(words) > _QUOTED_CHARACTERS or span.end - span.start > 4 * _QUOTED_CHARACTERS else ""
    return f"{fragment.id}, {fragment.tokens} tokens: {words[:_QUOTED_CHARACTERS]}{more}"


CUT_CONTEXT = Tool(
    name="cut_context",
    description=(
        "Cut text into fragments with ids, so that parts of it can be folded or summarised. By size in tokens, by "
        "message, by structure, or into pieces between two markers. Cutting changes nothing in what you see."
    ),
    arguments=CutContext,
    run=_run,
)
