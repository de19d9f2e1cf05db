import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Tokenizer } from "../../../server/src/engine/text/tokenizer.ts";

interface Fact {
  text: string;
  ids: number[];
  /** UTF-16 `[start, end)` of each token; a token of part of a character has the whole one's. */
  places: [number, number][];
}

const folder = join(import.meta.dirname, "facts");
const embedded = join(import.meta.dirname, "../../../assets/tinytown/model");

describe.each(["gpt2", "smollm2", "llama3", "tinytown"])("%s against Python's tokenizers", (name) => {
  const tokenizer = Tokenizer.load(name === "tinytown" ? embedded : join(folder, name));
  const facts: Fact[] = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

  it.each(facts.map((fact) => [JSON.stringify(fact.text).slice(0, 60), fact] as const))("%s", (_, fact) => {
    const { ids, start, end } = tokenizer.encode(fact.text);
    expect(ids).toEqual(fact.ids);
    expect(ids.map((_, t) => [start[t], end[t]])).toEqual(fact.places);
  });
});
