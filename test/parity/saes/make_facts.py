#!/usr/bin/env python3
"""Writes small SAEs, saved by SAELens, and what SAELens' own encode and decode make of twelve rows.

    python test/parity/saes/make_facts.py

Needs the packages of ../README.md. facts/NAME/{cfg.json, sae_weights.safetensors} are the SAE as a user would have it,
facts/NAME/facts.safetensors holds pre-activations, the value each must exceed, activations and reconstruction;
facts/x.safetensors the rows. Weights are read as f32, whatever their precision in the file.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import load_file, save_file
from sae_lens import (
    SAE,
    BatchTopKTrainingSAE,
    BatchTopKTrainingSAEConfig,
    JumpReLUSAE,
    JumpReLUSAEConfig,
    StandardSAE,
    StandardSAEConfig,
    TopKSAE,
    TopKSAEConfig,
    TopKTrainingSAE,
    TopKTrainingSAEConfig,
)
from sae_lens.saes.sae import SAEMetadata

D, N, ROWS, K = 24, 96, 12, 14
HUGE_ROW = 7
HOOK = "blocks.1.hook_resid_post"
FACTS = Path(__file__).parent / "facts"
CLASSES = {
    "standard": (StandardSAE, StandardSAEConfig),
    "topk": (TopKSAE, TopKSAEConfig),
    "jumprelu": (JumpReLUSAE, JumpReLUSAEConfig),
}
NORMALISATIONS = ["none", "expected_average_only_in", "constant_norm_rescale", "layer_norm"]
DTYPES = ["float32", "bfloat16", "float16"]


def rows() -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(ROWS, D, generator=draw) * 3 + torch.randn(D, generator=draw)
    x[HUGE_ROW] *= 2000
    return x


def metadata(hook: str = HOOK) -> SAEMetadata:
    return SAEMetadata(model_name="tiny", hook_name=hook, prepend_bos=False, context_size=64)


def randomise(sae: torch.nn.Module, seed: int) -> None:
    """Decoder rows of unequal norm, a bias that leaves few latents positive, thresholds on both sides of zero."""
    draw = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=draw)

    decoder = random(N, D)
    decoder *= (0.4 + 1.6 * torch.rand(N, 1, generator=draw)) / decoder.norm(dim=1, keepdim=True)
    values = {
        "W_dec": decoder,
        "W_enc": decoder.T * 0.5 + random(D, N) * 0.1,
        "b_dec": random(D),
        "b_enc": random(N) * 0.5 - 1.5,
        "threshold": random(N) * 0.8 + 0.6,
    }
    with torch.no_grad():
        for name, parameter in sae.named_parameters():
            parameter.copy_(values[name])


def encode_by_definition(cfg: dict, w: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """The same activations from the definitions, so that a changed default in SAELens would be noticed."""
    normalisation = cfg["normalize_activations"]
    if normalisation == "constant_norm_rescale":
        x = x * D**0.5 / x.norm(dim=1, keepdim=True)
    if normalisation == "layer_norm":
        x = x - x.mean(1, keepdim=True)
        x = x / (x.std(1, unbiased=True, keepdim=True) + 1e-5)
    if cfg["apply_b_dec_to_input"]:
        x = x - w["b_dec"]
    pre = x @ w["W_enc"] + w["b_enc"]
    if cfg.get("rescale_acts_by_decoder_norm"):
        pre = pre * w["W_dec"].norm(dim=1)
    if cfg["architecture"] == "topk":
        return (pre * (pre >= pre.topk(cfg["k"], dim=1).values[:, -1:])).relu()
    return pre.relu() * (pre > w["threshold"] if "threshold" in w else 1)


def write_facts(folder: Path, x: torch.Tensor) -> None:
    sae = SAE.load_from_disk(folder, dtype="float32")
    cfg = sae.cfg.to_dict()
    seen: dict[str, torch.Tensor] = {}
    sae.hook_sae_acts_pre.add_hook(lambda value, hook: seen.update(pre=value.clone()))
    hook_z = cfg["reshape_activations"] == "hook_z"
    if hook_z:
        sae.turn_on_forward_pass_hook_z_reshaping()
    with torch.no_grad():
        acts = sae.encode(x.view(ROWS, 4, -1) if hook_z else x)
        reconstruction = sae.decode(acts).reshape(ROWS, D)
        pre = seen["pre"]
        if cfg.get("rescale_acts_by_decoder_norm"):
            pre = pre * sae.W_dec.norm(dim=-1)
        gate = torch.zeros(1, 1)
        if cfg["architecture"] == "jumprelu":
            gate = sae.threshold.clamp(min=0)[None]
        if cfg["architecture"] == "topk":
            gate = pre.topk(cfg["k"], dim=1).values[:, -1:].clamp(min=0)
        weights = {name: value.float() for name, value in load_file(folder / "sae_weights.safetensors").items()}
        again = encode_by_definition(cfg, weights, x)
    assert ((again - acts).norm(dim=1) <= 1e-5 * acts.norm(dim=1)).all(), folder.name
    active = (acts > 0).sum(1)
    assert active.float().mean() > 1 and active.max() < N, f"{folder.name}: {active.tolist()}"
    facts = {"pre": pre, "gate": gate, "acts": acts, "reconstruction": reconstruction}
    save_file({name: value.float().contiguous() for name, value in facts.items()}, folder / "facts.safetensors")
    print(f"{folder.name}: L0 {active.tolist()}")


def save(name: str, sae: SAE, seed: int) -> Path:
    randomise(sae, seed)
    sae.save_model(FACTS / name)
    return FACTS / name


def inference_variants() -> list[Path]:
    """Every architecture × apply_b_dec_to_input × normalisation (× rescaling for topk), precisions taking turns."""
    folders = []
    variants = itertools.product(CLASSES, [True, False], NORMALISATIONS, [False, True])
    wanted = [v for v in variants if v[0] == "topk" or not v[3]]
    for number, (architecture, apply_b_dec, normalisation, rescale) in enumerate(wanted):
        sae_class, config_class = CLASSES[architecture]
        options = {"k": K, "rescale_acts_by_decoder_norm": rescale} if architecture == "topk" else {}
        dtype = DTYPES[number % 3]
        sae = sae_class(
            config_class(
                d_in=D,
                d_sae=N,
                dtype=dtype,
                apply_b_dec_to_input=apply_b_dec,
                normalize_activations=normalisation,
                metadata=metadata(),
                **options,
            )
        )
        parts = [architecture, normalisation, "bdec" if apply_b_dec else "nobdec", "rescale" if rescale else "", dtype]
        folders.append(save("-".join(filter(None, parts)), sae, number))
    hook_z = StandardSAEConfig(d_in=D, d_sae=N, reshape_activations="hook_z", metadata=metadata("blocks.1.attn.hook_z"))
    folders.append(save("standard-hookz", StandardSAE(hook_z), 90))
    return folders


def trained_variants() -> list[Path]:
    """What training classes save for inference: norms folded in, BatchTopK as one threshold repeated."""
    folders = []
    topk = TopKTrainingSAE(TopKTrainingSAEConfig(d_in=D, d_sae=N, k=K, dtype="bfloat16", metadata=metadata()))
    batch = BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(d_in=D, d_sae=N, k=K, metadata=metadata()))
    for name, sae, seed in [("trained-topk-bfloat16", topk, 91), ("trained-batchtopk-float32", batch, 92)]:
        randomise(sae, seed)
        if sae is batch:
            batch.topk_threshold.fill_(1.25)
        _, cfg = sae.save_inference_model(FACTS / name)
        # SAELens writes these keys in the order of a set, which changes from run to run.
        cfg.write_text(json.dumps(json.loads(cfg.read_text()), sort_keys=True) + "\n")
        folders.append(FACTS / name)
    return folders


def before_v6() -> list[Path]:
    """Flat cfg.json files under the names used before version 6, with a scaling_factor that is all ones."""
    flat = {
        "model_name": "tiny",
        "hook_point": HOOK,
        "hook_point_layer": 1,
        "hook_point_head_index": None,
        "d_in": D,
        "d_sae": N,
        "dtype": "torch.float32",
        "device": "cpu",
        "context_size": 64,
        "prepend_bos": True,
        "finetuning_scaling_factor": False,
    }
    variants = {
        "flat-standard": (StandardSAE, StandardSAEConfig, {}, {"activation_fn_str": "relu", "normalize_activations": False}),
        "flat-topk": (
            TopKSAE,
            TopKSAEConfig,
            {"k": K},
            {
                "activation_fn_str": "topk",
                "activation_fn_kwargs": {"k": K},
                "normalize_activations": True,
                "apply_b_dec_to_input": False,
            },
        ),
    }
    folders = []
    for number, (name, (sae_class, config_class, options, extra)) in enumerate(variants.items()):
        folder = save(name, sae_class(config_class(d_in=D, d_sae=N, **options)), 95 + number)
        weights = load_file(folder / "sae_weights.safetensors")
        save_file(weights | {"scaling_factor": torch.ones(N)}, folder / "sae_weights.safetensors")
        (folder / "cfg.json").write_text(json.dumps(flat | extra, indent=1) + "\n")
        folders.append(folder)
    return folders


def main() -> None:
    torch.set_num_threads(1)
    shutil.rmtree(FACTS, ignore_errors=True)
    FACTS.mkdir()
    x = rows()
    save_file({"x": x}, FACTS / "x.safetensors")
    for folder in inference_variants() + trained_variants() + before_v6():
        write_facts(folder, x)


if __name__ == "__main__":
    main()
