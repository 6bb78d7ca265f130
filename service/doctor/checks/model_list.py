"""The engine `openai`: is its server there, does it take the key, and has it the model, with that window?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from riffler.service.agent.health.finding import Finding
from riffler.service.doctor.check import Check
from riffler.service.doctor.subject import Subject
from riffler.service.inference.openai import OpenAIEngine

_NAMED = 5
"""Models to name when the right one isn't among them."""


async def _run(subject: Subject) -> list[Finding]:
    engine = subject.engine
    if not isinstance(engine, OpenAIEngine):
        return [Finding("skip", f"engine {engine.info.name!r} has no server to ask")]
    listed = await engine.models()
    if listed is None:
        return [Finding("ok", "the server is there; it has no list of models")]
    return list(_compare(listed, engine.info.model, engine.info.window_tokens))


def _compare(listed: Mapping[str, int | None], model: str, window_tokens: int) -> Iterator[Finding]:
    if model not in listed:
        names = ", ".join(sorted(listed)[:_NAMED]) or "none at all"
        more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
        # A warning: some servers take names that they don't list. The next check asks the model itself.
        yield Finding("warn", f"the server doesn't list {model!r}, but {names}{more}", "Correct RIFFLER_MODEL.")
        return
    theirs = listed[model]
    if theirs is not None and theirs < window_tokens:
        yield Finding(
            "fail",
            f"{model!r} has a window of {theirs} tokens there, {window_tokens} here: longer requests will be refused",
            f"Set RIFFLER_WINDOW_TOKENS to {theirs}.",
            {"server_window_tokens": theirs},
        )
        return
    window = f", with a window of {theirs} tokens; {window_tokens} are used" if theirs else ""
    measured: dict[str, float | str] = {"server_window_tokens": theirs} if theirs else {}
    yield Finding("ok", f"the server lists {model!r}{window}", measured=measured)


CHECK = Check("model list", _run, deadline_s=20.0)
