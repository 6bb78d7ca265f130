"""The device of local models: what torch sees, or onnxruntime. Torch is imported only where something uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from riffler.errors import EngineUnavailable
from riffler.service.agent.health.finding import Finding
from riffler.service.cores import own_cores
from riffler.service.doctor.check import Check, apart
from riffler.service.doctor.subject import Subject

_DRIVER = Path("/proc/driver/nvidia/version")
_GIB = 1 << 30
_LOCAL = "transformers"
_LIGHT = "nano"


async def _run(subject: Subject) -> list[Finding]:
    needed = subject.settings.engine == _LOCAL
    if subject.settings.engine == _LIGHT and not subject.device:
        return await apart(lambda: [_onnxruntime()])
    if not needed and not subject.device:
        return [
            Finding("skip", f"engine {subject.settings.engine!r} runs no model in this process (--device looks anyway)")
        ]
    if find_spec("torch") is None:
        mend = "Install the extra: pip install 'riffler[local]'."
        return [Finding("fail" if needed else "warn", "torch isn't installed, so no model can run here", mend)]
    wanted = str(getattr(subject.settings, "device", None) or "auto")
    return await apart(lambda: list(_look(wanted)))


def _look(wanted: str) -> Iterator[Finding]:
    import torch  # noqa: PLC0415 - heavy, and an extra

    try:
        if torch.cuda.is_available():
            for number in range(torch.cuda.device_count()):
                yield _gpu(torch, number)
            return
    except RuntimeError as exc:  # torch has no narrower class for what a driver says
        raise EngineUnavailable(f"CUDA: {' '.join(str(exc).split())[:200]}") from exc
    yield _cpu(torch)
    if wanted.startswith("cuda"):
        yield Finding(
            "fail",
            f"RIFFLER_DEVICE is {wanted!r}, but torch {torch.__version__} sees no GPU{_driver()}",
            "Give the container the GPU (profile gpu), install the driver, or a torch built for CUDA.",
        )
    elif _DRIVER.exists() and torch.version.cuda is None:
        yield Finding(
            "warn", f"there is a GPU{_driver()}, but this torch was built without CUDA", "Install torch built for CUDA."
        )


def _gpu(torch: Any, number: int) -> Finding:  # noqa: ANN401 - the module; its types are an extra's
    name = torch.cuda.get_device_name(number)
    free, total = torch.cuda.mem_get_info(number)
    return Finding(
        "ok",
        f"cuda:{number} {name}, {free / _GIB:.1f} of {total / _GIB:.1f} GiB free, torch {torch.__version__}{_driver()}",
        measured={"device": name, "free_bytes": free, "total_bytes": total},
    )


def _cpu(torch: Any) -> Finding:  # noqa: ANN401 - see `_gpu`
    cores, threads = own_cores(), torch.get_num_threads()
    said = f"CPU, {threads} threads on {cores} cores, torch {torch.__version__}"
    measured: dict[str, float | str] = {"device": "cpu", "threads": threads, "cores": cores}
    if threads > cores:
        return Finding(
            "warn", said, f"Set OMP_NUM_THREADS to {cores}: more threads than cores slow each other.", measured
        )
    return Finding("ok", said, measured=measured)


def _onnxruntime() -> Finding:
    """Tell what the engine without torch runs on: the CPU, always."""
    from riffler.service.inference.nano.runtime import own_threads  # noqa: PLC0415 - only where it is used

    threads, release = own_threads(), version("onnxruntime")
    measured: dict[str, float | str] = {"device": "cpu", "threads": threads}
    return Finding("ok", f"CPU, {threads} threads, onnxruntime {release}, no torch needed", measured=measured)


def _driver() -> str:
    try:
        found = re.search(r"\b\d{3}\.\d+(\.\d+)?\b", _DRIVER.read_text("utf-8", "replace"))
    except OSError:
        return ""
    return f", driver {found[0]}" if found else ""


CHECK = Check("device", _run, deadline_s=90.0)
