"""What leads a place: `flights to turkey` is of a country, and `how to cook turkey` isn't."""

from __future__ import annotations

from riffler.bandits.features.reading import Reading

_TRAVEL = frozenset(
    "airport airports beaches bus buses drive driving embassy emigrate emigrating ferry ferries flew flight flights"
    " fly flying go going hiking holiday holidays honeymoon hostel hostels hotel hotels live living move moved moving"
    " people relocate restaurants route shops shopping stay staying ticket tickets tour tours train trains travel"
    " traveling travelling trip trips vacation visa weather".split()
)
_PREPOSITIONS = frozenset("to in from near around across".split())
_OF_PLACES = frozenset(
    "ambassador anthem area capital coast currency economy flag government history inflation king language map"
    " parliament population president queen religion ruins weather".split()
)
_VISITS = frozenset("visit visiting visited leave leaving explore exploring tour".split())
_TIMES = frozenset(
    "airport now on from to via by with without and or in at during for next this today tomorrow tonight when".split()
)


def is_framed(reading: Reading, here: int) -> bool:
    """Tell whether what stands before a word makes it a place.

    Args:
        reading: The text's reading.
        here: The position of a word that may name a place.

    Returns:
        Whether it follows on a journey (`hotels in nice`), or what places have (`capital of chad`), and no noun follows
        that it could describe (`hotels in nice surroundings`).
    """
    before, further = reading.word(here - 1), reading.word(here - 2)
    led = (
        before in _VISITS
        or (before in _PREPOSITIONS and further in _TRAVEL)
        or (before in {"of", "in"} and further in _OF_PLACES)
    )
    return led and (reading.ends(here + 1) or reading.word(here + 1) in _TIMES)
