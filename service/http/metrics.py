"""What Prometheus reads (https://prometheus.io/docs/practices/naming/): counters in `_total`, times in seconds.

No label carries a user's text, a session, a tenant or an id; every label has a few known values. With several worker
processes each writes its own files, and a scrape adds them up (`PROMETHEUS_MULTIPROC_DIR`, set by `riffler serve`).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from riffler.bandits.given import Given, Source
from riffler.errors import Conflict, InvalidInput, MemoryCorrupt, NotFound, RifflerError
from riffler.service.agent.progress import Answer, Arrived, Progress, Rewriting, ToolStep
from riffler.service.agent.reward_batch import RowOutcome
from riffler.service.http.gone import CLIENT_GONE
from riffler.service.http.worker_files import together
from riffler.service.ports.observer import AuditOutcome, Outcome

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_COUNTED = "counted_by_riffler"
RUNNING: Final = "riffler_turns_running"
UNRECORDED: Final = "riffler_turns_unrecorded"
LOST: Final = "riffler_turns_lost_total"
"""Name the counts of turns that run now, of those whose records wait, and of those whose records were lost."""
_REDIS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_QUICK_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_SLOW_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)


class Metrics:
    """Counts what happens in this process.

    Args:
        tools: Names of the tools there are; a model's call of any other counts as `unknown`.
    """

    def __init__(self, tools: Iterable[str]) -> None:
        self._tools = frozenset(tools)
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "riffler_http_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._request_s = Histogram(
            "riffler_http_request_seconds", "Time of a request, to its last byte.", ["method", "route"],
            buckets=_QUICK_S, registry=registry,
        )  # fmt: skip
        self._problems = Counter(
            "riffler_http_problems",
            "Requests that ended in a problem, by its kind; `none` is a status of 400 or more without one.",
            ["method", "route", "status", "problem"],
            registry=registry,
        )
        self._running = Gauge(RUNNING, "Turns that run now.", multiprocess_mode="livesum", registry=registry)
        self._unrecorded = Gauge(
            UNRECORDED, "Records of turns that wait for Redis to be back.", multiprocess_mode="livesum",
            registry=registry,
        )  # fmt: skip
        self._lost = Counter(
            "riffler_turns_lost", "Records of turns that were lost, as Redis was away for too long.", registry=registry
        )
        self._turns = Counter("riffler_turns", "Turns that ended, by outcome.", ["outcome"], registry=registry)
        self._turn_s = Histogram("riffler_turn_seconds", "Time of a turn.", buckets=_SLOW_S, registry=registry)
        self._part_s = Counter(
            "riffler_turn_part_seconds", "Time spent in a part of turns.", ["part"], registry=registry
        )
        self._calls = Counter(
            "riffler_tool_calls", "Calls of context tools.", ["tool", "by", "outcome"], registry=registry
        )
        self._tokens = Counter(
            "riffler_engine_tokens", "Tokens that the engine read (`prompt`, of these `cached`) and wrote.", ["kind"],
            registry=registry,
        )  # fmt: skip
        self._saved = Counter(
            "riffler_hidden_tokens", "Tokens of conversations that models were spared by folds.", registry=registry
        )
        self._folded = Counter("riffler_fitted_fragments", "Fragments that Riffler folded to fit.", registry=registry)
        self._decisions = Counter("riffler_decisions", "Arms drawn.", ["arm", "executed"], registry=registry)
        self._rewards = Counter(
            "riffler_rewards",
            "Rewards given, by where they come from and what became of them.",
            ["source", "outcome"],
            registry=registry,
        )
        self._reward = Histogram(
            "riffler_reward", "Rewards that counted.", buckets=(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1), registry=registry
        )
        self._passed_on = Counter(
            "riffler_passed_on",
            "Chat requests that went straight to the model's server, by why: no turn has them.",
            ["why"],
            registry=registry,
        )
        self._audits = Counter(
            "riffler_audits", "Questions picked to be run on all arms, by what became of them.", ["outcome"],
            registry=registry,
        )  # fmt: skip
        self._audit_tokens = Counter("riffler_audit_tokens", "Tokens that audits took.", registry=registry)
        self._errors = Counter(
            "riffler_errors",
            "Requests and turns that failed, and records that can't be read, by error.",
            ["error"],
            registry=registry,
        )
        self._operation_s = Histogram(
            "riffler_redis_operation_seconds", "Time of an operation of Redis, by our script, or `command`.",
            ["operation"], buckets=_REDIS_S, registry=registry,
        )  # fmt: skip
        self._redis_errors = Counter(
            "riffler_redis_errors", "Operations of Redis that failed.", ["operation", "error"], registry=registry
        )
        self._engine_s = Histogram(
            "riffler_engine_call_seconds", "Time of a call of the model, in turns and outside, by outcome.",
            ["outcome"], buckets=_SLOW_S, registry=registry,
        )  # fmt: skip
        self._engine_errors = Counter(
            "riffler_engine_errors", "Calls of the model that failed.", ["error"], registry=registry
        )
        self._redis_up = _newest("riffler_redis_up", "Whether Redis answered at this scrape.", registry)
        self._redis_s = _newest("riffler_redis_ping_seconds", "Time of a ping at this scrape.", registry)
        self._engine_up = _newest("riffler_engine_up", "Whether the engine was ready when last asked.", registry)

    @contextmanager
    def turn(self) -> Iterator[Callable[[Progress], None]]:
        """Count a turn while it runs, and how it ended; give what is to be told of its progress."""
        began, outcome, repeated = time.perf_counter(), "failed", False
        self._running.inc()

        def observe(item: Progress) -> None:
            nonlocal repeated
            repeated = isinstance(item, Answer) and item.repeated
            if not repeated:  # it was counted when it was given first
                self.observe(item)

        try:
            yield observe
            outcome = "repeated" if repeated else "answered"
        except (Conflict, InvalidInput, NotFound):
            outcome = "refused"
            raise
        except (asyncio.CancelledError, GeneratorExit):
            outcome = "cancelled"
            raise
        except Exception as exc:  # whatever it is, it is counted and goes on
            self.failed(exc)
            raise
        finally:
            self._running.dec()
            self._turns.labels(outcome).inc()
            self._turn_s.observe(time.perf_counter() - began)

    def observe(self, item: Progress) -> None:
        """Count what a turn tells.

        Args:
            item: What happened.
        """
        match item:
            case Arrived(_, folded):
                self._folded.inc(folded)
            case Rewriting() if item.decision and not item.recalled:
                self._decisions.labels(item.arm, "yes" if item.executed == item.arm else "no").inc()
            case ToolStep():
                self.called(item.tool, "model", refused=item.refused)
            case Answer(usage=usage):
                self._tokens.labels("prompt").inc(usage.prompt_tokens)
                self._tokens.labels("cached").inc(usage.cached_tokens)
                self._tokens.labels("completion").inc(usage.completion_tokens)
                self._saved.inc(max(0, item.conversation_tokens - item.seen_tokens))
                for part, spent_ms in item.times_ms.items():
                    self._part_s.labels(part).inc(spent_ms / 1000)
            case _:
                pass

    def called(self, tool: str, by: str, *, refused: bool) -> None:
        """Count a call of a context tool.

        Args:
            tool: Its name, as it came.
            by: `model` or `app`.
            refused: Whether the tool refused.
        """
        name = tool if tool in self._tools else "unknown"
        self._calls.labels(name, by, "refused" if refused else "done").inc()

    def rewarded(self, outcome: RowOutcome, source: Source | None, learned: Given | None) -> None:
        """Count a reward.

        Args:
            outcome: What became of it.
            source: Where it comes from; None where it is none.
            learned: What its decision has learned now.
        """
        self._rewards.labels(source or "none", outcome).inc()
        if outcome == "counted" and learned is not None:
            self._reward.observe(learned.reward)

    def passed_on(self, why: str) -> None:
        """Count a chat request that goes straight to the model's server.

        Args:
            why: `client`, `settings`, or the field of the request that is the reason.
        """
        self._passed_on.labels(why).inc()

    def failed(self, exc: Exception) -> None:
        """Count a failure, once: a turn's is seen again where its request is answered."""
        if not vars(exc).get(_COUNTED):  # on the error itself: a builtin one takes no weak reference
            vars(exc)[_COUNTED] = True
            self._errors.labels(type(exc).__name__ if isinstance(exc, RifflerError) else "Unforeseen").inc()

    def operated(self, operation: str, seconds: float, error: str) -> None:
        """See the port `Observer`."""
        self._operation_s.labels(operation).observe(seconds)
        if error:
            self._redis_errors.labels(operation, error).inc()

    def generated(self, outcome: Outcome, seconds: float, error: str) -> None:
        """See the port `Observer`."""
        self._engine_s.labels(outcome).observe(seconds)
        if error:
            self._engine_errors.labels(error).inc()

    def audited(self, outcome: AuditOutcome, tokens: int) -> None:
        """See the port `Observer`."""
        self._audits.labels(outcome).inc()
        self._audit_tokens.inc(tokens)

    def unrecorded(self, waiting: int, lost: int) -> None:
        """See the port `Observer`."""
        self._unrecorded.set(waiting)
        self._lost.inc(lost)

    def unreadable(self, count: int) -> None:
        """See the port `Observer`."""
        self._errors.labels(MemoryCorrupt.__name__).inc(count)

    def answered(self, method: str, route: str, status: int, seconds: float, problem: str = "") -> None:
        """Count a request.

        Args:
            method: Its method.
            route: The route's template, not the path: a path has ids.
            status: Its status.
            seconds: How long it took.
            problem: The kind of problem in which it ended, also in the middle of a stream; empty without one.
        """
        self._requests.labels(method, route, str(status)).inc()
        if problem or (status >= HTTPStatus.BAD_REQUEST and status != CLIENT_GONE):
            self._problems.labels(method, route, str(status), problem or "none").inc()
        self._request_s.labels(method, route).observe(seconds)

    def checked(self, redis_s: float | None, engine: bool) -> None:
        """Note how the parts are at this scrape.

        Args:
            redis_s: Time of a ping; None when Redis didn't answer.
            engine: Whether the engine is ready.
        """
        self._redis_up.set(redis_s is not None)
        if redis_s is not None:
            self._redis_s.set(redis_s)
        self._engine_up.set(engine)

    def samples(self, *names: str) -> list[Sample]:
        """Read metrics as a scrape does, of all processes of this service.

        Args:
            *names: What the names of metrics begin with.

        Returns:
            Their samples.
        """
        lines = (line for line in self.text().decode("utf-8").splitlines(keepends=True) if line.startswith(names))
        return [sample for family in text_string_to_metric_families("".join(lines)) for sample in family.samples]

    def text(self) -> bytes:
        """Give all metrics in Prometheus' text format, of all processes of this service."""
        folder = os.environ.get(_FOLDER)
        return together(Path(folder)) if folder else generate_latest(self._registry)


def _newest(name: str, about: str, registry: CollectorRegistry) -> Gauge:
    """Make a gauge of which the newest value counts, whichever process set it."""
    return Gauge(name, about, multiprocess_mode="mostrecent", registry=registry)
