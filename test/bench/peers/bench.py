#!/usr/bin/env python3
"""How long TransformerLens and SAELens take for what one analysis does, as JSON on stdout.

    python test/bench/peers/bench.py MODEL_FOLDER SAE_FOLDER [--lengths 1 64 256 500] [--threads 2] [--repeats 7]

One analysis: a full pass with log-probabilities of the actual tokens and the ten most likely next ones, the residual
stream captured, the SAE's encode and its 20 strongest latents a token. Times are medians in milliseconds; nothing is
asserted. Needs torch, transformers, transformer-lens and sae-lens (versions in ../../parity/README.md).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from sae_lens import SAE
from transformer_lens.model_bridge import TransformerBridge
from transformers import AutoModelForCausalLM, AutoTokenizer

TOP_TOKENS, TOP_LATENTS = 10, 20


def median_ms(work: Callable[[], object], repeats: int) -> float:
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return round(statistics.median(times), 2)


def next_tokens(logits: torch.Tensor, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    logprobs = logits[0].log_softmax(-1)
    best = logprobs.topk(TOP_TOKENS)
    return logprobs[:-1].gather(1, ids[0, 1:, None]), best.values, best.indices


def measure(model_folder: str, sae_folder: str, lengths: list[int], repeats: int) -> dict:
    start = time.perf_counter()
    source = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    bridge = TransformerBridge.boot_transformers(model_folder, hf_model=source, tokenizer=tokenizer, device="cpu")
    sae = SAE.load_from_disk(sae_folder, dtype="float32")
    load = 1000 * (time.perf_counter() - start)
    # The bridge changes the modules of the model it wraps, so the plain pass has one of its own.
    plain = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
    hook = sae.cfg.metadata.hook_name
    residuals = {f"blocks.{layer}.hook_resid_post" for layer in range(bridge.cfg.n_layers)}

    def features(cache: dict) -> object:
        return sae.encode(cache[hook][0]).topk(TOP_LATENTS)

    def analysis(ids: torch.Tensor, names: Callable[[str], bool]) -> object:
        logits, cache = bridge.run_with_cache(ids, names_filter=names)
        return next_tokens(logits, ids), features(cache)

    text = "The old fisherman rowed slowly across the quiet lake before sunrise, and nobody saw him leave. "
    all_ids = tokenizer(text * 60, return_tensors="pt").input_ids
    rows = []
    for length in lengths:
        ids = all_ids[:, :length]
        assert ids.shape[1] == length
        _, cache = bridge.run_with_cache(ids, names_filter=lambda name: name == hook)
        rows.append(
            {
                "tokens": length,
                "plainForward": median_ms(lambda: plain(ids, use_cache=False).logits, repeats),
                "bridgeOneHook": median_ms(lambda: bridge.run_with_cache(ids, names_filter=lambda n: n == hook), repeats),
                "bridgeAllResid": median_ms(
                    lambda: bridge.run_with_cache(ids, names_filter=lambda n: n in residuals), repeats
                ),
                "encodeTopK": median_ms(lambda: features(cache), repeats),
                "analysisOneHook": median_ms(lambda: analysis(ids, lambda n: n == hook), repeats),
                "analysisAllResid": median_ms(lambda: analysis(ids, lambda n: n in residuals), repeats),
            }
        )
    return {"hook": hook, "width": sae.cfg.d_sae, "loadMs": round(load), "medianMs": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("sae")
    parser.add_argument("--lengths", type=int, nargs="+", default=[1, 64, 256, 500])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    load_before = os.getloadavg()
    # Libraries print notices; stdout holds the one JSON document.
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        result = measure(options.model, options.sae, options.lengths, options.repeats)
    packages = ["torch", "transformers", "transformer-lens", "sae-lens"]
    about = {
        "schema": "steerscope.bench.peers/1",
        "versions": {name: version(name) for name in packages},
        "machine": platform.processor() or platform.machine(),
        "threads": options.threads,
        "repeats": options.repeats,
        "loadAverageBefore": [round(value, 2) for value in load_before],
    }
    json.dump(about | result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
