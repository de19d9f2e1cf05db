import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const cli = join(fileURLToPath(new URL("../../..", import.meta.url)), "dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "steerscope-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `steerscope test …` from dist/, which `npm test` builds before, on the embedded model. */
async function test(...args: string[]) {
  const env = { ...process.env, STEERSCOPE_CACHE: folder, HF_HOME: folder, NO_COLOR: "1" };
  const child = spawn(process.execPath, [cli, "test", ...args], { cwd: folder, env });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { status, stdout, stderr };
}

const head = 'version: 1\nmodel: tinytown\nedits: [{ token: " cheerful", layers: [3], strength: 0.3 }]\n';
const check = (name: string, expected: string) =>
  `  - { name: ${name}, prompt: "It was a", samples: 2, maxTokens: 6, expect: [${expected}] }\n`;
const [met, unmet] = ["{ klBelow: 100 }", "{ contains: no such words }"];
writeFileSync(join(folder, "good.steer.yaml"), `${head}checks:\n${check("near", met)}`);
writeFileSync(
  join(folder, "bad.steer.yaml"),
  `${head}checks:\n${check("near", met)}${check("says so", unmet)}`,
);
writeFileSync(join(folder, "bare.steer.yaml"), head);

describe("steerscope test", () => {
  it("prints each check with what was expected and measured, and what was written where it failed", async () => {
    const { status, stdout } = await test("good.steer.yaml", "bad.steer.yaml");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^pass {2}near {2}\(good\.steer\.yaml:5, [\d.]+ s\)$/m);
    expect(stdout).toMatch(/^FAIL {2}says so {2}\(bad\.steer\.yaml:6, [\d.]+ s\)$/m);
    expect(stdout).toContain("  NOT MET: every text has “no such words”; measured: 0 of 2");
    expect(stdout.match(/ {2}wrote: "/g)).toHaveLength(2);
    expect(stdout.trimEnd().endsWith("2 of 3 checks passed.")).toBe(true);
  }, 120_000);

  it("gives JSON and nothing else, and the status 0 where all pass", async () => {
    const { status, stdout } = await test("good.steer.yaml", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "steerscope.test/1",
      passed: true,
      checks: [{ name: "near", passed: true, expectations: [{ passed: true }], error: null }],
    });
  }, 60_000);

  it.each([
    [["bare.steer.yaml"], 1, "has no checks"],
    [["none.steer.yaml"], 1, "none.steer.yaml"],
    [[], 2, "missing required argument"],
  ])(
    "says of %j what is wrong",
    async (args, status, message) => {
      const ended = await test(...args);
      expect(ended).toMatchObject({ status, stdout: "" });
      expect(ended.stderr).toContain(message);
    },
    60_000,
  );
});
