"""Labelled rows that follow from a few numbers, so that no file has to hold them; `data.ts` makes the same, bit for bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SCALES = [0.01, 0.5, 1.0, 20.0, 300.0]
OFFSETS = [0.0, 3.0, -1.0, 100.0, 40.0]
CONSTANT = 7


class Data(NamedTuple):
    x: np.ndarray  # [rows, columns] f32
    labels: np.ndarray  # [rows] the class whose score is largest; of 2 classes whether the score exceeds 0
    order: np.ndarray  # [rows] 0 … 3, by thresholds of one score
    values: np.ndarray  # [rows] the score


def normal(count: int, seed: int) -> np.ndarray:
    """Sums of four uniform numbers, which are hashes of their place."""
    with np.errstate(over="ignore"):
        h = np.arange(4 * count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x21F0AAAD)
        h = (h ^ (h >> np.uint32(15))) * np.uint32(0x735A2D97)
        h = h ^ (h >> np.uint32(15))
    u = (h.astype(np.float64) / 2**32).reshape(count, 4)
    return (u[:, 0] + u[:, 1] + u[:, 2] + u[:, 3] - 2) * 1.75


def data(rows: int, columns: int, classes: int, seed: int, noise: float) -> Data:
    """Correlated columns of very different scales, one of them constant; labels by linear rules with noise."""
    x = normal(rows * columns, seed).reshape(rows, columns)
    for j in range(1, columns):
        x[:, j] = x[:, j] + 0.6 * x[:, j - 1]
    around = normal(rows * classes, seed + 1).reshape(rows, classes) * noise
    scores = np.zeros((rows, classes))
    for k in range(classes):
        for j in range(columns):
            scores[:, k] = scores[:, k] + x[:, j] * (((j * 7 + k * 5) % 11 - 5) / 11)
        scores[:, k] = scores[:, k] + around[:, k]
    labels = (scores[:, 0] > 0).astype(np.int64) if classes == 2 else scores.argmax(1)
    order = (scores[:, 0] > -noise).astype(np.int64) + (scores[:, 0] > 0.5 * noise) + (scores[:, 0] > 2 * noise)
    raw = np.empty_like(x)
    for j in range(columns):
        raw[:, j] = x[:, j] * SCALES[j % 5] + OFFSETS[j % 5]
    raw[:, CONSTANT] = 2.5
    return Data(raw.astype(np.float32), labels, order, scores[:, 0])
