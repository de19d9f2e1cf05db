#!/usr/bin/env python3
"""Writes output and input scores (Arad et al. 2025) as Transformers, SAELens and NumPy give them.

    python test/parity/scores/make_facts.py

Needs the packages of ../README.md, and what is in ../models/facts, ../saes/facts, ../store/facts and assets/tinytown: to be run
again whenever one of these is made again. Each output score is a whole pass of its own, as in the authors' code: a hook
encodes the residual, raises one latent on the last token, decodes, and adds the SAE's error. facts/tiny.safetensors holds
scores of all latents of small SAEs on small models, facts/tinytown.json those of every twelfth latent of the embedded SAEs on
the embedded model's neutral texts, facts/input.json input scores on the random tokens of ../store.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from safetensors.torch import save_file
from sae_lens import SAE
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FACTS = HERE / "facts"
MODELS = HERE.parent / "models" / "facts"
SAES = HERE.parent / "saes" / "facts"
STORE = HERE.parent / "store"
TINYTOWN = ROOT / "assets" / "tinytown"
TOP, AMPLIFICATION = 20, 10
TINY_MODELS = ("llama-gqa-f32", "gpt2-f32", "mistral-window-f16")
TINY_SAES = (
    "standard-constant_norm_rescale-nobdec-float32",
    "jumprelu-layer_norm-bdec-float32",
    "jumprelu-expected_average_only_in-bdec-bfloat16",
    "topk-none-bdec-rescale-float32",
    "topk-layer_norm-bdec-rescale-float32",
)
# One is longer than the window of the model that has one, one has no token before its last.
LENGTHS = (12, 1, 5, 9, 3)


def open_model(folder: Path):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def parts(model):
    """Blocks, final norm."""
    base = model.base_model
    return (base.h, base.ln_f) if hasattr(base, "h") else (base.layers, base.norm)


def lens(model, sae: SAE, latents: list[int]) -> torch.Tensor:
    """`[n, vocabulary]` logits of decoder rows."""
    with torch.no_grad():
        return model.lm_head(parts(model)[1](sae.W_dec.float()[latents]))


def raised(model, sae: SAE, latents: list[int]) -> torch.Tensor:
    """`[n, 20]` tokens that decoder rows raise most."""
    return lens(model, sae, latents).topk(TOP, dim=1).indices


def clear(model, sae: SAE, latents: list[int]) -> list[int]:
    """Those whose 20th and 21st token rounding cannot exchange."""
    best = lens(model, sae, latents).topk(TOP + 1, dim=1).values
    apart = best[:, TOP - 1] - best[:, TOP] > 1e-4 * best[:, TOP].abs()
    return [latent for latent, is_clear in zip(latents, apart.tolist()) if is_clear]


def amplified(model, sae: SAE, layer: int, ids: list[int], latent: int | None) -> tuple[torch.Tensor, float]:
    """Probabilities after the last token, and the largest activation there."""
    largest = 0.0

    def hook(_module, _inputs, output):
        nonlocal largest
        x = output[0] if isinstance(output, tuple) else output
        acts = sae.encode(x)
        error = x - sae.decode(acts)
        largest = acts[0, -1].max().item()
        if latent is not None:
            acts = acts.clone()
            acts[0, -1, latent] += AMPLIFICATION * largest
        # SAELens remembers each token's normalisation from one encode to one decode.
        sae.encode(x)
        y = sae.decode(acts) + error
        y[:, :-1] = x[:, :-1]
        return (y, *output[1:]) if isinstance(output, tuple) else y

    handle = parts(model)[0][layer].register_forward_hook(hook)
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    handle.remove()
    return logits.double().softmax(0), largest


def output_score(probabilities: torch.Tensor, tokens: torch.Tensor) -> float:
    best = probabilities[tokens].max()
    rank = (probabilities > best).sum().item()
    return (1 - rank / len(probabilities)) * best.item()


def scores(model, sae: SAE, layer: int, prompts: list[list[int]], latents: list[int]):
    """`[n, P]` output scores (NaN where no latent is active), `[P]` largest activations, `[n, 20]` raised tokens."""
    tokens = raised(model, sae, latents)
    found = np.full((len(latents), len(prompts)), np.nan)
    maxima = []
    for p, ids in enumerate(prompts):
        maxima.append(amplified(model, sae, layer, ids, None)[1])
        if maxima[-1] <= 0:
            continue
        for i, latent in enumerate(latents):
            found[i, p] = output_score(amplified(model, sae, layer, ids, latent)[0], tokens[i])
    return found, maxima, tokens


def tiny() -> None:
    draw = np.random.default_rng(3)
    vocabulary = 61
    prompts = [draw.integers(0, vocabulary, n).tolist() for n in LENGTHS]
    tensors = {f"ids.{p}": torch.tensor(ids, dtype=torch.float32) for p, ids in enumerate(prompts)}
    for model_name in TINY_MODELS:
        model = open_model(MODELS / model_name)
        for sae_name in TINY_SAES:
            sae = SAE.load_from_disk(SAES / sae_name, dtype="float32")
            latents = list(range(sae.cfg.d_sae))
            found, maxima, tokens = scores(model, sae, 0, prompts, latents)
            name = f"{model_name}/{sae_name}"
            tensors[f"{name}.output"] = torch.tensor(found, dtype=torch.float32)
            tensors[f"{name}.maxima"] = torch.tensor(maxima, dtype=torch.float32)
            tensors[f"{name}.raised"] = tokens.float()
            print(f"{name}: mean {np.nanmean(found):.3f}, between {np.nanmin(found):.3g} and {np.nanmax(found):.3g}")
    save_file(tensors, FACTS / "tiny.safetensors")


def neutral_texts(name: str) -> list[str]:
    source = (ROOT / "server/src/engine/scores/prompts.ts").read_text()
    return re.findall(r'"([^"]+)"', re.search(rf"const {name} = \[(.*?)\] as const", source, re.DOTALL)[1])


def embedded() -> None:
    folder = TINYTOWN / "model"
    model, tokenizer = open_model(folder), AutoTokenizer.from_pretrained(folder)
    texts = neutral_texts("tinytown")
    prompts = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    facts = {
        "model": hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(),
        "texts": texts,
        "saes": {},
    }
    for path in sorted((TINYTOWN / "saes").iterdir()):
        if not (path / "cfg.json").exists():
            continue
        sae = SAE.load_from_disk(path, dtype="float32")
        start = [tokenizer.bos_token_id] if sae.cfg.metadata.prepend_bos else []
        latents = clear(model, sae, list(range(0, sae.cfg.d_sae, 12)))
        layer = int(sae.cfg.metadata.hook_name.split(".")[1])
        found, maxima, _ = scores(model, sae, layer, [start + ids for ids in prompts], latents)
        facts["saes"][path.name] = {
            "weights": hashlib.sha256((path / "sae_weights.safetensors").read_bytes()).hexdigest(),
            "latents": latents,
            "maxima": maxima,
            "output": [[float(f"{it:.7g}") for it in row] for row in found],
        }
        print(f"{path.name}: mean {found.mean():.3f}, weak {(found.mean(1) < 0.01).mean():.2f}")
    (FACTS / "tinytown.json").write_text(json.dumps(facts) + "\n")


def inputs() -> None:
    """Input scores of the latents that fire in no more windows than a store keeps as the strongest."""
    spec = importlib.util.spec_from_file_location("store_facts", STORE / "make_facts.py")
    store = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(store)
    ids = store.token_ids()
    x = store.residuals(store.MODEL, ids)
    sae = SAE.load_from_disk(store.FACTS / "sae", dtype="float32")
    with torch.no_grad():
        acts = sae.encode(x).numpy()
    median_norm = json.loads((store.FACTS / "statistics.json").read_text())["medianNorm"]
    outside = (x.norm(dim=-1).numpy() > 5 * median_norm) | np.isin(ids, store.EXCLUDED)
    outside[:, 0] = True
    acts[outside] = 0
    tokens = raised(open_model(MODELS / store.MODEL), sae, list(range(sae.cfg.d_sae))).numpy()
    facts = {}
    for latent in range(sae.cfg.d_sae):
        strongest = acts[:, :, latent].max(1)
        windows = np.flatnonzero(strongest > 0)
        if len(windows) > store.TOP:
            continue
        peaks = ids[windows, acts[windows, :, latent].argmax(1)]
        share = float(np.isin(peaks, tokens[latent]).mean()) if len(windows) >= 10 else None
        facts[latent] = {"texts": len(windows), "share": share, "raised": tokens[latent].tolist()}
    print(f"{len(facts)} input scores, {sum(it['share'] is None for it in facts.values())} of too few texts")
    (FACTS / "input.json").write_text(json.dumps(facts) + "\n")


def main() -> None:
    torch.set_num_threads(1)
    FACTS.mkdir(exist_ok=True)
    tiny()
    inputs()
    embedded()


if __name__ == "__main__":
    main()
