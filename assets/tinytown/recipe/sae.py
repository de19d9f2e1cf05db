"""Trains one residual-stream SAE on the exported model and saves it as SAELens does.

python sae.py --model ../model --layer 3 --k 12 --out ../saes/resid_post_3 --seconds 170
"""

import argparse
import json
import time
from pathlib import Path

import sae_lens
import torch
from sae_lens import SAE
from sae_lens.saes.batchtopk_sae import BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig
from sae_lens.saes.sae import TrainStepInput
from safetensors.torch import load_file, save_file

from activations import SPECIAL_IDS, draw, load, residuals


def train(x, latents, k, seconds, seed, batch=2048, rate=1.5e-3):
    """A BatchTopK SAE for the rows of `x` (scaled to mean norm √d inside, folded back at the end), and its steps."""
    torch.manual_seed(seed)
    d = x.shape[1]
    scale = float(d**0.5 / x.norm(dim=1).mean())
    config = BatchTopKTrainingSAEConfig(d_in=d, d_sae=latents, k=k, device="cpu", dtype="float32", rescale_acts_by_decoder_norm=True)
    sae = BatchTopKTrainingSAE(config)
    sae.b_dec.data[:] = x[:50000].mean(0) * scale
    optimizer = torch.optim.Adam(sae.parameters(), lr=rate, betas=(0.9, 0.99))
    began, step = time.time(), 0
    since_fired = torch.zeros(latents)
    while (done := (time.time() - began) / seconds) < 1.0:
        rows = x[torch.randint(len(x), (batch,))] * scale
        factor = min(1.0, (step + 1) / 100) * min(1.0, (1.0 - done) / 0.4)
        for group in optimizer.param_groups:
            group["lr"] = rate * factor
        output = sae.training_forward_pass(
            TrainStepInput(sae_in=rows, coefficients={}, dead_neuron_mask=since_fired > 150, n_training_steps=step, is_logging_step=False)
        )
        optimizer.zero_grad()
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(sae.parameters(), 1.0)
        optimizer.step()
        fired = (output.feature_acts > 0).any(0)
        since_fired = torch.where(fired, 0, since_fired + 1)
        step += 1
        if step % 100 == 0:
            error = (output.sae_out - rows).pow(2).sum() / (rows - rows.mean(0)).pow(2).sum()
            print(f"{step} fvu {error.item():.4f} dead {(since_fired > 150).sum().item()}", flush=True)
    sae.fold_activation_norm_scaling_factor(scale)
    return sae, step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="../model")
    parser.add_argument("--layer", type=int, default=3)
    parser.add_argument("--width", type=int, default=8, help="latents per dimension")
    parser.add_argument("--k", type=float, default=12)
    parser.add_argument("--tokens", type=int, default=600_000)
    parser.add_argument("--seconds", type=float, default=170)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(2)
    model, tokenizer = load(options.model)
    x, usable, _ = residuals(model, draw(tokenizer, options.tokens, options.seed), options.layer)
    x = x[usable]
    print(f"{len(x)} tokens, mean norm {x.norm(dim=1).mean():.2f}", flush=True)
    sae, steps = train(x, options.width * x.shape[1], options.k, options.seconds, options.seed)
    sae.save_inference_model(str(options.out))
    config = json.loads((options.out / "cfg.json").read_text())
    config["dtype"] = "float32"
    config["device"] = "cpu"
    config["metadata"] = {
        **config.get("metadata", {}),
        "model_name": "tinytown",
        "hook_name": f"blocks.{options.layer}.hook_resid_post",
        "hook_head_index": None,
        "prepend_bos": False,
        "context_size": 512,
        "exclude_special_tokens": list(SPECIAL_IDS),
        "seqpos_slice": [1, None],
        "sae_lens_version": sae_lens.__version__,
        "training_steps": steps,
    }
    (options.out / "cfg.json").write_text(json.dumps(config, indent=2) + "\n")
    file = options.out / "sae_weights.safetensors"
    # Half precision for the matrices and biases; the threshold decides what fires and stays exact.
    weights = {name: (t.float() if name == "threshold" else t.half()).contiguous() for name, t in load_file(file).items()}
    save_file(weights, file)
    loaded = SAE.load_from_disk(str(options.out))
    with torch.no_grad():
        part = x[:50000]
        latents = loaded.encode(part)
        fvu = (loaded.decode(latents) - part).pow(2).sum() / (part - part.mean(0)).pow(2).sum()
    same = torch.equal(loaded.threshold.data, weights["threshold"])
    print(f"loaded by SAELens as {loaded.cfg.architecture()}: L0 {(latents > 0).float().sum(1).mean():.2f} FVU {fvu:.4f} threshold exact {same}")


if __name__ == "__main__":
    main()
