"""Every error that Riffler raises, as one small tree.

    RifflerError                      base; `str(error)` is one line that a user can act on
    ├── InvalidInput                  the caller gave something that can't be accepted; nothing was changed
    │   ├── InvalidMessage            a message isn't in OpenAI's chat shape, or can't be stored
    │   ├── UnpairedToolCall          a tool result without its call, or a call without its result
    │   ├── InvalidSetting            a setting has a value that isn't possible
    │   ├── InvalidReward             a reward isn't a finite number in [0, 1]
    │   └── RequestKeyReused          one name was given to two different requests
    ├── ToolRefused                   a context tool refused a call; the model reads the text and tries again
    │   ├── UnknownTool               no tool has this name
    │   ├── InvalidArguments          the arguments don't fit the tool's schema
    │   ├── PatternTooSlow            a search's pattern took longer, or more memory, than allowed, and was stopped
    │   ├── SearchTooSlow             a search without a pattern took longer than allowed, and was stopped
    │   ├── MarkerNotFound            a marker occurs nowhere in the roles searched
    │   ├── MarkerNotUnique           a marker occurs more than once
    │   ├── InvalidSpan               the span crosses messages, overlaps a fragment or is empty
    │   ├── NothingToCut              there is no text that this cut would part
    │   ├── NotJson                   a text was to be cut as JSON and isn't valid
    │   ├── UnknownFragment           the session has no fragment of this id
    │   ├── UnknownSearchHit          the session has no search hit of this id
    │   ├── InvalidState              the fragment is not in a state that allows this
    │   ├── Pinned                    the text is pinned: it can't be hidden
    │   ├── Guarded                   a strict fold would hide what appears nowhere else in view
    │   ├── NothingToUndo             no edit is there that an undo could go back over, or it would change nothing
    │   ├── TooFarBack                an undo wants to go back further than the session's history is kept
    │   ├── EmptySummary              a summary is empty, a refusal, or no shorter than its original
    │   └── SummaryFailed             the engine could not be asked for a summary
    ├── NotFound                      unknown and foreign are the same error, so that nothing leaks
    │   ├── UnknownSession
    │   ├── UnknownVersion            the session never had this version, or its history no longer goes back to it
    │   ├── UnknownDecision
    │   ├── UnknownPolicy             the tenant has no policy of this digest, or none that has decided anything
    │   └── UnknownKey                the tenant has no API key of this id
    ├── Conflict                      somebody else was first; load again and decide again
    │   ├── VersionConflict           the session's version is not the one that the caller read
    │   ├── SessionBusy               another turn holds the session's lease
    │   ├── LeaseLost                 this turn's lease ran out and can't be renewed
    │   ├── SessionExists             a session of this id exists already
    │   ├── TurnOvertaken             the conversation went on, so an interrupted turn can't be continued
    │   └── LogReplaced               the log of decisions was replaced by another one while it was read
    ├── KeyRefused                    no API key came with a request, or none that is valid
    ├── ScopeMissing                  the API key may not do this
    ├── LimitReached                  the API key, or its tenant, has used what it may
    ├── OverBudget                    the conversation can't be made to fit the engine's window
    ├── MemoryFailed                  the working memory's store did not do what was asked
    │   ├── MemoryUnavailable         the store can't be reached, or can't be started
    │   ├── MemoryFull                the store refuses writes: disk or memory is full
    │   ├── MemoryCorrupt             what the store holds can't be read back as what was stored
    │   └── DurabilityUnavailable     the store can't promise the durability that was asked for
    ├── EngineFailed                  the model's engine did not answer
    │   ├── EngineUnavailable         it can't be reached
    │   ├── EngineTimeout             it took longer than allowed
    │   ├── EngineRejected            it refused the request (credentials, unknown model, bad request)
    │   ├── EngineBusy                it is rate limited or overloaded
    │   ├── EngineGarbled             its answer isn't in the API's shape, or was cut off
    │   └── EngineOutOfMemory         its device has too little memory for the request
    ├── RewriteFailed                 features, policy or arm failed; the raw query goes on (the design's rule 8)
    ├── JudgeFailed                   the judge gave no verdict that can be read; nothing is learned
    ├── TooManyListeners              as many listen for changes as may; asked again later, there may be room
    ├── ReportsBusy                   too many reports on logs are waited for already; asked again later, it comes
    ├── ServiceStopping               the service stops before the answer was there; asked again, it comes
    └── ClientError                   what the Python client raises beside: see `service/client/errors.py`

Foreign errors are translated once, where they enter, with `from exc`. No leaf knows of HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


class RifflerError(Exception):
    """Base of all errors that Riffler raises.

    Args:
        text: What happened, in our own words.
        quoted: What another program said of it, which may repeat a user's text. It ends the message, and is never
            logged or kept.

    Attributes:
        loggable: The message without what is quoted.
    """

    def __init__(self, text: str = "", quoted: str = "") -> None:
        super().__init__(text + quoted)
        self.loggable = text
        self.quoted = quoted


class InvalidInput(RifflerError):
    """The caller gave something that can't be accepted. Nothing was changed."""


