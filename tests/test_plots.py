"""The plots of the datasheet: what the data gives, well formed, and the same bytes every time."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET

import pytest

from conftest import ROOT
from newsgold import corpus

sys.path.insert(0, str(ROOT / "docs"))
import fill
import plots

FERRY = corpus.load(path=ROOT / "tests" / "examples" / "gold.jsonl")[0]
SHEET = (ROOT / "docs" / "datasheet.md").read_text(encoding="utf-8")


def test_the_plots_are_what_the_data_gives() -> None:
    assert plots.main(["--check"]) == 0


@pytest.mark.parametrize("name", ["statistics", "phenomena"])
def test_the_datasheet_s_parts_are_what_the_data_gives(name: str) -> None:
    part = SHEET.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].strip()
    assert part == (fill.phenomena() if name == "phenomena" else plots.markdown(plots.plots(plots.written())))


def test_every_plot_is_an_image_that_can_be_read_without_seeing_it() -> None:
    found = plots.plots({"train": [FERRY], "test": []})
    assert found == plots.plots({"train": [FERRY], "test": []})
    for name, (svg, about) in found.items():
        root = ET.fromstring(svg)
        space = "{http://www.w3.org/2000/svg}"
        assert root.find(f"{space}title").text and root.find(f"{space}desc").text == about, name
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", svg)


def test_bars_are_as_long_as_their_values_and_labels_are_escaped() -> None:
    svg = plots.chart("a < b", "about", ("one", "two"), [plots.Bars("block", [("x & y", (3.0, 1.0)), ("none", (0.0, 0.0))])])
    widths = [float(width) for width in re.findall(r'<rect x="[\d.]+" y="\d+" width="([\d.]+)" height="13"', svg)]
    assert widths == [plots.BAR * 3 / 4, plots.BAR / 4]
    assert "a &lt; b" in svg and "x &amp; y" in svg and ">4</text>" in svg and ">0</text>" in svg


def test_nothing_to_draw() -> None:
    assert set(plots.plots({"train": []})) == set(plots.plots({"train": [FERRY]}))


def test_a_plot_that_drifted_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(plots, "written", lambda: {"train": [FERRY], "validation": [], "test": []})
    assert plots.main(["--check"]) == 1
    assert "docs/images/statistics-records.svg is not what the data gives" in capsys.readouterr().err
