"""Residual activations of the exported model on freshly drawn documents, one document a sequence as in an editor."""

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

from mixture import shares
from world import KINDS, documents

SPECIAL_IDS = (0, 1, 2)


def load(folder):
    """(model in float32 from the bf16 file, tokenizer) of a snapshot folder."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return model, Tokenizer.from_file(f"{folder}/tokenizer.json")


def draw(tokenizer, tokens, seed):
    """Labelled documents of all kinds in the training shares, about `tokens` in all: [(document, encoding)]."""
    drawn = []
    for kind in KINDS:
        wanted = tokens * shares(1.0)[kind] / sum(shares(1.0).values())
        docs = documents(kind, int(wanted / 30), seed)
        for document, encoding in zip(docs, tokenizer.encode_batch([d["text"] for d in docs])):
            if wanted <= 0:
                break
            wanted -= len(encoding.ids)
            drawn.append((document, encoding))
    return drawn


def residuals(model, drawn, layer, batch=48):
    """Activations [tokens, d] after block `layer`, and which of them to use: not position 0, no special token."""
    order = sorted(range(len(drawn)), key=lambda i: len(drawn[i][1].ids))
    starts = np.cumsum([0] + [len(encoding.ids) for _, encoding in drawn])
    out = torch.empty(int(starts[-1]), model.config.hidden_size)
    usable = torch.empty(int(starts[-1]), dtype=torch.bool)
    for first in range(0, len(order), batch):
        part = order[first : first + batch]
        ids = torch.zeros(len(part), max(len(drawn[i][1].ids) for i in part), dtype=torch.long)
        for row, i in enumerate(part):
            ids[row, : len(drawn[i][1].ids)] = torch.tensor(drawn[i][1].ids)
        with torch.no_grad():
            hidden = model.model(input_ids=ids, output_hidden_states=True, use_cache=False).hidden_states[layer + 1]
        for row, i in enumerate(part):
            a, b = int(starts[i]), int(starts[i + 1])
            out[a:b] = hidden[row, : b - a]
            usable[a:b] = ~torch.isin(ids[row, : b - a], torch.tensor(SPECIAL_IDS))
            usable[a] = False
    return out, usable, starts
