#!/usr/bin/env python3
"""Writes logits of steered models as Transformers with forward hooks and SAELens give them.

    python test/parity/steering/make_operations.py                          facts/operations/
    python test/parity/steering/make_operations.py MODEL_FOLDER SAE_FOLDERS ../../real/operations.*, of SmolLM2 and its SAEs

Needs the packages of ../README.md and what is in ../models/facts, ../saes/facts and assets/tinytown; to be run again whenever
one of these is made again. NAME.json holds texts and edits in the words of server/src/protocol/steering.ts, NAME.safetensors
each case's logits in every token and some columns of the vocabulary. All is computed in f32 and in f64: a case on which the two
differ would test rounding.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from operations import conditions, directions, edit, one_kind, places, read_conditions, term
from safetensors.torch import save_file
from steered import Text, World, steered
from tokenizers import Tokenizer

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FACTS = HERE / "facts" / "operations"
MODELS = HERE.parent / "models" / "facts"
SAES = HERE.parent / "saes" / "facts"
TINYTOWN = ROOT / "assets" / "tinytown"
KINDS = [
    "standard-none-nobdec-bfloat16",
    "jumprelu-constant_norm_rescale-nobdec-float32",
    "jumprelu-layer_norm-bdec-float32",
    "topk-none-nobdec-bfloat16",
    "topk-constant_norm_rescale-bdec-rescale-bfloat16",
    "topk-layer_norm-bdec-rescale-float32",
]
POST = "blocks.{}.hook_resid_post"
MOST_TOKENS, MASSIVE = 384, 5


def median(values: torch.Tensor) -> float:
    return values.sort().values[len(values) // 2].item()


@torch.no_grad()
def learn(world: World, texts: list[list[int]], statistics: list[dict | None], excluded: set[int], from_second: bool) -> None:
    """What strengths are relative to: of SAEs as stated, else as measured on texts."""
    seen = [(ids, steered(world, Text(ids, len(ids), [None] * len(ids)), [])[1]) for ids in texts]
    for index, (_, hook) in enumerate(world.saes):
        rows = torch.cat([x[hook] for _, x in seen])
        norms = torch.cat([x[hook][1:].norm(dim=-1) for _, x in seen])
        acts = torch.cat([world.opened[index].encode(x[hook]) for _, x in seen])
        stated = statistics[index] or {
            "medianNorm": round(median(norms), 3),
            "mean": [round(it, 4) for it in rows.mean(0).tolist()],
            "maximum": [round(it, 4) for it in (acts.max(0).values + 1).tolist()],
        }
        places = [(t, i) for ids, _ in seen for t, i in enumerate(ids)]
        made_for = torch.tensor([not (from_second and t == 0) and i not in excluded for t, i in places])
        made_for &= rows.norm(dim=-1) <= MASSIVE * stated["medianNorm"]
        world.usual.append(acts[made_for].mean(0))
        world.maxima.append(torch.tensor(stated["maximum"], dtype=world.dtype))
        world.norms.setdefault(hook, stated["medianNorm"])
        world.means.setdefault(hook, torch.tensor(stated["mean"], dtype=world.dtype))
    for hook in (POST.format(layer) for layer in range(len(world.layers))):
        if hook in world.norms:
            continue
        rows = torch.cat([x[hook][1:] for _, x in seen])
        norms = rows.norm(dim=-1)
        world.norms[hook] = median(norms)
        world.means[hook] = rows[norms <= MASSIVE * world.norms[hook]].mean(0)


def error(a: torch.Tensor, b: torch.Tensor) -> float:
    return ((a - b).norm(dim=-1) / b.norm(dim=-1)).max().item()


def write(path: Path, worlds: tuple[World, World], text: Text, cases: Iterable[tuple[str, list[dict]]], more: dict) -> None:
    world, exact = worlds
    plain = steered(world, text, [])[0]
    columns = range(0, plain.shape[1], more["stride"])
    tensors, described = {"base": plain[:, columns]}, []
    for name, edits in cases:
        assert name not in tensors, name
        logits = steered(world, text, edits)[0]
        off = error(steered(exact, text, edits)[0].float(), logits)
        assert off < 5e-5, f"{path.name}, {name}: f32 and f64 differ by {off:.1e}"
        assert error(logits, plain) > 1e-3, f"{path.name}, {name} changes nothing: {json.dumps(edits)[:600]}"
        tensors[name] = logits[:, columns]
        described.append({"name": name, "edits": edits})
    path.parent.mkdir(exist_ok=True)
    save_file({name: it.float().contiguous() for name, it in tensors.items()}, path.with_suffix(".safetensors"))
    text = {"ids": text.ids, "from": text.start, "roles": text.roles}
    path.with_suffix(".json").write_text(json.dumps({**more, "text": text, "cases": described}) + "\n")
    print(f"{path.name}: {len(described)} cases")


def both(folder: Path, saes: list[tuple[Path, str]]) -> tuple[World, World]:
    return World(folder, saes), World(folder, saes, torch.float64)


def tiny() -> None:
    """SAEs of every way to normalise and to fire on both families, and all else that an edit can say on each family."""
    draw = torch.Generator().manual_seed(11)
    random = lambda count: torch.randint(2, 61, (count,), generator=draw).tolist()
    roles = ["system"] * 2 + ["user"] * 3 + ["assistant"] * 2 + [None] * 9
    text, calibration = Text(random(16), 7, roles), random(30)
    for model in ("llama-gqa-f32", "gpt2-f32"):
        for kind in KINDS:
            worlds = both(MODELS / model, [(SAES / kind, POST.format(0)), (SAES / kind, POST.format(1))])
            for world in worlds:
                learn(world, [calibration], [None, None], set(), False)
            world = worlds[0]
            statistics = [
                {"medianNorm": world.norms[hook], "mean": world.means[hook].tolist(), "maximum": maxima.tolist()}
                for (_, hook), maxima in zip(world.saes, world.maxima)
            ]
            about = {"stride": 2, "model": model, "calibration": calibration, "statistics": statistics}
            about["saes"] = [{"id": kind, "hook": hook} for _, hook in world.saes]
            cases = list(one_kind(world, text, 0, 0.8))
            if kind == "jumprelu-layer_norm-bdec-float32":
                cases += [*directions(world, text, 0, 0.8), *places(world, text, 0, 0.8), *conditions(world, text, 1, 0, 0.8)]
                cases += read_conditions(world, text, 1, 0, 0.8)
            write(FACTS / f"{model}-{kind}", worlds, text, cases, about)


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def embedded() -> None:
    """The embedded model with its SAEs, whose statistics come with them."""
    names = ["resid_post_1", "resid_post_1_topk", "resid_post_3"]
    folders = [TINYTOWN / "saes" / name for name in names]
    configs = [json.loads((folder / "cfg.json").read_text()) for folder in folders]
    hooks = [config["metadata"]["hook_name"] for config in configs]
    tokenizer = Tokenizer.from_file(str(TINYTOWN / "model" / "tokenizer.json"))
    ids_of = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    texts, left = [], MOST_TOKENS
    for part in re.split(r"\n(?:[^\S\n]*\n)+", (TINYTOWN / "saes" / "calibration.txt").read_text()):
        ids = ids_of(part)[:left]
        left -= len(ids)
        if len(ids) > 1:
            texts.append(ids)
    worlds = both(TINYTOWN / "model", list(zip(folders, hooks)))
    statistics = [json.loads((folder / "steerscope.json").read_text()) for folder in folders]
    for world in worlds:
        learn(world, texts, statistics, set(configs[0]["metadata"]["exclude_special_tokens"]), True)
    world = worlds[0]
    ids = ids_of("On a rainy morning, Noah was cheerful and laughed aloud. Peter lost his lantern at the mill. He felt sad.")
    text = Text(ids, 12, ["system"] * 3 + ["user"] * 6 + ["assistant"] * 3 + [None] * (len(ids) - 12))
    vector = term("vector", vector=[round((-1) ** i * 0.01 * (i % 17), 3) for i in range(192)])
    without = POST.format(2)
    cases = [
        *((f"{kind}, {name}", edits) for kind, i in (("jumprelu", 0), ("topk", 1)) for name, edits in one_kind(world, text, i, 0.5)),
        *directions(world, text, 2, 0.5),
        *conditions(world, text, 2, 1, 0.5),
        *read_conditions(world, text, 2, 1, 0.5),
        ("add where no SAE is", [edit(without, "add", [vector], 0.4, unit="residual")]),
        ("ablate to the mean where no SAE is", [edit(without, "ablate", [vector], "mean")]),
    ]
    about = {"stride": 20, "model": "tinytown", "saes": [{"id": name, "hook": hook} for name, hook in zip(names, hooks)]}
    about["weights"] = [hash_of(TINYTOWN / "model" / "model.safetensors")]
    about["weights"] += [hash_of(folder / "sae_weights.safetensors") for folder in folders]
    write(FACTS / "tinytown", worlds, text, cases, about)


def real(model: Path, folders: list[Path]) -> None:
    hooks = [json.loads((folder / "cfg.json").read_text())["metadata"]["hook_name"] for folder in folders]
    worlds = both(model, list(zip(folders, hooks)))
    ids = Tokenizer.from_file(str(model / "tokenizer.json")).encode(
        "The old fisherman rowed slowly across the quiet lake before sunrise, and nobody saw him leave.", add_special_tokens=False
    )
    text = Text(ids.ids, 8, [None] * len(ids.ids))
    kept = ("scale", "clamp always", "clamp where it fires", "ablate to zero", "project", "cap", "two latents at once")
    cases = [
        (f"{folder.name}, {name}", edits)
        for i, folder in enumerate(folders)
        for name, edits in one_kind(worlds[0], text, i, 0.5)
        if name in kept or name == "clamp while another fires"
    ]
    about = {"stride": 400, "model": "smollm2", "saes": [{"id": f.name, "hook": h} for f, h in zip(folders, hooks)]}
    about["weights"] = [hash_of(model / "model.safetensors")]
    write(ROOT / "test" / "real" / "operations", worlds, text, cases, about)


def main() -> None:
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        real(Path(sys.argv[1]), [Path(it) for it in sys.argv[2:]])
    else:
        tiny()
        embedded()


if __name__ == "__main__":
    main()
