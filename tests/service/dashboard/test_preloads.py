"""A browser is told of all modules at once: found one by one, each would wait for the one that imports it."""

import re
from pathlib import PurePosixPath

from riffler.service.dashboard.pages import STATIC

_IMPORT = re.compile(r'^(?:import|export)\b[^"]*?\bfrom "(\.[^"]+)";|^import "(\.[^"]+)";', re.MULTILINE)
_PRELOAD = re.compile(r'<link rel="modulepreload" href="([^"]+)" />')
_CLASSIC = {"js/frame/at_once.js"}
"""Runs before the page is drawn, as no module can."""


def imported(name: str) -> set[str]:
    """Give all modules that one needs, and itself, by the addresses that they are asked for with."""
    found, waiting = set[str](), [name]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        text = (STATIC / here).read_text("utf-8")
        paths = [(STATIC / here).parent / (match[1] or match[2]) for match in _IMPORT.finditer(text)]
        waiting += [path.resolve().relative_to(STATIC.resolve()).as_posix() for path in paths]
    return found


def test_all_modules_that_the_page_needs_are_named_beforehand() -> None:
    """Each once, sorted, and no other: one that is named in vain is read in vain."""
    named = _PRELOAD.findall((STATIC / "index.html").read_text("utf-8"))
    assert named == sorted(imported("js/app.js"))


def test_each_module_is_needed() -> None:
    """A file that nothing imports is forgotten, or so is its import."""
    ours = {path.relative_to(STATIC).as_posix() for path in (STATIC / "js").rglob("*.js")} - _CLASSIC
    needed = {name for name in imported("js/app.js") if PurePosixPath(name).parts[0] == "js"}
    assert needed == ours
