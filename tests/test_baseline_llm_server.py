"""The LLM baseline against a real llama.cpp server with a tiny model of random weights, made on the spot.

It runs where ``llama-cpp-python[server]`` and ``gguf`` are installed, which newsgold's extras do not do: building them takes long.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from conftest import ROOT, baseline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("llama_cpp", "gguf", "httpx", "uvicorn")),
        reason="needs llama-cpp-python[server], gguf and httpx",
    ),
]
WIDTH, CONTEXT = 32, 32768


def make_model(path: Path) -> None:
    """A llama of one layer whose weights are drawn at random, with a vocabulary of bytes and of the beginnings of the guidelines' words."""
    import gguf

    words = set(re.findall(r"\w+", (ROOT / "docs" / "guidelines.md").read_text(encoding="utf-8")))
    pieces = sorted(
        {form[:size] for word in words for form in (word, f"▁{word}") for size in range(1, len(form) + 1)} | {"▁"} | {chr(code) for code in range(33, 127)}
    )
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{code:02X}>" for code in range(256)), *pieces]
    kinds = gguf.TokenType
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL, *[kinds.BYTE] * 256, *[kinds.NORMAL] * len(pieces)]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // 2)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token.encode() for token in tokens])
    writer.add_token_scores([0.0] * 259 + [float(len(piece)) for piece in pieces])  # longer pieces first
    writer.add_token_types([int(kind) for kind in types])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    random = np.random.RandomState(0)
    shapes = {
        "token_embd": (len(tokens), WIDTH),
        "output": (len(tokens), WIDTH),
        "blk.0.ffn_gate": (2 * WIDTH, WIDTH),
        "blk.0.ffn_up": (2 * WIDTH, WIDTH),
        "blk.0.ffn_down": (WIDTH, 2 * WIDTH),
    }
    shapes |= {f"blk.0.attn_{name}": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.standard_normal(shape).astype(np.float32))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    make_model(path)
    return path


@pytest.fixture(scope="module")
def server(model: Path) -> Iterator[str]:
    """The address of a llama.cpp server with that model."""
    folder = model.parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--model", str(model), "--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(CONTEXT), "--n_threads", "1"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "llama_cpp.server", *words], stdout=log, stderr=log)
        try:
            for _ in range(600):
                assert process.poll() is None, (folder / "log").read_text(errors="replace")[-3000:]
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


def test_llama_cpp_makes_a_grammar_of_every_schema(model: Path) -> None:
    from llama_cpp import Llama

    tiny = Llama(str(model), n_ctx=512, n_threads=1, verbose=False)
    with baseline("llm") as llm:
        for layers in (*((layer,) for layer in llm.prompts.LAYERS), llm.prompts.LAYERS):
            form = {"type": "json_object", "schema": llm.prompts.schema(layers)}
            said = tiny.create_chat_completion([{"role": "user", "content": "x"}], response_format=form, max_tokens=40, temperature=0.0, seed=0)
            content = said["choices"][0]["message"]["content"]
            assert re.match(rf'\{{\s*"{layers[0]}"\s*:\s*\[\s*(\]|\{{\s*"id"\s*:\s*")', content), content
    tiny.close()


def test_a_run_against_llama_cpp(server: str, tmp_path: Path) -> None:
    gold, out = tmp_path / "gold.jsonl", tmp_path / "predictions.jsonl"
    gold.write_bytes(b"".join((ROOT / "data" / "validation.jsonl").read_bytes().splitlines(keepends=True)[:2]))
    env = {name: value for name, value in os.environ.items() if not name.startswith("LLM_")}
    env |= {"PYTHONPATH": str(ROOT / "benchmark"), "LLM_BASE_URL": server, "LLM_MODEL": "tiny", "LLM_CACHE": str(tmp_path / "kept")}
    words = [sys.executable, str(ROOT / "baselines" / "llm" / "predict.py"), "--gold", str(gold), "--out", str(out), "--examples", "0"]
    words += ["--max-tokens", "150", "--timeout", "600"]
    first = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert first.returncode in (0, 1), first.stderr  # noise seldom says anything that could be taken
    record = json.loads((tmp_path / "predictions.run.json").read_text(encoding="utf-8"))
    jsonschema.validate(record, json.loads((ROOT / "schemas" / "run.json").read_text(encoding="utf-8")))
    assert record["articles"] == 2 and record["usage"]["input_tokens"] > 2 * 4 * 2000 and 0 < record["usage"]["output_tokens"] <= 2 * 4 * 4 * 150
    predictions = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    for prediction in predictions:
        # That server knows json_object, and refuses json_schema.
        assert set(prediction["meta"]["structured"].values()) == {"json_object"} and prediction["meta"]["calls"] >= 4
        assert not prediction.get("error") or re.search(r"cut off|not JSON|no JSON", prediction["error"])
    check = [sys.executable, "-m", "newsgold", "validate", str(out), "--gold", str(gold)]
    assert subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0
    before = out.read_bytes()
    again = subprocess.run([*words, "--force"], env=env, capture_output=True, text=True, check=False)
    assert again.returncode == first.returncode and out.read_bytes() == before and "tokens in" not in again.stderr
