import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { EngineService } from "../../../server/src/engine/service.ts";
import type { SteeringEdit } from "../../../server/src/protocol/steering.ts";
import { asked, assets, everywhere, never } from "../../parity/steering/engine.ts";

/** A stand-in for WebGPU that keeps what is released as long as anything is left open, as onnxruntime's does. */
const webgpu = vi.hoisted(() => ({ open: 0, kept: 0, mostKept: 0 }));

vi.mock("onnxruntime-node", async (importActual) => {
  const actual = await importActual<typeof import("onnxruntime-node")>();
  const create = async (bytes: Uint8Array, options: { executionProviders: string[] }) => {
    const session = await actual.InferenceSession.create(bytes, { ...options, executionProviders: ["cpu"] });
    if (options.executionProviders[0] === "cpu") return session;
    webgpu.open++;
    return {
      inputNames: session.inputNames,
      run: session.run.bind(session),
      async release() {
        await session.release();
        webgpu.open--;
        webgpu.kept = webgpu.open > 0 ? webgpu.kept + 1 : 0;
        webgpu.mostKept = Math.max(webgpu.mostKept, webgpu.kept);
      },
    };
  };
  return { ...actual, InferenceSession: { create } };
});

const cache = mkdtempSync(join(tmpdir(), "steerscope-unreturned-"));
afterAll(() => rmSync(cache, { recursive: true }));
let log: string[];
let service: EngineService;
beforeEach(() => {
  log = [];
  service = new EngineService({ memoryBudgetMB: 60, threads: 1, assets, cache }, (line) => log.push(line));
});

/** What adds a vector behind a layer: another one is another session on an accelerator. */
const adding = (layer: number, device: "cpu" | "webgpu") => {
  const vector = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i));
  const edit: SteeringEdit = {
    hook: `blocks.${layer}.hook_resid_post`,
    operation: "add",
    directions: [{ direction: { kind: "vector", vector }, weight: 1 }],
    amount: 2,
    unit: "raw",
    onlyFiring: false,
    where: everywhere,
    when: [],
  };
  return asked({ device, steering: [edit], maxTokens: 4 });
};
const written = async (layer: number, device: "cpu" | "webgpu") =>
  (
    await service.generate(
      adding(layer, device),
      () => {},
      () => {},
      never,
    )
  ).samples[0].text;

it("sessions of an accelerator are all closed before it keeps too much of those that were", async () => {
  const layers = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4];
  for (const layer of layers) expect(await written(layer, "webgpu")).toBe(await written(layer, "cpu"));
  expect(webgpu.mostKept).toBeGreaterThan(0);
  expect(webgpu.mostKept).toBeLessThan(6);
  expect(log.join("\n")).toMatch(/webgpu holds \d+ MB of released sessions/);
});

it("a document goes on behind that, and a text that is being written is not cut off", async () => {
  const messages = [{ role: null, text: "Anna was sad and wept." }];
  const analyse = () =>
    service.analyse({ model: "tinytown", saes: [], device: "webgpu", key: "k", messages }, () => {}, never);
  const { topIds } = await analyse();
  const long = service.generate(
    { ...adding(3, "webgpu"), maxTokens: 60 },
    () => {},
    () => {},
    never,
  );
  for (const layer of [0, 1, 2, 4, 0, 1, 2, 4]) await written(layer, "webgpu");
  expect((await long).samples[0].ids.length).toBeGreaterThan(10);
  await written(0, "webgpu");
  expect(log.join("\n")).toMatch(/webgpu holds/);
  expect([...(await analyse()).topIds]).toEqual([...topIds]);
});
