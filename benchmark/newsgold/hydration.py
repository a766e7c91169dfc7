"""Local copies of stand-off texts, attached: found by an importer, checked against the digest that was annotated, kept outside the package."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from newsgold import corpus, normalize, resources
from newsgold.importers import Copy, Importer
from newsgold.issues import InputError, Issue, shown
from newsgold.records import Article, to_dict

STATES: Final = ("attached", "already there", "missing", "changed", "elsewhere")
SPLIT_NAME: Final = "external.jsonl"
"""The hydrated split in a folder of the user's."""
_STALE: Final = 600
"""Seconds after which the part of a file whose writer was killed is taken away."""


@dataclass(frozen=True)
class Outcome:
    """What became of one stand-off article."""

    article: str
    state: str
    """One of STATES; ``elsewhere`` where the article is not of the importer's collection, and its text is not at hand."""
    place: str | None = None
    """Where its text or the changed copy stands."""
    why: str = ""
    """How the copy differs."""


@dataclass(frozen=True)
class Hydration:
    """What `hydrate` did."""

    outcomes: tuple[Outcome, ...]
    """One an article, in their order."""
    split: Path | None = None
    """The hydrated split as JSON Lines, where a folder was given and it was written anew."""

    def of(self, state: str) -> list[Outcome]:
        """The outcomes of one state."""
        return [outcome for outcome in self.outcomes if outcome.state == state]

    @property
    def complete(self) -> bool:
        """Whether every article of the collection has its text."""
        return not self.of("missing") and not self.of("changed")


def hydrate(
    importer: Importer, folder: Path, articles: Sequence[Article], out: Path | None = None, *, force: bool = False,
    warn: Callable[[Issue], None] = lambda issue: None,
) -> Hydration:  # fmt: skip
    """Attach the texts that ``importer`` finds in ``folder`` to stand-off articles.

    Each must have the SHA-256 that was annotated. It is kept in the user's cache, where `corpus.load` finds it; or as ``<id>.txt`` in ``out``,
    with the hydrated split as JSON Lines beside. Nothing is written into the package.

    Args:
        importer: one of ``importers.REGISTRY``.
        folder: the user's copies.
        articles: stand-off articles; those with a text already are only written to ``out``.
        out: a folder of the user's instead of the cache.
        force: replace files in ``out`` that differ.
        warn: takes warnings about the folder.

    Raises:
        InputError: the folder cannot be used, or ``out`` lies in the package, is ``folder`` itself or holds other files of these names.
    """
    place = out or resources.cache_dir() / "texts"
    _keep_out(place, folder)
    copies = importer.read(folder, warn)
    by_text: dict[str, Copy] = {}
    by_key: dict[str, Copy] = {}
    for copy in copies:
        if copy.text is not None:
            by_text.setdefault(normalize.digest(copy.text), copy)
        if copy.key is not None:
            by_key.setdefault(copy.key, copy)
    owners = {article.text_sha256: article.id for article in articles}
    outcomes, whole, todo = [], [], []
    for article in articles:
        target = out / f"{article.id}.txt" if out else corpus.cached_text(article.text_sha256)
        there = target.is_file() and normalize.digest(target.read_bytes()) == article.text_sha256
        text, outcome = _look(article, importer, by_text, by_key, owners)
        if there:
            text, outcome = target.read_bytes().decode(), Outcome(article.id, "already there", str(target))
        elif text is None and article.text is not None and out:
            text, outcome = article.text, Outcome(article.id, "attached", "the cache")
        elif text is None and article.text is not None:
            outcome = Outcome(article.id, "already there", "the articles given")
        if text is not None:
            if not there:
                todo.append((target, text))
            article = article if article.text is not None else corpus.attach_text(article, text)  # noqa: PLW2901
        outcomes.append(outcome)
        whole.append(article)
    if (
        out
        and not force
        and (issues := [Issue(str(path), None, "$", "exists and differs; expected a new file, or --force to replace it") for path, _ in todo if path.exists()])
    ):
        raise InputError(issues)
    for target, text in todo:
        resources.write_atomic(target, text.encode())
    split = None
    if out and any(article.text is not None for article in whole):
        body = b"".join(corpus.dumps(to_dict(article)) + b"\n" for article in whole)
        if not (out / SPLIT_NAME).is_file() or (out / SPLIT_NAME).read_bytes() != body:
            split = out / SPLIT_NAME
            resources.write_atomic(split, body)
    _sweep(place)
    return Hydration(tuple(outcomes), split)


def _look(article: Article, importer: Importer, by_text: dict[str, Copy], by_key: dict[str, Copy], owners: dict[str, str]) -> tuple[str | None, Outcome]:
    """The text of an article among the copies, or ``None`` with what is wrong."""
    key = importer.key(article)
    if key is None:
        return None, Outcome(article.id, "elsewhere")
    copy = by_text.get(article.text_sha256) if importer.by_content else None
    if copy := copy or by_key.get(key):
        if copy.text is None:
            return None, Outcome(article.id, "changed", copy.place, copy.problem)
        found = normalize.digest(copy.text)
        if found == article.text_sha256:
            return copy.text, Outcome(article.id, "attached", copy.place)
        if found in owners:
            return None, Outcome(article.id, "changed", copy.place, f"it holds the text of {owners[found]}; expected its own")
        return None, Outcome(article.id, "changed", copy.place, first_difference(article, copy.text))
    return None, Outcome(article.id, "missing")


