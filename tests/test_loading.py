"""Loading the data: typed records without heavy imports, and with Hugging Face datasets, offline and without loss."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import newsgold
from conftest import ROOT
from newsgold.records import SPLITS, to_dict
from newsgold.tables import CONFIGS, rows, splits_of

datasets = pytest.importorskip("datasets")
pytestmark = pytest.mark.filterwarnings("ignore")


def test_load_gives_typed_records_without_datasets() -> None:
    code = "import sys, newsgold; a = newsgold.load('test')[0]; print(type(a).__name__, type(a.claims[0]).__name__, 'datasets' in sys.modules, 'pyarrow' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "benchmark")
    assert out.stdout.split() == ["Article", "Claim", "False", "False"]


def test_articles_come_in_the_order_of_their_ids() -> None:
    for split in SPLITS:
        ids = [article.id for article in newsgold.load(split)]
        assert ids == sorted(ids) and len(ids) == len(set(ids))


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    return tmp_path / "cache"


@pytest.mark.parametrize("config", CONFIGS)
def test_load_dataset_from_the_checkout(config: str, offline: Path) -> None:
    for split in splits_of(config):
        loaded = datasets.load_dataset(str(ROOT), config, split=split, cache_dir=str(offline))
        want = rows(config, newsgold_articles(split))
        assert [plain(row) for row in loaded] == want
    assert set(datasets.load_dataset(str(ROOT), config, cache_dir=str(offline))) == set(splits_of(config))


def newsgold_articles(split: str) -> list[Any]:
    from newsgold.records import article_from

    return [article_from(json.loads(line)) for line in (ROOT / "data" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_the_default_configuration_is_articles_and_dates_stay_strings(offline: Path) -> None:
    loaded = datasets.load_dataset(str(ROOT), split="test", cache_dir=str(offline))
    assert loaded.num_rows == len(newsgold.load("test"))
    assert isinstance(loaded[0]["published"], str) and loaded[0]["claims"][0]["content"][0]["text"]


@pytest.mark.parametrize("config", CONFIGS)
def test_to_datasets(config: str) -> None:
    found = newsgold.to_datasets(config)
    assert set(found) == set(splits_of(config))
    assert [plain(row) for row in found["test"]] == rows(config, newsgold.load("test"))


def test_to_datasets_of_nothing_known() -> None:
    with pytest.raises(ValueError, match="no configuration"):
        newsgold.to_datasets("quotes")


def test_to_datasets_of_a_split_that_a_configuration_has_not() -> None:
    for config, split in (("notes", "external"), ("claims", "dev")):
        with pytest.raises(ValueError, match=f"{config} has no split '{split}'; expected one of train"):
            newsgold.to_datasets(config, [split])


def test_rows_of_a_layer_carry_their_article() -> None:
    articles = newsgold.load("train")
    assert sum(len(article.claims) for article in articles) == len(rows("claims", articles))
    assert rows("articles", articles)[0] == to_dict(articles[0])
    assert {row["article"] for row in rows("speakers", articles)} <= {article.id for article in articles}
