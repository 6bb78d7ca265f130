"""What frames a question and is dropped wherever it stands: greetings, politeness, fillers, asides, repetitions.

A frame that asks indirectly (`I'm dying to know why ...`) becomes the plain order `Tell me why ...`. A cut is made only
where it touches no number, quoted string, negation or name (`facts`), and the whole only where the guard lets it pass.
"""

from __future__ import annotations

import re

from riffler.bandits.arms.direct import asked_outright
from riffler.bandits.facts import facts
from riffler.bandits.guard import check
from riffler.bandits.words import ANSWERING_VERBS, REQUEST_VERBS

_STARTS = r"(?:^\s*|(?<=[.!?]\s))"
_WH = r"(?:what|when|where|which|who|whom|whose|why|how|if|whether)\b"
_YOU = r"(?:you|u|ya)"
_PLEASE = r"(?:please|pls|plz|plss|kindly)"
_THANKS = r"(?:thanks|thank\ (?:you|u)|thx|thnx|tnx|ty|tysm|cheers)"
# Words that ask as a question does: "what is it", "who won"; and not "what it is", which is no question by itself.
_DIRECT = (
    r"(?:(?:what|when|where|which|whose|why|how|whom)\s+(?:am|are|can|could|did|do|does|had|has|have|is|may|might|must|shall"
    r"|should|was|were|will|would)\b"
    r"|who\s+(?!(?:i|you|he|she|it|we|they|the|an?|my|your|his|her|its|our|their|this|that|these|those|to)\b)(?=[a-z]))"
)
_VERB = rf"(?:{'|'.join(sorted(REQUEST_VERBS))})\b"
# After "could you": of other verbs the act is an answer only when somebody gets it, as in "could you give me", or when
# it is done to what was written before, as in "can you make it shorter".
_DONE = (
    r"(?:(?:make|put|add|drop|cut|change|rename|shorten|move|remove|replace)\s+(?:(?:it|this|that|them)\s"
    r"|a\s+line\b|the\s+(?:first|last|second|third|other)\b))"
)
_ASKED = (
    rf"(?:(?:{'|'.join(sorted(ANSWERING_VERBS))})\b|(?:{'|'.join(sorted(REQUEST_VERBS))})\s+(?:me|us)\b"
    rf"|{_DONE})"
)
_TELL_ME = rf"(?={_WH}(?<!if)(?!\s+(?:if|to)\b))"
_SOFT = rf"(?:(?:{_PLEASE}|possibly|perhaps|maybe|just)\s+)*"
_FILLER = (
    r"(?:actually|basically|honestly|literally|frankly|obviously|of\ course|to\ be\ honest|tbh|by\ the\ way|btw"
    r"|you\ know|i\ mean|i\ guess|i\ suppose|idk|lol|haha+|um+|uh+|erm+|hmm+)"
)
_TWICE = (
    "the a an is are was were of to in on for and or what how why who when where which do does did can could would my"
    " this it you i we they with at from by as be very really"
).replace(" ", "|")

