#!/usr/bin/env python3
"""Writes what NumPy finds in SAELens' activations on 20,480 random tokens, and what follows from weights alone.

    python test/parity/store/make_facts.py

Needs the packages of ../README.md and the tiny models of ../models/facts. facts/sae is a SAE as a user would have it;
facts/statistics.json holds frequencies, maxima, means, histograms and strongest examples; facts/weights.json logit lenses
and neighbours. Token ids come from a generator of whole numbers that the test runs too.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from sae_lens import SAE, JumpReLUSAE, JumpReLUSAEConfig
from sae_lens.saes.sae import SAEMetadata
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
FACTS = HERE / "facts"
MODELS = HERE.parent / "models" / "facts"
MODEL, GPT2 = "llama-gqa-f32", "gpt2-f32"
HOOK = "blocks.0.hook_resid_post"
D, N, VOCABULARY = 24, 96, 61
WINDOWS, CONTEXT = 320, 64
EXCLUDED = [7, 13]
TOP = 20


def token_ids() -> np.ndarray:
    state, ids = 1, []
    for _ in range(WINDOWS * CONTEXT):
        state = (state * 1103515245 + 12345) % 2**31
        ids.append((state >> 16) % VOCABULARY)
    return np.array(ids).reshape(WINDOWS, CONTEXT)


def edges() -> np.ndarray:
    return np.array([0.0, *(2.0 ** (-8 + i / 2) for i in range(63)), float(np.finfo(np.float32).max)])


def residuals(name: str, ids: np.ndarray) -> torch.Tensor:
    model = AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32)
    with torch.no_grad():
        return model(torch.tensor(ids), output_hidden_states=True).hidden_states[1]


def widest_gap(pre: torch.Tensor, share: float) -> torch.Tensor:
    """A threshold that about this share of values exceeds, between two of them far enough apart that rounding decides nothing."""
    above = pre[pre > 0.05].sort(descending=True).values
    rank = min(int(share * len(pre)), len(above) - 12)
    gaps = above[rank : rank + 10] - above[rank + 1 : rank + 11]
    at = rank + int(gaps.argmax())
    assert gaps.max() > 1e-4 * above[at], "no gap that rounding leaves"
    return (above[at] + above[at + 1]) / 2


def write_sae(x: torch.Tensor) -> SAE:
    """Decoder rows of unequal norm, frequencies from rare to dense."""
    draw = torch.Generator().manual_seed(5)
    metadata = SAEMetadata(
        model_name="tiny",
        hook_name=HOOK,
        prepend_bos=False,
        context_size=CONTEXT,
        exclude_special_tokens=EXCLUDED,
        seqpos_slice=[1, None],
    )
    sae = JumpReLUSAE(JumpReLUSAEConfig(d_in=D, d_sae=N, dtype="float32", metadata=metadata))
    decoder = torch.randn(N, D, generator=draw)
    decoder *= (0.4 + 1.6 * torch.rand(N, 1, generator=draw)) / decoder.norm(dim=1, keepdim=True)
    centre = x.reshape(-1, D).mean(0)
    encoder = decoder.T + torch.randn(D, N, generator=draw) * 0.1
    pre = (x.reshape(-1, D) - centre) @ encoder
    shares = torch.logspace(-3.5, -0.4, N)[torch.randperm(N, generator=draw)]
    threshold = torch.stack([widest_gap(pre[:, i], float(shares[i])) for i in range(N)])
    values = {
        "W_dec": decoder,
        "W_enc": encoder,
        "b_dec": centre,
        "b_enc": torch.zeros(N),
        "threshold": threshold,
    }
    with torch.no_grad():
        for name, parameter in sae.named_parameters():
            parameter.copy_(values[name])
    sae.save_model(FACTS / "sae")
    return SAE.load_from_disk(FACTS / "sae", dtype="float32")


def statistics(sae: SAE, x: torch.Tensor, ids: np.ndarray) -> dict:
    with torch.no_grad():
        acts = sae.encode(x).numpy().astype(np.float64)
    norms = x.norm(dim=-1).numpy()
    # So that the largest hundredth counts as massive activations (five times the median).
    median_norm = float(np.quantile(norms, 0.99) / 5)
    outside = (norms > 5 * median_norm) | np.isin(ids, EXCLUDED)
    outside[:, 0] = True
    acts[outside] = 0
    inside = int((~outside).sum())
    fires = acts > 0
    count = fires.sum((0, 1))
    chosen = np.argsort(count)[[0, 8, 30, 60, 85, N - 1]]
    latents = {}
    for latent in chosen.tolist():
        a = acts[:, :, latent]
        position = a.argmax(1)
        strongest = a.max(1)
        order = [w for w in np.argsort(-strongest, kind="stable") if strongest[w] > 0][:TOP]
        latents[latent] = {
            "mean": float(a[a > 0].mean()),
            "histogram": np.histogram(a[a > 0], edges())[0].tolist(),
            "top": [[int(w), int(position[w]), float(strongest[w])] for w in order],
        }
    margin = np.abs(acts[fires][:, None] - edges()).min()
    print(f"{inside} tokens, {int(outside.sum())} outside, L0 {count.sum() / inside:.1f}, edges {margin:.1e} away")
    return {
        "windows": WINDOWS,
        "context": CONTEXT,
        "medianNorm": median_norm,
        "tokens": inside,
        "outside": int(outside.sum()),
        "frequency": (count / inside).tolist(),
        "maximum": acts.max((0, 1)).tolist(),
        "latents": latents,
    }


def weights(name: str, sae: SAE) -> dict:
    model = AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32)
    rows = sae.W_dec.detach().float()
    final = model.model.norm if name.startswith("llama") else model.transformer.ln_f
    with torch.no_grad():
        logits = model.lm_head(final(rows)).numpy()
    unit = (rows / rows.norm(dim=1, keepdim=True)).numpy()
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    facts = {}
    for latent in (0, 17, 95):
        near = np.argsort(-cosines[latent], kind="stable")[:20]
        facts[latent] = {
            "norm": float(rows[latent].norm()),
            "logits": logits[latent].tolist(),
            "neighbours": [[int(i), float(cosines[latent, i])] for i in near],
        }
    return facts


def main() -> None:
    torch.set_num_threads(1)
    shutil.rmtree(FACTS, ignore_errors=True)
    FACTS.mkdir()
    ids = token_ids()
    x = residuals(MODEL, ids)
    sae = write_sae(x)
    (FACTS / "statistics.json").write_text(json.dumps(statistics(sae, x, ids)) + "\n")
    found = {name: weights(name, sae) for name in (MODEL, GPT2)}
    (FACTS / "weights.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
