"""Facts of token-kinds.test.ts: CCS and the three-way probe as NumPy and SciPy state them, the attentive probe in PyTorch.

    python test/parity/probes/make_token_kinds.py
"""

import json
import pathlib

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

generator = np.random.default_rng(5)


def listed(x) -> list:
    return np.asarray(x, dtype=np.float64).round(9).ravel().tolist()


# --- Contrast-consistent search


def ccs() -> dict:
    n, d, penalty = 80, 6, 0.01
    truth = generator.integers(0, 2, n)
    axis, negation = generator.normal(size=(2, d))
    # The second side carries a mark of negation, and the other truth.
    first = generator.normal(0, 0.8, (n, d)) + np.outer(2 * truth - 1, axis)
    second = generator.normal(0, 0.8, (n, d)) + np.outer(1 - 2 * truth, axis) + 3 * negation
    x = np.stack([first, second], 1).reshape(2 * n, d).round(3).astype(np.float32)
    sides = [x[0::2].astype(np.float64), x[1::2].astype(np.float64)]
    means, deviations = [s.mean(0) for s in sides], [s.std(0) for s in sides]
    a, b = [(s - m) / e for s, m, e in zip(sides, means, deviations)]

    def loss(theta):
        p, q = expit(a @ theta[:d] + theta[d]), expit(b @ theta[:d] + theta[d])
        return ((p + q - 1) ** 2 + np.minimum(p, q) ** 2).mean() + penalty / 2 * theta[:d] @ theta[:d]

    runs = [minimize(loss, np.r_[generator.normal(size=d), 0], method="BFGS", options={"gtol": 1e-9}) for _ in range(20)]
    theta = min(runs, key=lambda it: it.fun).x
    told = expit(a @ theta[:d] + theta[d]) + 1 - expit(b @ theta[:d] + theta[d]) > 1
    if (told == truth).mean() < 0.5:
        theta = -theta
    vector = theta[:d] / ((deviations[0] + deviations[1]) / 2)
    bias = theta[d] - vector @ ((means[0] + means[1]) / 2)
    return {
        "x": listed(x),
        "columns": d,
        "labels": np.stack([truth, 1 - truth], 1).ravel().tolist(),
        "loss": min(it.fun for it in runs),
        "vector": listed(vector),
        "bias": float(bias),
        "probabilities": listed(expit(x @ vector + bias)),
    }


# --- Attentive probe


def attentive() -> dict:
    torch.manual_seed(3)
    torch.set_default_dtype(torch.float64)
    d, m, s, k = 5, 3, 2, 3
    sizes = [4, 1, 6, 3]
    x = torch.tensor(generator.normal(size=(sum(sizes), d)).round(3).astype(np.float32)).double()
    labels = [0, 2, 1, 2]
    values = [0.5, -1.0, 2.0, 0.25]
    out = {"x": listed(x), "sizes": sizes, "labels": labels, "values": values, "shape": [d, m, s, k], "runs": []}
    for kind, outputs in [("classes", k), ("number", 1)]:
        q, v = torch.randn(m, d), torch.randn(m, s, d) * 0.5
        w, b = torch.randn(outputs, m * s) * 0.5, torch.randn(outputs) * 0.1
        start = torch.cat([it.ravel() for it in (q, v, w, b)])
        parameters = torch.nn.Parameter(start.clone())
        optimiser = torch.optim.AdamW([parameters], lr=0.01, weight_decay=0.1)

        def forward():
            pq, pv, pw, pb = torch.split(parameters, [m * d, m * s * d, outputs * m * s, outputs])
            scores = []
            for tokens in torch.split(x, sizes):
                attention = torch.softmax(pq.view(m, d) @ tokens.T / d**0.5, 1)
                value = torch.einsum("msd,td->tms", pv.view(m, s, d), tokens)
                pooled = torch.einsum("mt,tms->ms", attention, value).ravel()
                scores.append(pw.view(outputs, m * s) @ pooled + pb)
            return torch.stack(scores)

        def lossed():
            if kind == "classes":
                return torch.nn.functional.cross_entropy(forward(), torch.tensor(labels))
            return ((forward()[:, 0] - torch.tensor(values)) ** 2 / 2).mean()

        run = {"kind": kind, "start": listed(start), "scores": listed(forward().detach()), "loss": lossed().item()}
        for step in range(5):
            optimiser.zero_grad()
            lossed().backward()
            if step == 0:
                run["gradient"] = listed(parameters.grad)
            optimiser.step()
        run["after"] = listed(parameters.detach())
        out["runs"].append(run)
    return out


