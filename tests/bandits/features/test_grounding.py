"""Features of grounding: aims, conditions, names and fields, each with the words that made it fire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bandits.features.evidence import words_of

from riffler.bandits.features import grounding
from riffler.bandits.features.asking import asking_spans
from riffler.bandits.features.names import names
from riffler.bandits.features.reading import Reading
from riffler.bandits.pipeline import load_pipeline, parse

PIPELINE = load_pipeline(None)
BY_NAME = {feature.name: feature for feature in grounding.FEATURES}

STORY = (
    "I rent a small flat in a city by the sea, and my landlord wants to raise the rent by a third."
    " The lease says nothing about the rent, and I have paid on time for three years. "
)

PRESENT: dict[str, list[tuple[str, list[str]]]] = {
    "intention_grounding": [
        ("Explain how a lock works.", ["Explain"]),
        ("I want to repair my bike: which tools fit?", ["want"]),
        ("Which sources are there for my essay?", ["for my essay"]),
        ("Could you please list the kings?", ["Could you please list"]),
        ("Would you mind adding a line?", ["Would you mind adding"]),
        ("Would you be able to draw it?", ["Would you be able to draw"]),
        ("Would you be so kind as to translate this?", ["Would you be so kind as to translate"]),
        ("Can we start over?", ["Can we start"]),
        ("Name ten rivers.", ["Name"]),
        ("Name the three largest lakes.", ["Name"]),
        ("Now do the same for Peru.", ["do"]),
        ("help me write a letter", ["help"]),
        ("help to write a letter", ["help"]),
        ("Let's translate it.", ["Let"]),
        ("Give me a short overview.", ["Give"]),
        ("Give an example of a verb.", ["Give"]),
        ("Proofread: they was here.", ["Proofread"]),
        ("Please fix my code.", ["fix"]),
        ("What should I eat to lose weight?", ["to lose"]),
        ("I am planning a trip to Peru.", ["I am planning"]),
        ("i wanna paint my room", ["wanna"]),
        ("I need you to find it.", ["need"]),
        ("I want to find a hotel.", ["want"]),
        ("I'd really like to just build a shed.", ["like"]),
        ("Just list them.", ["list"]),
        ("Which shoes do I need for an interview?", ["for an interview"]),
        ("I have a job interview tomorrow.", ["have"]),
        ("I must lower my blood pressure.", ["must"]),
        ("To save energy, how warm do I wash?", ["To save"]),
        ("What is good for strengthening the back?", ["for strengthening"]),
        ("Give 3 reasons for the fall of Rome.", ["Give"]),
        ("Act as a guide.", ["Act"]),
        (
            "My son is allergic to nuts. Which snacks can he have?",
            ["My son is allergic to nuts.", "Which snacks can he have?"],
        ),
    ],
    "contextual_constraints": [
        ("Which words ending in a vowel are short?", ["ending", "in a vowel"]),
        ("Assuming no friction, how fast is it?", ["Assuming no"]),
        ("Answer only with yes or no: is it red?", ["Answer only"]),
        ("Who was king in 1400?", ["in 1400"]),
        ("Which fruits are cheap, except apples?", ["except"]),
        ("If it rains, which road is open?", ["If"]),
        ("Which towns have at least two bridges?", ["at least two bridges"]),
        ("Which wars were fought between Rome and Carthage?", ["between"]),
        ("Name five rivers in Asia.", ["five", "in Asia"]),
        ("Which kings of the 17th century were bald?", ["of the"]),
        ("Which European country is flat?", ["European"]),
        ("What does a hen eat that isn't grain?", ["that"]),
        ("Write a story in which it rains.", ["in which"]),
        ("Suggest a pet that sleeps all day.", ["that"]),
        ("Who helps someone who is deaf?", ["who"]),
        ("Do shops open when it rains?", ["when"]),
        ("Are shops open while it rains?", ["while"]),
        ("Explain it as if I were six.", ["as"]),
        ("Can I swim after I eat?", ["after"]),
        ("I have only flour.", ["only"]),
        ("Which phone costs £300?", ["£300"]),
        ("Write a poem of six lines.", ["six lines"]),
        ("List songs by Jacques Brel.", ["by Jacques Brel"]),
        ("tourist tax rome", ["rome"]),
        ("cake recipe no eggs", ["no"]),
        ("normal pulse women", ["women"]),
        ("tax farming 17th century", ["17th"]),
        ("What can I cook without using an oven?", ["without using an"]),
    ],
    "named_entities": [
        ("flights to turkey tomorrow", ["turkey"]),
        ("capital of chad", ["chad"]),
        ("best month to visit turkey", ["turkey"]),
        ("hotels in nice", ["nice"]),
        ("is japan safe", ["japan"]),
        ("trade with china", ["china"]),
        ("Mercury in fish", ["Mercury"]),
        ("Where was Marie Curie born?", ["Marie Curie"]),
        ("Marie Curie was born where?", ["Marie Curie"]),
        ("Did NASA build it?", ["NASA"]),
        ("NASA built what?", ["NASA"]),
        ("What is an iPhone made of?", ["iPhone"]),
        ("Is Paris larger than Rome?", ["Paris", "Rome"]),
        ("weather in krakow tomorrow", ["krakow"]),
        ("Who Was Marie Curie?", ["Marie Curie"]),
        ("treaty of zorbanien map", ["zorbanien"]),
        ("who was saint zorbanus", ["zorbanus"]),
        ("who was st. zorbanus", ["zorbanus"]),
        ("mozarts fifth symphony", ["mozarts"]),
        ("Turkey population", ["Turkey"]),
        ("Summarise https://example.org/a please", ["https://example.org/a"]),
        ("Write to me@example.org now", ["me@example.org"]),
        ("Did Zorbanus Maximus win?", ["Zorbanus Maximus"]),
        ("The Zorban Gazette reported what?", ["Zorban Gazette"]),
        ("ZORBAN reported what?", ["ZORBAN"]),
        ("McZorban reported what?", ["McZorban"]),
    ],
    "domain_specificity": [
        ("What is a red-black tree?", ["red-black tree"]),
        ("Explain habeas corpus.", ["habeas corpus"]),
        ("How does osmosis work?", ["osmosis"]),
        ("How is gastroschisitis treated?", ["gastroschisitis"]),
        ("Simplify x^2 + 3.", ["x^2"]),
        ("why is my python script slow", ["python script"]),
        ("why does linux skip a node", ["node"]),
        ("The class has a method, a function and a module.", ["class", "method", "function", "module"]),
    ],
}

ABSENT: dict[str, list[str]] = {
    "intention_grounding": [
        "edit button not working",
        "Must I go?",
        "To be free, who fought?",
        "Do I have an exam?",
        "My landlord wants to raise the rent.",
        "Where is Etna?",
        "Is there a list of rivers?",
        "Who gave the answer?",
        "List: what is it?",
        "What can you make of wool?",
        "Can you",
        "Can they list it?",
        "Could you tell me how far it is?",
        "Could you show us the way?",
        "Name the king of Spain.",
        "help me with this",
        "help",
        "Let's see.",
        "let it be",
        "Would you mind humming?",
        "order status",
        "I am writing this from my bed.",
        "I'd like to know who it was.",
        "I like to swim.",
        "They want to swim.",
        "Do I have to swim?",
        "I need to",
        "I want to find out who it was.",
        "I need a boat.",
        "wanna",
        "What is the best way to lose weight?",
        "to lose weight or not",
        "I wait for my bus.",
        "Is it good for a dog?",
        "I looked for you.",
        "Give me the words.",
        "do cats swim",
    ],
    "contextual_constraints": [
        "I saw a fox in my garden. What do foxes eat?",
        "What does it mean to be in debt?",
        "Who was king?",
        "I wonder if cats swim.",
        "Is it not only large?",
        "What is 5 of 9999?",
        "What lies between us?",
        "What is the difference between a crow and a rook?",
        "How many ounces are there in a pound?",
        "What is the number of keys on a piano?",
        "Why do shops close in winter?",
        "How come shops close in winter?",
        "I fell in the water yesterday.",
        "How do you say it in Polish?",
        "Is it normal for a cat to sleep?",
        "Who can help me with it?",
        "How do I stop a dog from barking?",
        "What is the largest city in the world?",
        "Who sat by the river?",
        "Is it red or in bloom?",
        "What does it feel as if it were?",
        "What lasted the Hundred Days?",
        "What is in",
        "What is near or far?",
        "How many are there of one?",
        "Know when to stop",
        "What is done when it rains?",
        "What happened once",
        "the problem is that it stops",
        "She said that",
        "Is the idea that cats swim old?",
        'Paraphrase "a man who sleeps in the day without a bed".',
        "population of peru",
        "Is there water on it?",
        "Did he eat before he went?",
        "What is the only one?",
        "What is before",
        "Is it only",
    ],
    "named_entities": [
        "how to cook turkey",
        "How to cook turkey",
        "ready to go for turkey",
        "hotels in nice surroundings",
        "move to split the bill",
        "turkey",
        "mercury in fish",
        "fine china",
        "python snake size",
        "Where do cats sleep?",
        "Where am I?",
        "What is it? Tell me.",
        "Explain the rule.",
        "FIX MY CODE",
        "Good Morning",
        "Is it OK to do it on Monday?",
        "Is a newton a unit?",
        "Where do I buy french fries?",
        "Where do I buy French fries?",
        'Rewrite this: "You never answer."',
        "What is vitamin C?",
        "Why do I get a ValueError?",
        "You must NOT eat it.",
        "What is a B12 pill?",
        "What is A_B?",
        "an oven turkey",
        "turkey in the oven",
        "treaty of the kings",
        "what is a joule",
        "what is celsius",
        "Is it a PDF?",
        "Who has Alzheimer's?",
    ],
    "domain_specificity": [
        "How do I boil an egg?",
        "?! what",
        "Is it at home?",
        "What is a quince?",
        "Is he perspicacious?",
        "a hepatitis",
        "a function and a script",
    ],
}


@pytest.mark.parametrize(
    ("name", "text", "words"), [(name, *example) for name, examples in PRESENT.items() for example in examples]
)
def test_feature_is_present_and_shows_its_words(name: str, text: str, words: list[str]) -> None:
    """The feature fires, on just these words."""
    assert words_of(name, text) == words


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in ABSENT.items() for text in texts])
def test_feature_is_absent(name: str, text: str) -> None:
    """The feature looks, and finds nothing."""
    assert words_of(name, text) == []


@pytest.mark.parametrize(
    ("question", "fires"),
    [
        ("What should I do?", True),
        ("What would you do?", True),
        ("Is such a rise allowed?", True),
        ("May the rent rise so much?", True),
        ("Who wrote Dune?", False),
    ],
)
def test_situation_serves_a_question_that_takes_it_up(question: str, fires: bool) -> None:
    """A story is what the answer is to serve where the question builds on it, and only then."""
    evidence = BY_NAME["intention_grounding"].find(parse(PIPELINE, STORY + question).doc)
    assert evidence is not None
    assert evidence.present is fires


def test_question_without_a_story_has_no_situation() -> None:
    """Long and of several sentences isn't enough: somebody must speak of themselves."""
    text = "The tower is very old and very tall and stands by the river in the town. " * 3 + "Should it be closed?"
    evidence = BY_NAME["intention_grounding"].find(parse(PIPELINE, text).doc)
    assert evidence is not None
    assert not evidence.present


