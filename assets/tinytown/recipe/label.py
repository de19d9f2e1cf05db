"""Labels an SAE's latents from the generator's spans and writes steerscope.json beside it.

python label.py --model ../model --layer 3 --sae ../saes/resid_post_3
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from sae_lens import SAE

from activations import draw, load, residuals
from world import attributes

LEVELS = np.array([0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75])  # Thresholds, as shares of a latent's maximum.
FEWEST = 10
WRITTEN_F1 = 0.5


def rounded(values):
    return [float(f"{float(v):.4g}") for v in values]


def collect_spans(drawn, starts):
    """Spans in tokens: (first, end, attribute, value, document); tokens that overlap a span's characters."""
    spans = []
    for index, (document, encoding) in enumerate(drawn):
        begin = np.array([a for a, _ in encoding.offsets])
        end = np.array([b for _, b in encoding.offsets])
        for span in document["spans"]:
            inside = np.nonzero((end > span["start"]) & (begin < span["end"]))[0]
            if len(inside):
                first, last = int(starts[index] + inside[0]), int(starts[index] + inside[-1]) + 1
                spans.append((first, last, span["attribute"], span["value"], index))
    return spans


def f1_of(hits, fires, positives):
    """F1, precision and recall from counts (tensors that broadcast)."""
    precision = hits / fires.clamp(min=1)
    recall = hits / positives.clamp(min=1)
    return 2 * precision * recall / (precision + recall).clamp(min=1e-9), precision, recall


def label(levels, spans, known, tokens):
    """Labels by latent. `levels` [tokens, latents] uint8: how many of LEVELS an activation passes; a unit counts by
    its maximum. Latent's value and threshold are chosen on even documents and scored on odd ones."""
    best = {}
    for unit in ("word", "sentence"):
        here = [span for span in spans if known[span[2]]["unit"] == unit]
        rows = sorted({(a, b, doc) for a, b, _, _, doc in here})
        at = {(a, b): i for i, (a, b, _) in enumerate(rows)}
        first, last = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
        level = torch.from_numpy(np.stack([levels[a:b].max(0) for a, b, _ in rows]))
        odd = torch.tensor([r[2] % 2 == 1 for r in rows])
        by_value = {}
        for a, b, attribute, value, _ in here:
            by_value.setdefault((attribute, value), []).append((a, b))
        keys = list(by_value)
        positive, left_out = torch.zeros(len(keys), len(rows)), torch.zeros(len(keys), len(rows))
        for v, key in enumerate(keys):
            covered = np.zeros(tokens + 1, np.int32)
            for a, b in by_value[key]:
                covered[a + 1 : b + 1] = 1
                positive[v, at[a, b]] = 1
            total = np.cumsum(covered)
            left_out[v] = torch.from_numpy((total[last] > total[first]).astype(np.float32))
        left_out *= 1 - positive
        sides = []
        for chosen in (~odd, odd):
            p, out, part = positive[:, chosen], left_out[:, chosen], level[chosen]
            hits, fires = [], []
            for t in range(len(LEVELS)):
                passed = (part > t).float()
                hits.append(p @ passed)
                fires.append(passed.sum(0) - out @ passed)
            examples = p.sum(1)
            sides.append((*f1_of(torch.stack(hits), torch.stack(fires), examples[:, None]), examples))
        choose, held = sides
        # [values, latents]: the threshold that is best on the even documents; rare values have no say.
        score, threshold = choose[0].max(0)
        score[(choose[3] < FEWEST) | (held[3] < FEWEST)] = -1
        values = score.max(0)
        for i, (top, v) in enumerate(zip(values.values.tolist(), values.indices.tolist())):
            if top > best.get(i, (0,))[0]:
                figures = (float(m[threshold[v, i], v, i]) for m in held[:3])
                best[i] = (top, keys[v], *figures, int(held[3][v]))
    labels = {}
    for i in sorted(best):
        _, (attribute, value), f1, precision, recall, examples = best[i]
        if f1 < WRITTEN_F1:
            continue
        text = known[attribute]["label"].replace("{value}", value).replace("{Value}", value.capitalize())
        p, r, f = rounded((precision, recall, f1))
        labels[str(i)] = {"text": text, "attribute": attribute, "value": value, "precision": p, "recall": r, "f1": f, "examples": examples}
    return labels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="../model")
    parser.add_argument("--layer", type=int, default=3)
    parser.add_argument("--sae", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(2)
    model, tokenizer = load(options.model)
    drawn = draw(tokenizer, options.tokens, options.seed)
    x, usable, starts = residuals(model, drawn, options.layer)
    sae = SAE.load_from_disk(str(options.sae))
    maximum, frequency = torch.zeros(sae.cfg.d_sae), torch.zeros(sae.cfg.d_sae)
    error, blocks = 0.0, []
    with torch.no_grad():
        for rows, use in zip(x.split(4096), usable.split(4096)):
            acts = sae.encode(rows) * use[:, None]
            error += float(((sae.decode(acts) - rows)[use] ** 2).sum())
            frequency += (acts > 0).float().sum(0)
            maximum = torch.maximum(maximum, acts.amax(0))
            blocks.append(acts.half())
    used = x[usable]
    bounds = torch.from_numpy(LEVELS).float()[:, None] * maximum
    levels = np.concatenate([sum((acts.float() > bound) for bound in bounds).to(torch.uint8).numpy() for acts in blocks])
    labels = label(levels, collect_spans(drawn, starts), attributes(), len(x))
    mean = used.mean(0)
    result = {
        "schema": "steerscope.labels/1",
        "maker": "tinytown ground truth (generator spans), assets/tinytown/recipe/label.py",
        "tokens": len(used),
        "medianNorm": rounded([used.norm(dim=1).median()])[0],
        "medianCentredNorm": rounded([(used - mean).norm(dim=1).median()])[0],
        "mean": rounded(mean),
        "l0": rounded([frequency.sum() / len(used)])[0],
        "fvu": rounded([error / float((used - mean).pow(2).sum())])[0],
        "frequency": rounded(frequency / len(used)),
        "maximum": rounded(maximum),
        "labels": labels,
    }
    (options.sae / "steerscope.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    strong = {(v["attribute"], v["value"]) for v in labels.values() if v["f1"] >= 0.8}
    print(f"tokens {len(used)} L0 {result['l0']} FVU {result['fvu']} dead {int((frequency == 0).sum())} labels {len(labels)} values at F1>=.8: {len(strong)}")


if __name__ == "__main__":
    main()
