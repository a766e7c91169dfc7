"""The package works as a wheel, as a wheel built from the sdist, zipped, and from a bare checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

PROBE = (
    "import json, newsgold; "
    "test = newsgold.load('test'); "
    "card = newsgold.score([newsgold.to_prediction(a) for a in test], 'test'); "
    "print(json.dumps([newsgold.__file__, len(test), card.overall]))"
)


def probe(path: str, cwd: Path) -> list[object]:
    import json

    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")} | {"PYTHONPATH": path}
    # -S would hide the dependencies; -P keeps the checkout's own folders off the path.
    out = subprocess.run([sys.executable, "-P", "-c", PROBE], cwd=cwd, env=env, capture_output=True, text=True, check=True)
    found: list[object] = json.loads(out.stdout)
    return found


def build(source: Path, out: Path, what: str) -> Path:
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", f"--{what}", "--outdir", str(out), str(source)], check=True, capture_output=True)
    return next(out.glob("*.whl" if what == "wheel" else "*.tar.gz"))


def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.mark.slow
def test_the_wheel_holds_the_data_and_the_schemas_and_no_sources(wheel: Path) -> None:
    found = names(wheel)
    wanted = {f"newsgold/data/{split}.jsonl" for split in ("train", "validation", "test", "external")} | {
        "newsgold/data/manifest.json",
        "newsgold/data/notes.jsonl",
        "newsgold/schemas/article.json",
        "newsgold/schemas/notes.json",
        "newsgold/py.typed",
        *(f"newsgold/templates/{path.name}" for path in (ROOT / "benchmark" / "newsgold" / "templates").iterdir()),
    }
    assert wanted <= found
    yaml = {"newsgold/lint/lexicon.yaml"}
    assert yaml <= found and not [name for name in found - yaml if name.endswith((".yaml", ".parquet", ".txt")) and "dist-info" not in name]


@pytest.mark.slow
def test_the_wheel_works_unpacked_and_zipped(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    for path in (tmp_path / "site", wheel):
        file, articles, overall = probe(str(path), tmp_path)
        assert str(path) in str(file) and articles and overall == 1.0


@pytest.mark.slow
def test_a_wheel_built_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    again = build(next((tmp_path / "source").iterdir()), tmp_path / "again", "wheel")
    assert names(again) == names(wheel)
    one, other = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert all(one.read(name) == other.read(name) for name in names(wheel) if "dist-info" not in name)


def test_a_bare_checkout_works(tmp_path: Path) -> None:
    file, articles, overall = probe(str(ROOT / "benchmark"), tmp_path)
    assert file == str(ROOT / "benchmark" / "newsgold" / "__init__.py") and articles and overall == 1.0
