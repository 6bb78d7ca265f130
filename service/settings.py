"""Settings: one frozen value, read once from the environment and passed in.

Every setting is `RIFFLER_` and its name in capitals; the address of a Redis is `REDIS_URL`, as elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from riffler.bandits.reward import Weights
from riffler.errors import InvalidSetting
from riffler.tools.registry import Profile

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
LOOPBACK_NAMES = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""What a browser on this machine calls it."""


def _data_folder() -> Path:
    return Path.home() / ".local" / "share" / "riffler"


class Settings(BaseSettings):
    """What an operator can set. Secrets can't be printed."""

    model_config = SettingsConfigDict(env_prefix="RIFFLER_", frozen=True, extra="ignore", populate_by_name=True)

    engine: str = Field("reader", description="Which engine runs the model.")
    model: str | None = Field(
        None, description="The model's name, as its server knows it; of a local one, a hub name or a folder."
    )
    base_url: str | None = Field(  # it may have a password
        None, repr=False, description="Address of an OpenAI-compatible server, with its /v1."
    )
    api_key: SecretStr | None = Field(None, description="That server's key.")
    window_tokens: int | None = Field(None, ge=512, description="Tokens of the model's window.")
    completion_tokens: int | None = Field(
        None, ge=1, description="Most tokens of one call's completion; none given is an eighth of the window."
    )
    tokenizer: str | None = Field(None, description="Hub name or folder of the model's tokenizer (extra `local`).")
    timeout_s: float = Field(600.0, gt=0, description="Longest time of one call of the model.")
    revision: str | None = Field(
        None, description="Branch, tag or commit on the hub: of a local model, or of `tokenizer`."
    )
    local_only: bool = Field(
        False, description="Whether a local model, or `tokenizer`, is looked for without the network."
    )
    device: str = Field("auto", description="Where a local model runs: `auto`, `cpu`, `cuda`, `cuda:1`.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field("auto", description="A local model's numbers.")
    tool_form: Literal["auto", "hermes", "llama", "mistral", "qwen_xml"] = Field(
        "auto", description="How a local model writes tool calls."
    )
    batch_size: int = Field(8, ge=1, description="Most requests that a local model computes together, or by turns.")
    reuse_gib: float | None = Field(
        None,
        ge=0,
        description="Memory for computed beginnings of sessions; 0 keeps none, none given a third, of `nano` 0.25.",
    )
    memory_gib: float | None = Field(
        None,
        gt=0,
        description="Most memory for keys and values of a local model; none given is a GPU's, half a CPU's.",
    )
    constrained: bool | None = Field(
        None,
        description="Whether a local model's calls can only be of tools on offer; none given: `nano` yes, else no.",
    )
    redis_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("redis_url", "REDIS_URL", "RIFFLER_REDIS_URL"),
        description="A Redis or Valkey to use in place of the embedded server.",
    )
    redis_timeout_s: float = Field(5.0, gt=0, le=600, description="Longest time of one operation of Redis.")
    data_folder: Path = Field(default_factory=_data_folder, description="Where the embedded server keeps its data.")
    durability: Literal["default", "strict"] = Field("default", description="`strict` syncs each write to disk.")
    session_ttl_s: float = Field(0.0, ge=0, description="Sessions unused for this long are deleted; 0 keeps them.")
    unnamed_ttl_s: float = Field(
        86_400.0,
        ge=0,
        description="Sessions that nobody named (recognised conversations, MCP clients) are deleted when unused for "
        "this long; 0 keeps them as others.",
    )
    lease_s: float = Field(30.0, ge=1, le=3600, description="A turn of a killed process frees its session after this.")
    cache_characters: int = Field(
        32_000_000, ge=0, description="Characters of conversations that each process keeps, to read only what is new."
    )
    cache_read_price: float | None = Field(
        None, gt=0, le=1, description="Price of a prompt token from the provider's cache, 1 is one without a cache."
    )
    cache_write_price: float | None = Field(
        None, gt=0, le=10, description="Price of a prompt token that is put into the cache, 1 is one without a cache."
    )
    history_versions: int = Field(
        10_000, ge=100, description="How many versions of a session undo, diff and fork can go back to, at least."
    )
    tools: Profile = Field("riffler", description="The context tools on offer: `riffler`, the paper's six, or none.")
    step_cap: int = Field(20, ge=1, le=100, description="Most model calls with tools in one turn.")
    first_choice: Literal["auto", "required"] = Field("auto", description="Whether the first step must call a tool.")
    fitting: bool = Field(True, description="Whether Riffler cuts and folds what doesn't fit the window.")
    rewriting: bool = Field(True, description="Whether queries may be rewritten.")
    rewrites_by: Literal["auto", "engine", "rule"] = Field(
        "auto", description="Who words rewrites: the engine, or rules; `auto` is the engine where it can."
    )
    rewrite_budget_ms: int = Field(
        10_000, ge=1, description="Longest time of a rewrite by the engine, in ms; after it the raw query goes on."
    )
    reward_judge_weight: float = Field(
        0.6, ge=0, le=1, description="Share of a reward against references: whether the answer says the reference."
    )
    reward_fuzzy_weight: float = Field(0.3, ge=0, le=1, description="Its share of the likeness of words as strings.")
    reward_bleu_weight: float = Field(0.1, ge=0, le=1, description="Its share of BLEU of single words.")
    token_price: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="What 1,000 tokens of a turn take off its reward."
    )
    second_price: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="What a second of a turn takes off its reward."
    )
    policy: str = Field("adaptive-thompson", description="Which policy draws: its name, or `fixed:` and an arm.")
    policy_floor: float = Field(
        0.0, ge=0, le=1, description="Least propensity of each offered arm: what other policies are judged by."
    )
    safety_margin: float | None = Field(
        None, gt=0, le=1, description="Reward a question by which the policy may be worse than `none`; none is no rule."
    )
    safety_confidence: float | None = Field(
        None, gt=0, lt=1, description="With which the safety margin holds; none given is 0.95."
    )
    pipeline: str | None = Field(
        None, description="An English spaCy pipeline; none is the one that ships, `blank` has no model."
    )
    audit_share: float = Field(
        0.0, ge=0, le=1, description="Share of questions that are run on all arms, after their answer; 0 audits none."
    )
    audit_tokens_per_day: int = Field(
        500_000, ge=0, description="Most tokens that audits of one policy may take on one day (UTC)."
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port that the service listens on.")
    allowed_hosts: str = Field(
        "", description="Names that requests may use for this host, with commas; none is the loopback's, or any."
    )
    admin_keys: str = Field(
        "", description="SHA-256 of keys that may do all, in hex, with commas: see `riffler keys make`."
    )
    key_requests_per_minute: int = Field(0, ge=0, description="Most requests of one key a minute; 0 is no limit.")
    key_tokens_per_day: int = Field(0, ge=0, description="Most tokens of one key a day; 0 is no limit.")
    key_bytes_per_day: int = Field(0, ge=0, description="Most bytes that one key may send a day; 0 is no limit.")
    tenant_requests_per_minute: int = Field(
        0, ge=0, description="Most requests of all keys of a tenant a minute; 0 is no limit."
    )
    tenant_tokens_per_day: int = Field(0, ge=0, description="Most tokens of all keys of a tenant a day; 0 is no limit.")
    tenant_bytes_per_day: int = Field(
        0, ge=0, description="Most bytes that all keys of a tenant may send a day; 0 is no limit."
    )
    tenant_sessions: int = Field(0, ge=0, description="Most sessions that a tenant may have at once; 0 is no limit.")
    workers: int = Field(1, ge=1, le=64, description="Processes that serve; all share one Redis.")
    max_body_bytes: int = Field(16_000_000, ge=1024, description="Largest body of a request.")
    max_header_bytes: int = Field(
        65_536, ge=8192, le=1_048_576, description="Largest head of a request: its address and headers."
    )
    max_import_bytes: int = Field(
        256_000_000,
        ge=1024,
        description="Largest export that is imported over HTTP; one of its sessions is in memory, at twice its size.",
    )
    shutdown_s: float = Field(60.0, ge=0, le=3600, description="Time that running turns have to end when it stops.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="What is logged.")

    @property
    def host_names(self) -> frozenset[str]:
        """The names of this host that requests may use; empty takes any."""
        named = frozenset(name.strip() for name in self.allowed_hosts.split(",") if name.strip())
        return named or (LOOPBACK_NAMES if self.host in LOOPBACK_HOSTS else frozenset())

    @property
    def admin_digests(self) -> frozenset[str]:
        """The hashes of the keys that may do all.

        Raises:
            InvalidSetting: One isn't a hash. It isn't repeated: it may be a key.
        """
        named = frozenset(given.strip().lower() for given in self.admin_keys.split(",") if given.strip())
        if not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in named):
            raise InvalidSetting(
                "setting admin_keys: expected the SHA-256 of keys, 64 hex digits each, with commas, got something "
                "else: `riffler keys make` makes a key with its hash"
            )
        return named

    @property
    def reward_weights(self) -> Weights:
        """Shares of the parts of a reward against references.

        Raises:
            InvalidSetting: They don't sum to 1.
        """
        try:
            return Weights(self.reward_judge_weight, self.reward_fuzzy_weight, self.reward_bleu_weight)
        except InvalidSetting as exc:
            raise InvalidSetting(
                f"settings reward_judge_weight, reward_fuzzy_weight, reward_bleu_weight: {exc}"
            ) from exc


def read_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - values of many types, each checked
    """Read the settings from the environment.

    Args:
        **overrides: Values that take precedence; None means not given.

    Returns:
        The settings.

    Raises:
        InvalidSetting: A value isn't possible; the text names it.
    """
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as exc:
        complaint = exc.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(step) for step in complaint["loc"])
        raise InvalidSetting(f"setting {name}: {complaint['msg']}") from exc
    _ = settings.reward_weights, settings.admin_digests  # refused now, not at the first reward or request
    if settings.workers > 1 and settings.engine == "transformers":
        raise InvalidSetting(
            f"setting workers: expected 1 with engine transformers, got {settings.workers}: each would load the model, "
            "and none knows what memory the others take; one batches all requests, and vLLM serves several processes "
            "(engine openai)"
        )
    return settings
