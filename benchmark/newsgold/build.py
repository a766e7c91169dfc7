"""The sources compiled into everything that ``data/`` ships: JSON Lines a split and for the notes, parquet a configuration, the manifest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from newsgold import normalize, notes, resources, tables
from newsgold.corpus import CANARY, DATA_VERSION, compile_file, dumps, read_standoff
from newsgold.issues import Issue
from newsgold.records import LAYERS, SCHEMA_VERSION, SPLITS, Article, to_dict

NEAR_DUPLICATE: Final = 0.3
"""Share of five-word shingles (Jaccard) above which two texts count as near-duplicates."""


@dataclass
class Build:
    """Everything that `build` writes, by path relative to ``data/``; and what it found on the way."""

    files: dict[str, bytes] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    """Parquet files: path to pyarrow table (empty where pyarrow is not installed)."""
    issues: list[Issue] = field(default_factory=list)


def compile_all(
    root: Path, progress: Callable[[Iterable[Path], int], Iterable[Path]] = lambda paths, total: paths
) -> tuple[dict[str, list[Article]], list[Issue]]:
    """All sources under ``root/data/articles`` compiled, by split, in the order of their ids, and every issue."""
    issues: list[Issue] = []
    out: dict[str, list[Article]] = {split: [] for split in SPLITS}
    base = root / "data" / "articles"
    for folder in sorted(path for path in base.iterdir() if path.is_dir()) if base.is_dir() else ():
        if folder.name not in SPLITS:
            issues.append(Issue(str(folder.relative_to(root)), None, "$", f"no split; expected one of {', '.join(SPLITS)}"))
    paths = [path for split in SPLITS for path in sorted((base / split).glob("[!.]*"))]
    stems = Counter(path.stem for path in paths if path.suffix != ".txt")
    for path in progress(paths, len(paths)):
        name = path.relative_to(root).as_posix()
        split = path.parent.name
        if path.suffix == ".txt":
            if not path.with_suffix(".yaml").is_file():
                issues.append(Issue(name, None, "$", "a text without annotation; expected the .yaml beside it"))
            continue
        if path.suffix not in (".yaml", ".json"):
            issues.append(Issue(name, None, "$", "no source of an article; expected <id>.yaml with <id>.txt, or <id>.json for an external one"))
            continue
        if stems[path.stem] > 1:
            issues.append(Issue(name, None, "$.id", f"{path.stem} stands in several splits; expected each article once"))
        if path.suffix == ".json":
            article = read_standoff(path, name, issues.append)
        elif split == "external":
            issues.append(Issue(name, None, "$", "anchors of an external text; expected only the compiled .json here"))
            continue
        else:
            article = compile_file(path, issues.append, split=split, name=name)
        if article:
            out[split].append(article)
    issues += _near_duplicates([article for articles in out.values() for article in articles])
    return out, issues


def _near_duplicates(articles: Sequence[Article]) -> list[Issue]:
    """Articles whose texts are the same or share too many five-word runs."""
    shingles = []
    for article in articles:
        words = re.findall(r"\w+", (article.text or "").casefold())
        shingles.append({tuple(words[at : at + 5]) for at in range(len(words) - 4)})
    issues = []
    for index, article in enumerate(articles):
        for other in range(index):
            same = article.text_sha256 == articles[other].text_sha256
            shared = len(shingles[index] & shingles[other])
            likeness = shared / (len(shingles[index] | shingles[other]) or 1)
            if same or likeness > NEAR_DUPLICATE:
                where = f"data/articles/{article.split}/{article.id}.txt"
                issues.append(
                    Issue(
                        where,
                        None,
                        "$",
                        f"{'the same text as' if same else f'{likeness:.0%} of its five-word runs stand in'} {articles[other].split}/{articles[other].id}; expected texts that differ",
                    )
                )
    return issues


def label_counts(articles: Iterable[Article]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Records by layer, and records by label for each labelled field."""
    records: Counter[str] = Counter(dict.fromkeys((*LAYERS, "entities"), 0))
    labels: dict[str, Counter[str]] = {}

    def count(field_: str, label: str | None) -> None:
        labels.setdefault(field_, Counter())[label or "null"] += 1

    for article in articles:
        speaking = {speaker for claim in article.claims for speaker in claim.speakers}
        records.update(
            entities=len(article.entities), speakers=len(speaking), claims=len(article.claims), events=len(article.events), figures=len(article.figures)
        )
        count("genre", article.genre)
        for topic in article.topics:
            count("topic", topic)
        for entity in article.entities:
            count("entity.kind", entity.kind)
        for claim in article.claims:
            count("claim.form", claim.form)
            count("claim.act", claim.act)
        for event in article.events:
            count("event.type", event.type)
            count("event.status", event.status)
            for participant in event.participants:
                count("participant.role", participant.role)
        for figure in article.figures:
            count("figure.kind", figure.kind)
            count("figure.bound", figure.bound)
            for relation in figure.relations:
                count("figure.relation", relation.type)
    return dict(records), {key: dict(sorted(value.items())) for key, value in sorted(labels.items())}


