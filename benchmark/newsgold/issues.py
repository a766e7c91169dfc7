"""Located problems with somebody's input: what was found, where, and what was expected instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z_][\w.\[\]]*")


@dataclass(frozen=True, order=True)
class Issue:
    """One problem at one place. Prints as ``file:line: $.json.path: found; expected …``."""

    file: str
    """The file as the user named it."""
    line: int | None
    """Line, from 1; ``None`` where a file as a whole is meant."""
    path: str
    """JSON path from the record's root, ``$`` for the root itself."""
    message: str
    """What was found and what was expected."""
    level: str = "error"
    """``error``, or ``warning`` for what does not make the input unusable."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        mark = "" if self.level == "error" else f"{self.level}: "
        return f"{place}: {mark}{self.path}: {self.message}"


class InputError(Exception):
    """Input that cannot be used. Carries every issue that was found, not only the first."""

    def __init__(self, issues: Iterable[Issue]):
        self.issues: Sequence[Issue] = tuple(issues)
        super().__init__("\n".join(map(str, self.issues)))


def path_of(parts: Iterable[str | int]) -> str:
    """A JSON path: ``path_of(["claims", 2, "cue"])`` is ``$.claims[2].cue``; a key that is no word stands in quotes."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" if _WORD.fullmatch(part) else f"[{shown(part)}]" for part in parts)


def shown(value: object, limit: int = 60) -> str:
    """``value`` as it appears in a message: one line, quoted, without control characters, cut in the middle when long."""
    text = repr(value) if not isinstance(value, str) else f"'{value}'"
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}…{text[-half:]}"
