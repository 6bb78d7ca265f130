"""Makes `io_sync/` of `io_async/`: `python -m riffler.service.client.twin`, after each change there.

One text of both, so that they can't differ: a test fails where the files aren't what this makes. Needs ruff.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).resolve().parent
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        r"\bio_async\b": "io_sync",
        r"\basync (def|with|for)\b": r"\1",
        r"\bawait ": "",
        r"\bAsync(?=[A-Z])": "",
        r"__a(enter|exit|iter|next)__": r"__\1__",
        r"\banext\(": "next(",
        r"\baclose\b": "close",
        r"\baclosing\b": "closing",
        r"\baiter_bytes\b": "iter_bytes",
        r"\bGenerator\[(.+?), None\]": r"Generator[\1, None, None]",
        r"\basyncio\b": "time",
        r"for item in page\.items:\n +yield item": "yield from page.items",
        r"\basynchronous\b": "synchronous",
        r"\ban `with`": "a `with`",
        r"\bIt can be used by many at once\b": "Threads can share it",
        r"\n\n +Each event loop that uses it .+": "",
    }
)


def make(into: Path) -> None:
    """Write the twins of all files.

    Args:
        into: Where to.
    """
    for path in (HERE / "io_async").glob("*.py"):
        text = path.read_text("utf-8")
        for word, other in _WORDS.items():
            text = re.sub(word, other, text)
        docstring, mark, rest = text.partition('"""\n')
        note = f"\n# Made of io_async/{path.name} by `python -m riffler.service.client.twin`.\n"
        (into / path.name).write_text(docstring + mark + note + rest, "utf-8")
    for command in (["check", "--select", "I", "--fix-only"], ["format"]):
        settings = ["--quiet", "--no-cache", "--config", "pyproject.toml"]
        subprocess.run([sys.executable, "-m", "ruff", *command, *settings, str(into)], cwd=HERE.parents[1], check=True)


if __name__ == "__main__":
    make(HERE / "io_sync")
