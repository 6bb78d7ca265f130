"""What sessions may be called."""

from __future__ import annotations

import hashlib
import re

SESSION_NAME = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,199}$"
"""What a session that is made may be called: what can stand in an address as it is, so that HTTP reaches it."""
SESSION_NAME_WORDS = "1 to 200 of the characters A-Z a-z 0-9 . _ ~ -, the first a letter or a digit"


def fitting_name(name: str, kind: str) -> str:
    """Make an app's own name one that a session may have: the same each time.

    Args:
        name: Any.
        kind: What a digest begins with: letters.

    Returns:
        The name, or where no session may be called so, a digest of it.
    """
    if re.fullmatch(SESSION_NAME, name):
        return name
    return f"{kind}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}"
