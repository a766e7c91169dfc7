"""Additive rows, one an article: what every score, slice and resample is derived from.

A row holds the article's counts, label pairs and error kinds. Rows are added in any order and read in the order of the
articles' ids, so that nothing depends on the order of a file. Beyond `LIMIT` bytes they lie in a temporary file: memory
does not grow with the corpus, but for the ids.
"""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from newsgold.counts import Count, Counts, Labels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
LIMIT: Final = 8 << 20
"""Bytes that a spool keeps in memory before it moves to a temporary file."""
FIELDS: Final = Count._fields

Column = tuple[str, ...]
"""One integer of a row: ``(measure, "tp" | "gold" | "predicted")``, or ``(attribute, gold label, predicted label)`` for a label pair."""


class Spool(Generic[T]):
    """Values by article, added in any order and iterated in the order of the keys, as msgpack in memory or in a temporary file."""

    def __init__(self, kind: Any, *, limit: int | None = None):
        self._file = tempfile.SpooledTemporaryFile(max_size=LIMIT if limit is None else limit)  # noqa: SIM115 — it lives as long as the spool
        weakref.finalize(self, self._file.close)
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._keys: list[str] = []
        self._ends = array("Q", [0])

    def add(self, key: str, body: bytes) -> None:
        """Add a value, as msgpack."""
        self._file.seek(self._ends[-1])
        self._file.write(body)
        self._keys.append(key)
        self._ends.append(self._ends[-1] + len(body))

    @property
    def keys(self) -> list[str]:
        """All keys, sorted."""
        return sorted(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        for index in sorted(range(len(self._keys)), key=self._keys.__getitem__):
            self._file.seek(self._ends[index])
            yield self._keys[index], self._decode(self._file.read(self._ends[index + 1] - self._ends[index]))


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What one article adds. Whatever is 0 is left out."""

    counts: dict[str, Count]
    labels: dict[str, list[tuple[str, str, int]]]
    errors: dict[str, int]


encode: Final = msgspec.msgpack.Encoder().encode


class Rows:
    """The rows of a corpus, with their sums."""

    def __init__(self, *, limit: int | None = None) -> None:
        self._spool: Spool[Row] = Spool(Row, limit=limit)
        self._sums: dict[str, list[int]] = {}
        self._labels: dict[str, Counter[tuple[str, str]]] = {}
        self._errors: Counter[str] = Counter()

    def add(self, article: str, counts: Mapping[str, Count], labels: Labels, errors: Mapping[str, int]) -> None:
        """Add an article."""
        self.add_row(article, row(counts, labels, errors))

    def add_row(self, article: str, made: Row) -> None:
        """Add an article's row."""
        self._spool.add(article, encode(made))
        for measure, (tp, gold, predicted) in made.counts.items():
            total = self._sums.setdefault(measure, [0, 0, 0])
            total[0] += tp
            total[1] += gold
            total[2] += predicted
        for name, pairs in made.labels.items():
            table = self._labels.setdefault(name, Counter())
            for one, other, n in pairs:
                table[one, other] += n
        self._errors.update(made.errors)

    @property
    def articles(self) -> list[str]:
        """The articles' ids, sorted: the order in which rows are read."""
        return self._spool.keys

    @property
    def total(self) -> Counts:
        """The counts over all articles, by measure."""
        return {measure: Count(*self._sums[measure]) for measure in sorted(self._sums)}

    @property
    def labels(self) -> Labels:
        """The label pairs over all articles, by attribute."""
        return {name: Counter(dict(sorted(self._labels[name].items()))) for name in sorted(self._labels)}

    @property
    def errors(self) -> dict[str, int]:
        """Error kinds over all articles."""
        return dict(sorted(self._errors.items()))

    @property
    def columns(self) -> list[Column]:
        """Every column that is not 0 throughout."""
        counts = [(measure, field) for measure, count in self.total.items() for field, n in zip(FIELDS, count, strict=True) if n]
        return counts + [(name, *pair) for name, table in self.labels.items() for pair, n in table.items() if n]

    def __len__(self) -> int:
        return len(self._spool)

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        return iter(self._spool)

    def blocks(self, columns: Sequence[Column], size: int = 1024) -> Iterator[NDArray[np.int64]]:
        """The integers of ``columns``, in blocks of up to ``size`` articles: arrays of (articles, columns), in the order of `articles`."""
        import numpy as np

        counts: dict[str, list[tuple[int, int]]] = {}
        pairs: dict[Column, int] = {}
        for place, column in enumerate(columns):
            if len(column) == 2:
                counts.setdefault(column[0], []).append((FIELDS.index(column[1]), place))
            else:
                pairs[column] = place
        block: list[list[int]] = []
        for _, made in self:
            values = [0] * len(columns)
            for measure, count in made.counts.items():
                for field, place in counts.get(measure, ()):
                    values[place] = count[field]
            for name, table in made.labels.items():
                for gold, predicted, n in table:
                    at = pairs.get((name, gold, predicted))
                    if at is not None:
                        values[at] = n
            block.append(values)
            if len(block) == size:
                yield np.array(block, dtype=np.int64)
                block = []
        if block:
            yield np.array(block, dtype=np.int64)


def row(counts: Mapping[str, Count], labels: Labels, errors: Mapping[str, int]) -> Row:
    """The row of one article, zeros left out."""
    return Row(
        {measure: count for measure, count in counts.items() if any(count)},
        {name: [(gold, predicted, n) for (gold, predicted), n in table.items() if n] for name, table in labels.items() if table},
        {kind: n for kind, n in errors.items() if n},
    )
