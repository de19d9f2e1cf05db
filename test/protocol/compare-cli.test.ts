import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CompareResult, GenerateResult } from "../../server/src/protocol/compare.ts";
import { commandLine } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-compare-cli-"));
const text = "It was a stormy evening, and Berta walked to the mill. She";
writeFileSync(join(folder, "a.txt"), text);
writeFileSync(join(folder, "a.prompt"), `---\nsteerscope: { steer: glad.steer.yaml }\n---\n${text}`);
writeFileSync(
  join(folder, "glad.steer.yaml"),
  'version: 1\nname: Glad\nedits:\n  - sum: [{ token: " cheerful" }, { token: " glad" }]\n    layers: [3]\n    strength: 0.5\n',
);
writeFileSync(join(folder, "length.mjs"), "export default (text) => text.length;\n");

const steerscope = (args: string[], during?: Parameters<typeof commandLine>[2]) =>
  commandLine(folder, args, during);

it("writes a text as JSON has it, and another one under the recipe that the prompt names or the command does", async () => {
  const words = ["--max-tokens", "8"];
  const plain = await steerscope(["generate", "a.txt", ...words]);
  expect(plain).toMatchObject({ status: 0, stderr: "" });
  const json = await steerscope(["generate", "a.txt", "--json", ...words]);
  const result: GenerateResult = JSON.parse(json.stdout);
  expect(result).toMatchObject({
    schema: "steerscope.generate/1",
    file: "a.txt",
    recipes: [],
    sampling: { temperature: 0 },
  });
  expect(plain.stdout).toBe(`${result.samples[0].text}\n`);
  expect(result.samples[0].tokens).toBe(8);
  // The kernels are found beside the bundle, too.
  expect(result.conventions).toContainEqual(expect.stringContaining("kernels of our own"));
  const steered = await steerscope(["generate", "a.txt", "--steer", "glad.steer.yaml", ...words]);
  expect(steered.status).toBe(0);
  expect(steered.stdout).not.toBe(plain.stdout);
  const named = await steerscope(["generate", "a.prompt", "--json", "--samples", "2", ...words]);
  expect(JSON.parse(named.stdout)).toMatchObject({
    ...{ recipes: [{ name: "Glad" }], edits: [{ strength: 0.5 }] },
    ...{ sampling: { temperature: 0.8, seed: 1 }, samples: [{}, {}] },
  });
}, 120_000);

it("compares with a scorer of one's own, and prints the same for a person", async () => {
  const args = ["compare", "a.txt", "--steer", "glad.steer.yaml", "--score", "length.mjs", "--samples", "3"];
  const { status, stdout } = await steerscope([...args, "--max-tokens", "6", "--json"]);
  expect(status).toBe(0);
  const result: CompareResult = JSON.parse(stdout);
  const mean = (side: { text: string }[]) => side.reduce((sum, it) => sum + it.text.length, 0) / 3;
  expect(result.behaviour).toMatchObject({ scorer: "length.mjs", kind: "mean", base: { n: 3 } });
  expect(result.behaviour!.base.value).toBeCloseTo(mean(result.base), 9);
  expect(result.behaviour!.steered.value).toBeCloseTo(mean(result.steered), 9);
  const shown = await steerscope([...args, "--max-tokens", "6"]);
  expect(shown.stdout).toContain(result.verdict.title);
  expect(shown.stdout).toContain("Sample 3");
}, 120_000);

it("says what is missing or wrong, with the status of a failure or of wrong usage", async () => {
  const missing = await steerscope(["compare", "a.txt"]);
  expect(missing).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("--steer") });
  const several = await steerscope(["compare", "a.prompt", "--judge", "mood/sad", "--pattern", "x"]);
  expect(several).toMatchObject({ status: 1, stderr: expect.stringContaining("--judge, --pattern") });
  const usage = await steerscope(["generate", "a.txt", "--temperature", "-1"]);
  expect(usage).toMatchObject({ status: 2, stdout: "" });
  writeFileSync(
    join(folder, "broken.steer.yaml"),
    "version: 1\nedits:\n  - feature: nothing/3\n    strength: 1\n",
  );
  const broken = await steerscope(["generate", "a.txt", "--steer", "broken.steer.yaml"]);
  expect(broken).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/broken\.steer\.yaml:3:\d+: .*nothing/),
  });
}, 120_000);

it("ends at once where it is interrupted", async () => {
  const { status, stderr } = await steerscope(
    ["generate", "a.txt", "--max-tokens", "900"],
    (output, interrupt) => {
      if (output.length > 20) interrupt();
    },
  );
  expect(status).toBe(130);
  expect(stderr).toContain("Stopped");
}, 120_000);
