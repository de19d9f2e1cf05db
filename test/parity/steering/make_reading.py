#!/usr/bin/env python3
"""Writes what the embedded model says of a text, as it is and steered: facts/reading.json.

    python test/parity/steering/make_reading.py      (needs what make_operations.py needs; again with that)

Log-probabilities and KL(steered ‖ base) in f64 from Transformers' logits in f64, and SAELens' activations on the tokens behind
the prompt, mean and maximum of each latent; a token of massive activation, or that the SAE was not trained on, counts nowhere.
"""

from __future__ import annotations

import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from make_operations import FACTS, HERE, MASSIVE, POST, TINYTOWN
from operations import edit, picks, released
from steered import Text, World, steered
from tokenizers import Tokenizer

NAMES = ["resid_post_1_topk", "resid_post_3"]
TEXT = (
    "On a rainy morning, Noah was cheerful and laughed aloud. Peter lost his lantern at the mill. He felt sad and wept. "
    "Then Anna came to the mill with a warm loaf. They shared the bread, and Peter smiled. It was a good day in the town.<|endoftext|>"
    "The old mill stood by the river, and its wheel turned all day long."
)


def pooled(world: World, index: int, x: torch.Tensor, counts: torch.Tensor) -> dict:
    acts = world.opened[index].encode(x)[counts]
    fires = acts.max(0).values.nonzero()[:, 0].tolist()
    rounded = lambda values: [float(f"{it:.7g}") for it in values[fires].tolist()]
    return {"indices": fires, "mean": rounded(acts.mean(0)), "maximum": rounded(acts.max(0).values)}


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    folders = [TINYTOWN / "saes" / name for name in NAMES]
    hooks = [POST.format(1), POST.format(3)]
    world = World(TINYTOWN / "model", list(zip(folders, hooks)), torch.float64)
    statistics = [json.loads((folder / "steerscope.json").read_text()) for folder in folders]
    world.norms = {hook: it["medianNorm"] for hook, it in zip(hooks, statistics)}
    ids = Tokenizer.from_file(str(TINYTOWN / "model" / "tokenizer.json")).encode(TEXT, add_special_tokens=False).ids
    text = Text(ids, 16, [None] * len(ids))
    (p,) = picks(world, text, 1, 1)
    cases = {
        "added and clamped": [
            edit(hooks[0], "add", [p.term], 0.3, unit="residual"),
            edit(hooks[1], "clamp", [p.term], max(p.f[1:])),
        ],
        "until released": [edit(hooks[1], "add", [p.term], 0.6, unit="residual", when=[released(world, text, 0)])],
    }
    logits, plain = steered(world, text, [])
    base = logits.log_softmax(-1)[text.start - 1 : -1]
    special = torch.tensor([i in (0, 1, 2) for i in ids])
    own = torch.tensor(ids[text.start :])[:, None]

    def side(logprobs: torch.Tensor, seen: dict) -> dict:
        latents = []
        for index, hook in enumerate(hooks):
            counts = ~special & (plain[hook].norm(dim=-1) <= MASSIVE * statistics[index]["medianNorm"])
            counts[: max(1, text.start)] = False
            latents.append(pooled(world, index, seen[f"{hook} after"], counts))
        return {"logprobs": [round(it, 7) for it in logprobs.gather(1, own)[:, 0].tolist()], "latents": latents}

    facts = {
        "weights": json.loads((FACTS / "tinytown.json").read_text())["weights"][0],
        "saes": NAMES,
        "text": {"ids": ids, "from": text.start, "roles": None},
        "base": side(base, plain),
        "cases": [],
    }
    assert special[text.start :].any(), "no token is left out"
    for name, edits in cases.items():
        changed, seen = steered(world, text, edits)
        logprobs = changed.log_softmax(-1)[text.start - 1 : -1]
        kl = (logprobs.exp() * (logprobs - base)).sum(-1)
        assert kl.max() > 0.05, f"{name} changes nothing"
        facts["cases"].append(
            {"name": name, "edits": edits, "steered": side(logprobs, seen), "kl": [float(f"{it:.7g}") for it in kl.tolist()]}
        )
        print(f"{name}: KL {kl.mean():.3f}, up to {kl.max():.2f}")
    (HERE / "facts" / "reading.json").write_text(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
