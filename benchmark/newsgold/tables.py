"""Articles as tables for Hugging Face ``datasets`` and parquet: one configuration for articles, one for each layer, one for the notes.

Dates stay strings, and every nested list keeps its records. Heavy imports stay inside the functions.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from newsgold.corpus import load
from newsgold.notes import Note, load_notes
from newsgold.records import SPLITS, Article, to_dict

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

CONFIGS: Final = ("articles", "speakers", "claims", "events", "figures", "notes")
WRITTEN: Final = ("train", "validation", "test")
"""Splits whose words may be quoted, so that there are notes on them. ``datasets`` reads no table without rows."""


def splits_of(config: str) -> tuple[str, ...]:
    """The splits of a configuration."""
    return WRITTEN if config == "notes" else SPLITS


def _schemas() -> dict[str, pa.Schema]:
    import pyarrow as pa

    text, number, flag = pa.string(), pa.int32(), pa.bool_()
    span = pa.struct([("start", number), ("end", number), ("text", text)])
    mention = pa.struct([("start", number), ("end", number), ("text", text), ("form", text)])
    link = pa.struct([("scheme", text), ("id", text)])
    entity = [("id", text), ("name", text), ("kind", text), ("named", flag), ("role", span), ("mentions", pa.list_(mention)), ("links", pa.list_(link))]
    claim = [
        ("id", text),
        ("content", pa.list_(span)),
        ("cue", span),
        ("source", span),
        ("speakers", pa.list_(text)),
        ("relay", pa.list_(text)),
        ("form", text),
        ("act", text),
        ("parent", text),
    ]
    participant = pa.struct([("role", text), ("entity", text), ("mention", span), ("alleged", flag)])
    event = [
        ("id", text), ("type", text), ("mentions", pa.list_(span)), ("status", text), ("participants", pa.list_(participant)),
        ("time", pa.struct([("span", span), ("value", text)])), ("part_of", text), ("links", pa.list_(link)),
    ]  # fmt: skip
    figure = [
        ("id", text), ("span", span), ("kind", text), ("low", text), ("high", text), ("parts", pa.list_(text)), ("bound", text), ("unit", text), ("of", span),
        ("change", text), ("event", text), ("relations", pa.list_(pa.struct([("type", text), ("figure", text)]))),
    ]  # fmt: skip
    head = [
        ("id", text), ("headline", text), ("text", text), ("text_sha256", text), ("language", text), ("published", text), ("dateline", text), ("genre", text),
        ("topics", pa.list_(text)), ("provenance", pa.struct([("kind", text), ("source", text), ("url", text), ("license", text)])), ("split", text),
        ("guidelines_version", text), ("annotators", pa.list_(text)), ("canary", text),
    ]  # fmt: skip
    note = [("record", text), ("span", span), ("about", text), ("note", text), ("other", text)]
    layers = {"entities": entity, "claims": claim, "events": event, "figures": figure}
    whole = pa.schema([*head, *((name, pa.list_(pa.struct(fields))) for name, fields in layers.items())])
    flat = {"speakers": entity, "claims": claim, "events": event, "figures": figure, "notes": note}
    key = [("article", text), ("canary", text)]
    return {"articles": whole, **{name: pa.schema([*key, *fields]) for name, fields in flat.items()}}


def rows(config: str, articles: Iterable[Article], notes: Mapping[str, Sequence[Note]] | None = None) -> list[dict[str, Any]]:
    """The rows of one configuration: whole articles, or one row a record with the id of its article.

    ``speakers`` holds the entities to which a claim is attributed, ``notes`` what is said of records and of what has none.

    Args:
        config: one of CONFIGS.
        articles: whose rows.
        notes: article id to its notes; by default those that are shipped.
    """
    out: list[dict[str, Any]] = []
    if config == "notes":
        given = load_notes() if notes is None else notes
        return [{"article": article.id, "canary": article.canary, **to_dict(note)} for article in articles for note in given.get(article.id, ())]
    for article in articles:
        data = to_dict(article)
        data.pop("text_blocks", None)  # serves hydration only, and every split has the same columns
        if config == "articles":
            out.append(data)
            continue
        speaking = {speaker for claim in article.claims for speaker in claim.speakers}
        records = [record for record in data["entities"] if record["id"] in speaking] if config == "speakers" else data[config]
        out += [{"article": article.id, "canary": article.canary, **record} for record in records]
    return out


def tables(articles: Sequence[Article], notes: Mapping[str, Sequence[Note]] | None = None, configs: Sequence[str] = CONFIGS) -> dict[str, pa.Table]:
    """One pyarrow table a configuration, from the articles of a split and the notes (as for `rows`). Raises ImportError where pyarrow is not installed."""
    import pyarrow as pa

    schemas = _schemas()
    return {config: pa.Table.from_pylist(rows(config, articles, notes), schema=schemas[config]) for config in configs}


def parquet(table: pa.Table) -> bytes:
    """A table as parquet that every version of ``datasets`` reads without loss."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_index=True)
    return sink.getvalue()


def differs(path: Path, table: pa.Table) -> str | None:
    """How the parquet file at ``path`` differs from ``table`` in content (its footer names the writer), or ``None``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return "is missing"
    try:
        there = pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        return f"cannot be read ({error})"
    if there.schema.remove_metadata() != table.schema:
        return "has other columns"
    if not there.replace_schema_metadata(None).equals(table):
        return "has other rows"
    return None


def to_datasets(config: str = "articles", splits: Sequence[str] | None = None) -> datasets.DatasetDict:
    """A Hugging Face ``DatasetDict`` of one configuration, from the data in the package: no network, no files.

    Args:
        config: ``articles``, ``speakers``, ``claims``, ``events``, ``figures`` or ``notes``.
        splits: the splits to hold (all that the configuration has by default).

    Raises:
        ValueError: no such configuration, or it has no such split.
        ImportError: ``datasets`` is not installed (``pip install newsgold[datasets]``).
    """
    if config not in CONFIGS:
        raise ValueError(f"no configuration {config!r}; expected one of {', '.join(CONFIGS)}")
    splits = splits_of(config) if splits is None else splits
    if unknown := [split for split in splits if split not in splits_of(config)]:
        raise ValueError(f"{config} has no split {unknown[0]!r}; expected one of {', '.join(splits_of(config))}")
    try:
        import datasets
    except ImportError as error:
        raise ImportError("newsgold.to_datasets() needs datasets; install newsgold[datasets]") from error
    return datasets.DatasetDict({split: datasets.Dataset(tables(load(split), configs=[config])[config]) for split in splits})
