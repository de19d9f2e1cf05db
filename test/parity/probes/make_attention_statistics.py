#!/usr/bin/env python3
"""Writes where the heads of tiny models look, stated in NumPy on Transformers' eager attention: facts/attention-statistics.json.

    python test/parity/probes/make_attention_statistics.py

Needs the packages of ../README.md and what is in ../models/facts; to be run again whenever these are made again. After Clark et al. 2019,
“What does BERT look at?”: for each head the shares of attention from a token to the text's first token, to other special tokens (here
the ids in `special`, which are drawn), to itself, the token before and the token behind, the entropy in nats and the mean distance.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
MODELS = HERE.parent / "models" / "facts"
TOKENS = 24
FROM = [0, 1, 11, TOKENS - 1]


def statistics(a: np.ndarray, special: np.ndarray) -> np.ndarray:
    """a [layers, heads, T, T] from row to column -> [layers, heads, T, 7]."""
    t = a.shape[-1]
    far = np.abs(np.arange(t)[:, None] - np.arange(t))
    first = a[..., 0]
    others = (a * (special & (np.arange(t) > 0))).sum(-1)
    current = np.diagonal(a, 0, -2, -1)
    none = np.zeros_like(current[..., :1])
    previous = np.concatenate([none, np.diagonal(a, -1, -2, -1)], -1)
    following = np.concatenate([np.diagonal(a, 1, -2, -1), none], -1)
    entropy = -np.where(a > 0, a * np.log(np.where(a > 0, a, 1)), 0).sum(-1)
    return np.stack([first, others, current, previous, following, entropy, (a * far).sum(-1)], -1)


def facts_of(folder: Path) -> dict:
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(6)
    ids = torch.randint(3, model.config.vocab_size, (TOKENS,), generator=generator)
    special = np.arange(TOKENS) % 7 == 0
    with torch.no_grad():
        attentions = model(ids[None], output_attentions=True).attentions
    a = torch.stack([layer[0] for layer in attentions]).double().numpy()
    told = statistics(a, special)[:, :, FROM]
    rounded = np.round(told.transpose(2, 0, 1, 3).reshape(len(FROM), -1), 7)
    return {"ids": ids.tolist(), "special": special.astype(int).tolist(), "from": FROM, "statistics": rounded.tolist()}


if __name__ == "__main__":
    folders = sorted(path.parent for path in MODELS.glob("*/config.json"))
    facts = {folder.name: facts_of(folder) for folder in folders}
    (HERE / "facts" / "attention-statistics.json").write_text(json.dumps(facts) + "\n")