class InvalidMessage(InvalidInput):
    """A message isn't in OpenAI's chat shape, or can't be stored."""


class UnpairedToolCall(InvalidInput):
    """A tool result has no call before it, or a call has no result after it."""


class InvalidSetting(InvalidInput):
    """A setting has a value that isn't possible."""


class InvalidReward(InvalidInput):
    """A reward isn't a finite number in [0, 1]."""


class RequestKeyReused(InvalidInput):
    """One name was given to two different requests. The first one stands."""


class ToolRefused(RifflerError):
    """A context tool refused a call. Nothing was changed, and the text says what would work."""


class UnknownTool(ToolRefused):
    """No tool has this name."""


class InvalidArguments(ToolRefused):
    """The arguments don't fit the tool's schema."""


class PatternTooSlow(ToolRefused):
    """A search's pattern took longer, or more memory, than allowed, and was stopped."""


class SearchTooSlow(ToolRefused):
    """A search without a pattern took longer than allowed, and was stopped."""


class MarkerNotFound(ToolRefused):
    """A marker occurs nowhere in the messages of the roles searched."""


class MarkerNotUnique(ToolRefused):
    """A marker occurs more than once."""


class InvalidSpan(ToolRefused):
    """The span crosses messages, overlaps a fragment, or is empty."""


class NothingToCut(ToolRefused):
    """There is no text left that this cut would part."""


class NotJson(ToolRefused):
    """A text was to be cut as JSON, and isn't valid."""


class UnknownFragment(ToolRefused):
    """The session has no fragment of this id."""


class UnknownSearchHit(ToolRefused):
    """The session has no search hit of this id."""


class InvalidState(ToolRefused):
    """The fragment is not in a state that allows this."""


class Pinned(ToolRefused):
    """The text is pinned and can't be hidden."""


class Guarded(ToolRefused):
    """A strict fold would hide what appears nowhere else in view."""


class NothingToUndo(ToolRefused):
    """No edit is there that an undo could go back over, or going back would change nothing."""


class TooFarBack(ToolRefused):
    """An undo wants to go back further than the session's history is kept."""


class EmptySummary(ToolRefused):
    """A summary is empty, reads as a refusal, or is no shorter than its original."""


class SummaryFailed(ToolRefused):
    """The engine could not be asked for a summary."""


class NotFound(RifflerError):
    """Nothing of this id exists for this tenant."""


class UnknownSession(NotFound):
    """The tenant has no session of this id."""


class UnknownVersion(NotFound):
    """The session never had this version, or its history no longer goes back to it."""


class UnknownDecision(NotFound):
    """The tenant has no decision of this id."""


class UnknownPolicy(NotFound):
    """The tenant has no policy of this digest, or none that has decided anything."""


class UnknownKey(NotFound):
    """The tenant has no API key of this id."""


