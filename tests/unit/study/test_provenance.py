"""A result names the versions and the state of the code that it comes from."""

from hsic_hpo.study.provenance import git_commit, versions


def test_versions_name_what_results_depend_on() -> None:
    assert {"python", "numpy", "torch", "xarray", "hsic_hpo"} <= set(versions())


def test_commit_is_a_hash_or_unknown() -> None:
    commit = git_commit().removesuffix("-dirty")
    assert commit == "unknown" or int(commit, 16) > 0
