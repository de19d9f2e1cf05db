import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabelFiles } from "../../../server/src/analysis/label-files.ts";
import { readUserLabels, withUserLabel } from "../../../server/src/analysis/user-labels.ts";
import { LABEL_FILE } from "../../../server/src/protocol/feature.ts";

const at = (feature: number, sae = "a", model = "m") => ({ model, sae, feature });
const reviewed = `# Reviewed by Emma
m:
    # of the third layer
    a:  # mostly nouns

        # dubious
        3: >
            a folded
            label
        4: "quoted" # agreed


    b: { 1: x, "2": y } # flow
other:
  a:
    9: z
`;

describe("a label that is written", () => {
  it.each<[string, ReturnType<typeof at>, string, string, string]>([
    ["over another", at(4), "new", '4: "quoted" # agreed', "4: new # agreed"],
    [
      "over a folded one",
      at(3),
      "one: line",
      "3: >\n            a folded\n            label\n",
      '3: "one: line"\n',
    ],
    ["behind the last", at(7), "seven", "# agreed\n", "# agreed\n        7: seven\n"],
    ["into a map on one line", at(3, "b"), "a, b", '"2": y }', '"2": y, 3: "a, b" }'],
    ["over one on one line", at(2, "b"), "a, b", '"2": y', '"2": "a, b"'],
    ["for another SAE", at(1, "c"), "first", "# flow\n", "# flow\n    c:\n        1: first\n"],
    [
      "for another model",
      at(1, "7", "org/x"),
      "first",
      "    9: z\n",
      '    9: z\norg/x:\n    "7":\n        1: first\n',
    ],
    ["as nothing", at(4), "", '        4: "quoted" # agreed\n', ""],
    ["as nothing, on one line", at(1, "b"), "", "1: x, ", ""],
    ["as nothing, last on one line", at(2, "b"), "", ', "2": y', ""],
    ["as nothing, the last one of all", at(9, "a", "other"), "", "other:\n  a:\n    9: z\n", ""],
  ])("%s changes its own stretch only", (_, place, label, from, to) => {
    for (const eol of ["\n", "\r\n"])
      for (const mark of ["", "\uFEFF"]) {
        const as = (text: string) => mark + text.replaceAll("\n", eol);
        expect(reviewed.split(from)).toHaveLength(2);
        expect(withUserLabel(as(reviewed), place, label)).toBe(as(reviewed.replace(from, to)));
      }
  });

  it("keeps every comment when the last label goes, and is written in lines again afterwards", () => {
    const text = "# Reviewed\nm:\n  # third layer\n  a:\n    3: old\n";
    const left = withUserLabel(text, at(3), "");
    expect(left).toBe("# Reviewed\n  # third layer\n");
    expect(withUserLabel(left, at(4), "new")).toBe(`${left}m:\n  a:\n    4: new\n`);
    // A comment behind a name keeps the name.
    const named = "m: # mine\n  a:\n    3: old\n";
    expect(withUserLabel(named, at(3), "")).toBe("m: # mine\n");
    expect(withUserLabel("m: # mine\n", at(3), "new")).toBe("m: # mine\n  a:\n    3: new\n");
    expect(withUserLabel("m: # mine", at(3), "new")).toBe("m: # mine\n  a:\n    3: new\n");
  });

  it.each([
    ["{}\n", "m:\n  a:\n    3: x\n"],
    ["m: {}\n", "m:\n  a:\n    3: x\n"],
    ["m: { a: {} }\n", 'm: { a: { 3: "x" } }\n'],
    ["m:\n  a: ~ # none\n", "m:\n  a: # none\n    3: x\n"],
    ["m:\n  a: {} # none\nn:\n", "m:\n  a: # none\n    3: x\nn:\n"],
    ["m:\n  a:\n    3:\n", "m:\n  a:\n    3: x\n"],
    ["# only this", "# only this\nm:\n  a:\n    3: x\n"],
    ['m:\n  a:\n    "3": old\n', 'm:\n  a:\n    "3": x\n'],
    ["{ m: { a: { 3: old } } }\n", '{ m: { a: { 3: "x" } } }\n'],
  ])("takes what is empty for a map: %j", (text, expected) => {
    expect(withUserLabel(text, at(3), "x")).toBe(expected);
  });

  it("leaves a text as it is where nothing changes", () => {
    expect(withUserLabel("", at(3), "")).toBe("");
    expect(withUserLabel(reviewed, at(99), " ")).toBe(reviewed);
    expect(withUserLabel(reviewed, at(1, "none", "none"), "")).toBe(reviewed);
    expect(withUserLabel(reviewed, at(3), "a folded label")).toBe(reviewed);
  });

  it("reads back whatever names and labels there are, in files of either style, and loses no comment", () => {
    const name = fc.oneof(
      fc.constantFrom(
        "7",
        "1e3",
        "null",
        "~",
        "true",
        "__proto__",
        "a: b",
        "- x",
        "# no",
        "?",
        "{",
        "'",
        "<<",
        "C:\\m\\n",
      ),
      fc.string({ minLength: 1, maxLength: 8 }),
    );
    const step = fc.record({
      place: fc.record({
        model: fc.constantFrom("m", "org/x").chain((it) => fc.oneof(fc.constant(it), name)),
        sae: fc.oneof(fc.constant("a"), name),
        feature: fc.nat(4),
      }),
      label: fc.oneof(name, fc.constant(""), fc.string({ unit: "grapheme", maxLength: 20 })),
    });
    const beginnings = ["", "# mine\r\n", "{}", reviewed, "{ m: { a: { 1: x } } }\n", "m: # mine\n", "m: {}"];
    fc.assert(
      fc.property(fc.constantFrom(...beginnings), fc.array(step, { maxLength: 12 }), (beginning, steps) => {
        let text = beginning;
        for (const { place, label } of steps) {
          text = withUserLabel(text, place, label);
          const found = readUserLabels(text, place.model).get(place.sae)?.get(place.feature)?.text ?? "";
          expect(found).toBe(label.trim().replace(/\s+/g, " "));
        }
        expect(text.includes("# mine")).toBe(beginning.includes("# mine"));
      }),
    );
  });

  it("is refused where it would change another label", () => {
    expect(() => withUserLabel("m:\n  a:\n    3: &x one\n    4: *x\n", at(3), "two")).toThrow(
      "only a person",
    );
    expect(() => withUserLabel("m:\n  a: &x\n    3: one\nn:\n  a: *x\n", at(4), "two")).toThrow("It holds");
  });
});

