import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestResult } from "../../server/src/protocol/checks.ts";
import type { CompareResult, GenerateResult } from "../../server/src/protocol/compare.ts";
import { commandLine } from "./command-line.ts";
import { trainLanguages } from "./languages.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-probes-cli-"));
const steerscope = (...args: string[]) => commandLine(folder, args);
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
beforeAll(async () => {
  await trainLanguages(folder);
  write("a.txt", "It was a stormy evening, and Berta walked to the mill. She");
  write("a.prompt", '---\nmodel: tinytown\n---\n{{role "user"}}\nWho is there?\n');
  write("glad.steer.yaml", 'version: 1\nedits:\n  - { token: " glad", layers: [3], strength: 0.3 }\n');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const short = ["--max-tokens", "8"];
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

describe("samples that a probe ranks", () => {
  it("are eight unless told, each with what the probe says, and one is taken", async () => {
    const shown = await steerscope("generate", "a.txt", "--rerank", "german", ...short);
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    const heads = shown.stdout.match(/^Sample \d · q -?\d+\.\d\d, weight [01]\.\d{3}( · chosen)?$/gm)!;
    expect(heads).toHaveLength(8);
    expect(heads.filter((it) => it.endsWith(" · chosen"))).toHaveLength(1);
    expect(shown.stdout.trimEnd()).toMatch(/\nRanked by german, β 1: too few examples to tell\.$/);

    const json = await steerscope(
      "generate",
      "a.txt",
      "--json",
      "--rerank",
      "german.probe.yaml",
      "--beta",
      "0",
      ...short,
    );
    const { rerank, samples, conventions }: GenerateResult = JSON.parse(json.stdout);
    expect(rerank).toMatchObject({ probe: join(folder, "german.probe.json"), beta: 0 });
    expect(rerank!.samples).toHaveLength(samples.length);
    const best = rerank!.samples.reduce((a, b) => (b!.q > a!.q ? b : a))!;
    expect(best).toMatchObject({ weight: 1, chosen: true });
    expect(conventions).toContainEqual(expect.stringContaining("softmax(q / β)"));
  }, 120_000);

  it("of both sides are compared by what is expected of the one that is taken", async () => {
    const args = [
      "compare",
      "a.txt",
      "--steer",
      "glad.steer.yaml",
      "--rerank",
      "german",
      "--beta",
      "0.5",
      "--words",
      "the",
    ];
    const json = await steerscope(...args, "--json", ...short);
    const { rerank, behaviour, base, conventions }: CompareResult = JSON.parse(json.stdout);
    const scores = base.map(({ text }) => Number(/\bthe\b/i.test(text)));
    const own = rerank!.behaviour!.base;
    expect(own.mean).toBeCloseTo(behaviour!.base.value, 9);
    expect(own.expected).toBeCloseTo(sum(rerank!.base.samples.map((it, i) => it!.weight * scores[i])), 9);
    expect(own.gain.value).toBeCloseTo(own.expected - own.mean, 9);
    expect(own.gain.low).toBeLessThanOrEqual(own.gain.high);
    expect(own.chosen).toBe(scores[rerank!.base.samples.findIndex((it) => it!.chosen)]);
    expect(sum(rerank!.steered.samples.map((it) => it!.weight))).toBeCloseTo(1, 9);
    expect(conventions.at(-1)).toContain("Expected of the sample that is taken");

    const { stdout } = await steerscope(...args, ...short);
    expect(stdout).toMatch(/expected of the sample that is taken +\d\.\d\d +\d\.\d\d/);
    expect(stdout).toContain("Ranked by german, β 0.5: too few examples to tell.");
    expect(stdout).toMatch(/gain over the mean of all samples +-?\d\.\d\d \(/);
  }, 120_000);

  it.each([
    [["a.txt", "--rerank", "none"], "There is no trained probe “none” here (there are german, tongue)"],
    [["a.txt", "--rerank", "tongue"], "tells 3 classes, which give no one value"],
    [["a.prompt", "--rerank", "german"], "Train it with read-as: user"],
    [["a.txt", "--beta", "2"], "Give --rerank PROBE too"],
  ])(
    "are not ranked by what does not fit: generate %j",
    async (args, message) => {
      const { status, stdout, stderr } = await steerscope("generate", ...args, ...short);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toContain(message);
    },
    60_000,
  );
});

describe("the checks of a recipe that steers with probes", () => {
  const prompt = 'prompt: "The old baker walked to the market. She"';
  const check = (name: string, more: string) => `  - { name: ${name}, ${prompt}, ${more} }\n`;
  const recipe = (when: string) =>
    `version: 1
model: tinytown
edits:
  - { probe: german, strength: 1${when} }
checks:
${check("german", "samples: 6, maxTokens: 24, expect: [{ judge: language/german, share: 0.5 }]")}${check("as before", "samples: 2, maxTokens: 8, expect: [{ klBelow: 0.000001 }]")}`;
  const passed = async (file: string) => {
    const { status, stdout, stderr } = await steerscope("test", file, "--json");
    expect([stderr, status]).toEqual(["", 1]);
    const { checks }: TestResult = JSON.parse(stdout);
    return checks.map(({ name, passed, error }) => [name, error ?? passed]);
  };

  it("run: its direction writes towards its class, and only where a condition on what it says holds", async () => {
    write("towards.steer.yaml", recipe(""));
    expect(await passed("towards.steer.yaml")).toEqual([
      ["german", true],
      ["as before", false],
    ]);
    // The prompt is English: to the probe none of its tokens is German.
    const where = ", where: { tokens: prompt }, when: { probe: german";
    write("german.steer.yaml", recipe(`${where}, class: german, above: 0.5 }`));
    expect(await passed("german.steer.yaml")).toEqual([
      ["german", false],
      ["as before", true],
    ]);
    write("english.steer.yaml", recipe(`${where}, class: english, above: 0.5 }`));
    expect((await passed("english.steer.yaml"))[1]).toEqual(["as before", false]);
  }, 120_000);

  it("say of a probe that cannot steer so what would, where it stands", async () => {
    mkdirSync(join(folder, "wrong"), { recursive: true });
    write("wrong/a.steer.yaml", recipe("").replace("german", "../tongue.probe.json"));
    const { status, stderr, stdout } = await steerscope("test", "wrong/a.steer.yaml");
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(
      /a\.steer\.yaml:4:\d+: .*direction for each of its classes: english, german, french.*class: NAME/s,
    );
  }, 60_000);
});
