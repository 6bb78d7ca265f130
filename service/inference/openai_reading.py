"""Reading an answer in the shape of OpenAI's chat API: a stream's chunks, or the one object without a stream.

Only the fields that are used are checked, because servers differ in the others. What many servers do otherwise than
OpenAI is taken as it is meant, and nothing else:

- A piece of a tool call without `index`, or with the index of another call but an id of its own, starts a new call.
- A call without an id, or with one that the conversation has already, gets a free one (`call_7`), in what came, too: a
  client that is given what came says that id again.
- `finish_reason` says `stop` although there are calls: it is `tool_calls`. The names of one more server are understood.
- `usage` in any chunk, in none, or malformed: the last good one counts, else an estimate, marked as one.
- Calls although `tool_choice` is `none`: they are dropped, as long as there is text.
- A call that is cut off at the token limit: a client of this API gets it as it is, for anybody else it is no answer.
- Reasoning in `reasoning_content` or `reasoning`, as text: it is kept apart. Who sends both sends the same twice.

Source of the shape: OpenAI, "Create chat completion" and "The chat completion chunk object",
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, NonNegativeInt, ValidationError

from riffler.errors import EngineFailed, EngineGarbled, InvalidMessage
from riffler.service.inference.estimate import estimated_usage
from riffler.service.inference.openai_errors import from_error_object
from riffler.service.ports.engine import Completion, EngineRequest, FinishReason, Usage, is_json
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import TokenCounter

_FINISH: MappingProxyType[str, FinishReason] = MappingProxyType(
    {
        "stop": "stop",
        "tool_calls": "tool_calls",
        "length": "length",
        "content_filter": "content_filter",
        "eos_token": "stop",  # Hugging Face's text-generation-inference
        "stop_sequence": "stop",
    }
)


class _Function(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _Call(BaseModel):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: object = None  # vLLM, SGLang, DeepSeek
    reasoning: object = None  # vLLM since 0.12, Ollama, OpenRouter
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    index: int = 0
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    choices: list[_Choice]
    model: str | None = None
    usage: object = None


class _Cached(BaseModel):
    cached_tokens: NonNegativeInt | None = None


class _Usage(BaseModel):
    prompt_tokens: NonNegativeInt
    completion_tokens: NonNegativeInt
    prompt_tokens_details: _Cached | None = None


@dataclass(slots=True)
class _Draft:
    """A tool call as far as its pieces have come."""

    id: str
    told: str = ""
    name: str = ""
    arguments: str = ""
    begun: bool = False

    def add(self, piece: _Call, came: dict[str, Any]) -> None:
        """Add a piece, in which the server's id becomes that of the call."""
        if not self.begun or (piece.id and self.told):
            came["id"] = self.id
        elif piece.id:  # one that comes late, where the call has got one already
            came["id"] = None
        self.told, self.begun = self.told or piece.id or "", True
        function = piece.function or _Function()
        if function.name != self.name:  # some servers repeat the whole name with every piece
            self.name += function.name or ""
        self.arguments += function.arguments or ""


