"""What docker-compose.yml promises, held as properties of the file. The file itself says how it is used."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from riffler.service.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
RIFFLERS = {name: service for name, service in SERVICES.items() if name.startswith("riffler")}
PROFILES = ("base", "gpu", "vllm")
PENDING = {"host", "port", "workers", "shutdown_s", "device", "dtype"}
"""Settings that the service's HTTP side and the engine `transformers` bring."""
NOT_SETTINGS = {"RIFFLER_PUBLISHED_PORT"}
"""Variables of the compose file alone."""
NOT_PASSED_ON = {
    "completion_tokens",
    "tokenizer",
    "timeout_s",
    "revision",
    "local_only",
    "tool_form",
    "batch_size",
    "reuse_gib",
    "memory_gib",
    "constrained",
    "redis_timeout_s",
    "data_folder",
    "lease_s",
    "cache_characters",
    "step_cap",
    "first_choice",
    "fitting",
    "rewriting",
    "rewrite_budget_ms",
    "reward_judge_weight",
    "reward_fuzzy_weight",
    "reward_bleu_weight",
    "token_price",
    "second_price",
    "policy",
    "policy_floor",
    "safety_margin",
    "safety_confidence",
    "pipeline",
    "audit_share",
    "audit_tokens_per_day",
    "host",
    "port",
}
"""Settings that no Riffler of the compose file gets: those of the image (host, port), of the embedded server, and what
few operators change. One that limits who may use the service never belongs here."""


def seconds(text: str) -> float:
    """Read a time such as `90s`."""
    found = re.fullmatch(r"(\d+)s", text)
    assert found, text
    return float(found[1])


def active(profile: str) -> dict[str, dict[str, Any]]:
    """Choose the services that a profile starts."""
    return {name: service for name, service in SERVICES.items() if profile in service.get("profiles", [profile])}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_starts_one_riffler_on_one_port(profile: str) -> None:
    """Whatever the profile, one service is published, it is a Riffler, and on 127.0.0.1:8000 unless told otherwise."""
    published = {name: service["ports"] for name, service in active(profile).items() if service.get("ports")}
    assert list(published.values()) == [["127.0.0.1:${RIFFLER_PUBLISHED_PORT:-8000}:8000"]]
    assert set(published) <= set(RIFFLERS)
    assert sum(name in RIFFLERS for name in active(profile)) == 1


def test_the_profiles_are_those_that_are_told() -> None:
    """There are no profiles but the documented ones, and the example of `.env` chooses one of them."""
    assert {profile for service in SERVICES.values() for profile in service.get("profiles", [])} == set(PROFILES)
    example = (ROOT / ".env.example").read_text("utf-8")
    assert re.findall(r"^COMPOSE_PROFILES=(.*)$", example, re.MULTILINE) == ["base"]


