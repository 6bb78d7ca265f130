"""`fragment_context`: cut the text between two markers into fragments with ids.

Sculptor (Li et al. 2025), section "Active context management tools", https://arxiv.org/abs/2508.04664. The paper leaves
open how markers match. Here: both must occur exactly once in what the view shows of the messages of the role, in the
same message; the span goes from the start marker's first character to the end marker's last. Inner steps of the agent
aren't looked at.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from riffler.errors import InvalidSpan
from riffler.tools.cutting import check_free, cut
from riffler.tools.fragments import Fragment, Span
from riffler.tools.marked import only_place
from riffler.tools.memory import WorkingMemory
from riffler.tools.scanning import RoleChoice, readable_texts
from riffler.tools.tool import Arguments, Inputs, Outcome, Tool

_QUOTED_CHARACTERS = 60


class FragmentContext(Arguments):
    """Arguments of `fragment_context`."""

    start_marker: Annotated[
        str, Field(min_length=1, description="Text at the start of the span, copied exactly; it must occur only once.")
    ]
    end_marker: Annotated[
        str, Field(min_length=1, description="Text at the end of the span, copied exactly; it must occur only once.")
    ]
    num_fragments: Annotated[int, Field(ge=1, le=20, description="How many fragments to cut the span into.")] = 5
    role: Annotated[RoleChoice, Field(description="Whose messages to look in.")] = "user"


def _run(memory: WorkingMemory, arguments: FragmentContext, inputs: Inputs) -> Outcome:
    start = _only_place(memory, arguments.start_marker, arguments.role, "start_marker")
    end = _only_place(memory, arguments.end_marker, arguments.role, "end_marker")
    if (start.message, start.slot) != (end.message, end.slot):
        raise InvalidSpan(
            f"start_marker is in {_place(start)}, end_marker in {_place(end)}: a span lies in one text of one message; "
            f"cut each by itself"
        )
    if end.start < start.start:
        raise InvalidSpan("end_marker comes before start_marker: swap them")
    span = Span(start.message, start.slot, start.start, max(start.end, end.end))
    check_free(memory, span)
    event = cut(memory, [(span, arguments.num_fragments)], inputs.counter)
    role = memory.messages[span.message].role
    lines = [f"cut {role} message {span.message + 1} into {len(event.fragments)} fragments, all visible:"]
    if len(event.fragments) == 1:
        lines = [f"cut {role} message {span.message + 1} into 1 fragment, visible:"]
    lines += [_line(memory, fragment) for fragment in event.fragments]
    return Outcome((event,), "\n".join(lines))


def _only_place(memory: WorkingMemory, marker: str, role: RoleChoice, name: str) -> Span:
    whose = "all messages" if role == "all" else f"the {role}'s messages"
    texts = readable_texts(memory, role)
    return only_place(memory, marker, texts, name=name, where=whose, elsewhere="choose another role")


def _place(span: Span) -> str:
    return f"message {span.message + 1}, text {span.slot + 1}" if span.slot else f"message {span.message + 1}"


def _line(memory: WorkingMemory, fragment: Fragment) -> str:
    text = " ".join(memory.text(fragment.span).split())
    if len(text) > 2 * _QUOTED_CHARACTERS:
        text = f"{text[:_QUOTED_CHARACTERS]} ... {text[-_QUOTED_CHARACTERS:]}"
    return f"{fragment.id}, {fragment.tokens} tokens: {text}"


FRAGMENT_CONTEXT = Tool(
    name="fragment_context",
    description=(
        "Cut the text between two markers into fragments with ids, so that parts of it can be folded or summarised. "
        "Cutting changes nothing in what you see."
    ),
    arguments=FragmentContext,
    run=_run,
)
