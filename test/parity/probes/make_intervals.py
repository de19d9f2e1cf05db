"""Facts of intervals.test.ts: 95 % intervals of shares (Wilson) and of means (Student) by SciPy.

    python test/parity/probes/make_intervals.py
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import stats

shares = []
for successes, n in [(0, 1), (1, 1), (0, 8), (3, 8), (8, 8), (5, 24), (17, 24), (50, 200)]:
    interval = stats.binomtest(successes, n).proportion_ci(confidence_level=0.95, method="wilson")
    shares.append({"successes": successes, "n": n, "low": interval.low, "high": interval.high})

means = []
generator = np.random.default_rng(0)
for n in [2, 3, 8, 24, 31, 32]:
    values = generator.normal(2, 3, n)
    low, high = stats.t.interval(0.95, n - 1, loc=values.mean(), scale=stats.sem(values))
    means.append({"values": values.tolist(), "low": low, "high": high})

facts = {"scipy": scipy.__version__, "shares": shares, "means": means}
path = pathlib.Path(__file__).parent / "facts" / "intervals.json"
path.write_text(json.dumps(facts, indent=1) + "\n")
