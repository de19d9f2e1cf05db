"""Trains the four SAEs on the exported model: python saes.py --model ../model --out ../saes"""

import argparse
from pathlib import Path

import torch

from activations import capture, draw, load, usable_of
from sae import calibrated, save, train

# Folder: layer, k, whether k holds for every token (TopK).
SAES = {
    "resid_post_1": (1, 16, False),
    "resid_post_3": (3, 23, False),
    "resid_post_5": (5, 22, False),
    "resid_post_3_topk": (3, 16, True),
}
WIDTH = 8  # latents per dimension


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="../model")
    parser.add_argument("--out", type=Path, default=Path("../saes"))
    parser.add_argument("--tokens", type=int, default=600_000)
    parser.add_argument("--steps", type=int, default=2200)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=list(SAES), choices=list(SAES))
    options = parser.parse_args()
    model, tokenizer = load(options.model)
    drawn = draw(tokenizer, options.tokens, options.seed)
    usable = usable_of(drawn)
    residuals = capture(model, drawn, sorted({SAES[name][0] for name in options.only}))
    for name in options.only:
        layer, k, per_token = SAES[name]
        x = residuals[layer][usable]
        print(f"{name}: {len(x)} tokens, mean norm {x.norm(dim=1).mean():.1f}", flush=True)
        weights, threshold = train(x, WIDTH * x.shape[1], k, options.steps, options.seed, per_token)
        folder, part = options.out / name, x[torch.randperm(len(x))[:20_000]]
        if per_token:
            sae = save(weights, folder, layer, k, options.steps)
        else:
            sae = save(weights, folder, layer, k, options.steps, threshold)
            sae = save(weights, folder, layer, k, options.steps, calibrated(sae, part, k))
        with torch.no_grad():
            acts = sae.encode(part)
            fvu = (sae.decode(acts) - part).pow(2).sum() / (part - part.mean(0)).pow(2).sum()
        print(f"{name}: {sae.cfg.architecture()} L0 {(acts > 0).float().sum(1).mean():.2f} FVU {fvu:.4f}", flush=True)


if __name__ == "__main__":
    main()
