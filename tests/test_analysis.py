"""docs/baselines.md: its tables and plots follow from the kept runs and the predictions for test; the runs are not done here."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import ROOT, script
from newsgold import facets, score, to_prediction
from newsgold.records import Article

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def fill() -> Iterator[ModuleType]:
    with script("fill") as module:
        yield module


@pytest.fixture(scope="module")
def analysis(fill: ModuleType) -> ModuleType:
    return sys.modules["analysis"]


@pytest.fixture(scope="module")
def plots(fill: ModuleType) -> ModuleType:
    return sys.modules["plots"]


RECORD: dict[str, Any] = json.loads((DOCS / "analysis.json").read_text(encoding="utf-8"))


def test_the_generated_parts_and_plots_are_what_the_commands_print(fill: ModuleType, analysis: ModuleType) -> None:
    made, pictures = analysis.parts()
    for path in (DOCS / "baselines.md", *sorted((ROOT / "baselines").glob("*/README.md"))):
        text = path.read_text(encoding="utf-8")
        assert fill.filled(text, made) == text, f"{path}: run make baselines"
    shown = (DOCS / "baselines.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^<!-- (\w+) -->$", shown, flags=re.M)) == {"curve", "errors", "challenges", "fails"}
    for name, picture in pictures.items():
        assert (DOCS / "images" / name).read_text(encoding="utf-8") == picture, f"{name}: run make baselines"
        assert f"](images/{name})" in shown
    for name in analysis.BASELINES:
        assert f"<!-- scores-{name} -->" in (ROOT / "baselines" / name / "README.md").read_text(encoding="utf-8")


def test_a_stale_part_would_be_seen(fill: ModuleType) -> None:
    assert fill.filled("<!-- x -->\nold\n<!-- /x -->\n", {"x": "new"}) == "<!-- x -->\n\nnew\n\n<!-- /x -->\n"


def test_the_kept_runs_are_whole(analysis: ModuleType) -> None:
    sizes: dict[int, list[int | None]] = {}
    for point in RECORD["curve"]:
        sizes.setdefault(point["size"], []).append(point["seed"])
        assert set(point["scores"]) == {"overall", "speakers", "claims", "events", "figures"}
    whole = max(sizes)
    assert sizes.pop(whole) == [None] and f"|split:train|articles:{whole}|" in RECORD["train"]
    assert all(seeds == list(range(1, analysis.DRAWS + 1)) for seeds in sizes.values()) and len(sizes) >= 3
    assert set(RECORD["systems"]) == set(analysis.BASELINES)
    assert RECORD["curve"][-1]["scores"] == RECORD["systems"]["crf"]


def test_plans_and_commands(analysis: ModuleType, tmp_path: Path) -> None:
    runs = analysis.planned(60, 2)
    assert [run.name for run in runs] == [
        "crf", "rules", "paragraph", "crf-45-1", "crf-45-2", "crf-30-1", "crf-30-2", "crf-15-1", "crf-15-2", "crf-8-1", "crf-8-2"
    ]  # fmt: skip
    assert [run.size for run in analysis.planned(1, 1)] == [None] * 3
    command = runs[3].command(tmp_path / "x")
    assert command[-6:] == ["--train", "train", "--size", "45", "--seed", "1"] and "validation" in command and "test" not in command


def test_runs_are_done_once_and_a_failure_is_told(analysis: ModuleType, tmp_path: Path) -> None:
    run = analysis.Run("paragraph", None, None)
    _, out, _ = analysis.do(run, tmp_path)
    stamp = out.stat().st_mtime_ns
    assert analysis.do(run, tmp_path)[1] == out and out.stat().st_mtime_ns == stamp
    with pytest.raises(RuntimeError, match=r"predict\.py"):
        analysis.do(analysis.Run("paragraph", 3, 1), tmp_path)  # it has no --size


def test_challenges_of_a_perfect_and_of_an_empty_system(analysis: ModuleType, articles: list[Article]) -> None:
    gold = [article for article in articles if article.text is not None][:12]
    posed: dict[str, int] = {}
    for article in gold:
        for name, n in facets.challenges(article).items():
            posed[name] = posed.get(name, 0) + n
    whole = analysis.challenges(score(map(to_prediction, gold), gold=gold), gold)
    assert whole and all(line.share == 1.0 and line.rest in (1.0, None) and line.gap == 0.0 for line in whole)
    assert {line.name: line.records for line in whole} == {name: n for name, n in posed.items() if n and not name.startswith("articles.")}
    nothing = analysis.challenges(score([{"id": article.id} for article in gold], gold=gold), gold)
    assert all(line.share == 0.0 and line.records == full.records and line.others == full.others for line, full in zip(nothing, whole, strict=True))


def test_a_challenge_counts_what_is_right_up_to_the_headline(analysis: ModuleType, articles: list[Article]) -> None:
    article = next(one for one in articles if facets.posing(one)["claims.nested"])
    nested = facets.posing(article)["claims.nested"]
    prediction = to_prediction(article)
    for claim in prediction["claims"]:
        claim["act"] = "deny" if claim["act"] != "deny" else "assert"  # beyond the headline
        if claim["id"] in nested:
            claim["speakers"] = ["Nobody at all"]  # the headline itself
    line = next(line for line in analysis.challenges(score([prediction], gold=[article]), [article]) if line.name == "claims.nested")
    assert (line.records, line.right) == (len(nested), 0)
    assert line.others == line.others_right > 0 and line.gap == 1.0


def test_where_a_system_fails(analysis: ModuleType) -> None:
    table = [analysis.Challenge("claims.a", 10, 2, 10, 8), analysis.Challenge("claims.few", 9, 0, 10, 10), analysis.Challenge("claims.easy", 20, 20, 5, 1)]
    assert analysis.fails({"x": table, "y": []}) == "- **x**: claims.a 0.20 against 0.80.\n- **y**: nowhere."


def pictures(plots: ModuleType) -> dict[str, str]:
    series = [plots.Series("overall", [(1, 0.25, 0.2, 0.3), (4, 0.5, 0.5, 0.5)]), plots.Series("a <b>", [(1, 0.26, 0.2, 0.3), (4, 0.5, 0.4, 0.6)])]
    return {
        "line": plots.line_chart("T & t", "d", series, "n", "F1"),
        "bar": plots.bar_chart("T & t", "d", [plots.Bar("claims", "a <b>", 5, 3, 2, 30), plots.Bar("claims", "y", 0, 0, 0, 2)]),
        "dot": plots.dot_plot("T & t", "d", ["a <b>", "y"], [plots.Dots("claims.nested", "(3)", [(0.5, 0.75), (None, 0.0)])]),
    }


def test_plots_are_whole_svg_for_light_and_dark(plots: ModuleType) -> None:
    again = pictures(plots)
    for name, picture in pictures(plots).items():
        assert again[name] == picture
        root = ET.fromstring(picture)
        words = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert "T & t" in words and "a <b>" in words and root.get("role") == "img"
        assert "prefers-color-scheme: dark" in picture and 'class="ground"' in picture and "http" not in picture.replace("http://www.w3.org/2000/svg", "")
        width, height = (float(root.get(side) or 0) for side in ("width", "height"))
        for node in root.iter():
            for attribute, limit in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(node.get(attribute) or 0) <= limit, (name, ET.tostring(node))


def test_a_line_chart_puts_its_points_where_they_belong(plots: ModuleType) -> None:
    root = ET.fromstring(pictures(plots)["line"])
    grid = [node.get("d") or "" for node in root.iter("{http://www.w3.org/2000/svg}path") if node.get("class") == "grid"]
    zero, one = (float(re.findall(r"M[\d.]+ ([\d.]+)H", grid[at])[0]) for at in (0, -1))
    circles = list(root.iter("{http://www.w3.org/2000/svg}circle"))
    assert [float(node.get("cy") or 0) for node in circles[:2]] == pytest.approx([zero + (one - zero) * share for share in (0.25, 0.5)], abs=0.06)


def test_a_bar_is_as_long_as_its_share(plots: ModuleType) -> None:
    root = ET.fromstring(pictures(plots)["bar"])
    wide = {node.get("class"): float(node.get("width") or 0) for node in root.iter("{http://www.w3.org/2000/svg}rect") if float(node.get("y") or 0) > 60}
    assert wide["bar"] / wide["part"] == pytest.approx(5 / 3, abs=0.01) and wide["part"] / wide["none"] == pytest.approx(1.5, abs=0.01)
    assert wide["extra"] == pytest.approx(wide["bar"] + wide["part"] + wide["none"], abs=0.2), "three times as many are cut, and their number told"
    assert "30" in [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
