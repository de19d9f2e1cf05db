"""One sparse autoencoder: its training on given activations, and its file as SAELens writes it."""

import json
from pathlib import Path

import sae_lens
import torch
from sae_lens import JumpReLUSAE, JumpReLUSAEConfig, SAE, TopKSAE, TopKSAEConfig
from safetensors.torch import load_file, save_file

from activations import SPECIAL_IDS

DEAD_AFTER = 60_000  # tokens without firing
AUXILIARY = 1.0  # weight of the loss that revives dead latents
REVIVED = 64  # dead latents a token may use for that


def select(pre, k, per_token):
    """Latents kept: the k largest of every token (TopK), or k a token on average over the batch (BatchTopK).

    Returns activations [tokens, latents] and the smallest pre-activation kept."""
    if per_token:
        least = pre.topk(k, dim=1).values[:, -1:]
        return pre * (pre >= least), float(least.detach().mean())
    some = pre[::4].flatten()  # A quarter of the rows tells the level well enough, in a quarter of the time.
    least = some.kthvalue(some.numel() - int(k * len(pre[::4]))).values
    return pre * (pre > least), float(least.detach())


def train(x, latents, k, steps, seed, per_token=False, batch=1024, rate=3e-3):
    """Weights of an SAE for the rows of `x` [tokens, d]; decoder rows have norm 1, activations the unit of `x`."""
    generator = torch.Generator().manual_seed(seed)
    d = x.shape[1]
    scale = float(d**0.5 / x.norm(dim=1).mean())
    decoder = torch.nn.functional.normalize(torch.randn(latents, d, generator=generator), dim=1)
    weights = {
        "W_enc": (decoder.T * 0.5).contiguous(),
        "b_enc": torch.zeros(latents),
        "W_dec": decoder,
        "b_dec": x[:50_000].mean(0) * scale,
    }
    weights = {name: w.clone().requires_grad_(True) for name, w in weights.items()}
    optimizer = torch.optim.Adam(weights.values(), lr=rate, betas=(0.9, 0.99))
    since_fired, threshold = torch.zeros(latents), 0.0
    for step in range(steps):
        rows = x[torch.randint(len(x), (batch,), generator=generator)] * scale
        factor = min(1.0, (step + 1) / 100) * min(1.0, (1.0 - step / steps) / 0.5)
        for group in optimizer.param_groups:
            group["lr"] = rate * factor
        centred = rows - weights["b_dec"]
        pre = torch.relu(centred @ weights["W_enc"] + weights["b_enc"])
        acts, least = select(pre, k, per_token)
        error = centred - acts @ weights["W_dec"]
        loss = error.pow(2).sum(1).mean()
        dead = since_fired > DEAD_AFTER
        if dead.sum() >= 1:
            revived = pre[:, dead]
            revived, _ = select(revived, min(REVIVED, revived.shape[1]), True)
            rest = error.detach() - revived @ weights["W_dec"][dead]
            loss = loss + AUXILIARY * rest.pow(2).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        with torch.no_grad():
            weights["W_dec"].div_(weights["W_dec"].norm(dim=1, keepdim=True))
        threshold = least if step == 0 else 0.99 * threshold + 0.01 * least
        since_fired = torch.where((acts > 0).any(0), 0, since_fired + batch)
        if step % 250 == 249:
            fvu = error.pow(2).sum() / (rows - rows.mean(0)).pow(2).sum()
            print(f"{step + 1} fvu {fvu.item():.4f} dead {int(dead.sum())}", flush=True)
    plain = {name: w.detach().clone() for name, w in weights.items()}
    plain["b_enc"] /= scale
    plain["b_dec"] /= scale
    return plain, threshold / scale


def save(weights, folder, layer, k, steps, threshold=None):
    """Writes the SAELens folder: a JumpReLU SAE where there is a threshold, else a TopK one.

    Matrices and biases are stored in half precision; the threshold decides what fires and stays exact."""
    latents, d = weights["W_dec"].shape
    common = {"d_in": d, "d_sae": latents, "device": "cpu", "dtype": "float32"}
    if threshold is None:
        sae = TopKSAE(TopKSAEConfig(**common, k=k, rescale_acts_by_decoder_norm=False))
    else:
        sae = JumpReLUSAE(JumpReLUSAEConfig(**common))
        weights = {**weights, "threshold": torch.full((latents,), threshold)}
    sae.load_state_dict(weights)
    folder = Path(folder)
    sae.save_model(str(folder))
    config = json.loads((folder / "cfg.json").read_text())
    config["metadata"] = {
        "sae_lens_version": sae_lens.__version__,
        "training_architecture": "topk" if threshold is None else "batchtopk",
        "training_architecture_details": {"k": k},
        "model_name": "tinytown",
        "hook_name": f"blocks.{layer}.hook_resid_post",
        "hook_head_index": None,
        "prepend_bos": False,
        "context_size": 512,
        "exclude_special_tokens": list(SPECIAL_IDS),
        "seqpos_slice": [1, None],
        "training_steps": steps,
    }
    (folder / "cfg.json").write_text(json.dumps(config, indent=2) + "\n")
    file = folder / "sae_weights.safetensors"
    halved = {n: (t.float() if n == "threshold" else t.half()).contiguous() for n, t in load_file(file).items()}
    save_file(halved, file)
    return SAE.load_from_disk(str(folder))


def calibrated(sae, x, k):
    """The threshold at which `sae` fires k latents a token on `x`, from the weights as they are stored."""
    with torch.no_grad():
        pre = torch.cat([(rows - sae.b_dec) @ sae.W_enc + sae.b_enc for rows in x.split(4096)])
        return float(pre.flatten().float().kthvalue(pre.numel() - int(k * len(pre))).values)
