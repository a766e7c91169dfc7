"""Submissions: a folder with ``submission.json`` and predictions, made here, and checked by scoring it again.

What a submission says of itself is a claim. That its predictions are the ones that were submitted follows from their digest,
that they are for the articles here from the digest of the texts, and its scores are compared with what is measured now.
Where the gold was corrected since, they may differ: then both are told. Where the texts are others, the predictions say
nothing about them: such a submission is outdated, and is not scored.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from newsgold import corpus
from newsgold._version import __version__
from newsgold.counts import rounded
from newsgold.issues import InputError, Issue, path_of, shown
from newsgold.measures import headline_names
from newsgold.normalize import digest, is_date
from newsgold.records import Article
from newsgold.report import cell
from newsgold.resources import write_atomic
from newsgold.scoring import Scorecard, score
from newsgold.validate import check_schema, parse_object

FILE: Final = "submission.json"
OURS: Final = "baselines"
"""The baselines: a folder each, ``submission.json`` in those that have a row."""
THEIRS: Final = "baselines/submissions"
"""Everybody else's submissions: each folder in it is one."""
KINDS: Final = ("rules", "supervised", "llm", "hybrid")
LARGEST: Final = 50 * 2**20
"""Bytes of predictions that a repository can bear."""
_RESERVED: Final = ("annotator", "empty")
"""What the names of the rows begin with that are made here."""
_FOLDER: Final = re.compile("[a-z0-9]+([-_.][a-z0-9]+)*")
_UNSCORED: Final = "newsgold:0.0.0|data:0.0.0|gold:0|split:none|articles:0|layers:none"
_REPORT = Callable[[list[str | int], str], None]
Scores = Mapping[str, float | None]


@dataclass(frozen=True)
class Checked:
    """A submission that was looked at."""

    folder: str
    """Its folder, as messages name it."""
    data: Mapping[str, Any] | None
    """The fields of ``submission.json``; ``None`` where they cannot be used."""
    card: Scorecard | None
    """The scores, measured here; ``None`` where the predictions cannot be scored."""
    issues: tuple[Issue, ...]
    """Everything that is wrong."""
    unusable: bool
    """Whether something cannot be read or has the wrong form. Otherwise what is wrong is a claim that does not hold."""
    outdated: bool
    """Whether it was submitted to an earlier version of the data with other texts, so that it is not scored."""

    @property
    def ok(self) -> bool:
        """Whether it has a row: nothing is wrong, and it was scored."""
        return not self.issues and self.card is not None

    @property
    def then(self) -> Scores | None:
        """The scores as submitted, where they were measured on other gold or by another scorer than now."""
        if self.data is None or self.card is None or _same_measure(self.data["scores"]["signature"], self.card.signature):
            return None
        return {name: self.data["scores"][name] for name in headline_names()}

    @property
    def words(self) -> str:
        """In a few words, what came of it."""
        if self.data is None or self.issues:
            return f"refused, {len(self.issues)} problem{'s' * (len(self.issues) != 1)}"
        claimed = self.data["scores"]
        if self.card is None:
            return f"submitted to data {self.data['data_version']}, whose texts were others; not scored (overall {cell(claimed['overall'])} then)"
        now = cell(self.card.overall)
        return (
            f"verified, overall {now}"
            if self.then is None
            else f"scored again, overall {now} ({cell(claimed['overall'])} on {measured_by(claimed['signature'])})"
        )


class Corpus:
    """The gold by split, loaded once, with the digest of its texts."""

    def __init__(self) -> None:
        self._splits: dict[str, tuple[tuple[Article, ...], str]] = {}

    def get(self, split: str) -> tuple[tuple[Article, ...], str]:
        """The articles of a split and `texts_digest` of them."""
        if split not in self._splits:
            articles = corpus.load(split)
            self._splits[split] = articles, texts_digest(articles)
        return self._splits[split]


