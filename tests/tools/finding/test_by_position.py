"""Exact text, text in any case and patterns: what a naive search finds, each place once, on pages of any size."""

import re
import sys
import unicodedata
from collections.abc import Iterator

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.finding.texts import (
    ORDERS,
    PIECES,
    QUERIES,
    TEXTS,
    all_pages,
    areas_of,
    is_sorted,
    memory_of,
    texts_at,
)

from riffler.errors import InvalidArguments, PatternTooSlow
from riffler.tools.finding import any_case
from riffler.tools.finding.any_case import AnyCase
from riffler.tools.finding.base import Order, Page
from riffler.tools.finding.exact import Exact
from riffler.tools.finding.folded import Folded, fold, is_mark
from riffler.tools.finding.pattern import Match, Pattern
from riffler.tools.fragments import Span

LISTS = st.lists(TEXTS, min_size=1, max_size=4)
SIZES = st.integers(1, 4)


@settings(deadline=None)
@given(LISTS, QUERIES, st.sampled_from(ORDERS), SIZES)
def test_exact_finds_what_a_naive_scan_finds(texts: list[str], query: str, order: Order, size: int) -> None:
    """The pages are all places, taken from the end that comes first; from the start they are `re`'s."""
    total, spans = all_pages(Exact(memory_of(*texts), areas_of(*texts)), query, order, size)
    assert total == len(spans) == sum(text.count(query) for text in texts)
    assert set(texts_at(texts, spans)) <= {query}
    assert is_sorted(spans, order)
    if order == "oldest":
        naive = [(n, match.start()) for n, text in enumerate(texts) for match in re.finditer(re.escape(query), text)]
        assert [(span.message, span.start) for span in spans] == naive


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_long_query_is_found_as_a_short_one(order: Order) -> None:
    """From a hundred characters on the text is read the other way round; the places are the same."""
    text = f"{'ab' * 60}x{'ab' * 60}y"
    _, spans = all_pages(Exact(memory_of(text), areas_of(text)), "ab" * 60, order, 1)
    assert sorted(span.start for span in spans) == [0, 121]
    assert all_pages(Exact(memory_of("b" * 300), areas_of("b" * 300)), "a" + "b" * 150, order, 1) == (0, [])


def naive_fold(text: str) -> str:
    """Fold a text by what the standard library says of each character."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(
        one for one in apart if not (10 <= unicodedata.combining(one) <= 36 or unicodedata.combining(one) >= 200)
    )


def folds_alike(text: str, query: str) -> list[tuple[int, int]]:
    """Give, from the start, what folds to the query, by trying every place and length; marks go with their letter."""
    found, start, wanted = list[tuple[int, int]](), 0, naive_fold(query)
    while start < len(text):
        ends = (end for end in range(start + 1, len(text) + 1) if naive_fold(text[start:end]) == wanted)
        end = next(ends, None) if naive_fold(text[start]) else None
        if end:
            while end < len(text) and unicodedata.category(text[end])[0] == "M":
                end += 1
            found.append((start, end))
        start = end or start + 1
    return found


@settings(deadline=None)
@given(LISTS, QUERIES, st.sampled_from(ORDERS), SIZES)
def test_any_case_finds_what_folds_alike(texts: list[str], query: str, order: Order, size: int) -> None:
    """The pages are all spans of whole characters whose folded text is the query's; places are the original's."""
    total, spans = all_pages(AnyCase(memory_of(*texts), areas_of(*texts)), query, order, size)
    naive = [(number, *pair) for number, text in enumerate(texts) for pair in folds_alike(text, query)]
    assert total == len(spans) == len(naive)
    assert all(naive_fold(text).startswith(naive_fold(query)) for text in texts_at(texts, spans))
    assert is_sorted(spans, order)
    if order == "oldest":
        assert [(span.message, span.start, span.end) for span in spans] == naive


@pytest.mark.parametrize(
    ("query", "found"), [("s", ["s"]), ("ss", ["ß", "ß"]), ("sss", ["sß"]), ("i", ["İ"]), ("f", []), ("fi", ["ﬁ"])]
)
@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_half_a_character_is_no_match(query: str, found: list[str], order: Order) -> None:
    """A character that grows is matched as a whole or not at all."""
    text = "ßsß İ ﬁ"
    total, spans = all_pages(AnyCase(memory_of(text), areas_of(text)), query, order, 1)
    assert total == len(spans)
    assert [one.replace("ßs", "sß") for one in texts_at([text], spans)] == found


@settings(deadline=None)
@given(st.lists(TEXTS | st.text(max_size=5), max_size=3).map("".join))
def test_places_of_folded_text_lead_back(text: str) -> None:
    """A text is folded character by character; a place leads back to its character, and an end past its marks."""
    folded = Folded(text)
    each = [fold(character) for character in text]
    whole = [sum(map(len, each[:place])) for place in range(len(text) + 1)]
    assert folded.text == "".join(each) == fold(text)
    assert [folded.there(place) for place in range(len(text) + 1)] == whole
    for place in range(len(folded.text) + 1):
        within = place not in whole
        assert bool(folded.inside and folded.inside[place]) == within
        start, end = folded.start(place), folded.end(place, len(text))
        assert whole[start] <= place <= whole[min(len(text), start + within)]
        assert end >= start + within
        assert end == len(text) or not is_mark(text[end])
        assert all(map(is_mark, text[start + within : end]))


def test_each_character_folds_as_the_standard_says() -> None:
    """NFKD, case, and accents, for all there are; where the tables end, none has any of them to the end of all."""
    selectors = set(map(chr, range(0xFE00, 0xFE10)))
    rest = "".join(map(chr, range(0x2F000, sys.maxunicode + 1)))
    assert fold(rest) == unicodedata.normalize("NFKD", rest).casefold()
    characters, apart = list(map(chr, range(0x30000))), chr(sys.maxunicode)
    expected = ["" if one in selectors else naive_fold(one) for one in characters]
    assert fold(apart.join(characters)).split(apart) == expected


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("déjà", "un DE\u0301JA\u0300-vu", "DE\u0301JA\u0300"),
        ("deja", "un Déjà-vu", "Déjà"),
        ("café", "cafe\u0301s", "cafe\u0301"),
        ("cafe\u0301", "the CAFÉS", "CAFÉ"),
        ("كتب", "ثم كَتَبَ له", "كَتَبَ"),
        ("istanbul", "İSTANBUL'da", "İSTANBUL"),
        ("한국", unicodedata.normalize("NFD", "남한국어"), unicodedata.normalize("NFD", "한국")),
        (unicodedata.normalize("NFD", "한국"), "남한국어", "한국"),
        ("が", "か\u3099く", "か\u3099"),
        ("लड़क", "एक लड़की है", "लड़की"),
        ("ё", "е\u0308ж", "е\u0308"),
        ("\u0301", "e\u0301", "\u0301"),
        ("\u093f", "कि", "\u093f"),
    ],
)
@pytest.mark.parametrize("order", ORDERS)
def test_a_letter_is_found_with_its_marks(query: str, text: str, found: str, order: Order) -> None:
    """However a letter is written, and with or without its accent; a match never ends before a mark."""
    total, spans = all_pages(AnyCase(memory_of(text), areas_of(text)), query, order, 1)
    assert (total, texts_at([text], spans)) == (1, [found])


def test_half_a_syllable_is_no_match() -> None:
    """What makes another sound of a sign, or one syllable of three letters, doesn't count as an accent."""
    for query, text in (("か", "が"), ("하", "한"), ("=", "≠")):
        assert AnyCase(memory_of(text), areas_of(text)).find(query, Page("newest", 5)).total == 0


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["s", "ss", "ß", "x", "xs", "sx", "ﬁ", "fi", "i", "f"]), max_size=12).map("".join),
    st.lists(st.sampled_from(["s", "ß", "x", "f", "i"]), min_size=1, max_size=4).map("".join),
    st.sampled_from([0, 1, 5]),
)
def test_what_is_counted_is_what_is_given(text: str, query: str, plain: int) -> None:
    """Whether characters that grow are rare or not, and whether a query's places overlap, the count is right."""
    texts = (f"{text}{'sxxsfix' * plain}{text}",)
    total, spans = all_pages(AnyCase(memory_of(*texts), areas_of(*texts)), query, "newest", 7)
    assert total == len(spans) == len(folds_alike(texts[0], query))


@pytest.mark.parametrize(("query", "total"), [("xs", 19_998), ("sxx", 10_000), ("xsfixs", 9998), ("f", 10_000)])
def test_a_character_that_grows_costs_no_walk(monkeypatch: pytest.MonkeyPatch, query: str, total: int) -> None:
    """Where one of ten thousand characters becomes two, the places are counted at once, not one by one."""
    text = "sxxsfix" * 5000 + "ß" + "sxxsfix" * 5000
    walks: list[int] = []
    walk = any_case._whole_places

    def counted(folded: Folded, query: str, low: int, high: int, most: int, *, newest: bool) -> list[int]:
        walks.append(most)
        return walk(folded, query, low, high, most, newest=newest)

    monkeypatch.setattr(any_case, "_whole_places", counted)
    assert AnyCase(memory_of(text), areas_of(text)).find(query, Page("newest", 5)).total == total
    assert walks == [6]


