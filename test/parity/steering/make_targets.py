#!/usr/bin/env python3
"""Writes facts/targets.json: scikit-learn's Ridge on random data, and SAE-TS' targeted vectors stated in NumPy.

    python test/parity/steering/make_targets.py      (needs numpy and scikit-learn)

The vectors follow the authors' code (slavachalnev/SAE-TS): unit(W_j) minus unit(W b), and unit again.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge

rng = np.random.default_rng(7)
rows, inputs, outputs = 60, 8, 5
x = rng.normal(size=(rows, inputs)).astype(np.float32)
x /= np.linalg.norm(x, axis=1, keepdims=True)
true = rng.normal(size=(inputs, outputs))
y = (x @ true + rng.normal(size=outputs) + 0.1 * rng.normal(size=(rows, outputs))).astype(np.float32)
fits = []
for ridge in (0.001, 0.05, 1.0):
    centred = x.astype(np.float64) - x.astype(np.float64).mean(0)
    alpha = ridge * np.trace(centred.T @ centred) / inputs
    model = Ridge(alpha=alpha, solver="cholesky").fit(x.astype(np.float64), y.astype(np.float64))
    w, b = model.coef_.T, model.intercept_
    unit = lambda v: v / np.linalg.norm(v)
    targets = {
        str(lam): [unit(unit(w[:, j]) - lam * unit(w @ b)).tolist() for j in range(outputs)] for lam in (0.0, 1.0)
    }
    fits.append({"ridge": ridge, "m": w.ravel().tolist(), "b": b.tolist(), "targets": targets})
facts = {"inputs": inputs, "outputs": outputs, "x": x.ravel().tolist(), "y": y.ravel().tolist(), "fits": fits}
(Path(__file__).parent / "facts" / "targets.json").write_text(json.dumps(facts) + "\n")
