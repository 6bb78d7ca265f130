"""Whether a text in Latin letters is English, told by the small words that every sentence needs.

A text counts as English unless words of other languages outweigh its English ones: a list of keywords, a name or a
misspelling says nothing against it. What stands in quotes isn't looked at, because an English query may quote
anything. Not a detector of languages: it says whether features of English can be found, and no more.
"""

from __future__ import annotations

import re

from riffler.bandits.features.lexicon import is_common, is_known

LOOKED_AT = 4000
"""So many characters from the beginning tell the language."""

_ENOUGH = 1.75
"""A text with more points isn't English."""

_TELLS, _STRANGE = 2.0, 1.0

_QUOTED = re.compile(r"\"[^\"]{1,300}\"|“[^“”]{1,300}”|„[^„“”]{1,300}[“”]|«[^«»]{1,300}»|`[^`]{1,300}`|‘[^‘’]{1,300}’")
_WORD = re.compile(r"[^\W\d_]+")
_ELIDED = re.compile(r"\b(?:[cdjln]|qu|dell|nell|dall|sull|all)['’](?=[^\W\d_]{2})")

_ENGLISH = frozenset(
    "about after most yes all and any anyone are aren because been before being between both but by can"
    " cannot could couldn did didn do does doesn doing don each every everyone for from get give gives going"
    " gonna had has have having he her here hers him his how i if im into is isn it its just let ll many"
    " more most much must my myself need never not of off once one only or our ours out over please said say"
    " says should shouldn since some someone something such than thanks that the their them then there these"
    " they this those through to too under until up ve very was wasn we were weren what whats when where"
    " which while who whom whose why will will with without won would wouldn we you your yours yourself vs"
    " best".split()
)
# With one of these, words of another language are what is asked about.
_ABOUT_WORDS = frozenset(
    "english mean meaning means pronounce pronounced pronunciation proofread spell spelled spelling"
    " translate translated translates translation".split()
)

