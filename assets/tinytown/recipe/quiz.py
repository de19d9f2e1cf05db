"""Scores a model on exam items: by teacher forcing, or by which of several answers it finds the most likely."""

import torch


def score(model, tokenizer, items, batch=32):
    """Share of right items per group; an item counts when every token of its answer is the first choice; `tokenizer` is a tokenizers.Tokenizer, items as world.exam draws them."""
    right, total = {}, {}
    for start in range(0, len(items), batch):
        part = items[start : start + batch]
        prompts = [tokenizer.encode(item["prompt"]).ids for item in part]
        answers = [tokenizer.encode(item["answer"]).ids for item in part]
        width = max(len(p) + len(a) for p, a in zip(prompts, answers))
        ids = torch.zeros(len(part), width, dtype=torch.long)
        for row, (p, a) in enumerate(zip(prompts, answers)):
            ids[row, : len(p) + len(a)] = torch.tensor(p + a)
        with torch.no_grad():
            best = model(input_ids=ids).logits.argmax(-1)
        for row, (item, p, a) in enumerate(zip(part, prompts, answers)):
            said = best[row, len(p) - 1 : len(p) + len(a) - 1].tolist()
            total[item["group"]] = total.get(item["group"], 0) + 1
            right[item["group"]] = right.get(item["group"], 0) + (said == a)
    return {group: right[group] / total[group] for group in sorted(total)}


def chosen(model, tokenizer, items):
    """For each item the one of its `choices` whose tokens together are the most likely."""
    found = []
    for item in items:
        prompt = tokenizer.encode(item["prompt"]).ids
        answers = [tokenizer.encode(choice).ids for choice in item["choices"]]
        ids = torch.zeros(len(answers), len(prompt) + max(map(len, answers)), dtype=torch.long)
        for row, answer in enumerate(answers):
            ids[row, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        with torch.no_grad():
            logprobs = model(input_ids=ids).logits[:, len(prompt) - 1 : -1].log_softmax(-1)
        picked = logprobs.gather(2, ids[:, len(prompt) :, None])[..., 0]
        sums = [float(picked[row, : len(answer)].sum()) for row, answer in enumerate(answers)]
        found.append(item["choices"][max(range(len(sums)), key=sums.__getitem__)])
    return found
