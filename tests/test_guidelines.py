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


CASEBOOK = (ROOT / "docs" / "casebook.md").read_text(encoding="utf-8")


def rows(page: str) -> list[list[str]]:
    """The cells of each ruling, by number, of the guidelines' section 7 or of the casebook."""
    return [line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\| \d+ \|", line)]


def test_a_ruling_has_one_number_in_guidelines_and_casebook() -> None:
    numbers = [int(row[0]) for row in rows(PAGE[PAGE.index("## 7. ") :]) + rows(CASEBOOK)]
    assert len(numbers) == len(set(numbers))
    casebook = sorted(int(row[0]) for row in rows(CASEBOOK))
    assert casebook == list(range(max(set(numbers) - set(casebook)) + 1, max(numbers) + 1)), "the casebook's go on from the guidelines'"
    assert f"{len(casebook)} rulings" in CASEBOOK


def test_the_casebook_follows_the_guidelines_tables_and_names_rulings_that_are() -> None:
    sections = dict(re.findall(r"^### (7\.\d+) (.+)$", PAGE, flags=re.M))
    order = re.findall(r"^### (7\.\d+) (.+)$", CASEBOOK, flags=re.M)
    assert [title for _, title in order] == [sections[number] for number, _ in order]
    assert [number for number, _ in order] == sorted((number for number, _ in order), key=lambda number: int(number[2:]))
    known = {row[0] for row in rows(PAGE[PAGE.index("## 7. ") :]) + rows(CASEBOOK)}
    assert {row[1] for row in rows(CASEBOOK)} - known == {"—"}
    assert all(len(row) == 4 and all(row) for row in rows(CASEBOOK))


def test_the_casebook_names_no_type_that_is_none() -> None:
    groups = "|".join(sorted({name.split(".")[0] for name in records.EVENT_TYPES}))
    named = set(re.findall(rf"\b(?:{groups})\.[a-z]+\b", CASEBOOK))
    assert named and named <= set(records.EVENT_TYPES)
