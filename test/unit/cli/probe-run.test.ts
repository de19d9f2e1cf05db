import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { folder, steerscope } from "./run-cli.ts";

/** On the embedded model, not the engine that needs none. */
const run = (...args: string[]) => steerscope(args, { STEERSCOPE_ENGINE_MODULE: undefined });
const spec = join(folder, "language.probe.yaml");
const words = "The old baker walked to the market. Der alte Bäcker ging zum Markt.\n";

beforeAll(async () => {
  writeFileSync(
    spec,
    `data: { tinytown: { attribute: language, n: 300, seed: 3 } }
target: { classes: [english, german], examples: { max: 40 } }
hooks: [blocks.2.hook_resid_post]
positions: [mean]
kinds: [mass-mean]
controls: false
`,
  );
  for (const name of ["words.prompt", "words.txt"]) writeFileSync(join(folder, name), words);
  const { status, stderr } = await run("probe", "train", spec);
  expect(status, stderr).toBe(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

it("tells each sentence of each file, and which file is read otherwise than the texts that the probe learnt from", async () => {
  const { status, stdout, stderr } = await run("probe", "run", spec, "words.prompt", "words.txt", "--json");
  expect(status, stderr).toBe(0);
  const { files } = JSON.parse(stdout);
  const [templated, plain] = files;
  expect([templated.file, plain.file]).toEqual(["words.prompt", "words.txt"]);
  for (const { readings } of files)
    expect(readings.map((it: { told: string }) => it.told)).toEqual(["english", "german"]);
  // The template around a text is read too.
  expect(templated.readings[0].score).not.toBe(plain.readings[0].score);
  expect(templated.note).toMatch(/inside the model's chat template.*\.txt file is read as it is\./);
  expect(plain.note).toBeNull();
}, 60_000);

it("says so behind the table of a terminal, of the file that it holds for", async () => {
  const { stdout } = await run("probe", "run", spec, "words.prompt", "words.txt");
  const said = stdout.split("\n").filter((line) => line.includes("chat template"));
  expect(said).toEqual([
    expect.stringMatching(/^words\.prompt: The probe learnt from texts read as they are/),
  ]);
  expect(stdout).toMatch(/words\.txt:1:37 +german/);
}, 60_000);
