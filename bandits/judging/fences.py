"""Lines between which the judge is shown the texts of others.

A fence is a digest of all that stands between its lines. So it stands in none of the texts, the same texts have the
same fence, and whoever wants it in one of them would have to find a text that has its own digest in it.
"""

from __future__ import annotations

import hashlib

_DIGITS = 16


def fence_for(*texts: str, digits: int = _DIGITS) -> str:
    """Make a fence.

    Args:
        *texts: What will stand between its lines.
        digits: How many digits of the digest it has.

    Returns:
        A line that stands in none of them.
    """
    digest = hashlib.sha256()
    for text in texts:
        written = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(written) + written)
    fence = f"=={digest.hexdigest()[:digits]}=="
    while any(fence in text for text in texts):  # nobody can bring this about, unless the digits are few
        fence = f"={fence}"
    return fence
