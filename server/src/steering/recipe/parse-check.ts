import { isSeq, type Pair } from "yaml";
import { roles } from "../../analysis/prompts/roles.ts";
import type { YamlReader } from "../../yaml/reader.ts";
import { readFeature } from "./parse-source.ts";
import type { RecipeCheck, RecipeExpectation, RecipePrompt } from "./types.ts";

const promptKeys = ["prompt", "messages", "file"];
export const checkKeys = [
  "name",
  ...promptKeys,
  ...["samples", "seed", "maxTokens", "temperature", "expect"],
];
/** Keys of which an expectation has exactly one. */
const measures = ["contains", "lacks", "klBelow", "perplexityRatioBelow", "latent", "judge"] as const;

/** What a check samples where it does not say. */
const usual = { samples: 8, seed: 1, maxTokens: 40, temperature: 0.8 };

/** One entry of `checks`; null, with its problems told, where it is not usable. */
export function readCheck(reader: YamlReader, node: unknown, index: number): RecipeCheck | null {
  const fields = reader.fields(node, "a check", checkKeys);
  if (!fields) return null;
  const place = reader.place(node);
  const name = reader.optional(fields, "name", (it) => reader.words(it, "name"));
  const named = promptKeys.filter((key) => fields.has(key));
  const prompt =
    named.length === 1
      ? readPrompt(reader, named[0], fields.get(named[0])!)
      : reader.wrong(
          named[1] ? reader.place(fields.get(named[1])) : place,
          "recipe-one-prompt",
          `This check has ${named.length === 0 ? "no prompt" : "several prompts"}.`,
          `Give it exactly one of ${promptKeys.join(", ")}.`,
        );
  const count = (key: "samples" | "seed" | "maxTokens", range: { least: number; most?: number }) =>
    reader.optional(fields, key, (it) => reader.whole(it, key, range));
  const samples = count("samples", { least: 1, most: 1000 });
  const seed = count("seed", { least: 0 });
  const maxTokens = count("maxTokens", { least: 1, most: 100_000 });
  const temperature = reader.optional(fields, "temperature", (it) =>
    reader.number(it, "temperature", { least: 0 }),
  );
  const written = fields.get("expect");
  const expect = written
    ? reader.list(written, "expect")?.map((it) => readExpectation(reader, it))
    : reader.wrong(place, "recipe-expects-nothing", "This check expects nothing.", "Give it a list expect.");
  if ([name, samples, seed, maxTokens, temperature].includes(null)) return null;
  if (!prompt || !expect || expect.includes(null)) return null;
  return {
    name: name?.value ?? `check ${index + 1}`,
    prompt,
    samples: samples?.value ?? usual.samples,
    seed: seed?.value ?? usual.seed,
    maxTokens: maxTokens?.value ?? usual.maxTokens,
    temperature: temperature?.value ?? usual.temperature,
    expect: expect as RecipeExpectation[],
    ...place,
  };
}

function readPrompt(reader: YamlReader, key: string, pair: Pair): RecipePrompt | null {
  if (key === "file") {
    const file = reader.text(pair, "file");
    return file && { kind: "file", file: file.value };
  }
  if (key === "prompt") {
    const text = reader.words(pair, "prompt");
    return text && { kind: "text", text: text.value };
  }
  const messages = reader.list(pair, "messages")?.map((item) => {
    const fields = reader.fields(item, "a message", ["role", "content"]);
    if (!fields) return null;
    const role = reader.choice(fields.get("role") ?? item, "role", roles);
    const content = reader.words(fields.get("content") ?? item, "content");
    return role && content && { role: role.value, content: content.value };
  });
  if (!messages || messages.includes(null)) return null;
  return { kind: "messages", messages: messages.map((it) => it!) };
}

function readExpectation(reader: YamlReader, node: unknown): RecipeExpectation | null {
  const fields = reader.fields(node, "an expectation", [...measures, "share", "above", "below"]);
  if (!fields) return null;
  const place = reader.place(node);
  const named = measures.filter((key) => fields.has(key));
  if (named.length !== 1)
    return reader.wrong(
      place,
      "recipe-one-expectation",
      `This entry of expect has ${named.length === 0 ? "nothing to measure" : "several measures"}.`,
      `Give it exactly one of ${measures.join(", ")}.`,
    );
  const [kind] = named;
  const pair = fields.get(kind)!;
  const allowed = kind === "latent" ? ["above", "below"] : kind.endsWith("Below") ? [] : ["share"];
  for (const key of ["share", "above", "below"])
    if (fields.has(key) && !allowed.includes(key)) {
      const at = reader.place(fields.get(key));
      return reader.wrong(at, "recipe-key-elsewhere", `${kind} has no ${key}.`, "Take it away.");
    }
  const share = fields.has("share")
    ? reader.number(fields.get("share"), "share", { least: 0, most: 1 })
    : { value: 1 };
  if (!share) return null;
  switch (kind) {
    case "contains":
    case "lacks": {
      const texts = readTexts(reader, pair, kind);
      return texts && { kind, texts, share: share.value, ...place };
    }
    case "klBelow":
    case "perplexityRatioBelow": {
      const value = reader.number(pair, kind, { least: 0 });
      return value && { kind, value: value.value, ...place };
    }
    case "judge": {
      const text = reader.text(pair, "judge");
      if (!text) return null;
      const [attribute, value, ...more] = text.value.split("/");
      if (attribute && value && more.length === 0)
        return { kind, attribute, value, share: share.value, ...place };
      const message = `judge is “${text.value}”, not an attribute and its value.`;
      return reader.wrong(text, "recipe-judge-invalid", message, "Write it as mood/cheerful.");
    }
    default: {
      const feature = readFeature(reader, pair, "latent");
      const above = reader.optional(fields, "above", (it) => reader.number(it, "above"));
      const below = reader.optional(fields, "below", (it) => reader.number(it, "below"));
      if (!feature || above === null || below === null) return null;
      if (above || below)
        return { kind: "latent", feature, above: above?.value, below: below?.value, ...place };
      const message = "This entry of expect has no bound for its latent.";
      return reader.wrong(place, "recipe-bound-missing", message, "Give it above or below.");
    }
  }
}

/** One text or a list of them. */
function readTexts(reader: YamlReader, pair: Pair, what: string): string[] | null {
  const value = reader.node(pair.value);
  const items = isSeq(value) && value.items.length > 0 ? value.items : [pair.value];
  const texts = items.map((it) => reader.words(it, what));
  return texts.includes(null) ? null : texts.map((it) => it!.value);
}
