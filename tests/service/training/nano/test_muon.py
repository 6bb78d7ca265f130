"""Muon: its step has all directions alike, and it goes downhill where gradients differ much in size."""

import pytest

torch = pytest.importorskip("torch", reason="the extra `local` isn't installed")

from riffler.service.training.nano.muon import Muon  # noqa: E402 - needs the extra


@pytest.mark.parametrize("shape", [(24, 24), (40, 16), (16, 40)])
def test_a_first_step_has_singular_values_near_one(shape: tuple[int, int]) -> None:
    """Times the learning rate and 0.2 times the root of the longer side, whatever the gradient's own are."""
    torch.manual_seed(1)
    matrix = torch.nn.Parameter(torch.zeros(shape))
    matrix.grad = torch.randn(shape) @ torch.diag(torch.logspace(0, -2, shape[1]))
    Muon([matrix], lr=1e-2).step()
    values = torch.linalg.svdvals(-matrix / (1e-2 * 0.2 * max(shape) ** 0.5))
    assert values.max() < 1.3
    assert values.median() > 0.6


def test_it_fits_a_matrix_whose_directions_differ_in_size() -> None:
    """A least-squares problem with inputs of sizes from 1 to 0.01 is solved to a thousandth of its first loss."""
    torch.manual_seed(1)
    inputs = torch.randn(256, 8) * torch.logspace(0, -2, 8)
    wanted = inputs @ torch.randn(8, 8)
    matrix = torch.nn.Parameter(torch.zeros(8, 8))
    first, steps = float((wanted**2).mean()), 400
    optimizer = Muon([matrix], lr=0.2)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.2 * (1 - step / steps)
        optimizer.zero_grad()
        loss = ((inputs @ matrix - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
    assert loss.item() < first / 1000
