#!/usr/bin/env python3
"""Writes what SAELens and NumPy make of the contrastive vector of layer 3 of the embedded model, with its SAE resid_post_3.

    python test/parity/steering/make_decompose.py

Needs the packages of ../README.md and the vectors of make_caa.py. facts/decompose.json holds the encoding of the vector as it is
and scaled to the usual norm (SAELens), latents that fire on zero, projections on the unit decoder directions, the difference of
mean activations on both sides of the pairs, and the pursuit over signed unit directions, written down in NumPy in f64.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from sae_lens import SAE
from safetensors.numpy import load_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).parent
FACTS = HERE / "facts"
ASSETS = HERE.parents[2] / "assets" / "tinytown"
LAYER = 3
FOLDER = ASSETS / "saes" / f"resid_post_{LAYER}"
ATOMS = 24


def pursuit(dictionary: np.ndarray, vector: np.ndarray) -> dict:
    """Each atom is the row that what is left has most of; then gradient steps on all atoms so far until they gain nothing."""
    left, support, coefficients, residuals = vector.copy(), [], np.zeros(0), [1.0]
    norm = np.linalg.norm(vector)
    for _ in range(ATOMS):
        products = np.abs(dictionary @ left)
        products[support] = 0
        best, second = np.argsort(products)[::-1][:2]
        # Else rounding would decide which is first.
        assert products[best] > products[second] * (1 + 1e-6)
        support.append(int(best))
        coefficients = np.append(coefficients, 0.0)
        rows = dictionary[support]
        for _ in range(100):
            gradient = rows @ left
            along = rows.T @ gradient
            length = along @ left / (along @ along)
            coefficients += length * gradient
            left = left - length * along
            if length**2 * (along @ along) / norm**2 < 1e-10:
                break
        residuals.append(float(np.linalg.norm(left) / norm))
        exact = np.linalg.lstsq(rows.T, vector, rcond=None)[0]
        assert np.linalg.norm(vector - rows.T @ exact) > 0.999 * np.linalg.norm(left)
    return {"latents": support, "coefficients": coefficients.tolist(), "residuals": residuals}


def main() -> None:
    sae = SAE.load_from_disk(str(FOLDER)).eval()
    bias = sae.b_dec.detach().numpy().astype(np.float64)
    vector = load_file(FACTS / "caa.safetensors")[f"last.blocks.{LAYER}.hook_resid_post"]
    v = vector.astype(np.float64)
    usual = json.loads((FOLDER / "steerscope.json").read_text())["medianNorm"]

    def encode(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return sae.encode(torch.tensor(x, dtype=torch.float32)).numpy()

    def direct(x: np.ndarray) -> dict:
        acts = encode(x)
        with torch.no_grad():
            whole = sae.decode(torch.tensor(acts)).numpy().astype(np.float64)
        latents = np.argsort(-acts, kind="stable")[: int((acts > 0).sum())]
        own, alone = x @ x, whole - bias
        return {
            "latents": latents.tolist(),
            "activations": acts[latents].tolist(),
            "fvu": float(((x - whole) ** 2).sum() / own),
            "fvuWithoutBias": float(((x - alone) ** 2).sum() / own),
            "cosine": float(x @ alone / np.sqrt(own * (alone @ alone))),
        }

    as_it_is, scaled = direct(v), direct(v * usual / np.linalg.norm(v))
    on_zero = set(np.flatnonzero(encode(np.zeros_like(v))).tolist())

    rows = sae.W_dec.detach().numpy().astype(np.float64)
    dictionary = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = dictionary @ v / np.linalg.norm(v)
    most_negative = np.argsort(cosines, kind="stable")[:10]

    model = AutoModelForCausalLM.from_pretrained(ASSETS / "model", dtype=torch.float32).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(ASSETS / "model")
    pairs = [json.loads(line) for line in (FACTS / "caa-pairs.jsonl").read_text().splitlines()]

    def last(text: str) -> np.ndarray:
        with torch.no_grad():
            out = model(torch.tensor([tokenizer(text)["input_ids"]]), output_hidden_states=True)
        return out.hidden_states[LAYER + 1][0, -1].numpy()

    sides = [np.stack([encode(last(pair[side])) for pair in pairs]).astype(np.float64) for side in ("positive", "negative")]
    difference = sides[0].mean(0) - sides[1].mean(0)
    order = np.argsort(-np.abs(difference), kind="stable")[: int((difference != 0).sum())]
    acts = encode(v).astype(np.float64)
    count = len(as_it_is["latents"])

    facts = {
        "sae": hashlib.sha256((FOLDER / "sae_weights.safetensors").read_bytes()).hexdigest(),
        "norm": float(np.linalg.norm(v)),
        "medianNorm": usual,
        "direct": as_it_is,
        "scaled": scaled,
        "alsoOnZero": len(on_zero & set(as_it_is["latents"])),
        "alsoScaled": len(set(scaled["latents"]) & set(as_it_is["latents"])),
        "negative": {
            "share": float((cosines[cosines < 0] ** 2).sum() / (cosines**2).sum()),
            "latents": most_negative.tolist(),
            "cosines": cosines[most_negative].tolist(),
        },
        "contrast": {
            "latents": order[:100].tolist(),
            "differences": difference[order[:100]].tolist(),
            "cosine": float(acts @ difference / np.linalg.norm(acts) / np.linalg.norm(difference)),
            "shared": len(set(as_it_is["latents"]) & set(order[:count].tolist())),
        },
        "pursuit": pursuit(dictionary, v),
    }
    (FACTS / "decompose.json").write_text(json.dumps(facts, indent=1) + "\n")
    shown = {key: facts[key] for key in ("norm", "medianNorm", "alsoOnZero", "alsoScaled")}
    print(shown, count, as_it_is["cosine"], as_it_is["fvu"], facts["negative"]["share"], facts["contrast"]["cosine"])


main()
