"""Which operation takes which scopes: all of them, in one table, by the name that the description has for it.

`text` is needed wherever an answer may hold text of users that was stored before the request, whatever the way: read,
searched, or put into words by a model that reads the session. A question in a new session has nothing but its own.
An operation that isn't in the table can't be served: the app refuses to be made. A test holds it to the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from riffler.service.ports.access import SCOPES, Scope


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operation takes.

    Attributes:
        scopes: A key that has them all; None is no key.
        own: Whether it must be of the service's own tenant, since what it tells is of all tenants together.
    """

    scopes: frozenset[Scope] | None
    own: bool = False

    @property
    def listed(self) -> tuple[Scope, ...]:
        """The scopes in their order."""
        return tuple(scope for scope in SCOPES if scope in (self.scopes or ()))


def _needs(*scopes: Scope, own: bool = False) -> Needs:
    return Needs(frozenset(scopes), own)


NOTHING = Needs(None)
_READ, _READ_TEXT, _WRITE, _WRITE_TEXT = (
    _needs("read"),
    _needs("read", "text"),
    _needs("write"),
    _needs("write", "text"),
)
_ADMIN = _needs("admin")

MCP = _needs("read", "write", "text", own=True)
"""What a client of the MCP server takes, whose tenant is the service's own: its tools read and change sessions."""

NEEDS: Mapping[str, Needs] = MappingProxyType(
    {
        # For probes: a container's health check has no key. They tell of nobody's data.
        "livez": NOTHING,
        "readyz": NOTHING,
        "metrics": _needs("read", own=True),
        "read_health": _needs("read", own=True),
        # Sessions
        "list_sessions": _READ,
        "read_session": _READ,
        "create_session": _WRITE,
        "delete_session": _WRITE,
        "append_messages": _WRITE,
        "fork_session": _WRITE,
        "read_history": _READ,
        "read_token_parts": _READ,
        "read_originals": _READ_TEXT,
        "read_view": _READ_TEXT,
        "read_fragments": _READ_TEXT,
        "read_events": _READ_TEXT,
        "read_diff": _READ_TEXT,
        "read_pieces": _READ_TEXT,
        "read_original": _READ_TEXT,
        "search_session": _READ_TEXT,
        # Tools and questions
        "list_tools": _READ,
        "call_tool": _WRITE_TEXT,
        "ask": _WRITE,
        "ask_in_session": _WRITE_TEXT,
        "rewrite_query": _WRITE,
        "rewrite_query_in_session": _WRITE_TEXT,
        "explain_query": _WRITE,  # changes nothing, but asks the engine
        "explain_query_in_session": _WRITE_TEXT,
        "complete_chat": _WRITE_TEXT,  # it may name a session
        "list_models": _READ,
        "read_model": _READ,
        "list_engines": _READ,
        # Decisions and policies
        "list_decisions": _READ,
        "read_decision": _READ,
        "read_rewrite": _READ_TEXT,
        "explain_decision": _READ,
        "reward_decision": _WRITE,
        "correct_reward": _WRITE,
        "reward_decisions": _WRITE,
        "list_policies": _READ,
        "read_policy": _READ,
        "read_arms": _READ,
        "list_decisions_of_policy": _READ,
        "read_regret": _READ,
        "read_value": _READ,
        "export_log": _READ,
        "import_log": _WRITE,
        # What happens and costs
        "read_costs": _READ,
        "list_turns": _READ,
        "listen": _READ,
        # All of a tenant
        "export_tenant": _needs("text", "admin"),
        "import_tenant": _needs("write", "admin"),
        "delete_tenant": _needs("write", "admin"),
        # Keys
        "list_keys": _ADMIN,
        "create_key": _ADMIN,
        "rotate_key": _ADMIN,
        "revoke_key": _ADMIN,
    }
)
