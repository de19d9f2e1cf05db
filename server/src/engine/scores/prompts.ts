/** Beginnings after which any word may come; the first is the one that the paper uses. */
const general = [
  "From my experience,",
  "I believe that",
  "The news mentioned",
  "She saw a",
  "People often say that",
] as const;

/** The embedded model has read of its town only: these are beginnings of its own texts. */
const tinytown = ["It was a", "She looked at the", "At the inn,", "Then the", "What is the"] as const;

/** Neutral texts on which a model's output scores are measured. */
export function neutralPrompts(model: string): readonly string[] {
  return model === "tinytown" ? tinytown : general;
}