# Each puts `new` in the place of its group `cut`. They are tried in order, again and again while one of them applies.
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE | re.VERBOSE), new)
    for new, pattern in (
        # "Hello there, ...", "Good morning!"
        (
            "",
            rf"""{_STARTS}(?P<cut>(?:(?:hi|hiya|hello|hey|greetings|dear\ (?:all|team)
            |good\ (?:morning|afternoon|evening|day))(?:\ (?:there|all|everyone|everybody|team|folks))?
            (?:,\ dear\ (?:machine|assistant))?\s*[,!.:;]+\s*)+)""",
        ),
        # "So, ...", "OK then, ...": with a comma, or before a question word
        (
            "",
            rf"""{_STARTS}(?P<cut>(?:so|well|ok|okay|anyway|right|alright|now)(?:\ then)?\s*,\s*
            |(?:so|ok|okay)\s+(?={_WH}))""",
        ),
        # "I hope you are well.", "Sorry to bother you, but ...", "Quick question: ...", "Just curious, ..."
        (
            "",
            rf"""{_STARTS}(?P<cut>(?:i\ hope\ (?:you\ are|you['’]re|this\ finds\ you)\ (?:doing\ )?well
            |sorry\ to\ bother\ {_YOU}|sorry|excuse\ me|just\ curious|just\ wondering|{_THANKS}
            |(?:maybe\ |probably\ )?(?:a\ )?(?:silly|stupid|dumb|basic|quick)\ question(?:\ (?:maybe|but))?
            |(?:just\ )?(?:a\ )?quick\ question|i\ have\ a\ (?:quick\ )?question)
            \s*[,:;.!]+\s*(?:but\s+)?)""",
        ),
        # "I was wondering if you could ..."
        (
            "",
            rf"""{_STARTS}(?P<cut>i(?:\ was|\ am|['’]m)?\ (?:just\ )?wonder(?:ing)?\ (?:if|whether)
            \ (?:{_YOU}\ (?:could|can|would|might)\ {_SOFT}))(?={_ASKED})""",
        ),
        # "I was wondering if you might know a polite way to ..."
        (
            "what is ",
            rf"""{_STARTS}(?P<cut>i(?:\ was|\ am|['’]m)?\ (?:just\ )?wonder(?:ing)?\ (?:if|whether)
            \ {_YOU}\ (?:might|may|would|could)?\ ?(?:happen\ to\ )?know\ (?:of\ )?)(?=an?\b)""",
        ),
        # "I would like to know what ...", "Do you know who ..."
        (
            "",
            rf"""{_STARTS}(?P<cut>(?:i(?:\ would|['’]d)\ (?:really\ )?(?:like|love)\ to|i\ (?:just\ )?want\ to)\ know\s+
            |i\ (?:was|am)\ (?:just\ )?wondering\s+|do\ {_YOU}\ (?:happen\ to\ )?know\s+|idk\s+)(?={_DIRECT})""",
        ),
        # "I'm dying to know why the sea is salty": asked indirectly
        (
            "tell me ",
            rf"""{_STARTS}(?P<cut>(?:i(?:\ would|['’]d|d)\ (?:really\ |just\ )?(?:like|love|be\ curious|be\ glad)\ to
            \ (?:know|hear|learn|find\ out)\s+
            |i(?:\ am|['’]m|m)\ (?:dying|curious)\ to\ (?:know|hear|learn)\s+
            |(?:i(?:\ was|\ am|['’]m|m)\ (?:just\ )?wondering|just\ wondering|i\ wonder)\s+|idk\s+
            |(?:can|could|would)\ {_YOU}\ {_SOFT}(?:let\ me\ know|tell\ me)\s+
            |(?:any\ idea|any\ clue|do\ {_YOU}\ (?:happen\ to\ )?know)\s+)){_TELL_ME}""",
        ),
        # "Could you please explain ...": a verb of telling or making must follow
        ("", rf"""{_STARTS}(?P<cut>(?:can|could|will|would)\ {_YOU}\ {_SOFT})(?={_ASKED})"""),
        # "Would you mind giving me ..."
        ("give me ", rf"""{_STARTS}(?P<cut>would\ {_YOU}\ mind\ giving\ me\s+)"""),
        # "Please explain ..."
        ("", rf"""{_STARTS}(?P<cut>(?:{_PLEASE}\s*,?\s*)+)(?={_VERB}|{_WH})"""),
        # "Tell me: what is ..."
        ("", rf"""{_STARTS}(?P<cut>{_SOFT}(?:tell\ me|let\ me\ know)\s*[,:]?\s+)(?={_DIRECT})"""),
        ("", rf"""{_STARTS}(?P<cut>tell\ me\s*[,:]\s+)(?={_WH})"""),
        # "When, in what year I mean, did ..."
        ("", r"(?P<cut>,\s(?:in\ )?(?:what|which)\ [a-z]+\ i\ mean,)(?=\s)"),
        # "..., please?", "... if possible."
        (
            "",
            rf"""(?<=\S)(?P<cut>,?\s+(?:{_PLEASE}|if\ possible|if\ that['’]?s\ (?:ok|okay|all\ right)
            |if\ {_YOU}\ don['’]?t\ mind|if\ that\ makes\ sense|though|lol|haha+|idk
            |{_THANKS}(?:\ (?:a\ lot|so\ much|in\ advance))?))
            (?=\s*(?:[?.!]|$))""",
        ),
        # "... Thanks a lot!" at the end
        (
            "",
            rf"(?<=[.?!])(?P<cut>\s+(?:many\ )?{_THANKS}(?:\ (?:a\ lot|a\ million|so\ much|very\ much|in\ advance))*"
            r"\s*[.!]*\s*$)",
        ),
        # "Basically, ...", "it is, you know, big"
        ("", rf"{_STARTS}(?P<cut>{_FILLER}\s*,\s*)"),
        ("", rf"(?P<cut>,\s*{_FILLER}\s*,)(?=\s)(?!\s+(?:i|you|he|she|it|we|they|and|but|so)\b)"),
        ("", r"(?P<cut>\b(?:um+|uh+|erm+|hmm+)\b[,.…]*\s+)"),
        # An aside to the one who answers, that adds no condition: "(the one I told you about)", not "(the decaf kind)"
        (
            "",
            r"""(?<=\w)(?P<cut>\s+\((?!(?:in|at|on|for|from|to|by|with|without|using|only|except|excluding|including|if|unless
            |not|eg|ie|or|and|per|as|under|over|than|before|after|during|since|until|both|all|any)\b)
            (?=[^()]*\b(?-i:[Ii]|you|we|me|my|us)\b)[a-z]+(?:[\s,]+[a-z'’]+)+[.!]?\))""",
        ),
        # "the the"
        ("", rf"\b(?P<once>{_TWICE})(?P<cut>(?:\s+(?P=once))+)\b"),
        # "what?!", "what!?", "now!!!"
        ("", r"(?<=\w)(?P<cut>!+)(?=\?)"),
        ("", r"(?<=\w[?!])(?P<cut>[?!]+)(?=\s|$)"),
    )
)
_MOST_ROUNDS = 4
_ORDER = re.compile(rf"(?:{_VERB}|{_DONE}).*\w\?$", re.IGNORECASE | re.DOTALL)
_ASKS = re.compile(rf"{_DIRECT}.*\w\.$", re.IGNORECASE | re.DOTALL)


