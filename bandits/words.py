"""Closed word classes that more than one feature or arm reads. All in lower case. Written for this project."""

from __future__ import annotations

REQUEST_VERBS = frozenset(
    "answer calculate check clarify classify compare compute confirm convert correct count create define"
    " describe draft edit elaborate estimate explain find fix generate give help identify list make name"
    " outline point provide rank recommend rephrase rewrite send share show sketch solve specify spell"
    " state suggest summarise summarize teach tell translate walk write".split()
)
"""Verbs by which one asks another to say or to make something."""

ANSWERING_VERBS = frozenset(
    "calculate clarify classify compare compute convert define describe elaborate explain identify list outline"
    " rephrase rewrite specify spell summarise summarize tell translate".split()
)
"""Those whose act is an answer, whoever is asked: `could you explain` orders, where `could you give blood` asks."""

QUESTION_WORDS = frozenset("how what when where which who whom whose why".split())

AUXILIARIES = frozenset(
    "am are can ca could did do does had has have is may might must shall should was were will wo would".split()
)
"""Auxiliaries as spaCy cuts them: `ca` of can't, `wo` of won't."""

BE_FORMS = frozenset("am are be been being is was were 's 're 'm".split())

PREPOSITIONS = frozenset(
    "about above after against around as at before behind below beside besides between beyond by despite"
    " during for from in inside into like of off on onto over than through to toward towards under until"
    " up upon with within without".split()
)

PERSONAL_PRONOUNS = frozenset("he i it she they we you".split())

SUBJECT_PRONOUNS = frozenset(
    "i you u we he she it they there this that these those one someone somebody anyone anybody everyone everybody"
    " nobody something anything everything nothing".split()
)
"""Pronouns that can be the subject of a sentence; `u` as it is typed."""

DETERMINERS = frozenset(
    "a all an another any both each either every his her its many most my neither no our several some that the"
    " their these this those your".split()
)

NEGATIONS = frozenset({"n't", "not", "nt", "n’t"})
"""Words that deny a verb, as spaCy cuts them: `nt` of dont."""

FINITE_AUXILIARIES = (AUXILIARIES | {"'s", "'re", "'m", "s", "ai", "sha", "'ve", "'ll", "'d", "have", "has"}) - {"be"}
"""Auxiliaries that can begin a question or follow its question word, also clipped and without an apostrophe."""

ORDER_VERBS = REQUEST_VERBS | frozenset(
    "add adapt adjust advise analyse analyze annotate apply argue arrange assess balance bake boil book"
    " brainstorm build call cancel capitalise capitalize cite clean code combine come comment complete compose"
    " condense continue cook copy criticise criticize cut debug decline deduce delete demonstrate derive design"
    " determine develop differentiate direct discuss display distinguish do download drop elaborate evaluate"
    " examine exclude expand extend extract factor factorise factorize fill filter format formulate forget get go"
    " guess highlight illustrate imagine implement improve include inform insert install integrate interpret"
    " introduce invent investigate join keep label lay leave let look limit listen load log match mention merge"
    " modify move open order organise organize paint paraphrase parse pick plan play plot predict prepare present"
    " print proofread propose prove put quote read recite recommend reduce refactor refer remember remind remove"
    " rename reorder repeat replace reply report review revise rotate round run save say scale schedule search see"
    " select set settle shorten simplify simulate skip sort speak split squash start stop study substitute"
    " subtract sum take talk tell test think trace transcribe transform translate try turn type update use"
    " visualise visualize wash watch".split()
)
"""Verbs that begin an order in a query."""

TELLING_VERBS = frozenset(
    "appear argue ask believe bet check claim confirm decide describe determine discuss doubt dream explain explore"
    " feel figure find forget guess hear hope imagine insist know learn mean notice prove reckon realise"
    " realize recall remember say see seem show sure suppose suggest suspect swear tell think understand wish"
    " wonder worry".split()
)
"""Verbs that take what is said or thought as their object: a clause with or without `that`. Lemmas."""

PLACE_PREPOSITIONS = frozenset("in at from to near into across towards".split())
"""Those before a name that is a place's, mostly."""

TIME_WORDS = frozenset(
    "second minute hour day week month year decade century morning noon afternoon evening night midnight today"
    " yesterday tomorrow weekend monday tuesday wednesday thursday friday saturday sunday january february march april"
    " may june july august september october november december spring summer autumn winter time moment".split()
)
"""Nouns that say when. Singular."""