def test_wanted_thing_is_an_aim_where_there_is_room_for_more() -> None:
    """A thing that is wanted, with all it must be like, is what the answer is to serve."""
    text = (
        "We'd like a quiet village by the sea, with a wide beach of fine sand, with no night clubs, with one shop or"
        " two, and not too far from the airport or from the train station"
    )
    evidence = BY_NAME["intention_grounding"].find(parse(PIPELINE, text).doc)
    assert evidence is not None
    assert [text[start:end] for start, end in evidence.spans] == ["like"]


@pytest.mark.parametrize("text", ["WHO WAS ZORBAN?", "Who Was Zorban Then?"])
def test_capitals_everywhere_mark_no_name(text: str) -> None:
    """Where every word has a capital, a word that no list has is unknown, not guessed."""
    assert BY_NAME["named_entities"].find(parse(PIPELINE, text).doc) is None


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("", []),
        ("Who was it?", ["Who was it?"]),
        (STORY + "What should I do?", ["What should I do?"]),
        (
            STORY + "I have no idea, so please tell me what I can do.",
            ["I have no idea, so please tell me what I can do."],
        ),
        (STORY + "I would like a short answer.", ["I would like a short answer."]),
        (
            "We are sitting in the car, it is late and dark, all of us are tired, the dog barks, and so my son asks you"
            " this: why is the sea salty?",
            ["why is the sea salty?"],
        ),
        (
            "My sister says that it is far, and my brother says that it is near, and I say that I really want to know"
            " how far it is.",
            ["how far it is."],
        ),
        (
            "Please tell me how far it is from the old church by the river to the new station by the park, and how long"
            " it takes on foot?",
            [
                "Please tell me how far it is from the old church by the river to the new station by the park, and how"
                " long it takes on foot?"
            ],
        ),
        ("The dog and the cat and the hen slept well. " * 4, []),
    ],
)
def test_asking_part_leaves_the_story_out(text: str, asking: list[str]) -> None:
    """Of a long query, what asks begins where the question or the order does."""
    reading = Reading.of(parse(PIPELINE, text).doc)
    spans = [reading.characters(span) for span in asking_spans(reading)]
    assert [text[start:end] for start, end in spans] == asking


@given(
    st.sampled_from(["Lisbon", "Toyota", "Swahili", "Microsoft", "Cleopatra", "Brexit"]),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_listed_name_is_found_in_any_case(name: str, write: object) -> None:
    """However it is written, a name of the lists is one."""
    text = f"what is {write(name)} known for"  # type: ignore[operator]
    evidence = BY_NAME["named_entities"].find(parse(PIPELINE, text).doc)
    assert evidence is not None
    assert evidence.present


def test_name_that_needs_a_capital_is_none_without() -> None:
    """The two kinds of names exclude each other, so that `polish` alone names nothing."""
    assert [word for word in sorted(names().with_capital) if [*names().any_case.find((word,))]] == []
