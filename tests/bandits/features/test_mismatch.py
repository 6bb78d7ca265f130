"""Query-type mismatch: certain clashes between what is asked and what could answer, and nothing else."""

import pytest

from riffler.bandits.features.mismatch import QUERY_TYPE_MISMATCH
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)

PRESENT: list[tuple[str, list[str]]] = [
    ("Who was Rome built?", ["Who", "built"]),
    ("When is the town of Bath situated in England?", ["When", "situated"]),
    ("Who is the capital of Australia?", ["Who", "capital"]),
    ("When is the height of Mount Everest?", ["When", "height"]),
    ("List the planets of the solar system?", ["List the planets of the solar system"]),
    ("In what year is Zanzibar situated?", ["what year", "situated"]),
    ("When is Timbuktu located?", ["When", "located"]),
    ("Who does that cost per month?", ["Who", "cost"]),
    ("When does it taste like?", ["When", "taste"]),
    ("How many paint do I need?", ["How many paint"]),
    ("Who was the Peace of Westphalia signed?", ["Who", "Peace"]),
    ("How tall did the war last?", ["How tall", "last"]),
    ("How old is the difference between an ape and a monkey?", ["How old", "difference"]),
    ("Where does that mean in Mexico?", ["Where", "mean"]),
    ("I've lost my boarding pass?", ["I've lost my boarding pass"]),
    ("Sort these numbers: 3, 1, 2?", ["Sort these numbers"]),
    ("Who is the freezing point of water?", ["Who", "point"]),
    ("How much is the author of Dune?", ["How much", "author"]),
    ("Which country is the inventor of the radio?", ["Which country", "inventor"]),
    ("What colour is the length of the Nile?", ["What colour", "length"]),
    ("Is the capital of Peru?", ["Is", "capital"]),
    ("What was Mozart born?", ["What", "born"]),
    ("What did the war end?", ["What", "end"]),
    ("Who did the war start?", ["Who", "start"]),
    ("How fast is the capital of Chile?", ["How fast", "capital"]),
    ("Why is the number of stars?", ["Why", "number"]),
    ("Where does it mean?", ["Where", "mean"]),
    ("Who is the theorem of Gauss?", ["Who", "theorem"]),
    ('Where is the meaning of "ergo"?', ["Where", "meaning"]),
    ("Why is the number of people who live here?", ["Why", "number"]),
    ("Who is photosynthesis?", ["Who", "photosynthesis"]),
    ("Where was 1969?", ["Where", "1969"]),
    ("Which person is the longest river?", ["Which person", "river"]),
    ("What time is the capital of Peru?", ["What time", "capital"]),
    ("When was Mozart born, in Vienna or in Salzburg?", ["When", "in Vienna or in Salzburg"]),
    ("Where did she die, in 1901 or 1902?", ["Where", "in 1901 or 1902"]),
    ("Who did the volcano erupt?", ["Who", "erupt"]),
    ("How many is the meaning of democracy?", ["How many", "meaning"]),
    ("Where is the window made of?", ["Where", "made"]),
    ("How long is the colour of the sky?", ["How long", "colour"]),
    ("How often is the height of the tower?", ["How often", "height"]),
]

ABSENT = [
    "The more, the better?",
    "When does milk cost less?",
    "How old a car can I buy?",
    "How is Rome located?",
    "Can you list the planets?",
    "What year did the war end?",
    "capital of australia",
    "So he won, right?",
    "He is who?",
    "You came, didn't you?",
    "Guess what?",
    "Who is the author of Dune?",
    "Who was the bridge built by?",
    "Who was Lake Victoria named after?",
    "How many traffic lights are there?",
    "How many are there?",
    "how many",
    "How old is the oak?",
    "How long did it last?",
    "How much does it weigh?",
    "Who do you mean?",
    "What does it look like?",
    "When does it look like rain?",
    "Who is the number one player?",
    "Why is the speed of light constant?",
    "Where is the number printed?",
    "Who is the baker?",
    "Who is Anna?",
    "What is Rome?",
    "When did the war end in Europe?",
    "Which is it?",
    "how",
    "What did he start?",
    "Who was called",
    "Who is taught",
    "When does the bread taste fresh?",
    "what",
    "Sort these: a, b.",
    "How is the name spelled?",
    "Is the capital of Peru large?",
    "Where is it written?",
    "Who did it end?",
    "Does he mean it?",
    "What is the answer, one or two?",
    "Which year is new?",
    "Who is sting?",
    "Where was it in 1969?",
    "Which person is the oldest actor?",
    "When was Mozart born, in 1756 or in 1757?",
    "When did he land, before or after lunch?",
    "Where did she die, in Rome or in Milan?",
    "What do you drink, tea or coffee?",
    "Who did he meet?",
    "What is the window made of?",
    "How many is it?",
    "How many is that house?",
]


@pytest.mark.parametrize(("text", "words"), PRESENT)
def test_it_is_found_and_shows_its_words(text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    evidence = QUERY_TYPE_MISMATCH.find(parse(PIPELINE, text).doc)
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == words


@pytest.mark.parametrize("text", ABSENT)
def test_it_is_not_found(text: str) -> None:
    """The feature looks, and finds nothing."""
    evidence = QUERY_TYPE_MISMATCH.find(parse(PIPELINE, text).doc)
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == []
