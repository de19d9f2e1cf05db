#!/usr/bin/env python3
"""How long scikit-learn takes to choose C of ten on five folds by log-loss and to fit logistic regression, as JSON on stdout.

    python test/bench/peers/probes.py FOLDER --columns 576 [--threads 2] [--runs 1]

FOLDER holds `rows.f32` and `labels.i32`, which `npm run bench -- probes --peers PYTHON` writes. Standardising counts, reading does not.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--columns", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    x = np.fromfile(args.folder / "rows.f32", np.float32).reshape(-1, args.columns).astype(np.float64)
    y = np.fromfile(args.folder / "labels.i32", np.int32)
    seconds, cpu_seconds = [], []
    with threadpool_limits(args.threads):
        for _ in range(args.runs):
            start, cpu = time.perf_counter(), time.process_time()
            model = make_pipeline(StandardScaler(), LogisticRegressionCV(Cs=10, cv=5, scoring="neg_log_loss"))
            model.fit(x, y)
            seconds.append(round(time.perf_counter() - start, 4))
            cpu_seconds.append(round(time.process_time() - cpu, 4))
    print(
        json.dumps(
            {
                "version": f"scikit-learn {sklearn.__version__}",
                "penalty": float(np.ravel(model[-1].C_)[0]),
                "accuracy": float((model.predict(x) == y).mean()),
                "seconds": seconds,
                "cpuSeconds": cpu_seconds,
            }
        )
    )


if __name__ == "__main__":
    main()