# --- Multiple instances


def bags() -> dict:
    d, n, classes, penalty, alpha = 6, 150, 3, 0.01, 0.1
    labels = generator.integers(0, classes, n)
    sizes = generator.integers(2, 9, n)
    axes = generator.normal(0, 1.1, (classes, d))
    tokens = []
    for label, size in zip(labels, sizes):
        bag = generator.normal(size=(size, d))
        bag[size - 1 - generator.integers(0, 2)] += axes[label]
        tokens.append(bag)
    x = np.concatenate(tokens).round(3).astype(np.float32).astype(np.float64)
    starts = np.r_[0, sizes.cumsum()]
    of = [slice(starts[i], starts[i + 1]) for i in range(n)]
    learnt, held, test = np.arange(0, 80), np.arange(80, 110), np.arange(110, 150)
    own = np.concatenate([x[of[i]] for i in learnt])
    mean, deviation = own.mean(0), own.std(0)
    z = (x - mean) / deviation

    def weights(y):
        return np.where(y == 1, 0.5 / (y == 1).sum(), 0.5 / (y == 0).sum())

    def loss_of(scores, y):
        return (weights(y) * np.logaddexp(0, np.where(y == 1, -scores, scores))).sum()

    def last(i):
        size = sizes[i]
        return slice(starts[i + 1] - min(size, max(2, -(-size // 4))), starts[i + 1])

    def fit(function, start):
        return minimize(function, start, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000}).x

    separators = []
    for k in range(classes):
        y = (labels[learnt] == k).astype(int)

        def by_bags(w):
            pooled = []
            for i, inside in zip(learnt, y):
                rows = z[last(i)] if inside else z[of[i]]
                pooled.append(logsumexp(rows @ w[:d] + w[d]) - np.log(len(rows)))
            return loss_of(np.array(pooled), y) + penalty / 2 * w[:d] @ w[:d]

        first = fit(by_bags, np.zeros(d + 1))
        candidates = np.concatenate([np.arange(len(x))[last(i)] for i, inside in zip(learnt, y) if inside])
        order = candidates[np.argsort(-(z[candidates] @ first[:d] + first[d]), kind="stable")]
        chosen = order[: max(y.sum(), int(np.floor(len(order) / 2 + 0.5)))]
        rows = np.concatenate([np.arange(len(x))[of[i]] for i in learnt])
        inside = np.isin(rows, chosen).astype(int)
        separators.append(
            fit(lambda w: loss_of(z[rows] @ w[:d] + w[d], inside) + penalty / 2 * w[:d] @ w[:d], np.zeros(d + 1))
        )
    scores = np.array([[(z[of[i]] @ w[:d] + w[d]).max() for w in separators] for i in range(n)])
    scores = (scores - scores[learnt].mean(0)) / scores[learnt].std(0)
    from sklearn.linear_model import LogisticRegression

    combiner = LogisticRegression(C=1, class_weight="balanced", tol=1e-10, max_iter=100000).fit(scores[learnt], labels[learnt])
    p = combiner.predict_proba(scores)

    def misfit(row, k):
        return (1 - (row[k] - np.delete(row, k).max())) / 2

    calibration = np.array([misfit(p[i], labels[i]) for i in held])
    sets = [
        [k for k in range(classes) if ((calibration >= misfit(p[i], k)).sum() + 1) / (len(held) + 1) > alpha] for i in test
    ]
    return {
        "x": listed(x),
        "columns": d,
        "sizes": sizes.tolist(),
        "labels": labels.tolist(),
        "learnt": learnt.tolist(),
        "held": held.tolist(),
        "test": test.tolist(),
        "alpha": alpha,
        "separators": [listed(it) for it in separators],
        "probabilities": listed(p[test]),
        "sets": sets,
    }


facts = {"torch": torch.__version__, "ccs": ccs(), "attentive": attentive(), "bags": bags()}
path = pathlib.Path(__file__).parent / "facts" / "token-kinds.json"
path.write_text(json.dumps(facts) + "\n")
