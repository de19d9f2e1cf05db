"""What a model says under steering, stated with forward hooks of Transformers and SAELens' encode and decode.

Written from the definitions in server/src/protocol/steering.ts. The whole text is one pass: causal attention lets a condition
that holds on from token to token be followed inside a hook.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import torch
from sae_lens import SAE
from transformers import AutoModelForCausalLM

FARTHEST = float("inf")


@dataclass
class Text:
    ids: list[int]
    #: Tokens from here on are generated.
    start: int
    roles: list[str | None]

    def step(self, t: int) -> int | None:
        return t - self.start + 1 if t >= self.start - 1 else None


@dataclass
class World:
    """A model, its SAEs with their hook points, and what is usual there."""

    folder: Path
    saes: list[tuple[Path, str]]
    dtype: torch.dtype = torch.float32
    #: By hook point: median norm, and mean `[d]`, of the residual; by SAE: largest and mean activations `[n]`.
    norms: dict[str, float] = field(default_factory=dict)
    means: dict[str, torch.Tensor] = field(default_factory=dict)
    maxima: list[torch.Tensor] = field(default_factory=list)
    usual: list[torch.Tensor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = AutoModelForCausalLM.from_pretrained(self.folder, dtype=self.dtype).eval()
        self.opened = [SAE.load_from_disk(path, dtype=str(self.dtype).removeprefix("torch.")) for path, _ in self.saes]
        base = self.model.base_model
        self.llama = hasattr(base, "layers")
        self.layers, self.norm = (base.layers, base.norm) if self.llama else (base.h, base.ln_f)

    def module(self, hook: str) -> torch.nn.Module:
        """The module whose output is a hook point, or, for `hook_resid_mid`, what joins the stream there."""
        _, layer, name = hook.split(".")
        block = self.layers[int(layer)]
        if name == "hook_resid_post":
            return block
        if name == "hook_resid_pre":
            return self.model.base_model.embed_tokens if self.llama else self.model.base_model.drop
        if name == "hook_mlp_out":
            return block.mlp
        return block.self_attn if self.llama else block.attn

    def direction(self, source: dict) -> torch.Tensor:
        if source["kind"] == "vector":
            return torch.tensor(source["vector"], dtype=self.dtype)
        if source["kind"] == "token":
            row = self.model.lm_head.weight[source["id"]] * self.norm.weight
            return row if self.llama else row - row.mean()
        if source["kind"] == "sum":
            return self.vector(source["terms"])
        sae = self.opened[source["sae"]]
        row = sae.W_dec[source["latent"]]
        # One more of its activation adds this much where activations are scaled by decoder norms.
        return row / row.norm() if getattr(sae.cfg, "rescale_acts_by_decoder_norm", False) else row

    def vector(self, terms: list[dict]) -> torch.Tensor:
        if len(terms) == 1 and terms[0]["weight"] == 1:
            return self.direction(terms[0]["direction"])
        return sum(term["weight"] * unit(self.direction(term["direction"])) for term in terms)


def unit(v: torch.Tensor) -> torch.Tensor:
    return v / v.norm()


def latent_of(edit: dict) -> tuple[int, int] | None:
    (term, *others) = edit["directions"]
    source = term["direction"]
    single = not others and term["weight"] == 1 and source["kind"] == "latent"
    return (source["sae"], source["latent"]) if single else None


def share(where: dict, t: int, text: Text) -> float:
    """How much of an edit reaches a token."""
    if t == 0 and not where["first"]:
        return 0.0
    inside = range(len(text.ids))[: text.start]
    if where["positions"]:
        inside = inside[slice(*where["positions"])]
    role = where["roles"] is None or text.roles[t] in where["roles"]
    if where["tokens"] != "generated" and t in inside and role:
        return 1.0
    step = text.step(t)
    first, end = where["steps"] or (0, None)
    if where["tokens"] == "prompt" or step is None or step < first or (end is not None and step >= end):
        return 0.0
    return 0.5 ** (step / where["halfLife"]) if where["halfLife"] else 1.0


def holds(condition: dict, f: torch.Tensor, text: Text) -> torch.Tensor:
    """`[T]` whether a condition holds, given what it looks at."""
    up = 1 if "above" in condition else -1
    threshold = condition["above"] if up == 1 else condition["below"]
    held, last = [], False
    for t, value in enumerate(f.tolist()):
        keeps = last and "release" in condition and up * value > up * condition["release"]
        held.append(up * value > up * threshold or keeps)
        last = held[-1] and text.step(t) is not None
    return torch.tensor(held)


def measure(world: World, edit: dict, vector: torch.Tensor) -> float:
    """What the edit's amount is in units of f, or of the vector."""
    latent, amount = latent_of(edit), edit["amount"]
    if edit["unit"] == "raw":
        return amount
    if edit["unit"] == "maximum":
        return amount * world.maxima[latent[0]][latent[1]].item()
    median = world.norms[edit["hook"]]
    return amount * median / (vector.norm().item() if latent or edit["operation"] == "add" else 1)


