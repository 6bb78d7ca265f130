"""Excessive details: the story of how a question came up, small talk and asides around what is asked.

What stands outside the words that ask is weighed: words of family, feelings and company speak for talk; numbers, words
that the question takes up, and a question about the asker's own case speak for data that it needs.
"""

from __future__ import annotations

from collections.abc import Iterable

from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.stretches import asks, quoted

FEWEST = 10
SHARE = 3
"""So many words at least, and at least one in so many, are beside the point."""

_PEOPLE = frozenset(
    "aunt auntie babysitter bloke boyfriend bro brother brother-in-law buddy bride chap classmate colleague"
    " cousin coworker dad daddy daughter daughter-in-law ex family father father-in-law fiance fiancé"
    " fiancee fiancée flatmate fella folk friend gran grandad grandchild granddad granddaughter grandfather"
    " grandkid grandma grandmother grandpa grandparent grandson granny great-aunt great-granddaughter"
    " great-grandson great-uncle guy hubby housemate husband in-law kid lad lady landlady mate missus mom"
    " mommy mother mother-in-law mum mummy nan nana neighbor neighbour nephew nerd niece pal papa parent"
    " postman professor roomate roommate sis sister sister-in-law son son-in-law stranger teacher teammate"
    " toddler twin uncle wife workmate".split()
)
_TALK = frozenset(
    # greetings, thanks, apologies, exclamations
    "afternoon ah alas apologies apologise apologize aw bless blimey bother btw bye cheer cheers dear enjoy evening"
    " farewell fingers forgive frankly god gosh greetings ha haha hahaha heaven hello hey hi hiya honestly hooray"
    " hope howdy huh lmao lol luck magic morning night oh omg ooh oops ouch phew pardon please pleasure pls promise"
    " regards sigh sorry thank thanks thx ugh um welcome whew wow xx yay yikes"
    # feelings and opinions
    " adore adorable afraid amaze angry annoy annoying anxious ashamed awful awkward beautiful blush bore bored"
    " bored crazy cry curious curiosity cute delicious delight delighted desperate disgrace embarrass embarrassed"
    " embarrassing excite excited fancy fear fed fond freeze fume fuming fun funny fuss giddy giggle glad glorious"
    " gorgeous grateful groan grump grumpy happy hate hilarious idiot jealous jealousy lonely love lovely mad"
    " miserable miss moan mood muppet nag nagging nervous nice nightmare nosy obsess patient pathetic poor pride"
    " proud rant regret ridiculous sad scare scared shy sick silly sleepy smile sob sulk surprise sweet terrible"
    " thrilled tire tired treasure treat trifle trivial trouble upset weird whine wonderful worry yawn"
    # how talk goes
    " admit anyway anyways argue argument ask asks asking babble bet blab boast bug bugging chat chatter claim"
    " confess convince debate disagree dispute forget gossip guess insist joke kid kidding laugh marry mention"
    " mumble nod nut pester pretend puzzle quarrel ramble remember remind row settle shout story suddenly swear"
    " tease tell wonder whisper"
    # company, house and leisure
    " asleep awake barbecue bath bbq bed bedtime beer birthday biscuit breakfast brunch bus café cafe cake"
    " camping cat childhood chocolate christmas church cinema club coffee cold couch crossword dentist"
    " dinner dog drink drunk easter exam fire fireplace flu gin glasses holiday jigsaw kettle kitchen lunch"
    " movie noodle noodles pajamas party picnic pie pizza poker pub puppy pyjamas queue quiz raffle rain"
    " rainy reunion roast sandwich scrabble shower sleep slipper slippers snow sofa sun sunny supper tea"
    " tipsy toast train tv umbrella vacation waiting walk weather wedding weekend wet whisky wine yesterday"
    " today tonight lately thumb headache yoga".split()
)
_ASKERS = frozenset("i we my our me us this these those he she they them him her".split())
_TELL_ME = frozenset("am ask asking curious dying know learn like love me please tell us want wonder wondering".split())
_CONDITIONS = frozenset(
    "after as assuming at because before by during for from given if in like of on once since supposing to"
    " unless until using when whenever where whether while with without".split()
)
_I = frozenset({"i", "we"})
_MODALS = frozenset("can could may might must shall should would".split())
_CONTENT = frozenset({"NOUN", "VERB", "ADJ", "PROPN"})
_TURNS = frozenset("anyway but so yet".split())


