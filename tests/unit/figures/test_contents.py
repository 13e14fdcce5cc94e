"""Figures: what they must show, degenerate studies, and files that repeat byte by byte."""

from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color

from example_studies import sensitivity, trials
from hsic_hpo.errors import InputError
from hsic_hpo.figures.errors import errors
from hsic_hpo.figures.importance import importance
from hsic_hpo.figures.style import BLUE, SKY, save
from hsic_hpo.figures.toy import conditional, hidden_interaction, joint_indices
from hsic_hpo.sensitivity.analytical import toy
from hsic_hpo.wording import number

MAIN = ["n_layers", "optimizer", "learning_rate"]
SGD = ["n_layers", "learning_rate", "momentum"]
MANY = [f"hyperparameter_{i}" for i in range(40)]
STRANGE = [
    "learning rate",
    "скорость обучения",
    "taux d'apprentissage (échelle logarithmique) de l'optimiseur $\\eta_0$ 50 % & plus",
    "_leading_underscore",
]


def texts(figure):
    return [text.get_text().replace("\n", " ") for text in figure.findobj(matplotlib.text.Text)]


def bars(axes, label):
    return next(group for group in axes.containers if group.get_label() == label)


def panels(figure):
    return [axes for axes in figure.axes if axes.containers]


def drawn_inside(figure):
    """Check that nothing drawn leaves the page."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    drawn = figure.get_tightbbox(renderer)
    width, height = figure.get_size_inches()
    assert min(drawn.x0, drawn.y0) >= -0.01
    assert drawn.x1 <= width + 0.01
    assert drawn.y1 <= height + 0.01
    for axes in figure.axes:
        ticks = [*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks()]
        low, high = sorted(axes.get_xlim())
        shown = [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
        shown = [text for text in shown if text.get_visible() and text.get_text()]
        boxes = [text.get_window_extent(renderer) for text in shown]
        for left, right in pairwise(sorted(boxes, key=lambda box: box.x0)):
            assert left.x1 < right.x0
    return renderer


@pytest.fixture(scope="module")
def examples():
    return toy(1000, seed=0)


class TestErrors:
    def test_every_finite_error_is_in_a_bar(self):
        found = np.random.default_rng(0).lognormal(-1, 2, 300)
        (axes,) = errors(trials(found, n_diverged=5, n_failed=2)).axes
        assert sum(bar.get_height() for bar in axes.patches) == 300
        edges = [bar.get_x() for bar in axes.patches]
        assert edges[0] <= found.min()
        assert axes.patches[-1].get_x() + axes.patches[-1].get_width() >= found.max()

    @pytest.mark.parametrize(
        ("low", "high", "scale"), [(0.1, 1.1, "log"), (0.1, 0.9, "linear"), (0.0, 9.0, "linear")]
    )
    def test_axis_is_logarithmic_where_the_range_demands_it(self, low, high, scale):
        (axes,) = errors(trials(np.linspace(low, high, 50))).axes
        assert axes.get_xscale() == scale

    def test_labels_name_the_error_its_units_and_the_lost_trials(self):
        (axes,) = errors(trials(np.arange(1, 40.0), n_diverged=3, n_failed=2, units="%")).axes
        assert axes.get_xlabel() == "relative L2 error (%)"
        assert axes.get_ylabel() == "number of trials"
        title = axes.get_title("left").replace("\n", " ")
        # Of 44 the middle is between the 22nd and the 23rd; those without an error come last.
        assert title == (
            "relative L2 error of half of the trials ≤\u00a022.5 % "
            "44 trials: 39 ok, 3 diverged, 2 failed"
        )

    def test_goal_is_marked_at_the_threshold_of_the_dataset(self):
        study = sensitivity({"all": MAIN}, threshold=0.25)
        figure = errors(trials(np.linspace(0.1, 2, 100)), study)
        (line,) = figure.axes[0].lines
        assert list(line.get_xdata()) == [0.25, 0.25]
        assert "best 10 %: error ≤ 0.25" in texts(figure)

    @pytest.mark.parametrize("ratio", [1.2, 9, 11, 30, 99, 101, 1e5, 1e9])
    @pytest.mark.parametrize("low", [1e-6, 3.3e-2, 0.9, 70])
    def test_ticks_are_readable_over_any_range(self, low, ratio):
        figure = errors(trials(np.geomspace(low, ratio * low, 50)))
        renderer = drawn_inside(figure)
        axes = figure.axes[0]
        labels = [text for text in axes.get_xticklabels() if text.get_text()]
        inside = [
            text for text in labels if axes.bbox.containsx(text.get_window_extent(renderer).x0)
        ]
        assert len(inside) >= 2

    def test_infinite_threshold_is_not_marked(self):
        study = sensitivity({"all": MAIN}, threshold=np.inf)
        assert not errors(trials(np.linspace(0.1, 2, 100)), study).axes[0].lines

    @pytest.mark.parametrize("value", [0.0, 1e-7, 0.3, 1e6])
    def test_constant_errors_are_one_bar(self, value):
        figure = errors(trials(np.full(50, value)), sensitivity({"all": MAIN}, threshold=value))
        assert [bar.get_height() for bar in figure.axes[0].patches] == [50]
        drawn_inside(figure)

    def test_no_finite_error_says_so(self):
        figure = errors(trials(np.array([]), n_failed=40))
        assert "no trial finished with an error" in texts(figure)
        assert "40 trials: 0 ok, 0 diverged, 40 failed" in texts(figure)
        drawn_inside(figure)

    def test_mostly_failed_search_still_shows_its_ten_errors(self):
        figure = errors(trials(np.geomspace(1e-3, 1e3, 10), n_failed=190))
        assert sum(bar.get_height() for bar in figure.axes[0].patches) == 10
        drawn_inside(figure)


class TestImportance:
    @pytest.fixture
    def study(self):
        return sensitivity(
            {"all": MAIN, "optimizer = sgd": SGD},
            indices={"optimizer": 6e-3, "learning_rate": 3e-3},
            categorical=("optimizer",),
        )

    @pytest.mark.parametrize("subset", ["best", "worst"])
    @pytest.mark.parametrize("target", ["error", "flops", "train_seconds"])
    def test_each_group_shows_its_indices_largest_first_its_own_before(self, study, subset, target):
        figure = importance(study, None, subset, target)
        for axes, group, members in zip(
            panels(figure), study["group"].values, [MAIN, SGD], strict=True
        ):
            where = {"group": group, "target": target, "subset": subset}
            expected = study.sel(where).sel(hyperparameter=members)
            expected = expected.sortby("hsic", ascending=False)
            # Momentum exists where the optimizer is sgd alone.
            order = np.argsort(expected["hyperparameter"].values != "momentum", kind="stable")
            expected = expected.isel(hyperparameter=order)
            names = [label.get_text() for label in axes.get_yticklabels()]
            assert names == expected["hyperparameter"].values.tolist()
            widths = [bar.get_width() for bar in bars(axes, "index")]
            assert widths == expected["hsic"].values.tolist()
            floors = [bar.get_width() for bar in bars(axes, "noise floor")]
            assert floors == expected["noise_floor"].values.tolist()

    def test_intervals_are_those_of_the_debiased_index(self, study):
        axes = panels(importance(study))[0]
        main = study.sel(group="all", target="error", subset="best", hyperparameter=MAIN)
        main = main.sortby("hsic", ascending=False)
        (dots,) = (line for line in axes.lines if line.get_label() == "debiased index")
        assert dots.get_xdata().tolist() == np.maximum(main["hsic_unbiased"], 0).values.tolist()
        (whiskers,) = axes.collections
        ends = np.array([segment[:, 0] for segment in whiskers.get_segments()])
        assert ends[:, 0].tolist() == main["interval_low"].values.tolist()
        assert ends[:, 1].tolist() == main["interval_high"].values.tolist()

    def test_bar_tells_significant_from_unsure_from_noise(self):
        study = sensitivity({"all": ["a", "b", "c"]}, indices={"a": 6e-3, "b": 4e-3})
        study["significant"].loc[{"hyperparameter": "b"}] = 0
        found = [bar.get_facecolor() for bar in bars(panels(importance(study))[0], "index")]
        for colour, expected in zip(found, [BLUE, SKY, "white"], strict=True):
            assert same_color(colour, expected)

    def test_the_index_of_drawn_u_stands_where_it_differs(self, study):
        axes = panels(importance(study))[0]
        (diamonds,) = (line for line in axes.lines if line.get_label() == "index of drawn u")
        value = study["paper"].sel(
            statistic="hsic", group="all", target="error", subset="best", hyperparameter="optimizer"
        )
        assert diamonds.get_xdata().tolist() == [value.item()]
        assert diamonds.get_ydata().tolist() == [axes.get_yticks()[0]]

    def test_panels_name_their_group_and_axes_their_units(self, study):
        figure = importance(study)
        titles = [axes.get_title("left").replace("\n", " ") for axes in panels(figure)]
        assert titles == [
            "all trials: 20 of 200 trials reach the goal",
            "optimizer = sgd: 10 of 100 trials reach the goal",
        ]
        assert {axes.get_xlabel() for axes in panels(figure)} == {"HSIC(U, Z) (dimensionless)"}

    def test_title_says_what_decides_for_the_goal(self, study):
        decide = "decide which trials are the best 10 % by relative L2 error"
        assert f"optimizer and learning_rate {decide}; n_layers and momentum do not stand out" in (
            texts(importance(study))
        )
        costs = importance(study, None, "worst", "flops")
        assert "Nothing stands out for the most expensive 10 % by FLOPs per sample" in texts(costs)

    def test_group_without_index_says_why(self):
        reason = "12 trials, fewer than 30"
        study = sensitivity(
            {"all": MAIN, "optimizer = sgd": SGD}, notes={"optimizer = sgd": reason}
        )
        figure = importance(study)
        assert len(panels(figure)) == 1
        assert f"optimizer = sgd: no index, {reason}" in texts(figure)
        drawn_inside(figure)

    def test_study_without_any_index_says_why(self):
        figure = importance(sensitivity({"all": MAIN}, notes={"all": "no finite error"}))
        assert not panels(figure)
        assert "all trials: no index, no finite error" in texts(figure)
        drawn_inside(figure)

    @pytest.mark.parametrize("value", [2e-5, 1.6e-2, 0.17])
    def test_ticks_are_readable_at_any_scale(self, value):
        names = ["a", "b"]
        drawn_inside(importance(sensitivity({"all": names, "a = 1": names}, indices={"b": value})))

    @pytest.mark.parametrize(
        "groups",
        [
            {"all": ["learning_rate"]},
            {"all": MAIN},
            {"all": MANY},
            {"all": MANY, "hyperparameter_0 = a": [*MANY, "x"], "hyperparameter_0 = b": MANY},
            {"all": STRANGE, f"{STRANGE[2]} ≥ 3, {STRANGE[0]} = été": [*STRANGE, "x"]},
        ],
        ids=["one", "three", "forty", "forty in groups", "strange names"],
    )
    def test_any_number_and_any_names_fit_on_the_page(self, groups):
        figure = importance(sensitivity(groups))
        for axes, members in zip(panels(figure), groups.values(), strict=True):
            shown = {label.get_text().replace("\n", " ") for label in axes.get_yticklabels()}
            # What stays under its noise floor is named alone where a page is too short.
            named = " ".join(text.get_text().replace("\n", " ") for text in axes.texts)
            assert shown <= set(members)
            assert all(name in shown or name in named for name in members)
        renderer = drawn_inside(figure)
        for axes in panels(figure):
            boxes = [label.get_window_extent(renderer) for label in axes.get_yticklabels()]
            for above, below in pairwise(boxes):
                assert above.y0 >= below.y1
            power_of_ten = axes.xaxis.offsetText.get_window_extent(renderer)
            assert not axes.xaxis.label.get_window_extent(renderer).overlaps(power_of_ten)


class TestToy:
    def test_pairs_are_those_that_reach_the_goal(self, examples):
        figure = hidden_interaction(examples)
        (points,) = figure.axes[0].lines
        inside = examples["interaction_x"].values[examples["interaction_z"].values]
        assert points.get_xdata().tolist() == inside[:, 1].tolist()
        assert points.get_ydata().tolist() == inside[:, 2].tolist()
        drawn_inside(figure)

    @pytest.mark.parametrize("draw", [hidden_interaction, conditional])
    def test_histograms_are_densities_of_named_variables(self, draw, examples):
        figure = draw(examples)
        histograms = [axes for axes in figure.axes if axes.patches]
        names = ["X1", "X2", "X3"] * (len(histograms) // 3)
        for axes, name in zip(histograms, names, strict=True):
            assert axes.get_xlabel() == f"{name} (dimensionless)"
            area = sum(bar.get_height() * bar.get_width() for bar in axes.containers[0])
            assert area == pytest.approx(1)
        assert histograms[0].get_ylabel() == "density (dimensionless)"
        drawn_inside(figure)

    def test_conditional_group_keeps_its_draws_and_its_indices(self, examples):
        figure = conditional(examples)
        value = examples["conditional_hsic"].sel(group="X2 > t", variable="X3").item()
        titles = [axes.get_title("left") for axes in figure.axes]
        assert titles[5] == f"X2 > 1.25: HSIC = {number(value)}"
        assert [title.split(":")[0] for title in titles] == ["all draws"] * 3 + ["X2 > 1.25"] * 3
        restricted = figure.axes[4].containers[0]
        assert all(bar.get_height() == 0 for bar in restricted if bar.get_x() < 1.15)

    def test_each_pair_states_its_index_once(self, examples):
        figure = joint_indices(examples)
        below = np.tri(5, k=-1, dtype=bool)
        for axes, kind in zip(figure.axes, ["joint", "pure"], strict=True):
            index = examples[f"interaction_{kind}_hsic"].values[below]
            floor = examples[f"interaction_{kind}_noise_floor"].values[below]
            expected = [
                f"({number(value)})" if value <= limit else number(value)
                for value, limit in zip(index, floor, strict=True)
            ]
            assert sorted(text.get_text() for text in axes.texts) == sorted(expected)
            assert axes.get_title("left").endswith(" (dimensionless)")
        drawn_inside(figure)


class TestSave:
    @pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
    def test_same_data_give_the_same_bytes(self, suffix, tmp_path):
        for name in ("first", "second"):
            study = sensitivity({"all": MAIN, "optimizer = sgd": SGD})
            save(importance(study), tmp_path / f"{name}{suffix}")
        first = (tmp_path / f"first{suffix}").read_bytes()
        assert first == (tmp_path / f"second{suffix}").read_bytes()
        assert b"Date" not in first

    @pytest.mark.parametrize("draw", [hidden_interaction, joint_indices, conditional])
    def test_toy_figures_repeat_too(self, draw, examples, tmp_path):
        for name in ("first.svg", "second.svg"):
            save(draw(examples), tmp_path / name)
        assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()

    def test_settings_of_a_person_change_nothing(self, tmp_path):
        study = sensitivity({"all": MAIN})
        save(importance(study), tmp_path / "plain.svg")
        with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "axes.grid": True}):
            save(importance(study), tmp_path / "own.svg")
            assert matplotlib.rcParams["font.size"] == 20
        assert (tmp_path / "own.svg").read_bytes() == (tmp_path / "plain.svg").read_bytes()

    def test_other_formats_are_refused(self, tmp_path):
        with pytest.raises(InputError, match=r"x\.gif: .*'\.gif'; use \.svg, \.png or \.pdf"):
            save(importance(sensitivity({"all": MAIN})), tmp_path / "x.gif")
        assert not list(tmp_path.iterdir())
