"""BM25 and near matches: what comes first, in any script, and pages that are the whole list."""

import math
import random
import tracemalloc
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tools.finding.texts import ORDERS, QUERIES, TEXTS, all_pages, areas_of, is_sorted, memory_of, texts_at

from riffler.errors import InvalidArguments, SearchTooSlow
from riffler.tools.finding.base import Found, Page
from riffler.tools.finding.fuzzy import LEAST_SCORE, Fuzzy
from riffler.tools.finding.passages import LONGEST, passages, words
from riffler.tools.finding.ranked import Ranked
from riffler.tools.fragments import Span

LISTS = st.lists(TEXTS, min_size=1, max_size=4)
SIZES = st.integers(1, 4)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=40).map("".join), st.integers(0, 30), st.integers(0, 30))
def test_passages_are_all_the_text(text: str, before: int, after: int) -> None:
    """Passages follow each other, are short, and leave out nothing but space."""
    area = Span(0, 0, min(before, len(text)), max(min(before, len(text)), len(text) - after))
    found = list(passages(text, area))
    assert is_sorted(found, "oldest")
    assert all(0 < span.end - span.start <= LONGEST + 64 for span in found)
    kept = "".join("".join(text[span.start : span.end].split()) for span in found)
    assert kept == "".join(text[area.start : area.end].split())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("w " * 120 + "\n" + "x " * 200, "w " * 119 + "w"),
        ("w " * 120 + "end. " + "x " * 200, "w " * 120 + "end."),
        ("字" * 250 + "。" + "字" * 300, "字" * 250 + "。"),
        ("w " * 300, "w " * 199 + "w"),
        ("w" * 900, "w" * 400),
        ("w" * 400 + "\u0301" + "x" * 100, "w" * 400 + "\u0301"),
    ],
    ids=["line", "sentence", "sentence without a space", "word", "endless word", "accent"],
)
def test_passages_end_where_text_does(text: str, first: str) -> None:
    """A passage ends at a line's end if there is one in its second half, else at a sentence's, else at a word's."""
    span = next(passages(text, Span(0, 0, 0, len(text))))
    assert text[span.start : span.end] == first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Straße, don't", ["the", "strasse", "don", "t"]),
        ("東京都に", ["東京", "京都", "都に"]),
        ("GPT東京4", ["gpt", "東京", "4"]),
        ("De\u0301jà か\u3099き 한국어", ["deja", "がき", "한국", "국어"]),
        ("كَتَبَ ﬁve", ["كتب", "five"]),
        ("猫 नमस्ते مرحبا", ["猫", "नमस्ते", "مرحبا"]),
        ("…!?", []),
    ],
)
def test_words_of_any_script(text: str, expected: list[str]) -> None:
    """Scripts without spaces give pairs, others their words with their signs, whatever the case."""
    assert words(text) == expected


FACTS = [
    "The harbour fee is twelve crowns a day.",
    "The lamp burns colza oil, and the keeper has a goat.",
    "東京都の人口は千四百万人です。",
    "พายุเข้าเมื่อคืนนี้ที่เกาะ",
    "كلمة السر هي الهدهد",
    "The fee was raised. The fee was cut. The fee is what it is.",
]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("what does the HARBOUR cost", 0),
        ("goat keeper", 1),
        ("人口", 2),
        ("京", 2),
        ("พายุ", 3),
        ("السر", 4),
        ("كَلِمَة", 4),
        ("fee raised", 5),
    ],
)
def test_the_passage_with_the_rarest_words_comes_first(query: str, best: int) -> None:
    """Whatever the script, the passage that is meant is ranked first."""
    found = Ranked(memory_of(*FACTS), areas_of(*FACTS), [query]).find(query, Page("best", 1))
    assert texts_at(FACTS, found.spans) == [FACTS[best]]


@settings(deadline=None)
@given(LISTS, QUERIES, SIZES)
def test_the_pages_of_ranked_are_all_passages_with_a_word(texts: list[str], query: str, size: int) -> None:
    """In each order the pages have the same passages, each once; those are the ones that share a word."""
    finder = Ranked(memory_of(*texts), areas_of(*texts), [query])
    asked = set(words(query))
    share = [
        span
        for area in areas_of(*texts)
        for span in passages(texts[area.message], area)
        if any(
            word in known if len(word) == 1 and word > "\u3000" else word == known
            for word in asked
            for known in words(texts[area.message][span.start : span.end])
        )
    ]
    for order in ORDERS:
        total, spans = all_pages(finder, query, order, size)
        assert total == len(spans)
        assert sorted(spans, key=lambda span: (span.message, span.start)) == share
        assert order == "best" or is_sorted(spans, order)


