"""Trains tinytown: text, tokenizer, a Llama of 3 M parameters. Resumable; ends by the clock or by tokens.

python train.py --work WORK --out ../model --tokens 8000000     (or --until 2026-01-31T18:50, UTC)
"""

import argparse
import json
import time
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

import tokenizer as bpe
from mixture import Mixture, draw_texts
from quiz import score
from world import KINDS, exam

CONTEXT = bpe.CONTEXT
ROWS = 4  # Small batches: the number of steps is what teaches copying.
MUON_LR, ADAMW_LR = 0.02, 4e-3
SKILLS = ("facts", "indirect", "verdicts", "colours", "letters", "instructions")


def build_model(seed):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=bpe.VOCABULARY,
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=6,
        num_attention_heads=6,
        num_key_value_heads=6,
        max_position_embeddings=CONTEXT,
        rms_norm_eps=1e-5,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
        initializer_range=0.02,
    )
    return LlamaForCausalLM(config)


def build_optimizers(model):
    """Muon for the hidden matrices, AdamW for the embedding and the norms."""
    hidden = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "lm_head" not in n]
    ids = {id(p) for p in hidden}
    rest = [p for p in model.parameters() if id(p) not in ids]
    muon = torch.optim.Muon(hidden, lr=MUON_LR, weight_decay=0.01, momentum=0.95)
    adamw = torch.optim.AdamW(rest, lr=ADAMW_LR, betas=(0.9, 0.95), weight_decay=0.0)
    return [(muon, MUON_LR), (adamw, ADAMW_LR)]


def learning_rate(progress, step):
    """Factor: a short warm-up by steps, level until 55 %, then down to 2 % of the rate."""
    warm = min(1.0, (step + 1) / 60)
    return warm * min(1.0, 1.0 - 0.98 * (progress - 0.55) / 0.45) if progress > 0.55 else warm


def export(model, tokenizer, folder):
    """Writes the Hugging Face snapshot folder, weights in bf16."""
    folder = Path(folder)
    bpe.save(tokenizer, folder)
    clone = LlamaForCausalLM(model.config)
    clone.load_state_dict(model.state_dict())
    clone = clone.to(torch.bfloat16)
    clone.generation_config = GenerationConfig(bos_token_id=0, eos_token_id=[2, 0], pad_token_id=0, max_new_tokens=128)
    clone.save_pretrained(folder, safe_serialization=True)


def prepare(work, seed):
    """Draws the text, trains the tokenizer and tokenizes, or reads what an earlier run left in `work`."""
    cache = work / "tokens.npz"
    if not cache.exists():
        texts = draw_texts(seed)
        tokenizer = bpe.train(text for docs in texts.values() for text in docs[::3])
        tokenizer.save(str(work / "tokenizer.json"))
        arrays = {}
        for kind, docs in texts.items():
            ids = [encoding.ids + [0] for encoding in tokenizer.encode_batch(docs)]
            arrays[kind] = np.concatenate([np.array(i, np.uint16) for i in ids])
            arrays[kind + "/ends"] = np.cumsum([len(i) for i in ids])
        np.savez(cache, **arrays)
    data = np.load(cache)
    tokens = {kind: np.split(data[kind], data[kind + "/ends"][:-1]) for kind in KINDS}
    return Tokenizer.from_file(str(work / "tokenizer.json")), tokens


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True, help="folder for text, checkpoints and the log")
    parser.add_argument("--out", type=Path, required=True, help="snapshot folder to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=8_000_000)
    parser.add_argument("--until", help="UTC time to end at, instead of --tokens")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    tokenizer, tokens = prepare(options.work, options.seed)
    mixture = Mixture(tokens, CONTEXT, options.seed)
    print({kind: (sum(map(len, docs)), round(mixture.mean[kind], 1)) for kind, docs in tokens.items()}, flush=True)
    quiz = {skill: exam(skill, 96, 900 + options.seed) for skill in SKILLS}
    model = build_model(options.seed)
    optimizers = build_optimizers(model)
    step, progress, seconds, curve = 0, 0.0, 0.0, []
    checkpoint = options.work / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        for (optimizer, _), state in zip(optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        mixture.restore(saved["mixture"])
        step, progress, seconds, curve = saved["step"], saved["progress"], saved["seconds"], saved["curve"]
    end = datetime.fromisoformat(options.until).replace(tzinfo=timezone.utc).timestamp() if options.until else None
    per_step, losses, last_save, last_quiz = 0.6, [], time.time(), time.time()
    while progress < 1.0:
        began = time.time()
        factor = learning_rate(progress, step)
        ids = torch.from_numpy(mixture.batch(ROWS, progress))
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(input_ids=ids).logits
        loss = torch.nn.functional.cross_entropy(logits[:, :-1].float().flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, rate in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step += 1
        now = time.time()
        took = now - began
        seconds += took
        per_step = 0.98 * per_step + 0.02 * took
        # By the clock, the steps still to come are as many as the present speed allows.
        done = step / (step + max(0.0, end - now) / per_step) if end else step * ROWS * CONTEXT / options.tokens
        progress = max(progress, min(1.0, done))
        losses.append(loss.item())
        if step % 50 == 0:
            print(f"{step} {progress:.3f} loss {np.mean(losses[-50:]):.3f} {ROWS * CONTEXT / per_step:.0f} tok/s", flush=True)
        if now - last_quiz > 240 or progress >= 1.0:
            model.eval()
            results = {skill: score(model, tokenizer, items) for skill, items in quiz.items()}
            model.train()
            curve.append({"step": step, "tokens": step * ROWS * CONTEXT, "progress": round(progress, 4), "loss": round(float(np.mean(losses[-200:])), 4), "exam": results})
            print(json.dumps(curve[-1]), flush=True)
            last_quiz = time.time()
        if now - last_save > 180 or progress >= 1.0:
            state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o, _ in optimizers], "mixture": mixture.state(), "step": step, "progress": progress, "seconds": seconds, "curve": curve}
            torch.save(state, options.work / "checkpoint.tmp")
            (options.work / "checkpoint.tmp").rename(checkpoint)
            export(model, tokenizer, options.out)
            last_save = time.time()
    record = {"seed": options.seed, "steps": step, "tokens": step * ROWS * CONTEXT, "rows": ROWS, "context": CONTEXT, "seconds": round(seconds), "parameters": sum(p.numel() for p in model.parameters()), "curve": curve}
    (options.out.parent / "training.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
