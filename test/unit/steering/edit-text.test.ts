import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addEdit,
  addEdits,
  newRecipe,
  removeEdit,
  setEnabled,
  setStrength,
  setTested,
  setUnit,
} from "../../../server/src/steering/recipe/edit-text.ts";
import { parseRecipe } from "../../../server/src/steering/recipe/parse.ts";
import { changed } from "../../../server/src/steering/recipe/yaml-text.ts";

const recipe = `# Made by hand.
version: 1
edits:
  # the first
  - feature: a/1   # cheerful
    strength: 0.5  # enough

  # the second
  - { feature: a/2, strength: 1 } # on one line
  -
    feature: a/3
    op: ablate
# and what is checked
checks: []
`;
const lines = recipe.split("\n");

/** The lines that a change adds and takes away. */
function difference(text: string): { gone: string[]; come: string[] } {
  const after = text.split("\n");
  return {
    gone: lines.filter((it) => !after.includes(it)),
    come: after.filter((it) => !lines.includes(it)),
  };
}

describe("editing a recipe's text", () => {
  it("changes a value and nothing else, in either style", () => {
    expect(setStrength(recipe, 0, 0.75)).toEqual([
      { start: recipe.indexOf("0.5"), end: recipe.indexOf("0.5") + 3, text: "0.75" },
    ]);
    expect(difference(changed(recipe, setStrength(recipe, 1, 1 / 3)))).toEqual({
      gone: ["  - { feature: a/2, strength: 1 } # on one line"],
      come: ["  - { feature: a/2, strength: 0.3333 } # on one line"],
    });
  });

  it.each([
    ["enabled", (n: number) => setEnabled(recipe, n, false), "enabled: false"],
    ["unit", (n: number) => setUnit(recipe, n, "raw"), "unit: raw"],
    ["tested", (n: number) => setTested(recipe, n, [0.1, 0.8]), "tested: [0.1, 0.8]"],
  ])("adds %s as the edit's last line, or behind its last pair", (_, change, written) => {
    expect(difference(changed(recipe, change(0)))).toEqual({ gone: [], come: [`    ${written}`] });
    expect(difference(changed(recipe, change(1))).come).toEqual([
      `  - { feature: a/2, strength: 1, ${written} } # on one line`,
    ]);
    expect(difference(changed(recipe, change(2)))).toEqual({ gone: [], come: [`    ${written}`] });
    const third = changed(recipe, change(2));
    expect(third).toContain(`op: ablate\n    ${written}\n# and what`);
  });

  it("adds an edit of a vector's file, each time anew", () => {
    const vector = { vector: "./a b.safetensors", strength: 0.5, comment: "glad" };
    const text = changed(recipe, addEdits(recipe, [vector, vector]));
    const item = "  - vector: ./a b.safetensors # glad\n    strength: 0.5\n";
    expect(text).toContain(`    op: ablate\n${item}${item}# and what`);
    expect(parseRecipe(text).recipe!.edits.at(-1)).toMatchObject({
      source: { kind: "vector", file: "./a b.safetensors" },
    });
  });

  it("adds an edit behind the last one", () => {
    const text = changed(recipe, addEdit(recipe, { feature: "a/4", strength: 0.5, comment: "a\ncat" }));
    expect(text).toContain("    op: ablate\n  - feature: a/4 # a cat\n    strength: 0.5\n# and what");
    const flow = "version: 1\nedits: [{ feature: a/1, strength: 1 }]\n";
    expect(changed(flow, addEdit(flow, { feature: "a/4", op: "ablate" }))).toBe(
      "version: 1\nedits: [{ feature: a/1, strength: 1 }, { feature: a/4, op: ablate }]\n",
    );
  });

  it.each([
    ["version: 1\nedits: []\n", "version: 1\nedits:\n  - feature: a/4\n    op: ablate\n"],
    ["version: 1\nedits: [] # none\n", "version: 1\nedits: # none\n  - feature: a/4\n    op: ablate\n"],
    ["version: 1\nedits:\n", "version: 1\nedits:\n  - feature: a/4\n    op: ablate\n"],
    ["version: 1", "version: 1\nedits:\n  - feature: a/4\n    op: ablate"],
    [
      "version: 1\r\nedits: []\r\nname: x\r\n",
      "version: 1\r\nedits:\r\n  - feature: a/4\r\n    op: ablate\r\nname: x\r\n",
    ],
    ["{ version: 1, edits: [] }", "{ version: 1, edits: [{ feature: a/4, op: ablate }] }"],
    ["{ version: 1 }", "{ version: 1, edits: [{ feature: a/4, op: ablate }] }"],
  ])("makes the first edit of %j", (before, after) => {
    expect(changed(before, addEdit(before, { feature: "a/4", op: "ablate" }))).toBe(after);
  });

  it("takes an edit out with its own lines; comments above stay", () => {
    expect(difference(changed(recipe, removeEdit(recipe, 0)))).toEqual({
      gone: ["  - feature: a/1   # cheerful", "    strength: 0.5  # enough"],
      come: [],
    });
    expect(difference(changed(recipe, removeEdit(recipe, 1))).gone).toEqual([
      "  - { feature: a/2, strength: 1 } # on one line",
    ]);
    const flow = "version: 1\nedits: [{ feature: a/1, strength: 1 }, { feature: a/2, strength: 1 }]\n";
    expect(changed(flow, removeEdit(flow, 0))).toBe("version: 1\nedits: [{ feature: a/2, strength: 1 }]\n");
    expect(changed(flow, removeEdit(flow, 1))).toBe("version: 1\nedits: [{ feature: a/1, strength: 1 }]\n");
    const one = "version: 1\nedits:\n  - feature: a/1\n    strength: 1\nname: x\n";
    expect(changed(one, removeEdit(one, 0))).toBe("version: 1\nedits: []\nname: x\n");
  });

  it("makes a new recipe that is read again", () => {
    const text = newRecipe({
      name: "My “prompt”",
      model: "tinytown",
      saes: ["a"],
      edits: [{ feature: "a/1", strength: 0.5, comment: "cheerful" }],
    });
    expect(text).toBe(
      'version: 1\nname: "My “prompt”"\nmodel: "tinytown"\nsaes: ["a"]\nedits:\n  - feature: a/1 # cheerful\n    strength: 0.5\n',
    );
    expect(parseRecipe(text)).toMatchObject({ problems: [], recipe: { name: "My “prompt”" } });
    expect(newRecipe({ name: "x", model: "m", saes: [], edits: [] })).toContain("edits: []\n");
  });

  it("refuses what would change another edit, or what is no recipe", () => {
    const shared = "version: 1\nedits:\n  - &one { feature: a/1, strength: 1 }\n  - *one\n";
    expect(() => setStrength(shared, 0, 2)).toThrow("More than that would change");
    expect(() => setStrength(shared, 1, 2)).toThrow("The edit stands elsewhere");
    expect(() => setStrength(recipe, 3, 2)).toThrow("no edit 4");
    expect(() => addEdit("[", { feature: "a/1" })).toThrow("broken YAML");
  });

  it("of any recipe, changes that edit's stretch only, and keeps every comment", () => {
    const comment = fc.constantFrom("", " # why", "  # a: b, [c]");
    const edit = fc.record({
      flow: fc.boolean(),
      strength: fc.double({ min: -4, max: 4, noNaN: true }),
      comment,
      above: fc.constantFrom("", "\n", "  # above\n", "# far left\n\n"),
      enabled: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.constantFrom("\n", "\r\n"),
        (edits, pick, eol) => {
          const n = pick % edits.length;
          const items = edits.map((it, i) => {
            const pairs = [
              `feature: a/${i}`,
              `strength: ${it.strength}`,
              ...(it.enabled ? ["enabled: true"] : []),
            ];
            const own = it.flow
              ? `  - { ${pairs.join(", ")} }${it.comment}\n`
              : `  - ${pairs.join(`${it.comment}\n    `)}${it.comment}\n`;
            return [it.above, own] as const;
          });
          const text = `version: 1\nedits:\n${items.flat().join("")}# the end\n`.replaceAll("\n", eol);
          const [before, after] = [items.slice(0, n), items.slice(n + 1)].map((part) => part.flat().join(""));
          const head = `version: 1\nedits:\n${before}${items[n][0]}`.replaceAll("\n", eol);
          const tail = `${after}# the end\n`.replaceAll("\n", eol);
          for (const changes of [
            setStrength(text, n, 1.5),
            setEnabled(text, n, false),
            setUnit(text, n, "raw"),
            setTested(text, n, [0, 1]),
          ]) {
            const result = changed(text, changes);
            expect(result.startsWith(head) && result.endsWith(tail)).toBe(true);
            const count = (it: string) => it.match(/#[^\r\n]*/g);
            expect(count(result)).toEqual(count(text));
          }
          const gone = changed(text, removeEdit(text, n));
          expect(gone.endsWith(tail)).toBe(true);
          if (edits.length > 1) expect(gone).toBe(head + tail);
          const more = changed(text, addEdit(text, { feature: "b/1", strength: 1 }));
          expect(parseRecipe(more).recipe!.edits).toHaveLength(edits.length + 1);
          const added = /( {2}- feature: b\/1\r?\n {4}strength: 1\r?\n)/;
          expect(more.replace(added, "")).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it("writes a probe with its class, and steers further with one that is there already", () => {
  const edit = { probe: "./p/mood.probe.json", class: "glad", strength: 0.5 };
  const text = newRecipe({ name: "n", model: "tinytown", saes: [], edits: [edit] });
  expect(text).toContain("  - probe: ./p/mood.probe.json\n    class: glad\n    strength: 0.5\n");
  expect(changed(text, addEdits(text, [edit]))).toBe(text.replace("0.5", "0.75"));
  const other = changed(text, addEdits(text, [{ ...edit, class: "sad" }]));
  expect(parseRecipe(other).recipe!.edits).toHaveLength(2);
  const number = newRecipe({ name: "n", model: "tinytown", saes: [], edits: [{ ...edit, class: null }] });
  expect(number).not.toContain("class");
});
