"""Anchored annotation beside its text, to the stand-off form that may be published, and back.

There: ``<id>.yaml`` with anchors and the text become an article whose offsets, labels, values and proper names stand without the words
(`corpus.strip_text`). Back: a stand-off article and its text become ``<id>.yaml`` with anchors, which compiles to the same bytes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from newsgold import corpus, normalize, resources
from newsgold.anchors import AnchorError, point
from newsgold.issues import InputError, Issue, path_of
from newsgold.records import Article, to_dict

YAML_SUFFIXES: Final = (".yaml", ".yml")


# --- there -----------------------------------------------------------------------------------------------------------------


def sources(paths: Iterable[Path], suffixes: Sequence[str]) -> list[Path]:
    """The files given, and those with one of ``suffixes`` in the folders given; sorted within a folder. A ``<id>.header.yaml``, as the commission's desk lays
    metadata beside a text, is no annotation and is left out of a folder.

    Raises:
        InputError: a path that is neither, a folder without such files, or two files with one name.
    """
    issues: list[Issue] = []
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(inner for inner in path.iterdir() if inner.suffix in suffixes and inner.is_file() and not inner.name.endswith(".header.yaml"))
            if not found:
                issues.append(Issue(str(path), None, "$", f"no *{' or *'.join(suffixes)} in it; expected some"))
            out += found
        elif not path.is_file():
            issues.append(Issue(str(path), None, "$", "no file; expected one to convert"))
        else:
            out.append(path)
    first: dict[str, Path] = {}
    for path in out:
        if path.suffix != ".jsonl" and first.setdefault(path.stem, path) != path:
            issues.append(Issue(str(path), None, "$", f"the same article as {first[path.stem]}; expected each article once"))
    if issues:
        raise InputError(issues)
    return list(dict.fromkeys(out))


def compile_sources(paths: Iterable[Path], texts: Path | None = None) -> tuple[list[Article], list[Issue]]:
    """The articles of anchored annotations, whole, and warnings.

    Args:
        paths: files ``<id>.yaml``, or folders of them.
        texts: the folder with ``<id>.txt``, or the text itself where one annotation is given; by default they lie beside the annotations.

    Raises:
        InputError: with every problem of every file.
    """
    found = sources(paths, YAML_SUFFIXES)
    if texts is not None and not texts.is_dir() and len(found) != 1:
        raise InputError([Issue(str(texts), None, "$", f"no folder, for {len(found)} annotations; expected one with <id>.txt for each")])
    issues: list[Issue] = []
    out = []
    for path in found:
        if path.suffix not in YAML_SUFFIXES:
            issues.append(Issue(str(path), None, "$", "no annotation in YAML; expected <id>.yaml (or --back for the stand-off form)"))
            continue
        text = path.with_suffix(".txt") if texts is None else texts / f"{path.stem}.txt" if texts.is_dir() else texts
        article = corpus.compile_file(path, issues.append, text_path=text, split="external")
        if article:
            out.append(article)
    if any(issue.level == "error" for issue in issues):
        raise InputError(issue for issue in issues if issue.level == "error")
    return out, issues


# --- and back ---------------------------------------------------------------------------------------------------------------


def read_bare(paths: Iterable[Path]) -> list[Article]:
    """Stand-off articles of files ``<id>.json``, of folders of them, or of JSON Lines; with their text where it was hydrated.

    Raises:
        InputError: with every problem of every file.
    """
    issues: list[Issue] = []
    out: list[Article] = []
    for path in sources(paths, (".json",)):
        if path.suffix == ".jsonl":
            try:
                out += corpus.load(path=path)
            except InputError as error:
                issues += error.issues
        elif (article := corpus.read_standoff(path, str(path), issues.append)) is not None:
            out.append(corpus.hydrated(article))
    if issues:
        raise InputError(issues)
    return out


def with_texts(articles: Sequence[Article], texts: Path | None = None) -> list[Article]:
    """Stand-off articles with their texts: ``<id>.txt`` of a folder, else what was hydrated.

    Raises:
        InputError: a text that is not at hand or not the one that was annotated.
    """
    issues: list[Issue] = []
    out = []
    for article in articles:
        path = None if texts is None else texts / f"{article.id}.txt" if texts.is_dir() else texts
        if path is None or (not path.is_file() and article.text is not None):
            if article.text is None:
                issues.append(Issue(article.id, None, "$.text", "its text is not at hand; expected it hydrated, or in the folder given with --text"))
            out.append(article)
            continue
        try:
            out.append(corpus.attach_text(article, normalize.text(path.read_bytes().decode())))
        except OSError as error:
            issues.append(Issue(str(path), None, "$", f"cannot be read ({error.strerror}); expected the text of {article.id}"))
        except UnicodeDecodeError as error:
            issues.append(Issue(str(path), None, "$", f"byte {error.start} is not UTF-8; expected UTF-8"))
        except ValueError as error:
            issues.append(Issue(str(path), None, "$", str(error)))
    if issues:
        raise InputError(issues)
    return out


def anchored(article: Article) -> dict[str, Any]:
    """The YAML source of an article with its text, as data: anchors for spans, without what the compiler decides.

    Raises:
        InputError: a span that no anchor can point at.
        ValueError: an article without its text.
    """
    if article.text is None:
        raise ValueError(f"{article.id} has no text; hydrate it first")
    text = article.text
    issues: list[Issue] = []

    def span(given: Mapping[str, Any], at: list[str | int]) -> str:
        try:
            return point(text, (given["start"], given["end"]))
        except AnchorError as error:
            issues.append(Issue(article.id, None, path_of(at), str(error)))
            return ""

    def plain(value: Any, at: list[str | int]) -> Any:
        if isinstance(value, Mapping):
            if "start" in value and "end" in value:
                found = span(value, at)
                rest = {key: inner for key, inner in value.items() if key not in ("start", "end", "text")}
                return {"span": found, **rest} if rest else found  # a mention carries its form beside its span
            return {key: plain(inner, [*at, key]) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner, [*at, index]) for index, inner in enumerate(value)]
        return value

    data = to_dict(article)
    head = {key: value for key, value in data.items() if key not in corpus.DECIDED and key not in corpus.LAYER_KEYS}
    out = {key: value for key, value in head.items() if value is not None}
    out |= {key: [plain(record, [key, index]) for index, record in enumerate(data[key])] for key in corpus.LAYER_KEYS}
    if issues:
        raise InputError(issues)
    return out


def to_yaml(article: Article) -> str:
    """`anchored` in the authoring format: the head a field a line, then the layers a record a line."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Writes what `corpus.read_yaml` reads back: every string that YAML or the format would take for something else stands in quotes."""

    def line(value: Any) -> str:
        body = yaml.dump(value, Dumper=Dumper, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False)
        return str(body).removesuffix("...\n").rstrip("\n")

    out = []
    for key, value in anchored(article).items():
        if key in corpus.LAYER_KEYS:
            out += [f"{key}: []" if not value else f"{key}:", *(f"  - {line(record)}" for record in value)]
        else:
            out.append(f"{key}: {line(value)}")
    return "\n".join(out) + "\n"


# --- files --------------------------------------------------------------------------------------------------------------------


def write(files: Mapping[Path, bytes], *, force: bool = False) -> list[Path]:
    """Write files, each atomically, and return those that changed; without ``force`` all stay if one is there and differs.

    Raises:
        InputError: files that are there and differ.
    """
    changed = [path for path, body in files.items() if not path.is_file() or path.read_bytes() != body]
    there = [path for path in changed if path.exists()]
    if there and not force:
        raise InputError(Issue(str(path), None, "$", "exists and differs; expected a new file, or --force to replace it") for path in there)
    for path in changed:
        resources.write_atomic(path, files[path])
    return changed
