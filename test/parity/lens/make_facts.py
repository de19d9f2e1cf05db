#!/usr/bin/env python3
"""Writes what Transformers' own final norm and head make of the residual behind every layer (logit lens).

    python test/parity/lens/make_facts.py

Needs the packages of ../README.md, the tiny models of ../models/facts and the embedded model. facts/MODEL.json holds the token
ids and, for each token and layer, the ten most likely next tokens, and the log-probability and rank of the one that follows.
The last layer must give what the model itself predicts before anything is written.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
TINY = HERE.parent / "models" / "facts"
TINYTOWN = HERE.parents[2] / "assets" / "tinytown" / "model"
TEXT = "On a rainy morning, Noah was cheerful and laughed aloud. Peter lost his lantern at the mill."
TOP = 10
# Log-probabilities nearer than this may stand in either order.
TIE = 1e-4


def log_softmax(logits: torch.Tensor) -> np.ndarray:
    x = logits.numpy().astype(np.float64)
    x -= x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def residuals(model: torch.nn.Module, layers: torch.nn.ModuleList, ids: list[int]) -> tuple[list[torch.Tensor], torch.Tensor]:
    found: list[torch.Tensor] = []
    take = lambda _m, _i, out: found.append((out[0] if isinstance(out, tuple) else out).reshape(len(ids), -1))
    handles = [layer.register_forward_hook(take) for layer in layers]
    logits = model(torch.tensor([ids])).logits[0]
    for handle in handles:
        handle.remove()
    return found, logits


def cell(logprobs: np.ndarray, following: int | None) -> dict:
    order = np.argsort(-logprobs, kind="stable")[:TOP]
    known = None
    if following is not None:
        own = float(logprobs[following])
        ranks = [int((logprobs > own + side).sum()) + 1 for side in (TIE, -TIE)]
        # Its own value does not stand above itself.
        known = {"logprob": own, "ranks": [ranks[0], max(ranks[0], ranks[1] - 1)]}
    return {"ids": order.tolist(), "logprobs": [float(logprobs[i]) for i in order], "next": known}


def facts(folder: Path, ids: list[int]) -> dict:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    llama = hasattr(model, "model")
    layers, norm = (model.model.layers, model.model.norm) if llama else (model.transformer.h, model.transformer.ln_f)
    with torch.no_grad():
        found, logits = residuals(model, layers, ids)
        read = [model.lm_head(norm(x)) for x in found]
    assert (read[-1] - logits).abs().max() < 1e-5 * logits.abs().max(), "the last layer is not the model"
    logprobs = [log_softmax(x) for x in read]
    cells = [
        [cell(layer[t], ids[t + 1] if t + 1 < len(ids) else None) for layer in logprobs] for t in range(len(ids))
    ]
    return {"ids": ids, "cells": cells}


def write(name: str, content: dict) -> None:
    (HERE / "facts" / f"{name}.json").write_text(json.dumps(content) + "\n")


def main() -> None:
    torch.set_num_threads(1)
    (HERE / "facts").mkdir(exist_ok=True)
    for name in ("llama-gqa-f32", "llama-mqa-tied-bf16", "gpt2-f32", "gpt2-untied-f16"):
        write(name, facts(TINY / name, [(7 * t * t + 3 * t + 5) % 61 for t in range(12)]))
    ids = Tokenizer.from_file(str(TINYTOWN / "tokenizer.json")).encode(TEXT, add_special_tokens=False).ids
    weights = hashlib.sha256((TINYTOWN / "model.safetensors").read_bytes()).hexdigest()
    write("tinytown", {"weights": weights, **facts(TINYTOWN, ids)})


if __name__ == "__main__":
    main()
