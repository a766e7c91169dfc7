"""The commissioning plan: drawn by lot before writing, spread evenly, and drawn again to the same bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "commissioning"


@pytest.fixture(scope="module")
def plan() -> list[dict[str, Any]]:
    briefs: list[dict[str, Any]] = yaml.safe_load((FOLDER / "plan.yaml").read_text(encoding="utf-8"))
    return briefs


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    copy = shutil.copytree(FOLDER, tmp_path / "commissioning", ignore=shutil.ignore_patterns("notes", "plan.yaml"))
    subprocess.run([sys.executable, str(copy / "draw_plan.py")], check=True)
    assert (copy / "plan.yaml").read_bytes() == (FOLDER / "plan.yaml").read_bytes()


def test_the_plan_and_the_pilot_make_two_hundred_and_eighteen(plan: list[dict[str, Any]]) -> None:
    pilot = yaml.safe_load((FOLDER / "briefs.yaml").read_text(encoding="utf-8"))
    assert [brief["number"] for brief in pilot + plan] == list(range(1, 219))
    assert Counter(brief["split"] for brief in (pilot + plan)[:200]) == {"train": 60, "validation": 20, "test": 120}
    assert {(brief["split"], "must" in brief) for brief in plan[176:]} == {("test", True)} and not any("must" in brief for brief in plan[:176])


def test_the_plan_spreads(plan: list[dict[str, Any]]) -> None:
    topics = Counter((brief["split"], brief["topic"]) for brief in plan)
    assert len({topic for _, topic in topics}) == 17
    assert all(topics["test", topic] >= 6 for _, topic in topics)
    assert len({brief["genre"] for brief in plan}) >= 8
    countries = Counter(brief["country"] for brief in plan)
    assert len(countries) >= 40
    assert max(countries.values()) <= 0.05 * 200


def test_nothing_is_dealt_twice(plan: list[dict[str, Any]]) -> None:
    for row in ("event", "town"):
        values = [brief[row] for brief in plan]
        assert len(values) == len(set(values)), row
    surnames = Counter(person.split(" | ")[1].rsplit(" (", 1)[0] for brief in plan for person in brief["people"])
    assert not [name for name, n in surnames.items() if n > 1]


def test_every_topic_of_the_plan_is_one_of_the_schema(plan: list[dict[str, Any]]) -> None:
    import json

    article = json.loads((ROOT / "schemas" / "article.json").read_text(encoding="utf-8"))["properties"]
    assert {brief["topic"] for brief in plan} <= set(article["topics"]["items"]["enum"])
    assert {brief["genre"] for brief in plan} <= set(article["genre"]["enum"])
