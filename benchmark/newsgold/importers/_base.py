"""What an importer is: it reads a folder of somebody's copies of the stand-off texts, and says which copy is of which article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsgold.issues import InputError, Issue
from newsgold.records import Article


@dataclass(frozen=True)
class Copy:
    """One text found in a folder."""

    place: str
    """Where it stands, as messages name it: ``file`` or ``file:row``."""
    text: str | None
    """The text in normal form; ``None`` where it cannot be read."""
    key: str | None = None
    """What names the article: an address or a file's name, in the importer's own normal form."""
    problem: str = ""
    """Why it cannot be read."""


@dataclass(frozen=True)
class Importer:
    """A kind of folder that texts come from."""

    name: str
    """As ``newsgold hydrate --from`` knows it."""
    what: str
    """What the folder holds, for messages and help."""
    key: Callable[[Article], str | None]
    """The key of an article's copy; ``None`` where the article is not of this collection."""
    read: Callable[[Path, Callable[[Issue], None]], Sequence[Copy]]
    """All copies in a folder, in a fixed order; warnings go to the second argument. Raises ``InputError`` for what cannot be used, every
    problem located."""
    by_content: bool = False
    """Whether a copy is told by its content alone, whatever its key."""


def need_folder(folder: Path, pattern: str, what: str) -> list[Path]:
    """The files of a folder that fit a pattern, sorted.

    Raises:
        InputError: no folder, or no such file in it.
    """
    if not folder.is_dir():
        raise InputError([Issue(str(folder), None, "$", f"no folder; expected {what}")])
    if not (found := sorted(path for path in folder.glob(pattern) if path.is_file())):
        raise InputError([Issue(str(folder), None, "$", f"no {pattern} in it; expected {what}")])
    return found
