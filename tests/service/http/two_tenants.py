"""Requests of each operation, made of the API's description, as one who would cross from tenant to tenant makes them.

Where the description has an operation with a body, a needed query or a name in its path that this file doesn't know,
`requests_of` fails: a new operation has to say here how it is asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

QUESTION: Final = {"question": "Where is the boat?"}
_SAID: Final = [{"role": "user", "content": "Where is the boat?"}]
BODIES: Final[Mapping[str, Any]] = {
    "create_session": {"messages": _SAID},
    "append_messages": {"messages": _SAID},
    "fork_session": {},
    "call_tool": {"arguments": {"queries": ["boat"]}},
    "ask": QUESTION,
    "ask_in_session": QUESTION,
    "rewrite_query": {"query": "Where is the boat?"},
    "rewrite_query_in_session": {"query": "Where is the boat?"},
    "explain_query": {"query": "Where is the boat?"},
    "explain_query_in_session": {"query": "Where is the boat?"},
    "reward_decision": {"reward": 0.5},
    "correct_reward": {"reward": 0.5},
    "reward_decisions": {"rewards": []},
    "complete_chat": {"model": "riffler", "messages": _SAID},
    "create_key": {"scopes": ["read"]},
    "rotate_key": {},
    "import_log": None,  # lines, and none will do
    "import_tenant": None,  # the same
}
QUERIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "read_diff": {"from": 0},
    "read_value": {"policy": "fixed:none"},
    "read_original": {"message": 0},
    "search_session": {"query": "boat"},
    "delete_tenant": {"tenant": "none-of-them"},
}
ENDLESS: Final = {"listen"}
"""Operations whose answer has no end; they are listened to apart."""


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        operation: Its name in the description.
        method: How.
        path: Where to, with names in braces.
        names: What the names in braces are.
    """

    operation: str
    method: str
    path: str
    names: tuple[str, ...]

    def send(self, client: httpx.AsyncClient, headers: Mapping[str, str], names: Mapping[str, str]) -> Any:
        """Send it.

        Args:
            client: The client.
            headers: Who asks.
            names: What stands in the path, as it goes over the wire.

        Returns:
            The answer, to be awaited.
        """
        path = self.path
        for name in self.names:
            path = path.replace(f"{{{name}}}", names[name])
        body: dict[str, Any] = {}
        if self.operation in {"import_log", "import_tenant"}:
            body = {"content": b"", "headers": {"Content-Type": "application/jsonl"}}
        elif self.operation in BODIES:
            body = {"json": BODIES[self.operation]}
        sent = {**headers, "X-Request-Id": "same", **body.pop("headers", {})}
        query = QUERIES.get(self.operation) or None
        return client.request(self.method, path, params=query, headers=sent, **body)


def requests_of(description: Mapping[str, Any]) -> Iterator[Asked]:
    """Make a request of each operation.

    Args:
        description: The API's.

    Yields:
        The requests.
    """
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            name, parameters = operation["operationId"], operation["parameters"]
            assert ("requestBody" in operation) == (name in BODIES), f"how is {name} asked?"
            needed = {each["name"] for each in parameters if each["in"] == "query" and each.get("required")}
            assert needed == QUERIES.get(name, {}).keys(), f"what does {name} need?"
            yield Asked(name, method.upper(), path, tuple(each["name"] for each in parameters if each["in"] == "path"))


def told(answer: httpx.Response, names: Mapping[str, str]) -> tuple[int, tuple[tuple[str, str], ...], str]:
    """Give all that an answer tells but the time, with the names that were asked for written as one."""
    headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name not in {"date"}))
    text = answer.text
    for kind, name in names.items():
        text = text.replace(name, f"<{kind}>")
    return answer.status_code, headers, text


def encoded(name: str) -> str:
    """Percent-encode each character of a name, also those that needn't be."""
    return "".join(f"%{byte:02X}" for byte in name.encode())


def other(name: str) -> str:
    """Make a name of the same length and kind that nothing has."""
    return f"{name[:-1]}{'0' if name[-1] != '0' else '1'}"
