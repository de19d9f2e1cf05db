"""Absorption: first-letter latents that stay silent on words that have a latent of their own."""

from truth import collect_spans

# Attributes that name a word itself.
WORD_ATTRIBUTES = ("object", "colour", "place", "job", "pet", "pet name", "dish", "country", "name", "family")
LEAST_F1 = 0.5


def absorption(drawn, levels, by_feature):
    """Counts over the words whose first letter is told in spelling texts (the words, not the answers).

    A word is absorbed when every latent of its first letter is silent on it and a latent of the word itself fires.
    `levels` is uint8 [tokens, latents], `by_feature` as Truth.best gives it; letters and words count when
    they have a latent of held-out F1 >= 0.5."""
    latents = {}
    for latent, (key, f1, *_) in by_feature.items():
        if f1 >= LEAST_F1:
            latents.setdefault(key, []).append(latent)
    words = {}
    for first, last, attribute, value, doc in collect_spans(drawn):
        if drawn[doc][0]["kind"] == "spelling":
            words.setdefault((first, last), {}).setdefault(attribute, value)
    counts = {"words": 0, "silent": 0, "wordsWithOwnLatent": 0, "absorbed": 0}
    for (first, last), named in words.items():
        letter = latents.get(("first letter", named.get("first letter")))
        # The answer is marked as a letter too.
        if letter is None or "letter" in named:
            continue
        fired = levels[first:last].max(0)
        quiet = not fired[letter].any()
        own = [latent for a in WORD_ATTRIBUTES if a in named for latent in latents.get((a, named[a]), [])]
        has_own = bool(own) and bool(fired[own].any())
        counts["words"] += 1
        counts["silent"] += quiet
        counts["wordsWithOwnLatent"] += has_own
        counts["absorbed"] += quiet and has_own
    letters = len({key for key in latents if key[0] == "first letter"})
    rate = counts["absorbed"] / counts["wordsWithOwnLatent"] if counts["wordsWithOwnLatent"] else None
    return {"letters": letters, **counts, "rate": rate}
