"""Compares a model that was trained again with the stored one: skills on the card's exam, and loss on fresh text.

python again.py MODEL_FOLDER [--n 240] [--seed 77] [--tokens 60000]

A line a skill: both shares, and what chance alone would let the difference be in 95 of 100 cases; then how many lie beyond.
"""

import argparse
from pathlib import Path

import torch

from activations import batches, draw, load
from skills import skills
from targets import skill_rows

ASSETS = Path(__file__).resolve().parent.parent


@torch.no_grad()
def losses(model, drawn):
    """Nats a character of each document, by its text."""
    found = {}
    for part, ids in batches(drawn):
        logprobs = model(ids).logits.log_softmax(-1)
        for row, i in enumerate(part):
            document, encoding = drawn[i]
            length = len(encoding.ids)
            picked = logprobs[row, : length - 1].gather(1, ids[row, 1:length, None])
            found[document["text"]] = -float(picked.sum()) / len(document["text"])
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--n", type=int, default=240)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--tokens", type=int, default=60_000)
    options = parser.parse_args()
    models = [load(folder) for folder in (ASSETS / "model", Path(options.folder))]
    tables = [skill_rows(skills(model, tokenizer, options.n, options.seed)) for model, tokenizer in models]
    beyond = 0
    print(f"{'skill':66} stored  again  allowed")
    for stored, again in zip(*tables):
        items = int(again.note.split()[0].strip("(")) if "items" in again.note else 2 * options.n
        pooled = (stored.measured + again.measured) / 2
        # Half an item each, since shares are of whole ones.
        allowed = 1.96 * (2 * pooled * (1 - pooled) / items) ** 0.5 + 1 / items
        apart = abs(stored.measured - again.measured) > allowed
        beyond += apart
        print(f"{again.what:66} {stored.measured:.3f}   {again.measured:.3f}  {allowed:.3f}{'  beyond' if apart else ''}")
    # Each reads the same documents through its own tokenizer, so a character is what they share.
    stored, again = (losses(model, draw(tokenizer, options.tokens, options.seed + 1)) for model, tokenizer in models)
    shared = [text for text in stored if text in again]
    means = [sum(of[text] for text in shared) / len(shared) for of in (stored, again)]
    apart = torch.tensor([again[text] - stored[text] for text in shared])
    half = 1.96 * apart.std().item() / len(apart) ** 0.5
    print(f"{'loss on fresh documents, nats a character':66} {means[0]:.4f}  {means[1]:.4f}")
    print(f"{'… again minus stored, mean over documents':66} {apart.mean():.4f} ± {half:.4f}")
    print(f"{beyond} of {len(tables[0])} skills differ by more than chance allows.")


if __name__ == "__main__":
    main()