def bm25(texts: Sequence[str], query: str) -> dict[Span, float]:
    """Score all passages that have a word of the query, as the formula stands."""
    spans = [span for area in areas_of(*texts) for span in passages(texts[area.message], area)]
    bags = {span: words(texts[span.message][span.start : span.end]) for span in spans}
    bags = {span: bag for span, bag in bags.items() if bag}
    mean = sum(map(len, bags.values())) / max(1, len(bags))
    scores: dict[Span, float] = {}
    for word in set(words(query)):
        times = {span: sum(map(partial(_has, word), bag)) for span, bag in bags.items()}
        having = sum(map(bool, times.values()))
        for span, count in times.items():
            if count:
                norm = 1.5 * (1 - 0.75 + 0.75 * len(bags[span]) / mean)
                idf = math.log(1 + (len(bags) - having + 0.5) / (having + 0.5))
                scores[span] = scores.get(span, 0) + idf * count / (count + norm)
    return scores


def _has(word: str, other: str) -> bool:
    return word in other if len(word) == 1 and word > "\u3000" else word == other


@settings(deadline=None)
@given(st.lists(st.lists(TEXTS, max_size=20).map("".join), min_size=1, max_size=3), st.lists(QUERIES, min_size=1))
def test_scores_are_those_of_the_formula(texts: list[str], queries: list[str]) -> None:
    """What comes first is what a naive BM25 scores highest, whatever other queries the call has."""
    finder = Ranked(memory_of(*texts), areas_of(*texts), queries)
    for query in queries:
        expected = bm25(texts, query)
        found = finder.find(query, Page("best", 1000))
        assert found.total == len(found.spans) == len(expected)
        assert [expected[span] for span in found.spans] == pytest.approx(sorted(expected.values(), reverse=True))


RANDOM = random.Random(3)
DENSE = {
    "short words": " ".join(RANDOM.choice("abcdefghijklmnop") for _ in range(250_000)),
    "ideographs": "".join(chr(RANDOM.randrange(0x4E00, 0x9000)) for _ in range(160_000)),
    "numbers": "\n".join(f"{RANDOM.randrange(10**6)},{RANDOM.randrange(100)}" for _ in range(50_000)),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("text", DENSE.values(), ids=DENSE)
def test_ranked_takes_little_memory(text: str) -> None:
    """However many words a text has, a search of it keeps only what is asked for."""
    memory, areas, size = memory_of(text), areas_of(text), len(text.encode())
    queries = [text[place : place + 40] for place in range(0, 64 * 997, 997)]
    Ranked(memory_of(text[:200]), areas_of(text[:200]), queries)  # tables that are made once in a process are no text's
    tracemalloc.start()
    try:
        finder = Ranked(memory, areas, queries)
        assert all(finder.find(query, Page("best", 5)).total for query in queries)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * size


def test_of_equal_worth_the_newest_comes_first() -> None:
    """A tie is broken by position."""
    texts = ["owl: 1"] * 5
    memory, areas = memory_of(*texts), areas_of(*texts)
    for finder in (Ranked(memory, areas, ["owl"]), Fuzzy(memory, areas)):
        found = finder.find("owl", Page("best", 5))
        assert [span.message for span in found.spans] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("harbor master", "Ask the Harbour Master, he knows.", "Harbour Master"),
        ("recieve", "We receive mail on Monday.", "receive"),
        ("strasse", "In der Strase wohnt er.", "Strase"),
        ("STRASSE", "In der Straße wohnt er.", "Straße"),
        ("東京特許許可局", "彼は東京特許可局で働く。", "東京特許可局"),
        ("สวัสดีครับ", "เขาพูดว่า สวัสดคัรบ แล้วไป", "สวัสดคัรบ"),
        ("lighthouse", "lighthous", "lighthous"),
        ("cafe", "Au cafe\u0301 noir.", "cafe\u0301"),
        ("déjà vu", "Un Deja\u0300 vu.", "Deja\u0300 vu"),
        ("كتب", "ثم كَتَبَ له", "كَتَبَ"),
    ],
)
def test_near_matches_are_found_where_they_stand(query: str, text: str, found: str) -> None:
    """A slip of the pen doesn't hide a text, in any script; the place is the original's, to a character or two."""
    texts = ["nothing of that kind", text, "and more of it"]
    spans = Fuzzy(memory_of(*texts), areas_of(*texts)).find(query, Page("best", 1)).spans
    (near,) = texts_at(texts, spans)
    assert near.strip() in found or found in near
    assert abs(len(near) - len(found)) <= 2


def test_a_near_match_never_ends_before_a_mark() -> None:
    """A letter isn't cut from its accent, and a query of nothing but accents is near nothing."""
    text = "Au cafe\u0301, et au cafe\u0301"
    finder = Fuzzy(memory_of(text), areas_of(text))
    assert texts_at([text], finder.find("cafe", Page("oldest", 5)).spans) == ["cafe\u0301"] * 2
    assert finder.find("\u0301", Page("best", 5)) == Found(0, (), None)


