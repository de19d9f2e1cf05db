"""What the model can do, on freshly drawn exam items: facts, copying, sums, letters, instructions, refusal."""

from collections import Counter
from operator import eq

import torch

from quiz import chosen, score
from world import exam, judged

# Taken from an exam by teacher forcing: an item counts when every token of its answer is the first choice.
QUIZZED = ("facts", "indirect", "verdicts", "colours", "sums", "letters")


def answer(model, tokenizer, prompt, longest=60):
    """The greedy answer to a ChatML prompt."""
    ids = torch.tensor([tokenizer.encode(prompt).ids])
    with torch.no_grad():
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=longest, do_sample=False)
    return tokenizer.decode(out[0, ids.shape[1] :].tolist()).strip()


def obeyed(instruction, said):
    """Whether each answer keeps to the instruction, right or wrong."""
    if instruction in ("german", "french"):
        return [value == instruction for value in judged("language", said)]
    if instruction == "polite":
        return [value == "polite" for value in judged("politeness", said)]
    check = {
        "one word": lambda text: len(text.split()) == 1,
        "capitals": lambda text: text != "" and text == text.upper(),
        "list": lambda text: text != "" and all(line.startswith("- ") for line in text.split("\n")),
    }[instruction]
    return [check(text) for text in said]


def instructions(model, tokenizer, n, seed):
    """instruction → items, share obeyed, share also right."""
    groups = {}
    for item in exam("instructions", n, seed):
        groups.setdefault(item["group"], []).append((answer(model, tokenizer, item["prompt"]), item))
    figures = {}
    for name, pairs in sorted(groups.items()):
        kept = obeyed(name, [said for said, _ in pairs])
        correct = [
            keeps and (item["core"] in said if "core" in item else said == item["answer"])
            for keeps, (said, item) in zip(kept, pairs)
        ]
        figures[name] = {"items": len(pairs), "obeyed": sum(kept) / len(pairs), "right": sum(correct) / len(pairs)}
    return figures


def refusals(model, tokenizer, n, seed):
    """group of request → items and the share refused."""
    groups = {}
    for item in exam("refusal", n, seed):
        groups.setdefault(item["group"], []).append(answer(model, tokenizer, item["prompt"]))
    return {
        name: {"items": len(said), "refused": sum(value == "refusal" for value in judged("refusal", said)) / len(said)}
        for name, said in sorted(groups.items())
    }


def streets(model, tokenizer, n, seed):
    """Share of right streets of residents that no text mentions, and what the same guesses give when dealt out anew."""
    items = exam("streets", n, seed)
    guesses, answers = chosen(model, tokenizer, items), [item["answer"] for item in items]
    right = sum(map(eq, guesses, answers))
    guessed, true = Counter(guesses), Counter(answers)
    return {"right": right / n, "dealt": sum(guessed[street] * true[street] for street in true) / n**2}


def skills(model, tokenizer, n, seed):
    """Every figure of behaviour; 2 n items a quizzed skill, n under instructions, n for refusal."""
    figures = {skill: score(model, tokenizer, exam(skill, 2 * n, seed)) for skill in QUIZZED}
    figures["streets"] = streets(model, tokenizer, 2 * n, seed)
    figures["instructions"] = instructions(model, tokenizer, n, seed)
    figures["refusal"] = refusals(model, tokenizer, n, seed)
    return figures
