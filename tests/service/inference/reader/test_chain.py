"""Rule 2 on hand-written texts of many forms, seen and hidden alike."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from riffler.service.inference.reader.chain import chain
from riffler.service.inference.reader.question import Question
from riffler.service.inference.reader.replies import Hit, Matches, Passage
from riffler.service.inference.reader.steps import Detail, Say, Search
from riffler.service.inference.reader.turn import Asked, Turn

Ask = Callable[..., tuple[str, list[dict[str, Any]]]]

MYTH = """In the first days Uhr sang the hills up. Uhr begat Maarn, and Maarn's daughter was Ilse of the Reeds.
Ilse of the Reeds loved a heron, but that is another song.
When the floods fell, Ilse of the Reeds bore Tamsel, who stole fire from Maarn's brother.
Tamsel met Orrin, son of Brand, at the ford. Orrin's father had been a smith.
"""

STAFF_LIST = """STAFF, WEST YARD
Dana Cole | fitter | manager: Ivo Marsh
Ed Lund | fitter | manager: Dana Cole
Ivo Marsh | foreman | manager: Una Pike
Una Pike | director | manager: none
Ivo Marshall | clerk | manager: Kit Wren
"""

RECORDS = """Name: Ed Lund
Post: fitter
Reports to: Dana Cole

Name: Dana Cole
Post: foreman
Reports to: Una Pike

Name: Una Pike
Post: director
"""

GOODS = """Our bakery gets its flour from the Marlow mill, twice a week. The Marlow mill buys its rye from Ostrow farm.
The smithy gets its iron from the Holt works. Ostrow farm is known for its geese; its seed comes from the abbey.
Ostrow farm is supplied by the abbey at Lund.
"""

HOLDINGS = """\
Brightwater Mills is a wholly owned subsidiary of Northgate Group. The chairman of Brightwater Mills is Tom Hale.
Northgate Group has been listed since 1990 and is owned by Harrow Holdings.
The parent company of Harrow Holdings is Vestry Trust. Harrow Bank is owned by Someone Else.
"""

LESSONS = """Mira was taught by Old Jan, himself a pupil of Kees. Kees trained under the Abbess Odile.
Jan Smit taught Piet. Piet was no pupil of Odile.
"""

ESSAY = """For Jon Reed, Mara Holt is not just a mother, but also a friend. The rain went on for days.
Ida Crane, as Mara Holt's grandmother, had a great influence on Mara Holt's upbringing.
Ida Crane's father is Old Pell. Old Pell was no relation of Sam Reed, whose mother was Ann Fox.
Jon Reed's neighbour is older than Old Pell's father.
"""

LETTER = """Dear Ann,

you asked about the family. Your cousin Ben Okafor lives in Leeds with his mother, Ada Okafor. Ada is the daughter of
Ruth Bello. Ruth Bello's parents were Samuel Bello and Grace Obi.

