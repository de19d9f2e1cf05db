import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { scan } from "../../../server/src/scan/scan.ts";
import { dump } from "../../../server/src/store/dump.ts";
import { random } from "../../../server/src/tinytown/random.ts";
import { FakeEngine } from "./fake-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "steerscope-kill-"));
afterAll(() => rmSync(folder, { recursive: true }));

const corpus = join(folder, "corpus.jsonl");
const { int } = random(3);
const letters = "abcdefghijklmnopqrstuvwxyz";
const lines = Array.from({ length: 120 }, () => {
  const text = Array.from({ length: 50 }, () => letters[int(letters.length)]).join("");
  return JSON.stringify({ text: text.padEnd(30_000, ".") });
});
writeFileSync(corpus, lines.join("\n"));

/** Runs the scan in a process of its own; killed `delay` ms after its `shards`-th shard, unless it ends before. */
async function run(store: string, kill?: { shards: number; delay: number }): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "scan-child.ts"), store, corpus],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  let timed = false;
  child.stdout.setEncoding("utf8").on("data", async (chunk: string) => {
    output += chunk;
    if (!kill || timed || output.split("corpus").length - 1 < kill.shards) return;
    timed = true;
    await sleep(kill.delay);
    child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  return output.trimEnd().endsWith("finished");
}

it("a scan killed at random points again and again gives what one clean run gives", async () => {
  const clean = join(folder, "clean.sqlite");
  expect(await run(clean)).toBe(true);
  const store = join(folder, "killed.sqlite");
  let kills = 0;
  while (!(await run(store, { shards: 1 + int(3), delay: int(12) }))) kills++;
  expect(kills).toBeGreaterThanOrEqual(10);
  const [killed, whole] = [dump(store), dump(clean)];
  expect(whole.filter((line) => line.startsWith("shard")).length).toBe(60);
  expect(killed).toEqual(whole);
  expect(existsSync(`${store}-wal`)).toBe(false);
});

it("a paused scan goes on where it stopped, whatever was paused when", async () => {
  const setup = { model: "fake", saes: ["fake"], device: "cpu" as const };
  const part = { setup, corpus: [corpus], field: "text", context: 32, maxTokens: 1501 };
  const whole = join(folder, "whole.sqlite");
  const never = new CancellationTokenSource().token;
  expect((await scan(new FakeEngine(), { ...part, store: whole }, () => {}, never)).state).toBe("finished");
  const store = join(folder, "paused.sqlite");
  const states: string[] = [];
  while (states.at(-1) !== "finished") {
    const pause = new CancellationTokenSource();
    let shards = 0;
    const outcome = await scan(
      new FakeEngine(),
      { ...part, store },
      ({ stage }) => stage === "corpus" && ++shards === 3 && pause.cancel(),
      pause.token,
    );
    states.push(outcome.state);
    if (outcome.state === "finished") expect(outcome.tokens).toBe(1501);
  }
  expect(states.length).toBeGreaterThan(3);
  expect(dump(store)).toEqual(dump(whole));
});
