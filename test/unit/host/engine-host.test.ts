import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { EngineHost, type EngineHostOptions } from "../../../server/src/host/engine-host.ts";
import { CancelledError, ProblemError } from "../../../server/src/host/problem-error.ts";
import type { EngineStatus } from "../../../server/src/protocol/requests.ts";

const fake = fileURLToPath(new URL("../../protocol/fake-engine.mjs", import.meta.url));
const setup = { model: "fake", saes: ["a"], device: "auto" as const };
const hosts: EngineHost[] = [];

function newHost(more: Partial<EngineHostOptions> = {}): { host: EngineHost; states: EngineStatus[] } {
  const cache = mkdtempSync(join(tmpdir(), "steerscope-host-"));
  const host = new EngineHost({
    module: fake,
    options: { memoryBudgetMB: 100, threads: 1, assets: "", cache },
    restart: { firstDelay: 10, longestDelay: 50, maxCrashes: 3, window: 60_000 },
    ...more,
  });
  const states: EngineStatus[] = [];
  host.onStatus.on((status) => states.push(status));
  hosts.push(host);
  return { host, states };
}

const analyse = (host: EngineHost, text: string, source?: CancellationTokenSource) =>
  host.analyse({ ...setup, key: "k", messages: [{ role: null, text }] }, source?.token);

const write = (host: EngineHost, text: string) =>
  host.generate({
    ...setup,
    run: "r",
    messages: [{ role: null, text }],
    steering: [],
    sampling: { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 },
    maxTokens: 10,
    samples: 1,
    stop: [],
  });

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !what(); i++) await sleep(10);
  expect(what()).toBe(true);
}

afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

