import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { asSeen, schemas, yamlService } from "../../../server/src/lsp/yaml/yaml-service.ts";
import { drawnWords } from "../../../server/src/probes/data/tinytown/attributes.ts";
import { kindIds } from "../../../server/src/probes/spec/kinds.ts";
import { parseProbe, probeKeys } from "../../../server/src/probes/spec/parse.ts";
import {
  columnKeys,
  sourceKeys,
  spansKeys,
  tinytownKeys,
} from "../../../server/src/probes/spec/parse-data.ts";
import { controlNames, editorKeys, splitKeys } from "../../../server/src/probes/spec/parse-measures.ts";
import { exampleKeys, targetKeys, targetTypes } from "../../../server/src/probes/spec/parse-target.ts";
import { levels, positions, severities } from "../../../server/src/probes/spec/types.ts";
import { kinds as textKinds } from "../../../server/src/tinytown/index.ts";

const assets = join(import.meta.dirname, "../../../assets");
const schema = JSON.parse(readFileSync(join(assets, schemas["*.probe.yaml"]), "utf8"));
const { properties, definitions } = schema;

async function found(text: string): Promise<unknown[]> {
  const document = TextDocument.create("file:///a.probe.yaml", "yaml", 1, text);
  const service = await yamlService(assets);
  return (await service.doValidation(asSeen(document), false)).map(({ message }) => message);
}

describe("the schema of probes", () => {
  it.each([
    ["a probe", properties, probeKeys],
    ["data", definitions.data.properties, [...sourceKeys, ...columnKeys]],
    ["tinytown", definitions.data.properties.tinytown.properties, tinytownKeys],
    ["spans", definitions.data.properties.spans.properties, spansKeys],
    ["target", definitions.target.properties, targetKeys],
    ["examples", definitions.target.properties.examples.properties, exampleKeys],
    ["splits", definitions.splits.properties, splitKeys],
    ["controls", definitions.controls.properties, Object.keys(controlNames)],
    ["editor", definitions.editor.properties, editorKeys],
  ])("has the keys of %s that are read, each with a description", (_, its, keys) => {
    expect(Object.keys(its).toSorted()).toEqual([...keys].toSorted());
    for (const [key, value] of Object.entries<{ description?: string; $ref?: string }>(its)) {
      const named = value.$ref && definitions[value.$ref.replace("#/definitions/", "")].description;
      expect(value.description ?? named, key).toEqual(expect.stringMatching(/^.{10,}/s));
    }
  });

  it("is told on its page, key by key and kind by kind", () => {
    const page = readFileSync(join(assets, "../docs/probes.md"), "utf8");
    const keys = [
      probeKeys,
      sourceKeys,
      columnKeys,
      tinytownKeys,
      spansKeys,
      targetKeys,
      exampleKeys,
      splitKeys,
    ];
    const all = [
      ...keys.flat(),
      ...Object.keys(controlNames),
      ...editorKeys,
      ...kindIds,
      ...Object.keys(drawnWords),
    ];
    for (const key of all) expect(page).toMatch(new RegExp(`\\b${key}\\b`));
  });

  it("has the values that are read", () => {
    expect(definitions.kind.enum).toEqual(kindIds);
    expect(definitions.position.enum).toEqual(positions);
    expect(definitions.textKind.enum).toEqual(textKinds);
    expect(properties.level.enum).toEqual(levels);
    expect(definitions.target.properties.type.enum).toEqual(targetTypes);
    expect(definitions.editor.properties.severity.enum).toEqual(severities);
  });

  it.each([
    ["data: { files: [a.jsonl], group: topic, pair: p }\nhooks: all\npositions: [last]\ncontrols: false"],
    ["probe: 1\ndata: { files: x, group: g }\ntarget: { classes: [0, 1] }\nsplits: { test-groups: [a] }"],
    [
      "data: { tinytown: { attribute: mood, kinds: scenes } }\nkinds: lda\ncontrols: { shuffled: false, n-gram: true }",
    ],
    [
      "data: { files: a.csv, spans: { attribute: x } }\neditor: { threshold: 0.5, severity: hint, message: Oh }\nk: 3\nkinds: k-sparse",
    ],
  ])("accepts what is read: %s", async (text) => {
    expect(parseProbe(text).problems).toEqual([]);
    expect(await found(text)).toEqual([]);
  });

  it.each([
    ["name: x"],
    ["data: { file: a }"],
    ["data: { files: a }\nkinds: [logistik]"],
    ["data: { files: a }\nhooks: [here]"],
    ["data: { files: a }\nlevel: word"],
    ["data: { files: a }\nsplits: { test: 1 }"],
    ["data: { files: a }\ncontrols: { shuffled: many }"],
    ["data: { files: a }\ntarget: { classes: [a] }"],
    ["data: { files: a, span: [x] }"],
    ["data: { tinytown: { n: 3 } }"],
  ])("refuses what is refused: %s", async (text) => {
    expect(parseProbe(text).problems.length).toBeGreaterThan(0);
    expect((await found(text)).length).toBeGreaterThan(0);
  });
});
