"""What others made stands in the package as they made it, and it is said what it is."""

import hashlib
import tomllib

from riffler.service.dashboard.pages import STATIC

TOLD = tomllib.loads((STATIC.parent / "vendored.toml").read_text("utf-8"))["file"]


def test_each_file_is_the_one_that_is_told_of() -> None:
    """To the byte; none is without a word, and each package's licence lies beside its files."""
    told = {each["path"]: each["sha256"] for each in TOLD}
    there = [path for path in (STATIC / "vendor").rglob("*") if path.is_file() and "LICENSE" not in path.name]
    assert told == {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in there
    }
    assert all(list(path.parent.glob("LICENSE*")) for path in there)
