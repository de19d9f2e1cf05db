"""How good an SAE is as a reconstruction: L0, FVU against PCA, dead latents, loss recovered."""

import torch

from activations import batches, starts_of


@torch.no_grad()
def statistics(sae, x):
    """Over rows `x` [tokens, d]: L0, FVU, per-latent frequency and maximum, mean and median norms."""
    mean = x.mean(0)
    fired, maximum, error = torch.zeros(sae.cfg.d_sae), torch.zeros(sae.cfg.d_sae), 0.0
    for rows in x.split(8192):
        acts = sae.encode(rows)
        fired += (acts > 0).sum(0)
        maximum = torch.maximum(maximum, acts.amax(0))
        error += float((sae.decode(acts) - rows).pow(2).sum())
    return {
        "tokens": len(x),
        "l0": float(fired.sum() / len(x)),
        "fvu": error / float((x - mean).pow(2).sum()),
        "dead": int((fired == 0).sum()),
        "frequency": fired / len(x),
        "maximum": maximum,
        "mean": mean,
        "medianNorm": float(x.norm(dim=1).median()),
        "medianCentredNorm": float((x - mean).norm(dim=1).median()),
    }


@torch.no_grad()
def pca_fvu(x, components):
    """Share of the variance that the first `components` principal components leave unexplained."""
    centred = x - x.mean(0)
    values = torch.linalg.eigvalsh((centred.T @ centred).double()).flip(0)
    return float(1 - values[:components].sum() / values.sum())


@torch.no_grad()
def loss_recovered(model, drawn, usable, layer, sae, mean):
    """(loss of the model, with the SAE's reconstruction, with the mean) after block `layer`, in nats a token.

    Only usable tokens are replaced, and only predictions made at them count."""
    starts = starts_of(drawn)
    replacements = (None, lambda x: sae.decode(sae.encode(x)), lambda x: mean.expand_as(x))
    totals, count = [0.0, 0.0, 0.0], 0
    for part, ids in batches(drawn):
        used = torch.zeros(ids.shape, dtype=torch.bool)
        for row, i in enumerate(part):
            used[row, : len(drawn[i][1].ids)] = usable[starts[i] : starts[i + 1]]
        scored = used[:, :-1].clone()
        lengths = torch.tensor([len(drawn[i][1].ids) for i in part])
        scored &= torch.arange(1, ids.shape[1])[None, :] < lengths[:, None]
        count += int(scored.sum())
        for which, replace in enumerate(replacements):
            handle = None
            if replace:

                def hook(module, inputs, output, replace=replace, used=used):
                    x = output[0] if isinstance(output, tuple) else output
                    x = x.clone()
                    x[used] = replace(x[used])
                    return (x, *output[1:]) if isinstance(output, tuple) else x

                handle = model.model.layers[layer].register_forward_hook(hook)
            logits = model(input_ids=ids, use_cache=False).logits[:, :-1][scored]
            totals[which] += float(torch.nn.functional.cross_entropy(logits, ids[:, 1:][scored], reduction="sum"))
            if handle:
                handle.remove()
    return [total / count for total in totals]
