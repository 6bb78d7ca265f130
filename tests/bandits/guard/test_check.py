"""The guard's edge cases: what it lets pass, what it refuses, and how long a rewrite may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffler.bandits.guard import check


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        ("capital of france", "What is the capital of France?"),
        ("WHO IS ANN?", "Who is Ann?"),
        ("Can't you see?", "Can you not see?"),
        ("How many of 1,000?", "How many of 1000?"),
        ("twelve men?", "12 men?"),
        ("Is Ann's car red?", "Is the car of Ann red?"),
        ("Where is Rome?", "Rome is where?"),
        ('What does "a b" mean?', "What does 'a b' mean?"),
        ("¿Qué es? ؟", "Qué es؟"),
        ("Where is St. John?", "St. John is where?"),
        ("", ""),
        ("", "ok"),
    ],
)
def test_faithful_rewrites_pass(original: str, rewrite: str) -> None:
    """Spelling, order and capitals may change where they say the same."""
    assert check(original, rewrite).kept, check(original, rewrite).reason


@pytest.mark.parametrize(
    ("original", "rewrite", "reason"),
    [
        ("Why?", " \n", "the rewrite is empty"),
        ("a" * 100, "a" * 331, "the rewrite is too long: 331 characters for 100"),
        ("a" * 100, "a" * 12, "the rewrite is too short: 12 characters for 100"),
        ("5 men?", "6 men?", "the rewrite loses a number"),
        ("men?", "6 men?", "the rewrite invents a number"),
        ('Is "it" so?', "Is that so?", "the rewrite loses a quoted text"),
        ("Is that so?", 'Is "it" so?', "the rewrite invents a quoted text"),
        ("Is it not so?", "Is it so?", "the rewrite loses a negation"),
        ("not a and not b", "a and not b", "the rewrite loses a negation"),
        ("Is it so?", "Isn't it so?", "the rewrite invents a negation"),
        ("Did Dr. Smith go?", "Did Dr. Jones go?", "the rewrite loses a name"),
        ("Did he go?", "Did Jones go?", "the rewrite invents a name"),
        ("Is it so?", "It is so.", "the rewrite is no question any more"),
    ],
)
def test_damage_is_named_without_quoting_it(original: str, rewrite: str, reason: str) -> None:
    """The reason says what kind of thing was lost or invented, and holds no text of the query."""
    verdict = check(original, rewrite)
    assert not verdict.kept
    assert verdict.reason == reason


@pytest.mark.parametrize(("length", "kept"), [(330, True), (13, True)])
def test_limits_of_length(length: int, kept: bool) -> None:
    """Two and a half times and 80 more characters pass, and so does an eighth."""
    assert check("a" * 100, "a" * length).kept == kept


@given(st.text())
def test_query_is_faithful_to_itself(text: str) -> None:
    """No query is refused as its own rewrite."""
    assert check(text, text).kept


@given(st.lists(st.sampled_from(["Is", "Rome", "not", "5", '"a"', "it", "twenty", "so", "Ann's", "?"]), min_size=1))
def test_reading_again_passes(words: list[str]) -> None:
    """A query that is read twice has twice its negations, and passes."""
    text = " ".join(words)
    assert check(text, f"{text}\nRead the question again: {text}").kept


@pytest.mark.parametrize(
    ("original", "rewrite", "known"),
    [
        ("Where was she born?", "Where was Ada Lovelace born?", "Ada Lovelace wrote programs."),
        ("What was it for?", 'What was the "Prix 5" of 5 May for?', 'She won the "Prix 5" on 5 May.'),
        ("How long is it?", "How long is 5 km?", "The way is 5 km long."),
    ],
)
def test_what_is_known_is_no_invention(original: str, rewrite: str, known: str) -> None:
    """A name, number, date, quoted text or unit may be taken from the session's memory, and from nowhere else."""
    assert not check(original, rewrite).kept
    assert check(original, rewrite, known=[known]).kept


def test_known_texts_excuse_no_loss() -> None:
    """What the query says must stay, whatever is known."""
    assert check("Where was Ada Lovelace born?", "Where was she born?", known=["Ada Lovelace"]).reason == (
        "the rewrite loses a name"
    )


