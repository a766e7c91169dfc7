"""Folders of others' copies: the Wikinews CSV files as published, plain texts. A broken collection is a folder under examples/wikinews."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from conftest import ROOT, SHARED, needs
from newsgold import normalize
from newsgold.cli import BAD, main
from newsgold.importers import REGISTRY, Copy, wikinews
from newsgold.issues import InputError, Issue

CASES = sorted(path for path in (ROOT / "tests" / "examples" / "wikinews").iterdir() if path.is_dir())


def written(folder: Path, *rows: tuple[str, str], name: str = "a.csv", columns: tuple[str, ...] = wikinews.COLUMNS) -> Path:
    """A folder with one more CSV file, of addresses and texts."""
    folder.mkdir(exist_ok=True)
    sheet = io.StringIO(newline="")
    table = csv.writer(sheet, lineterminator="\n")
    table.writerow(columns)
    for url, text in rows:
        table.writerow([{"url": url, "text": text}.get(column, "") for column in columns])
    (folder / name).write_bytes(sheet.getvalue().encode())
    return folder


def read(folder: Path) -> tuple[list[Copy], list[Issue]]:
    warnings: list[Issue] = []
    return list(wikinews.read(folder, warnings.append)), warnings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_collection_gets_a_located_message(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(case.parent)
    monkeypatch.setenv("NEWSGOLD_CACHE", str(tmp_path / "cache"))
    assert main(["hydrate", "--from", "wikinews", case.name]) == BAD
    shown = capsys.readouterr()
    assert shown.err == (case / "expected.txt").read_text(encoding="utf-8")
    assert shown.out == "" and not (tmp_path / "cache").exists()


def test_an_unexpected_column_is_told_and_left_alone(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", ("https://n.example/wiki/One", "Some words."), columns=("text", "views", "url"))
    copies, warnings = read(folder)
    assert copies == [Copy(f"{folder}/a.csv:2", "Some words.", "n.example/wiki/One")]
    assert [str(issue) for issue in warnings] == [f"{folder}/a.csv:1: warning: $: unexpected column 'views', not read; expected url, date, title, text"]


def test_two_rows_with_one_address_and_one_text_are_one(tmp_path: Path) -> None:
    written(tmp_path / "in", ("https://n.example//wiki/Caf%C3%A9_One", "Some  words.\r\n"))
    folder = written(tmp_path / "in", ("http://n.example/wiki/Cafe\u0301 One/", "Friday, March 1, 2019 \n\nSome\u00a0words."), name="b.csv")
    assert read(folder) == ([Copy(f"{folder}/a.csv:2", "Some words.", "n.example/wiki/Café_One")], [])


@pytest.mark.parametrize("address", ["https://N.example//wiki/A_b", "http://n.example/wiki/A%5Fb", "//n.example/wiki/A b", "n.example/wiki/A_b/"])
def test_addresses_that_are_one(address: str) -> None:
    assert wikinews.address(address) == "n.example/wiki/A_b"


def test_addresses_that_are_two() -> None:
    found = {wikinews.address(f"https://n.example/wiki/{page}") for page in ("A", "a", "A?x=1", "A/B", "%FF", "%FE")}
    assert len(found) == 6


def test_a_field_of_a_megabyte_and_a_byte_order_mark(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    folder = written(tmp_path / "in", ("https://n.example/wiki/One", "word " * 250_000))
    path = folder / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    ((copy,), warnings) = read(folder)
    assert copy.text == "word " * 249_999 + "word" and not warnings
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Friday, January 4, 2019 \n\n\nOne.\n\n\nTwo.", "One.\n\nTwo."),
        ("Friday, January 4, 2019: one.", "Friday, January 4, 2019: one."),
        ("One.\n\nFriday, January 4, 2019\n", "One.\n\nFriday, January 4, 2019"),
        ("\ufeffOne\u00a0 two\u200b.\r\nThree.  \r", "One two.\n\nThree."),
        (
            '\u201cIt\u2019s\u201d "it\'s" [sic] e\u0301 \U0001f469\u200d\U0001f680 \u2014 \u2026',
            '\u201cIt\u2019s\u201d "it\'s" [sic] \u00e9 \U0001f469\U0001f680 \u2014 \u2026',
        ),
        ("", ""),
    ],
)
def test_the_text_column_in_the_form_that_was_annotated(raw: str, text: str) -> None:
    assert wikinews.body(raw) == text
    assert normalize.text(text) == text


def test_folders_without_what_they_should_hold(tmp_path: Path) -> None:
    for importer in REGISTRY.values():
        with pytest.raises(InputError, match=r"no \*\.\w+ in it; expected a folder with"):
            importer.read(tmp_path, lambda issue: None)
        with pytest.raises(InputError, match="no folder; expected a folder with"):
            importer.read(tmp_path / "nowhere", lambda issue: None)


@needs("wikinews")
def test_the_collection_as_published_reads_without_a_warning() -> None:
    copies, warnings = read(SHARED / "wikinews")
    assert len(copies) > 200 and not warnings
    assert all(copy.text is not None and normalize.text(copy.text) == copy.text for copy in copies)
