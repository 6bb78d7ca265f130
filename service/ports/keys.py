"""The names of all keys in Redis, in one place.

Each key carries the tenant, but for the table by which a tenant is found. Parts are percent-encoded, so that no text
can pass for a separator or a hash tag: tenant `a:b` with session `c` and tenant `a` with session `b:c` have different
keys. All keys of one session share a hash tag, and so do all keys of one policy, because scripts on a cluster need it.
"""

from __future__ import annotations

from urllib.parse import quote

from riffler.service.ports.memory import SessionKey

_POLICY_PARTS = ("decisions", "states", "rewards", "changes", "order", "unexecuted", "grades", "costs", "audits")
_SESSION_PARTS = ("state", "messages", "fragments", "hits", "events", "lease", "receipts", "gone")


def session_name(key: SessionKey) -> str:
    """Give a name that no other session has, of any tenant."""
    return f"{_encoded(key.tenant)}/{_encoded(key.session)}"


def session_keys(key: SessionKey) -> list[str]:
    """Name the keys of a session.

    Args:
        key: The session.

    Returns:
        The keys of its state, messages, fragments, hits, events, lease, receipts and what is left of a deleted one, in
        this order: what the scripts take.
    """
    tag = f"riffler:{{{_encoded(key.tenant)}/s/{_encoded(key.session)}}}"
    return [f"{tag}:{part}" for part in _SESSION_PARTS]


def staged_keys(key: SessionKey, token: str) -> list[str]:
    """Name the keys where a session is put together before it gets its name.

    Args:
        key: The session.
        token: Of its creation.

    Returns:
        The keys of its messages, fragments, hits and events, in this order, with the session's hash tag.
    """
    tag = f"riffler:{{{_encoded(key.tenant)}/s/{_encoded(key.session)}}}"
    return [f"{tag}:staged:{_encoded(token)}:{part}" for part in _SESSION_PARTS[1:5]]


def session_index(tenant: str) -> str:
    """Name the key of a tenant's list of sessions.

    Args:
        tenant: Whose.

    Returns:
        The key. Its hash tag isn't that of the sessions: on a cluster they live apart.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:sessions"


def policy_keys(tenant: str, digest: str, session: str = "", life: str = "") -> list[str]:
    """Name the keys of a policy.

    Args:
        tenant: Whose.
        digest: `PolicyKey.digest()`.
        session: A session whose decisions are made or deleted.
        life: Its life: another session of this name has decisions of its own.

    Returns:
        The keys of its decisions, their states, the order of rewards, changes of rewards, the order of decisions, those
        whose arm wasn't executed, the parts of rewards, costs, audits and the session's decisions, in this order: what
        the scripts take.
    """
    tag = f"riffler:{{{_encoded(tenant)}/p/{_encoded(digest)}}}"
    return [*(f"{tag}:{part}" for part in _POLICY_PARTS), f"{tag}:session:{_encoded(session)}/{_encoded(life)}"]


def audit_account(tenant: str, digest: str) -> str:
    """Name the key of what a policy's audits took of today's budget.

    Args:
        tenant: Whose.
        digest: `PolicyKey.digest()`.

    Returns:
        The key, with the policy's hash tag.
    """
    return f"riffler:{{{_encoded(tenant)}/p/{_encoded(digest)}}}:account"


def policy_index(tenant: str) -> str:
    """Name the key of a tenant's policies.

    Args:
        tenant: Whose.

    Returns:
        The key. It has the hash tag of the list of sessions.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:policies"


def turn_log(tenant: str) -> str:
    """Name the key of a tenant's turn log.

    Args:
        tenant: Whose.

    Returns:
        The key. It has the hash tag of the list of sessions.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:turns"


def turn_addition(tenant: str, token: str) -> str:
    """Name the key of what is left for a while of an addition to a tenant's turn log.

    Args:
        tenant: Whose.
        token: The addition's own.

    Returns:
        The key, with the hash tag of the log.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:turn:{_encoded(token)}"


def turn_life(tenant: str, session: str, life: str) -> str:
    """Name the key of what is left of a session's life in a tenant's turn log, after its records were deleted.

    Args:
        tenant: Whose.
        session: The session.
        life: Its life.

    Returns:
        The key, with the hash tag of the log.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:forgotten:{_encoded(session)}/{_encoded(life)}"


def place_key(tenant: str, digest: str) -> str:
    """Name the key of a conversation's place.

    Args:
        tenant: Whose.
        digest: What the conversation is known by.

    Returns:
        The key. All places of a tenant have one hash tag.
    """
    return f"riffler:{{{_encoded(tenant)}/c}}:place:{_encoded(digest)}"


def places_key(key: SessionKey, life: str) -> str:
    """Name the key of the digests of what leads to a session.

    Args:
        key: The session.
        life: Its life.

    Returns:
        The key, with the hash tag of the places.
    """
    return f"riffler:{{{_encoded(key.tenant)}/c}}:places:{_encoded(key.session)}/{_encoded(life)}"


def request_key(tenant: str, request: str, session: str = "", life: str = "") -> str:
    """Name the key of a named request that changes no session.

    Args:
        tenant: Whose.
        request: The request's name, given by the client.
        session: In which session it was made; empty for none.
        life: That session's life.

    Returns:
        The key.
    """
    if not session:
        return f"riffler:{{{_encoded(tenant)}/r/{_encoded(request)}}}:answer"
    return f"riffler:{{{_encoded(tenant)}/r/{_encoded(session)}/{_encoded(life)}}}:answer:{_encoded(request)}"


def requests_key(tenant: str, session: str, life: str) -> str:
    """Name the key of the keys of a session's requests of this kind.

    Args:
        tenant: Whose.
        session: The session.
        life: Its life.

    Returns:
        The key, with the hash tag of those that it lists.
    """
    return f"riffler:{{{_encoded(tenant)}/r/{_encoded(session)}/{_encoded(life)}}}:answers"


def access_keys(tenant: str) -> list[str]:
    """Name the keys of what API keys are known by.

    Args:
        tenant: Whose API keys are made, listed or ended.

    Returns:
        The keys of all records by hash, of the tenant's ids, and of the mark that there was a key once, in this order.
        All have one hash tag, which no tenant's own keys have: those have a `/` in theirs.
    """
    tag = "riffler:{access}"
    return [f"{tag}:records", f"{tag}:ids:{_encoded(tenant)}", f"{tag}:locked"]


def spent_key(tenant: str, account: str) -> str:
    """Name the key of what an API key has used.

    Args:
        tenant: Whose.
        account: The account of the API key; empty is that of all of the tenant's.

    Returns:
        The key. It has the hash tag of the list of sessions.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:spent:{_encoded(account)}"


def running_key(tenant: str, account: str) -> str:
    """Name the key of what requests that run hold of what an API key may use.

    Args:
        tenant: Whose.
        account: See `spent_key`.

    Returns:
        The key. It has the same hash tag.
    """
    return f"riffler:{{{_encoded(tenant)}/i}}:running:{_encoded(account)}"


def tenant_pattern(tenant: str) -> str:
    """Give a pattern of Redis that fits all keys of a tenant's data, and no other's.

    Args:
        tenant: Whose.

    Returns:
        The pattern. Nothing in an encoded name means something in it, and `/` ends the name.
    """
    return f"riffler:{{{_encoded(tenant)}/*"


def _encoded(part: str) -> str:
    return quote(part, safe="")
