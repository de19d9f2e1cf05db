import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { asSeen, schemas, yamlService } from "../../../server/src/lsp/yaml/yaml-service.ts";
import { parseRecipe, recipeKeys } from "../../../server/src/steering/recipe/parse.ts";
import { checkKeys } from "../../../server/src/steering/recipe/parse-check.ts";
import { editKeys } from "../../../server/src/steering/recipe/parse-edit.ts";
import { withEdits } from "./recipes.ts";

const assets = join(import.meta.dirname, "../../../assets");
const schema = JSON.parse(readFileSync(join(assets, schemas["*.steer.yaml"]), "utf8"));

async function found(text: string): Promise<unknown[]> {
  const document = TextDocument.create("file:///a.steer.yaml", "yaml", 1, text);
  const service = await yamlService(assets);
  return (await service.doValidation(asSeen(document), false)).map(({ message }) => message);
}

describe("the schema of recipes", () => {
  it("has the keys that are read, each with a description", () => {
    const { properties, definitions } = schema;
    expect(Object.keys(properties).toSorted()).toEqual(recipeKeys.toSorted());
    expect(Object.keys(definitions.edit.properties).toSorted()).toEqual(editKeys.toSorted());
    expect(Object.keys(definitions.check.properties).toSorted()).toEqual(checkKeys.toSorted());
    const described = [
      properties,
      ...["edit", "where", "condition", "check", "expectation"].map((it) => definitions[it].properties),
    ];
    for (const its of described)
      for (const [key, value] of Object.entries<{ description?: string; $ref?: string }>(its)) {
        const named = value.$ref && definitions[value.$ref.replace("#/definitions/", "")].description;
        expect(value.description ?? named, key).toEqual(expect.stringMatching(/^.{10,}/s));
      }
  });

  it.each([
    ["{ feature: a/1, strength: 1, op: cap, unit: raw, where: { tokens: prompt, positions: [0, null] } }"],
    ["{ sum: [{ feature: a/1 }, { token: x, weight: 2 }], strength: 1, layers: [1] }"],
    ["{ vector: { file: a.gguf, name: b }, strength: -1, hook: blocks.1.hook_resid_pre, tested: [-2, 2] }"],
    ["{ feature: { sae: a, label: b }, op: ablate, to: mean, when: [{ feature: a/1, above: 1 }] }"],
  ])("accepts what is read: %s", async (edit) => {
    const text = withEdits(edit);
    expect(parseRecipe(text).problems).toEqual([]);
    expect(await found(text)).toEqual([]);
  });

  it.each([
    ["{ feature: a/1, strength: 1, strenght: 1 }"],
    ["{ feature: a/1, strength: much }"],
    ["{ feature: nothing, strength: 1 }"],
    ["{ feature: a/1, strength: 1, op: amplify }"],
    ["{ feature: a/1, strength: 1, unit: meters }"],
    ["{ feature: a/1, strength: 1, enabled: maybe }"],
    ["{ token: x, strength: 1, layers: [one] }"],
    ["{ feature: a/1, strength: 1, where: { roles: [king] } }"],
    ["{ feature: a/1, strength: 1, where: { halfLife: 0 } }"],
    ["{ feature: a/1, strength: 1, when: { above: 1 } }"],
  ])("refuses what is refused: %s", async (edit) => {
    const text = withEdits(edit);
    expect(parseRecipe(text).problems.length).toBeGreaterThan(0);
    expect((await found(text)).length).toBeGreaterThan(0);
  });
});
