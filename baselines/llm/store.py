"""What is kept between runs: the answers, and the account of what was spent on them.

Both lie in one folder, and several processes may use it at once. The key is never handed to anything here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from settings import Settings

_VERSION: Final = 1
"""Of the form in which answers are kept."""


class BudgetReached(Exception):
    """The next call could go over the budget."""


class Cache:
    """Answers by the digest of all that they hang on, a file each."""

    def __init__(self, folder: Path | None):
        self._folder = folder

    def path(self, asked: Mapping[str, Any]) -> Path | None:
        """Where the answer to ``asked`` is kept; ``None`` without a folder."""
        if self._folder is None:
            return None
        body = json.dumps({"version": _VERSION, **asked}, sort_keys=True, ensure_ascii=True).encode()
        name = hashlib.sha256(body).hexdigest()
        return self._folder / "answers" / name[:2] / f"{name}.json"

    def get(self, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer, if it was given before. A damaged file counts as none."""
        path = self.path(asked)
        if path is None:
            return None
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and isinstance(found.get("content"), str) and isinstance(found.get("finish"), str) else None

    def put(self, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Keep an answer; the file gets its name when it is whole."""
        path = self.path(asked)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        part.write_text(json.dumps(answer, ensure_ascii=True, indent=1), encoding="utf-8")
        part.replace(path)


class Account:
    """What was spent, in tokens and US dollars, and what calls under way may still cost.

    The budget is for the account: all that was ever spent into the folder. So runs, processes and repetitions share it.
    """

    def __init__(self, settings: Settings):
        self._settings = settings
        self._path = None if settings.cache is None else settings.cache / "account.sqlite3"

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(self._path, timeout=60, isolation_level=None)
        try:
            base.execute("BEGIN IMMEDIATE")
            base.execute("CREATE TABLE IF NOT EXISTS spent (at REAL, model TEXT, read INTEGER, written INTEGER, usd REAL, estimated INTEGER)")
            base.execute("CREATE TABLE IF NOT EXISTS open (id INTEGER PRIMARY KEY, until REAL, tokens INTEGER, usd REAL)")
            yield base
            base.execute("COMMIT")
        finally:
            base.close()  # what was not committed is undone

    def _spent(self, base: sqlite3.Connection) -> tuple[int, float]:
        tokens, usd = base.execute("SELECT COALESCE(SUM(read + written), 0), COALESCE(SUM(usd), 0) FROM spent").fetchone()
        return int(tokens), float(usd)

    def spent(self) -> tuple[int, float]:
        """Tokens and US dollars so far."""
        if self._path is None or not self._path.exists():
            return 0, 0.0
        with self._open() as base:
            return self._spent(base)

    def reserve(self, read: int, written: int) -> int | None:
        """Set aside what a call may take at most; a number to settle it by, ``None`` where no account is kept.

        Raises:
            BudgetReached: it may take more than is left.
        """
        if self._path is None:
            return None
        settings, now = self._settings, time.time()
        usd = settings.cost(read, written) or 0.0
        with self._open() as base:
            base.execute("DELETE FROM open WHERE until < ?", (now,))  # of processes that were killed
            tokens, dollars = self._spent(base)
            waiting, waiting_usd = base.execute("SELECT COALESCE(SUM(tokens), 0), COALESCE(SUM(usd), 0) FROM open").fetchone()
            if settings.budget_tokens is not None and tokens + waiting + read + written > settings.budget_tokens:
                raise BudgetReached(
                    f"budget reached: {tokens:,} of {settings.budget_tokens:,} tokens are spent and the next call may take {read + written:,}; "
                    "raise --budget-tokens (LLM_BUDGET_TOKENS) to go on, what was answered is kept"
                )
            if settings.budget_usd is not None and dollars + waiting_usd + usd > settings.budget_usd:
                raise BudgetReached(
                    f"budget reached: ${dollars:.4f} of ${settings.budget_usd:.4f} are spent and the next call may take ${usd:.4f}; "
                    "raise --budget-usd (LLM_BUDGET_USD) to go on, what was answered is kept"
                )
            limit = settings.timeout * 2 + 60
            return base.execute("INSERT INTO open (until, tokens, usd) VALUES (?, ?, ?)", (now + limit, read + written, usd)).lastrowid

    def settle(self, number: int | None, read: int, written: int, usd: float | None, *, estimated: bool) -> None:
        """Enter what a call took in place of what was set aside for it; nothing, if it took nothing."""
        if self._path is None:
            return
        with self._open() as base:
            base.execute("DELETE FROM open WHERE id = ?", (number,))
            if read or written:
                row = (time.time(), self._settings.model, read, written, usd, int(estimated))
                base.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?)", row)
