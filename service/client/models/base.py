"""What the shapes have in common.

A server of another version is read, too: the client stands in apps that are updated at other times than it. So fields
that aren't known are passed over; each `Literal` of a value that is read is one of `str` besides, as a later server may
have more of them; and a field that comes to a shape later gets a default here, as an earlier server doesn't send it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr

T = TypeVar("T")

Message = dict[str, Any]
"""A message in OpenAI's chat shape, as it was stored."""
Role = Literal["system", "developer", "user", "assistant", "tool"] | str
Actor = Literal["app", "model", "riffler"] | str
FragmentState = Literal["visible", "folded", "summarised"] | str
WantedState = Literal["open", "rewarded", "void"]
"""The state of the decisions that are asked for; only what is read is open."""
DecisionState = WantedState | str
Source = Literal["number", "feedback", "reference", "judge", "import"] | str
"""Where a reward comes from."""


class Out(BaseModel):
    """What comes as an answer."""

    # Strict, so that what is no reply of Riffler is told as such; an error about it must not quote a text of a user.
    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    described: ClassVar[str]
    """Its name in the API's description."""


class Tagged(Out):
    """What belongs to one version of a session."""

    _etag: str | None = PrivateAttr(None)

    @property
    def etag(self) -> str | None:
        """Names this version of this session: give it as `if_match` to change only what was seen. None of a stream."""
        return self._etag

    def tag(self, etag: str | None) -> None:
        """Say what the reply's header says. Only who reads the reply calls this."""
        self._etag = etag


class Page(Out, Generic[T]):
    """Some items, and where the next ones are.

    Attributes:
        items: The items, in order.
        next: Cursor of the next page; None on the last one.
    """

    items: tuple[T, ...]
    next: str | None