it("reads keys and labels as text, however they are written", () => {
  const text = 'm:\n  7:\n    "3": 1984\n    4: null\n    5: "null"\n    06: x\n    8: true\n  b:\nn:\n';
  const labels = readUserLabels(text, "m");
  expect([...labels.get("7")!].map(([feature, { text: label }]) => [feature, label])).toEqual([
    [3, "1984"],
    [5, "null"],
    [8, "true"],
  ]);
  expect(labels.get("b")!.size).toBe(0);
  expect(readUserLabels(text, "n").size).toBe(0);
});

describe("the label file", () => {
  let folder: string;
  let file: string;
  const files = new LabelFiles();
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "steerscope-label-file-"));
    file = join(folder, LABEL_FILE);
    await mkdir(join(folder, ".vscode"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const names = () => readdirSync(join(folder, ".vscode"));

  it("is not written for a label that is not there, and the panel reads it as the explorer does", async () => {
    await files.write(folder, at(3), "");
    expect(names()).toEqual([]);
    writeFileSync(file, 'm:\n  7:\n    "3": 1984\n');
    expect(await files.read(folder, at(3, "7"))).toMatchObject({ text: "1984", source: "user" });
    expect((await files.readAll(folder, "m")).get("7")!.get(3)!.text).toBe("1984");
  });

  it.skipIf(process.platform === "win32")("is read only where it is a file of a bearable size", async () => {
    symlinkSync("/dev/zero", file);
    await expect(files.read(folder, at(3))).rejects.toThrow("not a file");
    await expect(files.write(folder, at(3), "x")).rejects.toThrow("not a file");
    rmSync(file);
    writeFileSync(file, `#${"x".repeat(4_000_000)}`);
    await expect(files.readAll(folder, "m")).rejects.toThrow("too large");
  });

  it("leaves nothing beside it where it cannot be put in its place", async () => {
    const written = files.write(folder, at(3), "x");
    while (names().length < 1) await new Promise((resolve) => setImmediate(resolve));
    mkdirSync(file);
    await expect(written).rejects.toThrow();
    expect(names()).toEqual(["steerscope-labels.yaml"]);
  });

  it("keeps what somebody else saves meanwhile", async () => {
    writeFileSync(file, "m:\n  a:\n    1: one\n");
    const written = files.write(folder, at(3), "three");
    // As soon as the new text lies beside it.
    while (names().length < 2) await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(file, "m:\n  a:\n    1: one\n    2: two\n");
    await written;
    const text = readFileSync(file, "utf8");
    expect(text).toContain("3: three");
    expect(text).toContain("2: two");
  });
});
