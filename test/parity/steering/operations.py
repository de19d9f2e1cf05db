"""Which edits the facts hold: every operation, direction, unit, place and condition, over latents and thresholds that rounding
cannot move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from steered import Text, World, steered

EVERYWHERE = {"tokens": "all", "roles": None, "positions": None, "steps": None, "halfLife": None, "first": False}


def edit(hook: str, operation: str, terms: list[dict], amount: float | str = 0, **more) -> dict:
    where = EVERYWHERE | more.pop("where", {})
    plain = {"unit": "raw", "onlyFiring": False, "when": []}
    return {"hook": hook, "operation": operation, "directions": terms, "amount": amount, **plain, **more, "where": where}


def term(kind: str, weight: float = 1, **of) -> dict:
    return {"direction": {"kind": kind, **of}, "weight": weight}


@dataclass
class Pick:
    """A latent that fires on some tokens of a text and stays silent on others."""

    sae: int
    latent: int
    hook: str
    #: `[T]` activations in the model as it is.
    f: list[float]

    @property
    def term(self) -> dict:
        return term("latent", sae=self.sae, latent=self.latent)

    def between(self) -> float:
        """A threshold in the widest gap of its activations after the first token."""
        values = sorted({0.0, *self.f[1:]})
        low, high = max(zip(values, values[1:]), key=lambda pair: pair[1] - pair[0])
        return (low + high) / 2

    def condition(self, **threshold: float) -> dict:
        return {"sae": self.sae, "latent": self.latent, **threshold}


def margins(sae, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Activations `[T, n]`, and by how much each pre-activation is away from where its latent begins to fire."""
    seen: dict[str, torch.Tensor] = {}
    sae.hook_sae_acts_pre.add_hook(lambda value, hook: seen.update(pre=value.clone()))
    acts = sae.encode(x)
    sae.reset_hooks()
    pre = seen["pre"]
    if getattr(sae.cfg, "rescale_acts_by_decoder_norm", False):
        pre = pre * sae.W_dec.norm(dim=-1)
    if hasattr(sae, "threshold"):
        gate = sae.threshold.clamp(min=0)[None]
    elif hasattr(sae.cfg, "k"):
        ranked = pre.topk(sae.cfg.k + 1, dim=1).values[:, -2:]
        gate = ranked.mean(1, keepdim=True).clamp(min=0)
    else:
        gate = torch.zeros(1, 1, dtype=x.dtype)
    return acts, (pre - gate).abs() / acts.max()


def picks(world: World, text: Text, index: int, count: int) -> list[Pick]:
    """Latents of an SAE, those first that are farthest from changing whether they fire."""
    hook = world.saes[index][1]
    x = steered(world, text, [])[1][hook]
    with torch.no_grad():
        acts, margin = margins(world.opened[index], x)
    fires = acts > 0
    written = fires[text.start - 1 :]
    several = (fires[1:].sum(0) >= 3) & (fires[1:].sum(0) < len(fires) - 2) & written.any(0) & ~written.all(0)
    safe = margin.min(0).values.where(several, torch.tensor(-1.0, dtype=margin.dtype))
    best = safe.topk(count)
    assert best.values.min() > 1e-4, f"{world.saes[index]}: too few latents are clear ({best.values.tolist()})"
    return [Pick(index, latent, hook, acts[:, latent].tolist()) for latent in best.indices.tolist()]


def released(world: World, text: Text, index: int) -> dict:
    """A condition that on some generated token holds only because it held before."""
    hook = world.saes[index][1]
    with torch.no_grad():
        acts = world.opened[index].encode(steered(world, text, [])[1][hook])
    best, found = 0.0, {}
    for latent in (acts[text.start - 1 :] > 0).any(0).nonzero()[:, 0].tolist():
        f = acts[text.start - 1 :, latent].tolist()
        for before, after in zip(f, f[1:]):
            room = min(before - after, after) / (max(f) + 1e-9)
            if room > best:
                best = room
                found = {"sae": index, "latent": latent, "above": (before + after) / 2, "release": after / 2}
    assert best > 1e-2, "no latent falls slowly"
    return found


