"""What a Lightning module costs: counted on torch's meta device, where shapes alone pass."""

import random
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from lightning_fabric.utilities.apply_func import move_data_to_device
from pytorch_lightning import LightningDataModule, LightningModule
from pytorch_lightning.utilities.combined_loader import CombinedLoader
from pytorch_lightning.utilities.model_helpers import is_overridden
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    from hsic_hpo.problems.base import LightningProblem


def lightning_costs(
    problem: "LightningProblem", configuration: Mapping[str, Any]
) -> dict[str, float] | None:
    """Return the parameters and the operations of a module, without training it.

    The module is built on torch's meta device, where tensors have shapes but no values, and takes
    one sample of the first training batch. A module that needs values, such as one that branches
    on its inputs, is built on the CPU. The random streams of the process are left untouched.

    Returns
    -------
    dict or None
        ``n_params`` and ``flops``, as a training counts them; None where the module, its data or
        its forward pass raise an exception, as a training would find out too.
    """
    with _streams_of_its_own(), warnings.catch_warnings():
        # A training gives the same ones.
        warnings.simplefilter("ignore")
        for device in ("meta", "cpu"):
            try:
                return _built_and_counted(problem, configuration, torch.device(device))
            except Exception:  # whatever the module of a user raises
                continue
    return None


def first_sample(
    problem: "LightningProblem", configuration: Mapping[str, Any]
) -> tuple[torch.Tensor, ...]:
    """Return what a module takes for the first sample of its training data."""
    with _streams_of_its_own(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module, data = problem.module(configuration), problem.datamodule(configuration)
        data.prepare_data()
        module.prepare_data()
        data.setup("fit")
        module.setup("fit")
        return problem.sample(_first_batch(module, data))


def _built_and_counted(
    problem: "LightningProblem", configuration: Mapping[str, Any], device: torch.device
) -> dict[str, float]:
    data = problem.datamodule(configuration)
    with device:
        module = problem.module(configuration)
    data.prepare_data()
    module.prepare_data()
    data.setup("fit")
    with device:
        module.setup("fit")
        module.configure_model()
    sample = problem.sample(_first_batch(module, data))
    return {
        "n_params": trainable_parameters(module),
        "flops": forward_flops(
            module.to(device).eval(),
            tuple(move_data_to_device(given, device) for given in sample),
        ),
    }


def _first_batch(module: LightningModule, data: LightningDataModule) -> Any:
    loaders = CombinedLoader(data.train_dataloader(), "max_size_cycle")
    for loader in loaders.flattened:
        if isinstance(loader, DataLoader):
            # One batch is not worth the start of worker processes.
            loader.num_workers = 0
    batch, _, _ = next(iter(loaders))

    def owner(hook: str) -> Any:
        return data if is_overridden(hook, data) else module

    batch = owner("on_before_batch_transfer").on_before_batch_transfer(batch, 0)
    return owner("on_after_batch_transfer").on_after_batch_transfer(batch, 0)


def trainable_parameters(module: nn.Module) -> int:
    """Count the parameters of a module that a training changes."""
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def forward_flops(module: Callable[..., Any], sample: tuple[Any, ...]) -> int:
    """Count the operations of a forward pass.

    The kernels that fuse a whole layer (attention, recurrent networks) are switched off: torch's
    counter does not see into them, and they differ from device to device.

    Parameters
    ----------
    module
        In the mode in which it predicts.
    sample
        What its forward pass takes for one sample.
    """
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), _plain_kernels(), counter:
        module(*sample)
    return counter.get_total_flops()


@contextmanager
def _plain_kernels() -> Iterator[None]:
    backends = torch.backends
    enabled = (
        backends.mha.get_fastpath_enabled(),
        backends.mkldnn.enabled,
        backends.cudnn.enabled,
    )
    try:
        _enable(False, False, False)
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        _enable(*enabled)


def _enable(fused_attention: bool, mkldnn: bool, cudnn: bool) -> None:
    torch.backends.mha.set_fastpath_enabled(fused_attention)
    torch.backends.mkldnn.enabled = mkldnn
    torch.backends.cudnn.enabled = cudnn


@contextmanager
def _streams_of_its_own() -> Iterator[None]:
    streams = np.random.get_state(), random.getstate()  # noqa: NPY002 - to leave it untouched
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        np.random.seed(0)  # noqa: NPY002 - users' modules may draw from it
        random.seed(0)
        try:
            yield
        finally:
            np.random.set_state(streams[0])  # noqa: NPY002 - to leave it untouched
            random.setstate(streams[1])
