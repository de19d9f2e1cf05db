#!/usr/bin/env python3
"""Ids and places that Hugging Face `tokenizers` gives for nasty texts, as facts for the tokenizer and its alignment.

    python test/parity/tokens/make_facts.py        needs tokenizers==0.22.2

Three small byte-level BPE tokenizers are trained here (the pre-tokenisers of GPT-2, SmolLM2 and Llama 3) and stored; the
embedded model's own is the fourth. An offset counts Unicode characters in Python; it is stored in UTF-16 units.
"""

import json
import random
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

HERE = Path(__file__).resolve().parent
EMBEDDED = HERE.parents[2] / "assets" / "tinytown" / "model"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

TEXTS = [
    "",
    " ",
    "The cat sat on the mat.",
    "it's IT'S we'll WE'LL don't I'd they've",
    "tabs\tand\n\nnewlines\r\nand\rreturns \r\n \r\n",
    "   leading and trailing   ",
    "a  b   c    d\n   e",
    "12 345 6789 3.14159 1,000,000 ١٢٣ ⅷ ²",
    "café cafe\u0301 naïve Å A\u030a ﬁ ﬀ ½",
    "👩‍👩‍👧 family, 🦆 duck, 🇩🇪🇫🇷 flags, 👍🏽 thumb, ❤️ heart",
    "שלום עולם، مرحبا بالعالم \u200fRTL\u200e",
    "中文字符，日本語テキスト、한국어 텍스트。",
    "नमस्ते दुनिया ก็ขอให้ดี",
    "nul\0inside\0 and \x01 control \x7f \u0085 \u2028 \u2029",
    "\ufeffBOM and \u200b zero width \u00ad soft hyphen \u00a0 nbsp",
    "math 𝒳 𝕏 ∑∫√ αβγ ÀÈÌ Ǆ ß ẞ İ ı",
    "def f(x):\n\treturn {'a': [x**2, \"b\"], 'c': None}  # comment\n",
    "<|im_start|>user\nhello<|im_end|>\n<|endoftext|> <|im_end |> <|unknown|>",
    "a<|im_end|>b <|im_end|> c",
    "http://example.org/path?q=1&r=%20#frag user@example.org",
    "\U0010ffff \ue000 \ud7ff \uffff \ufffd",
    "ＦＵＬＬ ｗｉｄｔｈ １２３",
    "'' ``  \"\" «» „“ — – … ‥",
    "x" * 70 + " " * 20 + "\n" * 5,
]


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def random_texts(count: int) -> list[str]:
    rng = random.Random(7)
    ranges = [(0x20, 0x7E), (0x00, 0x1F), (0xA0, 0x24F), (0x300, 0x36F), (0x5D0, 0x5EA), (0x4E00, 0x4E50), (0x1F300, 0x1F6FF), (0x2000, 0x206F)]
    return ["".join(chr(rng.randint(*rng.choice(ranges))) for _ in range(rng.randint(1, 24))) for _ in range(count)]


def train(pre_tokenizer) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    return tokenizer


def facts(tokenizer: Tokenizer) -> list[dict]:
    rows = []
    for text in TEXTS + random_texts(60):
        encoding = tokenizer.encode(text, add_special_tokens=False)
        at = [0]
        for character in text:
            at.append(at[-1] + utf16(character))
        places = [[at[a], at[b]] for a, b in encoding.offsets]
        rows.append({"text": text, "ids": encoding.ids, "places": places})
    return rows


def main() -> None:
    byte_level = lambda use_regex: pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=use_regex)
    kinds = {
        "gpt2": byte_level(True),
        "smollm2": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]),
        "llama3": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), byte_level(False)]),
    }
    folder = HERE / "facts"
    for name, pre_tokenizer in kinds.items():
        tokenizer = train(pre_tokenizer)
        (folder / name).mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(folder / name / "tokenizer.json"), pretty=False)
        write(folder / f"{name}.json", facts(tokenizer))
    write(folder / "tinytown.json", facts(Tokenizer.from_file(str(EMBEDDED / "tokenizer.json"))))


def write(path: Path, rows: list[dict]) -> None:
    path.write_text(json.dumps(rows, separators=(",", ":")) + "\n")
    print(path.name, sum(len(row["ids"]) for row in rows), "tokens")


if __name__ == "__main__":
    main()
