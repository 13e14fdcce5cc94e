"""No configuration stops a study: what ends its process, hangs or eats memory is named."""

from pathlib import Path

from checkout import Checkout
from wild_study import assert_named, make_wild


def test_six_bad_configurations_of_sixty_are_named_and_cost_no_other(
    fresh: Checkout, tmp_path: Path
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    make_wild(checkout)
    printed = checkout.run("random/trials.nc", "failed.txt", trials_per_job=30)
    assert_named(checkout.results / "random" / "trials.nc")
    # The sixty, and the chosen one that is trained again.
    assert len(checkout.finished_trainings) == 61
    assert list((checkout.results / "trial_files").rglob("*.tries")) == []
    assert "Traceback" not in printed
    assert "trials 30-60: 30/30 trainings, 3 diverged or failed" in printed
    # The last line of a run that ends well all the same.
    assert "5 of 61 trainings failed: " in printed
    assert checkout.planned("random/trials.nc", trials_per_job=30) == {}
