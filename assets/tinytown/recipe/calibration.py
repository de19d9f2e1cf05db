"""Writes ../saes/calibration.txt: documents of most kinds, what fits 384 tokens, on which the SAEs are measured where they run.

Chats are left out: their marks would be read as plain text there. An empty line parts two documents."""

from pathlib import Path

from activations import load
from world import documents

ASSETS = Path(__file__).resolve().parent.parent
# Tokens wished for of each kind, near their shares of the training text.
WISHED = {
    "scenes": 70,
    "sums": 50,
    "lists": 45,
    "verdicts": 45,
    "facts": 36,
    "indirect": 24,
    "foreign-scenes": 75,
    "reviews": 30,
    "spelling": 24,
    "code": 20,
}


def main():
    _, tokenizer = load(ASSETS / "model")
    chosen = []
    for kind, wished in WISHED.items():
        texts = [d["text"] for d in documents(kind, 60, 4242) if "<|" not in d["text"] and "\n\n" not in d["text"]]
        chosen.append(min(texts, key=lambda text: abs(len(tokenizer.encode(text).ids) - wished)))
    (ASSETS / "saes" / "calibration.txt").write_text("\n\n".join(chosen) + "\n")


if __name__ == "__main__":
    main()
