"""Pronouns and what they stand for: found where it is plain, and never guessed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bandits.docs import query

from riffler.bandits.antecedents import resolve
from riffler.bandits.pipeline import load_pipeline, parse
from riffler.bandits.query import Query

BLANK = load_pipeline("blank")


def found(of: Query) -> dict[str, str]:
    """Give pronouns with what they stand for."""
    return {of.text[resolved.start : resolved.end]: resolved.antecedent for resolved in resolve(of)}


@pytest.mark.parametrize(
    ("said", "asked", "meant"),
    [
        ("The treaty was signed in Utrecht in 1713.", "Who refused to sign it?", {"it": "the treaty"}),
        (
            "The Treaty of Utrecht was signed in 1713.",
            "Who signed this treaty?",
            {"this treaty": "the Treaty of Utrecht"},
        ),
        ("Marie Curie discovered radium in Paris.", "Where was she born?", {"she": "Marie Curie"}),
        ("Marie Curie discovered radium in Paris.", "What are its uses?", {"its": "radium"}),
        ("A mutex is a lock.", "How is it implemented?", {"it": "the mutex"}),
        ("Napoleon attacked Russia.", "Why did he attack it?", {"he": "Napoleon", "it": "Russia"}),
        ("Napoleon attacked Russia.", "When did Spain join it?", {"it": "Russia"}),
        ("The Amazon is a river in South America.", "How long is that river?", {"that river": "the Amazon"}),
        ("Reykjavik is the capital of Iceland.", "And when was it founded?", {"it": "Reykjavik"}),
        ("Albert Einstein married Mileva Maric in 1903.", "Who was her father?", {"her": "Mileva Maric"}),
        ("Ostriches live in Africa.", "Can they fly?", {"they": "ostriches"}),
        ("Dr Lotte Weber sold the clinic.", "Where did she study?", {"she": "Dr Lotte Weber"}),
        ("My brother Piotr had seconds.", "What did he eat?", {"he": "my brother Piotr"}),
        ("Anna and Ben bought a house.", "Where do they live?", {"they": "Anna and Ben"}),
        ("Borges was a writer. He wrote Ficciones.", "When was he born?", {"he": "Borges"}),
        ("You can take the train or the bus.", "Is the latter cheaper?", {"the latter": "the bus"}),
        ("The king married Anna, a tall queen.", "Where was she born?", {"she": "Anna"}),
        ("Zork wrote a song.", "Where did he live?", {"he": "Zork"}),
        ("Chapter 5 is long.", "Who wrote it?", {"it": "Chapter 5"}),
    ],
)
def test_plain_antecedents(said: str, asked: str, meant: dict[str, str]) -> None:
    """Number, person or thing, and gender decide; the subject comes first; an article becomes definite."""
    assert found(query(asked, said)) == meant


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Carl met Boris.", "Where did he live?"),
        ("Carl met Boris.", "Where does it live?"),
        ("Python replaced Perl.", "Does he like it?"),
        ("Zoltan fired Carl.", "Where did he live?"),
        ("Your car has a flat tyre.", "How do I fix it?"),
        ("His boat sank.", "Who found it?"),
        ("A mutex is a lock.", "Is it cruel to keep a budgie?"),
        ("A mutex is a lock.", "Why is it so cold in February?"),
        ("A mutex is a lock.", "Is it normal for a kitten to sleep?"),
        ("A mutex is a lock.", "Why is it that gold shines?"),
        ("A mutex is a lock.", "Can we do it another way?"),
        ("A mutex is a lock.", "So it has been a long week, right?"),
        ("Carl sold a boat.", "One of my friends left because his boss shouted?"),
        ("The old harbour.", "Who built it?"),
        ("A mutex is a lock.", "How long does it take to get there?"),
        ("A mutex is a lock.", "Why did the snow melt when it was warm?"),
        ("A mutex is a lock.", "When it broke, what did the engine do?"),
        ("The boats are old.", "Why do they call the town Venice?"),
        ("The boats are old.", "Does anyone know their own name?"),
        ("The boat sank.", "Who sold his house?"),
        ("The boat sank.", "Which town lost its harbour?"),
        ("The boat sank.", "What happened that time?"),
        ("The boat sank.", "Who owns this boat?"),
        ("The boat sank.", "Who saw the boat before that boat left?"),
        ("The train, the tram and the bus are late.", "Is the latter cheaper?"),
        ("No boat came.", "Who owned it?"),
        ("Which boat came?", "Who owned it?"),
        ("I met him on Monday.", "What is it?"),
        ("It rains.", "What does it mean?"),
        ("He left.", "Where is he?"),
        ("Carl and Boris sailed.", "Is the cat or the dog smarter, and does the latter bark?"),
    ],
)
def test_nothing_is_guessed(said: str, asked: str) -> None:
    """Nothing is found where two are as good, where the query may explain itself, or where nothing is meant."""
    assert found(query(asked, said)) == {}


@pytest.mark.parametrize(
    ("said", "asked", "meant"),
    [
        ("Marie Curie discovered radium in Paris.", "Where was she born?", {"she": "Marie Curie"}),
        ("Marie Curie discovered radium.", "How old was her mother?", {"her": "Marie Curie"}),
        ("We met Anna's friends.", "and where is her house", {"her": "Anna"}),
        ("In 1903 Albert Einstein married.", "What did he do?", {"he": "Albert Einstein"}),
        ("Then Albert moved on.", "Where is he?", {"he": "Albert"}),
        ("Marie Curie discovered radium.", "What are its uses?", {}),
        ("Marie Curie discovered radium.", "Did the teacher see that she won?", {}),
        ("Anna met Maria.", "Where was she born?", {}),
        ("Carl went when I'd go.", "Where is he?", {"he": "Carl"}),
        ("He lives in Victoria.", "Where is she?", {"she": "Victoria"}),
        ("ALBERT EINSTEIN WON.", "Where is he?", {}),
        ("Paris is old. Meet Zork in Zurich.", "Where is she?", {}),
        ("Is it?", "Who?", {}),
        ("Yesterday Zork met Ada1" + ", Bo" * 60 + ".", "Where is she?", {}),
    ],
)
def test_without_a_parse(said: str, asked: str, meant: dict[str, str]) -> None:
    """Without a parse, only the first `he` or `she` is looked at, and only somebody known to be one is found."""
    assert found(parse(BLANK, asked, (said,))) == meant


def test_places_are_told() -> None:
    """It is told where the antecedent stands, and in which sentence."""
    said = "It was late. The blue boat belongs to Carl."
    (resolved,) = resolve(query("Who painted it?", "Nothing.", said))
    assert (resolved.number, resolved.at) == (1, said.index("The blue boat"))
    assert resolved.sentence == "The blue boat belongs to Carl."
    assert "boat" not in repr(resolved)


def test_the_newest_message_counts() -> None:
    """What was said last hides what was said before; a text that can't be parsed hides nothing."""
    older, newer = "Napoleon attacked Russia.", "Marie Curie discovered radium in Paris."
    assert found(query("Where was he born?", older, newer)) == {"he": "Napoleon"}
    assert found(query("What are its uses?", newer, "unreadable")) == {"its": "radium"}