def test_places_of_a_long_query_are_counted_whole() -> None:
    """It begins like others inside a character too, and isn't compared with itself."""
    long = "sx" * 150
    text = f"{long}; ß{long[1:]}; {long}"
    assert AnyCase(memory_of(text), areas_of(text)).find(long, Page("newest", 1)).total == 2


PATTERNS = ["a+", "a*", "(?<=a)b", "b?", "^.", ".$", r"\w+", "[ßs]+", r"\b", "a|ab", "(?i)ss", "東.", "$", r"\X", "x"]


@settings(deadline=None)
@given(LISTS, st.sampled_from(PATTERNS), st.sampled_from(ORDERS), SIZES)
def test_patterns_match_as_from_the_start(texts: list[str], pattern: str, order: Order, size: int) -> None:
    """In each order the pages have the matches that follow each other from the start, without the empty ones."""
    finder = Pattern(memory_of(*texts), areas_of(*texts))
    total, spans = all_pages(finder, pattern, order, size)
    assert total == len(spans)
    assert is_sorted(spans, order)
    oldest = all_pages(finder, pattern, "oldest", 1000)[1]
    assert spans == (oldest if order == "oldest" else oldest[::-1])
    naive = [match.span() for match in regex.finditer(pattern, texts[0], regex.MULTILINE) if match[0]]
    assert [(span.start, span.end) for span in oldest if span.message == 0] == naive


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a|aa)+$", r"(\w+\s?)*$"])
def test_a_pattern_without_end_is_stopped(pattern: str) -> None:
    """It is refused with its name; the next call isn't hurt."""
    text = "a" * 30_000 + "!"
    finder = Pattern(memory_of(text), areas_of(text), limit_s=0.1)
    with pytest.raises(PatternTooSlow, match=re.escape(f'the pattern "{pattern}" took longer than 0.1 s')):
        finder.find(pattern, Page("newest", 5))
    assert Pattern(memory_of(text), areas_of(text)).find("!", Page("newest", 5)).total == 1


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("(?R)", 0),
        ("(?0)", 0),
        ("(?x)a (?R )", 6),
        ("(a(?1)?b)", 2),
        ("(a)(?-1)", 3),
        ("(?+1)(a)", 0),
        (r"\\(?R)", 2),
        ("(?P<n>a)(?&n)*b", 8),
        ("(?P<n>a)(?P>n)", 8),
        ("(?P<n>a)(?P&n)", 8),
        ("(?x)(?P<n>a)(?P >n)", 12),
        ("(?(DEFINE)(?P<x>(?&x)))(?&x)", 16),
    ],
)
def test_a_pattern_that_calls_itself_is_refused(pattern: str, position: int) -> None:
    """Such a call may fill half a gigabyte within the time limit; the error says where it stands."""
    finder = Pattern(memory_of("ab" * 100), areas_of("ab" * 100))
    with pytest.raises(InvalidArguments, match=f"calls itself or a group at position {position}, "):
        finder.find(pattern, Page("newest", 5))


@pytest.mark.parametrize("pattern", [r"\(?R?\)", "(?P<n>R)(?P=n)?", "(?i)r", "(?:R)", "(?(DEFINE)x)R", "(?s-i:R)"])
def test_what_looks_like_a_call_and_is_none_is_searched(pattern: str) -> None:
    """Escaped brackets, flags, and other groups are as they were."""
    assert Pattern(memory_of("R()"), areas_of("R()")).find(pattern, Page("newest", 5)).total >= 1


def test_a_pattern_that_fills_the_memory_is_refused() -> None:
    """Where `regex` gives up for want of memory, the call is refused as one that takes too long."""

    class Full:
        def finditer(self, _text: str, _start: int, _end: int, *, timeout: float) -> Iterator[Match]:
            raise MemoryError

    finder = Pattern(memory_of("a"), areas_of("a"), compiler=lambda _: Full())
    with pytest.raises(PatternTooSlow, match='the pattern "a" took too much memory'):
        finder.find("a", Page("newest", 5))


def test_the_limit_is_the_calls() -> None:
    """Many short texts have no more time than a long one: once it is up, no other is looked at."""
    finder = Pattern(memory_of("a", "b"), areas_of("a", "b"), limit_s=-1)
    with pytest.raises(PatternTooSlow, match="stopped"):
        finder.find("a", Page("newest", 5))


