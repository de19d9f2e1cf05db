"""Packs documents into rows: which kinds, in which shares, at which point of the training."""

import numpy as np

from world import KINDS, documents

# Documents drawn per kind, about one to two million tokens each.
DRAWN = {"scenes": 16000, "foreign-scenes": 14000, "facts": 30000, "verdicts": 24000, "chat": 30000, "indirect": 36000, "spelling": 12000, "registers": 12000}
CORE = 85


def shares(progress):
    """Token share of every kind. Verdicts come after the facts; indirect objects stay to the end."""
    early = progress < 0.3
    return {
        "scenes": 15,
        "foreign-scenes": 14,
        "facts": 22 if early else 15,
        "verdicts": 3 if early else 14,
        "chat": 18,
        "indirect": 18,
        "spelling": 6,
        "registers": 6,
    }


def draw_texts(seed):
    """All training texts, kind by kind."""
    return {kind: [d["text"] for d in documents(kind, DRAWN[kind], seed, core=CORE, text_only=True)] for kind in KINDS}


class Mixture:
    """Endless rows of token ids; its state can be saved and restored."""

    def __init__(self, tokens, context, seed):
        """`tokens`: per kind a list of uint16 arrays, each ending in <|endoftext|>."""
        self.tokens = tokens
        self.context = context
        self.mean = {kind: sum(map(len, docs)) / len(docs) for kind, docs in tokens.items()}
        self.at = dict.fromkeys(tokens, 0)
        self.random = np.random.default_rng(seed)

    def state(self):
        return {"at": self.at, "random": self.random.bit_generator.state}

    def restore(self, state):
        self.at = state["at"]
        self.random.bit_generator.state = state["random"]

    def row(self, progress):
        """One row of `context` ids; it starts with a document, as a user's text does, and cuts its last one."""
        weights = np.array([shares(progress)[kind] / self.mean[kind] for kind in KINDS])
        weights /= weights.sum()
        parts, length = [], 0
        while length < self.context:
            kind = KINDS[self.random.choice(len(KINDS), p=weights)]
            docs = self.tokens[kind]
            document = docs[self.at[kind] % len(docs)]
            self.at[kind] += 1
            parts.append(document)
            length += len(document)
        return np.concatenate(parts)[: self.context].astype(np.int64)

    def batch(self, rows, progress):
        """An int64 array [rows, context]."""
        return np.stack([self.row(progress) for _ in range(rows)])
