"""What a client hears of a turn: the model's chunks as they came, without what is done inside.

A reply that calls Riffler's tools is none of the client's business, but that shows only at its end: text comes before
calls. So while such calls may come, a reply's first words are held back: a remark before a call is short, and goes with
it; a longer text goes out as it comes. Should a call follow even so, the client keeps what it heard, and the answer
goes on behind it. From the first piece of a call on all is held until the reply is whole. Where none of Riffler's tools
are on offer, nothing is held back.

What ends the answer waits for the turn's own end, when all is kept: many clients leave at it, and who leaves before
the end takes the turn back. The usage comes last, when all calls are known. Pure but for the ids of chunks made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from riffler.service.agent.progress import Answer, AnswerDelta, Calling, Progress, Rewriting, Said, ToolStep
from riffler.service.integrations.openai_proxy.asked import Asked
from riffler.service.integrations.openai_proxy.made import Maker, call_deltas
from riffler.service.integrations.openai_proxy.usage import added, usage_object
from riffler.service.ports.engine import Usage

REMARK: Final = 240
"""Characters of a reply that are held back: two or three sentences."""


class Outgoing:
    """Makes what goes out of what a turn tells.

    Args:
        asked: What the client asked.
        model: The model's name, where its engine doesn't write chunks itself.
        inside: Whether calls may come that are run inside.

    Attributes:
        answered: Whether the engine has begun to answer: from then on nothing can be refused by a status.
        rewriting: What was chosen for the query; None before that.
        answer: The turn's answer; None before it is there.
        session: The session's name; empty before one is found.
        saved_tokens: Tokens that the views so far had fewer than the conversation, added up.
        said: The assistant's message, as the client heard it; complete at the end.
    """

    def __init__(self, asked: Asked, model: str, *, inside: bool) -> None:
        self._asked, self._inside = asked, inside
        self._maker = Maker(model)
        self._ready: list[dict[str, Any]] = []
        self._held: list[dict[str, Any]] = []
        self._ending: list[dict[str, Any]] = []
        self._live = not inside
        self._calls = self._begun = self._raw = False
        self._text = self._leaked = ""
        self._usages: list[Mapping[str, Any]] = []
        self._counted = Usage(0, 0)
        self._usage_chunk: dict[str, Any] | None = None
        self._reported: Mapping[str, Any] | None = None
        self._whole: dict[str, Any] = {}
        self._shown: list[dict[str, Any]] = []
        self.answered = False
        self.rewriting: Rewriting | None = None
        self.answer: Answer | None = None
        self.session = ""
        self.saved_tokens = 0
        self.said: dict[str, Any] = {"role": "assistant"}

    def hear(self, item: Progress) -> None:
        """Take what happened.

        Args:
            item: What the turn tells.
        """
        self._ready += self._heard(item)

    def take(self) -> list[dict[str, Any]]:
        """Take what is to be sent now.

        Returns:
            Chunks, each once.
        """
        ready, self._ready = self._ready, []
        return ready

    def _heard(self, item: Progress) -> list[dict[str, Any]]:
        match item:
            case Rewriting():
                self.rewriting = item
                return self._show({"rewriting": _shown_rewriting(item)})
            case ToolStep():
                return self._show({"step": _shown_step(item)})
            case Calling(whole, seen):
                self.saved_tokens += whole - seen
                self._held, self._live, self._calls, self._raw, self._text = [], not self._inside, False, False, ""
                return []
            case AnswerDelta():
                self.answered = True
                return self._delta(item)
            case Said():
                self.answered = True
                return self._replied(item)
            case Answer():
                self.answer = item
                return [*self._take_shown(), *self.end()]
            case _:
                return []

    def whole(self) -> dict[str, Any]:
        """Give the answer that isn't streamed, once it is there.

        Returns:
            The object.
        """
        whole = dict(self._whole)
        usage = self._usage()
        if usage:
            whole["usage"] = usage
        if self._asked.shows:
            whole["riffler"] = [each["riffler"] for each in self._shown]
        return whole

    def _show(self, what: dict[str, Any]) -> list[dict[str, Any]]:
        """Show what is done inside to who wants to see it: in a stream at once, but not before the engine answers."""
        if self._asked.shows:
            self._shown.append(self._maker.aside(riffler=what))
        return self._take_shown()

    def _take_shown(self) -> list[dict[str, Any]]:
        if not self._asked.stream or not self.answered:
            return []
        shown, self._shown = self._shown, []
        return shown

    def _delta(self, item: AnswerDelta) -> list[dict[str, Any]]:
        if not self._asked.stream:
            return []
        if item.raw is None:
            first = not self._text and not self._begun and not self._held
            chunk = self._maker.chunk({"role": "assistant", "content": item.text} if first else {"content": item.text})
        else:
            self._raw, chunk = True, dict(item.raw)
        if not chunk.get("choices") and chunk.get("usage"):
            self._usage_chunk, self._reported = chunk, chunk["usage"]
            return self._take_shown()
        self._text += item.text
        self._calls = self._calls or _has_calls(chunk)
        if self._live and not (self._calls and self._inside):
            return [*self._take_shown(), *self._out([chunk])]
        self._held.append(chunk)
        if not self._calls and len(self._text) > REMARK:
            self._live = True
            return [*self._take_shown(), *self._release()]
        return self._take_shown()

    def _replied(self, item: Said) -> list[dict[str, Any]]:
        completion = item.completion
        reported = self._reported if self._asked.stream else (completion.raw or {}).get("usage")
        self._usages.append(reported if isinstance(reported, Mapping) else usage_object(completion.usage))
        self._reported = None
        self._counted += completion.usage
        if item.ours and not item.theirs:  # all inside
            if self._live:
                self._leaked += self._text
            self._held, self._ending = [], []
            return self._take_shown()
        self._note(item)
        if not self._asked.stream:
            self._whole = self._object(item)
            return []
        if not self._raw:
            self._held += self._made(item)
        elif item.ours:
            self._held = self._without_ours(item)
        return [*self._take_shown(), *self._release()]

    def _note(self, item: Said) -> None:
        text = item.completion.message.text
        if self._leaked or text:
            self.said["content"] = self._leaked + text
        if item.theirs:
            self.said["tool_calls"] = [call.to_dict() for call in item.theirs]

    def _object(self, item: Said) -> dict[str, Any]:
        raw = item.completion.raw
        whole = self._maker.answer(item.completion) if raw is None else dict(raw)
        if item.ours:
            first, *others = whole["choices"]
            message = {**first["message"], "tool_calls": [call.to_dict() for call in item.theirs]}
            whole["choices"] = [{**first, "message": message}, *others]
        return whole

    def _made(self, item: Said) -> list[dict[str, Any]]:
        """Make the chunks of the calls and of the end, for an engine that gives texts only."""
        deltas = call_deltas(item.theirs)
        if deltas and not self._text and not self._begun:
            deltas[0] = {"role": "assistant", "content": None, **deltas[0]}
        elif not deltas and not self._text and not self._begun:
            deltas = [{"role": "assistant", "content": ""}]
        chunks = [self._maker.chunk(delta) for delta in deltas]
        return [*chunks, self._maker.chunk({}, item.completion.finish_reason)]

    def _without_ours(self, item: Said) -> list[dict[str, Any]]:
        """Put the client's calls, each whole, in the place of all calls, however much a server puts in a chunk."""
        kept: list[dict[str, Any]] = []
        placed = False
        for chunk in self._held:
            if not _has_calls(chunk):
                kept.append(chunk)
                continue
            first = chunk["choices"][0]
            beside = {name: value for name, value in first["delta"].items() if name != "tool_calls"}
            deltas = [beside] if any(beside.values()) else []  # the role and text, before calls
            if not placed:
                placed, deltas = True, [*deltas, *call_deltas(item.theirs)]
            if first.get("finish_reason") or chunk.get("usage"):  # once, behind all else
                deltas.append({})
            plain = {**chunk, "usage": None} if "usage" in chunk else chunk
            kept += [{**plain, "choices": [{**first, "delta": delta, "finish_reason": None}]} for delta in deltas]
            if deltas and not deltas[-1]:
                kept[-1] = {**chunk, "choices": [{**first, "delta": {}}]}
        return kept

    def _release(self) -> list[dict[str, Any]]:
        held, self._held = self._held, []
        return self._out(held)

    def _out(self, chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give those of the next chunks that may go out; the answer's end, and what comes behind it, waits."""
        cleaned = [self._cleaned(chunk) for chunk in chunks]
        ends = 0 if self._ending else next((at for at, chunk in enumerate(cleaned) if _finishes(chunk)), len(cleaned))
        self._ending += cleaned[ends:]
        return cleaned[:ends]

    def _cleaned(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """Take off a chunk what Riffler alone asked for, and the role where the answer has begun already."""
        if not self._asked.wants_usage:
            chunk.pop("usage", None)
        choices = chunk.get("choices") or [{}]
        if self._leaked and "role" in (choices[0].get("delta") or {}):
            delta = {name: value for name, value in choices[0]["delta"].items() if name != "role"}
            chunk["choices"] = [{**choices[0], "delta": delta}, *choices[1:]]
        self._begun = True
        return chunk

    def _usage(self) -> dict[str, Any]:
        """Add up all calls of the turn: those that the client hears of, and those inside (rewrites, summaries)."""
        usage = added(self._usages)
        if self.answer is None:
            return usage
        total, known = self.answer.usage, self._counted
        inner = Usage(
            total.prompt_tokens - known.prompt_tokens,
            total.completion_tokens - known.completion_tokens,
            total.cached_tokens - known.cached_tokens,
        )
        return added([usage, usage_object(inner)]) if inner != Usage(0, 0) else usage

    def end(self) -> list[dict[str, Any]]:
        """Take what ends a stream, once the turn is over.

        Returns:
            The chunks that waited for it, and the one with the usage where it is wanted.
        """
        ending, self._ending = self._ending, []
        # A server that tells the usage with a piece of the answer has told it already.
        told = self._raw and self._usage_chunk is None and len(self._usages) == 1
        if told or not (self._asked.stream and self._asked.wants_usage):
            return ending
        return [*ending, {**(self._usage_chunk or self._maker.aside()), "usage": self._usage()}]


def _finishes(chunk: Mapping[str, Any]) -> bool:
    return any(choice.get("finish_reason") for choice in chunk.get("choices") or ())


def _has_calls(chunk: Mapping[str, Any]) -> bool:
    return any((choice.get("delta") or {}).get("tool_calls") for choice in chunk.get("choices") or ())


def _shown_step(step: ToolStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "tool": step.tool,
        "arguments": step.arguments,
        "reply": step.reply,
        "refused": step.refused,
    }


def _shown_rewriting(rewriting: Rewriting) -> dict[str, Any]:
    return {
        "decision": rewriting.decision,
        "arm": rewriting.arm,
        "propensity": rewriting.propensity,
        "executed": rewriting.executed,
        "query": rewriting.query,
        "rewritten": rewriting.rewritten,
        "note": rewriting.note,
    }
