"""What stands below each figure of a study."""

CAPTIONS = {
    "space": (
        "The search space: each hyperparameter with its type, its values and the law by which "
        "random trials draw them. Conditional hyperparameters are indented below the one that "
        "they depend on."
    ),
    "errors": (
        "Histogram of the validation errors of the trials. The dashed line is the goal: the "
        "threshold of the best fraction of the trials, whose membership the sensitivity "
        "analysis explains."
    ),
    "trainings": (
        "Learning curves, training times and outcomes of the trials. Left, validation error "
        "after each epoch; middle, wall time of a training against the FLOPs of one forward "
        "pass of its network; right, how the trainings ended. The trials of the best fraction "
        "are blue."
    ),
    "importance": (
        "Sensitivity indices HSIC(U, Z) of each hyperparameter for landing among the best "
        "trials, with noise floors, confidence intervals of the debiased indices and p-values "
        "adjusted for the number of hyperparameters. The strips beside them show where the best "
        "are, from low to high values: how often trials there reach the goal, the dashed line on "
        "average; beside them the values that stand out, where the index is found to matter. "
        "Indices compare within a panel only: each conditional group has its own, with what exists "
        "only there first."
    ),
    "distributions": (
        "Distributions of the hyperparameters with the highest indices: over all trials of "
        "their group, and over those that reach the goal. Continuous ones on the scale of the "
        "uniform variable U, on which random draws are flat; discrete ones as the share of each "
        "level. The further the two are apart, the higher the index."
    ),
    "worst": (
        "Indices for landing among the worst trials, beside those for the best, and how one "
        "hyperparameter is distributed given each. What spoils a trial need not be what makes "
        "it one of the best."
    ),
    "interactions": (
        "Joint indices and pure interactions of all pairs of hyperparameters. Left, the joint "
        "index of each pair, which is high whenever one of the two matters; right, the pure "
        "interaction, which is not. Marked pairs are significant, the pure interactions after "
        "adjustment for the number of pairs."
    ),
    "pairs": (
        "Where the best are in the plane of two hyperparameters that matter together. A point is a "
        "trial, a black one reaches the goal; the shading is the share of the trials of a cell "
        "that do. Where the two did not interact, columns would have the same pattern of shades, "
        "lighter or darker. Above each, the values of one that stand out among the best, given "
        "those of the other."
    ),
    "convergence": (
        "Indices of the hyperparameters, and the agreement of their ranking with the last one, "
        "against the number of trials. The analysis is repeated on nested subsets of the "
        "trials: an index or a ranking that still changes between the last two sizes would "
        "probably change with more trials."
    ),
    "importance_by_budget": (
        "What matters at a budget: the unbiased index of the best fraction among the trials that "
        "cost at most c, against c. Filled marks, with their confidence intervals, are significant "
        "after adjustment for the hyperparameters and all budgets; below the dashed line an index "
        "is no larger than chance makes it. The best are compared with all trials within the "
        "budget, so that what drives the cost does not appear to matter because of the limit alone."
    ),
    "importance_by_epoch": (
        "From which epoch on the explanation holds: the unbiased index of the best fraction of the "
        "trials, had all trainings ended after so many epochs, against the epoch. Filled marks, "
        "with their confidence intervals, are significant after adjustment for the hyperparameters "
        "at that epoch; below the dashed line an index is no larger than chance makes it. At the "
        "last epoch it is the explanation of the whole trainings."
    ),
    "quadrant": (
        "Impact on the error against impact on the cost, each in units of its noise floor, with "
        "confidence intervals. The noise floors divide the plane: optimise what matters for the "
        "error alone, trade off what matters for both, fix cheaply what matters for the cost "
        "alone, fine-tune the rest."
    ),
    "sweeps": (
        "The index within a part of the range, against the end of the range that moves, with "
        "noise floors. The diamonds mark the widest range from which on no index is "
        "significant: there, the cheapest values may be chosen with a limited effect on the "
        "error."
    ),
    "front": (
        "For every cost the lowest validation error that was found: the front of all trials, in "
        "black, and of those that each method knew. A mark at a step is a network of the front, in "
        "the colour of the search that found it; circled are those that the study's choices take "
        "from all trials. Light points are all trials."
    ),
    "front_held": (
        "How much of the front of all trials each search holds, by hypervolume, the random trials "
        "included, against the floating-point operations of its trainings. Thin lines are repeats; "
        "thick ones, which end in a mark, their medians; a repeat that has ended keeps what it "
        "holds. The dashed line is the random trials alone."
    ),
    "comparison": (
        "Validation error against FLOPs of one forward pass of one sample, for all trials of "
        "all searches. Large marks are the chosen configurations, thin lines the incumbents of "
        "each repeat round by round, the grey staircase the Pareto front."
    ),
}
