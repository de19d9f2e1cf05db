#!/usr/bin/env python3
"""Writes what scikit-learn, SciPy and NumPy learn of rows that `data.py` makes: facts/probes.json and facts/probes.safetensors.

    python test/parity/probes/make_probes.py

Needs numpy, scipy, scikit-learn, statsmodels and safetensors (versions in ../README.md). All is computed in f64 from the f32 rows. Directions and
intercepts are those of raw rows, the scaling folded in. `NAME.p` are probabilities (or numbers) of the rows held back.

Stated here in NumPy: mass-mean probes (Marks & Tegmark 2023), the selection of k-sparse probes, and the proportional odds that
SciPy minimises; statsmodels' OrderedModel must agree with the latter where the penalty is next to nothing.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from data import data
from safetensors.numpy import save_file
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.calibration import _sigmoid_calibration, _TemperatureScaling
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge, RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import PredefinedSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler
from statsmodels.miscmodels.ordinal_model import OrderedModel

FACTS = Path(__file__).parent / "facts"

# rows are for learning, `held` further ones are predicted.
SETS = {
    "two": dict(rows=6000, held=5000, columns=96, classes=2, seed=11, noise=6.0),
    "four": dict(rows=5000, held=1000, columns=48, classes=4, seed=21, noise=3.0),
    "wide": dict(rows=120, held=500, columns=300, classes=2, seed=31, noise=6.0),
    "few": dict(rows=400, held=400, columns=60, classes=2, seed=41, noise=6.0),
    "fewFour": dict(rows=400, held=400, columns=30, classes=4, seed=51, noise=2.0),
    "order": dict(rows=3000, held=500, columns=24, classes=2, seed=61, noise=3.0),
}

tensors: dict[str, np.ndarray] = {}
known: dict[str, dict] = {}


def keep(name: str, of: str, weight=None, bias=None, p=None, **more) -> None:
    for key, value in {"weight": weight, "bias": bias, "p": p}.items():
        if value is not None:
            tensors[f"{name}.{key}"] = np.ascontiguousarray(np.atleast_1d(value), dtype=np.float32)
    known[name] = {"of": of, **more}


class Set:
    def __init__(self, rows: int, held: int, **recipe) -> None:
        it = data(rows + held, **recipe)
        self.x = it.x[:rows].astype(np.float64)
        self.scaler = StandardScaler().fit(self.x)
        self.z, self.held = self.scaler.transform(self.x), self.scaler.transform(it.x[rows:].astype(np.float64))
        self.rawHeld = it.x[rows:].astype(np.float64)
        self.y, self.yHeld = it.labels[:rows], it.labels[rows:]
        self.order, self.values = it.order[:rows], it.values[:rows]

    def raw(self, coef: np.ndarray, intercept: np.ndarray):
        w = np.atleast_2d(coef) / self.scaler.scale_
        return w, np.atleast_1d(intercept) - w @ self.scaler.mean_


def logistic(sets: dict[str, Set]) -> None:
    for of, c in [("two", 0.01), ("two", 1.0), ("four", 0.1), ("wide", 0.1)]:
        s = sets[of]
        m = LogisticRegression(C=c, tol=1e-8, max_iter=10000).fit(s.z, s.y)
        p = m.predict_proba(s.held)
        auc = roc_auc_score(s.yHeld, p[:, 1]) if p.shape[1] == 2 else None
        keep(f"logistic.{of}.{c}", of, *s.raw(m.coef_, m.intercept_), p, penalty=c, auc=auc)
    for of in ("two", "few", "fewFour"):
        s = sets[of]
        folds = np.arange(len(s.y)) * 7 % 5
        m = LogisticRegressionCV(
            Cs=10, cv=PredefinedSplit(folds), scoring="neg_log_loss", l1_ratios=(0,), use_legacy_attributes=False
        ).fit(s.z, s.y)
        keep(f"choice.{of}", of, penalty=float(m.C_))


def ridge(sets: dict[str, Set]) -> None:
    for of, alpha in [("two", 100.0), ("wide", 10.0)]:
        s = sets[of]
        m = Ridge(alpha=alpha).fit(s.z, s.values)
        keep(f"ridge.number.{of}", of, *s.raw(m.coef_, m.intercept_), m.predict(s.held), penalty=alpha)
    for of, alpha in [("two", 100.0), ("four", 10.0)]:
        s = sets[of]
        m = RidgeClassifier(alpha=alpha).fit(s.z, s.y)
        keep(f"ridge.classes.{of}", of, *s.raw(m.coef_, m.intercept_), penalty=alpha)


def lda(sets: dict[str, Set]) -> None:
    for of, shrinkage in [("two", 0.01), ("four", 0.1), ("wide", 0.3)]:
        s = sets[of]
        m = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(s.z, s.y)
        keep(f"lda.{of}", of, *s.raw(m.coef_, m.intercept_), penalty=shrinkage)


def mass_mean(sets: dict[str, Set]) -> None:
    for of in ("two", "wide"):
        s = sets[of]
        up, down = s.x[s.y == 1].mean(0), s.x[s.y == 0].mean(0)
        keep(f"mass-mean.{of}", of, up - down, -(up - down) @ (up + down) / 2)
        up, down = s.z[s.y == 1].mean(0), s.z[s.y == 0].mean(0)
        centred = s.z - np.where((s.y == 1)[:, None], up, down)
        sigma = centred.T @ centred / len(centred)
        shrinkage = 0.05
        sigma = (1 - shrinkage) * sigma + shrinkage * np.trace(sigma) / len(sigma) * np.eye(len(sigma))
        theta = np.linalg.solve(sigma, up - down)
        keep(f"mass-mean-whitened.{of}", of, *s.raw(theta, -theta @ (up + down) / 2), penalty=shrinkage)
    # The nearest mean of four.
    s = sets["four"]
    means = np.stack([s.x[s.y == k].mean(0) for k in range(4)])
    nearest = ((s.rawHeld[:, None] - means) ** 2).sum(-1).argmin(1)
    keep("mass-mean.four", "four", p=nearest)


def k_sparse(sets: dict[str, Set]) -> None:
    for of, k in [("two", 5), ("four", 2)]:
        s = sets[of]
        chosen: list[int] = []
        for c in range(s.y.max() + 1) if s.y.max() > 1 else [1]:
            difference = np.abs(s.x[s.y == c].mean(0) - s.x[s.y != c].mean(0))
            chosen += [int(j) for j in np.argsort(-difference, kind="stable")[:k] if j not in chosen]
        m = LogisticRegression(C=1.0, tol=1e-8, max_iter=10000).fit(s.z[:, chosen], s.y)
        w = np.zeros((len(m.coef_), s.z.shape[1]))
        w[:, chosen] = m.coef_
        p = m.predict_proba(s.held[:, chosen])
        keep(f"k-sparse.{of}", of, *s.raw(w, m.intercept_), p, k=k, latents=chosen)


def l1(sets: dict[str, Set]) -> None:
    for of, c in [("few", 0.05), ("fewFour", 0.2), ("wide", 1.0)]:
        s = sets[of]
        m = OneVsRestClassifier(LogisticRegression(l1_ratio=1, C=c, solver="saga", tol=1e-10, max_iter=200000))
        m.fit(s.z, s.y)
        w = np.concatenate([it.coef_ for it in m.estimators_])
        b = np.concatenate([it.intercept_ for it in m.estimators_])
        keep(f"attention-pattern.{of}", of, *s.raw(w, b), m.predict_proba(s.held), penalty=c)


def ordinal(sets: dict[str, Set]) -> None:
    s = sets["order"]
    n, d = s.z.shape

    def loss(at: np.ndarray, c: float) -> float:
        w, t = at[:d], np.concatenate([[-np.inf], np.cumsum(np.concatenate([at[d : d + 1], np.exp(at[d + 1 :])])), [np.inf]])
        eta = s.z @ w
        up, down = t[s.order + 1] - eta, t[s.order] - eta
        return -np.log(expit(up) - expit(down)).sum() * c + w @ w / 2

    for c in (0.01, 1e6):
        start = np.concatenate([np.zeros(d), [-1, 0, 0]])
        m = minimize(lambda at: loss(at, c) / c / n, start, method="L-BFGS-B", options=dict(maxiter=20000, maxfun=10**7, ftol=1e-15, gtol=1e-8))
        w, t = m.x[:d], np.cumsum(np.concatenate([m.x[d : d + 1], np.exp(m.x[d + 1 :])]))
        if c == 1e6:
            varies = np.arange(d) != 7
            other = OrderedModel(s.order, s.z[:, varies], distr="logit").fit(method="bfgs", disp=False, maxiter=1000, gtol=1e-8)
            assert np.abs(other.params[: d - 1] - w[varies]).max() < 1e-3 * np.abs(w).max(), "statsmodels disagrees"
        below = np.concatenate([np.zeros((len(s.held), 1)), expit(t - (s.held @ w)[:, None]), np.ones((len(s.held), 1))], 1)
        raw, shift = s.raw(w, 0.0)
        keep(f"ordinal.{c:g}", "order", raw, t - shift[0], np.diff(below), penalty=c)


def calibration(sets: dict[str, Set]) -> None:
    s = sets["few"]
    scores = 3 * s.values / 20 + 0.4
    a, b = _sigmoid_calibration(scores, s.y)
    known["platt"] = {"a": -float(a), "b": -float(b)}
    s = sets["fewFour"]
    scores = np.stack([np.roll(s.z, -5 * k, 1)[:, :5] @ np.arange(1, 6) for k in range(4)], 1) * 0.4
    scores[np.arange(400), s.y] += 3
    m = _TemperatureScaling().fit(scores, s.y)
    tensors["temperature.scores"] = scores.astype(np.float32)
    tensors["temperature.p"] = m.predict(scores).astype(np.float32)


def main() -> None:
    warnings.filterwarnings("ignore", category=FutureWarning)
    sets = {name: Set(**recipe) for name, recipe in SETS.items()}
    for name, recipe in SETS.items():
        x = sets[name]
        known.setdefault("sets", {})[name] = {**recipe, "sum": float(np.abs(x.x).sum()), "labels": np.bincount(x.y).tolist()}
    for make in (logistic, ridge, lda, mass_mean, k_sparse, l1, ordinal, calibration):
        print(make.__name__, flush=True)
        make(sets)
    FACTS.mkdir(exist_ok=True)
    known["versions"] = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    (FACTS / "probes.json").write_text(json.dumps(known, indent=1) + "\n")
    save_file(tensors, FACTS / "probes.safetensors")


if __name__ == "__main__":
    main()
