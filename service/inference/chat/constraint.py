"""Constrained decoding: which tokens may come next. For any engine that sees the logits of the next token.

An engine asks `allows` for tokens, the most likely first (`allowed_tokens`), takes the first that is allowed, or draws
among those that are; what it drew is told by `take` (`Reply.take` does that). Only what is asked for is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from riffler.errors import EngineGarbled
from riffler.service.inference.chat.asked import may_call
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.grammar import call_of
from riffler.service.inference.chat.nodes import State, advance, is_whole
from riffler.service.inference.chat.own_strings import strings_from
from riffler.service.inference.chat.prompt import Prompt
from riffler.service.inference.chat.tokenizer import ChatTokenizer
from riffler.service.ports.engine import EngineRequest

CANDIDATES = 64
"""Where a constraint holds, one of so many tokens is drawn at most."""


class Constraint(Protocol):
    """What may come next in one reply."""

    @property
    def holds(self) -> bool:
        """Whether not every token may come next."""
        ...

    def allows(self, token: int) -> bool:
        """Tell whether a token may come next."""
        ...

    def take(self, token: int) -> None:
        """Go on with a token that may."""
        ...


@dataclass(frozen=True, slots=True)
class CallTokens:
    """Of a vocabulary, what calls can be constrained with.

    Attributes:
        spelled: The bytes of each token that is text.
        opener: The token that opens a call.
        closer: The token that closes it.
        tag: How the opener is written.
    """

    spelled: Mapping[int, bytes]
    opener: int
    closer: int
    tag: str


class CallConstraint:
    """Lets a call be nothing but a whole call of a tool on offer; outside of calls all may come.

    Args:
        tokens: The vocabulary's.
        start: What may stand between opener and closer, made by the first call.
        forced: What of a first call is written already, behind its opener; None where none is open.
    """

    def __init__(self, tokens: CallTokens, start: Callable[[], State], forced: bytes | None = None) -> None:
        self._tokens = tokens
        self._start = start
        self._state: State | None = None if forced is None else advance(start(), forced)
        self._tried: dict[int, State] = {}

    @property
    def holds(self) -> bool:
        """Whether a call is open."""
        return self._state is not None

    def allows(self, token: int) -> bool:
        """Tell whether a token may come next."""
        if self._state is None:
            return True
        if token == self._tokens.closer:
            return is_whole(self._state)
        return bool(self._after(self._state, token))

    def take(self, token: int) -> None:
        """Go on with a token that may."""
        if self._state is not None:
            if token == self._tokens.closer:
                self._state = None
            else:
                self._state = self._after(self._state, token)
        elif token == self._tokens.opener:
            self._state = self._start()
        self._tried = {}

    def _after(self, state: State, token: int) -> State:
        if token not in self._tried:
            text = self._tokens.spelled.get(token, b"")
            self._tried[token] = advance(state, text) if text else ()
        return self._tried[token]


def allowed_tokens(constraint: Constraint, ranked: Iterable[int], most: int, where: str) -> list[int]:
    """Leave the tokens that may come next. Of those behind many, none is ever drawn, so they aren't asked for.

    Args:
        constraint: Says which may.
        ranked: Tokens, the most likely first.
        most: How many to give at most.
        where: Who fails, to start an error's text with.

    Returns:
        Tokens, the most likely first; at least one.

    Raises:
        EngineGarbled: None may.
    """
    found = list(islice((token for token in ranked if constraint.allows(token)), most))
    if not found:
        raise EngineGarbled(f"{where}: no token may come next: a call can't be ended as it was begun")
    return found


def call_tokens_of(tokenizer: ChatTokenizer, form: ToolForm | None) -> CallTokens | None:
    """Find what the calls of a model can be constrained with. Reads the whole vocabulary.

    Args:
        tokenizer: The model's.
        form: How it calls tools; None where that isn't known.

    Returns:
        It; None where calls aren't of the form of Hermes between tokens of their own, or the vocabulary isn't
        byte-level.
    """
    added = tokenizer.get_added_vocab()
    if form is None or form.name != "hermes" or not {form.opener, form.closer} <= set(added):
        return None
    spelled = spelling_of(tokenizer)
    return CallTokens(spelled, added[form.opener], added[form.closer], form.opener) if spelled else None


def constrain_calls(request: EngineRequest, prompt: Prompt, tokens: CallTokens | None) -> CallConstraint | None:
    """Make the constraint of one reply. Where a call is open already, that takes a moment: not for an event loop.

    Args:
        request: What was asked.
        prompt: What the model reads.
        tokens: The vocabulary's; None where calls can't be constrained, or aren't to be.

    Returns:
        It; None where no call is constrained, or none may come.
    """
    if tokens is None or not may_call(request):
        return None
    specials = strings_from([message.text for message in request.messages])
    forced = prompt.forced.removeprefix(tokens.tag).encode() if prompt.forced else None
    return CallConstraint(tokens, lambda: call_of(request.tools, specials), forced)


def spelling_of(tokenizer: ChatTokenizer) -> dict[int, bytes]:
    """Give the bytes of each token of a byte-level vocabulary, but those that are never split.

    Args:
        tokenizer: The model's.

    Returns:
        Bytes by id; empty for a vocabulary of another kind.
    """
    letters, added, spelled = _letters(), tokenizer.added_tokens_decoder, {}
    for number in range(len(tokenizer)):
        token = None if number in added else tokenizer.convert_ids_to_tokens(number)
        if token is None:
            continue
        if any(letter not in letters for letter in token):
            return {}
        spelled[number] = bytes(letters[letter] for letter in token)
    return spelled


def _letters() -> dict[str, int]:
    """Give the byte for each letter of a byte-level vocabulary (GPT-2): printable ones are themselves."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in own]
    return {chr(byte): byte for byte in own} | {chr(256 + at): byte for at, byte in enumerate(others)}
