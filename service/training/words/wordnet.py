"""WordNet's database files, read as they are described in wndb(5WN).

Only what the lists need is kept: no verb frames, no sense keys. A sense is known by its lemma, part of speech and rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Key = tuple[str, int]
"""Part of speech (n, v, a or r; satellites are a) and offset in its data file."""

_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_KINDS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}

LEXICOGRAPHER_FILES = (
    "adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition"
    " noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object"
    " noun.person noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape"
    " noun.state noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition"
    " verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession verb.social"
    " verb.stative verb.weather adj.ppl"
).split()
"""Their names by number, lexnames(5WN)."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A link from a synset, or from one of its words, to another.

    Attributes:
        symbol: What it says, wninput(5WN): `@` hypernym, `!` antonym, `;c` topic, and so on.
        target: The synset it leads to.
        from_word: The position, from 1, of the word that has it; 0 for the synset as a whole.
        to_word: The same for its target.
    """

    symbol: str
    target: Key
    from_word: int
    to_word: int


@dataclass(frozen=True, slots=True)
class Synset:
    """Words of one meaning.

    Attributes:
        key: Its key.
        file: The name of its lexicographer file, as `noun.animal`.
        satellite: Whether it is an adjective that stands around another, its head.
        words: Its words as written, with spaces.
        pointers: Its links.
        gloss: Its definition and examples.
    """

    key: Key
    file: str
    satellite: bool
    words: tuple[str, ...]
    pointers: tuple[Pointer, ...]
    gloss: str

    def targets(self, *symbols: str) -> Iterator[Key]:
        """Follow pointers.

        Args:
            symbols: Which ones.

        Yields:
            The keys they lead to, in order.
        """
        for pointer in self.pointers:
            if pointer.symbol in symbols:
                yield pointer.target

    def writes(self, lemma: str) -> bool:
        """Tell whether it has a lemma without capitals: `turkey` the bird, and not the country."""
        return lemma in self.words


@dataclass(frozen=True)
class WordNet:
    """All of it.

    Attributes:
        synsets: Every synset by its key.
        index: The synsets of a lemma (lower case, with spaces) and part of speech, the most used first.
        counts: How often a sense was met in tagged texts, by lemma, part of speech and rank from 1.
        irregular: Irregular forms of each part of speech, with their lemmas.
    """

    synsets: dict[Key, Synset]
    index: dict[tuple[str, str], tuple[Key, ...]]
    counts: dict[tuple[str, str, int], int]
    irregular: dict[str, dict[str, tuple[str, ...]]]

    @classmethod
    def read(cls, folder: Path) -> WordNet:
        """Read a folder.

        Args:
            folder: With data.*, index.*, *.exc and cntlist.rev, as Debian's wordnet-base has them.

        Returns:
            What it holds. A part of speech without files is empty, and so are counts and irregular forms.

        Raises:
            FileNotFoundError: There is no data.noun in the folder.
        """
        if not (folder / "data.noun").is_file():
            raise FileNotFoundError(f"{folder} has no data.noun: give the folder with WordNet's database files")
        synsets = {synset.key: synset for pos in _FILES for synset in _synsets(folder, pos)}
        index = {(lemma, pos): keys for pos in _FILES for lemma, keys in _index(folder, pos)}
        return cls(synsets, index, _counts(folder), {pos: _irregular(folder, pos) for pos in _FILES})

    def senses(self, lemma: str, pos: str) -> list[tuple[Synset, float]]:
        """Give the senses of a lemma that are written without capitals, with their shares of use.

        WordNet counts few texts, and most senses were never met there. So the rank, which its makers gave by judgement
        too, adds 1 / rank² to the count.

        Args:
            lemma: In lower case, with spaces.
            pos: n, v, a or r.

        Returns:
            The senses, the most used first, and shares that sum to 1. Empty for an unknown lemma.
        """
        weighed = [
            (self.synsets[key], self.counts.get((lemma, pos, rank), 0) + 1 / rank**2)
            for rank, key in enumerate(self.index.get((lemma, pos), ()), start=1)
            if self.synsets[key].writes(lemma)
        ]
        total = sum(weight for _, weight in weighed)
        return [(synset, weight / total) for synset, weight in weighed]

    def ancestors(self, key: Key) -> frozenset[Key]:
        """Give a synset and all that stands above it."""
        return self._lines_up.setdefault(key, self._climb(key))

    @cached_property
    def _lines_up(self) -> dict[Key, frozenset[Key]]:
        return {}

    def _climb(self, key: Key) -> frozenset[Key]:
        found, waiting = {key}, [key]
        while waiting:
            for above in self.synsets[waiting.pop()].targets("@", "@i"):
                if above not in found:
                    found.add(above)
                    waiting.append(above)
        return frozenset(found)

    @cached_property
    def dictionary(self) -> frozenset[str]:
        """Single words in lower case: lemmas, and irregular forms of lemmas. Names aren't among them."""
        return self._lemmas | self.irregular_forms

    @cached_property
    def irregular_forms(self) -> frozenset[str]:
        """Irregular forms of the lemmas that `dictionary` has."""
        return frozenset(
            form
            for table in self.irregular.values()
            for form, bases in table.items()
            if form.isalpha() and not self._lemmas.isdisjoint(bases)
        )

    @cached_property
    def _lemmas(self) -> frozenset[str]:
        words = (word for synset in self.synsets.values() for word in synset.words)
        return frozenset(word for word in words if word.isalpha() and word.islower() and len(word) > 1)


def _lines(path: Path) -> Iterator[str]:
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            yield from (line for line in lines if not line.startswith(" "))  # the licence is indented


def _synsets(folder: Path, pos: str) -> Iterator[Synset]:
    for line in _lines(folder / f"data.{_FILES[pos]}"):
        head, _, gloss = line.partition(" | ")
        fields = head.split()
        words_end = 4 + 2 * int(fields[3], 16)
        pointers = fields[words_end + 1 : words_end + 1 + 4 * int(fields[words_end])]
        yield Synset(
            key=(pos, int(fields[0])),
            file=LEXICOGRAPHER_FILES[int(fields[1])],
            satellite=fields[2] == "s",
            words=tuple(word.partition("(")[0].replace("_", " ") for word in fields[4:words_end:2]),
            pointers=tuple(
                Pointer(symbol, (part.replace("s", "a"), int(offset)), int(ends[:2], 16), int(ends[2:], 16))
                for symbol, offset, part, ends in zip(*(pointers[place::4] for place in range(4)), strict=True)
            ),
            gloss=gloss.strip(),
        )


def _index(folder: Path, pos: str) -> Iterator[tuple[str, tuple[Key, ...]]]:
    for line in _lines(folder / f"index.{_FILES[pos]}"):
        fields = line.split()
        yield fields[0].replace("_", " "), tuple((pos, int(offset)) for offset in fields[-int(fields[2]) :])


def _counts(folder: Path) -> dict[tuple[str, str, int], int]:
    counts: dict[tuple[str, str, int], int] = defaultdict(int)
    for line in _lines(folder / "cntlist.rev"):
        sense, rank, count = line.split()
        lemma, _, rest = sense.partition("%")
        counts[lemma.replace("_", " "), _KINDS[rest[0]], int(rank)] += int(count)
    return dict(counts)


def _irregular(folder: Path, pos: str) -> dict[str, tuple[str, ...]]:
    return {
        form.replace("_", " "): tuple(base.replace("_", " ") for base in bases)
        for form, *bases in (line.split() for line in _lines(folder / f"{_FILES[pos]}.exc") if line.strip())
    }
