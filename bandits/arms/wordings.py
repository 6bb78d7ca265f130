"""Other wordings of a question or an order, each a small rule with its condition. None adds or drops a fact.

A rule takes a sentence and gives it in other words, or None where it doesn't apply. It gives a mark at the end where
the sentence needs another one than it has. The rules that change most stand before those that change little.
"""

from __future__ import annotations

from collections.abc import Callable

from riffler.bandits.arms import asking_how, asking_what, asking_whether, moving, ordering
from riffler.bandits.arms.sentence import Sentence

Rule = Callable[[Sentence], str | None]

RULES: tuple[Rule, ...] = (
    asking_how.a_polite_way,
    asking_how.is_done,
    asking_how.how_to_say,
    asking_how.what_to_do,
    asking_how.differs,
    asking_how.makes_different,
    asking_how.makes,
    asking_whether.a_way,
    asking_whether.would_you,
    asking_whether.doing_it,
    asking_whether.hard_to,
    asking_whether.required,
    asking_what.measure,
    asking_what.cost,
    asking_what.takes_long,
    asking_what.meaning,
    asking_what.owned,
    asking_what.done_by,
    asking_what.best_time,
    asking_what.may_get,
    asking_what.last_time,
    asking_what.named,
    ordering.opening,
    ordering.asked,
    ordering.noun,
    ordering.what_is,
    ordering.understood,
    ordering.examples,
    ordering.said_in,
    ordering.composed,
    ordering.explain_how,
    ordering.verb,
    ordering.wished,
    moving.place_first,
    moving.clause_first,
    asking_how.come,
    asking_how.explained,
    asking_what.sort_of,
    asking_whether.whether,
    asking_what.told,
)
