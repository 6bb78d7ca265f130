"""Words that are no names by themselves, and none of a name's words where they come first; and how German is known."""

from __future__ import annotations

COMMON = frozenset(
    "a about after all also an and another any are as at be because before both but by can could did do does "
    "during each either every few for from had has have he hence her here hers him his how however i i'd i'll i'm "
    "i've if in into is it it's its just let let's may maybe me might most must my neither no nor not now of on "
    "once one only or other our out over perhaps please shall she should since so some such than that that's the "
    "their them then there there's these they this those though through thus to under until up upon was we we're "
    "were what what's when where which while who whom whose why will with would yes yet you your dr. mr. mrs. ms. "
    "prof. st.".split()
)

_GERMAN = frozenset(
    "auch auf bei das dass dem den der des die durch ein eine einem einen einer eines es für haben hat ich im ist "
    "mit nach nicht oder sein sich sie sind und vom von war waren werden wir wird wurde wurden zu zum zur über".split()
)
_SHARED = frozenset("dem den der des die ein".split())
"""Of these, words of its neighbours too."""

_MORE_GERMAN = frozenset(
    "aber alle allen alles als am andere anderen ans aus bald beide beiden beim bis bitte da dabei dafür damals "
    "damit danach dann daran darauf daraus darin darum davon dazu denn deren dessen deshalb dies diese diesem "
    "diesen dieser dieses doch dort du einige einigen er erst etwas euch euer falls fast ganz gegen gestern "
    "gleich heute hier hinter ihm ihn ihnen ihr ihre ihrem ihren ihrer immer ins ja jede jedem jeden jeder jedes "
    "jedoch jene jetzt kann kein keine keinem keinen keiner leider man manche manchmal mehr mehrere mein meine "
    "meinem meinen meiner meist mir morgen muss nachdem neben nein nie niemand noch nun nur ob obwohl ohne schon "
    "sehr seine seinem seinen seiner seit seitdem sogar soll solche sondern sonst trotz um unser unsere unserem "
    "unseren unserer unter viel viele vielen vor wann warum was wegen weil weiter welche welcher welches wenige "
    "wenn wer wie wieder wo während zuerst zuletzt zwei zwischen".split()
)
COMMON_IN_GERMAN = COMMON | _GERMAN | _MORE_GERMAN

_SHARE = 8
"""German has one of these words in four; its neighbours have far fewer."""


def is_german(text: str) -> bool:
    """Tell whether a text is in German, where every noun has a capital, by its commonest words.

    Args:
        text: A passage; two different ones of the words must stand in it.

    Returns:
        Whether it is. Lists of names and titles are not taken for it, though they have as many capitals.
    """
    words = text.casefold().split()
    found = [word for word in words if word in _GERMAN]
    return len(found) * _SHARE >= len(words) and len(set(found)) > 1 and not _SHARED.issuperset(found)