describe("the engine's host", () => {
  it("answers typed calls, with Maps and typed arrays", async () => {
    const { host, states } = newHost();
    const description = await host.describe(setup);
    expect(description.saes[0].labels).toBeInstanceOf(Map);
    const analysis = await analyse(host, "one two");
    expect(analysis.ids).toBeInstanceOf(Int32Array);
    expect([...analysis.ids].map((id) => analysis.texts.get(id))).toEqual(["<s>", "one", " two"]);
    expect(await host.devices()).toHaveLength(2);
    expect((await host.check({ ...setup, kind: "model" })).ok).toBe(true);
    expect(states.map((status) => status.state)).toContain("busy");
    expect(host.status).toMatchObject({ state: "ready", detail: "fake · cpu" });
  });

  it("gives back a description that is known while nothing changed, and another one where it did", async () => {
    const { host } = newHost();
    const known = await host.describe(setup);
    expect(await host.describe(setup, undefined, known)).toBe(known);
    const other = await host.describe({ ...setup, saes: ["b"] }, undefined, known);
    expect(other.saes[0].id).toBe("b");
    host.restart();
    expect(await host.describe(setup, undefined, known)).toBe(known);
  });

  it("hands on the engine's problems as they are", async () => {
    const { host } = newHost();
    await expect(host.describe({ ...setup, model: "missing" })).rejects.toMatchObject({
      problem: { code: "model-not-found", subject: "model", remedy: "Give a folder with config.json." },
    });
  });

  it("asks again after a crash, and the caller notices nothing", async () => {
    const { host, states } = newHost();
    const analysis = await analyse(host, "please-crash-once now");
    expect(analysis.ids).toHaveLength(3);
    expect(states.map((status) => status.state)).toContain("restarting");
  });

  it("survives SIGKILL while it analyses", async () => {
    const { host } = newHost();
    const answer = analyse(host, "please-be-slow");
    await until(() => host.status.state === "busy");
    const pid = host.status.pid!;
    process.kill(pid, "SIGKILL");
    expect((await answer).ids).toHaveLength(2);
    expect(host.status.pid).not.toBe(pid);
  });

  it("gives a call up when it kills the engine twice, and goes on", async () => {
    const { host } = newHost();
    await expect(analyse(host, "please-crash")).rejects.toMatchObject({
      problem: { code: "engine-crashed" },
    });
    expect((await analyse(host, "fine")).ids).toHaveLength(2);
  });

  it("does not write again what an engine that ended had begun to tell, says so, and goes on", async () => {
    const { host } = newHost();
    const told: string[] = [];
    host.onGenerated.on(({ text }) => told.push(text));
    await expect(write(host, "please-crash now")).rejects.toMatchObject({
      problem: { code: "engine-ended-writing", remedy: "Run it again." },
    });
    expect((await write(host, "one two")).samples[0].text).toBe("one two ");
    expect(told).toEqual(["please-crash ", "one ", "two "]);
  });

  it("says the same where it is restarted on purpose, or killed from outside", async () => {
    const { host } = newHost();
    for (const end of [() => host.restart(), () => process.kill(host.status.pid!, "SIGKILL")]) {
      const begun = new Promise<void>((resolve) => host.onGenerated.on(() => resolve()));
      const work = expect(write(host, "a ".repeat(500))).rejects.toMatchObject({
        problem: { code: "engine-ended-writing" },
      });
      await begun;
      end();
      await work;
    }
    expect((await analyse(host, "fine")).ids).toHaveLength(2);
  });

  it("fails after three crashes within the window, saying why, until it is restarted", async () => {
    const { host } = newHost();
    await expect(analyse(host, "please-crash")).rejects.toBeInstanceOf(ProblemError);
    await expect(analyse(host, "please-crash")).rejects.toMatchObject({
      problem: { code: "engine-keeps-crashing", remedy: expect.stringContaining("Restart server") },
    });
    expect(host.status.state).toBe("failed");
    await expect(analyse(host, "fine")).rejects.toMatchObject({ problem: { code: "engine-keeps-crashing" } });
    host.restart();
    expect((await analyse(host, "fine")).ids).toHaveLength(2);
  });

  it("says what an engine that cannot start has said", async () => {
    process.env.STEERSCOPE_FAKE = "crash-on-start";
    try {
      const { host, states } = newHost();
      await expect(host.describe(setup)).rejects.toMatchObject({
        problem: {
          code: "engine-cannot-start",
          message: expect.stringContaining("cannot find the native library"),
          remedy: expect.stringMatching(/^Install Steerscope again/),
        },
      });
      // Another try would end the same way.
      expect(host.status.state).toBe("failed");
      expect(states.map((it) => it.state)).not.toContain("restarting");
      await expect(analyse(host, "fine")).rejects.toMatchObject({ problem: { code: "engine-cannot-start" } });
      delete process.env.STEERSCOPE_FAKE;
      host.restart();
      expect((await analyse(host, "fine")).ids).toHaveLength(2);
    } finally {
      delete process.env.STEERSCOPE_FAKE;
    }
  });

  it("does not blame what it was asked for an end by a signal before it listens", async () => {
    const { host, states } = newHost();
    const answer = analyse(host, "fine");
    process.kill(host.status.pid!, "SIGKILL");
    expect((await answer).ids).toHaveLength(2);
    expect(states.map((it) => it.state)).toContain("restarting");
  });

  it("is as patient as work asks for, also after a set-up that failed to load", async () => {
    const { host } = newHost({ patience: { running: 200, loading: 60_000 } });
    await expect(host.describe({ ...setup, model: "missing" })).rejects.toBeInstanceOf(ProblemError);
    const source = new CancellationTokenSource();
    const answer = analyse(host, "please-hang", source);
    await until(() => host.status.state === "busy");
    source.cancel();
    await expect(answer).rejects.toBeInstanceOf(CancelledError);
    expect((await analyse(host, "next")).ids).toHaveLength(2);
  });

  it("cancels at once, and keeps the engine when it answers", async () => {
    const { host } = newHost({ patience: { running: 1000, loading: 1000 } });
    await analyse(host, "warm");
    const pid = host.status.pid;
    const source = new CancellationTokenSource();
    const answer = analyse(host, "please-wait", source);
    await sleep(50);
    const before = Date.now();
    source.cancel();
    await expect(answer).rejects.toBeInstanceOf(CancelledError);
    expect(Date.now() - before).toBeLessThan(50);
    expect((await analyse(host, "next")).ids).toHaveLength(2);
    expect(host.status.pid).toBe(pid);
  });

  it("kills an engine that does not answer to a cancellation", async () => {
    const { host } = newHost({ patience: { running: 200, loading: 200 } });
    const source = new CancellationTokenSource();
    const answer = analyse(host, "please-hang", source);
    await until(() => host.status.state === "busy");
    const pid = host.status.pid;
    source.cancel();
    await expect(answer).rejects.toBeInstanceOf(CancelledError);
    expect((await analyse(host, "next")).ids).toHaveLength(2);
    expect(host.status.pid).not.toBe(pid);
  });

  it("ends the process and what is in flight when it is disposed of", async () => {
    const { host } = newHost();
    await analyse(host, "warm");
    const pid = host.status.pid!;
    const answer = analyse(host, "please-wait");
    host.dispose();
    await expect(answer).rejects.toBeInstanceOf(CancelledError);
    await until(() => !alive(pid));
    // Settings that arrive during a shutdown start nothing again.
    host.restart();
    host.start();
    await expect(analyse(host, "more")).rejects.toBeInstanceOf(CancelledError);
    expect(host.status).toMatchObject({ state: "stopped", pid: null });
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