def texts_digest(articles: Iterable[Article]) -> str:
    """SHA-256 over ids and texts' digests, sorted by id: the same for the same texts, whatever is annotated in them."""
    lines = sorted(f"{article.id} {article.text_sha256}\n" for article in articles)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def folders(root: Path) -> tuple[list[Path], list[Issue]]:
    """The folders of all submissions of a checkout, sorted, and what is there but is none."""
    ours = [path.parent for path in sorted((root / OURS).glob(f"*/{FILE}"))]
    there = root / THEIRS
    theirs = sorted(path for path in there.iterdir() if path.is_dir() and not path.name.startswith(".")) if there.is_dir() else []
    issues = [
        Issue(
            path.relative_to(root).as_posix(), None, "$", f"{shown(path.name)} is no name of a submission's folder; expected lower-case words joined by hyphens"
        )
        for path in theirs
        if not _FOLDER.fullmatch(path.name)
    ]
    return ours + theirs, issues


def check(folder: Path, name: str, gold: Corpus, root: Path | None = None, executor: Executor | None = None) -> Checked:
    """Read a submission, hold everything it says against what is found here, and score it again.

    Args:
        folder: its folder.
        name: what messages call the folder.
        gold: the gold.
        root: the checkout in which a link to a file must lead somewhere; without one such links are not followed.
        executor: scores the articles; None scores here.
    """
    issues: list[Issue] = []
    broken: list[Issue] = []

    def refuse(where: list[str | int], message: str) -> None:
        issues.append(Issue(f"{name}/{FILE}", None, path_of(where), message))

    def bad(where: list[str | int], message: str, file: str = f"{name}/{FILE}") -> None:
        broken.append(Issue(file, None, path_of(where), message))

    def done(data: Mapping[str, Any] | None, card: Scorecard | None = None, outdated: bool = False) -> Checked:
        return Checked(name, data, card, (*broken, *issues), bool(broken), outdated)

    try:
        raw = (folder / FILE).read_bytes()
    except OSError as error:
        bad([], f"cannot be read ({error.strerror}); expected a submission")
        return done(None)
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:  # a file of many lines: its line is told
        broken.append(Issue(f"{name}/{FILE}", error.lineno, "$", f"not JSON: {error.msg}; expected a submission"))
        return done(None)
    data = parse_object(raw, lambda message: bad([], message))
    if data is None or not check_schema("submission", data, bad):
        return done(None)
    _form(data, root, bad)
    predictions = _predictions(folder, data, bad)
    articles, texts = gold.get(data["split"])
    outdated = _claims(data, texts, predictions, refuse)
    card = None
    if predictions is not None and (data["texts_sha256"] == texts):
        try:
            card = score(predictions, data["split"], gold=articles, system=data["name"], executor=executor)
        except InputError as error:
            shown_path = f"{name}/{data['predictions']}"
            broken += [Issue(shown_path if issue.file == str(predictions) else issue.file, issue.line, issue.path, issue.message) for issue in error.issues]
    if card is not None:
        _scores(data, card, refuse)
    return done(data, card, outdated and not broken and not issues)


def _form(data: Mapping[str, Any], root: Path | None, bad: _REPORT) -> None:
    """What a schema cannot say of a submission's fields."""
    if data["kind"] not in KINDS or data["name"].casefold().startswith(_RESERVED):
        bad(["name"], f"{shown(data['name'])} ({data['kind']}) is kept for the rows that are made here; expected another name and kind")
    if not is_date(data["date"]):
        bad(["date"], f"{shown(data['date'])} is no date; expected YYYY-MM-DD")
    link = data["link"]
    if root is not None and link and not link.startswith("https://"):
        target = (root / link).resolve()
        if not target.is_relative_to(root.resolve()) or not target.is_file():
            bad(["link"], f"{shown(link)} is no file of the repository; expected one, or an https address")


