"""What the Dockerfile promises, held as properties of its text."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
LINES = [line for line in re.sub(r"\\\n\s*", "", TEXT).splitlines() if line and not line.startswith("#")]
TARGETS = ("gpu", "service")


def stages() -> dict[str, tuple[str, list[str]]]:
    """Read the stages: by name, what each stands on and its lines."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in LINES:
        start = re.fullmatch(r"FROM (\S+) AS (\S+)", line)
        if start:
            name = start[2]
            found[name] = (start[1], [])
        elif name:
            found[name][1].append(line)
    return found


def lines_of(name: str) -> list[str]:
    """Give a stage's lines after those of what it stands on."""
    if name not in stages():
        return []
    base, own = stages()[name]
    return [*lines_of(base), *own]


def last(name: str, instruction: str) -> str:
    """Give the value of the last such instruction of a stage."""
    return [line for line in lines_of(name) if line.startswith(f"{instruction} ")][-1].removeprefix(f"{instruction} ")


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_without_root(target: str) -> None:
    """The last word on the user is a fixed number that isn't root's; nothing runs after it."""
    assert last(target, "USER") == "10001:10001"
    own = stages()[target][1]
    assert not any(line.startswith("RUN ") for line in own)


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_is_run_as_it_should(target: str) -> None:
    """The process is not a shell's child, so that it gets SIGTERM; health is asked without a shell or curl."""
    assert json.loads(last(target, "ENTRYPOINT")) == ["riffler"]
    assert json.loads(last(target, "CMD")) == ["serve"]
    assert last(target, "STOPSIGNAL") == "SIGTERM"
    health = last(target, "HEALTHCHECK")
    assert json.loads(health[health.index("[") :]) == ["python", "-m", "riffler.service.healthcheck"]


def test_the_last_target_is_the_base_service() -> None:
    """`docker build .` gives the image that has no torch, and no stage of it installs the extra."""
    assert list(stages())[-1] == "service"
    needed = [*lines_of("service"), *lines_of("installed")]
    assert not any("TORCH" in line or "optional-dependencies" in line for line in needed)


def test_the_final_images_have_no_sources_and_no_tools_of_the_build() -> None:
    """Each final stage copies the environment alone, from the stage that installed it."""
    copies = {target: [line for line in lines_of(target) if line.startswith("COPY")] for target in TARGETS}
    assert copies == {
        "service": ["COPY --from=installed /opt/riffler /opt/riffler"],
        "gpu": ["COPY --from=installed-gpu /opt/riffler /opt/riffler"],
    }


def test_nothing_is_fetched_but_packages() -> None:
    """No ADD, no address: packages come from where pip is told, and no registry is named."""
    assert not [line for line in LINES if line.startswith("ADD ")]
    assert "://" not in TEXT
    assert not re.search(r"curl|wget|apt-get", TEXT)


def test_bases_are_pinned() -> None:
    """Each base image is a stage, or has a tag that isn't `latest`."""
    names = dict(re.findall(r"^ARG (\w+)=(\S+)$", TEXT, re.MULTILINE))
    for base, _ in stages().values():
        image = re.sub(r"\$\{(\w+)\}", lambda match: names[match[1]], base)
        assert image in stages() or re.fullmatch(r"[a-z/]+:\d\S+", image), image


def test_versions_are_the_tested_ones() -> None:
    """Every install from an index is held by constraints.txt."""
    installs = [line for line in LINES if "pip install" in line and "--no-index" not in line]
    assert installs
    assert all("-c constraints.txt" in line for line in installs)
