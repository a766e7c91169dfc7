"""The guidelines: worked examples that compile, and label lists that are the scheme's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT, compile_text, worked_examples
from newsgold import records

PAGE = (ROOT / "docs" / "guidelines.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("heading", worked_examples())
def test_worked_example_compiles(heading: str, tmp_path: Path) -> None:
    text, layers = worked_examples()[heading]
    article, issues = compile_text(tmp_path, "example", text, layers)
    assert article is not None and not issues, "\n".join(map(str, issues))


def test_type_page_lists_every_type_once() -> None:
    table = PAGE[PAGE.index("### 4.6") : PAGE.index("### 4.7")]
    assert re.findall(r"^\| ([a-z]+\.[a-z]+) \|", table, flags=re.M) == list(records.EVENT_TYPES)


@pytest.mark.parametrize(
    "labels",
    [
        records.CLAIM_ACTS,
        records.EVENT_STATUSES,
        records.ENTITY_KINDS,
        records.FIGURE_KINDS,
        records.FIGURE_BOUNDS,
        records.FIGURE_RELATIONS,
        records.PARTICIPANT_ROLES,
    ],
)
def test_every_label_is_explained(labels: tuple[str, ...]) -> None:
    assert [label for label in labels if label not in PAGE] == []