def one_kind(world: World, text: Text, index: int, size: float) -> Iterator[tuple[str, list[dict]]]:
    """What depends on how an SAE reads and decodes: every operation on one of its latents."""
    p, q = picks(world, text, index, 2)
    at, m = p.hook, max(p.f[1:])
    yield "add maximum", [edit(at, "add", [p.term], 0.7, unit="maximum")]
    yield "add residual", [edit(at, "add", [p.term], size, unit="residual")]
    yield "scale", [edit(at, "scale", [p.term], -3)]
    yield "clamp always", [edit(at, "clamp", [p.term], 1.5 * m)]
    yield "clamp where it fires", [edit(at, "clamp", [p.term], -2 * m, onlyFiring=True)]
    yield "clamp residual", [edit(at, "clamp", [p.term], size, unit="residual")]
    yield "ablate to zero", [edit(at, "ablate", [p.term], 0)]
    yield "ablate to the mean", [edit(at, "ablate", [p.term], "mean")]
    yield "project", [edit(at, "project", [p.term])]
    yield "cap", [edit(at, "cap", [p.term], p.between() / 2)]
    above = [edit(at, "clamp", [p.term], 2 * m, when=[q.condition(above=q.between())])]
    yield "clamp while another fires", above
    yield "two latents at once", [edit(at, "scale", [p.term], 4), edit(at, "clamp", [q.term], 2 * max(q.f[1:]))]


def directions(world: World, text: Text, index: int, size: float) -> Iterator[tuple[str, list[dict]]]:
    """Other directions than a latent, at the SAE's hook point and elsewhere."""
    (p,) = picks(world, text, index, 1)
    d = world.model.config.hidden_size
    draw = torch.Generator().manual_seed(5)
    raw = term("vector", vector=[round(it, 3) for it in torch.randn(d, generator=draw).tolist()])
    token = term("token", id=text.ids[3])
    both = [p.term, raw | {"weight": -0.5}, token | {"weight": 0.7}]
    norm = world.norms[p.hook]
    for name, terms in (("vector", [raw]), ("token", [token]), ("sum", both)):
        yield f"add {name}", [edit(p.hook, "add", terms, size, unit="residual")]
        yield f"clamp {name}", [edit(p.hook, "clamp", terms, size, unit="residual")]
        yield f"project {name}", [edit(p.hook, "project", terms)]
    yield "add raw", [edit(p.hook, "add", [raw], size * norm / d**0.5)]
    yield "scale vector", [edit(p.hook, "scale", [raw], -8)]
    yield "ablate vector to zero", [edit(p.hook, "ablate", [raw], 0)]
    yield "ablate sum to the mean", [edit(p.hook, "ablate", both, "mean")]
    yield "cap token", [edit(p.hook, "cap", [token], 0.01, unit="residual")]
    last = f"blocks.{len(world.layers) - 1}"
    yield "add before the layers", [edit("blocks.0.hook_resid_pre", "add", [raw], size * norm / d**0.5)]
    yield "add between attention and MLP", [edit(f"{last}.hook_resid_mid", "add", [raw], size * norm / d**0.5)]
    yield "add to what an MLP writes", [edit("blocks.0.hook_mlp_out", "add", [raw], size * norm / d**0.5)]
    yield "project between attention and MLP", [edit(f"{last}.hook_resid_mid", "project", [token])]
    once = edit(p.hook, "add", [raw], size, unit="residual")
    yield "two additions", [once, edit(p.hook, "add", [token], size, unit="residual", where={"tokens": "generated"})]
    yield "addition and clamp", [once, edit(p.hook, "clamp", [p.term], 2 * max(p.f[1:]))]


def places(world: World, text: Text, index: int, size: float) -> Iterator[tuple[str, list[dict]]]:
    (p,) = picks(world, text, index, 1)
    wheres = {
        "prompt": {"tokens": "prompt"},
        "generated": {"tokens": "generated"},
        "first": {"first": True},
        "roles": {"roles": ["user"]},
        "roles of the prompt alone": {"roles": ["system", "user"], "tokens": "prompt"},
        "positions": {"positions": [2, 5]},
        "positions from the end": {"positions": [-4, -1], "tokens": "prompt"},
        "steps": {"steps": [2, 5], "tokens": "generated"},
        "step 0": {"steps": [0, 1], "tokens": "generated"},
        "from a step on": {"steps": [3, None]},
        "half-life": {"halfLife": 2.5, "tokens": "generated"},
        "half-life everywhere": {"halfLife": 4},
    }
    for name, where in wheres.items():
        yield f"add at {name}", [edit(p.hook, "add", [p.term], size, unit="residual", where=where)]
    clamp = edit(p.hook, "clamp", [p.term], 2 * max(p.f[1:]), where=wheres["half-life everywhere"])
    yield "clamp with half-life", [clamp]