# Words that no name and no borrowed phrase has, by language; none is an English word, however common it is over there.
_TELLING = frozenset(
    # German
    "aber alle auch auf aus bei beim bekomme bin bis bitte brauche dann dass dein deine dem denn dir dich diese"
    " dieser dieses doch durch ein eine einem einen einer eines er erkläre erklären es euch euer für gegen geht gibt"
    " guten habe haben heute ich ihm ihn ihr ihre ist jeder jetzt kann kannst kein kostet heißt liegt suche keine"
    " keinen können könnte rezept lange machen macht mehr mein morgen meine meinem meinen mich mir mit muss müssen"
    " nach nicht nichts noch nur oder ohne schon sehr sein seine sich sie sind soll sollte über uns unter viel viele"
    " vom vor wann warum welche welchem welchen welcher welches wenn wer werden wie wieviel wird wo woher wohin"
    " wurde würde zeig zum zur zwischen"
    # French
    " alors après aux avant avec avez avoir bonjour ce ces cela cette ceux chez combien comment coûte dans depuis"
    " dois demain aujourd donne donnez elle elles est et était êtes être eux explique expliquez fait faut ils je"
    " leur leurs lui mais mes moi même mon ne nos notre nous où parce pas pendant peut peux pouvez pourquoi puis"
    " quand que recette quel quelle quelles quels qui quoi sans ses sommes sont sous suis tes très trouve trouver"
    " une veux voudrais vos votre vous"
    # Spanish
    " algún algunos al años aquí así cada como cómo con cuál cuáles cual cuando cuándo cuánto cuánta cuántos cuántas"
    " cuesta de desde dime donde dónde eres es esa ese eso esta está están este esto estos estoy fue gracias había"
    " hace hacer hacia hasta hay hola hoy las mañana más mejor mejores mí mis muy necesito nos para pero por porque"
    " puede puedo receta explica explícame qué que quién quiero según ser si sin sobre son soy sus también tengo"
    " tiene tienen todos tú una uno unos usted ustedes ya"
    # Italian
    " abbiamo agli alla alle anche avete che chi ciao cosa cui dagli dai dal dalla degli dei domani della delle devo"
    " dopo dove è gli ha hai hanno ho il loro lui mia mio molto nei nel nella nelle noi nostro perché perchè posso"
    " può qual quale quali quando quanti quanto quanta quante questa questo questi quello ricetta spiega spiegami"
    " sei senza siamo sono sua suo sul sulla tra tuo una uno voi vorrei"
    # Portuguese
    " ao aos até com como dela dele ela ele eles em então entre essa esse estou eu faço fazer foi hoje isso isto já"
    " mais mas melhor meu minha muito não nas nem nos onde ou para pela pelo pelos pode posso preciso qual quais"
    " quando quanto quantos quantas quem quero são sem seu sua também tem têm tenho uma umas você vocês"
    # Dutch
    " aan al alle ben bij daar dat deze dit door een eens en geen goede haar heb hebben heeft het hij hoeveel"
    " hoelang kost ik je jij jullie kan kun kunnen maak maken maar mag meer mij mijn moet naar niet nog of omdat ons"
    " ook op te tegen tot tussen uit vandaag veel voor waar waarom wanneer wat welk welke werd wij wil worden wordt"
    " zijn zonder zou"
    # Polish
    " aby albo ale bardzo bez być był była było były co czy czym dla dlaczego dziś do gdzie ile ich ja kosztuje jak"
    " jaka jaki jakie jakiego jakiej jej jego jest jestem już kiedy która które który którzy kto ma mam mi mnie mogę"
    " może można na nad nie od oraz po pod przed przez przy są się ten tego też tym tylko we więc za zrobić że"
    # Turkish
    " ama bana ben bir bu çok daha da değil ve veya en gibi hangi için ile bugün kaç kadar kim mı mi mu mü nasıl ne"
    " neden nedir nerede nereye nin olan olarak oldu olur sen şu var yok ya yapılır yapılan ya"
    # Swedish, Norwegian, Danish
    " att av blir det där den detta dig du efter eller ett finns från för får gör går ha här hade har hur hvad hvem"
    " hvilken hvilke hvor hva hvordan hvorfor hvornår ikke ingen inte jag jeg kan kommer kunne man med mellan mig"
    " min mina mitt mycket måste många när någon något och også om på sig sin sitt ska skal skulle som så til till"
    " under ut utan vad var varför vem vi vilka vilken vilket vill är år"
    # Finnish, Hungarian, Czech, Romanian
    " ei että ja jos kuin kuinka kuka mikä miksi minun missä miten mitä miltä mutta olen oli on ovat se tai ovatko"
    " voi az egy és hogy hogyan hol kell lehet melyik mennyi miért milyen nem van vagy volt ale co jak jaká jaké"
    " jaký je jsem jsou kde kdo kdy kolik která které který mám může nebo pro proč se tak že care ce cine cum când"
    " câte cât din este fi între mai nu pe pentru sau sunt unde"
    # Indonesian and Malay
    " ada adalah akan apa apakah atau bagaimana berapa bisa cara dan dari dengan di ini itu kapan kenapa"
    " mana mengapa oleh pada saya siapa tidak untuk yang".split()
)
# These are a part of names and of borrowed phrases as well: `Rio de Janeiro`, `coq au vin`.
_IN_NAMES = frozenset(
    "al au ben co da de del della den der des di do dos du e ed el en es est et il ja je la las le les lo"
    " los mon na ne o os per que sei si sin son sur te un una und van vi von y ya zu".split()
)
# English words, or words in English texts, that are small words elsewhere: they tell nothing.
_BOTH = frozenset(
    "a ada ai ale also am ama an apa as at att aux av az bin bis by car cara care chi com comment con cum"
    " da dai dal dan dans dem den die dig dime din dir dit do door dove em en er es eu fa fan fast fi hat"
    " hay hi ho hoe i in is it jag jos kan kim lag like ma mag mai mail mal mam mama man mana mas me med men"
    " mi mia mig min mina mine mit mitt mol mot mu no not nu of ok om on op or os ou papa par pe pendant per"
    " plus pod pour pro quanta rare sang se seine sen ser sera ses si sin ska so sole som son soy sum sur"
    " sus tag tan ten til till tot tout tun un under ut van var vi via volt war was yang za".split()
)
_TELLING_ALONE = _TELLING - _IN_NAMES - _BOTH - _ENGLISH


def is_english(text: str) -> bool:
    """Tell whether a text in Latin letters can be read as English.

    Args:
        text: Any text.

    Returns:
        False when words of other languages outweigh English ones.
    """
    text = _QUOTED.sub(" ", text[:LOOKED_AT])
    points, weak, telling, strange = float("¿" in text), len(_ELIDED.findall(text)), 0, 0
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in _ABOUT_WORDS:
            return True
        weight = _weight(word, match[0][0].isupper(), match.start() == 0)
        points += weight
        telling += weight == _TELLS
        strange += weight == _STRANGE
        weak += word in _IN_NAMES
    # Misspelled words alone tell nothing, and a name alone is no sentence: `Universidad de los Andes`.
    return not (telling or strange) or points + (weak if telling else min(weak, 1)) <= _ENOUGH


def _weight(word: str, capital: bool, first: bool) -> float:
    """Weigh a word that isn't a part of names: above zero is foreign."""
    if word in _TELLING_ALONE:
        return _TELLS
    if word in _BOTH or word in _IN_NAMES or (len(word) == 1 and word.isascii()):
        return 0
    if word in _ENGLISH:
        return -2
    if capital and not first:
        return 0
    if is_known(word):
        return -0.75
    if is_common(word):  # a name as a rule
        return 0
    return 0.5 if word.isascii() or capital else _STRANGE
