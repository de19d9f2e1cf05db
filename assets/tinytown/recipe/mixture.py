"""Packs documents into rows: which kinds, in which shares, at which point of the training."""

import math

import numpy as np

from world import KINDS, documents

# Documents drawn per kind: 0.3 to 2.5 million tokens each; a kind is read again when it runs out.
DRAWN = {
    "scenes": 12000,
    "reviews": 9000,
    "facts": 45000,
    "verdicts": 24000,
    "chat": 45000,
    "indirect": 36000,
    "lists": 26000,
    "sums": 22000,
    "spelling": 9000,
    "code": 9000,
    "foreign-scenes": 12000,
    "registers": 9000,
    "hazards": 9000,
}
# Percent of the verdicts about the declared core of residents.
CORE = 80
# Tokens up to which facts come before verdicts.
EARLY = 3_000_000
# Share of the lists up to so many tokens: once they fill nearly half of the text, so that copying forms.
LISTS = ((EARLY, 14), (4_150_000, 11), (6_600_000, 80), (math.inf, 20))


def shares(tokens):
    """Token share of every kind after so many tokens of training. What leaves the mixture is forgotten, so all stay."""
    early = tokens < EARLY
    return {
        "scenes": 10,
        "reviews": 5,
        "facts": 20 if early else 14,
        "verdicts": 2 if early else 11,
        "chat": 17,
        "indirect": 12,
        "lists": next(share for end, share in LISTS if tokens < end or end == math.inf),
        "sums": 11,
        "spelling": 4,
        "code": 4,
        "foreign-scenes": 10,
        "registers": 5,
        "hazards": 4,
    }


def draw_texts(seed):
    """All training texts, kind by kind."""
    return {kind: [d["text"] for d in documents(kind, DRAWN[kind], seed, core=CORE, text_only=True)] for kind in KINDS}


class Mixture:
    """Endless rows of token ids; its state can be saved and restored."""

    def __init__(self, tokens, seed, kinds=KINDS):
        """`tokens`: per kind a list of uint16 arrays, each ending in <|endoftext|>; `kinds`: those to draw from."""
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

    def row(self, length, tokens):
        """One row of `length` ids; it starts with a document, as a user's text does, and cuts its last one."""
        wanted = shares(tokens)
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
        return np.concatenate(parts)[:length].astype(np.int64)

    def batch(self, rows, length, tokens):
        """An int64 array [rows, length], as it is due after `tokens` tokens."""
        return np.stack([self.row(length, tokens) for _ in range(rows)])
