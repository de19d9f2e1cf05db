"""Packs documents into rows: which kinds, in which shares, at which point of the training."""

import numpy as np

from world import documents

# Documents drawn per kind: 0.5 to 3 million tokens each; a kind is read again when it runs out.
DRAWN = {
    "scenes": 18000,
    "reviews": 12000,
    "facts": 50000,
    "verdicts": 50000,
    "chat": 55000,
    "indirect": 45000,
    "lists": 60000,
    "sums": 34000,
    "spelling": 12000,
    "code": 12000,
    "foreign-scenes": 18000,
    "registers": 12000,
    "hazards": 12000,
}
KINDS = tuple(DRAWN)
# Percent of the verdicts about the declared core of residents.
CORE = 80
# Tokens up to which facts come before verdicts.
EARLY = 3_000_000


def shares(tokens, copies):
    """Token share of every kind after so many tokens of training. What leaves the mixture is forgotten, so all stay.

    `copies`: whether copying is learned, so that sums, which come last, can have more of the text, and lists less."""
    early = tokens < EARLY
    return {
        "scenes": 10,
        "reviews": 5,
        "facts": 20 if early else 13,
        "verdicts": 3 if early else 13,
        "chat": 16,
        "indirect": 9,
        "lists": 12 if copies else 19,
        "sums": 19 if copies else 12,
        "spelling": 4,
        "code": 4,
        "foreign-scenes": 10,
        "registers": 5,
        "hazards": 4,
    }


def draw_documents(seed):
    """All training documents, kind by kind: dicts with `text` and the places of its `answers`."""
    return {kind: documents(kind, DRAWN[kind], seed, core=CORE, answers=True) for kind in KINDS}


class Mixture:
    """Endless rows of token ids; its state can be saved and restored."""

    def __init__(self, tokens, seed, kinds=KINDS):
        """`tokens`: per kind a list of arrays, a document each; `kinds`: those to draw from."""
        self.tokens = tokens
        self.kinds = kinds
        self.mean = {kind: sum(map(len, tokens[kind])) / len(tokens[kind]) for kind in kinds}
        self.at = dict.fromkeys(kinds, 0)
        self.random = np.random.default_rng(seed)

    def state(self):
        return {"at": self.at, "random": self.random.bit_generator.state}

    def restore(self, state):
        self.at = state["at"]
        self.random.bit_generator.state = state["random"]

    def row(self, length, tokens, copies):
        """One row of `length` numbers; it starts with a document, as a user's text does, and cuts its last one."""
        wanted = shares(tokens, copies)
        weights = np.array([wanted[kind] / self.mean[kind] for kind in self.kinds])
        weights /= weights.sum()
        parts, filled = [], 0
        while filled < length:
            kind = self.kinds[self.random.choice(len(self.kinds), p=weights)]
            docs = self.tokens[kind]
            document = docs[self.at[kind] % len(docs)]
            self.at[kind] += 1
            parts.append(document)
            filled += len(document)
        return np.concatenate(parts)[:length]

    def batch(self, rows, length, tokens, copies):
        """An int64 array [rows, length], as it is due after `tokens` tokens (and see `shares`)."""
        return np.stack([self.row(length, tokens, copies) for _ in range(rows)])
