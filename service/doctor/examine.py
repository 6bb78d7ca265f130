"""Runs the checks one after the other, so that none disturbs what another measures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence

from riffler.errors import InvalidSetting, RifflerError
from riffler.service.agent.health.finding import Finding, Result
from riffler.service.agent.health.mending import mend
from riffler.service.doctor.check import Check
from riffler.service.doctor.checks import (
    data_folder,
    device,
    engine,
    memory,
    model_list,
    persistence,
    pipeline,
    scripts,
    server,
    settings,
    speed,
    tool_calls,
)
from riffler.service.doctor.subject import Subject

CHECKS: tuple[Check, ...] = (
    settings.CHECK,
    server.CHECK,
    persistence.CHECK,
    memory.CHECK,
    scripts.CHECK,
    data_folder.CHECK,
    model_list.CHECK,
    engine.CHECK,
    tool_calls.CHECK,
    speed.CHECK,
    device.CHECK,
    pipeline.CHECK,
)
"""All checks, in order: what one needs comes before it."""


async def examine(subject: Subject, checks: Sequence[Check] = CHECKS) -> AsyncGenerator[Result]:
    """Run the checks. What fails in one never stops the others.

    Args:
        subject: What to look at. It stays open.
        checks: The checks, in order.

    Yields:
        A result a check, as it comes.
    """
    whole: dict[str, bool] = {}
    for check in checks:
        began = time.perf_counter()
        if whole.get(check.needs, True):
            findings, whole[check.name] = await _run(check, subject)
        else:
            findings, whole[check.name] = (_skipped(f"not looked at, because {check.needs!r} failed"),), False
        yield Result(check.name, findings, (time.perf_counter() - began) * 1000, whole[check.name])


def unreadable(error: InvalidSetting, checks: Sequence[Check] = CHECKS) -> list[Result]:
    """Give the results of settings that can't be read: there is nothing else to look at.

    Args:
        error: What reading them raised.
        checks: The checks that would have been run.

    Returns:
        A failure of the first check, and a word for each of the others.
    """
    first, *others = checks
    broken = Result(first.name, (Finding("fail", str(error), mend(error)),), whole=False)
    skipped = _skipped("not looked at, because the settings can't be read")
    return [broken, *(Result(check.name, (skipped,), whole=False) for check in others)]


async def _run(check: Check, subject: Subject) -> tuple[tuple[Finding, ...], bool]:
    try:
        async with asyncio.timeout(check.deadline_s):
            return tuple(await check.run(subject)), True
    except TimeoutError:
        late = f"gave no result within {check.deadline_s:g} s"
        return (
            Finding("fail", late, "Something that it asks hangs, or is very slow; the log of that part says more."),
        ), False
    except RifflerError as exc:
        return (Finding("fail", str(exc), mend(exc)),), False


def _skipped(why: str) -> Finding:
    return Finding("skip", why)
