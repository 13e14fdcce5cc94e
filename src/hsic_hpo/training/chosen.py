"""Which of the networks that a choice was trained as is handed out."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.files import atomic, write_text
from hsic_hpo.training.records import network_path, read_records
from hsic_hpo.trials.failures import commonest
from hsic_hpo.wording import counted


def keep_chosen(outputs: Iterable[str], records: Sequence[str], folder: Path | str) -> None:
    """Copy the network of each choice to where a reader looks for it.

    Of all seeds, and all repeats of the search, it is the network with the lowest validation
    error, as the test error must not decide. Where none ended well the file says why.

    Parameters
    ----------
    outputs
        Files to write, ``final/<method>/<choice>/model.ckpt``.
    records
        Files of records, in folders beside them.
    folder
        Where finished trainings are kept.

    Raises
    ------
    InputError
        When a network is gone: its records are removed, so that the next run trains it again.
    """
    for output in outputs:
        beside = Path(output).parent
        paths = [path for path in records if Path(path).parents[1] == beside]
        _keep_best(
            [(record, path) for path in paths for record in read_records(path)], output, folder
        )


def _keep_best(
    trained: Sequence[tuple[Mapping[str, Any], str]], output: str, folder: Path | str
) -> None:
    kept = [
        (record["validation_error"], i)
        for i, (record, _) in enumerate(trained)
        if "network" in record
    ]
    if not kept:
        write_text(json.dumps({"no_network": _why([record for record, _ in trained])}), output)
        return
    record, path = trained[min(kept)[1]]
    network = network_path(folder, record["network"])
    if not network.is_file():
        Path(path).unlink()
        raise InputError(f"{network}: missing; run the same command again, which trains it again")
    with atomic(output) as temporary:
        shutil.copyfile(network, temporary)


def _why(records: Sequence[Mapping[str, Any]]) -> str:
    if not records:
        return "no network: no trial of the search keeps to the limits of this choice"
    reasons = commonest(record["reason"] for record in records)
    return f"no network: none of its {counted(len(records), 'trainings')} ended well: {reasons}"
