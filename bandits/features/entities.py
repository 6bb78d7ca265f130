"""Named entities: by capitals where these tell, by lists of names in any case, and by the words that lead a name."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.frames import is_framed
from riffler.bandits.features.lexicon import is_known, zipf
from riffler.bandits.features.names import names
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, REQUEST_VERBS

# Capitals that name a kind, a unit, a time or the speaker.
_KINDS = frozenset(
    "ac adhd ai aids am api apis apr asap atm atms aws-s bbq bc bce bmi bp bpm cad ce ceo ceos cfo cgi ci cms"
    " cod co2 covid cpr cpu cpus csv ct cto cv cvs cd cds dc diy dj dna dns dslr dvd dvds ebitda ecg eeg eft"
    " er esl est etf etfs faq faqs fm fps ftp gcse gdp gmo gmt gnp gp gpa gps gpu gpus hdmi hiv hpv hr hrt"
    " html http https hvac ibs icu id ide ied ip ipa ipo iq isbn isp ist it iud iv ivf jpeg jpg js-s json kg"
    " kpi lan lcd led leds lgbt llc llm lol lpg lsd ltd mac-s mba mdf ml mp mp3 mp4 mph mps mri mrna msg mvp"
    " nan nda nft ngo ngos ocd ok okay omg ot pa pc pcs pcr pdf pdfs ph phd pin plc pm pms png po pr ptsd pvc"
    " qa qr ram rem rest rna roi rom rpm rsi rsvp sat seo sim sms soap sos spf ssd ssh ssl ssn std stds stem"
    " svg tb tba tcp tdee tls tnt toc tv tvs udp ufo ufos ui uri url urls usb utc uti uv ux vat vc vhs vip vpn"
    " wc wifi wlan www xml xp yaml zip".split()
)
_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays"
    " saturdays sundays january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sun spring summer"
    " autumn fall winter christmas xmas easter halloween".split()
)
_PLAIN = frozenset(
    "dad daddy earth god gods granddad grandma grandpa granny internet lord madam mom moon mother mum mummy"
    " nan north south east west sir sun test testing web yes no ok hi hello hey dear thanks thank please note"
    " ps p.s. etc mr mrs ms dr prof professor error exception true false null none undefined void celsius"
    " fahrenheit kelvin".split()
)
# Discoverers whose names became a disease, a unit or a thing.
_EPONYMS = frozenset(
    "achilles addison alzheimer alzheimers ampere asperger aspergers bunsen celsius coulomb crohn crohns"
    " curie cushing decibel diesel fahrenheit faraday geiger hashimoto hertz hodgkin huntington joule kelvin"
    " newton ohm parkinson parkinsons pascal petri richter sievert tourette tourettes volt watt weber".split()
)
_KIND_PHRASES = Phrases(
    "french fries|fry|toast|press|horn|polish",
    "danish pastry|pastries",
    "brussels|brussel sprout|sprouts",
    "guinea pig|pigs",
    "roman|arabic numeral|numerals",
    "venetian|roman blind|blinds",
    "caesar salad|salads|section",
    "english muffin|muffins",
    "turkish delight",
    "indian ink|summer",
    "swiss army knife|roll",
    "scotch tape|egg|eggs",
    "jersey|manila envelope|fabric|top",
    "chelsea boots|bun",
    "sod 's|murphy 's law",
)
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor president king queen prince princess emperor empress pope saint st sir"
    " lady lord pharaoh sultan tsar general colonel captain senator mount lake cape fort".split()
)
_BEFORE_OF = frozenset(
    "abbey archbishop battle bay bishop cathedral city council count duchess duchy duke earl edict emirate"
    " empire epic gulf island isle isles kingdom peace principality province republic river sack sea siege"
    " straits strait sultan town treaty university village".split()
)
_PLACE_PREPOSITIONS = frozenset("around at from in near through to towards via visit visiting".split())
_QUOTES = frozenset("\" ' “ ‘ « `` ` '' ( [".split()) | {":", "-", "–", "—", "*", "•"}
_ENDS = frozenset(". ! ? … ;".split())
_OPENERS = QUESTION_WORDS | AUXILIARIES | REQUEST_VERBS | PREPOSITIONS | frozenset(
    "a about after all also although an and any are as at because before besides both but by despite every"
    " everyone except for from given he her his how however i if in is it its just many most my near nobody no"
    " none not nothing now of on once one only or our please since she so some somebody someone something than"
    " that the their them then there these they this those though through to today tomorrow under unless until"
    " us use using was we were while whose with within without yesterday you your don".split()
)  # fmt: skip
_ROMAN = frozenset("i v x".split())


def _named_entities(reading: Reading) -> list[WordSpan] | None:
    idle = {here for start, end in _KIND_PHRASES.find(reading.words) for here in range(start, end)}
    spans = [span for span in _listed(reading) if span[0] not in idle]
    if reading.capitals_tell:
        spans += (span for span in _capitalised(reading) if span[0] not in idle)
    spans += _led(reading)
    if spans or reading.capitals_tell:
        return spans
    # Capitals everywhere: a word that no dictionary has may be a name, and may be a slip.
    return [] if all(map(_is_told, reading.words)) else None


def name_positions(reading: Reading) -> frozenset[int]:
    """Say where names stand, and where a capital may mark one that begins a sentence."""
    spans = _named_entities(reading) or ()
    return frozenset(here for start, end in spans for here in range(start, end))


def _is_told(word: str) -> bool:
    return not word.isalpha() or word in _OPENERS or word in _PLAIN or word in _KINDS or is_known(word)


def _listed(reading: Reading) -> Iterator[WordSpan]:
    """Find names of the lists, in any case, and addresses of sites."""
    known = names()
    for start, end in known.any_case.find(reading.words):
        if end - start > 1 or not _is_common_here(reading, start):
            yield start, end
    for here, word in enumerate(reading.words):
        if word in known.framed and is_framed(reading, here):
            yield here, here + 1
        elif word in known.with_capital and reading.opens[here]:
            if reading.texts[here][0].isupper() and reading.pos[here] == "PROPN":
                yield here, here + 1
        elif _is_address(word):
            yield here, here + 1


def _is_common_here(reading: Reading, here: int) -> bool:
    """Tell a name without its capital that names a unit, a disease or a thing, or does beside what is said."""
    word = reading.words[here]
    others = names().beside.get(word, frozenset())
    return word in _EPONYMS or (reading.texts[here].islower() and not others.isdisjoint(reading.words))


def _is_address(word: str) -> bool:
    return word.startswith(("http://", "https://", "www.")) or ("@" in word and "." in word.partition("@")[2])


def _led(reading: Reading) -> Iterator[WordSpan]:
    """Find a strange word after one that leads names, as in "treaty of tordesillas" and "saint malo"."""
    words = reading.words
    for here in range(len(words)):
        if not _is_strange(reading, here):
            continue
        title = reading.word(here - 1) in _TITLES or (
            reading.word(here - 1) == "." and reading.word(here - 2) in _TITLES
        )
        of = reading.word(here - 1) == "of" and reading.word(here - 2) in _BEFORE_OF
        # "mozarts 5th symphony"
        owner = words[here].endswith("s") and next(names().any_case.find((words[here].removesuffix("s"),)), None)
        place = reading.word(here - 1) in _PLACE_PREPOSITIONS and reading.pos[here] == "PROPN"
        if title or of or place or owner:
            yield here, here + 1


def _is_strange(reading: Reading, here: int) -> bool:
    """Tell a word that is in no dictionary, and looks like no slip of a common word."""
    word = reading.words[here]
    return len(word) > 3 and word.isalpha() and not _is_told(word) and word not in _EPONYMS and word not in _TIMES


def _capitalised(reading: Reading) -> Iterator[WordSpan]:
    here, end = 0, len(reading.texts)
    while here < end:
        stop = here
        while stop < end and _has_capital(reading.texts[stop]) and not (stop > here and _begins(reading, stop)):
            stop += 1
        first = here
        # The first word of a sentence has its capital anyway: it belongs to a name only when it leads into one.
        while first < stop and _begins(reading, first) and not _opens_name(reading, first, stop):
            first += 1
        while first < stop and _names_nothing(reading, first):
            first += 1
        heading = stop - first == end and all(map(_is_told, reading.words))  # "Good Morning"
        if first < stop and not heading and any(not _names_nothing(reading, place) for place in range(first, stop)):
            yield first, stop
        here = max(stop, here + 1)


def _begins(reading: Reading, here: int) -> bool:
    """Tell whether a word would have a capital anyway: at the head of a sentence, of a quotation, of a list."""
    before = reading.word(here - 1)
    return reading.opens[here] or before in _ENDS or before in _QUOTES


def _opens_name(reading: Reading, first: int, stop: int) -> bool:
    word, text = reading.words[first], reading.texts[first]
    if len(text) > 1 and text.isupper():
        return not _is_told(word)
    if stop - first > 1:
        return word not in _OPENERS
    return any(map(str.isupper, text[1:])) or (reading.pos[first] == "PROPN" and not _is_told(word) and zipf(word) < 5)


def _has_capital(text: str) -> bool:
    """Tell a word that has a capital and isn't `I`; iPhone and 3M count, marks don't."""
    return text not in {"I", "I'm"} and any(map(str.isupper, text)) and text[0].isalnum()


def _names_nothing(reading: Reading, here: int) -> bool:
    word, text = reading.words[here], reading.texts[here]
    if len(text) == 1 or word in _KINDS or word in _TIMES or word in _PLAIN or word in _EPONYMS or word in _ROMAN:
        return True
    shouted = len(text) > 1 and text.isupper() and (is_known(word) or word in _OPENERS)  # "must NOT"
    code = word.endswith(("error", "exception")) and any(map(str.isupper, text[1:]))  # ValueError
    return shouted or code or any(map(str.isdigit, text)) or "_" in text


NAMED_ENTITIES = Property("named_entities", _named_entities, needs="tags")
