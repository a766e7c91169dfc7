"""The linter: warnings that a schema cannot give, on one article and its annotation.

A rule is a function from a :class:`~newsgold.lint.page.Page` to hits, registered by name in :data:`RULES`. A warning is fixed in the annotation,
or waived in ``data/waivers/<id>.yaml`` by its rule, the words of the text that it is about, and a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from newsgold import corpus
from newsgold.anchors import AnchorError, escape, point, resolve
from newsgold.issues import InputError, Issue, path_of, shown
from newsgold.lint import claims, coverage, entities, events, figures
from newsgold.lint.page import RULES, Page, Place, Rule

__all__ = ["RULES", "Job", "Page", "Report", "Rule", "Waiver", "Warning_", "lint_file", "read_waivers", "run", "to_dict", "waiver_lines", "waivers_path"]

_MODULES: Final = (claims, coverage, entities, events, figures)
"""Where the rules are; importing them registers these."""
STALE: Final = "waiver-stale"
"""What is told of a waiver that matches no warning; it cannot be waived or skipped."""


@dataclass(frozen=True, order=True)
class Warning_:
    """One warning. Prints as ``file:line: rule: what was found; expected what``."""

    file: str
    """The annotation where a record is at fault, the text where no record covers it."""
    line: int | None
    """From 1."""
    rule: str
    found: str
    expected: str
    at: str
    """An anchor of the words that it is about, for a waiver."""
    path: str | None
    """The record, as a JSON path."""
    waived: str | None = None
    """The reason, where a waiver covers it."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.rule}: {self.found}; expected {self.expected}"


@dataclass(frozen=True)
class Waiver:
    """A warning that stands: the rule, the words it is about, and why."""

    rule: str
    at: str | None
    """An anchor of exactly the words of the warning."""
    text: str | None
    """Instead of an anchor: every warning of the rule about these words, in lower case."""
    reason: str
    line: int | None


@dataclass(frozen=True)
class Report:
    """What the linter found on one article."""

    article: str
    warnings: tuple[Warning_, ...]
    """Those that no waiver covers, and waivers that cover nothing, by file and line."""
    waived: tuple[Warning_, ...]


def waivers_path(source: Path) -> Path | None:
    """Where the waivers of a source of the gold are kept: ``data/waivers/<id>.yaml`` for ``data/articles/<split>/<id>.yaml``; ``None`` for any other file."""
    return corpus.beside(source, "waivers")


@dataclass(frozen=True)
class Job:
    """One source to lint: the arguments of `lint_file`."""

    path: Path
    name: str
    text: Path | None
    waivers: Path | None
    rules: tuple[str, ...]


def run(job: Job) -> Report | list[Issue]:
    """The report of a job, or why there is none; for processes."""
    try:
        return lint_file(job.path, text_path=job.text, waivers=job.waivers, rules=job.rules, name=job.name)
    except InputError as error:
        return list(error.issues)


def read_waivers(path: Path, name: str) -> list[Waiver]:
    """The waivers of a file: a mapping with the list ``waivers``, each with ``rule``, ``at`` or ``text``, and ``reason``.

    Raises:
        InputError: anything else, all of it.
    """
    source = corpus.read_yaml(path, name)
    issues: list[Issue] = []
    out: list[Waiver] = []

    def issue(at: Sequence[str | int], message: str) -> None:
        issues.append(Issue(name, source.line(at), path_of(at), message))

    for key in source.data:
        if key != "waivers":
            issue([key], "unknown key; expected waivers alone")
    given = source.data.get("waivers")
    if not isinstance(given, list):
        issue(["waivers"], f"{shown(given)}; expected a list of waivers")
        given = []
    for index, record in enumerate(given):
        at: list[str | int] = ["waivers", index]
        if not isinstance(record, dict):
            issue(at, f"{shown(record)}; expected rule, at or text, and reason")
            continue
        for key, value in record.items():
            if key not in ("rule", "at", "text", "reason"):
                issue([*at, key], "unknown key; expected rule, at or text, and reason")
            elif not isinstance(value, str) or not value.strip():
                issue([*at, key], f"{shown(value)}; expected words")
        rule = record.get("rule")
        if isinstance(rule, str) and rule not in RULES:
            issue([*at, "rule"], f"{shown(rule)} is no rule; expected one of newsgold lint --list-rules")
        missing = [key for key in ("rule", "reason") if key not in record] + ([] if ("at" in record) != ("text" in record) else ["either at or text"])
        if missing:
            issue(at, f"without {' and '.join(missing)}; expected rule, at or text, and reason")
        elif all(isinstance(value, str) for value in record.values()):
            out.append(Waiver(record["rule"], record.get("at"), record.get("text"), record["reason"], source.line(at)))
    if issues:
        raise InputError(issues)
    return out


def anchor(text: str, place: Place) -> str:
    """An anchor for a place; the words themselves where none points at it."""
    try:
        return point(text, place)
    except AnchorError:
        return escape(text[place[0] : place[1]])


