"""The model: a small Llama, its optimizers and learning rate, and its export as a Hugging Face snapshot."""

from pathlib import Path

import torch
from transformers import AttentionInterface, GenerationConfig, LlamaConfig, LlamaForCausalLM

import tokenizer as bpe

MUON_LR, ADAMW_LR = 0.014, 4e-3


def attend(module, query, key, value, attention_mask=None, scaling=1.0, **_):
    """Causal attention on rows without padding; on a CPU its backward pass is far quicker than the fused kernel's."""
    scores = (query * scaling) @ key.transpose(-1, -2)
    length = scores.shape[-1]
    future = torch.full((length, length), float("-inf"), dtype=scores.dtype, device=scores.device).triu(1)
    return ((scores + future).softmax(-1) @ value).transpose(1, 2).contiguous(), None


AttentionInterface.register("rows", attend)


def build_model(seed):
    """A Llama of about 3 M parameters with random weights."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=bpe.VOCABULARY,
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=6,
        # Four heads of 48: with six of 32 copying from a list forms later.
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=bpe.CONTEXT,
        rms_norm_eps=1e-5,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
        initializer_range=0.02,
    )
    model = LlamaForCausalLM(config)
    model.set_attn_implementation("rows")
    return model


def build_optimizers(model):
    """Muon for the hidden matrices, AdamW for the embedding and the norms: [(optimizer, rate)]."""
    hidden = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "lm_head" not in n]
    ids = {id(p) for p in hidden}
    rest = [p for p in model.parameters() if id(p) not in ids]
    muon = torch.optim.Muon(hidden, lr=MUON_LR, weight_decay=0.01, momentum=0.95)
    adamw = torch.optim.AdamW(rest, lr=ADAMW_LR, betas=(0.9, 0.95), weight_decay=0.0)
    return [(muon, MUON_LR), (adamw, ADAMW_LR)]


def loss_of(model, ids, weights):
    """Weighted mean cross-entropy of every token of `ids` [rows, length] but the first of each row."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(input_ids=ids, use_cache=False).logits
    losses = torch.nn.functional.cross_entropy(logits[:, :-1].float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    weights = weights[:, 1:].flatten()
    return (losses * weights).sum() / weights.sum()


def learning_rate(progress, step):
    """Factor: a short warm-up by steps, level until 20 %, then down to 2 % of the rate: copying forms as it sinks."""
    return min(1.0, (step + 1) / 60) * (1.0 - 0.98 * max(0.0, progress - 0.2) / 0.8)


def export(model, tokenizer, folder):
    """Writes the snapshot folder, weights in bf16."""
    folder = Path(folder)
    bpe.save(tokenizer, folder)
    clone = LlamaForCausalLM(model.config)
    clone.set_attn_implementation("sdpa")
    clone.load_state_dict(model.state_dict())
    clone = clone.to(torch.bfloat16)
    clone.generation_config = GenerationConfig(bos_token_id=0, eos_token_id=[2, 0], pad_token_id=0, max_new_tokens=128)
    clone.save_pretrained(folder, safe_serialization=True)