class Stopped:
    """Stands for a pattern that is stopped after some matches, as in a process whose other threads are busy.

    Args:
        needed_s: Seconds of the process's time that it needs.
        own: This thread's share of the time that a search is given.
    """

    def __init__(self, needed_s: float, own: float = 0.0) -> None:
        self.needed_s = needed_s
        self.own = own
        self.used_s = 5.0
        self.timeouts: list[float] = []

    def clock(self) -> float:
        """Tell what this thread has used."""
        return self.used_s

    def finditer(self, text: str, start: int, end: int, *, timeout: float) -> Iterator[Match]:
        """Give each character, or the first three where the time isn't enough."""
        self.used_s += timeout * self.own
        self.timeouts.append(timeout)
        for number, match in enumerate(re.compile(".").finditer(text, start, end)):
            if number == 3 and timeout < self.needed_s:
                raise TimeoutError
            yield match


@pytest.mark.parametrize("order", ORDERS)
def test_the_time_of_other_threads_does_not_count(order: Order) -> None:
    """Where `regex` stops before this thread's time is up, the text is searched again, and no match comes twice."""
    busy = Stopped(needed_s=11.0)
    finder = Pattern(memory_of("abcdefg"), areas_of("abcdefg"), limit_s=2.0, compiler=lambda _: busy, clock=busy.clock)
    assert finder.find("x", Page(order, 50)).total == 7
    assert busy.timeouts == [2.5, 5, 10, 20]
    spans = finder.find("x", Page("oldest", 50)).spans
    assert [(span.start, span.end) for span in spans] == [(place, place + 1) for place in range(7)]


def test_this_threads_own_time_counts() -> None:
    """A search that was stopped often is given up once one try has used the limit up."""
    busy = Stopped(needed_s=1000.0, own=1 / 8)
    finder = Pattern(memory_of("abcdefg"), areas_of("abcdefg"), limit_s=2.0, compiler=lambda _: busy, clock=busy.clock)
    with pytest.raises(PatternTooSlow, match="longer than 2 s"):
        finder.find("x", Page("newest", 50))
    assert len(busy.timeouts) == 4


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("ab(c", r'the pattern "ab\(c" is not valid: missing \) at position 4'),
        ("*", "nothing to repeat at position 0"),
        (r"\p{Nothing}", "unknown property at position"),
        ("[", "at position 1"),
        ("a{99999999999999999999}", "are too many"),
        ("((a{1000}){1000}){1000}", "are too many"),
        ("(" * 900, "nested too deep"),
        ("(a" * 300 + ")" * 300, "nested too deep"),
        ("a" * 1001, "may have 1000 characters, got 1001"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern: str, words: str) -> None:
    """The error says what is wrong and where, in one line."""
    with pytest.raises(InvalidArguments, match=words) as caught:
        Pattern(memory_of("x"), areas_of("x")).find(pattern, Page("newest", 5))
    assert "\n" not in str(caught.value)


@settings(deadline=None)
@given(st.text(alphabet=r"ab(){}[]*+?|\^$.,<>!=:&~-#01Ppx", max_size=12))
def test_any_pattern_is_searched_or_refused(pattern: str) -> None:
    """Whatever it is, no other error comes out."""
    try:
        found = Pattern(memory_of("ab\nba"), areas_of("ab\nba")).find(pattern or "a", Page("newest", 2))
    except (InvalidArguments, PatternTooSlow):
        return
    assert found.total >= len(found.spans)


@pytest.mark.parametrize("kind", [Exact, AnyCase, Pattern])
@pytest.mark.parametrize("order", ORDERS)
def test_nothing_is_found_outside_the_areas(kind: type[Exact | AnyCase | Pattern], order: Order) -> None:
    """A match lies in one area wholly."""
    areas = (Span(0, 0, 2, 6), Span(0, 0, 7, 9), Span(1, 0, 1, 2))
    query = "[0-9a-zß]" if kind is Pattern else "6"
    total, spans = all_pages(kind(memory_of("ß2ß456789", "abc"), areas), query, order, 1)
    if kind is Pattern:
        assert total == 7
        assert {(span.message, span.start) for span in spans} == {(0, n) for n in (2, 3, 4, 5, 7, 8)} | {(1, 1)}
    else:
        assert (total, spans) == (1, [Span(0, 0, 5, 6)])


def test_pieces_have_characters_that_grow() -> None:
    """The texts of these tests are hard enough: some of their characters fold to two and three."""
    assert {len(one.casefold()) for piece in PIECES for one in piece} == {1, 2, 3}
