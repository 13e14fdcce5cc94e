"""Of which names more is better."""

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.direction import maximised, suggests_more_is_better

MORE = (
    "accuracy val_acc valAccuracy test/f1 F1 dice score mean_test_score R2 r^2 recall precision "
    "mAP map50 iou mIoU bleu reward episode_return auc roc_auc balanced_accuracy top-1 accuracy@5 "
    "log_likelihood neg_mean_squared_error neg_log_loss minus_rmse"
)
LESS = (
    "loss val_loss error rmse objective value metric dice_loss f1_error brier_score error_rate "
    "nll log_loss negative_log_likelihood neg_accuracy minus_auc train_seconds x cost"
)


@pytest.mark.parametrize("name", MORE.split())
def test_more_is_better(name: str) -> None:
    assert suggests_more_is_better(name)
    with pytest.raises(InputError, match="is more better"):
        maximised(name, None, "x.csv")


@pytest.mark.parametrize("name", LESS.split())
def test_less_is_better(name: str) -> None:
    assert maximised(name, None, "x.csv") is False


@pytest.mark.parametrize("name", ["accuracy", "loss"])
@pytest.mark.parametrize("said", [True, False])
def test_what_is_said_counts(name: str, said: bool) -> None:
    assert maximised(name, said, "x.csv") is said