def test_near_matches_close_together_are_all_found() -> None:
    """Of the updates of one key that stand side by side none is left out, above all not the newest."""
    text = "".join(f"ow1: {number}; " for number in range(40))
    total, spans = all_pages(Fuzzy(memory_of(text), areas_of(text)), "ow1:", "newest", 7)
    assert total == 40
    assert [text[span.end :].split(";")[0].strip() for span in spans] == [str(number) for number in reversed(range(40))]


def test_no_more_than_the_best_windows_are_looked_at_closely() -> None:
    """Exact matches are kept, and of those the newest, when there are many near ones."""
    texts = ["lighthouse", *["lighthose"] * 20, "lighthouse", *["lighthose"] * 20]
    spans = Fuzzy(memory_of(*texts), areas_of(*texts), 3).find("lighthouse", Page("best", 50)).spans
    assert [span.message for span in spans] == [21, 0, 41]


@settings(deadline=None)
@given(LISTS, QUERIES, SIZES)
def test_the_pages_of_fuzzy_are_one_list(texts: list[str], query: str, size: int) -> None:
    """Matches lie apart, are near the query, are the same in each order, and an exact one is never missed."""
    finder = Fuzzy(memory_of(*texts), areas_of(*texts))
    lists = [all_pages(finder, query, order, size) for order in ORDERS]
    assert len({total for total, _ in lists}) == 1
    assert lists[0][1] == lists[1][1][::-1]
    assert sorted(lists[2][1], key=lambda span: (span.message, span.start)) == lists[1][1]
    assert is_sorted(lists[1][1], "oldest")
    assert lists[0][1] or not any(query in text for text in texts)


@pytest.mark.parametrize("length", [100, 5000, 40_000 * 32])
def test_near_matches_are_found_anywhere_in_a_long_text(length: int) -> None:
    """Windows and their batches leave no gap: a text is found at the start, at the end and at every joint."""
    for place in (0, 1, 31, 32, 33, length // 2, 640_000 % length, length - 8, length):
        text = f"{'. ' * (place // 2)}lighthouse{'. ' * ((length - place) // 2)}"
        spans = Fuzzy(memory_of(text), areas_of(text)).find("lighthouse", Page("best", 2)).spans
        assert texts_at([text], spans) == ["lighthouse"]


def test_a_short_text_is_no_near_match_of_a_long_query() -> None:
    """A letter fits wholly into a word, and yet isn't near it."""
    assert LEAST_SCORE > 50
    assert Fuzzy(memory_of("a"), areas_of("a")).find("banana", Page("best", 2)).total == 0


@pytest.mark.parametrize("seconds", [0.01, -1])
def test_many_long_queries_are_stopped(seconds: float) -> None:
    """The time is the call's: whatever the query, once it is up the search is refused, and says how to narrow it."""
    text = "".join(RANDOM.choice("abcdefghij") for _ in range(200_000))
    finder = Fuzzy(memory_of(text), areas_of(text), limit_s=seconds)
    words = f'took longer than {seconds:g} s and was stopped at "{text[:60]}...": look for fewer or shorter texts'
    with pytest.raises(SearchTooSlow, match=words):
        all_pages(finder, text[:190], "best", 5)
    with pytest.raises(SearchTooSlow, match='stopped at "a⏎b": '):
        finder.find("a\nb", Page("best", 5))


def test_the_closer_look_is_stopped_too() -> None:
    """Of a text in which every window is near, the search for the best stretches takes longer than the windows."""

    class Up:
        seconds, calls = 1.0, 0

        @property
        def left(self) -> float:
            self.calls += 1
            return 3 - self.calls

    finder, up = Fuzzy(memory_of("owl " * 99), areas_of("owl " * 99)), Up()
    finder._limit = up  # type: ignore[assignment]
    with pytest.raises(SearchTooSlow):
        finder.find("owl", Page("best", 5))
    assert up.calls == 3


def test_a_fuzzy_query_has_a_limit() -> None:
    """It is refused with its length."""
    with pytest.raises(InvalidArguments, match="200 characters, got 201"):
        Fuzzy(memory_of("a"), areas_of("a")).find("x" * 201, Page("best", 2))


@pytest.mark.parametrize("ranked", [True, False])
@pytest.mark.parametrize("query", ["owl", "!?", "猫"])
@pytest.mark.parametrize("texts", [(), ("...", "  ")])
def test_nothing_to_look_in_gives_nothing(ranked: bool, query: str, texts: tuple[str, ...]) -> None:
    """Without areas, or with none that has words, there are no matches."""
    memory, areas = memory_of(*texts), areas_of(*texts)
    finder = Ranked(memory, areas, [query]) if ranked else Fuzzy(memory, areas)
    found = finder.find(query, Page("best", 2))
    assert (found.total, found.spans, found.mark) == (0, (), None)
