"""Where the data and schemas lie. Nothing else in the package looks for files of its own."""

from __future__ import annotations

import errno
import filecmp
import os
from collections.abc import Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

SPLIT_FILE = "{split}.jsonl"


@cache
def checkout() -> Path | None:
    """The repository this package runs from (editable install or bare checkout), or ``None`` for a wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "data").is_dir() and (root / "schemas").is_dir() else None


def root() -> Traversable:
    """The folder that holds ``data/`` and ``schemas/``: the repository in a checkout, the package in a wheel."""
    return checkout() or resources.files("newsgold")


def data() -> Traversable:
    """The compiled data: one JSON Lines file a split, and the manifest."""
    return root() / "data"


def schema(name: str) -> bytes:
    """The JSON Schema called ``name`` (``article``, ``prediction``, ``scorecard``, ``manifest``, ``submission``, ``run``)."""
    return (root() / "schemas" / f"{name}.json").read_bytes()


def templates() -> Traversable:
    """The templates, styles and scripts of the pages that are written."""
    return resources.files("newsgold") / "templates"


def source(name: str) -> bytes:
    """The source of a module of this package, by its file's name."""
    return (resources.files("newsgold") / name).read_bytes()


def lexicon() -> bytes:
    """The word lists of the linter (YAML)."""
    return (resources.files("newsgold") / "lint" / "lexicon.yaml").read_bytes()


def cache_dir() -> Path:
    """Where hydrated texts and compiled templates are kept: ``$NEWSGOLD_CACHE``, else ``newsgold`` in the user's cache folder."""
    if given := os.environ.get("NEWSGOLD_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "newsgold"


def write_atomic(path: Path, content: bytes | Iterable[bytes], *, keep: bool = False) -> None:
    """Write ``content``, whole or in pieces, to ``path`` so that a reader sees the old file or the new one, never a part.

    A link is followed. With ``keep``, a file that is there and differs stays.

    Raises:
        FileExistsError: such a file stays.
        NotADirectoryError: a file stands where a folder is needed.
        OSError: for what is no regular file (a folder, a device).
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, "is no folder", str(path.parent)) from error
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            for piece in (content,) if isinstance(content, bytes) else content:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if keep and path.exists() and not filecmp.cmp(part, path, shallow=False):
            raise FileExistsError(errno.EEXIST, "exists and differs", str(path))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
