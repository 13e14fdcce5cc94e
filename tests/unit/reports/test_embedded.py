"""Figures inside the page."""

import re
from base64 import b64encode
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np

from hsic_hpo.figures.importance import importance
from hsic_hpo.figures.style import save
from hsic_hpo.reports.embedded import svg_source
from studies_to_draw import study

NUMBER = re.compile(r"-?\d*\.?\d+")


def test_it_is_the_same_drawing_to_a_hundredth_of_a_point(tmp_path) -> None:
    save(importance(study("strange names").sensitivity), tmp_path / "a.svg")
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    source = svg_source(svg)
    assert len(source) < 0.85 * len(b64encode(svg.encode()))
    assert not {*source} & {'"', "<", ">", "#", "\n"}
    found = unquote(source.removeprefix("data:image/svg+xml,"))
    for mine, theirs in zip(
        ElementTree.fromstring(found).iter(), ElementTree.fromstring(svg).iter(), strict=True
    ):
        assert mine.tag == theirs.tag
        for name, text in theirs.attrib.items():
            a, b = (np.array(NUMBER.findall(one), dtype=float) for one in (mine.attrib[name], text))
            np.testing.assert_allclose(a, b, atol=0.0051)


def test_factors_below_one_keep_their_digits() -> None:
    assert svg_source("scale(0.015625)") == "data:image/svg+xml,scale(0.015625)"
    assert svg_source("M 12.345678 -3.00123") == "data:image/svg+xml,M 12.35 -3"
