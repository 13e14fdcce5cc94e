"""Study configs: what is read, what is filled in, and every refusal, word for word."""

from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study import config, study

STUDY = "study: x\n"
SPACE = STUDY + "space:\n  "
CHOICES = (
    "a list of by_method, lowest_error, knee, {cheapest_within: FRACTION}, {max_flops: N}, "
    "{max_params: N}, {max_seconds: N}"
)
BAD = [
    pytest.param(
        STUDY + "sed: 1",
        "unknown key 'sed'; did you mean 'seed'?",
        id="unknown key",
    ),
    pytest.param(
        STUDY + "colour: red",
        "unknown key 'colour'; allowed: study, seed, problem, space, training, random_search, sensitivity, selection, search, final, toy",
        id="unknown key far",
    ),
    pytest.param(
        STUDY + "training: {epoch: 3}",
        "training: unknown key 'epoch'; did you mean 'epochs'?",
        id="unknown nested",
    ),
    pytest.param(
        "training: {epoch: 3}",
        "training: unknown key 'epoch'; did you mean 'epochs'?",
        id="unknown key before missing key",
    ),
    pytest.param(
        "seed: 1",
        "key 'study' is missing: Name of the study; results go to results/<study>.",
        id="missing study",
    ),
    pytest.param(
        "study: ../escape",
        "study: '../escape'; allowed: 1 to 64 letters, digits, '-' and '_', the first a letter or digit",
        id="study path",
    ),
    pytest.param(
        "study: /etc/passwd",
        "study: '/etc/passwd'; allowed: 1 to 64 letters, digits, '-' and '_', the first a letter or digit",
        id="study absolute",
    ),
    pytest.param(
        'study: "a\\0b"',
        "study: 'a\\x00b'; allowed: 1 to 64 letters, digits, '-' and '_', the first a letter or digit",
        id="study nul",
    ),
    pytest.param(
        "study: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "study: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; allowed: 1 to 64 letters, digits, '-' and '_', the first a letter or digit",
        id="study long",
    ),
    pytest.param(
        "study: été",
        "study: 'été'; allowed: 1 to 64 letters, digits, '-' and '_', the first a letter or digit",
        id="study unicode",
    ),
    pytest.param(
        "study: 3",
        "study: 3 is not text",
        id="study number",
    ),
    pytest.param(
        STUDY + "seed: -1",
        "seed: -1 is less than the minimum of 0",
        id="seed negative",
    ),
    pytest.param(
        STUDY + "seed: 9223372036854775808",
        "seed: 9223372036854775808 is greater than the maximum of 4294967295",
        id="seed huge",
    ),
    pytest.param(
        STUDY + f"sensitivity: {{min_trials: {10**20}}}",
        "sensitivity.min_trials: 100000000000000000000 is greater than the maximum of 10000000",
        id="min_trials huge",
    ),
    pytest.param(
        STUDY + f"sensitivity: {{min_successes: {10**20}}}",
        "sensitivity.min_successes: 100000000000000000000 is greater than the maximum of 10000000",
        id="min_successes huge",
    ),
    pytest.param(
        STUDY + "training: {epochs: 3, steps: 4}",
        "training: {'epochs': 3, 'steps': 4}; allowed: either 'epochs' or 'steps', not both",
        id="epochs and steps",
    ),
    pytest.param(
        STUDY + "final: {training: {epochs: 3, steps: 4}}",
        "final.training: {'epochs': 3, 'steps': 4}; allowed: either 'epochs' or 'steps', not both",
        id="epochs and steps of retrainings",
    ),
    pytest.param(
        STUDY + "final: {training: {repeats: 3}}",
        "final.training: unknown key 'repeats'; allowed: epochs, steps, early_stopping, "
        "max_training_flops, max_seconds",
        id="repeats of retrainings",
    ),
    pytest.param(
        STUDY + "final: {further_training: [{epochs: 3, steps: 4}]}",
        "final.further_training.0: {'epochs': 3, 'steps': 4}; allowed: a mapping with either "
        "'epochs' or 'steps', and further limits",
        id="epochs and steps of further retrainings",
    ),
    pytest.param(
        STUDY + "final: {further_training: [{}]}",
        "final.further_training.0: {}; allowed: a mapping with either 'epochs' or 'steps', and "
        "further limits",
        id="further retrainings without a length",
    ),
    pytest.param(
        STUDY + "final: {further_training: [{epochs: 2, repeats: 3}]}",
        "final.further_training.0: unknown key 'repeats'; allowed: epochs, steps, early_stopping, "
        "max_training_flops, max_seconds",
        id="repeats of further retrainings",
    ),
    pytest.param(
        STUDY + "final: {further_training: {epochs: 3}}",
        "final.further_training: {'epochs': 3} is not a list",
        id="further retrainings that are no list",
    ),
    pytest.param(
        STUDY + f"training: {{epochs: {10**20}}}",
        "training.epochs: 100000000000000000000 is greater than the maximum of 1000000",
        id="epochs huge",
    ),
    pytest.param(
        STUDY + "training: {max_training_flops: 0}",
        "training.max_training_flops: 0 is less than or equal to the minimum of 0",
        id="flops zero",
    ),
    pytest.param(
        STUDY + f"training: {{max_seconds: 1{'0' * 400}}}",
        f"training.max_seconds: 1{'0' * 400} is greater than the maximum of 1000000000.0",
        id="seconds huge",
    ),
    pytest.param(
        STUDY + "training: {early_stopping: {patient: 3}}",
        "training.early_stopping: unknown key 'patient'; did you mean 'patience'?",
        id="early stopping key",
    ),
    pytest.param(
        STUDY + "training: {early_stopping: 3}",
        "training.early_stopping: 3 is not a mapping of keys to values",
        id="early stopping number",
    ),
    *(
        pytest.param(
            STUDY + f"final: {{choose: {given}}}", f"final.choose{message}", id=f"choose {given}"
        )
        for given, message in (
            ("knee", ": 'knee' is not a list"),
            ("[]", f": []; allowed: {CHOICES}"),
            ("[kne]", f".0: 'kne'; allowed: {CHOICES}; did you mean 'knee'?"),
            (
                "[knee, {max_flop: 3}]",
                f".1: {{'max_flop': 3}}; allowed: {CHOICES}; did you mean 'max_flops'?",
            ),
            ("[{max_flops: 0}]", f".0: {{'max_flops': 0}}; allowed: {CHOICES}"),
            (
                "[{max_flops: 3, max_params: 4}]",
                f".0: {{'max_flops': 3, 'max_params': 4}}; allowed: {CHOICES}",
            ),
            ("[knee, knee]", f": ['knee', 'knee']; allowed: {CHOICES}"),
        )
    ),
    pytest.param(
        STUDY + "problem: {name: bateman, import: 'a:B'}",
        "problem: {'name': 'bateman', 'import': 'a:B'}; allowed: either 'name' or 'import', not both",
        id="problem name and import",
    ),
    pytest.param(
        STUDY + "problem: {import: my_module.py}",
        "problem.import: 'my_module.py'; allowed: module:Class, such as my_module:MyProblem",
        id="import of a file",
    ),
    pytest.param(
        STUDY + "problem: {import: 'no_such_module:MyProblem'}",
        "problem.import: there is no module 'no_such_module' beside the study config or on Python's search path (PYTHONPATH)",
        id="import missing",
    ),
    pytest.param(
        "&a\nstudy: x\nspace: *a",
        "nested too deeply, or an alias that contains itself",
        id="alias within itself",
    ),
    pytest.param(
        STUDY + f"space: {'[' * 60}{']' * 60}",
        "nested too deeply, or an alias that contains itself",
        id="deep",
    ),
    pytest.param(
        STUDY + f"space: {'[' * 5000}{']' * 5000}",
        "nested too deeply",
        id="deeper than the parser",
    ),
    pytest.param(
        "a: &a [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
        "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
        "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
        "e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]",
        "more than 100000 values, aliases written out",
        id="aliases that blow up",
    ),
    pytest.param(
        SPACE + "'e\u0301tage': {type: boolean}",
        "space: 'e\u0301tage' is not a name; write it in composed form (NFC)",
        id="name not composed",
    ),
    pytest.param(
        STUDY + "seed: 1.5",
        "seed: 1.5 is not an integer",
        id="seed fraction",
    ),
    pytest.param(
        STUDY + "seed: true",
        "seed: true is not an integer",
        id="seed boolean",
    ),
    pytest.param(
        STUDY + "training: {epochs: 0}",
        "training.epochs: 0 is less than the minimum of 1",
        id="epochs zero",
    ),
    pytest.param(
        STUDY + "training: {epochs: many}",
        "training.epochs: 'many' is not an integer",
        id="epochs text",
    ),
    pytest.param(
        STUDY + "training: [60]",
        "training: [60] is not a mapping of keys to values",
        id="training list",
    ),
    pytest.param(
        STUDY + "random_search: {n_trials: 0}",
        "random_search.n_trials: 0 is less than the minimum of 1",
        id="n_trials",
    ),
    pytest.param(
        STUDY + "sensitivity: {goal_fraction: 1.0}",
        "sensitivity.goal_fraction: 1.0 is greater than or equal to the maximum of 1",
        id="fraction",
    ),
    pytest.param(
        STUDY + "sensitivity: {goal_fraction: .nan}",
        "sensitivity.goal_fraction: nan is not a finite number",
        id="fraction nan",
    ),
    pytest.param(
        STUDY + "sensitivity: {bandwidth: medium}",
        "sensitivity.bandwidth: 'medium'; allowed: a number from 0.02 to 5, median, sample-median, max; "
        "did you mean 'median'?",
        id="bandwidth",
    ),
    pytest.param(
        STUDY + "sensitivity: {bandwidth: 0.001}",
        "sensitivity.bandwidth: 0.001; allowed: a number from 0.02 to 5, median, sample-median, max",
        id="bandwidth small",
    ),
    pytest.param(
        STUDY + "sensitivity: {group_threshold: groups}",
        "sensitivity.group_threshold: 'groups'; allowed: all, group; did you mean 'group'?",
        id="threshold",
    ),
    pytest.param(
        STUDY + "sensitivity: {n_permutations: 5}",
        "sensitivity.n_permutations: 5 is less than the minimum of 19",
        id="permutations",
    ),
    pytest.param(
        STUDY + "problem: {name: batman}",
        "problem.name: 'batman' is not a problem; known: bateman, runge, mnist, fashion-mnist, hpolib; did you mean 'bateman'?",
        id="problem name",
    ),
    pytest.param(
        STUDY + "problem: {options: {n_specie: 3}}",
        "problem.options.n_specie: not an option of bateman; known: n_species, n_trajectories, n_times, t_end, v_low, v_high; did you mean 'n_species'?",
        id="problem option",
    ),
    pytest.param(
        STUDY + "problem: {options: {n_species: 1}}",
        "problem.options.n_species: 1 is outside [2, 100]",
        id="option value",
    ),
    pytest.param(
        STUDY + "problem: {options: {v_low: 1}}",
        "problem.options: v_low 1 is not below v_high 0.2",
        id="options that exclude each other",
    ),
    pytest.param(
        STUDY + "problem: {options: {n_species: 2.5}}",
        "problem.options.n_species: 2.5 is not an integer",
        id="option type",
    ),
    pytest.param(
        "study: [x",
        "line 1: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'",
        id="not yaml",
    ),
    pytest.param(
        "study: x\n\tseed: 1",
        "line 2: while scanning for the next token, found character '\\t' that cannot start any token",
        id="tab",
    ),
    pytest.param(
        STUDY + "seed: 1\nseed: 2",
        "line 3: key 'seed' stands twice",
        id="twice",
    ),
    pytest.param(
        "- study",
        "not a mapping of keys to values",
        id="list",
    ),
    pytest.param(
        "",
        "not a mapping of keys to values",
        id="empty file",
    ),
    pytest.param(
        SPACE + "n_layers: 3",
        "space.n_layers: 3 is not a definition, such as {type: float, range: [0, 1]}",
        id="no definition",
    ),
    pytest.param(
        SPACE + "n_layers: {range: [1, 3]}",
        "space.n_layers: key 'type' is missing; allowed: float, integer, categorical, boolean",
        id="no type",
    ),
    pytest.param(
        SPACE + "n_layers: {type: int, range: [1, 3]}",
        "space.n_layers.type: 'int' is not a type; allowed: float, integer, categorical, boolean; did you mean 'integer'?",
        id="unknown type",
    ),
    pytest.param(
        SPACE + "n_layers: {type: integer, rnge: [1, 3]}",
        "space.n_layers: unknown key 'rnge' for type integer; allowed: type, range, scale, step, levels, weights, when; did you mean 'range'?",
        id="unknown key of type",
    ),
    pytest.param(
        SPACE + "learning_rate: {type: float, levels: [3, 1]}",
        "space.learning_rate.levels: [3, 1] is not increasing; the order of numbers counts",
        id="levels for float",
    ),
    pytest.param(
        SPACE + "n_layers: {type: integer}",
        "space.n_layers: key 'range' or 'levels' is missing; write range: [low, high]",
        id="no range",
    ),
    pytest.param(
        SPACE + "learning_rate: {type: float}",
        "space.learning_rate: key 'range' or 'levels' or 'distribution' is missing; write range: [low, high]",
        id="no range float",
    ),
    pytest.param(
        SPACE + "n_units: {type: integer, range: [512, 7]}",
        "space.n_units.range: [512, 7] is not increasing; needed: low < high",
        id="range reversed",
    ),
    pytest.param(
        SPACE + "n_units: {type: integer, range: [7, 7]}",
        "space.n_units.range: [7, 7] is not increasing; needed: low < high",
        id="range equal",
    ),
    pytest.param(
        SPACE + "n_units: {type: integer, range: [7]}",
        "space.n_units.range: [7] is not a list of two numbers, [low, high]",
        id="range of one",
    ),
    pytest.param(
        SPACE + "n_units: {type: integer, range: [few, many]}",
        "space.n_units.range: 'few' is not a finite number",
        id="range text",
    ),
    pytest.param(
        SPACE + "learning_rate: {type: float, range: [0, .inf]}",
        "space.learning_rate.range: inf is not a finite number",
        id="range infinite",
    ),
    pytest.param(
        SPACE + "n_units: {type: integer, range: [1, 2.5]}",
        "space.n_units.range: 2.5 is not an integer",
        id="fraction in integer",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, range: [0, 1e-2], scale: log}",
        "space.weight_decay.range: 0 is not positive; scale log needs low > 0",
        id="log zero",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, range: [1e-8, 1e-2], scale: logarithmic}",
        "space.weight_decay.scale: 'logarithmic' is not a scale; allowed: linear, log",
        id="scale",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, range: [0, 1], distribution: {name: norm}}",
        "space.weight_decay: 'distribution' and 'range' exclude each other; keep one",
        id="range and distribution",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: truncnrm}}",
        "space.weight_decay.distribution.name: 'truncnrm' is not a continuous distribution of scipy.stats; did you mean 'truncnorm'?",
        id="distribution name",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: uniform, mean: 1}}",
        "space.weight_decay.distribution: unknown parameter 'mean' of uniform; allowed: loc, scale",
        id="distribution parameter",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: truncnorm, a: -1}}",
        "space.weight_decay.distribution: parameter 'b' of truncnorm is missing",
        id="distribution shape",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: uniform, scale: -1}}",
        "space.weight_decay.distribution: uniform is not defined for scale=-1",
        id="distribution undefined",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical}",
        "space.activation: key 'levels' is missing; write levels: [first, second]",
        id="no levels",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: []}",
        "space.activation.levels: [] has too few levels; at least two needed",
        id="empty levels",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu]}",
        "space.activation.levels: ['relu'] has too few levels; at least two needed",
        id="one level",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, tanh, relu]}",
        "space.activation.levels: 'relu' stands there twice",
        id="levels twice",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [true, relu]}",
        "space.activation.levels: True is a truth value; use type: boolean, or quote the word",
        id="levels truth",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, tanh], weights: [1]}",
        "space.activation.weights: [1] is not a list of 2 numbers, one per level",
        id="weights number",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, tanh], weights: [1, 0]}",
        "space.activation.weights: 0 is not a positive number",
        id="weights zero",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, tanh], weights: [1, x]}",
        "space.activation.weights: 'x' is not a positive number",
        id="weights text",
    ),
    pytest.param(
        SPACE + "dropout: {type: boolean, probability: 1.5}",
        "space.dropout.probability: 1.5 is not a number between 0 and 1",
        id="probability",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, tanhh]}",
        "space.activation.levels: 'tanhh' is not known; known: relu, leaky_relu, elu, selu, gelu, silu, softplus, tanh, sigmoid; did you mean 'tanh'?",
        id="unknown level",
    ),
    pytest.param(
        SPACE + "n_layer: {type: integer, range: [1, 3]}",
        "space.n_layer: not a hyperparameter of this problem; known: n_layers, n_units, activation, initialiser, batch_normalisation, dropout, dropout_rate, batch_size, learning_rate, weight_decay, l1_penalty, decay_biases, optimizer, momentum, nesterov, beta1, beta2, amsgrad, alpha, centered, loss_function; did you mean 'n_layers'?",
        id="unknown hyperparameter",
    ),
    pytest.param(
        SPACE + "n_layers: {type: integer, range: [0, 3]}",
        "space.n_layers: reaches 0; allowed: 1 to 1000",
        id="out of what training takes",
    ),
    pytest.param(
        SPACE + "momentun: null",
        "space.momentun: null removes a hyperparameter, but there is no 'momentun'; known: n_layers, n_units, activation, initialiser, batch_normalisation, dropout, dropout_rate, loss_function, batch_size, learning_rate, weight_decay, l1_penalty, decay_biases, optimizer, momentum, nesterov, beta1, beta2, amsgrad, alpha, centered; did you mean 'momentum'?",
        id="remove unknown",
    ),
    pytest.param(
        SPACE + "dropout: null",
        "space.dropout: null removes it, but conditions of dropout_rate name it; remove or replace them too",
        id="removed parent",
    ),
    pytest.param(
        SPACE + "3: {type: boolean}",
        "space: 3 is not a name; use printable text",
        id="number name",
    ),
    pytest.param(
        SPACE + "dropout_rate: {type: float, range: [0, 1], when: dropout}",
        "space.dropout_rate.when: 'dropout' is not a mapping from a parent to its value, such as {optimizer: sgd}",
        id="when text",
    ),
    pytest.param(
        SPACE + "momentum: {type: float, range: [0, 1], when: {optimizer: [sgd]}}",
        "space.momentum.when.optimizer: a list; write {in: [...]} for one of several values",
        id="when list",
    ),
    pytest.param(
        SPACE + "momentum: {type: float, range: [0, 1], when: {optimizer: {in: sgd}}}",
        "space.momentum.when.optimizer.in: 'sgd' is not a list of values",
        id="when in scalar",
    ),
    pytest.param(
        SPACE + "momentum: {type: float, range: [0, 1], when: {optimizer: {is: sgd}}}",
        "space.momentum.when.optimizer: unknown operator 'is'; allowed: in, not, <, <=, >, >=, or a plain value for equality",
        id="when operator",
    ),
    pytest.param(
        SPACE + "momentum: {type: float, range: [0, 1], when: {optimiser: sgd}}",
        "space.momentum.when.optimiser: no hyperparameter 'optimiser' stands before it; did you mean 'optimizer'?",
        id="when parent",
    ),
    pytest.param(
        SPACE + "momentum: {type: float, range: [0, 1], when: {momentum: 0.5}}",
        "space.momentum.when.momentum: no hyperparameter 'momentum' stands before it",
        id="when itself",
    ),
    pytest.param(
        SPACE + "momentum: {type: float, range: [0, 1], when: {optimizer: sdg}}",
        "space.momentum.when.optimizer: 'sdg' is not a value of optimizer; allowed: sgd, adam, nadam, rmsprop; did you mean 'sgd'?",
        id="when level",
    ),
    pytest.param(
        SPACE + 'momentum: {type: float, range: [0, 1], when: {optimizer: {">": 1}}}',
        "space.momentum.when.optimizer: '>' orders values, but optimizer is categorical",
        id="when ordered",
    ),
    pytest.param(
        SPACE + 'dropout_rate: {type: float, range: [0, 1], when: {n_layers: {">": few}}}',
        "space.dropout_rate.when.n_layers: 'few' is not a number",
        id="when number",
    ),
    pytest.param(
        SPACE + 'dropout_rate: {type: float, range: [0, 1], when: {n_layers: {">": 99}}}',
        "space.dropout_rate.when.n_layers: n_layers > 99 never holds: integers from 1 to 10",
        id="when never",
    ),
    pytest.param(
        SPACE + 'dropout_rate: {type: float, range: [0, 1], when: {n_layers: {">=": 1}}}',
        "space.dropout_rate.when.n_layers: n_layers ≥ 1 always holds: integers from 1 to 10",
        id="when always",
    ),
    pytest.param(
        STUDY + "'1': x",
        "unknown key '1'; allowed: study, seed, problem, space, training, random_search, sensitivity, selection, search, final, toy",
        id="key that looks like a number",
    ),
    pytest.param(
        STUDY + "training: ",
        "training: empty; needed: a mapping of keys to values",
        id="empty section",
    ),
    pytest.param(
        STUDY + "seed:",
        "seed: empty; needed: an integer",
        id="empty value",
    ),
    pytest.param(
        STUDY + "sensitivity: {bandwidth: }",
        "sensitivity.bandwidth: empty; needed: a number from 0.02 to 5, median, sample-median, max",
        id="empty bandwidth",
    ),
    pytest.param(
        STUDY + "sensitivity: {group_threshold: }",
        "sensitivity.group_threshold: empty; needed: all, group",
        id="empty choice",
    ),
    pytest.param(
        "study: |\n  quick\n",
        "study: 'quick\\n'; allowed: 1 to 64 letters, digits, '-' and '_', the first a letter or digit",
        id="study with a line break",
    ),
    pytest.param(
        STUDY + "training: {epochs: 1_000}",
        "training.epochs: '1_000' is not an integer",
        id="underscore in a number",
    ),
    pytest.param(
        STUDY + "seed: 1:30",
        "seed: '1:30' is not an integer",
        id="sexagesimal",
    ),
    pytest.param(
        STUDY + "problem: bateman",
        "problem: 'bateman' is not a mapping of keys to values",
        id="problem text",
    ),
    pytest.param(
        STUDY + "problem: {options: {t_end: .inf}}",
        "problem.options.t_end: inf is not a finite number",
        id="option infinite",
    ),
    pytest.param(
        STUDY + "---\na: 1",
        "line 2: expected a single document in the stream, but found another document",
        id="two documents",
    ),
    pytest.param(
        "study: *x",
        "line 1: found undefined alias 'x'",
        id="alias",
    ),
    pytest.param(
        SPACE + "n_layers: {type: integer, range: [1, 2], type: float}",
        "line 3: key 'type' stands twice",
        id="twice within",
    ),
    pytest.param(
        STUDY + "space: [n_layers]",
        "space: ['n_layers'] is not a mapping of keys to values",
        id="space list",
    ),
    pytest.param(
        SPACE + "n_layers: {type: [float]}",
        "space.n_layers.type: ['float'] is not a type; allowed: float, integer, categorical, boolean; did you mean 'float'?",
        id="type list",
    ),
    pytest.param(
        SPACE + f"n_layers: {{type: integer, range: [1, {'9' * 400}]}}",
        "space.n_layers.range: 9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999 is not a finite number",
        id="range beyond floats",
    ),
    pytest.param(
        SPACE + "n_units: {type: integer, range: [1, 2000000000000]}",
        "space.n_units.range: 2000000000000 is too large; at most 1e12 for integers",
        id="integers too large",
    ),
    pytest.param(
        SPACE + "learning_rate: {type: float, range: [-1e308, 1e308]}",
        "space.learning_rate.range: [-1e+308, 1e+308] is too wide for floating-point numbers",
        id="range too wide",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: norm}",
        "space.weight_decay.distribution: 'norm' does not name a distribution, such as {name: norm, scale: 2}",
        id="distribution text",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: poisson, mu: 1}}",
        "space.weight_decay.distribution.name: 'poisson' is not a continuous distribution of scipy.stats",
        id="discrete distribution",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: norm, loc: x}}",
        "space.weight_decay.distribution.loc: 'x' is not a finite number",
        id="distribution value",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: norm, loc: 1, scale: 0}}",
        "space.weight_decay.distribution: norm is not defined for loc=1, scale=0",
        id="distribution of no width",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, distribution: {name: norm}}",
        "space.weight_decay: reaches -inf; allowed: 0 to inf",
        id="distribution unbounded",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: relu}",
        "space.activation.levels: 'relu' is not a list",
        id="levels text",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, null]}",
        "space.activation.levels: None is neither text nor a finite number",
        id="levels null",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, '']}",
        "space.activation.levels: '' is empty; a level needs a name",
        id="levels empty text",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [1, '1']}",
        "space.activation.levels: '1' stands there twice",
        id="levels number and text",
    ),
    pytest.param(
        SPACE + "activation: {type: categorical, levels: [relu, tanh], weights: [1, 1e-30]}",
        "space.activation.weights: 1e-30 is too small beside the other weights",
        id="weights tiny",
    ),
    pytest.param(
        SPACE + "dropout: {type: boolean, probability: yes}",
        "space.dropout.probability: 'yes' is not a number between 0 and 1",
        id="probability text",
    ),
    pytest.param(
        SPACE + "dropout: {type: boolean, probability: 1e-17}",
        "space.dropout.probability: 1e-17 is too near to 0 or 1",
        id="probability tiny",
    ),
    pytest.param(
        SPACE + "activation: {type: boolean}",
        "space.activation.type: 'boolean'; needed: 'categorical'",
        id="another type",
    ),
    pytest.param(
        SPACE + "optimizer: null",
        "space.optimizer: null removes it, but conditions of momentum, nesterov, beta1, beta2, amsgrad, alpha, centered name it; remove or replace them too",
        id="removed parent of many",
    ),
    pytest.param(
        SPACE + '"-x": {type: boolean}',
        "space.-x: not a hyperparameter of this problem; known: n_layers, n_units, activation, initialiser, batch_normalisation, dropout, dropout_rate, batch_size, learning_rate, weight_decay, l1_penalty, decay_biases, optimizer, momentum, nesterov, beta1, beta2, amsgrad, alpha, centered, loss_function",
        id="name of a sign",
    ),
    pytest.param(
        SPACE + '" x": {type: boolean}',
        "space: ' x' is not a name; use printable text",
        id="name with a space before",
    ),
    pytest.param(
        SPACE + f"{'x' * 241}: {{type: boolean}}",
        "space: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is too long a name; at most 240 bytes",
        id="long name",
    ),
    pytest.param(
        SPACE + "nesterov: {type: boolean, when: {}}",
        "space.nesterov.when: {} is not a mapping from a parent to its value, such as {optimizer: sgd}",
        id="when empty",
    ),
    pytest.param(
        SPACE + "nesterov: {type: boolean, when: {optimizer: {}}}",
        "space.nesterov.when.optimizer: empty; write a value or one of in, not, <, <=, >, >=",
        id="when without operator",
    ),
    pytest.param(
        SPACE + "nesterov: {type: boolean, when: {optimizer: {=: sgd}}}",
        "space.nesterov.when.optimizer: unknown operator '='; allowed: in, not, <, <=, >, >=, or a plain value for equality",
        id="when equals sign",
    ),
    pytest.param(
        SPACE + "dropout_rate: {type: float, range: [0, 1], when: {dropout: 1}}",
        "space.dropout_rate.when.dropout: 1 is not a value of dropout; allowed: false, true",
        id="when truth as number",
    ),
    pytest.param(
        SPACE + "dropout_rate: {type: float, range: [0, 1], when: {n_units: 300}}",
        "space.dropout_rate.when.n_units: 300 is not a value of n_units; allowed: integers from 16 to 256",
        id="when outside",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, range: [0, 1], when: {learning_rate: 0.01}}",
        "space.weight_decay.when.learning_rate: learning_rate is continuous, a single value has probability 0; compare it with <, <=, >, >=",
        id="when equal to a float",
    ),
    pytest.param(
        SPACE + "weight_decay: {type: float, range: [0, 1], when: {learning_rate: {<=: 3e-4}}}",
        "space.weight_decay.when.learning_rate: learning_rate ≤ 0.0003 never holds: numbers from 0.0003 to 0.03",
        id="when at the end of a range",
    ),
    pytest.param(
        SPACE + 'weight_decay: {type: float, range: [0, 1], when: {n_layers: {<: 3, ">": 5}}}',
        "space.weight_decay.when: n_layers < 3 and n_layers > 5 never hold together",
        id="when contradictory",
    ),
    pytest.param(
        SPACE + 'nesterov: {type: boolean, when: {optimizer: adam, momentum: {">": 0.1}}}',
        "space.nesterov.when: optimizer = adam and optimizer = sgd never hold together",
        id="when against the parent's",
    ),
]


