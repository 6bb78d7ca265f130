"""Who or what a noun or a name can be, told by closed lists. Written for this project.

What isn't in a list isn't known: a name may then be anybody's or anything's, and a noun is a thing.
"""

from __future__ import annotations

from typing import Literal

Reading = Literal["he", "she", "it"]
"""By which pronoun something may be meant."""

HE: frozenset[Reading] = frozenset({"he"})
SHE: frozenset[Reading] = frozenset({"she"})
PERSON: frozenset[Reading] = frozenset({"he", "she"})
THING: frozenset[Reading] = frozenset({"it"})
ANY: frozenset[Reading] = frozenset({"he", "she", "it"})

_TITLES: dict[str, frozenset[Reading]] = {
    **dict.fromkeys("mr sir lord king prince duke emperor pope father brother uncle tsar sultan".split(), HE),
    **dict.fromkeys("mrs ms miss lady dame queen princess duchess empress sister aunt madame".split(), SHE),
    **dict.fromkeys(
        "dr prof professor president chancellor judge captain colonel general minister saint".split(), PERSON
    ),
}

_NOUNS: dict[str, frozenset[Reading]] = {
    **dict.fromkeys(
        "man boy father dad son brother husband boyfriend uncle nephew grandfather grandson king prince duke emperor"
        " gentleman guy actor waiter monk priest widower stepfather".split(),
        HE,
    ),
    **dict.fromkeys(
        "woman girl mother mum mom daughter sister wife girlfriend aunt niece grandmother granddaughter queen princess"
        " duchess empress lady actress waitress nun widow stepmother heroine".split(),
        SHE,
    ),
    **dict.fromkeys(
        "person child baby friend parent cousin colleague boss teacher student pupil doctor nurse patient lawyer judge"
        " author writer poet novelist playwright painter artist sculptor composer musician singer pianist violinist"
        " scientist physicist chemist biologist mathematician astronomer engineer inventor philosopher historian"
        " economist politician president minister chancellor senator governor mayor general soldier officer captain"
        " pilot astronaut explorer sailor director manager owner founder chairman employee worker customer client user"
        " neighbour neighbor tenant landlord guest host player footballer goalkeeper coach athlete champion winner"
        " runner swimmer boxer cricketer architect designer programmer developer professor lecturer researcher"
        " journalist reporter editor photographer chef cook baker farmer butcher driver dentist surgeon pharmacist"
        " psychologist therapist monarch ruler leader dictator saint bishop rabbi imam victim witness"
        " suspect criminal thief murderer killer hero villain narrator character relative ancestor descendant sibling"
        " twin toddler teenager adult citizen member agent plumber electrician carpenter clerk secretary".split(),
        PERSON,
    ),
}

_FIRST_NAMES: dict[str, frozenset[Reading]] = {
    **dict.fromkeys(
        "adam adrian alan albert alexander alfred andrew anthony antonio arthur ben benjamin bernard bill bob boris"
        " bruce carl carlos charles christopher claude daniel david dennis diego donald douglas edgar edmund edward"
        " eric ernest eugene felix ferdinand francis frank franz fred frederick friedrich fyodor gabriel galileo george"
        " gerald gustav guy hans harold harry henri henry herbert hermann hugo ian igor isaac ivan jack jacob james jan"
        " jason jeff jeremy jim joe johann johannes john jonathan jorge jose josef joseph juan julius karl keith kevin"
        " kurt lawrence leo leonard leonardo leonhard lewis louis ludwig luis marcel marcus mario mark martin matthew"
        " max michael miguel mike mohammed muhammad napoleon neil nelson niccolo nicholas niels nikola nikolai oliver oscar"
        " otto pablo patrick paul pedro peter philip pierre piotr ralph raymond rene richard robert roger ronald"
        " rudolf samuel sebastian sergei sigmund simon stanley stephen steve steven terry theodore thomas tim tom toby"
        " vasily victor viktor vincent vladimir walter werner wilhelm william winston wolfgang".split(),
        HE,
    ),
    **dict.fromkeys(
        "ada agatha agnes alice amelia amy anastasia andrea angela anita ann anna anne annie astrid audrey barbara"
        " beatrice beatrix bertha betty carla carmen caroline catherine cecilia charlotte chloe christina clara"
        " claudia cleopatra coco daisy deborah diana doris dorothy edith eleanor elena elisabeth elizabeth ella ellen"
        " emilia emily emma esther eva eve evelyn fatima florence frida gertrude grace greta hannah harriet hedwig"
        " helen helena hilda ingrid irene iris isabel isabella jane janet jean jennifer jessica joan joanna josephine"
        " judith julia juliet karen kate katharine katherine laura lena lily linda lisa lise louisa louise lucia lucy"
        " margaret maria marie marion marlene martha mary matilda maya mileva nancy natalia nina nora olga olivia"
        " patricia paula priya rachel rebecca regina rita rosa rosalind rose ruth sabina sally sandra sarah simone"
        " sofia sonia sophia sophie susan sylvia teresa theresa ursula valentina vera veronica victoria virginia wilma"
        " yvonne zoe".split(),
        SHE,
    ),
}

PERSON_VERBS = frozenset(
    "write say tell marry die think believe argue claim discover invent compose paint study teach publish born propose"
    " graduate emigrate".split()
)
"""Verbs whose subject is a person as a rule."""


def of_noun(lemma: str) -> frozenset[Reading]:
    """Tell what a common noun in lower case and singular can mean."""
    return _NOUNS.get(lemma, THING)


def of_name(words: tuple[str, ...]) -> frozenset[Reading]:
    """Tell whose or what's a name can be.

    Args:
        words: Its words as written, at least one; a title may stand first.

    Returns:
        What it can mean; all three where neither a title nor a first name tells.
    """
    first = words[0].lower().rstrip(".")
    if len(words) > 1 and first in _TITLES:
        told = _FIRST_NAMES.get(words[1].lower(), PERSON)
        return _TITLES[first] if _TITLES[first] != PERSON else told
    return _FIRST_NAMES.get(first, ANY)
