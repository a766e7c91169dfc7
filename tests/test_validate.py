"""Reading lines and explaining what is wrong with them; the whole messages are under examples/broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsgold import validate
from newsgold.issues import Issue, path_of, shown
from newsgold.validate import Fit, check_schema, read_jsonl


def read(tmp_path: Path, body: bytes) -> tuple[list[tuple[int, dict[str, Any]]], list[Issue]]:
    path = tmp_path / "x.jsonl"
    path.write_bytes(body)
    issues: list[Issue] = []
    return list(read_jsonl(path, issues.append, "x.jsonl")), issues


def test_reading_goes_on_behind_a_broken_line(tmp_path: Path) -> None:
    found, issues = read(tmp_path, b'{"a": 1}\n\n{"a": \n{"a": 2}\n[1]\n{"a": 3}')
    assert [line for line, _ in found] == [1, 4, 6] and [issue.line for issue in issues] == [3, 5]


@pytest.mark.parametrize("body", [b'{"a":1,"b":{"c":[{"a":1},{"a":1}]}}', b'{ "a" : 1 }\r\n', '{"ä": "\\u00e4"}'.encode()])
def test_keys_that_repeat_in_other_objects_are_fine(tmp_path: Path, body: bytes) -> None:
    found, issues = read(tmp_path, body)
    assert len(found) == 1 and not issues


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'{"x":[{"a":1, "a":2}]}', b'{"a":1,"\\u0061":2}'])
def test_keys_that_stand_twice_are_told(tmp_path: Path, body: bytes) -> None:
    found, issues = read(tmp_path, body)
    assert not found and "stands twice" in issues[0].message


def test_a_line_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "MAX_LINE", 20)
    found, issues = read(tmp_path, b'{"a": 1}\n{"a": "' + b"x" * 100 + b'"}\n{"a": 2}\n')
    assert [line for line, _ in found] == [1, 3] and [issue.line for issue in issues] == [2]


def test_how_a_value_fits() -> None:
    messages: list[str] = []

    def report(path: list[str | int], message: str) -> None:
        messages.append(f"{path_of(path)}: {message}")

    assert check_schema("prediction", {"id": "x"}, report) is Fit.FITS and check_schema("prediction", {"id": "x"}, report)
    assert check_schema("prediction", {"id": "x", "claims": [{"content": "a", "act": "say"}]}, report) is Fit.MISLABELLED
    assert check_schema("prediction", {"id": 1}, report) is Fit.MISSHAPEN
    assert not Fit.MISLABELLED and not Fit.MISSHAPEN
    assert messages[0].startswith("$.claims[0].act: 'say' is not a label") and messages[1] == "$.id: an integer, 1; expected string"


def test_paths_and_values_in_messages() -> None:
    assert path_of([]) == "$" and path_of(["claims", 2, "cue"]) == "$.claims[2].cue"
    assert path_of(["a b", "x\ny"]) == "$['a b']['x\\ny']"
    assert shown("a\x1bb") == "'a\\x1bb'" and len(shown("x" * 500)) <= 60 and shown(None) == "None"
