"""Files of finished trainings: one for each, checked when read, and one for each job."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_text


def training_key(
    configuration: Mapping[str, Any],
    budget: Mapping[str, Any],
    seed: int,
    data_fingerprint: str,
    code_fingerprint: str,
) -> str:
    """Name a training by everything that decides its result.

    Parameters
    ----------
    configuration
        Values of the active hyperparameters.
    budget
        Training budget.
    seed
        Seed of initialisation, shuffling and dropout.
    data_fingerprint
        Fingerprint of the data set.
    code_fingerprint
        Fingerprint of the code that trains.

    Returns
    -------
    str
        32 hexadecimal digits of a SHA-256; a stored training is reused only under an equal key.
    """
    content = json.dumps(
        [configuration, budget, seed, data_fingerprint, code_fingerprint], sort_keys=True
    )
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def training_seed(study_seed: int, trial: str, repeat: int) -> int:
    """Derive the seed of one training, the same whichever job trains it.

    Returns
    -------
    int
        In [0, 2**32).
    """
    content = f"{study_seed}/{trial}/{repeat}".encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:4], "big")


def asked_keys(
    design: xr.Dataset,
    budget: Mapping[str, Any],
    *,
    n_repeats: int,
    study_seed: int,
    data_fingerprint: str,
    code_fingerprint: str,
) -> dict[tuple[str, int], str]:
    """Name the trainings that a design asks for, in its order.

    Returns
    -------
    dict
        From trial and repeat to the :func:`training_key`.
    """
    return {
        (str(trial), repeat): training_key(
            json.loads(text),
            dict(budget),
            training_seed(study_seed, trial, repeat),
            data_fingerprint,
            code_fingerprint,
        )
        for trial, text in zip(design["trial"].values, design["configuration"].values, strict=True)
        for repeat in range(n_repeats)
    }


def store(record: Mapping[str, Any], folder: Path | str, key: str) -> None:
    """Write the record of a finished training, with a checksum, under its key."""
    body = json.dumps(record)
    text = json.dumps({"sha256": _checksum(body), "record": body})
    write_text(text, _path(folder, key))


def find(folder: Path | str, key: str) -> dict[str, Any] | None:
    """Return the record of a finished training.

    Returns
    -------
    dict or None
        None when the training has not finished, or when its file is truncated or altered: it
        must then be trained again.
    """
    try:
        content = json.loads(_path(folder, key).read_bytes())
        body = content["record"]
        return json.loads(body) if content["sha256"] == _checksum(body) else None
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


def discard(folder: Path | str, key: str) -> None:
    """Remove the record of a training, if there is one."""
    _path(folder, key).unlink(missing_ok=True)


def write_records(records: Iterable[dict[str, Any]], path: Path | str) -> None:
    """Write records as JSON lines, atomically, once the last one is finished."""
    write_text("".join(json.dumps(record) + "\n" for record in records), path)


def read_records(path: Path | str) -> list[dict[str, Any]]:
    """Read the records that :func:`write_records` wrote."""
    with Path(path).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_asked(
    paths: Iterable[Path | str], asked: Mapping[tuple[str, int], str]
) -> list[dict[str, Any]]:
    """Read the records of the trainings that were asked for, each with its key as ``asked``.

    A file that holds another training, or cannot be read, is removed, so that the next run makes
    it again: of trainings that are finished, without training.

    Raises
    ------
    InputError
        When something is missing.
    """
    found: dict[tuple[str, int], dict[str, Any]] = {}
    files = [Path(path) for path in paths]
    unfit = []
    for path in files:
        try:
            records = {(one["trial"], one["repeat"]): one for one in read_records(path)}
            fit = all(one["asked"] == asked[key] for key, one in records.items())
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            fit = False
        if fit:
            found |= records
        else:
            unfit.append(path)
    if len(found) < len(asked):
        unfit = unfit or files
        for path in unfit:
            path.unlink(missing_ok=True)
        raise InputError(
            f"{', '.join(map(str, unfit[:3]))}: not the trainings that were asked for, as code or "
            "settings were edited, or a file damaged: removed; run the same command again"
        )
    return list(found.values())


def network_path(folder: Path | str, key: str) -> Path:
    """Return where the network of a training is kept, if it is: beside the record."""
    return _path(folder, key).with_suffix(".network")


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _path(folder: Path | str, key: str) -> Path:
    # Two-level folders keep directory listings short when a study has 10^5 trainings.
    return Path(folder) / key[:2] / f"{key}.json"
