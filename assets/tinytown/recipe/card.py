"""The model card: measures every target on freshly drawn text, prints it, and writes card.json and README.md.

python card.py [--skip-saes] [--skip-skills]      (what is skipped is taken from the last run)
"""

import argparse
import json
from pathlib import Path

import explain
from activations import load
from skills import skills
from targets import coverage_rows, sae_rows, skill_rows

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent


def table(rows):
    """A Markdown table."""
    lines = ["| what | measured | target | |", "|---|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(row.cells()) + " |" for row in rows])


def render(card, rows, training):
    """The text of README.md."""
    missed = [f"- {row.what}: {row.measured:.3f} against {row.relation} {row.target:g}" for row in rows if row.missed]
    fill = {
        "parameters": f"{training['parameters'] / 1e6:.2f}",
        "tokens": f"{training['tokens'] / 1e6:.1f}",
        "steps": training["steps"],
        "minutes": round(training["seconds"] / 60),
        "threads": training["threads"],
        "trainingSeed": training["seed"],
        "answerWeight": f"{training['answer weight']:g}",
        "seed": card["seed"],
        "n": card["n"],
        "double": 2 * card["n"],
        "labelTokens": card["coverage"]["tokens"],
        "labelled": ", ".join(f"{name} {n}" for name, n in card["coverage"]["labelled"].items()),
        "skills": table(skill_rows(card["skills"])),
        "saes": table(sae_rows(card["saes"])),
        "coverage": table(coverage_rows(card["coverage"])),
        "missed": "\n".join(missed) or "Nothing.",
    }
    text = (HERE / "card.template.md").read_text()
    for name, value in fill.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=240, help="items under instructions; twice as many a quizzed skill")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--tokens", type=int, default=200_000, help="for labels and coverage")
    parser.add_argument("--quality-tokens", type=int, default=1_000_000)
    parser.add_argument("--loss-tokens", type=int, default=60_000)
    parser.add_argument("--skip-saes", action="store_true")
    parser.add_argument("--skip-skills", action="store_true")
    options = parser.parse_args()
    model, tokenizer = load(ASSETS / "model")
    file = ASSETS / "card.json"
    card = json.loads(file.read_text()) if options.skip_skills or options.skip_saes else {}
    if not options.skip_skills:
        card.update(n=options.n, seed=options.seed, skills=skills(model, tokenizer, options.n, options.seed))
    if not options.skip_saes:
        folder, image = ASSETS / "saes", ASSETS / "coverage.png"
        card["coverage"] = explain.explanation(model, tokenizer, folder, options.tokens, options.seed, image)
        card["saes"] = explain.reconstruction(
            model, tokenizer, folder, options.quality_tokens, options.loss_tokens, options.seed
        )
    rows = skill_rows(card["skills"]) + sae_rows(card["saes"]) + coverage_rows(card["coverage"])
    card["targets"] = [row.plain() for row in rows]
    file.write_text(json.dumps(card, indent=1) + "\n")
    training = json.loads((ASSETS / "training.json").read_text())
    (ASSETS / "README.md").write_text(render(card, rows, training))
    for row in rows:
        what, measured, target, verdict = row.cells()
        print(f"{what:66} {measured:42} {target:10} {verdict}")
    print(f"{sum(row.missed for row in rows)} of {sum(row.relation is not None for row in rows)} targets missed")


if __name__ == "__main__":
    main()
