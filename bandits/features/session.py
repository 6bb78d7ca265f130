"""A feature of a query in its session: whether what it leaves out was said before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from riffler.bandits.antecedents import resolve
from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.query import Query


def _antecedent_remembered(reading: Reading) -> list[WordSpan] | None:
    if reading.remembered is None:
        return None
    found = resolve(Query(reading.doc.text, reading.doc, reading.remembered))
    return [(bisect_right(reading.offsets, each.start) - 1, bisect_left(reading.offsets, each.end)) for each in found]


ANTECEDENT_REMEMBERED = Property("antecedent_remembered", _antecedent_remembered)
FEATURES = (ANTECEDENT_REMEMBERED,)
