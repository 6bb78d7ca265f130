"""`riffler serve`: the service as processes. Each worker builds its own app; all share one Redis."""

from __future__ import annotations

import asyncio
import gc
import math
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from contextlib import ExitStack

import uvicorn
from fastapi import FastAPI

from riffler.errors import RifflerError
from riffler.service.app import Riffler
from riffler.service.dashboard import pages
from riffler.service.http.app import create_app
from riffler.service.http.core import Core
from riffler.service.http.live import LiveFeed
from riffler.service.http.metrics import Metrics
from riffler.service.http.readiness import Readiness
from riffler.service.http.running import RunningTurns
from riffler.service.http.stopping import tell_at_the_signal
from riffler.service.listening import server_config
from riffler.service.logs import configure_logs
from riffler.service.memory.embedded import EmbeddedServer
from riffler.service.proxied import proxy_of
from riffler.service.settings import Settings, read_settings
from riffler.tools.registry import EVERY_TOOL, Registry

_STARTUP_FAILED = 3
"""Tells uvicorn's supervisor that another worker would fail, too."""
ANSWERS_S = 3
"""What the server waits longer than turns may run: those that were stopped put their things in order and answer."""


def serve(settings: Settings) -> None:
    """Serve until interrupted. Running turns may end first.

    Args:
        settings: What to serve with. Workers read them from the environment.
    """
    embedded = EmbeddedServer(settings.data_folder, settings.durability) if settings.redis_url is None else None
    closing_s = math.ceil(settings.shutdown_s) + ANSWERS_S
    made = {"factory": True, "workers": settings.workers}
    config = server_config("riffler.service.serving:make", settings, closing_s=closing_s, **made)
    with ExitStack() as stack:
        if settings.workers > 1:
            stack.callback(lambda: asyncio.run(embedded.stop()) if embedded else None)
            if embedded is not None:  # the parent's, so that it outlives workers that are killed
                asyncio.run(embedded.ensure())
            # Workers write their counts into files here; it has to be set before they import the metrics' library.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="riffler-"))
        _run(config)


def make() -> FastAPI:
    """Build the app of one worker, with settings from the environment. A failure ends the worker with one line.

    Returns:
        The app.
    """
    try:
        settings = read_settings()
        configure_logs(settings.log_level)
        core = core_of(Riffler(settings))
    except RifflerError as exc:
        print(f"riffler: {exc}", file=sys.stderr)
        sys.exit(_STARTUP_FAILED)
    tell_at_the_signal(lambda: core.stop(settings.shutdown_s))  # the server calls this in its loop
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="riffler-parent", daemon=True).start()
    app = create_app(
        core,
        max_body_bytes=settings.max_body_bytes,
        max_header_bytes=settings.max_header_bytes,
        max_import_bytes=settings.max_import_bytes,
        shutdown_s=settings.shutdown_s,
        hosts=settings.host_names,
    )
    pages.install(app)
    gc.collect()
    gc.freeze()  # all this lasts: a full pass of the collector over it would stop each request for 0.2 s
    return app


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    """End this worker when its supervisor is gone: nobody else would, and a new service couldn't have the port."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def core_of(riffler: Riffler) -> Core:
    """Wire what the routes stand on.

    Args:
        riffler: The library's face; everything that it makes late is made now.

    Returns:
        The core.
    """
    registry = Registry(EVERY_TOOL)
    metrics = Metrics(schema["function"]["name"] for schema in registry.schemas())
    riffler.observers.add(metrics)
    readiness = Readiness(riffler.sessions, riffler.engine)
    return Core(
        sessions=riffler.sessions,
        decisions=riffler.decisions,
        rewards=riffler.rewards,
        policies=riffler.policies,
        costs=riffler.costs,
        engine=riffler.engine,
        rewriter=riffler.rewriter,
        registry=registry,
        room=riffler.room,
        edits=riffler.edits,
        turns=riffler.turns,
        proxy=proxy_of(riffler),
        metrics=metrics,
        readiness=readiness,
        running=RunningTurns(metrics),
        turn_log=riffler.turn_log,
        recorder=riffler.recorder,
        health=riffler.health,
        live=LiveFeed(riffler.turn_log, riffler.decisions, riffler.sessions, readiness, metrics, own=riffler.tenant),
        keys=riffler.access.keys,
        ring=riffler.access.ring,
        limits=riffler.access.limits,
        tenants=riffler.access.tenants,
        files=riffler.files,
        tenant=riffler.tenant,
        auditor=riffler.auditor,
    )


def _run(config: uvicorn.Config) -> None:
    """Run one server here, or a supervisor of several; as `uvicorn.run` does, with our own exit codes."""
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415 - only here

    if config.workers > 1:
        listening = config.bind_socket()
        # Connections inherit it. asyncio would set it, but not on a socket that was made without naming TCP, as
        # uvicorn's: each answer of two packets then waits 40 ms for the client's delayed acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        supervisor = Multiprocess(config, sockets=[listening])
        supervisor.run()
        if any(worker.exitcode == _STARTUP_FAILED for worker in supervisor.processes):
            sys.exit(_STARTUP_FAILED)
        return
    for ending in (signal.SIGTERM, signal.SIGINT):
        # The server catches both, ends in order, and raises them once more: an end on request is no failure.
        signal.signal(ending, lambda *_: None)
    uvicorn.Server(config).run()
