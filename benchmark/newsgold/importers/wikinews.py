"""Wikinews as published at github.com/vanatteveldt/wikinews: CSV files with the columns url, date, title and text (CC BY 2.5).

Articles are matched by their address. The text column is brought to the form that was annotated: no zero-width spaces and joiners, plain
blanks for non-breaking ones, no date line before the first paragraph, no blanks around a paragraph or twice within, an empty line between paragraphs, and
the normal form of every text (NFC, ``\\n`` line ends). Quotation marks, dashes and stray markup stay as they were published.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from newsgold import normalize
from newsgold.importers._base import Copy, Importer, need_folder
from newsgold.issues import InputError, Issue, shown
from newsgold.records import Article

COLUMNS: Final = ("url", "date", "title", "text")
NEEDED: Final = ("url", "text")
FIELD_LIMIT: Final = 64 * 2**20
"""Characters of the longest field that is read; the csv module's own limit is 128 KiB, which long articles exceed."""
_DAY: Final = re.compile(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \w+ \d{1,2}, \d{4}")
_WIDTHLESS: Final = {0x200B: None, 0x200D: None, 0xA0: " "}


def body(raw: str) -> str:
    """The text column in the form that was annotated."""
    first, *rest = normalize.text(raw.translate(_WIDTHLESS)).split("\n")
    lines = rest if _DAY.fullmatch(first.strip()) else [first, *rest]
    return "\n\n".join(re.sub(r" {2,}", " ", line.strip()) for line in lines if line.strip())


def address(url: str) -> str:
    """An address as it is compared: without scheme, with single slashes, percent-encoding undone, blanks as underscores."""
    bare = re.sub(r"^[a-z]+:", "", url.strip(), flags=re.I)
    bare = unicodedata.normalize("NFC", urllib.parse.unquote(bare, errors="surrogateescape")).replace(" ", "_")
    host, slash, path = re.sub(r"/{2,}", "/", bare).strip("/").partition("/")
    return host.lower() + slash + path


def _key(article: Article) -> str | None:
    """The address of an article of Wikinews."""
    given = article.provenance
    return address(given.url) if given.source == "Wikinews" and given.url else None


def _rows(path: Path, report: Callable[[Issue], None]) -> list[list[str]]:
    """The rows of a file, header first; what is wrong with the file goes to ``report``, and then there are none."""
    name = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        report(Issue(name, None, "$", f"cannot be read ({error.strerror}); expected a CSV file"))
        return []
    broken = None
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:  # what can be read before it tells the row
        broken, content = error, raw[: error.start].decode("utf-8-sig")
    rows: list[list[str]] = []
    limit = csv.field_size_limit(FIELD_LIMIT)
    try:
        for row in csv.reader(io.StringIO(content, newline=""), strict=broken is None):
            rows.append(row)  # one by one: those before a wrong one tell its number
    except csv.Error as error:
        report(Issue(name, len(rows) + 1, "$", f"not CSV: {error}; expected fields in double quotes, with quotes inside them doubled"))
        return []
    finally:
        csv.field_size_limit(limit)
    if broken:
        start = broken.start
        # A row that ends before the byte is whole, so that the byte stands in the next.
        row_ = len(rows) + (not rows or (raw[:start].endswith((b"\n", b"\r")) and content.count('"') % 2 == 0))
        report(Issue(name, row_, "$", f"byte {start} (0x{raw[start]:02x}) is not UTF-8; expected UTF-8"))
        return []
    if not rows:
        report(Issue(name, 1, "$", f"empty; expected the columns {', '.join(COLUMNS)}"))
    return rows


def _read_file(path: Path, report: Callable[[Issue], None]) -> Iterator[Copy]:
    name, header = str(path), None
    for number, row in enumerate(_rows(path, report), 1):  # rows as a spreadsheet numbers them
        if header is None:
            header = [column.strip() for column in row]
            wrong = [f"no column {column}" for column in NEEDED if column not in header]
            wrong += [f"column {shown(column)} stands twice" for column in dict.fromkeys(header) if header.count(column) > 1]
            if wrong:
                report(Issue(name, number, "$", f"{', '.join(wrong)} among {shown(', '.join(header), 200)}; expected {', '.join(COLUMNS)}"))
                return
            if others := [column for column in header if column not in COLUMNS]:
                report(Issue(name, number, "$", f"unexpected column {shown(', '.join(others), 200)}, not read; expected {', '.join(COLUMNS)}", "warning"))
        elif not row:
            continue
        elif len(row) != len(header):
            report(Issue(name, number, "$", f"{len(row)} fields; expected {len(header)}, as the header has"))
        else:
            fields = dict(zip(header, row, strict=True))
            if not fields["url"].strip():
                report(Issue(name, number, "$.url", "empty; expected an address"))
            else:
                yield Copy(f"{name}:{number}", body(fields["text"]), address(fields["url"]))


def read(folder: Path, warn: Callable[[Issue], None]) -> Sequence[Copy]:
    """Every row of every ``*.csv`` of a folder; two rows with one address must hold one text.

    Raises:
        InputError: with every problem of every file.
    """
    issues: list[Issue] = []
    found: dict[str, Copy] = {}

    def report(issue: Issue) -> None:
        (warn if issue.level == "warning" else issues.append)(issue)

    for path in need_folder(folder, "*.csv", IMPORTER.what):
        for copy in _read_file(path, report):
            first = found.setdefault(copy.key or "", copy)
            if first.text != copy.text:
                file, _, row = copy.place.rpartition(":")
                issues.append(Issue(file, int(row), "$.url", f"{shown(copy.key, 90)} has another text at {first.place}; expected one text an address"))
    if issues:
        raise InputError(issues)
    return list(found.values())


IMPORTER: Final = Importer("wikinews", "a folder with the CSV files of the Wikinews collection as published", _key, read)
