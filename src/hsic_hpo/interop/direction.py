"""Is less better, or more? Asked where the name of what was measured leaves it open."""

import re

from hsic_hpo.errors import InputError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GAINS = _words(
    "acc accuracy ap auc auprc auroc avgreward bleu coverage dice elo f1 f2 fbeta fscore "
    "gain iou jaccard kappa likelihood loglik map mcc meteor miou mrr ndcg pck pearson "
    "power ppv precision profit psnr r2 recall return reward rewards roc rocauc rouge "
    "score scores sensitivity sharpe spearman specificity ssim success throughput top1 "
    "top5 tpr utility winrate"
)
_LOSSES = _words(
    "bce brier ce cost crossentropy deviance distance divergence eer entropy err error "
    "errors fid fpr kl log logloss loss losses mae mape mse nll perplexity ppl regret "
    "rmse rmsle wer"
)
_TURNED = _words("minus neg negative negated")
# The log of these is no loss.
_ALL_OF = ("likelihood", "loglik")


def maximised(name: str, maximise: bool | None, where: str) -> bool:
    """Tell whether more of an error column is better.

    Parameters
    ----------
    name
        Of the column.
    maximise
        What the user says; None where nothing was said: then less is better, unless the name
        says otherwise.
    where
        Place named first in the message.

    Raises
    ------
    InputError
        When nothing was said and the name is one of which more is usually better, or when what
        was said is no truth value.
    """
    if maximise not in (None, True, False):
        raise InputError(f"maximise: {maximise!r} is neither True nor False")
    if maximise is None and suggests_more_is_better(name):
        raise InputError(
            f"{where}: column {name!r}: is more better? say --maximise or --minimise "
            "(in Python: maximise=True or False)"
        )
    return bool(maximise)


def suggests_more_is_better(name: str) -> bool:
    """Tell whether a name is one of which more is usually better: ``val_acc``, ``testF1``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", " ", name)
    words = spaced.lower().split()
    stems = {*words, *(word.rstrip("0123456789") for word in words), "".join(words)}
    is_loss = not _LOSSES.isdisjoint(words) and stems.isdisjoint(_ALL_OF)
    is_gain = not is_loss and not _GAINS.isdisjoint(stems)
    is_turned = sum(word in _TURNED for word in words) % 2 == 1
    return is_loss if is_turned and (is_loss or is_gain) else is_gain