def write(folder: Path, text: str) -> Path:
    path = folder / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "line"), BAD)
def test_bad_input_is_refused_with_one_clear_line(tmp_path: Path, text: str, line: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        study.read_study([path])
    assert str(error.value) == f"{path}: {line}"
    assert str(error.value).isprintable()


def test_the_refusals_are_many() -> None:
    assert len({case.values[1] for case in BAD}) >= 100


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        config.read_yaml(tmp_path / "absent.yaml")
    assert str(error.value) == f"{tmp_path / 'absent.yaml'}: no such file"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a readable text file"):
        config.read_yaml(path)


def test_defaults_are_filled_in() -> None:
    filled = config.written(config.validate({"study": "x"}, "x.yaml"))
    assert filled == {
        "study": "x",
        "seed": 0,
        "problem": {"name": "bateman", "options": {}},
        "space": {},
        "training": {"epochs": 60, "repeats": 1, "tries": 2},
        "random_search": {"n_trials": 200},
        "sensitivity": {
            "goal_fraction": 0.1,
            "bandwidth": "median",
            "n_permutations": 1000,
            "confidence": 0.95,
            "significance": 0.05,
            "min_trials": 30,
            "min_successes": 5,
            "group_threshold": "all",
            "sweep_points": 20,
        },
        "selection": {
            "cost": "flops",
            "cost_quantile": 0.6,
            "keep": 0.5,
            "assurance": 0.8,
            "least_optimised": 3,
            "margin": 0.05,
            "override": {},
        },
        "search": {
            "gpbo": {"rounds": 6, "batch_size": 8, "repeats": 2, "initial_trials": 0},
            "hsic-gpbo": {"rounds": 1, "fine_tuning_rounds": 5, "batch_size": 8, "repeats": 2},
        },
        "final": {
            "seeds": 5,
            "tolerance": 0.1,
            "choose": ["by_method"],
            "training": {},
            "further_training": [],
        },
        "toy": {"n_draws": 10000},
    }
    assert config.written(config.validate(filled, "x.yaml")) == filled


def test_validation_leaves_its_argument_alone() -> None:
    given = {"study": "x", "training": {"epochs": 3.0}}
    epochs = config.validate(given, "x.yaml").training.budget.epochs
    assert (epochs, type(epochs)) == (3, int)
    assert given == {"study": "x", "training": {"epochs": 3.0}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1.0e+6", 1e6),
        ("-.5", -0.5),
        ("3", 3),
        ("0x10", 16),
        ("0o17", 15),
        ("010", 10),
        ("+7", 7),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("~", None),
        ("", None),
        ("true", True),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("1e", "1e"),
        ("sgd", "sgd"),
        ("null", None),
        ("'1e-4'", "1e-4"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    read = config.read_yaml(write(tmp_path, f"key: {text}"))["key"]
    assert read == value
    assert type(read) is type(value)


def test_yaml_runs_no_code(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="could not determine a constructor"):
        config.read_yaml(write(tmp_path, "study: !!python/object/apply:os.getcwd []"))


DEFAULT = {
    "a": {"type": "boolean"},
    "b": {"type": "float", "range": [0, 1]},
    "c": {"type": "float", "range": [0, 1], "when": {"a": True}},
}


def test_changes_replace_add_and_remove() -> None:
    changes = {"b": {"type": "integer", "range": [1, 2]}, "c": None, "d": {"type": "boolean"}}
    space = config.study_space(changes, DEFAULT, "space")
    assert space.names == ["a", "b", "d"]
    assert space["b"].type == "integer"
    assert list(DEFAULT) == ["a", "b", "c"]
    space["a"].definition["type"] = "changed"
    assert DEFAULT["a"] == {"type": "boolean"}


def test_no_change_keeps_the_default() -> None:
    assert config.study_space({}, DEFAULT, "space").to_dict() == DEFAULT


LIMITS = ("steps", "early_stopping", "max_training_flops", "max_seconds")
OPTIONAL = {
    ".problem.import",
    ".random_search.rungs",
    ".random_search.stop",
    ".search.rungs",
    *(f".training.{limit}" for limit in LIMITS),
    *(f".final.training.{limit}" for limit in ("epochs", *LIMITS)),
    *(
        f".search.{method}"
        for method in (
            "hsic-gpbo-paper",
            *("tpe", "gp", "nsga2", "front", "motpe", "mogp", "ctpe", "cgp", "cgpbo"),
        )
    ),
    *(f".search.{method}.max_cost" for method in ("hsic-gpbo", "front")),
}


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ({}, {"epochs": 60}),
        ({"steps": 5}, {"steps": 5}),
        (
            {"early_stopping": {}},
            {"epochs": 60, "early_stopping": {"patience": 10, "min_delta": 0.0}},
        ),
        (
            {"steps": 5.0, "max_training_flops": 10**12, "max_seconds": 60},
            {"steps": 5, "max_training_flops": 1e12, "max_seconds": 60.0},
        ),
    ],
)
def test_a_budget_holds_what_limits_it(given: dict, filled: dict) -> None:
    settings = config.validate({"study": "x", "training": given}, "x.yaml")
    training = config.written(settings)["training"]
    assert training == {**filled, "repeats": 1, "tries": 2}
    assert type(training.get("max_training_flops", 0.0)) is float


def test_a_problem_to_import_has_no_name() -> None:
    spec = {"import": "my_module:MyProblem"}
    problem = config.validate({"study": "x", "problem": spec}, "x.yaml").problem
    assert problem == {"import": "my_module:MyProblem", "options": {}}


def test_aliases_that_share_a_value_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, STUDY + "training: &a {epochs: 3}\nother: [*a, *a]")
    assert config.read_yaml(path)["other"] == [{"epochs": 3}] * 2


def test_the_schema_describes_every_key_and_the_settings_have_its_defaults() -> None:
    filled = config.written(config.validate({"study": "x"}, "x.yaml"))

    def check(schema: dict, key: str, written: Any) -> None:
        for name, inner in schema.get("properties", {}).items():
            assert inner["description"].endswith("."), f"{key}.{name}"
            assert "default" not in inner, f"{key}.{name}"
            if f"{key}.{name}" in OPTIONAL:
                check(inner, f"{key}.{name}", dict.fromkeys(inner.get("properties", {})))
            else:
                check(inner, f"{key}.{name}", written[name])

    check(config.read_yaml(config.SCHEMA), "", filled)
