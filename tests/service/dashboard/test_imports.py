"""What a module asks of another is there: else a browser shows no page at all."""

import re
from pathlib import Path

import pytest

from riffler.service.dashboard.pages import STATIC

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";', re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?:async )?(?:const|let|class|function\*?) (\w+)|^export \{([^}]*)\}|^export const \{([^}]*)\}",
    re.MULTILINE,
)
OURS = sorted((STATIC / "js").rglob("*.js"))


def exported(path: Path) -> set[str]:
    """Give the names that a module exports."""
    found = set[str]()
    for one, *lists in _EXPORT.findall(path.read_text("utf-8")):
        each = [one, *(name for some in lists for name in some.split(","))]
        found |= {name.split(" as ")[-1].strip() for name in each if name.strip()}
    return found


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_each_name_asked_for_is_exported(path: Path) -> None:
    """By the file that it is asked of, which is there; what vendored files export isn't looked at."""
    for names, where in _IMPORT.findall(path.read_text("utf-8")):
        source = (path.parent / where).resolve()
        assert source.is_file(), where
        if "vendor" in source.parts:
            continue
        asked = {name.split(" as ")[0].strip() for name in names.split(",") if name.strip()}
        assert not (missing := asked - exported(source)), f"{where} exports no {missing}"
