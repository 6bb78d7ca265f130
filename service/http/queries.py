"""Query parameters that an operation doesn't have: refused, so that a misspelt one isn't taken for one left out."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError


async def known_queries(request: Request) -> None:
    """Refuse unknown query parameters.

    Args:
        request: The request.

    Raises:
        RequestValidationError: There are some; each is named, with those that the operation has.
    """
    if not request.query_params:
        return
    known = queries_of(request.scope["route"].dependant)
    expected = f"expected one of {', '.join(known)}" if known else "expected no query parameter"
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": expected, "input": name} for name in unknown]
        )


def queries_of(operation: Dependant) -> list[str]:
    """Name the query parameters of an operation.

    Args:
        operation: What FastAPI knows of its function, and of what that depends on.

    Returns:
        Their names, those of the function first: as in the description, which takes most of a second to make.
    """
    own = [parameter.alias for parameter in operation.query_params]
    return own + [name for part in operation.dependencies for name in queries_of(part)]
