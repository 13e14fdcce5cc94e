"""What is said of a halving, and the table of its rungs."""

from curved_search import curved
from hsic_hpo.tables.halving import halving_remark, halving_sentence, halving_table
from hsic_hpo.trials.halved import halved
from hsic_hpo.trials.missed import missed_by_halving
from hsic_hpo.trials.rungs import Rung

WHOLE = curved(200)


def test_a_late_and_mild_halving_is_said_to_be_sure():
    left = halved(WHOLE, (Rung(20, 0.6),))
    sentence = halving_sentence(left, 0.1)
    assert sentence.startswith(
        "The halving stopped 80 of 200 trials: 80 after epoch 20. Of the best 10 %, 20 trials, it "
        "is expected to have stopped 0."
    )
    assert "nearly the same trials" in sentence


def test_a_hasty_halving_warns_and_proposes_rungs():
    remark = halving_remark(missed_by_halving(halved(WHOLE, (Rung(1, 0.15),)), 0.1))
    assert "Warning: that is not negligible" in remark
    assert "rungs: [{epochs: 3, keep: " in remark


def test_of_trials_that_were_not_halved_nothing_is_said():
    assert halving_sentence(WHOLE, 0.1) == ""


def test_the_table_counts_the_trials_of_each_rung():
    missed = missed_by_halving(halved(WHOLE, (Rung(4, 0.5), Rung(8, 0.3))), 0.1)
    table = halving_table(missed)
    assert table["epochs"].tolist() == [4, 8]
    assert table["compared"].tolist() == [200, 100]
    assert table["stopped"].tolist() == [100, 40]
    assert table["expected_missed"].sum() == float(missed["expected"])
