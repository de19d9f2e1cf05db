import { Document, isScalar, type YAMLMap } from "yaml";
import type { Description, MessageInput } from "../../protocol/engine.ts";
import type { Draws } from "./completer.ts";
import type { Handle } from "./edits.ts";

/** A check of a recipe that a method writes. */
export interface MethodCheck {
  name: string;
  messages: MessageInput[];
  seed: number;
  /** Entries of `expect`. */
  expect: object[];
}

export interface MethodRecipe {
  name: string;
  description: string;
  /** As the user named them; saes null: those that ship with the model. */
  model: string;
  saes: string[] | null;
  handles: readonly Handle[];
  checks: MethodCheck[];
}

/** The text of a `.steer.yaml`: latents added in raw units on generated tokens, with their labels as comments. */
export function methodRecipe(recipe: MethodRecipe, { saes }: Description, draws: Draws): string {
  const used = new Set(recipe.handles.map(({ sae }) => sae));
  const { samples, maxTokens, temperature } = draws;
  const document = new Document({
    version: 1,
    name: recipe.name,
    description: recipe.description,
    model: recipe.model,
    saes: [...used].map((sae) => recipe.saes?.[sae] ?? saes[sae].id),
    edits: recipe.handles.map(({ sae, latent, coefficient }) => ({
      feature: `${saes[sae].id}/${latent}`,
      strength: Number(coefficient.toPrecision(5)),
      unit: "raw",
      where: { tokens: "generated" },
    })),
    ...(recipe.checks.length > 0 && {
      checks: recipe.checks.map(({ name, messages, seed, expect }) => ({
        name,
        ...(messages[0].role === null
          ? { prompt: messages[0].text }
          : { messages: messages.map(({ role, text }) => ({ role, content: text })) }),
        ...{ samples, seed, maxTokens, temperature, expect },
      })),
    }),
  });
  const edits = document.get("edits") as { items: YAMLMap[] };
  edits.items.forEach((edit, i) => {
    const { sae, latent } = recipe.handles[i];
    const label = saes[sae].labels.get(latent)?.text;
    const value = edit.get("feature", true);
    if (label !== undefined && isScalar(value)) value.comment = ` ${label.replace(/\s+/g, " ")}`;
  });
  return document.toString({ lineWidth: 0 });
}