def conditions(world: World, text: Text, index: int, earlier: int, size: float) -> Iterator[tuple[str, list[dict]]]:
    """Conditions on latents at the edit's hook point and before it."""
    p, q, r = picks(world, text, index, 3)
    (e,) = picks(world, text, earlier, 1)
    whens = {
        "above": [q.condition(above=q.between())],
        "below": [q.condition(below=q.between())],
        "above at an earlier hook point": [e.condition(above=e.between())],
        "two": [q.condition(below=q.between()), r.condition(below=r.between())],
        "two at two hook points": [e.condition(below=e.between()), q.condition(below=q.between())],
        "above until released": [released(world, text, index)],
        "above until released, earlier": [released(world, text, earlier)],
        "never released": [q.condition(above=q.between(), release=-1)],
        "below until released": [q.condition(below=q.between(), release=1e6)],
        "released and below": [released(world, text, earlier), q.condition(below=q.between())],
    }
    where = {"tokens": "all"}
    for name, when in whens.items():
        yield f"add while {name}", [edit(p.hook, "add", [p.term], size, unit="residual", when=when, where=where)]
    both = [
        edit(e.hook, "scale", [e.term], 3),
        edit(p.hook, "clamp", [p.term], 2 * max(p.f[1:]), when=[q.condition(above=q.between())]),
    ]
    yield "edits at two hook points, one conditional", both
    yield "clamp on one's own firing", [edit(p.hook, "clamp", [p.term], 0, when=[p.condition(above=p.between())])]


def read_conditions(world: World, text: Text, index: int, earlier: int, size: float) -> Iterator[tuple[str, list[dict]]]:
    """Conditions on `x · vector + bias`, as linear probes are, at the edit's hook point and before it; with those on latents too."""
    p, q = picks(world, text, index, 2)
    d = world.model.config.hidden_size
    draw = torch.Generator().manual_seed(9)
    residual = steered(world, text, [])[1]

    def reading(hook: str, bias: float) -> tuple[dict, float, float]:
        vector = [round(it, 3) for it in (torch.randn(d, generator=draw) / 4).tolist()]
        values = sorted((residual[hook][1:] @ torch.tensor(vector, dtype=world.dtype) + bias).tolist())
        middle = values[len(values) // 4 : -(len(values) // 4)]
        low, high = max(zip(middle, middle[1:]), key=lambda pair: pair[1] - pair[0])
        return {"hook": hook, "vector": vector, "bias": bias}, (low + high) / 2, (values[0] + middle[0]) / 2

    here, threshold, least = reading(p.hook, 0.75)
    before, other, _ = reading("blocks.0.hook_resid_pre", -1.5)
    whens = {
        "a direction is above": [here | {"above": threshold}],
        "a direction is below": [here | {"below": threshold}],
        "a direction is above before the layers": [before | {"above": other}],
        "a direction is above until released": [here | {"above": threshold, "release": least}],
        "two directions": [here | {"above": threshold}, before | {"below": other}],
        "a direction and a latent": [here | {"below": threshold}, q.condition(below=q.between())],
    }
    where = {"tokens": "all"}
    for name, when in whens.items():
        yield f"add while {name}", [edit(p.hook, "add", [p.term], size, unit="residual", when=when, where=where)]
    ratio = max(p.f[1:])
    when = [here | {"above": threshold}]
    yield "clamp while a direction is above", [edit(p.hook, "clamp", [p.term], 2 * ratio, when=when)]
    both = term("sum", terms=[term("latent", weight=2, sae=p.sae, latent=p.latent), term("latent", weight=-1, sae=q.sae, latent=q.latent)])
    yield "add a sum as one direction", [edit(p.hook, "add", [both], size, unit="residual")]
    yield "project a sum out as a term", [edit(p.hook, "project", [both, term("token", weight=0.5, id=text.ids[3])])]
