"""Files to records: article sources (text and YAML with anchors), compiled splits, the stand-off form.

``data/articles/<split>/<id>.txt`` and ``.yaml`` are what people edit; `build` compiles them. A stand-off article is
``data/articles/external/<id>.json``: already compiled, without its text, since that may not be redistributed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from newsgold import normalize, resources, validate
from newsgold.anchors import AnchorError, resolve
from newsgold.issues import InputError, Issue, path_of, shown
from newsgold.records import SPLITS, Article, article_from, to_dict
from newsgold.validate import Fit, check_article, check_references, check_schema, line_issue, parse_line, spans_of

DATA_VERSION: Final = "0.2.4"
"""Version of the gold data; every change of published gold raises it."""
CANARY: Final = "newsgold-canary-9d2f6c1e-5b0a-4c77-8e43-1f0d7a6b92c4"
Path_ = tuple[str | int, ...]

# --- sources: YAML with anchors ---------------------------------------------------------------------------------


@dataclass
class Source:
    """A parsed YAML source: plain values, and the line of every value by its path."""

    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Sequence[str | int]) -> int | None:
        """The line of the value at ``path``, or of the nearest value around it."""
        for size in range(len(path), -1, -1):
            if (found := self.lines.get(tuple(path[:size]))) is not None:
                return found
        return None


_DEPTH: Final = 20


def read_yaml(path: Path, name: str) -> Source:
    """A YAML file with every scalar as the string it is written as, but for plain ``null``, ``true`` and ``false``.

    Raises:
        InputError: not UTF-8, not YAML, or a key that stands twice.
    """
    import yaml

    issues: list[Issue] = []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        body = path.read_bytes().decode()
        depth = 0
        # Aliases can stand for themselves, or for more than a machine holds; the authoring format needs neither.
        for event in yaml.parse(body, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEPTH:
                what = "an alias" if depth <= _DEPTH else f"nested deeper than {_DEPTH} levels"
                raise InputError(
                    [Issue(name, event.start_mark.line + 1 if event.start_mark else None, "$", f"{what}; expected the authoring format, which has none")]
                )
        root = yaml.compose(body, Loader=loader)
    except OSError as error:
        raise InputError([Issue(name, None, "$", f"cannot be read ({error.strerror}); expected a YAML file")]) from error
    except UnicodeDecodeError as error:
        raise InputError([Issue(name, None, "$", f"byte {error.start} is not UTF-8; expected UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise InputError([Issue(name, mark.line + 1 if mark else None, "$", f"not YAML: {error.problem}; expected the authoring format")]) from error
    except yaml.YAMLError as error:  # a control character, told without a place
        raise InputError([Issue(name, None, "$", f"not YAML: {str(error).splitlines()[0]}; expected the authoring format")]) from error
    source = Source(None)

    def build(node: Any, at: Path_) -> Any:
        source.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            if not node.style and node.value in ("null", "~", ""):
                return None
            if not node.style and node.value in ("true", "false"):
                return node.value == "true"
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [build(child, (*at, index)) for index, child in enumerate(node.value)]
        out: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                issues.append(Issue(name, key.start_mark.line + 1, path_of(at), "a key that is no scalar; expected a field name"))
                continue
            if key.value in out:
                issues.append(Issue(name, key.start_mark.line + 1, path_of((*at, key.value)), "this key stands twice; expected each key once"))
            out[key.value] = build(child, (*at, key.value))
        return out

    if root is not None:
        source.data = build(root, ())
    if issues:
        raise InputError(issues)
    if not isinstance(source.data, dict):
        raise InputError([Issue(name, 1, "$", "no mapping; expected the fields of an article")])
    return source


# Which fields of a record are anchors, which are lists of anchors, and what a missing field becomes.
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "entities": {"role": None, "mentions": [], "links": []},
    "claims": {"cue": None, "source": None, "speakers": [], "relay": [], "parent": None},
    "events": {"participants": [], "time": None, "part_of": None, "links": []},
    "figures": {"low": None, "high": None, "parts": [], "unit": None, "of": None, "change": None, "event": None, "relations": []},
}
_ANCHORS: Final = {
    "entities": ["role", "mentions[].span"],
    "claims": ["content[]", "cue", "source"],
    "events": ["mentions[]", "participants[].mention", "time.span"],
    "figures": ["span", "of"],
}
LAYER_KEYS: Final = tuple(_DEFAULTS)
"""Fields of an article that hold annotation."""
DECIDED: Final = frozenset({"id", "split", "text", "text_sha256", "text_blocks"})
"""Fields that a source may not give."""
_HEAD: Final[dict[str, Any]] = {"headline": None, "dateline": None, "annotators": [], "canary": CANARY}


def compile_annotation(source: Source, text: str, report: Callable[[list[str | int], str], None]) -> dict[str, Any]:
    """The four layers of a source with every anchor resolved to a span; problems go to ``report``."""

    def span(anchor: object, at: list[str | int]) -> Any:
        if anchor is None:
            return None
        if not isinstance(anchor, str):
            report(at, f"{shown(anchor)}; expected a text anchor")
            return None
        try:
            start, end = resolve(anchor, text)
        except AnchorError as error:
            report(at, str(error))
            return {"start": 0, "end": 1, "text": text[:1]}  # holds the place, so that the rest can be checked
        return {"start": start, "end": end, "text": text[start:end]}

    def put(record: Any, spec: str, at: list[str | int]) -> None:
        head, dot, rest = spec.partition(".")
        key = head.removesuffix("[]")
        if not isinstance(record, dict) or record.get(key) is None:
            return
        if not head.endswith("[]"):
            if dot:
                put(record[key], rest, [*at, key])
            else:
                record[key] = span(record[key], [*at, key])
            return
        if not isinstance(record[key], list):
            return
        for index, item in enumerate(record[key]):
            here = [*at, key, index]
            if not dot:
                record[key][index] = span(item, here)
            elif rest == "span" and isinstance(item, dict) and "span" in item:  # mentions carry their span's fields themselves
                record[key][index] = {**(span(item.pop("span"), [*here, "span"]) or {}), **item}
            else:
                put(item, rest, here)

    out: dict[str, Any] = {}
    for layer, defaults in _DEFAULTS.items():
        records = source.data.get(layer) or []
        if not isinstance(records, list):
            report([layer], f"a {type(records).__name__}; expected a list of records")
            records = []
        done = []
        for index, given in enumerate(records):
            if not isinstance(given, dict):
                report([layer, index], f"{shown(given)}; expected a record")
                continue
            record = orjson.loads(orjson.dumps({**{k: v for k, v in defaults.items() if k not in given}, **given}))
            for key, value in defaults.items():
                if value == [] and record.get(key) is None:
                    record[key] = []
            for spec in _ANCHORS[layer]:
                put(record, spec, [layer, index])
            if layer == "events":
                for participant in record["participants"] if isinstance(record["participants"], list) else ():
                    if isinstance(participant, dict):
                        participant.setdefault("alleged", False)
            done.append(record)
        out[layer] = done
    return out


def _source(yaml_path: Path, name: str, report: Callable[[Issue], None]) -> Source | None:
    """The YAML of one source file, or ``None`` after reporting why not."""
    try:
        return read_yaml(yaml_path, name)
    except InputError as error:
        for problem in error.issues:
            report(problem)
        return None


def _compile(
    yaml_path: Path, text: str, split: str, article_id: str, report: Callable[[Issue], None], name: str, source: Source | None = None
) -> Article | None:
    """The article of one source file, or ``None`` after reporting why not."""
    if (source := source or _source(yaml_path, name, report)) is None:
        return None
    failed = False

    def issue(path: list[str | int], message: str, level: str = "error") -> None:
        nonlocal failed
        failed = failed or level == "error"
        report(Issue(name, source.line(path), path_of(path), message, level))

    for key in sorted(DECIDED & source.data.keys()):
        issue([key], "given in the source; expected none, since the file's name, folder and text decide it")
    head = {key: value for key, value in source.data.items() if key not in _DEFAULTS and key not in DECIDED}
    provenance = head.get("provenance") or {}
    data = {
        "id": article_id, **_HEAD, **head, "text": text, "text_sha256": normalize.digest(text), "split": split, "annotators": head.get("annotators") or [],
        "provenance": {"source": None, "url": None, "license": "CC-BY-4.0", **provenance} if isinstance(provenance, dict) else provenance,
    }  # fmt: skip
    data.update(compile_annotation(source, text, issue))
    holes = failed  # anchors that fit nothing are told already; what they point at cannot be checked
    fit = check_schema("article", data, issue)
    if fit is not Fit.MISSHAPEN and holes:
        check_references(data, issue)
    elif fit is not Fit.MISSHAPEN:
        check_article(data, issue, lambda path, message: issue(path, message, "warning"))
    return None if failed else article_from(data)


def compile_file(
    yaml_path: Path,
    report: Callable[[Issue], None],
    *,
    text_path: Path | None = None,
    split: str | None = None,
    name: str | None = None,
    source: Source | None = None,
) -> Article | None:
    """The article of ``<id>.yaml`` and the text beside it (or at ``text_path``), or ``None`` after reporting why not.

    ``split`` defaults to the name of the folder, elsewhere to ``external`` for an external text, else ``train``; ``source`` is the YAML where it has
    been read already.
    """
    name = name or str(yaml_path)
    if not yaml_path.is_file():
        report(Issue(name, None, "$", "is no file; expected an annotation in YAML"))
        return None
    text_path = text_path or yaml_path.with_suffix(".txt")
    text_name = name if text_path == yaml_path else str(Path(name).with_name(text_path.name))
    try:
        raw = text_path.read_bytes().decode()
    except OSError as error:
        report(Issue(text_name, None, "$", f"cannot be read ({error.strerror}); expected the article's text"))
        return None
    except UnicodeDecodeError as error:
        report(Issue(text_name, None, "$", f"byte {error.start} is not UTF-8; expected UTF-8"))
        return None
    text = normalize.text(raw)
    if split is None and yaml_path.parent.name in SPLITS:
        split = yaml_path.parent.name
    elif split is None:
        if (source := source or _source(yaml_path, name, report)) is None:
            return None
        provenance = source.data.get("provenance")
        split = "external" if isinstance(provenance, dict) and provenance.get("kind") == "external" else "train"
    if raw.rstrip("\n") != text and split != "external":
        report(Issue(text_name, None, "$", "not in normal form; expected NFC, \\n line ends, no trailing blanks, at most one blank line in a row"))
        return None
    return _compile(yaml_path, text, split, yaml_path.stem, report, name, source)


def beside(source: Path, folder: str) -> Path | None:
    """Where another file about a source of the gold is kept: ``data/<folder>/<id>.yaml`` for ``data/articles/<split>/<id>.yaml``; ``None`` for any other file."""
    split = source.resolve().parent
    data = split.parents[1] if len(split.parents) > 1 else split
    return data / folder / f"{source.stem}.yaml" if split.parent.name == "articles" and data.name == "data" else None


# --- stand-off ------------------------------------------------------------------------------------------------------


def strip_text(article: Article) -> dict[str, Any]:
    """``article`` in stand-off form: no text, no headline, no covered strings, no descriptions of the unnamed; with short digests of the text's blocks.

    Raises:
        ValueError: an article without its text.
    """
    if article.text is None:
        raise ValueError(f"{article.id} has no text; hydrate it first")
    data = to_dict(msgspec.structs.replace(article, text_blocks=tuple(normalize.block_digests(article.id, article.text))))
    data["text"] = data["headline"] = None

    def strip(value: Any) -> None:
        if isinstance(value, dict):
            if "start" in value and "end" in value:
                value["text"] = None
            for inner in value.values():
                strip(inner)
        elif isinstance(value, list):
            for inner in value:
                strip(inner)

    for key in _DEFAULTS:
        strip(data[key])
    for entity in data["entities"]:
        if not entity["named"]:
            entity["name"] = None
    return data


def attach_text(article: Article, text: str) -> Article:
    """A stand-off article with its text, covered strings and descriptions put back.

    Raises:
        ValueError: the text is not the one that was annotated.
    """
    if normalize.digest(text) != article.text_sha256:
        raise ValueError(f"text of {article.id} has SHA-256 {normalize.digest(text)[:12]}…; expected {article.text_sha256[:12]}…")
    data = to_dict(article)
    data["text"] = text

    def fill(value: Any) -> None:
        if isinstance(value, dict):
            if "start" in value and "end" in value:
                value["text"] = text[value["start"] : value["end"]]
            for inner in value.values():
                fill(inner)
        elif isinstance(value, list):
            for inner in value:
                fill(inner)

    for key in _DEFAULTS:
        fill(data[key])
    for entity in data["entities"]:
        if entity["name"] is None:
            entity["name"] = max((m["text"] for m in entity["mentions"] if m["form"] != "pronoun"), key=len, default=entity["mentions"][0]["text"])
    return article_from(data)


def cached_text(sha256: str) -> Path:
    """Where the hydrated text of that digest is kept."""
    return resources.cache_dir() / "texts" / f"{sha256}.txt"


def standoff_bytes(article: Article) -> bytes:
    """The file of an article in stand-off form, as it is committed.

    Raises:
        ValueError: an article without its text.
    """
    return orjson.dumps(strip_text(article), option=orjson.OPT_INDENT_2) + b"\n"


def read_standoff(path: Path, name: str, report: Callable[[Issue], None]) -> Article | None:
    """The committed form of a stand-off article, or ``None`` after reporting why not."""
    try:
        data = orjson.loads(path.read_bytes())
    except OSError as error:
        report(Issue(name, None, "$", f"cannot be read ({error.strerror}); expected a stand-off article"))
        return None
    except orjson.JSONDecodeError as error:
        report(Issue(name, error.lineno, "$", f"not JSON: {error.msg}; expected a stand-off article"))
        return None
    failed = False

    def issue(where: list[str | int], message: str) -> None:
        nonlocal failed
        failed = True
        report(Issue(name, None, path_of(where), message))

    if check_schema("article", data, issue) is not Fit.MISSHAPEN:
        check_article(data, issue, lambda *_: None)
        if data["text"] is not None or any(span["text"] is not None for key in _DEFAULTS for span in _spans(data[key])):
            issue(["text"], "a stand-off article with text; expected offsets only, since the text may not be redistributed")
        if data["id"] != path.stem:
            issue(["id"], f"{data['id']} in {path.name}; expected the file's name")
    return None if failed else article_from(data)


def _spans(value: Any) -> Iterator[dict[str, Any]]:
    return (span for _, span in spans_of(value))


# --- loading ----------------------------------------------------------------------------------------------------


def load(split: str = "test", path: Path | None = None) -> tuple[Article, ...]:
    """The articles of a compiled split, in the order of their ids; hydrated texts are attached where they are cached.

    Args:
        split: ``train``, ``validation``, ``test`` or ``external``.
        path: read this JSON Lines file instead.

    Raises:
        ValueError: no such split.
        InputError: the file does not hold valid articles.
    """
    if path is None:
        if split not in SPLITS:
            raise ValueError(f"no split {split!r}; expected one of {', '.join(SPLITS)}")
        lines = _lines(split)
        try:
            articles = [hydrated(article_from(orjson.loads(line))) for line in lines]
        except (orjson.JSONDecodeError, msgspec.ValidationError) as error:
            raise InputError([Issue(f"data/{split}.jsonl", None, "$", f"is not what newsgold build writes ({error}); run newsgold build")]) from error
    else:
        articles = _read_articles(path)
    return tuple(articles)


@lru_cache(maxsize=4)
def _lines(split: str) -> tuple[bytes, ...]:
    try:
        return tuple((resources.data() / f"{split}.jsonl").read_bytes().splitlines())
    except OSError as error:
        raise InputError(
            [Issue(f"data/{split}.jsonl", None, "$", f"cannot be read ({error.strerror}); expected the compiled split, run newsgold build")]
        ) from error


def hydrated(article: Article) -> Article:
    """A stand-off article with its text where that is in the cache, any other as it is."""
    if article.text is None and (cached := cached_text(article.text_sha256)).is_file():
        body = cached.read_bytes()
        if normalize.digest(body) == article.text_sha256:  # what somebody changed in the cache is as good as absent
            return attach_text(article, body.decode())
    return article


class Lines(validate.Lines):
    """The gold articles of a JSON Lines file, by id, read when asked for."""

    def __init__(self, path: Path, report: Callable[[Issue], None]):
        def refuse(line: int, raw: bytes, found: str | None) -> bool:
            if found is not None and found not in self._entries:
                return False
            if found is not None:
                line_issue(report, str(path), line)(["id"], f"{found} stands twice; expected each article once")
            parse_article(line, raw, str(path), report)  # which tells what else is wrong
            return True

        super().__init__(path, str(path), report, refuse)


def parse_article(line: int, raw: bytes, name: str, report: Callable[[Issue], None]) -> Article | None:
    """The article of one line of a JSON Lines file, with its cached text if it is stand-off; ``None`` after reporting why not."""
    data = parse_line(raw, line, name, report)
    failed = data is None

    def put(path: list[str | int], message: str) -> None:
        nonlocal failed
        failed = True
        report(Issue(name, line, path_of(path), message))

    if data is not None and check_schema("article", data, put) is not Fit.MISSHAPEN:
        check_article(data, put, lambda *_: None)
    return None if failed or data is None else hydrated(article_from(data))


def _read_articles(path: Path) -> list[Article]:
    issues: list[Issue] = []
    lines = Lines(path, issues.append)
    found = [parse_article(*line, str(path), issues.append) for line in map(lines.get, lines.ids) if line]
    if issues:
        raise InputError(sorted(issues, key=lambda issue: issue.line or 0))
    return [article for article in found if article]


def annotation_path(annotator: str, article_id: str) -> Path | None:
    """The raw annotation of ``article_id`` by ``annotator`` in a checkout (stand-off: compiled JSON), or ``None``."""
    if (root := resources.checkout()) is None:
        return None
    folder = root / "data" / "annotators" / annotator
    return next((path for path in (folder / f"{article_id}.yaml", folder / f"{article_id}.json") if path.is_file()), None)


def load_annotator(annotator: str, articles: Iterable[Article]) -> dict[str, Article]:
    """The raw annotations of one annotator for those of ``articles`` that have one and whose text is at hand.

    Raises:
        InputError: a raw annotation that does not compile.
    """
    issues: list[Issue] = []
    out = {}
    for article in articles:
        path = annotation_path(annotator, article.id)
        if path is None or article.text is None:
            continue
        if path.suffix == ".json":
            if (bare := read_standoff(path, str(path), issues.append)) is not None:
                try:
                    out[article.id] = attach_text(bare, article.text)
                except ValueError as error:  # an annotation of another version of the text
                    issues.append(Issue(str(path), None, "$.text_sha256", str(error)))
        else:
            errors: list[Issue] = []
            compiled = _compile(path, article.text, article.split, article.id, errors.append, str(path))
            issues += [issue for issue in errors if issue.level == "error"]
            if compiled:
                out[article.id] = compiled
    if issues:
        raise InputError(issues)
    return out


def annotators() -> list[str]:
    """The names of the annotators whose raw work is at hand (only in a checkout)."""
    root = resources.checkout()
    folder = root / "data" / "annotators" if root else None
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder and folder.is_dir() else []


def dumps(value: object) -> bytes:
    """One line of JSON, the same bytes everywhere."""
    return orjson.dumps(value)
