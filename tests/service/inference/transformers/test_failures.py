"""A model's code may raise anything: who is concerned hears the true cause, and a probe sees what won't mend itself."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from riffler.errors import EngineUnavailable
from riffler.service.inference.transformers import TransformersEngine
from riffler.service.ports.engine import EngineRequest, Sampling, complete
from riffler.tools.messages import Message

torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")

ASK = EngineRequest((Message.user("deep"),), sampling=Sampling(max_tokens=4))


@contextmanager
def failing(engine: TransformersEngine, error: Exception, when: Callable[[Any], bool] = bool) -> Iterator[None]:
    """Let the model's forward pass raise where its input is so."""

    def fail(_module: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        if when(kwargs["input_ids"].shape):
            raise error

    assert engine._loaded is not None
    hook = engine._loaded.local.model.register_forward_pre_hook(fail, with_kwargs=True)
    yield
    hook.remove()


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("'NoneType' object has no attribute 'shape'"),
        OverflowError("int too large"),
        OSError("gone"),
        StopIteration("x"),
        RuntimeError("expected scalar type Float"),
        RuntimeError("CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling cublasGemmEx"),
    ],
)
async def test_whatever_a_model_raises_is_said_and_survived(engine: TransformersEngine, error: Exception) -> None:
    """The call gets the cause by its name, and the next call, and the probe, find a working engine."""
    alone = await complete(engine, ASK)
    with failing(engine, error):
        for _ in range(3):
            with pytest.raises(EngineUnavailable, match=f"failed .{type(error).__name__}: {str(error)[:20]}"):
                await complete(engine, ASK)
    await engine.ready()
    assert await complete(engine, ASK) == alone


@pytest.mark.parametrize("kind", ["accelerator", "runtime"])
async def test_a_device_that_failed_is_broken_for_good(engine: TransformersEngine, kind: str) -> None:
    """After an error that CUDA repeats for ever, callers and the probe are told to start the process again.

    There is no GPU to poison in CI: a hook raises PyTorch's own error.
    """
    says = "CUDA error: an illegal memory access was encountered"
    error = torch.AcceleratorError(says) if kind == "accelerator" else RuntimeError(says)
    await engine.ready()
    with failing(engine, error):
        both = await asyncio.gather(complete(engine, ASK), complete(engine, ASK), return_exceptions=True)
    for failure in both:
        assert isinstance(failure, EngineUnavailable)
        assert "illegal memory access" in str(failure)
    with pytest.raises(EngineUnavailable, match="illegal memory access.*restart the process"):
        await complete(engine, ASK)
    with pytest.raises(EngineUnavailable, match="restart the process"):
        await engine.ready()


async def test_a_round_that_fails_is_said_and_survived_once(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails outside the model fails the rows with its cause; only a second time in a row is the engine broken.

    One step of a round stands for our own code here: it can't be made to fail from outside.
    """
    alone = await complete(engine, ASK)
    assert engine._loaded is not None
    worker = engine._loaded.worker

    def fail(*_args: Any) -> None:
        raise LookupError("no such place")

    for times in (1, 2):
        with monkeypatch.context() as patched:
            patched.setattr(type(worker.rounds), "_expire", fail)
            for _ in range(times):
                with pytest.raises(EngineUnavailable, match="LookupError: no such place"):
                    await complete(engine, ASK)
        if times == 1:
            await engine.ready()
            assert await complete(engine, ASK) == alone
    with pytest.raises(EngineUnavailable, match="no such place.*restart the process"):
        await engine.ready()