def _keep_out(place: Path, folder: Path) -> None:
    """Refuse a place that is the package's or the input's.

    Raises:
        InputError: it is.
    """
    target = place.resolve()
    package = Path(__file__).resolve().parent
    checkout = resources.checkout()
    ours = [package, *((checkout.resolve() / name for name in ("benchmark", "data", "schemas")) if checkout else ())]
    if any(target == part or part in target.parents for part in ours):
        raise InputError([Issue(str(place), None, "$", "lies in the package; expected a folder of your own, since these texts may not travel with it")])
    if target == folder.resolve():
        raise InputError([Issue(str(place), None, "$", "is the folder that the texts come from; expected another place for the result")])


def _sweep(place: Path) -> None:
    """Take away parts of files whose writer was killed."""
    for part in place.glob(".*.part"):
        if time.time() - part.stat().st_mtime > _STALE:
            part.unlink(missing_ok=True)


# --- where a copy departs -----------------------------------------------------------------------------------------------


def first_difference(article: Article, body: str) -> str:
    """Where a changed text departs, as far as short digests of its blocks, offsets and proper names can tell."""
    known = [] if isinstance(article.text_blocks, msgspec.UnsetType) else list(article.text_blocks)
    if not known:
        return _by_names(article, body, 0, len(body)) or _by_digest(article, body)
    found = normalize.runs(body)
    agreed = 0  # characters
    for index, expected in enumerate(known):
        if index == len(found):
            return f"it ends at character {len(body)}, after {index} of {len(known)} parts of the text that agree; is it cut off?"
        start, end = found[index]
        ends = [end] if index < len(known) - 1 else [end, *_rests(body, end)]  # the last block took the rest of the annotated text
        fits = next((stop for stop in ends if normalize.block_digest(article.id, body[start:stop]) == expected), None)
        if fits is None:
            end = ends[-1]
            first, last = (body.count("\n\n", 0, spot) + 1 for spot in (start, end))
            where = f"paragraph {first}" if first == last else f"paragraphs {first} to {last}"
            name = _by_names(article, body, start, end)
            cut = "; it ends there, is it cut off?" if end == len(body) and index < len(known) - 1 else ""
            return f"it first differs in {where}, characters {start} to {end}, {shown(body[start:end])}{f': {name}' if name else ''}{cut}"
        agreed = fits
    if more := body[agreed:].lstrip("\n"):
        return f"it goes on at character {len(body) - len(more)} with {shown(more)}, where the annotated text ends"
    return _by_signs(article, body)


def _rests(body: str, end: int) -> list[int]:
    """Where a block that ends at ``end`` may end if it took a rest: after each next paragraph, until they would be a block themselves."""
    out: list[int] = []
    start = None
    for line in re.finditer(r"[^\n]+", body[end:]):
        start = line.start() if start is None else start
        if line.end() - start >= normalize.BLOCK:
            break
        out.append(end + line.end())
    return out


def _by_names(article: Article, body: str, start: int, end: int) -> str:
    """The first annotated name in a stretch that the copy does not have in its place; empty where all stand or the copy is too short to tell."""
    last = max((mention.end for entity in article.entities for mention in entity.mentions), default=0)
    if start == 0 and end == len(body) < last:
        return f"the text has {len(body)} characters; expected at least {last}"
    names = [
        (mention.start, mention.end, entity.name)
        for entity in article.entities
        for mention in entity.mentions
        if entity.named and entity.name and mention.form == "name" and mention.end - mention.start == len(entity.name)
    ]
    for low, high, name in sorted(names):
        if start <= low < end and body[low:high] != name:
            return f"at character {low} it reads {shown(body[low:high])}; expected the name {shown(name)}"
    return ""


def _by_digest(article: Article, body: str) -> str:
    return f"SHA-256 is {normalize.digest(body)[:12]}…; expected {article.text_sha256[:12]}…"


_STRAIGHT: Final = {ord(mark): "'" for mark in "‘’"} | {ord(mark): '"' for mark in "“”"}


def _by_signs(article: Article, body: str) -> str:
    """A copy whose words all agree: it differs in quotation marks, dashes or white space."""
    plain = body.translate(_STRAIGHT)
    if plain != body and normalize.digest(plain) == article.text_sha256:
        mark = re.search("[‘’“”]", body)
        assert mark is not None
        return f"it differs only in the shape of quotation marks, first at character {mark.start()}; expected straight ones, as published"
    if (mark := re.search("['\"]", body)) and not re.search("[‘’“”]", body):
        return f"it differs only in quotation marks, dashes or blanks; expected them as published, perhaps curly where this copy has {shown(mark[0])}"
    return "it differs only in quotation marks, dashes or blanks; expected them as published"
