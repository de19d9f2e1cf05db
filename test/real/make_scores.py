#!/usr/bin/env python3
"""Writes scores.json: output scores of some latents as Transformers and SAELens give them, in f32.

    python test/real/make_scores.py MODEL_FOLDER SAE_FOLDER [SAE_FOLDER …]      (needs torch, transformers and sae-lens)
"""

import importlib.util
import json
import sys
from pathlib import Path

from sae_lens import SAE
from transformers import AutoTokenizer

here = Path(__file__).parent
spec = importlib.util.spec_from_file_location("facts", here.parent / "parity" / "scores" / "make_facts.py")
facts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(facts)

model = facts.open_model(Path(sys.argv[1]))
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
texts = facts.neutral_texts("general")
prompts = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
found = {"texts": texts, "saes": {}}
for folder in map(Path, sys.argv[2:]):
    sae = SAE.load_from_disk(folder, dtype="float32")
    latents = facts.clear(model, sae, list(range(100, sae.cfg.d_sae, 700)))
    layer = int(sae.cfg.metadata.hook_name.split(".")[1])
    scores, maxima, _ = facts.scores(model, sae, layer, prompts, latents)
    output = [[float(f"{it:.7g}") for it in row] for row in scores]
    found["saes"][folder.name] = {"latents": latents, "maxima": maxima, "output": output}
    print(folder.name, scores.mean(1).round(4).tolist())
(here / "scores.json").write_text(json.dumps(found) + "\n")
