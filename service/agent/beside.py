"""What a client of OpenAI's API brings beside its messages: tools of its own, and fields for the engine.

Its tools are offered beside Riffler's. A reply may call both: Riffler's calls run inside, and are kept with their
results as a step before the client's calls, which go out and end the turn for now. So each result stands right behind
its call, and the conversation holds the client's messages as the client sends them.

What ends a reply is the client's to say, too. A few tokens, or a text to stop at, may end it within a call of
Riffler's; the next one would end there as well. Such a reply is left out, and Riffler's tools are offered no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from riffler.service.agent.room import Room
from riffler.service.ports.engine import ClientFields, Completion, Sampling, is_json, most_completion_tokens
from riffler.tools.messages import ToolCall
from riffler.tools.registry import Registry


@dataclass(frozen=True, slots=True)
class Beside:
    """What a client brings beside its messages.

    Attributes:
        tools: Its own tools, in OpenAI's shape.
        fields: Further fields of its request, for an engine that is a server of that API.
        sampling: How tokens are drawn, for one that isn't.
        offers: Whether Riffler's tools are offered, too.
        counted: What all tools of its room were counted to be; see `Room`.
    """

    tools: Sequence[dict[str, Any]] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    sampling: Sampling = field(default_factory=Sampling)
    offers: bool = True
    counted: dict[object, int] = field(default_factory=dict, repr=False, compare=False)

    def room(self, room: Room) -> Room:
        """Give the room that is left beside what the client brings.

        Args:
            room: The room of turns without a client's tools.

        Returns:
            The room, with the tools of Riffler that are on offer.
        """
        # A client may ask for as many tokens as the window has, and more: what it doesn't use isn't taken from the
        # conversation, and the server judges what doesn't fit.
        kept = most_completion_tokens(room.engine.info, room.completion_tokens)
        return replace(
            room,
            offered=room.offered if self.offers else Registry(()),
            sighted=room.sighted and self.offers,  # the status block tells of tools
            beside=tuple(self.tools),
            completion_tokens=min(kept, self.sampling.max_tokens or kept),
            counted=self.counted,
        )

    def asks(self, *, first: bool) -> ClientFields:
        """Give what the engine is asked for.

        Args:
            first: Whether it is the turn's first call: if that fails nothing is lost, and the client may try again.

        Returns:
            The client's fields.
        """
        return ClientFields(self.fields, retry=not first)

    def part(self, calls: Sequence[ToolCall]) -> tuple[tuple[ToolCall, ...], tuple[ToolCall, ...]]:
        """Part the calls of a reply.

        Args:
            calls: The calls, in order.

        Returns:
            Those that Riffler runs (or refuses), and those that go to the client.
        """
        names = {tool.get("function", {}).get("name") for tool in self.tools}
        theirs = [call for call in calls if call.name in names or not self.offers]
        return tuple(call for call in calls if call not in theirs), tuple(theirs)

    def cuts_off(self, completion: Completion, ours: Sequence[ToolCall]) -> bool:
        """Tell whether what the client asked for ended a reply within a call of Riffler's.

        Args:
            completion: The reply. Some servers say that its calls ended it where the limit did.
            ours: Its calls that Riffler would run.

        Returns:
            Whether it did. A call that a model wrote badly by itself is none of these: it hears so, and tries again.
        """
        most, written = self.sampling.max_tokens, completion.usage.completion_tokens
        if completion.finish_reason == "length" or (most is not None and written >= most):
            return not all(is_json(call.arguments) for call in ours)
        return bool(self.sampling.stop) and not all(is_json(call.arguments or "{}") for call in ours)
