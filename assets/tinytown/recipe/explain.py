"""Labels every SAE, and measures reconstruction, coverage and absorption."""

import json

from sae_lens import SAE

from absorption import absorption
from activations import capture, draw, usable_of
from coverage import best_of, both_signs, draw_image, good, random_levels
from label import is_written, write_labels
from quality import loss_recovered, pca_fvu, statistics
from saes import SAES
from truth import Truth
from world import attributes

LAYERS = sorted({plan.layer for plan in SAES.values()})


def reconstruction(model, tokenizer, folder, tokens, loss_tokens, seed):
    """name → figures of every SAE on `tokens` fresh tokens; the loss on the first `loss_tokens` of another draw."""
    drawn = draw(tokenizer, tokens, seed)
    usable = usable_of(drawn)
    few = draw(tokenizer, loss_tokens, seed + 1)
    few_usable = usable_of(few)
    residuals, figures = capture(model, drawn, LAYERS), {}
    for layer in LAYERS:
        x = residuals.pop(layer)[usable]
        for name in [name for name, plan in SAES.items() if plan.layer == layer]:
            sae = SAE.load_from_disk(str(folder / name))
            found = statistics(sae, x)
            plain, spliced, ablated = loss_recovered(model, few, few_usable, layer, sae, found["mean"])
            figures[name] = {
                "tokens": found["tokens"],
                "latents": sae.cfg.d_sae,
                "l0": found["l0"],
                "fvu": found["fvu"],
                "pcaFvu": pca_fvu(x, round(found["l0"])),
                "dead": found["dead"] / sae.cfg.d_sae,
                "loss": {"tokens": int(few_usable.sum()), "model": plain, "sae": spliced, "meanAblation": ablated},
                "lossRecovered": (ablated - spliced) / (ablated - plain),
            }
            print(name, json.dumps(figures[name]), flush=True)
    return figures


def explanation(model, tokenizer, folder, tokens, seed, image):
    """Writes the labels and the image; returns coverage and absorption."""
    known = attributes()
    drawn = draw(tokenizer, tokens, seed)
    usable, truth = usable_of(drawn), Truth(drawn, known)
    residuals = capture(model, drawn, LAYERS)
    columns, rates, labelled = {}, {}, {}
    for name, plan in SAES.items():
        sae = SAE.load_from_disk(str(folder / name))
        levels, by_value, by_feature = write_labels(folder / name, sae, residuals[plan.layer], usable, truth, known)
        columns[f"SAE {name.removeprefix('resid_post_')}"] = by_value
        rates[name] = absorption(drawn, levels, by_feature)
        labelled[name] = sum(is_written(*entry[1:4]) for entry in by_feature.values())
        print(name, labelled[name], "labelled", json.dumps(rates[name]), flush=True)
    for layer in LAYERS:
        neurons = capture(model, drawn, [layer], neurons=True)[layer]
        columns[f"neurons {layer}"] = truth.best(both_signs(neurons * usable[:, None]))[0]
    for layer in LAYERS:
        columns[f"random {layer}"] = truth.best(random_levels(residuals[layer], usable, seed))[0]
    groups = {kind: [best for title, best in columns.items() if title.startswith(kind)] for kind in ("SAE", "neurons", "random")}
    draw_image(columns, image)
    values = [key for unit in truth.units for key in unit.keys]
    return {
        "tokens": int(usable.sum()),
        "values": len(values),
        "persons": sum(attribute == "person" for attribute, _ in values),
        "byColumn": {title: good(best) for title, best in columns.items()},
        "best": {kind: good(best_of(tables)) for kind, tables in groups.items()},
        "labelled": labelled,
        "absorption": rates,
    }