def _predictions(folder: Path, data: Mapping[str, Any], bad: _REPORT) -> Path | None:
    """The predictions file, if it can be used."""
    given: str = data["predictions"]
    try:
        path = (folder / given).resolve()
        size = path.stat().st_size if path.is_file() else None
    except (OSError, ValueError, RuntimeError) as error:
        bad(["predictions"], f"{shown(given)} cannot be read ({error}); expected the predictions")
        return None
    if not path.is_relative_to(folder.resolve()):
        bad(["predictions"], f"{shown(given)} lies outside the submission; expected a file inside it")
    elif size is None:
        bad(["predictions"], f"{shown(given)} is no file; expected the predictions")
    elif size > LARGEST:
        bad(["predictions"], f"{shown(given)} has {size / 2**20:.0f} MiB; expected at most {LARGEST >> 20}")
    else:
        return path
    return None


def _claims(data: Mapping[str, Any], texts: str, predictions: Path | None, refuse: _REPORT) -> bool:
    """Hold what a submission says of its data and predictions against what is here. Returns whether it is for earlier texts."""
    version, then = data["data_version"], _parts(data["scores"]["signature"])
    outdated = False
    for key, expected in (("data", version), ("split", data["split"])):
        if then[key] != expected:
            refuse(["scores", "signature"], f"says {key} {shown(then[key])}; expected {expected}, as the submission says")
    if _order(version) > _order(corpus.DATA_VERSION):
        refuse(["data_version"], f"{version}; expected {corpus.DATA_VERSION}, the version of the gold here, or an earlier one")
    elif data["texts_sha256"] != texts:
        if version == corpus.DATA_VERSION:
            refuse(["texts_sha256"], f"{data['texts_sha256'][:12]}… is not of the texts of data {version} here; expected {texts}")
        else:
            outdated = True
    if _order(then["newsgold"]) > _order(__version__):
        refuse(["scores", "signature"], f"scored by newsgold {then['newsgold']}; expected {__version__}, the version here, or an earlier one")
    if data["split"] in data["trained_on"]:
        refuse(["trained_on"], f"names {data['split']}, the split that is scored; expected other data")
    if predictions is not None and (found := digest(predictions.read_bytes())) != data["predictions_sha256"]:
        refuse(["predictions_sha256"], f"{data['predictions_sha256'][:12]}… is not the file's; expected {found}")
    return outdated


def _scores(data: Mapping[str, Any], card: Scorecard, refuse: _REPORT) -> None:
    """Hold the scores that a submission claims against those measured now, where both must be equal."""
    claimed = data["scores"]
    then, now = _parts(claimed["signature"]), _parts(card.signature)
    if then["data"] == now["data"] and then["gold"] != now["gold"]:
        refuse(["scores", "signature"], f"gold {then['gold']} is not that of data {now['data']} here; expected {now['gold']}")
    elif _same_measure(claimed["signature"], card.signature):
        for name, found in scores(card).items():
            if name != "signature" and claimed[name] != found:
                refuse(["scores", name], f"{_shown(claimed[name])} is claimed; expected {_shown(found)}, which the predictions score")


def scores(card: Scorecard) -> dict[str, Any]:
    """What a submission says of its scores: the signature, overall and the headlines."""
    return {"signature": card.signature, "overall": rounded(card.overall), **{layer: rounded(value) for layer, value in card.headlines.items()}}


def _parts(signature: str) -> dict[str, str]:
    return dict(part.split(":", 1) for part in signature.split("|"))


def measured_by(signature: str) -> str:
    """In words, what measured: the data, and the scorer where it is another."""
    parts = _parts(signature)
    return f"data {parts['data']}" + ("" if _scorer(parts["newsgold"]) == _scorer(__version__) else f" by newsgold {parts['newsgold']}")