def change(world: World, edit: dict, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """`[T, d]` what an edit that reaches every token adds to the residual, and `[T]` whether f is not 0."""
    vector, latent, operation = world.vector(edit["directions"]), latent_of(edit), edit["operation"]
    if operation == "add":
        return (measure(world, edit, vector) * vector).expand_as(x), torch.ones(len(x), dtype=torch.bool)
    by_latent = latent is not None and operation != "project"
    if by_latent:
        sae = world.opened[latent[0]]
        acts = sae.encode(x)
        f = acts[:, latent[1]]
    else:
        f = x @ unit(vector)
    if operation == "scale":
        new = edit["amount"] * f
    elif operation == "project":
        new = torch.zeros_like(f)
    elif operation == "cap":
        new = f.clamp(max=measure(world, edit, vector))
    elif edit["amount"] == "mean":
        new = (world.usual[latent[0]][latent[1]] if by_latent else world.means[edit["hook"]] @ unit(vector)).expand_as(f)
    else:
        new = torch.full_like(f, 0 if operation == "ablate" else measure(world, edit, vector))
    if not by_latent:
        return (new - f)[:, None] * unit(vector), f != 0
    changed = acts.clone()
    changed[:, latent[1]] = new
    before, _ = sae.decode(acts), sae.encode(x)
    # SAELens remembers each token's normalisation from one encode to one decode.
    return sae.decode(changed) - before, f > 0


@torch.no_grad()
def steered(world: World, text: Text, edits: list[dict]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """`[T, V]` logits, and the residual at each residual hook point before the edits there and after (`HOOK after`)."""
    seen: dict[str, torch.Tensor] = {}

    def total(hook: str, x: torch.Tensor) -> torch.Tensor:
        added = torch.zeros_like(x)
        for edit in (it for it in edits if it["hook"] == hook):
            delta, fires = change(world, edit, x)
            reach = torch.tensor([share(edit["where"], t, text) for t in range(len(x))], dtype=x.dtype)
            for condition in edit["when"]:
                if "vector" in condition:
                    vector = torch.tensor(condition["vector"], dtype=x.dtype)
                    f = seen[condition["hook"]] @ vector + condition["bias"]
                else:
                    there = seen[world.saes[condition["sae"]][1]]
                    f = world.opened[condition["sae"]].encode(there)[:, condition["latent"]]
                reach = reach * holds(condition, f, text)
            added += (reach * (fires if edit["onlyFiring"] and latent_of(edit) else 1))[:, None] * delta
        return added

    def hooked(hook: str):
        def at_output(module, inputs, kwargs, output):
            whole = output[0] if isinstance(output, tuple) else output
            if hook.endswith("hook_resid_mid"):
                x = seen["stream"] + whole[0]
            else:
                x = whole[0]
            seen[hook] = x
            added = total(hook, x)
            seen[f"{hook} after"] = x + added
            changed = whole + added[None]
            return (changed, *output[1:]) if isinstance(output, tuple) else changed

        return at_output

    def remember(module, args, kwargs):
        seen["stream"] = (args[0] if args else kwargs["hidden_states"])[0]

    handles = [block.register_forward_pre_hook(remember, with_kwargs=True) for block in world.layers]
    names = ("hook_resid_mid", "hook_mlp_out", "hook_resid_post")
    every = [f"blocks.{layer}.{name}" for layer in range(len(world.layers)) for name in names]
    for hook in ["blocks.0.hook_resid_pre", *every]:
        handles.append(world.module(hook).register_forward_hook(hooked(hook), with_kwargs=True))
    logits = world.model(torch.tensor([text.ids]), use_cache=False).logits[0]
    for handle in handles:
        handle.remove()
    return logits, seen
