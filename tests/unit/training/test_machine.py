"""Settings of the machine are checked, and a training leaves the process as it was."""

import random

import numpy as np
import pytest
import torch

from hsic_hpo.errors import InputError
from hsic_hpo.training.machine import Machine, machine

GPU = torch.cuda.is_available()


def test_default_is_single_precision_on_the_cpu() -> None:
    assert machine() == Machine(torch.device("cpu"), "32")


def test_auto_takes_a_gpu_where_there_is_one() -> None:
    assert machine("auto").device.type == ("cuda" if GPU else "cpu")


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [
        ("tpu", "64", r"device: 'tpu'; allowed: cpu, cuda, auto; did you mean 'cpu'\?"),
        ("cpu", "16", r"precision: '16'; allowed: 32, tf32, bf16; did you mean 'bf16'\?"),
        ("cpu", "tf32", r"precision: 'tf32' needs a GPU; allowed on a CPU: 32, bf16"),
    ],
)
def test_bad_settings_are_refused(device: str, precision: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        machine(device, precision)


@pytest.mark.skipif(GPU, reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"^device: 'cuda', but PyTorch finds no GPU"):
        machine("cuda")


def draws() -> list[float]:
    return [torch.rand(1).item(), np.random.rand(), random.random()]  # noqa: NPY002


def test_streams_are_the_seed_s_own_and_put_back() -> None:
    with machine().isolated(7):
        first = draws()
    np.random.seed(1)  # noqa: NPY002 - the stream of others' code
    random.seed(1)
    torch.manual_seed(1)
    before = draws()
    np.random.seed(1)  # noqa: NPY002 - the stream of others' code
    random.seed(1)
    torch.manual_seed(1)
    with machine().isolated(7):
        assert draws() == first
    assert draws() == before


def _draw_and_raise() -> None:
    with machine().isolated(7):
        draws()
        raise ZeroDivisionError


def test_streams_are_put_back_after_a_failure() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError):
        _draw_and_raise()
    assert torch.equal(torch.get_rng_state(), before)


def test_isolated_runs_on_one_thread_and_puts_their_number_back() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with machine().isolated(0):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_bf16_lowers_the_precision_of_matrix_products_alone() -> None:
    x = torch.randn(3, 3)
    autocast = machine("cpu", "bf16").autocast()
    for _ in range(2):
        with autocast:
            assert (x @ x).dtype == torch.bfloat16
            assert torch.nn.functional.mse_loss(x @ x, x).dtype == torch.float32
    with machine().autocast():
        assert (x @ x).dtype == torch.float32
