"""Sight: the status block that shows a model its own context, at the tail of its view.

    [[status 61200 of 98304 tokens used, 37104 free
    id state tokens messages-ago first-words
    f00001-f00028 folded 20000 12-10 "The harbour of"
    f00029 visible 512 3 "Minutes of the"
    ]]

After VISTA (arXiv 2606.30005), whose dashboard of tokens, age and state a block on every turn mattered beyond its
tools. It stands inside the view's last message, so that the prefix stays, and only once there are fragments. It takes
at most 2% of the budget: neighbours of one state are merged into runs, then first words are left out, then the
smallest runs, and the block says how many it left out. Tokens are those of a fragment's own text: others that were cut
inside it have their own. Budgets so small that 2% would hold no run at all get 64 tokens. At the budget's edge a line
says what to fold first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from riffler.tools.first_words import first_words
from riffler.tools.fragments import Fragment, FragmentState
from riffler.tools.markers import opening
from riffler.tools.memory import WorkingMemory
from riffler.tools.runs import ids_words, run_words, runs_of
from riffler.tools.suggest import suggestions
from riffler.tools.tokens import TokenCounter

SHARE = 0.02
"""Most of the budget that the block takes."""
_LEAST_TOKENS = 64
_EDGE, _ROOM = 0.85, 0.75
"""A view that takes more than the first share of the budget is told what to fold to come down to the second."""
_WORDS_CHARACTERS = 24
_LINE_TOKENS = 12
"""A line takes at least about this much: more lines than that aren't even tried."""
_COLUMNS = "id state tokens messages-ago first-words"

Group = Sequence[Fragment]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the block is made with.

    Attributes:
        budget_tokens: What a view may take.
        counter: Counts tokens as the served model does.
        suggests: Whether the block of a view that is nearly full says what to fold first.
    """

    budget_tokens: int
    counter: TokenCounter
    suggests: bool = False

    @property
    def most_tokens(self) -> int:
        """How many tokens the block may take."""
        return max(_LEAST_TOKENS, int(self.budget_tokens * SHARE))


def status_block(memory: WorkingMemory, used_tokens: int, sight: Sight) -> str:
    """Write the block.

    Args:
        memory: A working memory with at least one fragment.
        used_tokens: Tokens of the view without the block.
        sight: What it is made with.

    Returns:
        The block, of at most `sight.most_tokens` tokens and a few of its own frame.
    """
    fragments = _apart(memory.reachable)
    edge = _first_folds(memory, used_tokens, sight)
    for lines in _shorter_and_shorter(memory, fragments, sight.most_tokens // _LINE_TOKENS):
        block = _framed(memory.fence, used_tokens, sight, [*lines, *edge])
        if sight.counter.count(block) <= sight.most_tokens:
            return block
    return _largest(memory, runs_of(fragments), used_tokens, sight, edge)


def _apart(fragments: Group) -> Group:
    """Give each fragment the tokens of its own text, without those of fragments inside it, so that sums are right."""
    found = list(fragments)
    around: list[int] = []
    for at, fragment in enumerate(fragments):
        span = fragment.span
        while around and not fragments[around[-1]].span.contains(span):
            around.pop()
        if around:
            outer = found[around[-1]]
            found[around[-1]] = replace(outer, tokens=max(0, outer.tokens - fragment.tokens))
        following = fragments[at + 1].span if at + 1 < len(fragments) else span
        if following.start < span.end and following is not span and span.contains(following):  # else it holds none
            around.append(at)
    return found


def _first_folds(memory: WorkingMemory, used_tokens: int, sight: Sight) -> list[str]:
    """Say what to fold first at the budget's edge, while there is room to say it."""
    over = used_tokens - int(sight.budget_tokens * _EDGE)
    left = sight.budget_tokens - used_tokens
    if not sight.suggests or over <= 0 or 0 <= left < sight.most_tokens:  # a view that just fits must go on fitting
        return []
    wanted = used_tokens - int(sight.budget_tokens * _ROOM)
    first = next(iter(suggestions(memory, wanted, sight.counter, guard=False)), None)
    if first is None:
        return []
    return [f"fold first: {ids_words(memory, first.ids, 3)} {first.tokens}, {first.reason}"]