def build(root: Path, progress: Callable[[Iterable[Path], int], Iterable[Path]] = lambda paths, total: paths) -> Build:
    """Compile the sources under ``root`` into everything that ``data/`` ships. Writes nothing."""
    out = Build()
    splits, out.issues = compile_all(root, progress)
    told = notes.compile_all(root, splits, out.issues.append)
    if any(issue.level == "error" for issue in out.issues):
        return out
    manifest: dict[str, Any] = {
        "data_version": DATA_VERSION, "schema_version": SCHEMA_VERSION,
        "guidelines_version": max((article.guidelines_version for articles in splits.values() for article in articles), default="1", key=lambda v: [int(n) for n in re.findall(r"\d+", v)]),
        "canary": CANARY, "splits": {}, "files": {}, "articles": {},
    }  # fmt: skip
    data = root / "data"
    for split, articles in splits.items():
        lines = [dumps(to_dict(article)) for article in articles]
        body = b"".join(line + b"\n" for line in lines)
        out.files[f"{split}.jsonl"] = body
        records, labels = label_counts(articles)
        double = sum(1 for article in articles if len(article.annotators) > 1)
        words = sum(len((article.text or "").split()) for article in articles)
        manifest["splits"][split] = {
            "articles": len(articles),
            "words": words,
            "double_annotated": double,
            "records": records,
            "labels": labels,
            "digest": normalize.digest(body),
        }
        manifest["articles"].update((article.id, normalize.digest(line)) for article, line in zip(articles, lines, strict=True))
    out.files[notes.FILE] = notes.lines(told)
    by_article = {one.id: one.notes for one in told}
    try:
        for split, articles in splits.items():
            made = tables.tables(articles, by_article, [config for config in tables.CONFIGS if split in tables.splits_of(config)])
            out.tables.update((f"parquet/{config}/{split}.parquet", table) for config, table in made.items())
    except ImportError:
        out.tables = {}
    files = {f"data/{name}": normalize.digest(body) for name, body in out.files.items()}
    for folder in ("articles", "annotators", "adjudication", "notes"):
        for path in sorted((data / folder).rglob("*.*")):
            if path.is_file():
                files[path.relative_to(root).as_posix()] = normalize.digest(path.read_bytes())
    manifest["files"] = dict(sorted(files.items()))
    out.files["manifest.json"] = orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n"
    return out


def drift(root: Path, built: Build) -> list[Issue]:
    """How the files under ``root/data`` differ from what `build` makes of the sources."""
    issues = []
    data = root / "data"
    for name, body in built.files.items():
        path = data / name
        if not path.is_file():
            issues.append(Issue(f"data/{name}", None, "$", "is missing; expected what newsgold build writes"))
        elif (there := path.read_bytes()) != body:
            issues.append(Issue(f"data/{name}", None, "$", f"{_what_drifted(name, there, body)}; run newsgold build"))
    if built.tables:
        for name, table in built.tables.items():
            if why := tables.differs(data / name, table):
                issues.append(Issue(f"data/{name}", None, "$", f"{why}; run newsgold build"))
    return issues


def _what_drifted(name: str, there: bytes, body: bytes) -> str:
    try:
        if name.endswith(".jsonl"):
            old, new = ({row["id"]: row for row in map(orjson.loads, part.splitlines())} for part in (there, body))
            changes = [f"{key} ({', '.join(f for f in new[key] if old[key].get(f) != new[key][f])})" for key in new if key in old and old[key] != new[key]]
            parts = [
                ("articles changed: ", changes),
                ("articles missing: ", sorted(new.keys() - old.keys())),
                ("articles without a source: ", sorted(old.keys() - new.keys())),
            ]
        else:
            old, new = orjson.loads(there), orjson.loads(body)
            keys = [key for key in new if old.get(key) != new[key]]
            detail = [
                f"{key}.{inner}"
                for key in keys
                if isinstance(new[key], dict) and isinstance(old.get(key), dict)
                for inner in sorted(new[key].keys() | old[key].keys())
                if new[key].get(inner) != old[key].get(inner)
            ]
            parts = [("differs in ", detail or keys)]
        return "; ".join(head + ", ".join(items) for head, items in parts if items) or "the order of lines or fields differs"
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return "is not what the sources compile to"


def write(root: Path, built: Build) -> list[Path]:
    """Write what `build` made under ``root/data``, each file atomically; returns the paths that changed."""
    changed = []
    for name, body in built.files.items():
        path = root / "data" / name
        if not path.is_file() or path.read_bytes() != body:
            resources.write_atomic(path, body)
            changed.append(path)
    if built.tables:
        for name, table in built.tables.items():
            path = root / "data" / name
            if tables.differs(path, table):
                resources.write_atomic(path, tables.parquet(table))
                changed.append(path)
    return changed
