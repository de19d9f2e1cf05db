"""Activations of the exported model on freshly drawn documents, one document a sequence as in an editor."""

import math

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

from mixture import KINDS, shares
from world import documents

SPECIAL_IDS = (0, 1, 2)


def load(folder):
    """(model in float32 from the bf16 file, tokenizer) of a snapshot folder."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return model, Tokenizer.from_file(f"{folder}/tokenizer.json")


def draw(tokenizer, tokens, seed):
    """Labelled documents of all kinds in the training shares, about `tokens` in all: [(document, encoding)]."""
    drawn = []
    wishes = shares(math.inf, True)
    for kind in KINDS:
        wanted = tokens * wishes[kind] / sum(wishes.values())
        docs = documents(kind, int(wanted / 25) + 1, seed)
        for document, encoding in zip(docs, tokenizer.encode_batch([d["text"] for d in docs])):
            if wanted <= 0:
                break
            wanted -= len(encoding.ids)
            drawn.append((document, encoding))
    return drawn


def batches(drawn, size=64):
    """Batches of documents of like length: (indices, ids [n, longest] with zeros after the end)."""
    order = sorted(range(len(drawn)), key=lambda i: len(drawn[i][1].ids))
    for first in range(0, len(order), size):
        part = order[first : first + size]
        ids = torch.zeros(len(part), max(len(drawn[i][1].ids) for i in part), dtype=torch.long)
        for row, i in enumerate(part):
            ids[row, : len(drawn[i][1].ids)] = torch.tensor(drawn[i][1].ids)
        yield part, ids


def starts_of(drawn):
    """Where each document's tokens start in arrays over all tokens, and the total at the end."""
    return np.cumsum([0] + [len(encoding.ids) for _, encoding in drawn])


def usable_of(drawn):
    """Which tokens count, bool [tokens]: not position 0, no special token."""
    ids = torch.tensor([i for _, encoding in drawn for i in encoding.ids])
    usable = ~torch.isin(ids, torch.tensor(SPECIAL_IDS))
    usable[torch.from_numpy(starts_of(drawn)[:-1])] = False
    return usable


@torch.no_grad()
def capture(model, drawn, layers, neurons=False):
    """Activations by layer, each [tokens, d]: the residual stream after the block, or the neurons inside its MLP."""
    starts = starts_of(drawn)
    width = model.config.intermediate_size if neurons else model.config.hidden_size
    out = {layer: torch.empty(int(starts[-1]), width, dtype=torch.float16 if neurons else torch.float32) for layer in layers}
    seen = {}

    def keep(layer):
        def hook(module, inputs, output):
            seen[layer] = inputs[0] if neurons else output[0] if isinstance(output, tuple) else output

        return hook

    blocks = model.model.layers
    handles = [(blocks[n].mlp.down_proj if neurons else blocks[n]).register_forward_hook(keep(n)) for n in layers]
    for part, ids in batches(drawn):
        model.model(input_ids=ids, use_cache=False)
        for layer in layers:
            for row, i in enumerate(part):
                a, b = int(starts[i]), int(starts[i + 1])
                out[layer][a:b] = seen[layer][row, : b - a]
    for handle in handles:
        handle.remove()
    return out
