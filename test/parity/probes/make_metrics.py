"""Facts of metrics.test.ts: figures of predictions by scikit-learn and SciPy; the calibration error from its definition.

    python test/parity/probes/make_metrics.py
"""

import json
import pathlib

import numpy as np
import sklearn
from scipy import stats
from sklearn import calibration, metrics

generator = np.random.default_rng(7)


def of_classes(n: int, classes: int, digits: int) -> dict:
    labels = generator.integers(0, classes, n)
    scores = generator.normal(0, 1, (n, classes)) + 1.2 * np.eye(classes)[labels]
    # Rounded, so that ranks tie.
    scores = scores.round(digits)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    told = p.argmax(1)
    confidence, right = p.max(1), (told == labels).astype(int)
    share, mean = calibration.calibration_curve(right, confidence, n_bins=10, strategy="uniform")
    bins = np.clip(np.ceil(confidence * 10) - 1, 0, 9)
    ece = sum(
        (bins == b).mean() * abs(right[bins == b].mean() - confidence[bins == b].mean()) for b in np.unique(bins)
    )
    area = metrics.roc_auc_score(labels, p[:, 1]) if classes == 2 else metrics.roc_auc_score(labels, p, multi_class="ovr")
    return {
        "labels": labels.tolist(),
        "probabilities": p.ravel().tolist(),
        "classes": classes,
        "accuracy": metrics.accuracy_score(labels, told),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, told),
        "auc": area,
        "logLoss": metrics.log_loss(labels, p),
        "brier": metrics.brier_score_loss(labels, p[:, 1] if classes == 2 else p),
        "f1": metrics.f1_score(labels, told, average=None, labels=range(classes), zero_division=0).tolist(),
        "confusion": metrics.confusion_matrix(labels, told, labels=range(classes)).tolist(),
        "calibrationError": ece,
        "reliability": np.stack([mean, share], 1).tolist(),
    }


values = generator.normal(0, 2, 60).round(1)
told = (values + generator.normal(0, 1, 60)).round(1)
facts = {
    "scikit-learn": sklearn.__version__,
    "classes": [of_classes(200, 2, 1), of_classes(300, 4, 1), of_classes(25, 3, 0)],
    "number": {
        "values": values.tolist(),
        "told": told.tolist(),
        "r2": metrics.r2_score(values, told),
        "spearman": stats.spearmanr(values, told).statistic,
        "meanAbsoluteError": metrics.mean_absolute_error(values, told),
    },
}
path = pathlib.Path(__file__).parent / "facts" / "metrics.json"
path.write_text(json.dumps(facts) + "\n")
