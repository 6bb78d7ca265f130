"""A document read once, so that every feature finds its words without walking over spaCy's tokens again.

Spans of words are pairs (first, after the last) of positions in `words`, which leaves out white space.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.bandits.features.language import is_english
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.tree import Tree

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from riffler.bandits.remembered import Remembered

_ENDS = ".?!…"


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The words of a document.

    Attributes:
        doc: The document.
        texts: Its tokens without white space, as written.
        words: The same in lower case, with straight apostrophes.
        offsets: Where each begins in the text, in characters.
        opens: Whether it is the first word of its sentence (marks before it don't count).
        sentences: The sentences, as spans of words.
        english: Whether the text is evidently English. Else features say unknown.
        capitals_tell: Whether a capital can mark a name: false for a text all in capitals, or Titled On Every Word.
        lemmas: Their lemmas in lower case; the words themselves where the pipeline gives none.
        pos: Their parts of speech in the universal tags (`NOUN`); empty strings where the pipeline gives none.
        tags: Their parts of speech in the Penn Treebank's tags (`NNS`); the same.
        tree: Their dependencies; None where the pipeline doesn't parse.
        remembered: What went before in the session; None for a query without one.
    """

    doc: Doc
    texts: tuple[str, ...]
    words: tuple[str, ...]
    offsets: tuple[int, ...]
    opens: tuple[bool, ...]
    sentences: tuple[WordSpan, ...]
    english: bool
    capitals_tell: bool
    lemmas: tuple[str, ...]
    pos: tuple[str, ...]
    tags: tuple[str, ...]
    tree: Tree | None
    remembered: Remembered | None

    @classmethod
    def of(cls, doc: Doc, remembered: Remembered | None = None) -> Reading:
        """Read a document.

        Args:
            doc: Any document. Where its sentences aren't marked, it is one sentence.
            remembered: What went before in the session.

        Returns:
            The reading.
        """
        texts: list[str] = []
        tokens: list[Token] = []
        offsets: list[int] = []
        opens: list[bool] = []
        starts: list[int] = []
        new_sentence, waits_for_word = True, True
        for token in doc:
            new_sentence = new_sentence or bool(token.is_sent_start)
            text = token.text
            if text.isspace():
                continue
            if new_sentence:
                starts.append(len(texts))
                new_sentence, waits_for_word = False, True
            is_word = any(map(str.isalnum, text))
            opens.append(waits_for_word and is_word)
            waits_for_word = waits_for_word and not is_word
            texts.append(text)
            tokens.append(token)
            offsets.append(token.idx)
        words = tuple(text.lower().replace("’", "'") for text in texts)
        return cls(
            doc=doc,
            texts=tuple(texts),
            words=words,
            offsets=tuple(offsets),
            opens=tuple(opens),
            sentences=tuple(zip(starts, [*starts[1:], len(texts)], strict=True)) if starts else (),
            english=is_english(doc.text),
            capitals_tell=_capitals_tell(texts),
            lemmas=tuple(token.lemma_.lower() or word for token, word in zip(tokens, words, strict=True)),
            pos=tuple(token.pos_ for token in tokens),
            tags=tuple(token.tag_ for token in tokens),
            tree=Tree.of(tokens) if doc.has_annotation("DEP") else None,
            remembered=remembered,
        )

    @property
    def tagged(self) -> bool:
        """Whether the pipeline gave parts of speech, or there is no word to give one to."""
        return all(self.pos)

    def word(self, position: int) -> str:
        """Give a word in lower case, or the empty string before the first and after the last."""
        return self.words[position] if 0 <= position < len(self.words) else ""

    def is_word(self, position: int) -> bool:
        """Tell a word or a number from a mark."""
        return any(map(str.isalnum, self.words[position]))

    def ends(self, position: int) -> bool:
        """Tell whether the sentence is over at a position: nothing is there, or a mark that ends it."""
        return not self.word(position).strip(_ENDS)

    def characters(self, span: WordSpan) -> tuple[int, int]:
        """Turn a span of words into one of characters of the text."""
        return self.offsets[span[0]], self.offsets[span[1] - 1] + len(self.texts[span[1] - 1])


def _capitals_tell(texts: list[str]) -> bool:
    words = [text for text in texts if text[0].isalpha() and len(text) > 1]
    if len(words) > 1 and not any(character.islower() for word in words for character in word):
        return False
    return len(words) < 4 or not all(word[0].isupper() for word in words)
