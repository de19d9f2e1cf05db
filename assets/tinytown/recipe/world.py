"""What the recipe needs from the generator: labelled text, attributes and exam items, drawn with Node 24."""

import json
import os
import subprocess
from pathlib import Path

GENERATOR = Path(__file__).resolve().parents[3] / "server" / "src" / "tinytown" / "corpus.ts"


def _lines(*arguments, lines=()):
    """Parsed JSON lines of one run of the generator, fed with `lines`. Raises CalledProcessError when it fails."""
    command = [os.environ.get("NODE", "node"), str(GENERATOR), *map(str, arguments)]
    output = subprocess.run(command, check=True, input="\n".join(lines), stdout=subprocess.PIPE, text=True).stdout
    # Not splitlines: only a line feed ends a JSON line.
    return [json.loads(line) for line in output.split("\n") if line]


def documents(kind, n, seed, split="train", core=70, answers=False):
    """`n` labelled documents of a kind: dicts with `kind`, `text` and `spans` (offsets equal Python's, all BMP).

    With `answers`, dicts with `text` and `answers` instead: the [start, end] of what follows from the text before it.
    """
    extra = ["--answers"] if answers else []
    return _lines("--kind", kind, "--n", n, "--seed", seed, "--split", split, "--core", core, *extra)


def exam(skill, n, seed):
    """`n` exam items of a skill: dicts with `group`, `prompt`, `answer` and perhaps `choices`."""
    return _lines("--exam", skill, "--n", n, "--seed", seed)


def attributes():
    """Unit and label text of every attribute."""
    return _lines("--attributes")[0]


def judged(attribute, texts):
    """For each text, the value the generator's judge finds for an attribute, or None."""
    return _lines("--judge", attribute, lines=[json.dumps(text) for text in texts])
