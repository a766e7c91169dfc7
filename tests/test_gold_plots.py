"""The plots and the phenomena of the datasheet: what the data gives, well formed, and the same bytes every time."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from types import ModuleType

import pytest

from conftest import ROOT, script
from newsgold import corpus

FERRY = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]
SHEET = (ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def fill() -> Iterator[ModuleType]:
    with script("fill") as module:
        yield module


@pytest.fixture(scope="module")
def gold_plots(fill: ModuleType) -> ModuleType:
    return sys.modules["gold_plots"]


def test_the_datasheet_s_parts_and_plots_are_what_the_data_gives(fill: ModuleType, gold_plots: ModuleType) -> None:
    drawn = gold_plots.statistics(gold_plots.written())
    assert fill.filled(SHEET, {"phenomena": fill.phenomena(), "statistics": gold_plots.markdown(drawn)}) == SHEET, "run python docs/fill.py"
    for name, picture in gold_plots.files(drawn).items():
        assert (ROOT / "docs" / "images" / name).read_text(encoding="utf-8") == picture, f"{name}: run python docs/fill.py"
        assert f"](images/{name})" in SHEET
    assert {path.name for path in (ROOT / "docs" / "images").glob("statistics-*")} == set(gold_plots.files(drawn))


def test_every_plot_is_an_image_that_can_be_read_without_seeing_it(gold_plots: ModuleType) -> None:
    found = gold_plots.statistics({"train": [FERRY], "test": []})
    assert found == gold_plots.statistics({"train": [FERRY], "test": []})
    space = "{http://www.w3.org/2000/svg}"
    for name, (svg, about) in found.items():
        root = ET.fromstring(svg)
        assert root.findtext(f"{space}title") and root.findtext(f"{space}desc") == about, name


def test_bars_are_as_long_as_their_values_and_labels_are_escaped(gold_plots: ModuleType) -> None:
    svg = gold_plots.chart("a < b", "about", ("one", "two"), [gold_plots.Bars("block", [("x & y", (3.0, 1.0)), ("none", (0.0, 0.0))])])
    widths = [float(width) for width in re.findall(r'y="[\d.]+" width="([\d.]+)" height="12"', svg)]
    assert widths == [gold_plots.BAR * 3 / 4, gold_plots.BAR / 4]
    assert "a &lt; b" in svg and "x &amp; y" in svg and ">4</text>" in svg and ">0</text>" in svg


def test_nothing_to_draw(gold_plots: ModuleType) -> None:
    assert set(gold_plots.statistics({"train": []})) == set(gold_plots.statistics({"train": [FERRY]}))