def _same_measure(one: str, other: str) -> bool:
    """Whether two signatures must give the same scores. A patch release of the scorer never changes one."""
    left, right = _parts(one), _parts(other)
    keys = ("gold", "split", "articles", "layers")
    return _scorer(left["newsgold"]) == _scorer(right["newsgold"]) and all(left[key] == right[key] for key in keys)


def _scorer(version: str) -> tuple[int, ...]:
    return _order(version)[:2]


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _shown(value: float | None) -> str:
    return "null" if value is None else f"{value:.6f}".rstrip("0").ljust(5, "0")


# --- making one ------------------------------------------------------------------------------------------------------------


def make(folder: Path, predictions: Path | None, fields: Mapping[str, Any], *, update: bool = False) -> tuple[dict[str, Any], Scorecard]:
    """Write a submission: the predictions, and ``submission.json`` with their digest and what they score now.

    Args:
        folder: where it goes.
        predictions: the predictions; ``None`` keeps those of the submission that is there.
        fields: fields of ``submission.json`` as the submitter gives them; ``None`` for what is not given. A digest, the data version and the
            scores are found here.
        update: renew the submission that is there; fields that are not given stay, and so does the date where the predictions stay.

    Raises:
        InputError: everything that is wrong. Nothing is written then.
    """
    path = folder / FILE
    name = folder.as_posix()
    data: dict[str, Any] = {"link": None, "license": None, "trained_on": [], "split": "test"}
    if update:
        try:
            there = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise InputError([Issue(str(path), None, "$", f"cannot be read ({error}); expected the submission to update")]) from error
        data |= there if isinstance(there, dict) else {}
    elif path.exists():
        raise InputError([Issue(str(path), None, "$", "exists; expected a new folder, or --update to renew the submission in it")])
    before = data.get("predictions_sha256")
    data |= {key: value for key, value in fields.items() if value is not None}
    split = data["split"]
    target = folder / (data["predictions"] if update and isinstance(data.get("predictions"), str) else f"predictions/{split}.jsonl")
    source = predictions or target
    articles, texts = Corpus().get(split)
    body = source.read_bytes()
    data |= {
        "data_version": corpus.DATA_VERSION, "predictions": target.relative_to(folder).as_posix(), "predictions_sha256": digest(body), "texts_sha256": texts,
        "scores": {"signature": _UNSCORED, **dict.fromkeys(headline_names())},
    }  # fmt: skip
    if fields.get("date") is None and (not update or data["predictions_sha256"] != before):
        data["date"] = _today()
    issues: list[Issue] = []

    def bad(where: list[str | int], message: str) -> None:
        issues.append(Issue(f"{name}/{FILE}", None, path_of(where), message))

    if not _FOLDER.fullmatch(folder.resolve().name):
        issues.append(
            Issue(name, None, "$", f"{shown(folder.resolve().name)} is no name of a submission's folder; expected lower-case words joined by hyphens")
        )
    if check_schema("submission", data, bad):
        _form(data, None, bad)
        if split in data["trained_on"]:
            bad(["trained_on"], f"names {split}, the split that is scored; expected other data")
    if len(body) > LARGEST:
        bad(["predictions"], f"{source} has {len(body) / 2**20:.0f} MiB; expected at most {LARGEST >> 20}")
    if not target.resolve().is_relative_to(folder.resolve()):
        bad(["predictions"], f"{shown(data['predictions'])} lies outside the submission; expected a file inside it")
    try:
        card = score(source, split, gold=articles, system=data.get("name"))
    except InputError as error:
        raise InputError([*issues, *error.issues]) from error
    if issues:
        raise InputError(issues)
    data["scores"] = scores(card)
    if body != (target.read_bytes() if target.is_file() else None):
        write_atomic(target, body)
    data = {key: data[key] for key in _order_of_fields()}
    write_atomic(path, orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    return data, card


def _order_of_fields() -> Sequence[str]:
    """The fields in the order of the schema."""
    from newsgold.resources import schema

    return list(orjson.loads(schema("submission"))["properties"])


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()
