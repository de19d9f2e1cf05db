"""Three independent forward passes: Transformers, the TransformerLens bridge, and TransformerLens' HookedTransformer.

None folds layer norms or centres weights. HookedTransformer reads fewer configurations than the bridge does, so it takes
part where `Fixture.hooked` says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.model_bridge import TransformerBridge
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights, convert_llama_weights
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

LAYER_HOOKS = ["hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out", "attn.hook_z"]
# TransformerLens reads the tokenizer's folder again later: it lives as long as the process.
_tokenizer_folder = tempfile.TemporaryDirectory()

Captures = dict[str, torch.Tensor]
#: x -> edited x, by the hook where it happens.
Edits = dict[str, Callable[[torch.Tensor], torch.Tensor]]


def placeholder_tokenizer() -> PreTrainedTokenizerFast:
    """TransformerLens wants a tokenizer although it is given ids."""
    tokens = Tokenizer(WordLevel({"a": 0, "b": 1}, unk_token="b"))
    special = {"bos_token": "a", "eos_token": "b", "pad_token": "b", "unk_token": "b"}
    PreTrainedTokenizerFast(tokenizer_object=tokens, **special).save_pretrained(_tokenizer_folder.name)
    return PreTrainedTokenizerFast.from_pretrained(_tokenizer_folder.name)


def load_hf(folder: Path) -> torch.nn.Module:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def bridge(folder: Path) -> TransformerBridge:
    return TransformerBridge.boot_transformers(
        str(folder), hf_model=load_hf(folder), tokenizer=placeholder_tokenizer(), device="cpu"
    )


def hooked(folder: Path) -> HookedTransformer:
    """HookedTransformer with TransformerLens' own conversion of the weights and an explicit configuration.

    Its loader by name knows published models only, and takes head size and rotary base from tables for those.
    """
    source = load_hf(folder)
    config = source.config
    gpt2 = config.model_type == "gpt2"
    heads, kv_heads = config.num_attention_heads, getattr(config, "num_key_value_heads", None)
    settings = {
        "n_layers": config.num_hidden_layers,
        "d_model": config.hidden_size,
        "n_heads": heads,
        "d_head": getattr(config, "head_dim", None) or config.hidden_size // heads,
        "d_mlp": (config.n_inner or 4 * config.n_embd) if gpt2 else config.intermediate_size,
        "n_ctx": config.max_position_embeddings,
        "d_vocab": config.vocab_size,
        "act_fn": "gelu_new" if gpt2 else config.hidden_act,
        "eps": config.layer_norm_epsilon if gpt2 else config.rms_norm_eps,
        "normalization_type": "LN" if gpt2 else "RMS",
        "positional_embedding_type": "standard" if gpt2 else "rotary",
        "default_prepend_bos": False,
    }
    if not gpt2:
        settings |= {
            "rotary_base": config.rope_theta,
            "rotary_adjacent_pairs": False,
            "gated_mlp": True,
            "final_rms": True,
            "n_key_value_heads": kv_heads if kv_heads != heads else None,
        }
    model = HookedTransformer(HookedTransformerConfig(**settings), placeholder_tokenizer())
    convert = convert_gpt2_weights if gpt2 else convert_llama_weights
    missing, unexpected = model.load_state_dict(convert(source, model.cfg), strict=False)
    rest = [name for name in missing if not name.endswith((".mask", ".IGNORE", ".rotary_sin", ".rotary_cos", "unembed.b_U"))]
    assert not rest and not unexpected, (rest, unexpected)
    return model.eval()


@torch.no_grad()
def run_hf(model: torch.nn.Module, ids: torch.Tensor) -> tuple[torch.Tensor, Captures]:
    """Log-probabilities `[T, V]` and every hook point, read from the modules of Transformers itself."""
    captures: Captures = {}
    blocks = model.transformer.h if hasattr(model, "transformer") else model.model.layers
    handles = []
    for layer, block in enumerate(blocks):
        attention = block.attn if hasattr(block, "attn") else block.self_attn
        output = attention.c_proj if hasattr(attention, "c_proj") else attention.o_proj
        at = f"blocks.{layer}."

        def on_block(_m, args, out, at=at):
            captures[at + "hook_resid_pre"] = args[0][0] if args else None
            captures[at + "hook_resid_post"] = (out[0] if isinstance(out, tuple) else out)[0]

        def on_attention(_m, _args, out, at=at):
            captures[at + "hook_attn_out"] = out[0][0]

        handles += [
            block.register_forward_hook(on_block),
            attention.register_forward_hook(on_attention),
            block.mlp.register_forward_hook(lambda _m, _a, out, at=at: captures.update({at + "hook_mlp_out": out[0]})),
            output.register_forward_pre_hook(lambda _m, args, at=at: captures.update({at + "attn.hook_z": args[0][0]})),
        ]
    result = model(ids[None], output_hidden_states=True, use_cache=False)
    for handle in handles:
        handle.remove()
    for layer in range(len(blocks)):
        at = f"blocks.{layer}."
        captures[at + "hook_resid_pre"] = result.hidden_states[layer][0]
        captures[at + "hook_resid_mid"] = captures[at + "hook_resid_pre"] + captures[at + "hook_attn_out"]
    return result.logits[0].log_softmax(-1), captures


@torch.no_grad()
def run_lens(model: TransformerBridge | HookedTransformer, ids: torch.Tensor, edits: Edits) -> tuple[torch.Tensor, Captures]:
    """Log-probabilities and every hook point, after the edits. A capture at an edited hook point is the edited value."""
    captures: Captures = {}
    hooks: list[tuple[str, Callable]] = []
    # Hooks at one point run in this order: attn_out is captured before a mid edit is made there, all else after edits.
    late: list[tuple[str, Callable]] = []
    for name, edit in edits.items():
        if isinstance(model, TransformerBridge) and name.endswith("hook_resid_mid"):
            late += _mid_edit(name, edit)
        else:
            hooks.append((name, lambda x, hook, edit=edit: edit(x)))
    for layer in range(model.cfg.n_layers):
        for suffix in LAYER_HOOKS:
            name = f"blocks.{layer}.{suffix}"

            def capture(x, hook, name=name):
                captures[name] = x[0].flatten(1).clone()

            hooks.append((name, capture))
    logits = model.run_with_hooks(ids[None], fwd_hooks=hooks + late, return_type="logits")
    return logits[0].log_softmax(-1), captures


def _mid_edit(name: str, edit: Callable) -> list[tuple[str, Callable]]:
    """The bridge's resid_mid is the input of ln2 only: an edit there would not reach the skip connection.

    The same edit as a change of the attention's output, which is what the skip connection and ln2 both read.
    """
    block = name.rsplit(".", 1)[0]
    seen: Captures = {}

    def remember(x, hook):
        seen["pre"] = x

    def replace(x, hook):
        return edit(seen["pre"] + x) - seen["pre"]

    return [(f"{block}.hook_resid_pre", remember), (f"{block}.hook_attn_out", replace)]
