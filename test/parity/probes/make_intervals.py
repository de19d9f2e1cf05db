"""Facts of intervals.test.ts: 95 % intervals of shares (Wilson) and of means (Student) by SciPy, and of both in units by statsmodels.

    python test/parity/probes/make_intervals.py
"""

import json
import pathlib

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.api import OLS
from statsmodels.stats.proportion import proportion_confint

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

# Means with standard errors robust to what units have in common; shares with Wilson's interval of the effective number of examples
# that follows from such an error (Korn and Graubard 1998).
unit_means, unit_shares = [], []
for sizes, rate in [([3, 1, 4, 1, 5], 0.6), ([10] * 12, 0.9), ([1, 1, 2, 30, 6, 4, 4, 2], 0.3)]:
    units = np.repeat(np.arange(len(sizes)), sizes)
    own = generator.normal(0, 1, len(sizes))[units]
    right = (stats.norm.cdf(own + generator.normal(0, 1, units.size), scale=2**0.5) < rate).astype(float)
    freedom, n = len(sizes) - 1, units.size
    for values, into in [(own + generator.normal(0, 1, n), unit_means), (right, unit_shares)]:
        fit = OLS(values, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": units}, use_t=True)
        low, high = fit.conf_int()[0]
        if into is unit_shares:
            p = values.mean()
            worth = min(n, p * (1 - p) / fit.bse[0] ** 2)
            worth *= (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, freedom)) ** 2
            low, high = proportion_confint(p * worth, worth, method="wilson")
        into.append({"values": values.tolist(), "units": units.tolist(), "low": low, "high": high})

facts = {
    "scipy": scipy.__version__,
    "statsmodels": statsmodels.__version__,
    "shares": shares,
    "means": means,
    "unitMeans": unit_means,
    "unitShares": unit_shares,
}
path = pathlib.Path(__file__).parent / "facts" / "intervals.json"
path.write_text(json.dumps(facts, indent=1) + "\n")
