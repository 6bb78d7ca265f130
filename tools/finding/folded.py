"""Text with its case folded, and the way back to the places of the original.

Unicode's full case folding makes some characters longer ("ß" folds to "ss", "İ" to "i" and a dot above, "ﬁ" to "fi")
and none shorter. So where the folded text is no longer than the original, both have the same places. Elsewhere the
characters that grow are noted, and places are counted on from them.
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_right
from functools import cache, cached_property

from riffler.tools.memory import WorkingMemory


@cache
def _growing() -> re.Pattern[str]:
    """Make a pattern for the hundred-odd characters that grow; it is made when the first text has one."""
    found = [chr(code) for code in range(0x80, sys.maxunicode + 1) if len(chr(code).casefold()) > 1]
    return re.compile(f"[{''.join(found)}]")


class Folded:
    """A text with its case folded.

    Args:
        original: The text.

    Attributes:
        text: The folded text.
    """

    def __init__(self, original: str) -> None:
        self.text = original.casefold()
        self._original = original if len(self.text) != len(original) else None

    @property
    def grown(self) -> bool:
        """Whether the folded text's places differ from the original's."""
        return self._original is not None

    @cached_property
    def _steps(self) -> tuple[array[int], array[int], bytearray]:
        """Say after which characters of the original, and of the folded text, places move; and which lie inside one."""
        here, there, inside = array("q", [0]), array("q", [0]), bytearray(len(self.text) + 1)
        for match in _growing().finditer(self._original or ""):
            folded = there[-1] + match.start() - here[-1]
            size = len(match[0].casefold())
            inside[folded + 1 : folded + size] = b"\1" * (size - 1)
            here.append(match.end())
            there.append(folded + size)
        return here, there, inside

    def inside(self, place: int) -> bool:
        """Tell whether a place of the folded text lies inside what one character became."""
        return self.grown and self._steps[2][place] == 1

    def there(self, place: int) -> int:
        """Give the place of the folded text for one of the original."""
        if not self.grown:
            return place
        here, there, _ = self._steps
        step = bisect_right(here, place) - 1
        return there[step] + place - here[step]

    def back(self, place: int) -> int:
        """Give the place of the original for one of the folded text; inside a character, that character's end."""
        if not self.grown:
            return place
        here, there, _ = self._steps
        step = bisect_right(there, place) - 1
        back = here[step] + place - there[step]
        return min(back, here[step + 1]) if step + 1 < len(here) else back

    def back_to_start(self, place: int) -> int:
        """Give the place of the original for one of the folded text; inside a character, that character's start."""
        return self.back(place) - self.inside(place)


class FoldedTexts:
    """The folded texts of a working memory, each made when it is first looked at.

    Args:
        memory: The working memory.
    """

    def __init__(self, memory: WorkingMemory) -> None:
        self._memory = memory
        self._known: dict[tuple[int, int], Folded] = {}

    def of(self, message: int, slot: int) -> Folded:
        """Give the folded text of a slot.

        Args:
            message: The message.
            slot: Its slot.

        Returns:
            The folded text.
        """
        known = self._known.get((message, slot))
        if known is None:
            known = self._known[message, slot] = Folded(self._memory.messages[message].texts[slot])
        return known
