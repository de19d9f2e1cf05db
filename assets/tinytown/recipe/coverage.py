"""Coverage: which values have a latent, a neuron or a random direction that finds them, as figures and as an image."""

import numpy as np
import torch

from truth import levels_of

GOOD = 0.8
RANDOM = 1536  # directions, as many as an SAE has latents


def both_signs(values):
    """uint8 levels [tokens, 2 n] of signed activations [tokens, n], each sign a feature of its own."""
    top, low = values.float().amax(0), (-values.float()).amax(0)
    maximum = torch.cat([top, low]).clamp(min=1e-9)
    parts = [levels_of(torch.cat([v, -v], 1).clamp(min=0), maximum) for v in (p.float() for p in values.split(4096))]
    return torch.cat(parts).numpy()


def random_levels(x, usable, seed):
    """uint8 levels of projections of the centred residual stream on random directions."""
    directions = torch.randn(x.shape[1], RANDOM // 2, generator=torch.Generator().manual_seed(seed))
    return both_signs((x - x[usable].mean(0)) @ torch.nn.functional.normalize(directions, dim=0))


def good(best):
    """Share of the values found with held-out F1 >= 0.8."""
    return sum(f1 >= GOOD for f1, _ in best.values()) / len(best)


def best_of(tables):
    """The best of several tables {key: (f1, feature)}, value by value."""
    return {key: max((table[key] for table in tables), key=lambda entry: entry[0]) for key in tables[0]}


def by_attribute(best):
    """attribute → (mean F1, values)."""
    groups = {}
    for (attribute, _), (f1, _) in best.items():
        groups.setdefault(attribute, []).append(f1)
    return {attribute: (float(np.mean(f1s)), len(f1s)) for attribute, f1s in sorted(groups.items())}


def draw_image(columns, file):
    """An image of mean F1, attributes down, `columns` {title: best by value} across."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    tables = {title: by_attribute(best) for title, best in columns.items()}
    attributes = list(next(iter(tables.values())))
    grid = np.array([[table[attribute][0] for table in tables.values()] for attribute in attributes])
    figure, axes = plt.subplots(figsize=(1.6 + 0.75 * len(tables), 0.8 + 0.22 * len(attributes)), dpi=80)
    axes.imshow(grid, vmin=0, vmax=1, cmap="YlGn", aspect="auto")
    counts = next(iter(tables.values()))
    axes.set_yticks(range(len(attributes)), [f"{a} ({counts[a][1]})" for a in attributes], fontsize=7)
    axes.set_xticks(range(len(tables)), list(tables), fontsize=7, rotation=40, ha="left")
    axes.xaxis.tick_top()
    for y, row in enumerate(grid):
        for x, value in enumerate(row):
            axes.text(x, y, f"{value:.2f}", ha="center", va="center", fontsize=6, color="white" if value > 0.75 else "black")
    figure.tight_layout()
    figure.savefig(file)
    plt.close(figure)
