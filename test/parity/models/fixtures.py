"""The tiny models of the parity tests: what each is there for, and how its folder is written.

Weights are drawn with a larger spread than a model's usual initialisation, so that attention is not uniform, the norms
matter and no two candidates for the next token are nearly equal by construction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

VOCABULARY = 61
CONTEXT = 64


@dataclass
class Fixture:
    name: str
    why: str
    config: dict[str, Any]
    dtype: torch.dtype = torch.float32
    #: TransformerLens' own HookedTransformer can express this configuration (else only its bridge can).
    hooked: bool = False
    #: Facts with edits, besides plain ones.
    edits: bool = False
    #: Keys left out of config.json, so that a reader needs their defaults.
    omit: list[str] = field(default_factory=list)
    shard_bytes: int | None = None
    #: gpt2 tensors without "transformer." and with the mask buffers that old checkpoints carry.
    bare: bool = False


def _llama(**options: Any) -> dict[str, Any]:
    return {
        "family": LlamaConfig,
        "vocab_size": VOCABULARY,
        "hidden_size": 24,
        "intermediate_size": 40,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **options,
    }


def _gpt2(**options: Any) -> dict[str, Any]:
    return {
        "family": GPT2Config,
        "vocab_size": VOCABULARY,
        "n_embd": 24,
        "n_layer": 2,
        "n_head": 4,
        "n_positions": 32,
        "bos_token_id": 0,
        "eos_token_id": 1,
        **options,
    }


F16, BF16 = torch.float16, torch.bfloat16

FIXTURES = [
    Fixture("llama-mha-tied-f32", "as many key heads as query heads, tied", _llama(tie_word_embeddings=True), hooked=True),
    Fixture("llama-gqa-f32", "two query heads a key head, untied", _llama(num_key_value_heads=2), hooked=True, edits=True),
    Fixture(
        "llama-mqa-tied-bf16",
        "one key head for all, tied, eps that matters",
        _llama(num_key_value_heads=1, tie_word_embeddings=True, rms_norm_eps=1e-2),
        BF16,
        hooked=True,
        edits=True,
    ),
    Fixture(
        "llama-headdim20-f16",
        "head_dim given, heads wider together than the residual stream",
        _llama(num_attention_heads=3, num_key_value_heads=1, head_dim=20),
        F16,
        hooked=True,
    ),
    Fixture(
        "llama-deep-f16",
        "three layers, head size 10 (an odd half), three heads",
        _llama(hidden_size=30, num_hidden_layers=3, num_attention_heads=3, num_key_value_heads=3),
        F16,
        hooked=True,
    ),
    Fixture(
        "llama-bias-f32",
        "attention_bias and mlp_bias",
        _llama(num_key_value_heads=2, attention_bias=True, mlp_bias=True, intermediate_size=32),
        edits=True,
    ),
    Fixture(
        "llama-rope-llama3-bf16",
        "rope_scaling of type llama3 in its three frequency bands",
        _llama(
            num_key_value_heads=2,
            head_dim=16,
            rope_theta=500000.0,
            rope_scaling={
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 16,
            },
        ),
        BF16,
    ),
    Fixture("llama-theta-f16", "an uncommon rope_theta", _llama(rope_theta=123.0, num_key_value_heads=2), F16, hooked=True),
    Fixture(
        "llama-rope-linear-bf16",
        "rope_scaling of type linear, spelled as old configurations do",
        _llama(rope_scaling={"type": "linear", "factor": 4.0}),
        BF16,
    ),
    Fixture(
        "llama-oldconfig-f16",
        "a config.json from before head_dim, num_key_value_heads and rope_theta existed",
        _llama(),
        F16,
        hooked=True,
        omit=[
            "head_dim",
            "num_key_value_heads",
            "rope_theta",
            "rope_scaling",
            "attention_bias",
            "mlp_bias",
            "tie_word_embeddings",
            "dtype",
        ],
    ),
    Fixture("llama-sharded-f32", "two files and an index", _llama(num_key_value_heads=2), shard_bytes=26_000),
    Fixture(
        "mistral-bf16",
        "model_type mistral, a window wider than the text",
        {**_llama(num_key_value_heads=2, head_dim=8, sliding_window=48), "family": MistralConfig},
        BF16,
    ),
    Fixture(
        "mistral-window-f16",
        "a window that later tokens outgrow",
        {**_llama(num_key_value_heads=1, head_dim=8, sliding_window=7), "family": MistralConfig},
        F16,
    ),
    Fixture("gpt2-f32", "tied, default MLP width", _gpt2(), hooked=True, edits=True),
    Fixture("gpt2-inner-f16", "n_inner given", _gpt2(n_inner=40, n_head=3), F16, hooked=True),
    Fixture("gpt2-untied-f16", "an lm_head of its own", _gpt2(n_inner=40, tie_word_embeddings=False), F16, hooked=True),
    Fixture(
        "gpt2-bare-bf16",
        'no "transformer." in the names, mask buffers in the file, few keys in config.json, as in the oldest checkpoints',
        _gpt2(n_inner=40),
        BF16,
        omit=[
            "activation_function",
            "layer_norm_epsilon",
            "scale_attn_weights",
            "scale_attn_by_inverse_layer_idx",
            "tie_word_embeddings",
            "dtype",
        ],
        bare=True,
        hooked=True,
        edits=True,
    ),
]

MODEL_CLASS = {LlamaConfig: LlamaForCausalLM, MistralConfig: MistralForCausalLM, GPT2Config: GPT2LMHeadModel}


def write_model(fixture: Fixture, folder: Path) -> None:
    """Writes a Hugging Face folder with random weights, the same ones every time."""
    options = dict(fixture.config)
    family = options.pop("family")
    model = MODEL_CLASS[family](family(**options))
    draw = torch.Generator().manual_seed(int.from_bytes(fixture.name.encode(), "little") % 2**31)
    for parameter in model.parameters():
        noise = torch.randn(parameter.shape, generator=draw)
        parameter.data = noise * 0.3 if parameter.ndim > 1 else parameter.data + noise * 0.2
    model.to(fixture.dtype)
    shards = {"max_shard_size": fixture.shard_bytes} if fixture.shard_bytes else {}
    model.save_pretrained(folder, **shards)
    (folder / "generation_config.json").unlink(missing_ok=True)
    _edit_config(folder, fixture.omit)
    if fixture.bare:
        _strip_prefix(folder / "model.safetensors", options["n_layer"], options["n_positions"])


def _edit_config(folder: Path, omit: list[str]) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    for key in omit:
        config.pop(key, None)
    path.write_text(json.dumps(config, indent=1) + "\n")


def _strip_prefix(path: Path, layers: int, positions: int) -> None:
    tensors = {name.removeprefix("transformer."): tensor for name, tensor in load_file(path).items()}
    mask = torch.tril(torch.ones(positions, positions)).view(1, 1, positions, positions)
    for layer in range(layers):
        tensors[f"h.{layer}.attn.bias"] = mask.to(torch.bfloat16).clone()
    save_file(tensors, path, metadata={"format": "pt"})
