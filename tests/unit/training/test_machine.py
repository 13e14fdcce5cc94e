"""Settings of the machine are checked, and a training leaves the process as it was."""

import random
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import numpy as np
import pytest
import torch

from hsic_hpo.errors import InputError
from hsic_hpo.training import machine as machines
from hsic_hpo.training.machine import Machine, machine
from hsic_hpo.training.streams import fork_streams

GPU = torch.cuda.is_available()
OPERATIONS = ("cuda.matmul", "cudnn.conv", "cudnn.rnn", "mkldnn.matmul", "mkldnn.conv")
per_operation = pytest.mark.skipif(
    not hasattr(torch.backends, "fp32_precision"), reason="torch has one setting for all operations"
)


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


def test_a_gpu_is_started_once_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []
    ones = torch.ones
    monkeypatch.setattr(torch, "ones", lambda *shape, device, **rest: ones(*shape, **rest))
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    machines._start_gpu.cache_clear()
    before = torch.get_rng_state()
    machine().start()
    assert waited == []
    for _ in range(2):
        Machine(torch.device("cuda"), "32").start()
    assert waited == [torch.device("cuda")]
    assert torch.equal(torch.get_rng_state(), before)
    machines._start_gpu.cache_clear()


@pytest.mark.skipif(GPU, reason="there is a GPU")
def test_a_gpu_that_does_not_start_is_left_to_the_training_mock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch, "ones", full)
    Machine(torch.device("cuda"), "32").start()
    machines._start_gpu.cache_clear()


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


def test_the_stream_of_a_gpu_in_use_is_put_back_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(torch.random, "fork_rng", lambda devices: asked.append(devices))
    for device in ("cpu", "cuda", "cuda:1"):
        fork_streams(torch.device(device))
    assert asked == [[], [0], [1]]


@pytest.fixture
def precisions() -> Iterator[None]:
    """Let a test change the precision of the process."""
    by_operation = hasattr(torch.backends, "fp32_precision")
    before = precisions_now() if by_operation else []
    yield
    if by_operation:
        torch.backends.fp32_precision = "none"
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = True
    for operation, precision in zip(OPERATIONS, before, strict=by_operation):
        set_precision(operation, precision)


def set_precision(operation: str, precision: str) -> None:
    attrgetter(operation)(torch.backends).fp32_precision = precision


def precisions_now() -> list[str]:
    return [attrgetter(operation)(torch.backends).fp32_precision for operation in OPERATIONS]


def old_settings() -> tuple[Any, ...]:
    """Ask by the older interface, which raises where the newer one contradicts it."""
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


@pytest.mark.usefixtures("precisions")
@pytest.mark.parametrize("before", [("highest", True), ("high", False)])
def test_single_precision_is_that_of_convolutions_too(before: tuple[str, bool]) -> None:
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]
    for precision in ("32", "bf16"):
        with Machine(torch.device("cpu"), precision).isolated(0):
            assert old_settings() == ("highest", False)
        assert old_settings() == before
    with Machine(torch.device("cpu"), "tf32").isolated(0):
        assert old_settings() == ("high", True)
    assert old_settings() == before


@per_operation
@pytest.mark.usefixtures("precisions")
@pytest.mark.parametrize(
    ("operation", "precision"),
    [
        ("cuda.matmul", "tf32"),
        ("cudnn.conv", "ieee"),
        ("cudnn.rnn", "ieee"),
        ("mkldnn.matmul", "bf16"),
        ("mkldnn.conv", "bf16"),
    ],
)
def test_a_precision_that_the_older_interface_cannot_tell_is_set_and_put_back(
    operation: str, precision: str
) -> None:
    set_precision(operation, precision)
    before = precisions_now()
    with machine().isolated(0):
        assert precisions_now() == ["ieee"] * len(OPERATIONS)
        assert old_settings() == ("highest", False)
    assert precisions_now() == before
    with Machine(torch.device("cpu"), "tf32").isolated(0):
        assert precisions_now()[:3] == ["tf32"] * 3
        assert old_settings() == ("high", True)
        set_precision(operation, precision)
    assert precisions_now() == before


@per_operation
@pytest.mark.usefixtures("precisions")
def test_a_precision_for_all_operations_does_not_reach_a_training() -> None:
    torch.backends.fp32_precision = "tf32"
    before = precisions_now()
    with machine().isolated(0):
        assert precisions_now() == ["ieee"] * len(OPERATIONS)
    assert precisions_now() == before