Love, Max
"""

LOOP = "Ann's mother is Bea. Bea's mother is Cleo. Cleo's mother is Ann."

CASES = [
    pytest.param(MYTH, "Who is the earliest ancestor of Tamsel?", "Uhr", id="myth"),
    pytest.param(MYTH, "Who is the youngest descendant of Uhr?", "Tamsel", id="myth, downward"),
    pytest.param(STAFF_LIST, "Who is at the top of Ed Lund's reporting line?", "Una Pike", id="staff list"),
    pytest.param(RECORDS, "Who does Ed Lund ultimately report to?", "Una Pike", id="records"),
    pytest.param(GOODS, "Where does the bakery's flour originally come from?", "abbey", id="goods"),
    pytest.param(HOLDINGS, "What is the ultimate owner of Brightwater Mills?", "Vestry Trust", id="holdings"),
    pytest.param(LESSONS, "Who was the first teacher in the line that led to Mira?", "Abbess Odile", id="lessons"),
    pytest.param(
        ESSAY,
        "Who is the eldest relative that Jon Reed can trace back to? Give your answer in \\boxed{}.",
        "\\boxed{Old Pell}",
        id="essay",
    ),
    pytest.param(
        ESSAY,
        "Who's the oldest relative 'Mara Holt' can trace back to in the text?",
        "Old Pell",
        id="essay, quoted name",
    ),
    pytest.param(LETTER, "Trace Ben Okafor back to the oldest ancestor.", "Samuel Bello", id="letter, short name"),
    pytest.param(LOOP, "Who is the eldest ancestor of Ann?", "Cleo", id="a circle"),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
@pytest.mark.parametrize(("text", "question", "answer"), CASES)
def test_a_chain_is_followed_to_its_end(ask: Ask, text: str, question: str, answer: str, hidden: bool) -> None:
    """Whatever words link two names, the end of the chain is the answer, whether it is seen or has to be found."""
    assert ask(text, question, hidden)[0] == answer


def test_a_hop_is_one_search(ask: Ask) -> None:
    """Each name is searched for once, in the order in which the chain meets it."""
    _, calls = ask(ESSAY, "Who is the eldest relative that Jon Reed can trace back to?", True)
    assert [call["query"] for call in calls] == ["Jon Reed", "Mara Holt", "Ida Crane", "Old Pell"]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden"])
def test_of_two_parents_the_longer_line_counts(ask: Ask, hidden: bool) -> None:
    """Where a chain forks, the end that is most generations away is the answer."""
    text = "Tom's mother is Ida. Tom's father is Max. Max's grandmother was Zoe. Ida's father was Jim. Jim was tall."
    assert ask(text, "Who is the oldest ancestor of Tom?", hidden)[0] == "Zoe"


def test_a_name_drowned_in_mentions_is_found(ask: Ask) -> None:
    """Sixty newer mentions of a name don't hide the sentence that leads on from it."""
    chatter = "".join(f"Tom saw ship number {number} go by. " for number in range(60))
    text = f"Ann met the son of Ida. Tom's father was Max. {chatter}"
    assert ask(text, "Who is the oldest ancestor of Tom?", True)[0] == "Max"


def test_a_chain_without_a_link_is_no_chain(ask: Ask) -> None:
    """Where nothing leads on from the start, the question is answered with a sentence, or not at all."""
    answer, _ = ask("Tom sang all day. The oldest tree fell.", "Who is the oldest ancestor of Tom?", True)
    assert answer.startswith(("“", "I did not find"))


def test_a_sentence_that_is_cut_is_looked_at(ask: Ask) -> None:
    """Where little is shown around the last name, its sentence is looked at before that name counts as the end."""
    rain = "It rained in the town for days and days, and the old people there said nothing. " * 20
    years = "in all the years of the long war and in the hungry ones that came after it, " * 2
    text = f"{rain}For Bea, {years}Cleo was more than just a mother. {rain}Bea is Ann's mother. {rain}"
    answer, calls = ask(text, "Who is the eldest ancestor of Ann?", True)
    assert answer == "Cleo"
    assert [call for call in calls if "search_id" in call]


def test_looks_are_few(ask: Ask) -> None:
    """A name with many cut sentences and no link is looked at a few times only, and no match twice."""
    chatter = "".join(f"On day {n} of that winter, which was long, Bea went by without a word " for n in range(60))
    answer, calls = ask(f"Bea is Ann's mother. {chatter}", "Who is the eldest ancestor of Ann?", True)
    looks = [call["search_id"] for call in calls if "search_id" in call]
    assert answer == "Bea"
    assert 0 < len(looks) <= 8
    assert len(set(looks)) == len(looks)


def test_nobody_is_no_name(ask: Ask) -> None:
    """A pronoun with a capital isn't who a chain ends at."""
    text = "Ann Lee is Bea Roe's mother. Nobody is Ann Lee's mother. Everyone knew it."
    assert ask(text, "Who is the eldest relative of Bea Roe?", True)[0] == "Ann Lee"


def test_without_room_nothing_is_looked_at() -> None:
    """Where a look isn't on offer, or its reply wouldn't fit, the chain ends with what is known."""
    link = Passage("Bea is Ann's mother.")
    hit = Hit("s00001", 1, "user", Passage("of Bea who", cut_start=True, cut_end=True), 3, 6)
    asked = tuple(Asked(Search(name), Matches(1, (hit,))) for name in ("Ann", "Bea"))
    question = Question("Who is the eldest ancestor of Ann?")
    turn = Turn(question, (link,), asked=asked, may_search=True, may_look=True, room_tokens=1000)
    assert chain(turn) == (Detail("s00001", 800),)
    assert chain(replace(turn, may_look=False)) == chain(replace(turn, room_tokens=200)) == Say("Bea")
