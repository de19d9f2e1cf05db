#!/usr/bin/env python3
"""Writes what Transformers writes greedily, in f32: 100 tokens after each of 20 prompts.

    python test/parity/steering/make_generation.py                     facts/generation.json, of the embedded model
    python test/parity/steering/make_generation.py MODEL_FOLDER        ../../real/generation.json, of SmolLM2

Needs torch, transformers, and for the embedded model node (its prompts are beginnings of its own kinds of text). Beside each
token stand its log-probability and how much better than the second best it was: where that is next to nothing, rounding may
choose another one. To be run again after tinytown got other weights.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TINYTOWN = ROOT / "assets" / "tinytown" / "model"
KINDS = ["scenes", "reviews", "facts", "indirect", "lists", "sums", "spelling", "code", "foreign-scenes", *["chat", "registers"] * 4]
LENGTH = 100
OTHER = [
    "The capital of France is",
    "Once upon a time there was a fisherman who",
    "def fibonacci(n):\n",
    "Water boils at a hundred degrees because",
    "Die Hauptstadt von Deutschland ist",
    "1, 2, 3, 4, 5,",
    "The old fisherman rowed slowly across the quiet lake before sunrise",
    "To make a good soup,",
    "In 1854 a physician marked every death of a cholera outbreak on a map.",
    "Roses are red,",
    ["user", "What is the capital of Norway?"],
    ["user", "Write a short poem about the sea."],
    ["user", "Name three fruits."],
    ["user", "Explain gravity to a child."],
    ["user", "Translate to French: Good morning, my friend."],
    ["user", "What is 17 + 25?"],
    ["user", "Who wrote Hamlet?"],
    ["user", "Give me a tip for better sleep."],
    ["user", "Write a Python function that reverses a string."],
    ["user", "Why is the sky blue? 🌍"],
]


def drawn() -> list[list[dict]]:
    """20 beginnings of texts that tinytown was made to write; of chats all but the last answer."""
    command = ["node", ROOT / "server/src/tinytown/corpus.ts", "--n", "20", "--seed", "20", "--split", "held-out"]
    lines = subprocess.check_output([*command, *(part for kind in KINDS for part in ("--kind", kind))], text=True)
    prompts = []
    for text in (json.loads(line)["text"] for line in lines.splitlines()):
        turns = re.findall(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>", text, re.DOTALL)
        cut = text[: text.index(" ", len(text) // 4)]
        prompts.append([{"role": role, "text": it} for role, it in turns[:-1]] or [{"role": None, "text": cut}])
    return prompts


def asked(prompt: str | list[str]) -> list[dict]:
    role, text = (None, prompt) if isinstance(prompt, str) else prompt
    return [{"role": role, "text": text}]


def ids_of(tokenizer, messages: list[dict]) -> list[int]:
    if messages[0]["role"] is None:
        return tokenizer(messages[0]["text"], add_special_tokens=False)["input_ids"]
    chat = [{"role": it["role"], "content": it["text"]} for it in messages]
    return tokenizer.apply_chat_template(chat, add_generation_prompt=True)


def facts(folder: Path, prompts: list[list[dict]]) -> dict:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    written = []
    for messages in prompts:
        ids = torch.tensor([ids_of(tokenizer, messages)])
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=LENGTH,
            do_sample=False,
            output_logits=True,
            return_dict_in_generate=True,
            pad_token_id=0,
        )
        tokens = out.sequences[0, ids.shape[1] :].tolist()
        logits = torch.cat(out.logits).double()
        best = logits.topk(2).values
        own = logits.log_softmax(-1).gather(1, torch.tensor(tokens)[:, None])[:, 0]
        ended = tokens[-1] in set(torch.tensor(model.generation_config.eos_token_id).flatten().tolist())
        written.append(
            {
                "messages": messages,
                "prompt": ids[0].tolist(),
                "ids": tokens,
                "stopped": ended,
                "logprobs": [round(it, 6) for it in own.tolist()],
                "gaps": [round(it, 6) for it in (best[:, 0] - best[:, 1]).tolist()],
            }
        )
        print(len(tokens), ended, repr(tokenizer.decode(tokens))[:90])
    return {"weights": hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(), "written": written}


def main() -> None:
    torch.set_num_threads(1)
    other = sys.argv[1] if len(sys.argv) > 1 else None
    path = ROOT / "test/real/generation.json" if other else HERE / "facts" / "generation.json"
    path.parent.mkdir(exist_ok=True)
    made = facts(Path(other), [asked(it) for it in OTHER]) if other else facts(TINYTOWN, drawn())
    path.write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
