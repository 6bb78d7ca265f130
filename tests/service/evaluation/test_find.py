"""Questions about a document: what a case is made of, and how an answer is scored."""

import re
from typing import cast

import pytest

from riffler.service.evaluation.benchmark import source_of
from riffler.service.evaluation.find import NO_ANSWER, QUESTIONS, Find, Inquiry, make_inquiry
from riffler.service.evaluation.find_facts import FACTS, KINDS, OTHER_FORMS, OTHER_WORDS, SAME_WORDS
from riffler.tools.tokens import EstimatedTokens

THING = re.compile(rf"[A-Z][a-z]+ (?:{'|'.join(KINDS)})\b")
ANSWERED = QUESTIONS[:-1]


def inquiry(kind: str, session: int = 0, tokens: int = 1000) -> Inquiry:
    """Make one."""
    return make_inquiry(source_of("test", tokens, session), tokens, kind)


@pytest.mark.parametrize("tokens", [1000, 8000])
@pytest.mark.parametrize("session", range(4))
def test_one_document_is_asked_in_all_ways(tokens: int, session: int) -> None:
    """It is as long as asked for; the sentence that answers is in it once, and is all that lacks where none answers."""
    those = [inquiry(kind, session, tokens) for kind in QUESTIONS]
    *answered, without = those
    assert len({(each.document, each.thing, each.sentence) for each in answered}) == 1
    first = answered[0]
    assert EstimatedTokens().count(first.document) == pytest.approx(tokens, rel=0.02, abs=60)
    assert " ".join(first.document.split()) == " ".join(first.sentences)
    assert first.document.count(first.sentence) == 1
    assert [each for each in first.sentences if each != first.sentence] == [*without.sentences]
    assert without.sentence == ""
    assert len({each.worded() for each in answered}) == 3
    assert all(each.thing in each.worded() for each in those)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_neither_the_thing_nor_the_matter_alone_leads_to_the_answer(kind: str) -> None:
    """More is told of the thing, and of one with half of its name; mostly of others, too, what is asked for."""
    alike = 0
    for session in range(10):
        each = inquiry(kind, session)
        of_it = [sentence for sentence in each.sentences if each.thing in sentence]
        half = each.thing.split()[0]
        assert len(of_it) == (3 if kind == NO_ANSWER else 4)
        assert len({cast("re.Match[str]", THING.search(one))[0] for one in each.sentences if half in one}) == 2
        number = next(
            at
            for at, fact in enumerate(FACTS)
            if any(question.format(s=each.thing) in each.worded() for question in fact.questions.values())
        )
        form = re.escape(FACTS[number].sentence).replace(r"\{s\}", THING.pattern).replace(r"\{v\}", ".+")
        found = [one for one in each.sentences if re.fullmatch(form, one)]
        assert (each.sentence in found) == (kind != NO_ANSWER)
        alike += len(found) > 1
    assert alike >= 7


def telling(text: str) -> set[str]:
    """The longer words of a template."""
    return set(re.findall(r"[a-z]{4,}", text.lower())) - {"from", "does", "what", "which", "have", "many", "with"}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.sentence)
def test_a_fact_is_asked_for_in_its_words_in_other_forms_and_in_others(fact: object) -> None:
    """The first question has telling words of the sentence, the third none, in no form; all name the thing."""
    assert isinstance(fact, type(FACTS[0]))
    assert telling(fact.questions[SAME_WORDS]) & telling(fact.sentence)
    starts = {word[:4] for word in telling(fact.sentence)}
    assert {word[:4] for word in telling(fact.questions[OTHER_FORMS])} & starts
    assert not {word[:4] for word in telling(fact.questions[OTHER_WORDS])} & starts
    assert all(question.count("{s}") == 1 for question in fact.questions.values())


def test_a_question_may_be_asked_alone() -> None:
    """With a wish it says how it is to be answered, without one it ends with its own mark; all else is the same."""
    with_wish, alone = (
        Find((600,), wish=wish).case({"tokens": 600, "question": SAME_WORDS}, 0) for wish in (True, False)
    )
    assert with_wish.text.startswith(f"{alone.text} ")
    assert alone.text.endswith("?")
    assert with_wish.contexts == alone.contexts


@pytest.mark.parametrize("kind", ANSWERED)
def test_the_sentence_is_right_and_nothing_else(kind: str) -> None:
    """Quoted, with words around it or without its full stop, it scores; with another one, or changed, it doesn't."""
    each = inquiry(kind)
    right = each.sentence
    for answer in (right, f"“{right}”", f"The document says: {right[:-1]}", right.replace(" ", "\n", 1)):
        assert each.score(answer) == 1
    others = [one for one in each.sentences if one != right]
    for answer in ("", "It is not there.", f"{right} {others[0]}", others[-1], right[: len(right) // 2], right.lower()):
        assert each.score(answer) == 0


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("The text doesn't say.", 1),
        ("The document doesn’t tell that.", 1),
        ("I did not find an answer in the text.", 1),
        ("It is nowhere.", 1),
        ("", 0),
        ("{any}", 0),
        ("It isn't there, but {any}", 0),
        ("Not quite sure: {told}.", 0),
        ("Perhaps 12.", 0),
    ],
)
def test_where_nothing_answers_only_saying_so_is_right(answer: str, score: float) -> None:
    """Anything else is a false answer: silence, a sentence of the document, or what one tells, with a denial or not."""
    each = inquiry(NO_ANSWER)
    assert each.score(answer.format(any=each.sentences[3], told=each.told[0])) == score


def test_the_baseline_takes_the_newest_sentence_that_has_the_thing() -> None:
    """It is right where the newest one happens to answer, and never says that there is none."""
    right = dict.fromkeys(QUESTIONS, 0.0)
    for session in range(20):
        for kind in QUESTIONS:
            each = inquiry(kind, session)
            newest = [sentence for sentence in each.sentences if each.thing in sentence][-1]
            assert each.newest_match() == newest
            right[kind] += each.score(newest)
    assert right[NO_ANSWER] == 0
    assert 0 < right[SAME_WORDS] < 15  # one in four; above 14 of 20 by chance: 1 in 10^5


def test_a_case_depends_on_seed_cell_and_session_alone() -> None:
    """The same case is made whatever was made before; a quarter of the cells has no answer."""
    benchmark = Find((500, 600), sessions=2, seed=3)
    made = [benchmark.case(cell, session) for cell in benchmark.cells for session in range(2)]
    again = Find((600,), seed=3).case({"tokens": 600, "question": NO_ANSWER}, 1)
    assert (again.text, again.contexts) == (made[-1].text, made[-1].contexts)
    assert Find((600,), seed=4).case({"tokens": 600, "question": NO_ANSWER}, 1).contexts != again.contexts
    assert [cell["question"] for cell in benchmark.cells].count(NO_ANSWER) * 4 == len(benchmark.cells)