def warnings_of(page: Page, rules: Iterable[str] = ()) -> list[tuple[Warning_, Place]]:
    """The warnings of ``rules`` (all by default) on an article, in the order of their places, with these."""
    chosen = list(rules) or list(RULES)
    out = []
    for name in chosen:
        for hit in RULES[name].find(page):
            if hit.path is None:
                file, line = page.text_name, page.line(hit.place[0])
            else:
                file, line = page.name, page.source.line(hit.path) or 1
            out.append((Warning_(file, line, name, hit.found, hit.expected, anchor(page.text, hit.place), path_of(hit.path) if hit.path else None), hit.place))
    return sorted(out, key=lambda item: (item[1], list(RULES).index(item[0].rule), item[0]))


def apply(
    waivers: Sequence[Waiver], found: Sequence[tuple[Warning_, Place]], text: str, name: str, rules: Iterable[str] = ()
) -> tuple[list[Warning_], list[Warning_]]:
    """Warnings parted into those that stand and those that a waiver covers; a waiver that covers none is a warning itself.

    Args:
        name: how messages call the file of the waivers.
        rules: the rules that were run (all by default); waivers of others are not looked at.
    """
    ran = set(rules) or set(RULES)
    places: list[Place | str | None] = []
    stale: dict[int, str] = {}
    for index, waiver in enumerate(waivers):
        if waiver.at is None:
            places.append(waiver.text.casefold() if waiver.text else None)
            continue
        try:
            places.append(resolve(waiver.at, text))
        except AnchorError as error:
            places.append(None)
            stale[index] = str(error)
    used: set[int] = set()
    open_, waived = [], []
    for warning, place in found:
        fits = [
            index for index, waiver in enumerate(waivers)
            if waiver.rule == warning.rule and places[index] is not None and places[index] in (place, text[place[0] : place[1]].casefold())
        ]  # fmt: skip
        used |= set(fits)
        if fits:
            waived.append(Warning_(**{**{f: getattr(warning, f) for f in warning.__dataclass_fields__}, "waived": waivers[fits[0]].reason}))
        else:
            open_.append(warning)
    for index, waiver in enumerate(waivers):
        if index not in used and waiver.rule in ran:
            what = waiver.at or waiver.text or ""
            why = stale.get(index) or "it matches no warning"
            open_.append(
                Warning_(name, waiver.line, STALE, f"the waiver of {waiver.rule} at {shown(what)}: {why}", "a warning that it covers, or no waiver", what, None)
            )
    return open_, waived


def lint_file(path: Path, *, text_path: Path | None = None, waivers: Path | None = None, rules: Iterable[str] = (), name: str | None = None) -> Report:
    """The warnings on an annotation source.

    Args:
        path: ``<id>.yaml``.
        text_path: its text, ``<id>.txt`` beside it by default.
        waivers: a file of waivers; none are looked for by default.
        rules: only these (all by default).
        name: how messages call ``path``.

    Raises:
        InputError: the source does not compile, or the waivers are not in form.
    """
    name = name or str(path)
    text_path = text_path or path.with_suffix(".txt")
    issues: list[Issue] = []
    source = corpus.read_yaml(path, name) if path.is_file() else None
    article = corpus.compile_file(path, issues.append, text_path=text_path, name=name, source=source)
    if article is None or source is None or any(issue.level == "error" for issue in issues):
        raise InputError([issue for issue in issues if issue.level == "error"])
    text_name = str(Path(name).with_suffix(".txt")) if text_path == path.with_suffix(".txt") else str(text_path)
    chosen = list(rules)
    page = Page(article, source, name, text_name)
    found = warnings_of(page, chosen)
    given: list[Waiver] = []
    waivers_name = ""
    if waivers is not None and waivers.is_file():
        # Called as the annotation is: from the same folder.
        waivers_name = name.replace(f"articles/{path.parent.name}/", "waivers/") if waivers == waivers_path(path) else str(waivers)
        given = read_waivers(waivers, waivers_name)
    open_, waived = apply(given, found, page.text, waivers_name, chosen)
    return Report(article.id, tuple(open_), tuple(waived))


def waiver_lines(report: Report) -> list[str]:
    """Waivers for the warnings of a report, as lines of its file, with the reason left open."""
    lines = []
    for warning in report.warnings:
        if warning.rule != STALE:
            at = warning.at.replace("'", "''")
            lines.append(f"  - {{rule: {warning.rule}, at: '{at}', reason: }}  # {warning.found}\n")
    return [f"# data/waivers/{report.article}.yaml\n", "waivers:\n", *lines] if lines else []


def to_dict(reports: Iterable[Report]) -> dict[str, Any]:
    """Reports as JSON types."""
    fields = [name for name in Warning_.__dataclass_fields__ if name != "waived"]
    reports = list(reports)
    return {
        "articles": len(reports),
        "warnings": [{"article": report.article, **{name: getattr(warning, name) for name in fields}} for report in reports for warning in report.warnings],
        "waived": [
            {"article": report.article, **{name: getattr(warning, name) for name in fields}, "reason": warning.waived}
            for report in reports
            for warning in report.waived
        ],
    }
