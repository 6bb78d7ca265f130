"""What schemathesis doesn't know of itself: how a text becomes a body of JSON lines."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/jsonl")
def json_lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send a text as it is, whatever lines it has."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
