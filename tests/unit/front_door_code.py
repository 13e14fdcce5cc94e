"""What a newcomer writes, and what it must find: run here and in an environment of the wheel alone.

Each begins from what a person has already: ``df``, ``u`` and ``z``, or ``train``.
"""

GIVEN = """
import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
df = pd.DataFrame({"lr": 10 ** rng.uniform(-4, -1, 200), "units": rng.integers(8, 257, 200)})
df["opt"] = rng.choice(["sgd", "adam"], 200)
df["momentum"] = np.where(df["opt"] == "sgd", rng.uniform(0, 0.99, 200), np.nan)
df["loss"] = np.log10(df["lr"] / 0.01) ** 2 + 0.01 * rng.random(200)
df["seconds"] = df["units"] * rng.uniform(1, 1.1, 200)
u = rng.random((500, 2))
z = u[:, 0] < 0.3


def train(configuration):
    return (configuration["lr"] - 0.3) ** 2
"""

FROM_A_FRAME = """
import hsic_hpo as hh
space = {"lr": hh.Float(1e-4, 1e-1, log=True), "units": hh.Integer(8, 256),
         "opt": hh.Categorical(["sgd", "adam"]), "momentum": hh.Float(0, 0.99, when={"opt": "sgd"})}
trials = hh.trials_from_frame(df, space, error="loss", cost="seconds")
result = hh.explain(trials, goal_fraction=0.1, seed=0)
figure = hh.plot.importance(result, trials)
"""

FROM_ARRAYS = """
import hsic_hpo as hh
index = hh.hsic(u, z)
test = hh.permutation_test(u, z, seed=0)
"""

OF_A_FUNCTION = """
import hsic_hpo as hh
space = hh.Space({"lr": hh.Float(0, 1), "units": hh.Integer(8, 256)})
best = hh.minimise(train, space, n_random=60, rounds=2, batch_size=4, seed=0)
"""

FOUND_IN_A_FRAME = """
best = result.sel(group="all", target="error", subset="best")
assert best["hyperparameter"].values[best["significant"] == 1].tolist() == ["lr"]
by_cost = result.sel(group="all", target="seconds", subset="best")
assert by_cost["hyperparameter"].values[by_cost["significant"] == 1].tolist() == ["units"]
assert "<td>lr</td>" in result._repr_html_()
roles = hh.decide(result, trials)["role"].to_series()
assert roles["lr"] == "optimise" and roles["units"] in ("fix", "restrict")
assert figure._repr_png_()[0].startswith(b"\\x89PNG")
"""

FOUND_IN_ARRAYS = """
assert index[0] > 10 * index[1]
assert (test.single.p_value < 0.01).tolist() == [True, False]
"""

FOUND_OF_A_FUNCTION = """
assert abs(best.configuration["lr"] - 0.3) < 0.05
"""

CODE = {
    "a frame": (FROM_A_FRAME, FOUND_IN_A_FRAME),
    "arrays": (FROM_ARRAYS, FOUND_IN_ARRAYS),
    "a function": (OF_A_FUNCTION, FOUND_OF_A_FUNCTION),
}
