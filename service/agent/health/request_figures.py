"""What a service's own metrics say of its HTTP requests: by route, which errors, and how long as far as is known. Pure.

A histogram knows in which stretch of time a request fell, and no more. So a quantile is a bound: the upper end of the
stretch in which it lies, and never too small.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from riffler.service.agent.health.mending import mend_named

OF_REQUESTS: Final = "riffler_http_"
"""What the names of the metrics begin with that `requests_of` reads."""
_MENDS: Mapping[str, str] = MappingProxyType(
    {
        "unreadable-body": "The client sent a body that isn't JSON in UTF-8.",
        "headers-too-large": "The client sent more headers than RIFFLER_MAX_HEADER_BYTES allows.",
        "slow-request": "The client sent its request too slowly, or not to its end.",
        "foreign-page": "A web page from elsewhere asked: open pages at the address of the service itself.",
        "unknown-path": "The client asked for a path that isn't served; /openapi.json names all that is.",
        "method-not-allowed": "The client used a method that the path doesn't take; the header Allow names those.",
        "body-too-large": "Send texts in parts, or raise RIFFLER_MAX_BODY_BYTES.",
        "unsupported-media-type": "The client has to say that its body is application/json.",
        "misdirected-request": "The client called this host by another name: add it to RIFFLER_HOST_NAMES.",
        "invalid-request": mend_named("InvalidInput"),
        "internal-error": mend_named("Unforeseen"),
        "none": "Of `/readyz` it says that something isn't ready: Redis or the engine, see there.",
    }
)
"""Of kinds of problems that are HTTP's; all others are named after Riffler's errors."""


class Counted(Protocol):
    """A sample of a metric, as Prometheus' client has them."""

    @property
    def name(self) -> str:
        """The metric's name."""
        ...

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        ...

    @property
    def value(self) -> float:
        """Its value."""
        ...


@dataclass(frozen=True, slots=True)
class ProblemSeen:
    """A kind of problem in which requests ended.

    Attributes:
        problem: The kind: the last part of a problem's `type`; `none` where the status is all that was said.
        status: The status; 200 where an answer that came as events ended in one.
        count: How many requests.
        mend: What to do about it.
        routes: How many of them at which route, as in `POST /api/v1/ask`.
    """

    problem: str
    status: int
    count: int
    mend: str
    routes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """How the requests of a route were answered. Times are bounds; null is more than the largest one.

    Attributes:
        method: The method.
        route: The route's template; `unmatched` is of paths that aren't served.
        requests: How many requests.
        statuses: How many got which status.
        problems: How many ended in which kind of problem.
        lasting: Whether it stays open for as long as somebody listens: its times say nothing then, and are null.
        mean_s: Their mean time, in seconds; this is exact.
        p50_s: Half of them took at most so long.
        p95_s: 95 of a hundred took at most so long.
        slowest_s: All took at most so long.
    """

    method: str
    route: str
    requests: int
    statuses: Mapping[str, int]
    problems: Mapping[str, int]
    lasting: bool
    mean_s: float | None
    p50_s: float | None
    p95_s: float | None
    slowest_s: float | None


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """How HTTP requests were answered.

    Attributes:
        requests: How many.
        refused: How many got a status of 400 to 499.
        failed: How many got one of 500 or more, or a problem in the middle of their events.
        largest_s: The largest bound of a time, in seconds: of what took longer, more isn't known. 0 without requests.
        problems: Kinds of problems, the most frequent first.
        routes: By route, those with the slowest request first; those that stay open come last.
    """

    requests: int
    refused: int
    failed: int
    largest_s: float
    problems: tuple[ProblemSeen, ...]
    routes: tuple[RouteFigures, ...]


@dataclass
class _Route:
    """A route's samples, as they are gathered."""

    statuses: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    buckets: dict[float, int] = field(default_factory=dict)
    spent_s: float = 0.0


def requests_of(samples: Iterable[Counted], lasting: Collection[str] = ()) -> RequestFigures:
    """Work out what metrics say of requests.

    Args:
        samples: Those of `riffler_http_...`; others are passed over.
        lasting: Routes that stay open for as long as somebody listens.

    Returns:
        The figures.
    """
    routes = defaultdict[tuple[str, str], _Route](_Route)
    problems = defaultdict[tuple[str, int], Counter[str]](Counter)
    for sample in samples:
        labels, value = sample.labels, sample.value
        if "route" not in labels:
            continue
        route = routes[labels["method"], labels["route"]]
        match sample.name.removeprefix(OF_REQUESTS):
            case "requests_total":
                route.statuses[labels["status"]] += int(value)
            case "problems_total":
                route.problems[labels["problem"]] += int(value)
                kind = labels["problem"], int(labels["status"])
                problems[kind][f"{labels['method']} {labels['route']}"] += int(value)
            case "request_seconds_bucket":
                route.buckets[float(labels["le"])] = int(value)
            case "request_seconds_sum":
                route.spent_s = value
            case _:
                pass
    figures = [_figures(*named, found, lasting=named[1] in lasting) for named, found in routes.items()]
    figures.sort(key=lambda each: (each.lasting, -_known(each.slowest_s), -_known(each.p95_s), -each.requests))
    seen = [
        ProblemSeen(*kind, found.total(), _mend(kind[0]), dict(found.most_common())) for kind, found in problems.items()
    ]
    seen.sort(key=lambda each: (-each.count, each.problem, each.status))
    bounds = [bound for found in routes.values() for bound in found.buckets if math.isfinite(bound)]
    return RequestFigures(
        sum(each.requests for each in figures),
        sum(each.count for each in seen if 400 <= each.status < 500),
        sum(each.count for each in seen if not 400 <= each.status < 500),
        max(bounds, default=0.0),
        tuple(seen),
        tuple(figures),
    )


def bound_of(buckets: Mapping[float, int], share: float) -> float | None:
    """Give the bound that at least a share of some times doesn't exceed.

    Args:
        buckets: How many times don't exceed which bound; the largest is infinite.
        share: In (0, 1].

    Returns:
        The smallest such bound; None of no times, and where only the infinite one is.
    """
    whole = max(buckets.values(), default=0)
    found = min((bound for bound, count in buckets.items() if count >= share * whole), default=math.inf)
    return found if whole and math.isfinite(found) else None


def _figures(method: str, route: str, found: _Route, *, lasting: bool) -> RouteFigures:
    requests, buckets = found.statuses.total(), {} if lasting else found.buckets
    mean_s = None if lasting or not requests else round(found.spent_s / requests, 6)
    times = [bound_of(buckets, share) for share in (0.5, 0.95, 1.0)]
    return RouteFigures(
        method,
        route,
        requests,
        dict(sorted(found.statuses.items())),
        dict(found.problems.most_common()),
        lasting,
        mean_s,
        *times,
    )


def _known(bound_s: float | None) -> float:
    return math.inf if bound_s is None else bound_s


def _mend(problem: str) -> str:
    named = "".join(word.capitalize() for word in problem.split("-"))
    return _MENDS.get(problem) or mend_named(named)