def _excessive_details(reading: Reading) -> list[WordSpan]:
    asking = asks(reading)
    ask = asking[-1][0] if asking else _turn(reading)
    aside = _asides(reading, ask)
    around = [*_around(reading, ask, {start for start, _ in asking}), *aside]
    told = [here for span in around for here in range(*span) if reading.is_word(here)]
    total = sum(map(reading.is_word, range(len(reading.words))))
    if len(told) < FEWEST or SHARE * len(told) < total:
        return []
    beside = set(told)
    asked = [here for here in range(ask, len(reading.words)) if here not in beside]
    return around if is_talk(reading, around, told, asked) else []


def _turn(reading: Reading) -> int:
    """Find where a statement comes to the point: after the last `but` or `so` that begins a part of it."""
    for here in range(len(reading.words) - 1, 0, -1):
        if reading.words[here] in _TURNS and (reading.words[here - 1] in ",.;—-" or reading.opens[here]):
            return here + 1
    return len(reading.words)


def _around(reading: Reading, ask: int, openings: set[int]) -> Iterable[WordSpan]:
    """Give what stands outside the sentences that ask."""
    for start, end in reading.sentences:
        if start <= ask < end:
            lead = next((here for here in range(start, ask) if reading.is_word(here)), ask)
            if lead < ask and reading.words[lead] not in _CONDITIONS:
                yield lead, ask
        elif ask < len(reading.words) and openings.isdisjoint(range(start, min(start + 4, end))):
            yield start, end


def _asides(reading: Reading, ask: int) -> list[WordSpan]:
    """Give what stands in brackets after the beginning of the question."""
    spans: list[WordSpan] = []
    begun = -1
    for here in range(ask, len(reading.words)):
        if reading.words[here] == "(":
            begun = here
        elif reading.words[here] == ")" and begun >= 0:
            spans.append((begun, here + 1))
            begun = -1
    return spans


def is_talk(reading: Reading, around: list[WordSpan], told: list[int], asked: list[int]) -> bool:
    """Weigh what is told around a question: talk against data that the question needs.

    Args:
        reading: The query's reading.
        around: What is told, as spans.
        told: The same as positions of words.
        asked: The positions of what is asked.

    Returns:
        Whether it is talk.
    """
    spoken_of = quoted(reading)
    talk = sum(
        reading.words[here] in _TALK or reading.lemmas[here] in _TALK or _is_person(reading, here) for here in told
    )
    talk += sum(reading.words[here] == "!" for span in around for here in range(*span))
    numbers = sum(any(map(str.isdecimal, reading.words[here])) for here in told)
    taken_up = {reading.lemmas[here] for here in told if reading.pos[here] in _CONTENT} & {
        reading.lemmas[here] for here in asked if reading.pos[here] in _CONTENT
    }
    own = [here for here in asked if reading.words[here] in _ASKERS and here not in spoken_of]
    own_act = 5 * any(reading.words[here] in _I and reading.words[here - 1] in _MODALS for here in own)
    frames = any(reading.words[here] in _TELL_ME for here in asked[:5])
    return talk > 0 and talk > 2 * numbers + len(taken_up) + 3 * (len(own) - frames) + own_act


def _is_person(reading: Reading, here: int) -> bool:
    word = reading.words[here]
    return word in _PEOPLE or reading.lemmas[here] in _PEOPLE or word.removesuffix("s") in _PEOPLE


EXCESSIVE_DETAILS = Property("excessive_details", _excessive_details, "tags")
