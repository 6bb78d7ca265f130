"""Logs: one line of keys and values an event.

They go through Python's own logging, under `riffler`: an app that embeds the library decides where they go, and sees
nothing but warnings until it does. Events name what happened and carry ids, counts and times. Text of users is never
among them: not a question, not a rewrite, not a tool's arguments or reply (the design's rule 10). What `bind` names is
in each line of the task that it was called in, and of those that this task starts.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal, cast

import structlog

Level = Literal["debug", "info", "warning", "error"]


def get_logger(part: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a part of Riffler.

    Args:
        part: Its name, such as `agent`.

    Returns:
        A logger that takes an event and its keys.
    """
    logger = structlog.wrap_logger(
        logging.getLogger(f"riffler.{part}"),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return cast("structlog.stdlib.BoundLogger", logger)


def bind(**keys: str) -> None:
    """Add keys to all lines that are logged from here on, in this task and in those that it starts.

    Args:
        **keys: The keys, such as a request's id.
    """
    structlog.contextvars.bind_contextvars(**keys)


def configure_logs(level: Level) -> None:
    """Send the logs of this process to standard error. For processes that are Riffler's own.

    Args:
        level: The least that is logged.
    """
    # Libraries whose lines say what requests have in them: addresses with their queries, and at `debug` users' texts.
    least = logging.getLevelNamesMapping()[level.upper()]
    for name in ("httpx2", "httpcore2", "openai"):
        logging.getLogger(name).setLevel(max(least, logging.WARNING))
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
