"""Plain texts: a folder of ``*.txt``, told by their content, whatever the files' names; a changed copy by ``<id>.txt``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from newsgold import normalize
from newsgold.importers._base import Copy, Importer, need_folder
from newsgold.issues import Issue


def read(folder: Path, warn: Callable[[Issue], None]) -> Sequence[Copy]:
    """Every text of a folder. One that cannot be read only matters where an article misses it, and is no problem of the folder's."""
    del warn
    out = []
    for path in need_folder(folder, "*.txt", IMPORTER.what):
        try:
            out.append(Copy(str(path), normalize.text(path.read_bytes().decode()), path.stem))
        except UnicodeDecodeError as error:
            out.append(Copy(str(path), None, path.stem, f"byte {error.start} is not UTF-8; expected UTF-8"))
        except OSError as error:
            out.append(Copy(str(path), None, path.stem, f"cannot be read ({error.strerror}); expected a text"))
    return out


IMPORTER: Final = Importer("text", "a folder with the texts as *.txt", lambda article: article.id, read, by_content=True)
