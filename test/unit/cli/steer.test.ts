import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readVectors } from "../../../server/src/steering/vectors/read.ts";

const cli = join(fileURLToPath(new URL("../../..", import.meta.url)), "dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "steerscope-steer-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `steerscope steer …` from dist/, which `npm test` builds before, on the embedded model. */
async function steer(...args: string[]) {
  const env = { ...process.env, STEERSCOPE_CACHE: folder, HF_HOME: folder, NO_COLOR: "1" };
  const child = spawn(process.execPath, [cli, "steer", ...args], { cwd: folder, env });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { status, stdout, stderr };
}

const moods = [
  ["cheerful", "Anna was cheerful and laughed aloud."],
  ["cheerful", "Peter smiled and was happy."],
  ["cheerful", "Noah laughed at the mill. He was cheerful."],
  ["sad", "Anna was sad and wept."],
  ["sad", "Peter sighed. He was sad."],
  ["sad", "Noah wept at the mill. He was gloomy."],
];
writeFileSync(
  join(folder, "moods.jsonl"),
  moods.map(([label, text]) => JSON.stringify({ label, text })).join("\n"),
);
const hook = "blocks.3.hook_resid_post";
const contrast = ["moods.jsonl", "--positive", "cheerful", "--hook", hook];

describe("steerscope steer", () => {
  it("makes a vector for llama.cpp, and tells it in latents: the mood first, and not by encoding it", async () => {
    const made = await steer("caa", ...contrast, "--pool", "mean", "--out", "mood.gguf", "--json");
    expect(made.status, made.stderr).toBe(0);
    const caa = JSON.parse(made.stdout);
    expect(caa).toMatchObject({
      schema: "steerscope.steer-caa/1",
      ...{ file: "mood.gguf", model: "tinytown", pool: "mean", positives: 3, negatives: 3, paired: false },
      vectors: [{ hook, norm: expect.any(Number), stability: expect.any(Number) }],
    });
    const { facts, metadata, vectors } = readVectors(join(folder, "mood.gguf"));
    expect(facts).toMatchObject({ model: "tinytown", unit: "raw", method: "caa" });
    expect(metadata).toMatchObject({ family: "llama", pool: "mean" });
    expect(vectors.map((it) => it.hook)).toEqual([hook]);
    expect(Math.hypot(...vectors[0].vector)).toBeCloseTo(caa.vectors[0].norm, 3);

    const compared = ["--pairs", "moods.jsonl", "--positive", "cheerful"];
    const told = await steer(
      "decompose",
      "mood.gguf",
      "--sae",
      "resid_post_3",
      "--atoms",
      "5",
      ...compared,
      "--json",
    );
    expect(told.status, told.stderr).toBe(0);
    const result = JSON.parse(told.stdout);
    expect(result).toMatchObject({
      schema: "steerscope.steer-decompose/1",
      vector: { name: "direction.3", hook },
      sae: { id: "resid_post_3", hook, width: 1536 },
    });
    expect(result.pursuit).toHaveLength(5);
    expect(result.pursuit[0]).toMatchObject({ label: expect.stringMatching(/mood/) });
    expect(result.warnings.join(" ")).toContain("With the difference of mean activations");
    expect(result.alsoOnZero).toBeGreaterThan(0);

    const { stdout } = await steer("decompose", "mood.gguf", "--sae", "resid_post_3", "--atoms", "2");
    expect(stdout).toMatch(/^mood\.gguf · direction\.3 in the latents of resid_post_3/);
    expect(stdout).toMatch(/^ {2}\d+ +[\d.-]+ +\d+\.\d % +.*mood/m);
    expect(stdout).toContain("The encoder's answer, which misleads:");
  }, 120_000);

  it.each([
    [["caa", ...contrast, "--out", "x.bin"], 1, "x.bin does not say which format is meant"],
    [
      ["caa", ...contrast, "--hook", "blocks.0.hook_resid_post", "--out", "x.gguf"],
      1,
      "no place for blocks.0",
    ],
    [["caa", "none.csv", "--hook", hook, "--out", "x.gguf"], 1, "There is no file none.csv"],
    [["caa", "moods.jsonl", "--out", "x.gguf"], 2, "required option '--hook <H>'"],
    [["decompose", "none.gguf", "--sae", "resid_post_3"], 1, "There is no file none.gguf"],
    [["decompose", "x.gguf", "--sae", "resid_post_3", "--atoms", "900"], 2, "a whole number from 1 to 256"],
  ])("says of %j what is wrong, before anything is loaded or written", async (args, status, message) => {
    const { stdout, stderr, ...it } = await steer(...args);
    expect({ ...it, stdout }).toEqual({ status, stdout: "" });
    expect(stderr).toContain(message);
    expect(["x.bin", "x.gguf"].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });
});
