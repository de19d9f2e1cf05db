#!/usr/bin/env python3
"""Writes how samples are weighted by their values, as SciPy's softmax has it (Li et al. 2024, Q-Probe: softmax(q / beta)).

    python test/parity/probes/make_rerank.py          facts/rerank.json
"""

import json
from pathlib import Path

import numpy as np
from scipy.special import softmax

draw = np.random.default_rng(7)
cases = []
for k, spread in ((1, 1), (2, 0.1), (8, 3), (64, 1), (5, 1000)):
    q = draw.normal(scale=spread, size=k)
    for beta in (0.05, 0.5, 1.0, 4.0):
        weights = softmax(q / beta)
        at = draw.uniform(size=4)
        chosen = np.searchsorted(np.cumsum(weights), at, side="right").clip(max=k - 1)
        cases.append({"q": q.tolist(), "beta": beta, "weights": weights.tolist(), "at": at.tolist(), "chosen": chosen.tolist()})
path = Path(__file__).parent / "facts" / "rerank.json"
path.write_text(json.dumps(cases) + "\n")
print(f"{path.name}: {len(cases)} cases")