class KeyRefused(RifflerError):
    """No API key came, or none that is valid: unknown, expired and revoked are the same error.

    Attributes:
        came: Whether one came.
    """

    came: bool = False


class ScopeMissing(RifflerError):
    """The API key may not do this.

    Attributes:
        needed: The scopes that it takes.
    """

    needed: tuple[str, ...] = ()


class LimitReached(RifflerError):
    """The API key, or its tenant, has used what it may.

    Attributes:
        retry_s: After how many seconds it may go on; None where no time mends it.
    """

    retry_s: int | None = None


class Conflict(RifflerError):
    """Somebody else was first."""


class VersionConflict(Conflict):
    """The session's version is not the one that the caller read."""


class SessionBusy(Conflict):
    """Another turn holds the session's lease."""


class LeaseLost(Conflict):
    """This turn's lease ran out, so it may write no more."""


class SessionExists(Conflict):
    """A session of this id exists already."""


class TurnOvertaken(Conflict):
    """The conversation went on, so an interrupted turn can't be continued."""


class LogReplaced(Conflict):
    """The log of decisions was replaced by another one, or lost its end, while it was read."""


class OverBudget(RifflerError):
    """The conversation can't be made to fit the engine's window."""


class MemoryFailed(RifflerError):
    """The working memory's store did not do what was asked."""


class MemoryUnavailable(MemoryFailed):
    """The store can't be reached, or can't be started."""


class MemoryFull(MemoryFailed):
    """The store refuses writes, because its disk or its memory is full."""


class MemoryCorrupt(MemoryFailed):
    """What the store holds can't be read back as what was stored."""


class DurabilityUnavailable(MemoryFailed):
    """The store can't promise the durability that was asked for."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a model's server itself said in place of an answer, for who passes it on as it came.

    Attributes:
        status: Its status; 0 when it said this in the middle of an answer.
        body: JSON text; empty when it said none. It may quote a user's text.
        headers: What it said of trying again and of its limits, names in lower case.
    """

    status: int
    body: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def without(self, secret: str) -> "Refusal":
        """Give it without a secret that it repeats."""
        headers = {name: value.replace(secret, "***") for name, value in self.headers.items()}
        return Refusal(self.status, self.body.replace(secret, "***"), headers)


class EngineFailed(RifflerError):
    """The engine did not answer.

    Attributes:
        refusal: What its server itself said; None when it said nothing.
        at: Its server's address; empty when it has none. It is for the operator: `str` has it, `loggable` and `told`,
            which go on to others, don't.
    """

    refusal: Refusal | None = None
    at: str = ""

    def __str__(self) -> str:
        """Give the whole message, with the address."""
        return f"{self.loggable} [{self.at}]{self.quoted}" if self.at else super().__str__()

    @property
    def told(self) -> str:
        """Give the message for clients: without what the network said, which may name a host."""
        return self.loggable if self.at and self.refusal is None else self.loggable + self.quoted


class EngineUnavailable(EngineFailed):
    """The engine can't be reached."""


class EngineTimeout(EngineFailed):
    """The engine took longer than allowed."""


class EngineRejected(EngineFailed):
    """The engine refused the request."""


class EngineBusy(EngineFailed):
    """The engine is rate limited or overloaded."""


class EngineGarbled(EngineFailed):
    """The engine's answer isn't in the API's shape, or was cut off."""


class EngineOutOfMemory(EngineFailed):
    """The engine's device has too little memory for the request."""


class RewriteFailed(RifflerError):
    """Features, policy or arm failed. The raw query goes on unchanged."""


class JudgeFailed(RifflerError):
    """The judge's engine failed, or what it said is no verdict. Nothing is learned."""


class ReportsBusy(RifflerError):
    """Too many reports on logs are waited for already."""


class TooManyListeners(RifflerError):
    """As many listen for changes already as one process serves."""


class ServiceStopping(RifflerError):
    """The service stops, and the answer wasn't there in time."""
