"""A WordNet of a dozen synsets, in the format of the real one."""

from pathlib import Path

FILES = {
    "data.noun": """\
  1 The licence stands at the top of each file, and is indented.
00000001 03 n 01 entity 0 000 | what is
00000002 05 n 02 animal 0 beast 0 001 @ 00000001 n 0000 | a living thing that moves
00000003 05 n 01 bird 0 001 @ 00000002 n 0000 | an animal with feathers
00000004 05 n 01 crane 0 001 @ 00000003 n 0000 | a tall wading bird; "it stood on one leg"
00000005 06 n 01 machine 0 001 @ 00000001 n 0000 | a device of many parts
00000006 06 n 02 crane 0 derrick 0 001 @ 00000005 n 0000 | lifts heavy loads with cables
00000007 18 n 01 Crane 0 000 | a writer of the last century
00000008 09 n 01 medicine 0 000 | what is known about health
00000009 26 n 02 myopia 0 short_sight 0 001 ;c 00000008 n 0000 | seeing what is near only
00000010 26 n 01 disease 0 001 @ 00000001 n 0000 | a body that doesn't work well
00000011 26 n 02 rinderpest 0 cattle_plague 0 001 @ 00000010 n 0000 | cows catch it
00000012 05 n 01 goose 0 001 @ 00000003 n 0000 | honks
00000013 09 n 01 thought 0 001 @ 00000001 n 0000 | what a mind makes
00000014 15 n 04 Oslo 0 City_of_Tigers 0 Old_Christiania 0 OSL 0 001 @i 00000001 n 0000 | a capital
00000015 18 n 02 Monday 0 Cranes 0 000 | one who reads days
""",
    "index.noun": """\
  1 The licence.
animal n 1 1 @ 1 0 00000002
beast n 1 1 @ 1 0 00000002
bird n 1 1 @ 1 0 00000003
cattle_plague n 1 1 @ 1 0 00000011
crane n 3 1 @ 3 1 00000007 00000006 00000004
derrick n 1 1 @ 1 0 00000006
disease n 1 1 @ 1 0 00000010
entity n 1 0 1 0 00000001
goose n 1 1 @ 1 0 00000012
machine n 1 1 @ 1 0 00000005
medicine n 1 0 1 0 00000008
myopia n 1 1 ;c 1 0 00000009
oslo n 1 1 @i 1 0 00000014
rinderpest n 1 1 @ 1 0 00000011
short_sight n 1 1 ;c 1 0 00000009
thought n 1 1 @ 1 0 00000013
""",
    "data.verb": """\
00000021 40 v 02 buy 0 purchase 0 001 ! 00000022 v 0101 01 + 08 00 | get for money
00000022 40 v 01 sell 0 001 ! 00000021 v 0101 01 + 08 00 | give for money
""",
    "index.verb": """\
buy v 1 1 ! 1 0 00000021
purchase v 1 1 ! 1 0 00000021
sell v 1 1 ! 1 0 00000022
""",
    "data.adj": """\
00000031 00 a 01 fast 0 002 ! 00000032 a 0101 & 00000033 a 0000 | at speed
00000032 00 a 01 slow 0 001 ! 00000031 a 0101 | without speed
00000033 00 s 01 rapid(p) 0 001 & 00000031 a 0000 | done at speed
00000034 00 a 01 thoughtful 0 001 + 00000013 n 0101 | full of thought
""",
    "index.adj": """\
fast a 1 2 ! & 1 0 00000031
rapid a 1 1 & 1 0 00000033
slow a 1 1 ! 1 0 00000032
thoughtful a 1 1 + 1 0 00000034
""",
    "noun.exc": "geese goose\nelves elf\n",
    "cntlist.rev": "crane%1:05:00:: 3 2\ncrane%1:06:00:: 2 1\nrapid%5:00:00:fast:00 1 4\n",
}

SENTIMENT = """\
<?xml version="1.0" encoding="utf-8"?>
<sentiment language="en" license="PDDL">
<word form="Fine" subjectivity="1.0" reliability="1.0" />
<word form="fine" subjectivity="0.0" confidence="0.5" />
<word form="annual" subjectivity="0.1" />
</sentiment>
"""

ZIPF = {
    "crane": 3.4, "bird": 4.5, "goose": 3.6, "geese": 3.4, "buy": 5.2, "purchase": 4.4, "sell": 5.0, "fast": 5.0,
    "slow": 4.6, "rapid": 4.1, "thoughtful": 3.5, "thought": 5.4, "myopia": 2.4, "rinderpest": 1.4, "short": 5.1,
    "sight": 4.5, "cattle": 4.0, "plague": 3.8, "medicine": 4.6, "machine": 4.8, "london": 5.0, "oslo": 2.9,
    "entity": 0.5, "b2b": 3.3, "it's": 6.1, "café": 3.7, "cows": 3.9, "catch": 4.8,
}  # fmt: skip


def write(folder: Path) -> Path:
    """Write WordNet's files into a new folder."""
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
