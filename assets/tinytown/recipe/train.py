"""Trains tinytown: text, tokenizer, model. The same seed and tokens give the same timetable; a broken-off run goes on.

python train.py --work WORK --out ../model --tokens 23000000
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import tokenizer as bpe
from mixture import KINDS, Mixture, draw_documents
from model import build_model, build_optimizers, export, learning_rate, loss_of
from quiz import score
from world import exam

# Small batches: the number of steps is what teaches copying. Documents are short, so most rows are too (attention
# costs less); every eighth step has rows of the full context, so that all positions are learned.
BATCH = 2048  # tokens
SHORT, LONG = 128, bpe.CONTEXT
# What an answer's tokens weigh in the loss: a sum's digits or a verdict are few among tokens that nothing predicts.
ANSWER_WEIGHT = 5.0
SKILLS = ("facts", "indirect", "verdicts", "colours", "sums", "letters", "instructions")
QUIZ_EVERY = 750_000  # tokens
COPIED = 0.9  # right answers on lists of coloured objects, however long, from which copying counts as learned
SAVE_EVERY = 180  # seconds
KEPT = ("step", "seconds", "curve", "losses", "lengths", "copies")  # of a run, besides model, optimizers and mixture


def tokenize(tokenizer, documents):
    """The documents' ids end to end, each closed by <|endoftext|>; where each ends; and which ids belong to an answer."""
    ids, answers, ends = [], [], []
    for document, encoding in zip(documents, tokenizer.encode_batch([document["text"] for document in documents])):
        ids += [*encoding.ids, 0]
        places = document["answers"]
        answers += [*(any(a < end and start < b for a, b in places) for start, end in encoding.offsets), False]
        ends.append(len(ids))
    return np.array(ids, np.uint16), np.array(ends), np.array(answers)


def prepare(work, seed):
    """Draws the text, trains the tokenizer and tokenizes, or reads what an earlier run left in `work`."""
    cache = work / "tokens.npz"
    if not cache.exists():
        documents = draw_documents(seed)
        tokenizer = bpe.train(document["text"] for drawn in documents.values() for document in drawn[::3])
        tokenizer.save(str(work / "tokenizer.json"))
        arrays = {}
        for kind, drawn in documents.items():
            arrays[kind], arrays[kind + "/ends"], arrays[kind + "/answers"] = tokenize(tokenizer, drawn)
        np.savez(cache, **arrays)
    data = np.load(cache)
    tokens = {
        # The low bit says whether an id belongs to an answer, so that a document stays one array.
        kind: np.split(data[kind].astype(np.int64) * 2 + data[kind + "/answers"], data[kind + "/ends"][:-1])
        for kind in KINDS
    }
    return Tokenizer.from_file(str(work / "tokenizer.json")), tokens


class Run:
    """A training run: everything that a checkpoint holds, and one step of it."""

    def __init__(self, seed, mixture, total, eager=False):
        self.model = build_model(seed)
        self.optimizers = build_optimizers(self.model)
        self.mixture, self.total = mixture, total
        # Compiled, a step takes two thirds of the time; each of the two row lengths is compiled once.
        self.loss_of = loss_of if eager else torch.compile(loss_of, dynamic=False)
        self.step, self.seconds, self.curve, self.losses = 0, 0.0, [], []
        # [tokens, total]: which length the learning rate was set for from where on; more than one where that was changed.
        self.lengths = [[0, total]]
        # Tokens after which copying was learned: lists give way to sums then. None: not yet.
        self.copies = None

    @property
    def tokens(self):
        return self.step * BATCH

    def advance(self):
        """One step."""
        began = time.time()
        length = LONG if self.step % 8 == 7 else SHORT
        marked = torch.from_numpy(self.mixture.batch(BATCH // length, length, self.tokens, self.copies is not None))
        loss = self.loss_of(self.model, marked >> 1, 1.0 + (ANSWER_WEIGHT - 1) * (marked & 1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        factor = learning_rate(self.tokens / self.total, self.step)
        for optimizer, rate in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.seconds += time.time() - began
        self.losses = [*self.losses[-199:], loss.item()]

    def examine(self, tokenizer, quiz):
        """Adds a point to the curve."""
        self.model.eval()
        results = {skill: score(self.model, tokenizer, items) for skill, items in quiz.items()}
        self.model.train()
        if self.copies is None and min(results.get("colours", {"": 0}).values()) >= COPIED:
            self.copies = self.tokens
        point = {"step": self.step, "tokens": self.tokens, "loss": round(float(np.mean(self.losses)), 4), "exam": results}
        self.curve.append(point)
        print(json.dumps(point), flush=True)

    def save(self, file):
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer, _ in self.optimizers],
            "mixture": self.mixture.state(),
            **{name: getattr(self, name) for name in KEPT},
        }
        torch.save(state, file.with_suffix(".tmp"))
        file.with_suffix(".tmp").rename(file)

    def restore(self, file):
        saved = torch.load(file, weights_only=False)
        self.model.load_state_dict(saved["model"])
        for (optimizer, _), state in zip(self.optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        self.mixture.restore(saved["mixture"])
        for name in KEPT:
            setattr(self, name, saved[name])
        if self.lengths[-1][1] != self.total:
            self.lengths.append([self.tokens, self.total])

    def record(self, seed):
        """What is stored beside the weights."""
        parameters = sum(p.numel() for p in self.model.parameters())
        return {
            "seed": seed,
            "steps": self.step,
            "tokens": self.tokens,
            "learning rate set for": self.lengths,
            "copying learned after": self.copies,
            "answer weight": ANSWER_WEIGHT,
            "tokens a step": BATCH,
            "row lengths": [SHORT, LONG],
            "vocabulary": bpe.VOCABULARY,
            "parameters": parameters,
            "threads": torch.get_num_threads(),
            "seconds": round(self.seconds),
            "torch": torch.__version__,
            "curve": self.curve,
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True, help="folder for text, checkpoints and the log")
    parser.add_argument("--out", type=Path, required=True, help="snapshot folder to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=23_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--eager", action="store_true", help="do not compile (needs no C++ compiler; slower)")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS, help="only these kinds, to try something")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    tokenizer, tokens = prepare(options.work, options.seed)
    mixture = Mixture(tokens, options.seed, tuple(options.kinds))
    print({kind: (sum(map(len, tokens[kind])), round(mixture.mean[kind], 1)) for kind in mixture.kinds}, flush=True)
    quiz = {skill: exam(skill, 96, 900 + options.seed) for skill in SKILLS}
    run = Run(options.seed, mixture, options.tokens, options.eager)
    checkpoint, last_save = options.work / "checkpoint.pt", time.time()
    if checkpoint.exists():
        run.restore(checkpoint)
    while run.tokens < options.tokens:
        before = run.tokens
        run.advance()
        if run.step % 50 == 0:
            rate = run.tokens / run.seconds
            print(f"{run.step} {run.tokens / options.tokens:.3f} loss {np.mean(run.losses[-50:]):.3f} {rate:.0f} tok/s", flush=True)
        if before // QUIZ_EVERY < run.tokens // QUIZ_EVERY or run.tokens >= options.tokens:
            run.examine(tokenizer, quiz)
        if time.time() - last_save > SAVE_EVERY or run.tokens >= options.tokens:
            run.save(checkpoint)
            export(run.model, tokenizer, options.out)
            last_save = time.time()
    (options.out.parent / "training.json").write_text(json.dumps(run.record(options.seed), indent=1) + "\n")


if __name__ == "__main__":
    main()