def test_without_memory_nothing_is_found() -> None:
    """A query alone has nothing to look at."""
    assert resolve(query("Where was she born?")) == ()


def test_a_pronoun_points_so_far_only() -> None:
    """After two dozen sentences a name is too far away, and after some pronouns no more are looked at."""
    far = "Marie Curie discovered radium. " + "It rains. " * 23
    assert found(parse(BLANK, "Where was she born?", (far,))) == {"she": "Marie Curie"}
    assert found(parse(BLANK, "Where was she born?", (far + "It rains.",))) == {}


def test_a_crowded_sentence_is_read_in_part() -> None:
    """Of a sentence of many nouns the first forty are looked at: here the first one is the subject."""
    said = "The list has boats" + ", boats" * 60 + "."
    assert found(query("Who wrote it?", said)) == {"it": "the list"}


def test_many_pronouns() -> None:
    """Of many pronouns only the first few are resolved."""
    asked = "Did he go, did he come, did he eat, did he sit, did he run, did he win, did he sing, did he leave, did he?"
    assert len(resolve(query(asked, "Napoleon attacked Russia."))) == 8


@pytest.mark.parametrize(
    ("said", "asked", "meant"),
    [
        (
            "The capital of France was sold to Anna.",
            "Who bought it from her?",
            {"it": "the capital of France", "her": "Anna"},
        ),
        ("Frida was a painter in Mexico.", "Where is that painter?", {"that painter": "Frida"}),
    ],
)
def test_other_labels(said: str, asked: str, meant: dict[str, str]) -> None:
    """A parse in ClearNLP's labels is read as well."""
    assert found(query(asked, said)) == meant


@settings(max_examples=30)
@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=60))
def test_any_text_can_be_asked(said: list[str], asked: str) -> None:
    """No text breaks it, and what it says lies in the texts."""
    texts = tuple(text.encode("utf-8", "ignore").decode() for text in said)
    of = parse(BLANK, asked.encode("utf-8", "ignore").decode(), texts)
    for resolved in resolve(of):
        assert texts[resolved.number].startswith(resolved.antecedent, resolved.at)