def _shorter_and_shorter(memory: WorkingMemory, fragments: Group, most_lines: int) -> Iterable[list[str]]:
    """Give the lines with all there is to tell, then with less and less."""
    forms: tuple[Callable[[], list[Group]], ...] = (
        lambda: [[fragment] for fragment in fragments],
        lambda: _hidden_merged(fragments),
    )
    for form in forms if len(fragments) <= 8 * most_lines else ():
        groups = form()
        if len(groups) <= most_lines:
            yield [_line(memory, group) for group in groups]
    runs = runs_of(fragments)
    if len(runs) <= 2 * most_lines:  # else counting what can't fit would cost more than it tells
        yield [_line(memory, run) for run in runs]
        yield [_line(memory, run, words=False) for run in runs]


def _hidden_merged(fragments: Group) -> list[Group]:
    """Merge neighbours that are hidden alike, and leave the visible ones apart."""
    groups: list[Group] = []
    for run in runs_of(fragments):
        groups += [[fragment] for fragment in run] if run[0].state is FragmentState.VISIBLE else [run]
    return groups


def _largest(memory: WorkingMemory, runs: Sequence[Group], used_tokens: int, sight: Sight, edge: Sequence[str]) -> str:
    """Write the block with as many of the largest runs as there is room for."""
    every = _Rest()
    sizes = [every.add(run) for run in runs]
    most = min(len(runs), sight.most_tokens // 4)
    by_size = nsmallest(most, range(len(runs)), key=lambda at: (-sizes[at], at))

    def block_of(shown: int) -> str:
        chosen = [runs[at] for at in sorted(by_size[:shown])]
        lines = [_line(memory, run, words=False) for run in chosen]
        return _framed(memory.fence, used_tokens, sight, [*lines, *every.without(chosen).lines(), *edge])

    block = block_of(0)
    low, high = 1, most
    while low <= high:
        middle = (low + high) // 2
        candidate = block_of(middle)
        if sight.counter.count(candidate) <= sight.most_tokens:
            block, low = candidate, middle + 1
        else:
            high = middle - 1
    return block


@dataclass(frozen=True, slots=True)
class _Rest:
    """Fragments that have no line of their own: how many of each state, and how many tokens."""

    counts: Counter[FragmentState] = field(default_factory=Counter)
    tokens: Counter[FragmentState] = field(default_factory=Counter)

    def add(self, run: Group) -> int:
        """Add a run, and give its tokens."""
        tokens = _tokens(run)
        self.counts[run[0].state] += len(run)
        self.tokens[run[0].state] += tokens
        return tokens

    def without(self, runs: Iterable[Group]) -> _Rest:
        """Give what is left when some of them have a line."""
        told = _Rest()
        for run in runs:
            told.add(run)
        return _Rest(self.counts - told.counts, self.tokens - told.tokens)

    def lines(self) -> list[str]:
        """Say what is left out, a line a state."""
        return [f"and {count} more {state} {self.tokens[state]}" for state, count in sorted(self.counts.items())]


def _framed(fence: int, used_tokens: int, sight: Sight, lines: Sequence[str]) -> str:
    left = sight.budget_tokens - used_tokens
    room = f"{left} free" if left >= 0 else f"{-left} over"
    head = f"{opening(fence)}status {used_tokens} of {sight.budget_tokens} tokens used, {room}"
    return "\n".join((head, _COLUMNS, *lines, "]]"))


def _line(memory: WorkingMemory, group: Group, *, words: bool = True) -> str:
    last = len(memory.entries) - 1
    oldest, newest = last - group[0].span.message, last - group[-1].span.message
    age = f"{oldest}" if oldest == newest else f"{oldest}-{newest}"
    line = f"{run_words(group)} {group[0].state} {_tokens(group)} {age}"
    if not words:
        return line
    return f'{line} "{first_words(memory, group[0].span, _WORDS_CHARACTERS)}"'


def _tokens(group: Group) -> int:
    return sum(fragment.tokens for fragment in group)
