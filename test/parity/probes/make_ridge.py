#!/usr/bin/env python3
"""Writes which penalty scikit-learn's RidgeCV and RidgeClassifierCV choose by leave-one-out, and what they then learn: facts/ridge.json.

    python test/parity/probes/make_ridge.py

Needs numpy and scikit-learn (versions in ../README.md). Rows are those of `data.py`; columns go through StandardScaler, and weights and
intercepts are those of raw rows. `errors` are the mean squared errors of each alpha, stated the long way: by as many fits as rows.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import sklearn
from data import data
from sklearn.linear_model import Ridge, RidgeClassifierCV, RidgeCV
from sklearn.preprocessing import StandardScaler

FACTS = Path(__file__).parent / "facts"
ALPHAS = [10.0**k for k in range(-2, 7)]

SETS = {
    "tall": dict(rows=400, columns=40, classes=2, seed=71, noise=5.0),
    "wide": dict(rows=60, columns=150, classes=2, seed=72, noise=0.5),
    "square": dict(rows=20, columns=20, classes=2, seed=75, noise=1.0),
    "four": dict(rows=300, columns=30, classes=4, seed=73, noise=4.0),
    "wideThree": dict(rows=50, columns=90, classes=3, seed=74, noise=4.0),
}


def known(recipe: dict) -> dict:
    rows = data(**recipe)
    x = rows.x.astype(np.float64)
    scaler = StandardScaler().fit(x)
    z = scaler.transform(x)
    many = recipe["classes"] > 2
    y = rows.labels if many else rows.values
    signs = np.where(np.arange(recipe["classes"]) == y[:, None], 1.0, -1.0) if many else y[:, None]
    model = (RidgeClassifierCV if many else RidgeCV)(alphas=ALPHAS).fit(z, y)
    errors = []
    for alpha in ALPHAS:
        told = [Ridge(alpha=alpha).fit(np.delete(z, i, 0), np.delete(signs, i, 0)).predict(z[i : i + 1])[0] for i in range(len(z))]
        errors.append(float(((np.reshape(told, signs.shape) - signs) ** 2).mean()))
    assert ALPHAS[int(np.argmin(errors))] == model.alpha_, "scikit-learn chooses otherwise"
    weight = np.atleast_2d(model.coef_) / scaler.scale_
    bias = np.atleast_1d(model.intercept_) - weight @ scaler.mean_
    return {**recipe, "penalty": float(model.alpha_), "errors": errors, "weight": weight.ravel().tolist(), "bias": bias.tolist()}


if __name__ == "__main__":
    facts = {name: known(recipe) for name, recipe in SETS.items()}
    print({name: it["penalty"] for name, it in facts.items()})
    facts["versions"] = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
    (FACTS / "ridge.json").write_text(json.dumps(facts) + "\n")
