"""Labels an SAE's latents from the generator's spans and writes steerscope.json beside it."""

import json
from pathlib import Path

import torch

from quality import statistics
from truth import levels_of

# A latent is named by the value that it predicts best where it predicts it well, or where it fires on part of the value's
# spans but on hardly anything else: a word of sorrow is not all of a sad stretch, yet says that it is sad.
WRITTEN_F1 = 0.5
WRITTEN_PRECISION, LEAST_RECALL = 0.9, 0.15


def is_written(f1, precision, recall):
    """Whether a latent with these figures, for its best value, gets that value's label."""
    return f1 >= WRITTEN_F1 or (precision >= WRITTEN_PRECISION and recall >= LEAST_RECALL)


def rounded(values):
    """Four significant digits."""
    return [float(f"{float(v):.4g}") for v in values]


@torch.no_grad()
def latent_levels(sae, x, usable, maximum):
    """uint8 [tokens, latents] of an SAE's activations; unusable tokens fire nothing."""
    parts = zip(x.split(4096), usable.split(4096))
    return torch.cat([levels_of(sae.encode(rows) * use[:, None], maximum) for rows, use in parts]).numpy()


def write_labels(folder, sae, x, usable, truth, attributes):
    """Writes the labels, frequencies and maxima of `sae` measured on `x` [tokens, d]; returns its levels, and
    what Truth.best finds."""
    measured = statistics(sae, x[usable])
    levels = latent_levels(sae, x, usable, measured["maximum"])
    by_value, by_feature = truth.best(levels)
    labels = {}
    for latent, ((attribute, value), f1, precision, recall, examples, threshold) in by_feature.items():
        if not is_written(f1, precision, recall):
            continue
        text = attributes[attribute]["label"].replace("{value}", value).replace("{Value}", value.capitalize())
        p, r, f = rounded((precision, recall, f1))
        labels[str(latent)] = {
            "text": text,
            "attribute": attribute,
            "value": value,
            "precision": p,
            "recall": r,
            "f1": f,
            "examples": examples,
            "from": threshold,
        }
    result = {
        "schema": "steerscope.labels/1",
        "maker": "tinytown ground truth (generator spans), assets/tinytown/recipe/label.py",
        "tokens": measured["tokens"],
        **{name: rounded([measured[name]])[0] for name in ("medianNorm", "medianCentredNorm")},
        "mean": rounded(measured["mean"]),
        "l0": rounded([measured["l0"]])[0],
        "fvu": rounded([measured["fvu"]])[0],
        "frequency": rounded(measured["frequency"]),
        "maximum": rounded(measured["maximum"]),
        "labels": labels,
    }
    Path(folder, "steerscope.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    return levels, by_value, by_feature
