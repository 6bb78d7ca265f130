"""Random texts in many scripts, with the stretches in them that no cut may part."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

ATOMS = [
    *(
        "word don't well-known naïve Ελληνικά слово можно-ли العربية עברית हिन्दी தமிழ் 한국어 コーヒー "
        "café e\u0301t\u0301e".split()
    ),
    *(
        "3.14 1,234.5 2026-11-25 10:30 12:00:59 -5 $20 1\u00a0234\u00a0567 ١٢٫٥ ３４５ 1e-5 "
        "v1.2.3 5% a@b.org https://a.org/b".split(" ")
    ),
    "12 000",
    "1 234 567",
    *("👩\u200d👩\u200d👧 👍🏽 🇫🇷 ✌️ ก็ 日 本 語 ไ 。 क्षि".split(" ")),
]
GAPS = [
    " ",
    "\n",
    "\n\n",
    ". ",
    "! ",
    "؟ ",
    "। ",
    ", ",
    "; ",
    "。",
    "、",
    "\r\n",
    "\n# ",
    "\n- ",
    "\n\n    ",
    " (",
    ") ",
    "\n```\n",
    "\t",
]


@dataclass(frozen=True)
class Marked:
    """A text, and the (start, end) of what no cut may part."""

    text: str
    atoms: tuple[tuple[int, int], ...]

    def parted(self, cuts: list[int]) -> list[str]:
        """Give what cuts part although they may not."""
        places = set(cuts)
        return [self.text[start:end] for start, end in self.atoms if places & set(range(start + 1, end))]


def _joined(pairs: list[tuple[str, str]]) -> Marked:
    text = ""
    atoms: list[tuple[int, int]] = []
    for atom, gap in pairs:
        atoms.append((len(text), len(text) + len(atom)))
        text += atom + gap
    return Marked(text, tuple(atoms))


MARKED = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(GAPS)), min_size=1, max_size=80).map(_joined)


def pieces(text: str, cuts: list[int], start: int = 0, end: int | None = None) -> list[str]:
    """Give the pieces that cuts make."""
    edges = [start, *cuts, len(text) if end is None else end]
    return [text[one:other] for one, other in pairwise(edges)]
