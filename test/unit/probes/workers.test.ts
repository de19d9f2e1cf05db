import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { CancelledError } from "../../../server/src/host/problem-error.ts";
import { FitWorkers } from "../../../server/src/probes/work/pool.ts";

const module = join(import.meta.dirname, "../../../server/src/probes/work/main.ts");
const texts = Array.from({ length: 40 }, (_, i) => (i % 2 ? `good number ${i}` : `bad number ${i}`));
const labels = Int32Array.from(texts.keys(), (i) => i % 2);
const params = (names: string[]) => ({
  id: "bag-of-words" as const,
  texts,
  set: {
    target: { type: "classes" as const, names, labels: names.length === 2 ? labels : new Int32Array(40) },
    ...{
      fit: Int32Array.from({ length: 30 }, (_, i) => i),
      validation: new Int32Array(0),
      units: null,
      copies: null,
    },
    test: Int32Array.from({ length: 10 }, (_, i) => 30 + i),
  },
  seed: 1,
});

let workers: FitWorkers;
afterEach(() => workers.end());

describe("threads that train", () => {
  it("do several tasks, each with its own result", async () => {
    workers = new FitWorkers(module, undefined, 2);
    const results = await Promise.all([1, 2, 3].map(() => workers.run("text", params(["bad", "good"]))));
    for (const { figure, told, heaviest } of results) {
      expect(figure.value).toBe(1);
      expect(told).toHaveLength(20);
      expect(heaviest[0]).toBe("good");
    }
  });

  it("say in words what cannot be learnt, and go on", async () => {
    workers = new FitWorkers(module, undefined, 1);
    const none = { ...params(["bad", "good"]), texts: [] };
    none.set = { ...none.set, fit: new Int32Array(0), test: new Int32Array(0) };
    await expect(workers.run("text", none)).rejects.toThrow(RangeError);
    expect((await workers.run("text", params(["bad", "good"]))).figure.value).toBe(1);
  });

  it("end with their run, whatever they do", async () => {
    const source = new CancellationTokenSource();
    workers = new FitWorkers(module, source.token, 1);
    const running = [
      workers.run("text", params(["bad", "good"])),
      workers.run("text", params(["bad", "good"])),
    ];
    source.cancel();
    for (const it of running) await expect(it).rejects.toThrow(CancelledError);
    await expect(workers.run("text", params(["bad", "good"]))).rejects.toThrow(CancelledError);
  });

  it("say so where their module cannot be loaded", async () => {
    const broken = join(tmpdir(), `steerscope-broken-${process.pid}.mjs`);
    writeFileSync(broken, "throw new Error('broken module')");
    workers = new FitWorkers(broken, undefined, 1);
    await expect(workers.run("text", params(["bad", "good"]))).rejects.toThrow("broken module");
  });
});
