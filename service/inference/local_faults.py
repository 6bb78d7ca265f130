"""What `LocalApi` can be told to do wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal[
    "status",
    "slow",
    "stall",
    "cut",
    "bad_json",
    "bad_sse",
    "no_usage",
    "no_choices",
    "unfinished",
    "error_event",
    "refusal",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one answer.

    Attributes:
        kind: What goes wrong:
            `status`: another status than 200, with OpenAI's error object.
            `slow`: nothing comes, not even headers, for `seconds`.
            `stall`: half of the answer comes, and the other half after `seconds`.
            `cut`: half of the answer comes, then the connection is closed.
            `bad_json`: the JSON text of the answer, or of a chunk in the middle of the stream, breaks off.
            `bad_sse`: the stream's lines lack `data:`. An answer that isn't streamed is an HTML page.
            `no_usage`: usage is left out, even when asked for.
            `no_choices`: every `choices` is empty.
            `unfinished`: there is no `finish_reason`.
            `error_event`: an error object takes the place of the second half, with status 200.
            `refusal`: the text comes as `refusal`.
        status: The status of `status`, and the code of `error_event`.
        message: The text of an error.
        error_type: The `type` of an error.
        headers: Headers beside the usual ones, for example `retry-after-ms`.
        seconds: How long `slow` and `stall` last. The default lasts until the client, or the server, goes.
    """

    kind: FaultKind
    status: int = 500
    message: str = "a fault on demand"
    error_type: str = "local_fault"
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = math.inf
