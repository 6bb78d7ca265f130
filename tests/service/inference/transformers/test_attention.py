"""PyTorch's switch for cuDNN's attention is off while anybody needs that, and is then what it was."""

import threading
from collections.abc import Iterator

import pytest

torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")
attention = pytest.importorskip(
    "riffler.service.inference.transformers.attention", reason="the extra `local` isn't installed"
)
CUDA = torch.device("cuda")


@pytest.fixture(autouse=True, params=[True, False], ids=["on before", "off before"])
def before(request: pytest.FixtureRequest) -> Iterator[bool]:
    """What the switch is before, and what it is put back to after a test."""
    was, wanted = enabled(), bool(request.param)
    torch.backends.cuda.enable_cudnn_sdp(wanted)
    yield wanted
    torch.backends.cuda.enable_cudnn_sdp(was)


def enabled() -> bool:
    """Tell what PyTorch would do."""
    return bool(torch.backends.cuda.cudnn_sdp_enabled())


def test_on_a_cpu_nothing_is_switched(before: bool) -> None:
    """The process's switch stays as it is."""
    with attention.without_plans(torch.device("cpu")):
        assert enabled() == before
    assert enabled() == before


def test_a_failure_puts_it_back(before: bool) -> None:
    """It is off within the block, and after an error what it was."""
    seen = []

    def fail() -> None:
        with attention.without_plans(CUDA):
            seen.append(enabled())
            raise RuntimeError("the device is gone")

    with pytest.raises(RuntimeError, match="device"):
        fail()
    assert seen == [False]
    assert enabled() == before


def test_the_last_of_two_threads_puts_it_back(before: bool) -> None:
    """Two engines' blocks overlap, and the one that began first ends first: the other isn't left with cuDNN's."""
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with attention.without_plans(CUDA):
            entered.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with attention.without_plans(CUDA):
        thread.start()
        entered.wait()
    inner = enabled()
    leave.set()
    thread.join()
    assert not inner
    assert enabled() == before
