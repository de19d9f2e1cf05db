#!/usr/bin/env python3
"""Writes the contrastive vectors (CAA) that the package steering-vectors makes of facts/caa-pairs.jsonl with the embedded model.

    python test/parity/steering/make_caa.py

Needs the packages of ../README.md and steering-vectors. facts/caa.safetensors holds `last.HOOK` of every layer, which
steering-vectors computes and Transformers with forward hooks must agree with to 1e-5, and `mean.HOOK`, by Transformers alone: the
mean over each text's tokens but the first and those whose norm is more than five times the usual one. facts/caa.json holds the
cosine of the vectors made from the first, third, … pairs and from the others, and how many tokens were massive.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from safetensors.numpy import save_file
from steering_vectors import train_steering_vector
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).parent
FACTS = HERE / "facts"
SAES = HERE.parents[2] / "assets" / "tinytown" / "saes"
TINYTOWN = HERE.parents[2] / "assets" / "tinytown" / "model"


def residuals(model, tokenizer, text: str) -> list[np.ndarray]:
    """The output of each block, `[T, d]` (the last entry of hidden_states is behind the final norm)."""
    found: list[np.ndarray] = []

    def keep(_module, _inputs, out) -> None:
        x = out[0] if isinstance(out, tuple) else out
        found.append(x.reshape(-1, x.shape[-1]).numpy().copy())

    hooks = [layer.register_forward_hook(keep) for layer in model.model.layers]
    with torch.no_grad():
        model(torch.tensor([tokenizer(text)["input_ids"]]))
    for hook in hooks:
        hook.remove()
    return found


def usual_norm(layer: int, x: list[list[np.ndarray]]) -> float:
    """The median norm that the embedded SAE of this layer states; where there is none, that of these texts."""
    file = SAES / f"resid_post_{layer}" / "steerscope.json"
    if file.exists():
        return json.loads(file.read_text())["medianNorm"]
    return float(np.median(np.concatenate([np.linalg.norm(it[1:], axis=1) for pair in x for it in pair])))


def main() -> None:
    lines = (FACTS / "caa-pairs.jsonl").read_text().splitlines()
    pairs = [(it["positive"], it["negative"]) for it in map(json.loads, lines)]
    model = AutoModelForCausalLM.from_pretrained(TINYTOWN, dtype=torch.float32).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(TINYTOWN)
    oracle = train_steering_vector(model, tokenizer, pairs).layer_activations
    read = [[residuals(model, tokenizer, text) for text in pair] for pair in pairs]
    tensors: dict[str, np.ndarray] = {}
    halves: dict[str, float] = {}
    left_out: dict[str, int] = {}
    for layer in range(model.config.num_hidden_layers):
        hook = f"blocks.{layer}.hook_resid_post"
        x = [[side[layer] for side in pair] for pair in read]
        last = np.stack([up[-1].astype(np.float64) - down[-1] for up, down in x])
        theirs = oracle[layer].numpy()
        assert np.linalg.norm(last.mean(0) - theirs) <= 1e-5 * np.linalg.norm(theirs), hook
        tensors[f"last.{hook}"] = theirs.astype(np.float32)
        even, odd = last[::2].mean(0), last[1::2].mean(0)
        halves[hook] = float(even @ odd / np.linalg.norm(even) / np.linalg.norm(odd))
        usual = usual_norm(layer, x)
        massive = 5 * usual
        norms = np.concatenate([np.linalg.norm(it[1:], axis=1) for pair in x for it in pair])
        assert not ((norms > 0.9 * massive) & (norms < 1.1 * massive)).any(), hook
        left_out[hook] = int((norms > massive).sum())

        def mean(rows: np.ndarray) -> np.ndarray:
            kept = rows[1:][np.linalg.norm(rows[1:], axis=1) <= massive]
            return kept.astype(np.float64).mean(0)

        difference = np.mean([mean(up) - mean(down) for up, down in x], axis=0)
        tensors[f"mean.{hook}"] = difference.astype(np.float32)
    # Else the facts would not show that such tokens are left out.
    assert sum(left_out.values()) > 0
    save_file(tensors, FACTS / "caa.safetensors")
    (FACTS / "caa.json").write_text(json.dumps({"halves": halves, "massive": left_out}, indent=1) + "\n")


main()
