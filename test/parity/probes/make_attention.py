#!/usr/bin/env python3
"""Writes attention weights of tiny models as Transformers' eager attention gives them.

    python test/parity/probes/make_attention.py

Needs the packages of ../README.md and what is in ../models/facts; to be run again whenever these are made again.
facts/attention.json holds, by model, ids and the weights [layers][heads][tokens] from the last token to all.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
MODELS = HERE.parent / "models" / "facts"
TOKENS = 24


def weights(folder: Path) -> dict:
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(5)
    ids = torch.randint(3, model.config.vocab_size, (TOKENS,), generator=generator)
    with torch.no_grad():
        attentions = model(ids[None], output_attentions=True).attentions
    last = torch.stack([layer[0, :, -1] for layer in attentions])
    return {"ids": ids.tolist(), "last": [[[round(w, 7) for w in head] for head in layer] for layer in last.tolist()]}


if __name__ == "__main__":
    folders = sorted(path.parent for path in MODELS.glob("*/config.json"))
    facts = {folder.name: weights(folder) for folder in folders}
    (HERE / "facts" / "attention.json").write_text(json.dumps(facts) + "\n")
