#!/usr/bin/env python3
"""Writes facts/correlation.json: sparse activations of a few latents with grades, and numpy.corrcoef of each with the grades.

    python test/parity/steering/make_correlation.py

Needs numpy. `cases` holds grades of 0 and 1, real ones, and real ones around a large offset. A latent that never fires or always
fires as strongly has no correlation: null.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(7)
n, width = 60, 8
active = rng.random((n, width)) < np.linspace(0.05, 0.9, width)
x = np.where(active, rng.gamma(2.0, 20.0, (n, width)), 0).astype(np.float32)
x[:, 0] = 0
x[:, 1] = np.float32(3.3)
x[:, 2] = 1e6 + x[:, 2]
x = x.astype(np.float32)
drive = x[:, 5] / 40 + rng.normal(size=n)
grades = {
    "0 and 1": (drive > np.median(drive)).astype(float),
    "real": drive,
    "far from 0": drive + 1e6,
}


def correlation(column: np.ndarray, grade: np.ndarray) -> float | None:
    return None if np.ptp(column) == 0 else float(np.corrcoef(column.astype(np.float64), grade)[0, 1])


facts = {
    "activations": x.tolist(),
    "cases": {
        name: {"grades": grade.tolist(), "r": [correlation(x[:, i], grade) for i in range(width)]}
        for name, grade in grades.items()
    },
}
(Path(__file__).parent / "facts" / "correlation.json").write_text(json.dumps(facts) + "\n")
