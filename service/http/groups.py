"""What the groups of routes have in common."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from riffler.service.http.queries import known_queries


def group(prefix: str, tag: str, route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """Make a group of Riffler's own routes, which take no query that they don't know.

    Args:
        prefix: What their paths begin with.
        tag: What the description lists them under.
        route_class: How a request becomes arguments.

    Returns:
        The router. Its routes are complete: an app takes them as they are.
    """
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=route_class,
        dependencies=[Depends(known_queries)],
        generate_unique_id_function=by_name,
    )


def by_name(route: APIRoute) -> str:
    """Name an operation as its function is named, so that a generated client has `call_tool`.

    Args:
        route: The operation's route.

    Returns:
        The name.
    """
    return route.name
