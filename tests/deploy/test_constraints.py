"""What is pinned is what is installed, so that `make audit` looks at all of it."""

import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
}
INSTALLED = {canonicalize_name(each.name): Version(each.version).public for each in distributions()}
"""Without the part of a version that names a build, as in torch's `+cpu`."""
THERE_ALREADY = {"pip", "setuptools", "riffler"}
"""What a new environment has, and what all is installed for."""


def test_what_is_installed_is_pinned() -> None:
    """Nothing is in the tests' environment that an audit of the pins wouldn't see, or sees as another version."""
    seen = {name: version for name, version in INSTALLED.items() if name not in THERE_ALREADY}
    assert {name: PINNED.get(name) for name in seen} == seen


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the pins are those of Python 3.11; others may need fewer")
def test_what_is_pinned_is_installed() -> None:
    """No pin is left of what nothing needs any more."""
    assert set(PINNED) - set(INSTALLED) == set()


def test_the_audit_reads_each_pin() -> None:
    """The command of `make audit`, run as far as it needs no network, would look up as many as there are pins."""
    making = ["make", "--dry-run", "--old-file=.venv/.all", "audit"]
    told = subprocess.run(making, cwd=ROOT, capture_output=True, text=True, check=True)
    (arguments,) = re.findall(r"python (-m pip_audit .*)$", told.stdout, re.MULTILINE)
    command = [sys.executable, *arguments.split(), "--dry-run", "--progress-spinner", "off"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r"would have audited (\d+) packages", done.stdout + done.stderr) == [str(len(PINNED))]
