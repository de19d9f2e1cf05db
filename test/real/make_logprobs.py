#!/usr/bin/env python3
"""Writes logprobs.json: what Transformers, in f32, says of the prompts in facts.json.

    python test/real/make_logprobs.py MODEL_FOLDER FACTS_JSON      (needs torch and transformers)
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32, local_files_only=True).eval()
facts = {}
for name, prompt in json.loads(Path(sys.argv[2]).read_text())["prompts"].items():
    ids = torch.tensor(prompt["token_ids"])
    with torch.no_grad():
        logprobs = model(ids[None]).logits[0].log_softmax(-1)
    best = logprobs[-1].topk(10)
    facts[name] = {
        "logprobs": [round(value, 6) for value in logprobs[:-1].gather(1, ids[1:, None])[:, 0].tolist()],
        "next": [[i, round(value, 6)] for i, value in zip(best.indices.tolist(), best.values.tolist())],
    }
Path(__file__).with_name("logprobs.json").write_text(json.dumps(facts) + "\n")