@pytest.mark.parametrize(
    ("original", "rewrite", "reason"),
    [
        ("Who won in May?", "Who won in June?", "the rewrite loses a date"),
        ("Who won?", "Who won last year?", "the rewrite invents a date"),
        ("Is 5 km far?", "Is 5 miles far?", "the rewrite loses a unit"),
        ("How far is it?", "How far is it in miles?", "the rewrite invents a unit"),
        ("Where is the nearest bar?", "Wo ist die nächste Bar?", "the rewrite is in another language"),
        ("Where is the bar?", "Где находится бар?", "the rewrite is in another language"),
        ("Where is the bar?", "バーはどこですか？", "the rewrite is in another language"),
        ("Who won?", "Who won? " + "They all ran and ran. " * 4, "the rewrite is too long: 22 words for 2"),
        ("Is it old?", "Is it young?", "the rewrite turns a word into its opposite"),
        ("Is he over 18?", "Is he 18?", "the rewrite loses a bound"),
        ("Is he 18?", "Is he 18 or older?", "the rewrite invents a bound"),
        ("Which fish lack scales?", "Which fish have scales?", "the rewrite loses a negation"),
        ("Which fish have scales?", "Which fish lack scales?", "the rewrite invents a negation"),
        ("Who won?", "When did they win?", "the rewrite asks for another kind of answer"),
        ("Who paints in winter and at night?", "Who paints at night?", "the rewrite loses a date"),
        ("Who paints at night?", "Who paints?", "the rewrite loses a constraint"),
        ("Which rocks float?", "Which volcanic rocks float?", "the rewrite invents a constraint"),
        ("Was it said: 'one two'?", "Was it said: 'one two three'? 'two'?", "the rewrite invents a number"),
    ],
)
def test_each_judge_has_its_word(original: str, rewrite: str, reason: str) -> None:
    """Dates, units, languages, lengths, opposites, bounds, kinds of answers and restrictions are told apart."""
    assert check(original, rewrite).reason == reason


MANY = " ".join(f"thing{chr(97 + left)}{chr(97 + right)}q" for left in range(10) for right in range(10))


@pytest.mark.parametrize(
    ("original", "rewrite", "reason"),
    [
        ("Who won?", "Who won the cup? Who won the cup? Who won the cup?",
         "the rewrite is too long: it says the same again and again"),
        (f"Who made {MANY}?", f"Who made {MANY[:200]}?", "the rewrite loses a constraint"),
        ("Which dogs bark at children?", "Which dogs bark at strangers?", "the rewrite exchanges a constraint"),
        ("Is a wooden fence dear?", "Is a metallic fence dear?", "the rewrite exchanges a constraint"),
        ("What did Marx say of Engels?", "What did Engels say of Marx?", "the rewrite exchanges a constraint"),
        ("Is it bookable?", "Is it unbookable?", "the rewrite turns a word into its opposite"),
        ("Describe the sea in one sentence.", "Describe the sea.", "the rewrite loses a constraint"),
        ("Describe the sea.", "Describe the sea as a poem.", "the rewrite invents a constraint"),
        ("Is there bread?", "Is there bread that is crunchy?", "the rewrite invents a constraint"),
        ('What is in "a b"?', 'What is in "b" and "a b c"? Not a b?', "the rewrite invents a quoted text"),
        ("What is \"a b\"? It is 'a b c'.",
         'What is "b"? It is \'a b c\', or "a b c".', "the rewrite loses a quoted text"),
        ("Who ruled in 44 BC?", "Who ruled in 44?", "the rewrite loses a date"),
        ("How is it possible that it rains?", "Does it rain?", "the rewrite asks for another kind of answer"),
    ],
)  # fmt: skip
def test_what_narrows_an_answer_is_watched(original: str, rewrite: str, reason: str) -> None:
    """Words exchanged, forms of answers, names that change places, and rewrites that go round and round."""
    assert check(original, rewrite).reason == reason


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        ("How do I tie it with one hand?", "How do I tie it with only one hand?"),
        ('What does "a b" say?', 'What does the phrase "a b" say?'),
        ('Please do translate "a b" into Welsh.', 'Translate "a b" into Welsh.'),
        ('Who sang "a b" best?', 'Who sang the ballad "a b" best?'),
        ("It's late. I'm tired.", "It's late, I'm tired."),
        ("Is there an absurd film?", "Is there an amusing film?"),
        ("How do I fix a whatsit?", "How do I fix a flurbel?"),  # a word of no list may mean anything
        ("Who is Micheal Jordan?", "Who is Michael Jordan?"),
        ("Cats how about dogs?", "Cats, how about dogs?"),
        ("Hi! Sorry. Hello again, I hope you are well.", "Hi! Sorry. Hello, I hope you are well."),
        ("Why is the sky blue? We were sitting on the beach with a bunch of old friends from the club, and nobody had a"
         " clue.", "Why is the sky blue?"),
        ("I wonder if you know. I was asked if you could tell me whether you might say what I need to know:"
         " who is Ann? I ask you to tell me why. I wonder why.",
         "I wonder if you know. I was asked if you could tell me whether you might say what I need to know: who is Ann?"
         " I ask you to tell me why. I wonder why?"),
        ("a, " * 70 + "who is it?", "a, " * 69 + "a; who is it?"),
    ],
)  # fmt: skip
def test_wording_may_change(original: str, rewrite: str) -> None:
    """Spelling, frames of all sizes and what hardly narrows may come and go; near synonyms may change places."""
    assert check(original, rewrite).reason == ""


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("Who won?", "Who won?", True), ("Who was it who won?", "Who won?", True), ("Who won?", "Who lost?", False)],
)
def test_each_copy_is_judged(first: str, second: str, kept: bool) -> None:
    """A query that is said twice is said twice faithfully."""
    assert check("Who won?", f"{first}\nRead the question again: {second}").kept == kept


