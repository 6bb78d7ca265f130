"""What differs between two versions of a session."""

from __future__ import annotations

from dataclasses import dataclass

from riffler.errors import InvalidInput
from riffler.tools.fragments import FragmentState
from riffler.tools.memory import WorkingMemory
from riffler.tools.sight import Sight
from riffler.tools.tokens import TokenCounter
from riffler.tools.view import view


@dataclass(frozen=True, slots=True)
class ChangedFragment:
    """A fragment that one version shows in another way than the other.

    Attributes:
        id: Its id.
        before: Its state at the earlier version; None when it was cut later.
        after: Its state at the later one; the same state where only the summary is another.
        tokens: Tokens of its original text.
        place: Where it stands among all fragments of the later version, by position.
    """

    id: str
    before: FragmentState | None
    after: FragmentState
    tokens: int
    place: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs.

    Attributes:
        before: Number of the earlier version.
        after: Number of the later one.
        first: Index of the first message that came in between.
        messages: How many messages came.
        fragments: The fragments that changed or were cut, in the order of creation.
        rewrite_before: How the earlier version shows the asking part; None as it came.
        rewrite_after: How the later one shows it.
        tokens_before: Tokens of the earlier view.
        tokens_after: Tokens of the later view.
    """

    before: int
    after: int
    first: int
    messages: int
    fragments: tuple[ChangedFragment, ...]
    rewrite_before: str | None
    rewrite_after: str | None
    tokens_before: int
    tokens_after: int


def difference(
    before: WorkingMemory, after: WorkingMemory, counter: TokenCounter, sight: Sight | None = None
) -> Difference:
    """Compare two versions of a session.

    Args:
        before: The earlier one.
        after: The later one, or the same.
        counter: Counts tokens.
        sight: For the status block of both views; None for the short line.

    Returns:
        What differs.

    Raises:
        InvalidInput: They come the wrong way round.
    """
    if before.version > after.version:
        raise InvalidInput(f"from, to: expected the earlier version first, got {before.version}, {after.version}")
    changed: list[ChangedFragment] = []
    for id_, fragment in after.fragments.items():
        was = before.fragments.get(id_)
        if was is None or (was.state, was.summary) != (fragment.state, fragment.summary):
            changed.append(
                ChangedFragment(id_, was.state if was else None, fragment.state, fragment.tokens, after.places[id_])
            )
    return Difference(
        before=before.version,
        after=after.version,
        first=len(before.entries),
        messages=len(after.entries) - len(before.entries),
        fragments=tuple(changed),
        rewrite_before=before.rewrite.text if before.rewrite else None,
        rewrite_after=after.rewrite.text if after.rewrite else None,
        tokens_before=view(before, sight).tokens(counter),
        tokens_after=view(after, sight).tokens(counter),
    )
