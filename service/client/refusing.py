"""Problems of the server as errors: each is a `Refused`, and what the server itself raised."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from riffler import errors
from riffler.service.client.errors import ClientError
from riffler.service.client.models.problems import Complaint, Problem


class Refused(ClientError):
    """The server said no.

    Args:
        operation: What was to be done.
        problem: What the server said.
        retry_after_s: When it finds it worth trying again.

    Attributes:
        problem: What the server said.
    """

    def __init__(self, operation: str, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(
            operation,
            f"{problem.status} {problem.title}",
            f": {problem.detail}",
            status=problem.status,
            retry_after_s=retry_after_s,
        )
        self.problem = problem
        self.maybe_done = problem.status >= 500

    @property
    def kind(self) -> str:
        """The kind of problem, such as `session-busy`."""
        return self.problem.type.rpartition(":")[2]

    @property
    def title(self) -> str:
        """The kind in words; the same for all of a kind."""
        return self.problem.title

    @property
    def detail(self) -> str:
        """What happened, and what would work."""
        return self.problem.detail

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """What is wrong with each field, where fields are wrong."""
        return self.problem.errors or ()

    @property
    def request_id(self) -> str:
        """The request's id, as the server's log has it."""
        return self.problem.instance.rpartition(":")[2]

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled by what it is made of: the classes of two kinds are made as they are needed."""
        return refused, (self.operation, self.problem, self.retry_after_s), self._found_later()


def refused(operation: str, problem: Problem, retry_after_s: float | None = None) -> Refused:
    """Make the error of a problem.

    Args:
        operation: What was to be done.
        problem: What the server said.
        retry_after_s: When it finds it worth trying again.

    Returns:
        A refusal, which is also an error of `riffler.errors` where its kind is one of theirs.
    """
    return _kind(problem.type.rpartition(":")[2])(operation, problem, retry_after_s)


_OF_HTTP: Mapping[str, type[errors.RifflerError]] = MappingProxyType(
    {"invalid-request": errors.InvalidInput, "body-too-large": errors.InvalidInput}
)
"""What HTTP's own layer refuses, by the name that the library has for it."""


@cache
def _kinds() -> Mapping[str, type[errors.RifflerError]]:
    found = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.RifflerError)]
    return {re.sub(r"(?<!^)(?=[A-Z])", "-", each.__name__).lower(): each for each in found} | dict(_OF_HTTP)


@cache
def _kind(name: str) -> type[Refused]:
    theirs = _kinds().get(name)
    if theirs is None or theirs is errors.RifflerError:
        return Refused
    return type(theirs.__name__, (Refused, theirs), {"__doc__": theirs.__doc__, "__module__": __name__})