def unframed(text: str) -> str:
    """Drop from a question what frames it.

    Args:
        text: The question.

    Returns:
        The shorter question; the text itself where nothing is dropped, nothing would be left, or the guard objects.
    """
    kept = text
    for _ in range(_MOST_ROUNDS):
        before = kept
        for rule, new in _RULES:
            kept = _apply(rule, new, kept)
        if kept == before:
            break
    if kept == text:
        return text
    kept = kept.strip()
    last = _LAST.search(kept)
    if last is not None:
        kept = f"{kept[: last.start()]}{_plain(last[0])}"
    kept = _with_capitals(kept, text)
    return kept if any(map(str.isalnum, kept)) and check(text, kept).kept else text


_LAST = re.compile(r"(?:^|(?<=[.!?]\s))[^.!?\s][^.!?]*[.?!]*\Z")


def _plain(sentence: str) -> str:
    """Ask outright, and end an order as an order (as a question it would ask for two things), a question as one."""
    plain = asked_outright(sentence)
    if _ASKS.match(plain):
        return f"{plain[:-1]}?"
    return f"{plain[:-1]}." if _ORDER.match(plain) else plain


def _with_capitals(kept: str, text: str) -> str:
    """Begin each sentence with a capital, where the text did so."""
    if not text.lstrip()[:1].isupper():
        return kept
    return _OPENING.sub(lambda match: match[0].upper() if match["word"].islower() else match[0], kept)


_OPENING = re.compile(r"(?:^|(?<=[.!?]\s))(?=(?P<word>[^\W\d_]+)\b)\w")


def _apply(rule: re.Pattern[str], new: str, text: str) -> str:
    cuts = [match.span("cut") for match in rule.finditer(text)]
    if not cuts:
        return text
    held = bytearray(len(text))
    for fact in facts(text):
        held[fact.start : fact.end] = b"\1" * (fact.end - fact.start)
    pieces: list[str] = []
    end = 0
    for start, stop in cuts:
        if not any(held[start:stop]):
            pieces += [text[end:start], new]
            end = stop
    return "".join([*pieces, text[end:]])
