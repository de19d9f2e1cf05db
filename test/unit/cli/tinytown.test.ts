import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { generate, kinds } from "../../../server/src/tinytown/index.ts";

const cli = join(fileURLToPath(new URL("../../..", import.meta.url)), "dist/cli.js");

/** Runs `steerscope tinytown …` from dist/, which `npm test` builds before. */
async function tinytown(args: string[], input = "") {
  const child = spawn(process.execPath, [cli, "tinytown", ...args]);
  child.stdin.end(input);
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { status, stdout, stderr };
}

describe("steerscope tinytown text", () => {
  it("prints the generator's documents as JSON lines", async () => {
    const args = ["text", "--kind", "sums", "--kind", "facts", "--n", "5", "--seed", "3"];
    const { status, stdout, stderr } = await tinytown([...args, "--split", "held-out", "--jsonl"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const documents = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(documents).toEqual([...generate({ kinds: ["sums", "facts"], n: 5, seed: 3, split: "held-out" })]);
  });

  it("prints text with a blank line between documents, of all kinds", async () => {
    const { stdout } = await tinytown(["text", "--n", "40", "--seed", "5"]);
    for (const { text: written } of generate({ n: 40, seed: 5 })) expect(stdout).toContain(written.trimEnd());
  });

  it.each([
    [["--kind", "sonnets"], /sonnets.*Allowed choices are scenes, reviews/],
    [["--n", "0"], /whole number from 1 on/],
    [["--n", "2.5"], /whole number from 1 on/],
    [["--seed", "x"], /whole number from 0 on/],
    [["--split", "test"], /Allowed choices are train, held-out/],
  ])("calls %j wrong usage", async (args, message) => {
    const { status, stdout, stderr } = await tinytown(["text", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("names every kind in its help", async () => {
    const { status, stdout } = await tinytown(["text", "--help"]);
    expect(status).toBe(0);
    for (const kind of kinds) expect(stdout).toContain(`"${kind}"`);
  });
});

describe("steerscope tinytown judge", () => {
  const sad = "Anna was sad and wept softly. The sun shone.";

  it("prints one JSON document", async () => {
    const { status, stdout } = await tinytown(["judge", "--attribute", "mood", "--json"], sad);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: "steerscope.judge/1",
      attribute: "mood",
      value: "sad",
      scores: { sad: 0.5 },
      sentences: 2,
      evidence: [{ start: 0, end: 29, value: "sad" }],
    });
  });

  it("tells people what it found, and where", async () => {
    const { stdout } = await tinytown(["judge", "--attribute", "mood", "-"], sad);
    expect(stdout).toBe('mood: sad\n  sad: 1 of 2 sentences\n  0-29 sad: "Anna was sad and wept softly."\n');
    expect((await tinytown(["judge", "--attribute", "mood"], "Nothing.")).stdout).toBe("mood: none\n");
  });

  it("fails on a file that is not there", async () => {
    const { status, stdout, stderr } = await tinytown(["judge", "--attribute", "mood", "missing.txt"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/There is no file missing\.txt\.\n.*Give the path of a text file/);
  });

  it.each([[[]], [["--attribute", "beauty"]]])("calls %j wrong usage", async (args) => {
    expect((await tinytown(["judge", ...args], sad)).status).toBe(2);
  });
});
