"""Facts of text.test.ts: terms, and fits on them, by scikit-learn's vectorizers, LogisticRegression and Ridge.

    python test/parity/probes/make_text.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

generator = np.random.default_rng(11)
common = "the a of and Der die und in_the I was not ist über Straße 12 3 naïve".split()
marks = [".", ",", "!", "?", "\n", "  ", "\t", "—", "'s", "🙂", "’"]
kinds = [
    "dog cat Hund Katze mouse horse".split(),
    "red green blau Gelb ΚΟΚΚΙΝΟ синий".split(),
    "東京 大阪 हिन्दी ١٢٣ ½x x² Ⅻ".split(),
]


def text(kind: int) -> str:
    words = []
    for _ in range(generator.integers(4, 14)):
        pool = kinds[kind] if generator.random() < 0.12 else kinds[generator.integers(3)] if generator.random() < 0.15 else common
        words.append(generator.choice(pool) + (generator.choice(marks) if generator.random() < 0.2 else ""))
    return " ".join(words)


labels = generator.integers(0, 3, 260)
texts = [text(k) for k in labels]
train, test = slice(0, 180), slice(180, 260)
values = labels + generator.normal(0, 0.3, 260)

vectorizers = {
    "bag-of-words counts": CountVectorizer(),
    "bag-of-words tfidf": TfidfVectorizer(),
    "word-ngrams tfidf": TfidfVectorizer(ngram_range=(1, 3)),
    "character-ngrams tfidf": TfidfVectorizer(analyzer="char", ngram_range=(1, 4)),
}
fits = []
for name, vectorizer in vectorizers.items():
    x = vectorizer.fit_transform(texts[train])
    others = vectorizer.transform(texts[test])
    baseline, weighting = name.split(" ")
    for target in ["two", "three", "number"]:
        for c in [1.0, 30.0]:
            if target == "number":
                told = Ridge(alpha=1 / c, solver="cholesky").fit(x.toarray(), values[train]).predict(others.toarray())
            else:
                y = labels[train] if target == "three" else (labels[train] > 0).astype(int)
                told = LogisticRegression(C=c, tol=1e-9, max_iter=100000).fit(x, y).predict_proba(others)
            fits.append(
                {
                    "baseline": baseline,
                    "weighting": weighting,
                    "target": target,
                    "c": c,
                    "terms": x.shape[1],
                    "predictions": np.round(told, 9).ravel().tolist(),
                }
            )

words = CountVectorizer().build_analyzer()
characters = CountVectorizer(analyzer="char", ngram_range=(2, 3)).build_analyzer()
capped = CountVectorizer(max_features=12).fit(texts[train])
counts = np.asarray(CountVectorizer().fit_transform(texts[train]).sum(0)).ravel()
assert np.sort(counts)[-13] < np.sort(counts)[-12], "the cap must not cut through a tie"
facts = {
    "scikit-learn": sklearn.__version__,
    "texts": texts,
    "labels": labels.tolist(),
    "values": values.tolist(),
    "trained": 180,
    "words": [words(it) for it in texts[:40]],
    "characters": [characters(it) for it in texts[:5]],
    "capped": sorted(capped.vocabulary_),
    "fits": fits,
}
path = pathlib.Path(__file__).parent / "facts" / "text.json"
path.write_text(json.dumps(facts, ensure_ascii=False) + "\n")