class AnswerReader:
    """Collects one answer.

    Args:
        request: What is being answered.
        where: Who answers, to start an error's text with.

    Attributes:
        thought: What the last chunk adds to what the model thought; often empty.
    """

    def __init__(self, request: EngineRequest, where: str) -> None:
        self._request = request
        self._where = where
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self.thought = ""
        self._drafts: list[_Draft] = []
        self._by_index: dict[int, _Draft] = {}
        self._taken: set[str] | None = None
        self._number = 0
        self._finish: str | None = None
        self._refused = False
        self._usage: Usage | None = None
        self._model: str | None = None

    def add(self, value: object) -> str:
        """Take the next chunk, or the whole object of an answer that isn't streamed.

        Args:
            value: The decoded JSON. Calls in it get their ids, see above.

        Returns:
            The text that it adds, often empty.

        Raises:
            EngineFailed: The server reports an error in the place of an answer.
            EngineGarbled: It isn't in the API's shape.
        """
        if isinstance(value, dict) and value.get("error"):
            failed: EngineFailed = from_error_object(value["error"], self._where)
            raise failed
        try:
            chunk = _Chunk.model_validate(value)
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "the whole"
            raise self._garbled(f"{place}: {first['msg']}") from exc
        self._model = self._model or chunk.model
        self._usage = _usage_of(chunk.usage) or self._usage
        came = value["choices"] if isinstance(value, dict) else ()  # it is one: it was read as one
        pairs = zip(chunk.choices, came, strict=True)
        known = len(self._reasoning)
        text = "".join(self._add_choice(choice, raw) for choice, raw in pairs if choice.index == 0)
        self.thought = "".join(self._reasoning[known:])
        return text

    def completion(self, model: str, counter: TokenCounter) -> Completion:
        """Close the answer.

        Args:
            model: The model's name, when the server gave none.
            counter: Estimates the usage, when the server gave none.

        Returns:
            The completion.

        Raises:
            EngineGarbled: The answer ended early, or can't be kept as a message.
        """
        if self._finish is None:
            raise self._garbled("it ended without a finish_reason")
        finish = _FINISH.get(self._finish)
        if finish is None:
            raise self._garbled(f"finish_reason {self._finish!r} is unknown")
        text = "".join(self._text)
        calls = self._calls(finish)
        if calls and self._request.tool_choice == "none":
            if not text:
                raise self._garbled("it calls a tool although tool_choice is none")
            calls = ()
        if finish == "tool_calls" and not self._drafts:
            raise self._garbled("finish_reason is tool_calls, but there is no call")
        if finish in {"stop", "tool_calls"}:
            finish = "tool_calls" if calls else "stop"
        try:
            message = Message.assistant(text if text or not calls else None, calls)
        except InvalidMessage as exc:
            raise self._garbled(str(exc)) from exc
        thought = "".join(self._reasoning)
        usage = self._usage or estimated_usage(self._request, message, counter, thought)
        reason: FinishReason = "content_filter" if self._refused else finish
        return Completion(message, reason, usage, self._model or model, thought)

    def _add_choice(self, choice: _Choice, raw: dict[str, Any]) -> str:
        self._finish = choice.finish_reason or self._finish
        said = choice.delta or choice.message or _Said()
        if said.tool_calls:
            calls = raw["message" if choice.delta is None else "delta"]["tool_calls"]
            for piece, came in zip(said.tool_calls, calls, strict=True):
                self._draft_of(piece).add(piece, came)
        self._refused = self._refused or bool(said.refusal)
        text = (said.content or "") + (said.refusal or "")
        thought = next((value for value in (said.reasoning_content, said.reasoning) if isinstance(value, str)), "")
        try:
            (text + thought).encode()
        except UnicodeEncodeError as exc:
            raise self._garbled("half of a surrogate pair") from exc
        self._text.append(text)
        self._reasoning.append(thought)
        return text

    def _draft_of(self, piece: _Call) -> _Draft:
        if piece.index is not None:
            draft = self._by_index.get(piece.index)
            starts = draft is None or bool(piece.id and draft.told and piece.id != draft.told)
        else:
            draft = self._drafts[-1] if self._drafts else None
            starts = draft is None or bool(piece.id or (piece.function and piece.function.name))
        if draft is None or starts:
            draft = _Draft(self._free(piece.id or ""))
            self._drafts.append(draft)
        if piece.index is not None:
            self._by_index[piece.index] = draft
        return draft

    def _calls(self, finish: FinishReason) -> tuple[ToolCall, ...]:
        calls: list[ToolCall] = []
        for draft in self._drafts:
            if not draft.name:
                raise self._garbled("a tool call has no name")
            if finish == "length" and self._request.client is None and not is_json(draft.arguments):
                raise self._garbled(f"the arguments of {draft.name} are cut off at the token limit")
            calls.append(ToolCall(draft.id, draft.name, draft.arguments))
        return tuple(calls)

    def _free(self, name: str) -> str:
        """Give a new call its id: the server's, where the conversation has none of this name."""
        if self._taken is None:
            self._taken = {call.id for message in self._request.messages for call in message.tool_calls}
            self._number = len(self._taken)
        while not name or name in self._taken:
            name, self._number = f"call_{self._number}", self._number + 1
        self._taken.add(name)
        return name

    def _garbled(self, why: str) -> EngineGarbled:
        return EngineGarbled(f"{self._where} gave an answer that can't be read ({why})")


def _usage_of(value: object) -> Usage | None:
    try:
        usage = _Usage.model_validate(value)
    except ValidationError:
        return None
    details = usage.prompt_tokens_details or _Cached()
    return Usage(usage.prompt_tokens, usage.completion_tokens, details.cached_tokens or 0)
