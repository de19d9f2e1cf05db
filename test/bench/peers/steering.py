#!/usr/bin/env python3
"""How long other programs take to write on a prompt greedily with one vector added at one layer, as JSON on stdout.

    python test/bench/peers/steering.py MODEL_FOLDER --with transformers transformer-lens [--threads 2] [--tokens 64] [--runs 5]
    python test/bench/peers/steering.py MODEL_FOLDER --with saklas

Seconds of whole generations, the prompt's pass included: plain and steered turn by turn, after one of each that does not
count. Transformers is steered by a forward hook, TransformerLens by its own hooks, saklas by a profile of one layer. Needs torch
and transformers, transformer-lens; saklas 5.3 in an environment of its own (it wants a newer Transformers).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

os.environ["HF_HUB_OFFLINE"] = "1"

import torch

LAYER = 15


def seconds(write: Callable[[], int], tokens: int) -> float:
    start = time.perf_counter()
    written = write()
    taken = time.perf_counter() - start
    assert written == tokens, f"{written} tokens instead of {tokens}"
    return taken


def turn_by_turn(plain: Callable[[], int], steered: Callable[[], int], tokens: int, runs: int) -> dict:
    taken: dict[str, list[float]] = {"plain": [], "steered": []}
    for run in range(-1, runs):
        for name, write in (("plain", plain), ("steered", steered)):
            it = seconds(write, tokens)
            if run >= 0:
                taken[name].append(round(it, 4))
    return taken


def vector(width: int, norm: float) -> torch.Tensor:
    v = torch.sin(torch.arange(width, dtype=torch.float32))
    return norm * v / v.norm()


def load(folder: str):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def with_transformers(folder: str, prompt: str, tokens: int, runs: int, norm: float) -> dict:
    model, tokenizer = load(folder)
    ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
    v = vector(model.config.hidden_size, norm)

    def write() -> int:
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=tokens, max_new_tokens=tokens, pad_token_id=0
        )
        return out.shape[1] - ids.shape[1]

    def steered() -> int:
        add = lambda _m, _i, out: (out[0] + v, *out[1:]) if isinstance(out, tuple) else out + v
        handle = model.model.layers[LAYER].register_forward_hook(add)
        try:
            return write()
        finally:
            handle.remove()

    return turn_by_turn(write, steered, tokens, runs)


def with_transformer_lens(folder: str, prompt: str, tokens: int, runs: int, norm: float) -> dict:
    from transformer_lens.model_bridge import TransformerBridge

    source, tokenizer = load(folder)
    model = TransformerBridge.boot_transformers(folder, hf_model=source, tokenizer=tokenizer, device="cpu")
    ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
    v = vector(model.cfg.d_model, norm)

    def write() -> int:
        out = model.generate(ids, max_new_tokens=tokens, do_sample=False, stop_at_eos=False, verbose=False)
        return out.shape[1] - ids.shape[1]

    def steered() -> int:
        with model.hooks(fwd_hooks=[(f"blocks.{LAYER}.hook_resid_post", lambda x, hook: x + v)]):
            return write()

    return turn_by_turn(write, steered, tokens, runs)


def with_saklas(folder: str, prompt: str, tokens: int, runs: int, norm: float) -> dict:
    from saklas import Profile, SaklasSession, SamplingConfig

    with SaklasSession.from_pretrained(folder, device="cpu", dtype=torch.float32, probes=[]) as session:
        width = session.model.config.hidden_size
        session.steer("bench", Profile({LAYER: vector(width, norm)}))
        sampling = SamplingConfig(temperature=0.0, max_tokens=tokens, seed=1)

        def write(steering: str | None = None) -> int:
            result = session.generate(prompt, steering=steering, sampling=sampling, stateless=True, raw=True, thinking=False)
            return result.first.token_count

        return turn_by_turn(write, lambda: write("0.1 bench"), tokens, runs)


PEERS = {"transformers": with_transformers, "transformer-lens": with_transformer_lens, "saklas": with_saklas}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--with", dest="peers", nargs="+", choices=PEERS, required=True)
    parser.add_argument("--prompt", default="The old fisherman rowed slowly across the quiet lake before sunrise, and")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--norm", type=float, default=20)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    # Libraries print notices; stdout holds the one JSON document.
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        measured = {
            name: {
                "version": version(name),
                **PEERS[name](options.model, options.prompt, options.tokens, options.runs, options.norm),
            }
            for name in options.peers
        }
    json.dump(measured, sys.stdout)
    print()


if __name__ == "__main__":
    main()
