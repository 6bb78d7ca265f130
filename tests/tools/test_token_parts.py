"""The tokens of a view by part."""

from hypothesis import given
from hypothesis import strategies as st
from tests.tools.talks import COUNTER
from tests.tools.test_pieces import rewritten

from riffler.tools.memory import WorkingMemory
from riffler.tools.pieces import Pieces
from riffler.tools.sight import Sight
from riffler.tools.token_parts import token_parts
from riffler.tools.tokens import count_message
from riffler.tools.view import view

SIGHTS = st.sampled_from([None, Sight(2000, COUNTER)])


@given(memory=rewritten(), sight=SIGHTS)
def test_the_parts_add_up_to_the_view(memory: WorkingMemory, sight: Sight | None) -> None:
    """To the token; and what is hidden is what the pieces of the view stand for."""
    parts = token_parts(memory, COUNTER, sight)
    shown = sum(parts.text.values()) + parts.folded.shown_tokens + parts.summarised.shown_tokens
    assert shown + parts.rewrite + parts.status == parts.seen == view(memory, sight).tokens(COUNTER)
    assert min([*parts.text.values(), 0]) == 0
    assert parts.conversation == sum(count_message(message, COUNTER) for message in memory.messages)
    pieces = [piece for message in range(len(memory.messages)) for piece in Pieces(memory, sight).of(message)]
    for kind, part in (("folded", parts.folded), ("summary", parts.summarised)):
        named = [memory.fragments[id_] for piece in pieces if piece.kind == kind for id_ in piece.fragments]
        assert (part.fragments, part.original_tokens) == (len(named), sum(fragment.tokens for fragment in named))
    assert (parts.status > 0) == any(piece.kind == "status" for piece in pieces)
    rewrites = [piece for piece in pieces if piece.kind == "rewrite" and piece.text]
    assert (parts.rewrite > 0) == bool(rewrites)
