#!/usr/bin/env python3
"""Writes what Transformers' logits processors make of random logits: facts/sampling.json.

    python test/parity/steering/make_sampling.py      (needs torch and transformers)

Processors stand in the order in which `generate` puts them. Logits are multiples of a thousandth, so that ties are ties; where
a tie falls on the cut of top p, Transformers keeps whichever its sort put last, so no case has one there.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

VOCABULARY, ROWS = 50, 3
NEUTRAL = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "repetitionPenalty": 1}
OPTIONS = [
    {},
    {"temperature": 0.7},
    {"temperature": 1.9},
    {"repetitionPenalty": 1.3},
    {"repetitionPenalty": 0.8},
    {"topK": 1},
    {"topK": 7},
    {"topK": 80},
    {"topP": 0.9},
    {"topP": 0.3},
    {"topP": 0.01},
    {"minP": 0.05},
    {"minP": 0.9},
    {"topK": 12, "topP": 0.8},
    {"topP": 0.95, "minP": 0.1},
    {"temperature": 0.6, "topK": 20, "topP": 0.85, "minP": 0.02},
    {"temperature": 1.4, "topK": 9, "repetitionPenalty": 1.2},
    {"temperature": 0.5, "topP": 0.7, "repetitionPenalty": 1.8, "minP": 0.01},
]


def processors(options: dict) -> list:
    o = NEUTRAL | options
    return [
        *([RepetitionPenaltyLogitsProcessor(o["repetitionPenalty"])] if o["repetitionPenalty"] != 1 else []),
        *([TemperatureLogitsWarper(float(o["temperature"]))] if o["temperature"] != 1 else []),
        *([TopKLogitsWarper(o["topK"])] if o["topK"] else []),
        *([TopPLogitsWarper(o["topP"])] if o["topP"] < 1 else []),
        *([MinPLogitsWarper(o["minP"])] if o["minP"] else []),
    ]


def rows() -> torch.Tensor:
    draw = torch.Generator().manual_seed(4)
    logits = (torch.randn(ROWS, VOCABULARY, generator=draw) * 3).round(decimals=3)
    # Ties at the cuts of the top 1, 7, 9, 12 and 20.
    for k in (1, 7, 9, 12, 20):
        order = logits[0].argsort(descending=True)
        logits[0, order[k]] = logits[0, order[k - 1]]
    return logits


def main() -> None:
    cases = []
    for row, logits in enumerate(rows()):
        seen = [3, 17, 3, 41, row]
        for options in OPTIONS:
            if row == 0 and "topP" in options:
                continue
            scores = logits[None].clone()
            for processor in processors(options):
                scores = processor(torch.tensor([seen]), scores)
            kept = [None if it == -torch.inf else round(it, 6) for it in scores[0].double().tolist()]
            cases.append({"options": NEUTRAL | options, "seen": seen, "logits": [round(it, 3) for it in logits.tolist()], "scores": kept})
    path = Path(__file__).parent / "facts" / "sampling.json"
    path.write_text(json.dumps(cases) + "\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
