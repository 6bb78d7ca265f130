"""What FastAPI runs before a route's own function."""

import inspect
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from riffler.service.app import Riffler
from riffler.service.http.app import create_app
from riffler.service.serving import core_of


def functions(dependant: Dependant) -> Iterator[object]:
    """Give a route's function and all that it depends on."""
    yield dependant.call
    for each in dependant.dependencies:
        yield from functions(each)


async def test_no_request_waits_for_a_thread(riffler: Riffler) -> None:
    """Every function of every route is a coroutine's: FastAPI runs any other in a thread, which takes 0.1 ms each."""
    app = create_app(core_of(riffler), max_body_bytes=100_000, shutdown_s=1.0)
    routes = [route for route in app.router.routes if isinstance(route, APIRoute)]
    called = {each for route in routes for each in functions(route.dependant)}
    assert len(routes) > 40
    assert len(called) > len(routes)
    assert [each for each in called if not inspect.iscoroutinefunction(each)] == []
