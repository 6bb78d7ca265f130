"""Clause complexity: a clause that is a part of another one, however it begins."""

import pytest
from spacy.tokens import Doc
from tests.bandits.features.evidence import words_of

from riffler.bandits.features.clauses import CLAUSE_COMPLEXITY
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import BLANK, load_pipeline, parse

PIPELINE = load_pipeline(None)

PRESENT: list[tuple[str, list[str]]] = [
    ("a saint called Mervyn", ["called"]),
    ("What is the name of the man arrested in Rome?", ["arrested"]),
    ("Who wrote the novel that won?", ["that won"]),
    ("What happens if I freeze milk?", ["if I freeze"]),
    ("I wonder why cats purr.", ["why cats purr"]),
    ("the man I met", ["I met"]),
    ("dinner I can make with beans", ["I can make"]),
    ("Is there anything else I should change?", ["I should change"]),
    ("I hope you slept well.", ["you slept"]),
    ("My husband says I fuss.", ["I fuss"]),
    ("It says my disk is full.", ["says my disk is"]),
    ("You said the treaty was signed in Utrecht.", ["said the treaty was signed"]),
    ("Is Rust hard to learn?", ["to learn"]),
    ("the best way to learn", ["to learn"]),
    ("To make bread, what do I need?", ["To make"]),
    ("Where do locals go to eat?", ["to eat"]),
    ("Get my daughter to stop shouting.", ["to stop"]),
    ("Is it cruel to keep a bird?", ["to keep"]),
    ("something to read", ["to read"]),
    ("people living in Rome", ["living"]),
    ("Which dishes go with fish cooked in foil?", ["cooked"]),
    ("Can we do it the other way, starting in Hanoi?", ["starting"]),
    ("List films in which the villain wins.", ["which the villain"]),
    ("Find x when y equals 3.", ["when y equals"]),
    ("Since I moved the data, it fails.", ["Since I moved"]),
    ("Is Ella a better singer than Anna was?", ["than Anna was"]),
    ("Who lived here before the Romans came?", ["before the Romans came"]),
    ("Is there water, and if so, where?", ["if so"]),
    ("Tell me where people from Naples eat.", ["where people from Naples eat"]),
    ("I know what a drill involves.", ["what a drill"]),
    ("When I run it, it stops.", ["When I run"]),
    ("What I want is rest.", ["What I want"]),
    ("Do you think that zoos are cruel?", ["that zoos are"]),
    ("Given that water boils, is it hot?", ["that water"]),
    ("the fact that dogs bark", ["that dogs"]),
    ("Is it odd that he never won?", ["that he never won"]),
    ("Do I need a car to really see it?", ["to really see"]),
    ("too hard to only read", ["to only read"]),
    ("a book to not read", ["to not read"]),
    ("whether cats purr", ["whether cats purr"]),
    ("What is there to see, Anna?", ["to see"]),
]

ABSENT = [
    "How many of them are left and which are green?",
    "I decided not to go.",
    "Who was asked to leave?",
    "Wash that cup.",
    "Is it red, and where is the dog?",
    "Who, in Rome or who knows where, won?",
    "films in which the villain wins",
    "What is the capital of France?",
    "I want to learn Spanish.",
    "Wash the rice and boil it.",
    "How to remove rust",
    "Tell me how to tie a knot.",
    "In which year did it fall?",
    "At least how many people live there?",
    "Who refused to sign it?",
    "Are pupils allowed to use phones?",
    "She never forgives him, does she?",
    "Who won, if anyone?",
    "What is the cause of death?",
    "a while ago",
    "Is he taller than me?",
    "Who has lived here since 1990?",
    "Before the war, who ruled?",
    "How many of them are left, and which are green?",
    "What was Mozart's attitude to football?",
    "Who was the tower designed by?",
    "Has Anna ever won a cup?",
    "and what is it?",
    "that is all",
    "Why is that?",
    "How many eggs do I need?",
    "We met, we talked.",
    "Do you know that song?",
    "What do you say?",
    "How come the Swiss stayed out?",
    "from 3 to 5",
    "Who is it, and who made it?",
    "Which water should I drink?",
]


@pytest.mark.parametrize(("text", "words"), PRESENT)
def test_it_is_found_and_shows_its_words(text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    assert words_of("clause_complexity", text) == words


@pytest.mark.parametrize("text", ABSENT)
def test_it_is_not_found(text: str) -> None:
    """The feature looks, and finds nothing."""
    assert words_of("clause_complexity", text) == []


def test_without_a_parse_it_is_unknown() -> None:
    """Nothing is guessed where clauses can't be seen."""
    doc = parse(load_pipeline(BLANK), "Who wrote the novel that won?").doc
    assert CLAUSE_COMPLEXITY.find(doc) is None
    assert CLAUSE_COMPLEXITY.finder(Reading.of(doc)) is None


@pytest.mark.parametrize(
    ("text", "tags", "heads", "deps", "found"),
    [
        ("a man seen there", "DT NN VBN RB", [1, 1, 1, 2], "det ROOT acl advmod", ["seen"]),
        ("ways of living", "NNS IN VBG", [0, 2, 0], "ROOT mark acl", []),
        ("is Anna seen", "VBZ NNP VBN", [2, 1, 1], "aux ROOT acl", []),
        ("was the man arrested", "VBD DT NN VBD", [2, 2, 2, 2], "cop det ROOT acl", []),
        (
            "the name of a man arrested",
            "DT NN IN DT NN VBD",
            [1, 1, 4, 4, 1, 4],
            "det ROOT case det nmod acl",
            ["arrested"],
        ),
        ("lakes Anna saw", "NNS NNP VBD", [0, 2, 0], "ROOT nsubj acl:relcl", ["Anna saw"]),
        ("lakes , Anna saw", "NNS , NNP VBD", [0, 0, 3, 0], "ROOT punct nsubj acl:relcl", []),
        ("lakes seen", "NNS VBD", [0, 0], "ROOT acl:relcl", []),
    ],
)
def test_a_parse_shows_what_words_do_not(text: str, tags: str, heads: list[int], deps: str, found: list[str]) -> None:
    """Participles and relative clauses without a pronoun come from the tree, unless `be` or a mark is in the way."""
    kinds = {"N": "NOUN", "V": "VERB", "D": "DET", "I": "ADP", "R": "ADV", ",": "PUNCT"}
    pos = [kinds[tag[0]] for tag in tags.split()]
    doc = Doc(PIPELINE.vocab, words=text.split(), tags=tags.split(), pos=pos, heads=heads, deps=deps.split())
    evidence = CLAUSE_COMPLEXITY.find(doc)
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == found
