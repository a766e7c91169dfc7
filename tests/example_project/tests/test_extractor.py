"""The extractor may not get worse: run with --newsgold-update to store a new baseline."""

from __future__ import annotations

from extractor import extract

from newsgold.pytest_plugin import Gate


def test_the_extractor_is_no_worse_than_its_baseline(newsgold_gate: Gate) -> None:
    newsgold_gate(
        extract, baseline="tests/newsgold-baseline.json", fail=["overall:1%", "claims.span.close.f1:0.01"], min=["figures.attributes.kind.accuracy=0.9"]
    )