HOSTILE = [
    "a" + " " * 40_000 + "b", "1 " * 20_000, "“" * 40_000, '"a" ' * 10_000, "(" * 40_000, "a. " * 13_000,
    "i know " * 6_000, "中" * 100_000, "not " * 10_000, "two " * 10_000, "X " * 20_000, "a-" * 20_000,
    ", i.e. " * 6_000,
    "5 km " * 8_000, "2020-01-01 " * 4_000, "a.b." * 10_000, " ".join(f"Ab{number} x" for number in range(4_000)),
]  # fmt: skip


@pytest.mark.no_cover
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_too_hard(text: str) -> None:
    """20 KB of anything are judged in the test's time: no judge looks at a text again for each of its words."""
    text = text[:20_000]
    check(text, f"{text} z")
    check(text, text[::-1])
    assert check(text, text).kept


@given(st.text() | st.text("aA1, .'\"“”n’t-not\n?"), st.text() | st.text("aA1, .'\"“”n’t-not\n?"))
def test_any_two_texts_can_be_judged(one: str, other: str) -> None:
    """A verdict is always given, and has a reason if and only if the rewrite is refused."""
    verdict = check(one, other)
    assert verdict.kept == (verdict.reason == "")


def test_what_points_to_something_may_be_named_from_the_memory() -> None:
    """Words such as "the company" and "the two" may become the names that the memory has, and no other names."""
    assert check("Why did the company drop it?", "Why did Lumo drop it?", known=["Lumo made lamps."]).kept
    assert not check("Why did the company drop it?", "Why did Lumo drop it?", known=["Orbit made lamps."]).kept
    assert check("Did the two ever meet?", "Did Bach and Handel ever meet?", known=["Bach and Handel wrote."]).kept
    assert not check("Did the two ever meet?", "Did Bach ever meet?", known=["Bach and Handel wrote."]).kept


def test_a_text_of_many_words_is_judged_in_short() -> None:
    """Of words that are too many to be compared each with each half may not go; one of two thousand may change."""
    text = " ".join(f"harbour w{number}" for number in range(1000))
    assert check(text, text).kept
    assert check(text, f"{text[:-9]} else").kept
    assert not check(text, text[: len(text) // 2]).kept
    things = " ".join(f"the {colour} {end}boat" for colour in ("red", "blue", "green") for end in "abcdefghij" * 20)
    assert check(f"Where is {things}?", f"Where is {things} now?").kept
    assert "constraint" in check(f"Where is {things}?", f"Where is {things[: len(things) // 2]}?").reason
