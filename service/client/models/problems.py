"""Problems over the wire (RFC 9457)."""

from __future__ import annotations

from typing import ClassVar

from riffler.service.client.models.base import Out


class Complaint(Out):
    """What is wrong with one field.

    Attributes:
        field: Where: `body.question`, `query.limit`, `header.if-match`.
        expected: What would be right.
        got: What came, at most 80 characters.
    """

    described: ClassVar[str] = "Complaint"

    field: str
    expected: str
    got: str


class Problem(Out):
    """Why a request failed (RFC 9457). Nothing was changed, unless `detail` says that this isn't known.

    Attributes:
        type: Names the kind of problem.
        title: The kind in words; the same for all of a kind.
        status: The HTTP status.
        detail: What happened here, and what would work.
        instance: Names this occurrence: the request's id as a URN.
        errors: One by one, where fields are wrong.
    """

    described: ClassVar[str] = "Problem"

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Complaint, ...] | None = None