def test_without_a_profile_compose_says_what_to_do() -> None:
    """The one service that has no profile refuses to be interpolated without one: it would start alone."""
    (alone,) = (service for service in SERVICES.values() if "profiles" not in service)
    assert any(value.startswith("${COMPOSE_PROFILES:?") for value in alone["labels"].values())


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined_and_watched(name: str) -> None:
    """Each has a health check, no capability or new privilege, a restart policy, a limit of memory, a pinned image."""
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"]["memory"]
    image, _, tag = service["image"].partition(":")
    assert image
    assert tag
    assert "latest" not in tag
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", RIFFLERS)
def test_a_riffler_writes_to_volumes_only(name: str) -> None:
    """Its root is read-only and its user isn't root; each folder that the image declares writable is a named volume."""
    service = RIFFLERS[name]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - the container's own
    mounted = {volume.split(":")[1] for volume in service["volumes"]}
    declared = re.search(r"^VOLUME (.*)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert declared
    assert mounted == set(yaml.safe_load(declared[1]))


@pytest.mark.parametrize("name", RIFFLERS)
def test_running_turns_may_end_before_the_kill(name: str) -> None:
    """A container has longer to stop than Riffler waits for its turns, with room to close the rest."""
    service = RIFFLERS[name]
    assert seconds(service["stop_grace_period"]) >= float(service["environment"]["RIFFLER_SHUTDOWN_S"]) + 15


@pytest.mark.parametrize("name", RIFFLERS)
def test_a_riffler_waits_for_what_it_needs(name: str) -> None:
    """It starts when Valkey, and the model's server where it has one, are healthy, and its profile starts those too."""
    service = RIFFLERS[name]
    assert service["depends_on"]["valkey"] == {"condition": "service_healthy"}
    (profile,) = service["profiles"]
    assert set(service["depends_on"]) <= set(active(profile))
    assert all(wait == {"condition": "service_healthy"} for wait in service["depends_on"].values())


def test_valkey_keeps_what_it_is_given() -> None:
    """It is append-only, evicts nothing, keeps its data in a volume, and leaves half of its memory for a rewrite."""
    valkey = SERVICES["valkey"]
    options = dict(zip(valkey["command"][1::2], valkey["command"][2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "${VALKEY_APPENDFSYNC:-everysec}"
    assert options["--maxmemory-policy"] == "noeviction"
    assert (options["--maxmemory"], valkey["deploy"]["resources"]["limits"]["memory"]) == (
        "${VALKEY_MAXMEMORY:-1gb}",
        "2g",
    )
    assert valkey["volumes"] == ["valkey-data:/data"]
    assert valkey["read_only"] is True
    assert valkey["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]
    assert "ports" not in valkey


def test_every_volume_is_named() -> None:
    """No folder of the host is mounted, and each volume that is used is declared, and the reverse."""
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", ["riffler-gpu", "vllm"])
def test_local_models_reserve_a_gpu(name: str) -> None:
    """What runs a model reserves a device, and nothing else does."""
    (device,) = SERVICES[name]["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}


def test_vllm_is_told_to_call_tools() -> None:
    """It would refuse tools unless told otherwise; it serves the model, with the window, that its Riffler asks for."""
    command, environment = SERVICES["vllm"]["command"], SERVICES["riffler-vllm"]["environment"]
    assert "--enable-auto-tool-choice" in command
    assert command[command.index("--tool-call-parser") + 1] == "${VLLM_TOOL_PARSER:-hermes}"
    assert "--enable-prefix-caching" in command
    assert command[0] == environment["RIFFLER_MODEL"]
    assert command[command.index("--max-model-len") + 1] == environment["RIFFLER_WINDOW_TOKENS"]
    assert environment["RIFFLER_BASE_URL"] == "http://vllm:8000/v1"


SECRET = re.compile(r"(KEY|TOKEN|PASSWORD|SECRET)$")


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_down(name: str) -> None:
    """What may be a secret comes from the environment by name, and has no value here."""
    given = SERVICES[name].get("environment", {})
    assert {variable: value for variable, value in given.items() if SECRET.search(variable) and value is not None} == {}


def test_the_example_has_no_secret() -> None:
    """The example of `.env` gives no value to what may be a secret."""
    lines = re.findall(r"^#?(\w+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert [value for variable, value in lines if SECRET.search(variable) and value] == []


@pytest.mark.parametrize("file", ["docker-compose.yml", "Dockerfile", ".env.example"])
def test_every_setting_is_one(file: str) -> None:
    """Each variable RIFFLER_* that a file names is a setting: a misspelt one would be ignored in silence."""
    named = set(re.findall(r"\bRIFFLER_[A-Z0-9_]+\b", (ROOT / file).read_text("utf-8")))
    settings = {f"RIFFLER_{field.upper()}" for field in {*Settings.model_fields, *PENDING}}
    assert named - settings - NOT_SETTINGS == set()


def test_every_setting_is_passed_on_or_left_out_by_name() -> None:
    """A setting that compose doesn't pass on is ignored in `.env` without a word: each is passed on, or is listed."""
    passed = {variable for service in RIFFLERS.values() for variable in service["environment"]}
    fields = {field: {f"RIFFLER_{field.upper()}", field.upper()} for field in Settings.model_fields}
    assert {field for field, names in fields.items() if not names & passed} == NOT_PASSED_ON


PER_TIME = ("requests_per_minute", "tokens_per_day", "bytes_per_day")
LIMITS = (*(f"{owner}_{each}" for owner in ("key", "tenant") for each in PER_TIME), "tenant_sessions", "max_body_bytes")


@pytest.mark.parametrize("name", RIFFLERS)
@pytest.mark.parametrize("field", LIMITS)
def test_limits_are_passed_on_with_their_defaults(name: str, field: str) -> None:
    """Each Riffler gets the limits that an operator sets, and the service's own default where none is set."""
    variable = f"RIFFLER_{field.upper()}"
    default = Settings.model_fields[field].default
    assert RIFFLERS[name]["environment"][variable] == f"${{{variable}:-{default}}}"


def test_every_variable_is_in_the_example() -> None:
    """Each variable that the compose file reads can be found in `.env.example`, with the same default."""
    example = dict(re.findall(r"^#?(\w+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    read = re.findall(r"\$\{(\w+)(?::-([^}]*))?", TEXT)
    assert {variable for variable, _ in read} <= set(example)
    shared = {"RIFFLER_ENGINE"}  # the example shows how to change it
    wrong = {variable: default for variable, default in read if default and example[variable] != default}
    assert wrong.keys() <= shared


def test_the_data_stays_out_of_git() -> None:
    """Git passes over `.env`, where an operator's secrets go, and the image's build doesn't see it either."""
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert (ROOT / ".dockerignore").read_text("utf-8").splitlines()[1] == "*"
