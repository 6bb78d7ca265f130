"""Plays episodes on a real Riffler, and writes down each move of the oracle with what a model would have seen.

Each move is a sample: the request as an engine gets it, and the message that ought to come. A move that goes wrong on
purpose is none, though those after it see it. A turn in which something is said that doesn't stand in what could be
seen teaches to guess, so that all its samples are left out.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riffler.errors import EngineGarbled, OverBudget
from riffler.service.agent.progress import Answer
from riffler.service.app import Riffler
from riffler.service.inference.nano.engine import PRICES
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta, Usage
from riffler.service.ports.memory import SessionKey
from riffler.service.settings import read_settings
from riffler.service.training.nano.episode import Episode, Wrong
from riffler.service.training.nano.wordings import wordings
from riffler.tools.messages import Message
from riffler.tools.tokens import TokenCounter, count_message, count_schemas

_WORD = re.compile(r"\w+")
_COPIED = frozenset({"queries", "start_marker", "end_marker", "fragments", "search_id", "after"})


@dataclass(frozen=True, slots=True)
class Sample:
    """What a model sees, and what it ought to say.

    Attributes:
        request: The request.
        said: The oracle's move, as a message.
        learned: Whether it ought to come: False where it goes wrong on purpose.
    """

    request: EngineRequest
    said: Message
    learned: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Give it in OpenAI's shape."""
        return {
            "messages": [message.to_dict() for message in self.request.messages],
            "tools": [*self.request.tools],
            "said": self.said.to_dict(),
        }

    def tokens(self, counter: TokenCounter) -> int:
        """Count request and move."""
        messages = (*self.request.messages, self.said)
        return count_schemas(tuple(self.request.tools), counter) + sum(count_message(one, counter) for one in messages)


@dataclass(frozen=True)
class Played:
    """An episode as it went.

    Attributes:
        episode: The episode.
        samples: Its moves but for those that go wrong on purpose, the answer last; empty where it can't teach anything.
        fault: Why it can't; else empty.
    """

    episode: Episode
    samples: tuple[Sample, ...]
    fault: str = ""


@dataclass
class OracleEngine:
    """An engine that an oracle speaks for.

    Attributes:
        counter: Counts tokens as the model will that is trained.
        window_tokens: The window of that model.
        episode: Whose oracle speaks; it is set before a question is asked.
        samples: All moves since they were taken away.
    """

    counter: TokenCounter
    window_tokens: int
    episode: Episode | None = None
    samples: list[Sample] = field(default_factory=list)

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        return EngineInfo("oracle", "oracle", self.window_tokens, can_rewrite=False, prices=PRICES)

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """Let the oracle move.

        Args:
            request: What a model would see.

        Yields:
            The completion.
        """
        assert self.episode is not None  # noqa: S101 - it is set before a question is asked
        move = self.episode.oracle(request)
        learned = not isinstance(move, Wrong)
        said = move.message if isinstance(move, Wrong) else Message.assistant(move) if isinstance(move, str) else move
        self.samples.append(Sample(request, said, learned))
        usage = Usage(0, count_message(said, self.counter), estimated=True)
        yield Completion(said, "tool_calls" if said.tool_calls else "stop", usage, "oracle")

    async def ready(self) -> None:
        """Do nothing: there is nothing to load."""

    async def aclose(self) -> None:
        """Do nothing: there is nothing to give back."""


@asynccontextmanager
async def recording(counter: TokenCounter, window_tokens: int = 8192) -> AsyncIterator[Recorder]:
    """Run a Riffler to play on, with a store of its own.

    Args:
        counter: Counts tokens as the model will that is trained.
        window_tokens: The window of that model.

    Yields:
        What plays episodes on it.
    """
    engine = OracleEngine(counter, window_tokens)
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data_folder=Path(folder), rewriting=False)
        async with Riffler(settings, engine=engine) as riffler:
            yield Recorder(riffler, engine)


@dataclass(frozen=True)
class Recorder:
    """Plays episodes on a Riffler whose engine is an oracle."""

    riffler: Riffler
    engine: OracleEngine

    async def play(self, episodes: Iterable[Episode]) -> AsyncIterator[Played]:
        """Play episodes, each in a session of its own that is deleted afterwards.

        Args:
            episodes: The episodes.

        Yields:
            Each as it went.
        """
        for episode in episodes:
            session: str | None = None
            ended: list[str] = []
            try:
                for each in (*episode.earlier, episode):
                    self.engine.samples = []
                    answer = await self._ask(each, episode.system if session is None else "", session)
                    session = answer.session
                    ended.append(answer.text)
            except OverBudget:
                yield Played(episode, (), "what can't be hidden is larger than the window")
                continue
            except EngineGarbled:  # the oracle wants to go on where a turn must end
                yield Played(episode, (), "it takes more calls than a turn may have")
                continue
            finally:
                if session is not None:  # that of a first question which failed is gone with it
                    await self.riffler.sessions.delete(SessionKey(self.riffler.tenant, session))
            samples, self.engine.samples = tuple(self.engine.samples), []
            if ended[:-1] != [each.answer for each in episode.earlier]:
                fault = "an earlier question ended wrong"
            else:
                fault = _fault(episode, samples, ended[-1])
            yield Played(episode, () if fault else tuple(each for each in samples if each.learned), fault)

    async def _ask(self, episode: Episode, system: str, session: str | None) -> Answer:
        self.engine.episode = episode
        texts = (*episode.contexts, episode.question)
        messages = (*([Message.system(system)] if system else []), *map(Message.user, texts))
        turn = self.riffler.turns.stream(self.riffler.tenant, messages, session, deltas=False)
        async with aclosing(turn) as progress:
            items = [item async for item in progress]
        assert isinstance(items[-1], Answer)  # noqa: S101 - a stream's last item is one
        return items[-1]


def _fault(episode: Episode, samples: tuple[Sample, ...], answer: str) -> str:
    if answer != episode.answer:
        return f"ended with {answer[:80]!r}"
    for sample in samples:
        seen = "\n".join(text for each in sample.request.messages for text in each.texts)
        said = sample.said.text
        if said not in wordings("find")["absent"]:
            words = {*_WORD.findall(seen)}
            if unseen := [word for word in _WORD.findall(said) if word not in words]:
                return f"{unseen[0]!r} was said and not to be seen"
        seen = seen.replace("«", "").replace("»", "")  # about what a search found
        unseen = [piece for piece in episode.whole if piece in said and piece not in seen]
        if sample.learned:
            unseen += [text for text in _copied(sample.said) if not _stands(text, seen, episode.whole)]
        if unseen:
            return f"{unseen[0]!r} was said and not to be seen whole"
    return ""


def _copied(said: Message) -> Iterator[str]:
    """Give what a move's calls have that must have been read somewhere: queries, markers, ids and cursors."""
    for call in said.tool_calls:
        arguments = json.loads(call.arguments)
        for name in _COPIED & arguments.keys():
            yield from [arguments[name]] if isinstance(arguments[name], str) else arguments[name]


def _stands(text: str, seen: str, whole: Sequence[str]) -> bool:
    """Tell whether a text can be seen, or a piece of it for which an episode vouches, as a key in a query."""
    return text in seen or any(piece in text and piece in seen for piece in whole)
