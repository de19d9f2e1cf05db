"""What the generator's spans say about which feature stands for what: F1 of every feature for every value."""

import numpy as np
import torch

from activations import starts_of

LEVELS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75)  # Thresholds, as shares of a feature's maximum.
FEWEST = 10  # Examples a value needs in each half.
PERSONS = 20  # At most so many residents count among the values.


def collect_spans(drawn):
    """Spans in tokens: (first, end, attribute, value, document); tokens that overlap a span's characters."""
    starts, spans = starts_of(drawn), []
    for index, (document, encoding) in enumerate(drawn):
        begin = np.array([a for a, _ in encoding.offsets])
        end = np.array([b for _, b in encoding.offsets])
        for span in document["spans"]:
            inside = np.nonzero((end > span["start"]) & (begin < span["end"]))[0]
            if len(inside):
                first, last = int(starts[index] + inside[0]), int(starts[index] + inside[-1]) + 1
                spans.append((first, last, span["attribute"], span["value"], index))
    return spans


def levels_of(acts, maximum):
    """uint8 [tokens, features]: how many of LEVELS an activation passes; `acts` is not negative."""
    bounds = torch.tensor(LEVELS)[:, None] * maximum
    return sum((acts > bound).to(torch.uint8) for bound in bounds)


def _sparse(pairs, rows, columns):
    """A sparse 0/1 matrix [rows, columns] from its (row, column) pairs."""
    where = torch.tensor(sorted(pairs), dtype=torch.long).T
    return torch.sparse_coo_tensor(where, torch.ones(where.shape[1]), (rows, columns)).coalesce()


class Unit:
    """All spans of one unit (words or sentences) as examples.

    An example of another value that neither overlaps nor contains a span of a value is a negative for it. Even
    documents choose, odd ones score."""

    def __init__(self, spans, tokens):
        counts = {}
        for _, _, attribute, value, doc in spans:
            counts.setdefault((attribute, value), [0, 0])[doc % 2] += 1
        keys = [key for key, halves in counts.items() if min(halves) >= FEWEST]
        persons = sorted((k for k in keys if k[0] == "person"), key=lambda k: -sum(counts[k]))[PERSONS:]
        self.keys = sorted(set(keys) - set(persons))
        self.rows = sorted({(a, b, doc) for a, b, _, _, doc in spans})
        number, of = {key: v for v, key in enumerate(self.keys)}, {(a, b): i for i, (a, b, _) in enumerate(self.rows)}
        first, last = np.array([r[0] for r in self.rows]), np.array([r[1] for r in self.rows])
        by_value = {}
        for a, b, attribute, value, _ in spans:
            if (attribute, value) in number:
                by_value.setdefault(number[attribute, value], set()).add((a, b))
        positive, overlapping = set(), []
        for v, places in by_value.items():
            covered = np.zeros(tokens + 1, np.int32)
            for a, b in places:
                covered[a + 1 : b + 1] = 1
                positive.add((v, of[a, b]))
            total = np.cumsum(covered)
            overlapping += [(v, int(i)) for i in np.nonzero(total[last] > total[first])[0]]
        left_out = set(overlapping) - positive
        odd = np.array([r[2] % 2 == 1 for r in self.rows])
        self.sides = []
        for chosen in (~odd, odd):
            where = np.cumsum(chosen) - 1
            part = [{(v, int(where[i])) for v, i in pairs if chosen[i]} for pairs in (positive, left_out)]
            self.sides.append((chosen, *(_sparse(p, len(self.keys), int(chosen.sum())) for p in part)))

    def scores(self, levels):
        """For the choosing and the scoring half: (f1, precision, recall, each [thresholds, values, features], examples
        [values]). A span counts by its maximum."""
        level = np.stack([levels[a:b].max(0) for a, b, _ in self.rows])
        result = []
        for chosen, positive, left_out in self.sides:
            part = torch.from_numpy(level[chosen])
            examples = torch.sparse.sum(positive, 1).to_dense()
            precision, recall = [], []
            for t in range(len(LEVELS)):
                passed = (part > t).float()
                hits = torch.sparse.mm(positive, passed)
                fires = passed.sum(0) - torch.sparse.mm(left_out, passed)
                precision.append(hits / fires.clamp(min=1))
                recall.append(hits / examples[:, None].clamp(min=1))
            p, r = torch.stack(precision), torch.stack(recall)
            result.append((2 * p * r / (p + r).clamp(min=1e-9), p, r, examples))
        return result


class Truth:
    """The units of a text, with every value that has examples enough."""

    def __init__(self, drawn, attributes):
        spans, tokens = collect_spans(drawn), int(starts_of(drawn)[-1])
        self.units = [Unit([s for s in spans if attributes[s[2]]["unit"] == unit], tokens) for unit in ("word", "sentence")]

    def best(self, levels):
        """(by value, by feature): what predicts what best. Value, threshold and feature are chosen on one half; the
        figures come from the other.

        by value: (attribute, value) → (F1, feature); by feature: feature → (key, F1, precision, recall, examples,
        threshold as a share of its maximum)."""
        by_value, by_feature, chosen_f1 = {}, {}, {}
        for unit in self.units:
            choose, held = unit.scores(levels)
            features = choose[0].shape[2]
            flat = choose[0].permute(1, 0, 2).flatten(1).argmax(1)
            for v, key in enumerate(unit.keys):
                threshold, feature = divmod(int(flat[v]), features)
                by_value[key] = (float(held[0][threshold, v, feature]), feature)
            score, threshold = choose[0].max(0)
            top, value = score.max(0)
            for i, (f1, v) in enumerate(zip(top.tolist(), value.tolist())):
                if f1 > chosen_f1.get(i, 0.0):
                    t, chosen_f1[i] = int(threshold[v, i]), f1
                    by_feature[i] = (unit.keys[v], *(float(m[t, v, i]) for m in held[:3]), int(held[3][v]), LEVELS[t])
        return by_value, dict(sorted(by_feature.items()))
