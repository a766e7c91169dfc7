"""The process that a Python callable runs in: ``python -c SOURCE FOLDER TARGET BATCH``. It needs the standard library only.

Each line on standard input is a JSON array of articles. For each article comes one line: the id as JSON, a tab, and the
answer as JSON. What the callable prints goes to standard error, so that it cannot be taken for an answer.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def load(target: str) -> Callable[[Any], Any]:
    """The callable that ``package.module:function`` or ``path/to/file.py:function`` names."""
    place, _, name = target.rpartition(":")
    if place.endswith(".py"):
        stem = Path(place).stem
        spec = importlib.util.spec_from_file_location(stem, place)
        assert spec is not None and spec.loader is not None
        found: Any = importlib.util.module_from_spec(spec)
        sys.modules[stem] = found
        spec.loader.exec_module(found)
    else:
        found = importlib.import_module(place)
    for part in name.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{target} is a {type(found).__name__}; expected a function")
    return found  # type: ignore[no-any-return]


def told(error: BaseException) -> str:
    """An exception in one line, with the place in the callable's code that raised it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != "<string>"]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def answers(function: Callable[[Any], Any], articles: list[dict[str, Any]], batch: bool) -> list[str]:
    """An answer for each article as JSON; where the callable failed, one that says why."""
    try:
        found = list(function(articles)) if batch else [function(articles[0])]
        if len(found) != len(articles):
            raise ValueError(f"{len(found)} predictions for {len(articles)} articles; expected one for each, in their order")
    except Exception as error:
        return [json.dumps({"id": article["id"], "error": told(error)}) for article in articles]
    out = []
    for article, answer in zip(articles, found, strict=True):
        try:
            out.append(json.dumps(answer, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            out.append(json.dumps({"id": article["id"], "error": f"the answer is no JSON: {error}"}))
    return out


def main() -> None:
    """Import the callable, say so, and answer until standard input ends."""
    folder, target, batch = sys.argv[1:4]
    sys.path[0] = folder
    asked, channel = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)

    def tell(head: str, body: str) -> None:
        channel.write(f"{head}\t{body}\n".encode())
        channel.flush()

    try:
        function = load(target)
    except BaseException as error:
        tell("fatal", json.dumps(told(error)))
        return
    tell("ready", "null")
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        for line in asked:
            lines.put(line)
        os._exit(0)  # nobody is there to answer, even while the callable is at work

    threading.Thread(target=listen, daemon=True).start()
    while True:
        articles = json.loads(lines.get())
        for article, answer in zip(articles, answers(function, articles, batch == "batch"), strict=True):
            tell(json.dumps(article["id"]), answer)


if __name__ == "__main__":
    main()
