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

HERE = Path(__file__).parent
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        r"\bio_async\b": "io_sync",
        r"\basync (def|with|for)\b": r"\1",
        r"\bawait ": "",
        r"\bAsync(?=[A-Z])": "",
        r"__a(enter|exit|iter|next)__": r"__\1__",
        r"\banext\(": "next(",
        r"\baclose\b": "close",
        r"\baiter_bytes\b": "iter_bytes",
        r"\bGenerator\[(.+?), None\]": r"Generator[\1, None, None]",
        r"\basyncio\b": "time",
        r"for item in page\.items:\n +yield item": "yield from page.items",
        r"\basynchronous\b": "synchronous",
        r"\ban `with`": "a `with`",
        r"\bIt can be used by many at once\b": "Threads can share it",
    }
)


def made_of(path: Path) -> str:
    """Make the synchronous twin of a file.

    Args:
        path: The file.

    Returns:
        Its twin's text.
    """
    text = path.read_text("utf-8")
    for word, other in _WORDS.items():
        text = re.sub(word, other, text)
    docstring, rest = re.match(r'(""".*?""")(.*)', text, re.DOTALL).groups()  # type: ignore[union-attr]
    text = f"{docstring}\n\n# Made of io_async/{path.name} by `python -m riffler.service.client.twin`.{rest}"
    for command in (["check", "--select", "I", "--fix-only", "--quiet"], ["format", "--quiet"]):
        shown = ["--stdin-filename", str(HERE / "io_sync" / path.name), "-"]
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *shown],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            encoding="utf-8",
        )
        text = done.stdout
    return text


def main() -> None:
    """Write all twins."""
    for path in sorted((HERE / "io_async").glob("*.py")):
        (HERE / "io_sync" / path.name).write_text(made_of(path), "utf-8")


if __name__ == "__main__":
    main()
