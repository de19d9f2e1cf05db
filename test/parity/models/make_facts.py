#!/usr/bin/env python3
"""Writes the tiny models of the parity tests and what they compute: facts/NAME/{config.json, *.safetensors, facts.*}.

    python test/parity/models/make_facts.py [NAME ...]

Needs the packages of ../README.md. Facts come from TransformerLens; before they are written, Transformers' own hidden
states and, where it can, TransformerLens' HookedTransformer must agree with them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from fixtures import FIXTURES, VOCABULARY, Fixture, write_model
from oracles import LAYER_HOOKS, Captures, bridge, hooked, load_hf, run_hf, run_lens
from safetensors.torch import save_file

AGREEMENT = 1e-5
LENGTHS = (10, 16)
FACTS = Path(__file__).parent / "facts"


def relative_error(a: torch.Tensor, b: torch.Tensor) -> float:
    """Largest ‖a−b‖/‖b‖ of a row."""
    return ((a - b).norm(dim=-1) / b.norm(dim=-1).clamp(min=1e-12)).max().item()


def assert_agree(what: str, a: tuple[torch.Tensor, Captures], b: tuple[torch.Tensor, Captures]) -> None:
    errors = {"log-probabilities": relative_error(a[0], b[0])}
    errors |= {name: relative_error(value, b[1][name]) for name, value in a[1].items()}
    worst = max(errors, key=errors.__getitem__)
    assert errors[worst] < AGREEMENT, f"{what}: {worst} differs by {errors[worst]:.1e}"


def edit_plan(layers: int, tokens: int, d: int, draw: torch.Generator) -> list[dict]:
    """Affine edits x' = keep ⊙ x + delta, each a list of {hook, keep, delta}; shapes `[1 or T, 1 or d]`."""

    def random(rows: int, columns: int) -> torch.Tensor:
        return torch.randn(rows, columns, generator=draw)

    last = layers - 1
    zero = torch.ones(tokens, 1)
    zero[5] = 0
    return [
        {"name": "add", "edits": [{"hook": f"blocks.{last}.hook_resid_pre", "delta": random(1, d) * 2}]},
        {"name": "zero-position", "edits": [{"hook": "blocks.0.hook_resid_post", "keep": zero}]},
        {
            "name": "affine",
            "edits": [{"hook": "blocks.0.hook_resid_mid", "keep": random(tokens, d), "delta": random(tokens, d)}],
        },
        {
            "name": "embedding",
            "edits": [{"hook": "blocks.0.hook_resid_pre", "keep": random(1, d), "delta": random(1, d)}],
        },
        {
            "name": "two-at-once",
            "edits": [
                {"hook": f"blocks.{last}.hook_resid_mid", "delta": random(1, d)},
                {"hook": f"blocks.{last}.hook_resid_post", "keep": random(tokens, 1)},
            ],
        },
    ]


def as_function(edit: dict):
    def apply(x: torch.Tensor) -> torch.Tensor:
        return x * edit.get("keep", torch.ones(1, 1)) + edit.get("delta", torch.zeros(1, 1))

    return apply


def make(fixture: Fixture) -> None:
    folder = FACTS / fixture.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_model(fixture, folder)
    reference, lens = load_hf(folder), bridge(folder)
    classic = hooked(folder) if fixture.hooked else None
    draw = torch.Generator().manual_seed(len(fixture.name))
    layers = lens.cfg.n_layers
    tensors: dict[str, torch.Tensor] = {}
    described: dict = {"why": fixture.why, "layers": layers, "dModel": lens.cfg.d_model, "vocabulary": VOCABULARY}

    described["sequences"] = []
    for number, length in enumerate(LENGTHS):
        ids = torch.randint(0, VOCABULARY, (length,), generator=draw)
        facts = run_lens(lens, ids, {})
        assert_agree(f"{fixture.name} against Transformers", run_hf(reference, ids), facts)
        if classic:
            assert_agree(f"{fixture.name} against HookedTransformer", run_lens(classic, ids, {}), facts)
        described["sequences"].append(ids.tolist())
        tensors[f"{number}.logprobs"] = facts[0]
        for layer in range(layers):
            for hook in LAYER_HOOKS:
                name = f"blocks.{layer}.{hook}"
                if hook == "hook_resid_pre" and layer > 0:
                    # Stored once, as the resid_post before it.
                    assert torch.equal(facts[1][name], facts[1][f"blocks.{layer - 1}.hook_resid_post"])
                else:
                    tensors[f"{number}.{name}"] = facts[1][name]

    described["edits"] = []
    ids = torch.tensor(described["sequences"][0])
    for plan in edit_plan(layers, len(ids), lens.cfg.d_model, draw) if fixture.edits else []:
        functions = {edit["hook"]: as_function(edit) for edit in plan["edits"]}
        facts = run_lens(lens, ids, functions)
        if classic:
            assert_agree(f"{fixture.name}, edit {plan['name']}", run_lens(classic, ids, functions), facts)
        assert relative_error(facts[0], tensors["0.logprobs"]) > 1e-2, f"edit {plan['name']} changes nothing"
        key = f"edit.{plan['name']}"
        tensors[f"{key}.logprobs"] = facts[0]
        tensors[f"{key}.resid_post"] = facts[1][f"blocks.{layers - 1}.hook_resid_post"]
        entries = []
        for number, edit in enumerate(plan["edits"]):
            parts = {part: edit[part] for part in ("keep", "delta") if part in edit}
            tensors |= {f"{key}.{number}.{part}": value for part, value in parts.items()}
            entries.append({"hook": edit["hook"], "parts": {p: list(v.shape) for p, v in parts.items()}})
        described["edits"].append({"name": plan["name"], "edits": entries})

    save_file({name: value.float().contiguous() for name, value in tensors.items()}, folder / "facts.safetensors")
    (folder / "facts.json").write_text(json.dumps(described, indent=1) + "\n")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{fixture.name}: {len(tensors)} tensors, {size} bytes")


def main() -> None:
    torch.set_num_threads(1)
    wanted = sys.argv[1:]
    for fixture in FIXTURES:
        if not wanted or fixture.name in wanted:
            make(fixture)


if __name__ == "__main__":
    main()
