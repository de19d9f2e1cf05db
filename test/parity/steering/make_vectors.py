#!/usr/bin/env python3
"""Writes control vectors with repeng's own exporter, and what public readers find in the files that we write.

    node test/parity/steering/write_ours.ts
    python test/parity/steering/make_vectors.py

Needs gguf, repeng and safetensors. facts/repeng.gguf is written by repeng, facts/plain-*.safetensors by safetensors;
facts/vectors.json holds the values of these, and what the packages gguf and safetensors read in facts/ours.*.
"""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np

# repeng 0.4.0 names a type in an annotation that NumPy 2 no longer has.
np.float_ = np.float64
from repeng import ControlVector
from safetensors import safe_open
from safetensors.numpy import save_file

FACTS = Path(__file__).parent / "facts"


def rows(seed: int, count: int, d: int = 9) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    return [generator.normal(size=d).astype(np.float32) for _ in range(count)]


def repeng() -> dict:
    # As repeng trains them: from the last layer to the second.
    directions = dict(zip([3, 2, 1], rows(1, 3)))
    vector = ControlVector(model_type="llama", directions=directions)
    vector.export_gguf(str(FACTS / "repeng.gguf"))
    assert ControlVector.import_gguf(FACTS / "repeng.gguf") == vector
    return {f"direction.{layer}": row.tolist() for layer, row in directions.items()}


def plain() -> dict:
    one, two = rows(2, 2)
    half = rows(3, 1)[0].astype(np.float16)
    files = {
        "plain-layers": {"layer.1": one, "layer.2": two},
        "plain-single": {"vector": one[None]},
        "plain-half": {"direction.2": half},
    }
    for name, tensors in files.items():
        save_file(tensors, FACTS / f"{name}.safetensors")
    return {
        name: {key: np.ravel(value).astype(np.float32).tolist() for key, value in tensors.items()}
        for name, tensors in files.items()
    }


def ours_gguf() -> dict:
    reader = gguf.GGUFReader(FACTS / "ours.gguf")
    fields = {}
    for name, field in reader.fields.items():
        if not name.startswith("GGUF."):
            value = field.contents()
            fields[name] = value if isinstance(value, str) else int(value)
    assert {tensor.tensor_type for tensor in reader.tensors} == {gguf.GGMLQuantizationType.F32}
    assert all(tensor.data_offset % 32 == 0 for tensor in reader.tensors)
    read = {tensor.name: tensor.data.tolist() for tensor in reader.tensors}
    # repeng reads it as well.
    again = ControlVector.import_gguf(FACTS / "ours.gguf")
    assert {f"direction.{layer}": row.tolist() for layer, row in again.directions.items()} == read
    assert again.model_type == "llama"
    return {"fields": fields, "tensors": read}


def ours_safetensors() -> dict:
    with safe_open(FACTS / "ours.safetensors", "np") as file:
        return {
            "metadata": file.metadata(),
            "tensors": {name: file.get_tensor(name).tolist() for name in file.keys()},
        }


facts = {
    "repeng": repeng(),
    **plain(),
    "ours.gguf": ours_gguf(),
    "ours.safetensors": ours_safetensors(),
}
(FACTS / "vectors.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
