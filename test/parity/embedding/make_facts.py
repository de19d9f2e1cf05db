#!/usr/bin/env python3
"""Two tiny sentence-embedding models with random weights, and sentence-transformers' embeddings of a dozen texts.

    python test/parity/embedding/make_facts.py     needs torch, transformers==4.57.6, sentence-transformers==5.7.0, onnx, onnxscript

`bert-mean`: a WordPiece BERT pooled by the mean, at most 24 tokens, weights beside the graph (model.onnx_data).
`bert-cls`: another, cased, pooled by its first token, without token types, weights inside the graph; its files are spelled
as those before sentence-transformers 5, which allow 40 tokens.
Every fact is computed by sentence-transformers, and once more by Transformers with pooling written out in NumPy.
"""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModel, BertConfig, BertModel, PreTrainedTokenizerFast

HERE = Path(__file__).resolve().parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [
    "",
    " ",
    "The name Anna",
    "anna, ANNA and Änna",
    "fires on polite refusals; not on invoices!",
    "it's 12 345 6789 3.14159 — «quoted» ½",
    "שלום עולם، مرحبا بالعالم",
    "中文字符，日本語テキスト、한국어",
    "नमस्ते दुनिया ก็ขอให้ดี",
    "Привет, мир: ёлка",
    "family 👩‍👩‍👧 duck 🦆 \u200b zero width \u00ad soft \u0007 control",
    "cafe\u0301 café naïve ﬁ ＦＵＬＬ",
    "a" * 250,
    "a label that goes on and on, " * 40,
    "[MASK] and [SEP] spelled out",
    "tabs\tand\nlines  and   blanks ",
]


def tokenizer_of(cased: bool) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    ids = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=48, **names)


def model_of(seed: int, vocabulary: int) -> BertModel:
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=48,
        initializer_range=0.6,
        attn_implementation="eager",
    )
    return BertModel(config, add_pooling_layer=False).eval()


class Exported(torch.nn.Module):
    """What exporters give: the last hidden state, by the inputs in this order."""

    def __init__(self, model: BertModel):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        return self.model(input_ids, attention_mask, token_type_ids).last_hidden_state


def export(model: BertModel, path: Path, types: bool, external: bool) -> None:
    path.parent.mkdir(parents=True)
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if types else [])
    example = tuple(torch.ones(2, 7, dtype=torch.long) for _ in names)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=48)}
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.onnx"
        torch.onnx.export(
            Exported(model).eval(),
            example,
            str(raw),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_shapes=tuple(axes for _ in names),
            dynamo=True,
            external_data=False,
        )
        graph = onnx.load(str(raw))
    # Where it was traced is nobody's business, and a quarter of the file.
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del graph.graph.value_info[:]
    del graph.graph.metadata_props[:]
    del graph.metadata_props[:]
    beside = {"save_as_external_data": True, "location": "model.onnx_data", "size_threshold": 256} if external else {}
    onnx.save(graph, str(path), **beside)
    for file in path.parent.iterdir():
        file.chmod(0o644)


def pooled(folder: Path, texts: list[str], pooling: str, longest: int) -> np.ndarray:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    rows = []
    for text in texts:
        encoded = tokenizer(text, truncation=True, max_length=longest, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**encoded).last_hidden_state[0].numpy().astype(np.float64)
        row = hidden[0] if pooling == "cls" else hidden.mean(axis=0)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows)


def make(name: str, pooling: str, cased: bool, seed: int, longest: int) -> None:
    folder = HERE / "facts" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = tokenizer_of(cased)
    model = model_of(seed, len(tokenizer))
    with tempfile.TemporaryDirectory() as whole:
        transformer = Path(whole) / "transformer"
        tokenizer.save_pretrained(transformer)
        model.save_pretrained(transformer)
        modules = [Transformer(str(transformer), max_seq_length=longest), Pooling(32, pooling), Normalize()]
        sentences = SentenceTransformer(modules=modules, device="cpu")
        saved = Path(whole) / "saved"
        sentences.save(str(saved))
        if pooling == "cls":
            (saved / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": longest, "do_lower_case": False}))
            flags = {f"pooling_mode_{it}": it == "cls_token" for it in ("cls_token", "mean_tokens", "max_tokens")}
            (saved / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **flags}))
            (saved / "tokenizer_config.json").write_text((transformer / "tokenizer_config.json").read_text())
            sentences = SentenceTransformer(str(saved), device="cpu")
            assert sentences.max_seq_length == longest
        rows = np.stack([sentences.encode(text, convert_to_numpy=True) for text in TEXTS])
        again = pooled(transformer, TEXTS, pooling, longest)
        worst = np.abs(rows - again).max()
        assert worst < 1e-5, f"{name}: the two oracles differ by {worst}"
        ids = [tokenizer(text, truncation=True, max_length=longest)["input_ids"] for text in TEXTS]
        keep = ["config.json", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json"]
        for file in [*keep, "sentence_bert_config.json"]:
            (folder / file).parent.mkdir(exist_ok=True)
            shutil.copy(saved / file, folder / file)
    export(model, folder / "onnx" / "model.onnx", types=pooling == "mean", external=pooling == "mean")
    facts = [
        {"text": text, "ids": it, "vector": [round(float(value), 7) for value in row]}
        for text, it, row in zip(TEXTS, ids, rows)
    ]
    (folder / "facts.json").write_text(json.dumps(facts, ensure_ascii=True, indent=0) + "\n")
    size = sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())
    print(f"{name}: {len(facts)} texts, oracles within {worst:.1e}, {size // 1024} KB")


make("bert-mean", "mean", cased=False, seed=1, longest=24)
make("bert-cls", "cls", cased=True, seed=2, longest=40)
